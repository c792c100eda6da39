"""Requests of a session, one method each; each is answered after its commit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.hub.events import Perform
from app.hub.facts import Device
from app.model.change import Refusal
from app.protocol.messages import Answer, Granted, Refused
from app.server.accounts import Accounts
from app.server.committer import Committer
from app.server.configuration import Place
from app.server.invites import link, member_invite
from app.server.rates import TooMany
from app.server.readers import Readers
from app.store.interface import Store

R = TypeVar("R")


@dataclass(frozen=True)
class Outcome:
    """What a request brought: its answer, and devices whose tokens are no longer good."""

    answer: dict[str, Any] | Granted
    ended: list[str] = field(default_factory=list)


class Requests:
    """The requests that a server knows."""

    def __init__(
        self,
        store: Store,
        committer: Committer,
        readers: Readers,
        accounts: Accounts,
        place: Place,
        pins: list[str],
        now: Callable[[], float],
    ) -> None:
        self._store, self._committer, self._readers, self._accounts = store, committer, readers, accounts
        self._place, self._pins, self._now = place, pins, now
        self._known: dict[str, Callable[[Device, dict[str, Any]], Awaitable[Outcome]]] = {
            "invite": self._invite,
            "members": self._members,
            "devices": self._devices,
            "revoke_device": self._revoke_device,
            "change_password": self._change_password,
            "renew": self._renew,
            "set_role": self._not_yet,
            "remove_member": self._not_yet,
        }

    async def answer(self, wish: Perform) -> tuple[Answer | Refused | Granted, list[str]]:
        """The answer, and the devices that end with it."""
        request = wish.request
        work = self._known.get(request.do)
        if work is None:
            return Refused("bad_request", "The server does not know this request.", request.re), []
        try:
            outcome = await work(wish.device, request.arguments)
        except Refusal as refusal:
            retry_after = refusal.retry_after if isinstance(refusal, TooMany) else 0.0
            return Refused(refusal.code, refusal.text, request.re, retry_after), []
        answer = outcome.answer
        return (answer if isinstance(answer, Granted) else Answer(request.re, answer)), outcome.ended

    async def _invite(self, device: Device, arguments: dict[str, Any]) -> Outcome:
        secret, invite = member_invite(device.actor, arguments, self._now())
        await self._write(lambda: self._store.add_invite(invite))
        return Outcome({"invite": link(self._place, secret, self._pins, invite.until)})

    async def _members(self, _device: Device, _arguments: dict[str, Any]) -> Outcome:
        members = await self._readers.ask(self._store.members)
        return Outcome({"members": [{"user": user, "name": name, "role": role} for user, name, role in members]})

    async def _devices(self, device: Device, _arguments: dict[str, Any]) -> Outcome:
        devices = await self._readers.ask(lambda: self._store.devices(device.actor.user))
        active = [
            {"device": id_, "name": name, "made_at": made_at, "current": id_ == device.id}
            for id_, name, made_at, revoked in devices
            if not revoked
        ]
        return Outcome({"devices": active})

    async def _revoke_device(self, device: Device, arguments: dict[str, Any]) -> Outcome:
        wanted = _text(arguments, "device")
        if not await self._write(lambda: self._store.revoke_device(device.actor.user, wanted)):
            raise Refusal("not_found", "This device does not exist, or is signed out already.")
        return Outcome({"device": wanted}, [wanted])

    async def _change_password(self, device: Device, arguments: dict[str, Any]) -> Outcome:
        current, new = _text(arguments, "current"), _text(arguments, "password")
        ended = await self._accounts.change_password(device, current, new)
        return Outcome({"ended": ended}, ended)

    async def _renew(self, device: Device, arguments: dict[str, Any]) -> Outcome:
        return Outcome(await self._accounts.renew(device, _text(arguments, "device")))

    async def _not_yet(self, _device: Device, _arguments: dict[str, Any]) -> Outcome:
        raise Refusal("not_available", "Roles cannot be changed on this server.")

    async def _write(self, job: Callable[[], R]) -> R:
        return await asyncio.wrap_future(self._committer.run(job))


def _text(arguments: dict[str, Any], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str):
        raise Refusal("bad_request", f"“{name}” is missing or no text.")
    return value
