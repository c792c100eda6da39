"""Who comes in: joining by an invite, signing in by a password, a new password, devices and their tokens."""

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import TypeVar

from app.hub.facts import Committed, Device
from app.model.change import Refusal
from app.model.fields import check_text
from app.model.identity import SYSTEM, is_item_id
from app.protocol.messages import Granted, Join, Refused, SignIn
from app.server.committer import Committer
from app.server.invites import new_secret, secret_hash
from app.server.passwords import Passwords, check_rules, check_size
from app.server.rates import Attempts, TooMany
from app.server.readers import Readers
from app.store.interface import Account, Store

EMAIL_CHARACTERS_MAX = 320
NAME_CHARACTERS_MAX = 200
DEVICE_NAME_CHARACTERS_MAX = 100
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}")

R = TypeVar("R")


class Accounts:
    """Admission to the workspace. `committed` hears of a new person, who is an entry in the workspace's channel."""

    def __init__(
        self,
        store: Store,
        committer: Committer,
        readers: Readers,
        now: Callable[[], float],
        committed: Callable[[Committed], None],
    ) -> None:
        self._store, self._committer, self._readers = store, committer, readers
        self._now, self._committed = now, committed
        self._passwords = Passwords()
        self._attempts = Attempts(now)

    async def admit(self, message: Join | SignIn, address: str) -> Granted | Refused:
        """The device's token, or why not."""
        try:
            if not is_item_id(message.device):
                raise Refusal("bad_request", "A device has a UUID for a name.")
            device_name = _line(message.device_name, DEVICE_NAME_CHARACTERS_MAX)
            if isinstance(message, Join):
                return await self._join(message, device_name, address)
            return await self._sign_in(message, device_name, address)
        except TooMany as error:
            return Refused(error.code, error.text, retry_after=error.retry_after)
        except Refusal as refusal:
            retry_after = 1.0 if refusal.code == "too_many_attempts" else 0.0
            return Refused(refusal.code, refusal.text, retry_after=retry_after)

    async def _join(self, message: Join, device_name: str, address: str) -> Granted:
        name, email = _line(message.name, NAME_CHARACTERS_MAX).strip(), message.email.strip()
        if not name:
            raise Refusal("bad_value", "A name is needed.")
        if len(email) > EMAIL_CHARACTERS_MAX or _EMAIL.fullmatch(_line(email, EMAIL_CHARACTERS_MAX)) is None:
            raise Refusal("bad_value", "This is no e-mail address.")
        check_rules(message.password, email)
        invite = secret_hash(message.secret)
        # Nothing is spent on hashing for who has no invite; guesses count against the address.
        self._attempts.begin_guess(address)
        if await self._readers.ask(lambda: self._store.invite(invite)) is None:
            self._attempts.fail_guess(address)
            raise Refusal("invite_invalid", "This invite is not known here.")
        password_hash = await self._passwords.hash(message.password)
        account = Account(str(uuid.uuid4()), email, password_hash, "member")
        token = new_secret()
        committed = await self._write(
            lambda: self._take(invite, account, name, message.device, secret_hash(token), device_name)
        )
        self._committed(committed)
        return await self._granted(token, account.user, message.device)

    def _take(
        self, invite: bytes, account: Account, name: str, device: str, token_hash: bytes, device_name: str
    ) -> Committed:
        """On the writing thread: a server has one first owner, however many first invites were printed."""
        known = self._store.invite(invite)
        if known is not None and known.made_by == SYSTEM and self._store.owner_exists():
            raise Refusal("invite_used", "This invite was used already.")
        return self._store.take_invite(invite, account, name, device, token_hash, device_name, self._now())

    async def _sign_in(self, message: SignIn, device_name: str, address: str) -> Granted:
        check_size(message.password)
        email = _line(message.email, EMAIL_CHARACTERS_MAX)
        account = await self._readers.ask(lambda: self._store.account(email))
        devices = await self._readers.ask(lambda: self._store.devices(account.user)) if account is not None else []
        known_device = any(device == message.device for device, *_ in devices)
        key = account.user if account is not None else email.strip().casefold()
        self._attempts.begin(key, address, known_device=known_device)
        password_hash = account.password_hash if account is not None else None
        right = await self._passwords.verify(message.password, password_hash)
        if account is None or not right:
            raise Refusal("credentials", "E-mail or password is not right.")
        self._attempts.succeed(key, address)
        token, user = new_secret(), account.user
        added = await self._write(
            lambda: (
                self._is_still(account)
                and self._store.add_device(user, message.device, secret_hash(token), device_name, self._now())
            )
        )
        if not added:
            raise Refusal("other_account", "This device belongs to another account.")
        return await self._granted(token, user, message.device)

    def _is_still(self, account: Account) -> bool:
        """On the writing thread. Raises Refusal when the password was changed while the old one was looked at."""
        now_known = self._store.account_of(account.user)
        if now_known is None or now_known.password_hash != account.password_hash:
            raise Refusal("credentials", "E-mail or password is not right.")
        return True

    async def change_password(self, device: Device, current: str, new: str) -> list[str]:
        """Gives the account a new password and ends its other devices, whose ids are the answer. Raises Refusal."""
        user = device.actor.user
        account = await self._readers.ask(lambda: self._store.account_of(user))
        if account is None:
            raise Refusal("not_found", "This account does not exist.")
        check_size(current)
        check_rules(new, account.email)
        self._attempts.begin(user, f"device {device.id}", known_device=True)
        if not await self._passwords.verify(current, account.password_hash):
            raise Refusal("credentials", "The current password is not right.")
        self._attempts.succeed(user, f"device {device.id}")
        password_hash = await self._passwords.hash(new)
        return await self._write(
            lambda: self._store.set_password(user, password_hash, device.id) if self._is_still(account) else []
        )

    async def renew(self, device: Device, new_device: str) -> Granted:
        """A second device for the same account: a copied profile becomes one of its own (case 3). Raises Refusal."""
        if not is_item_id(new_device):
            raise Refusal("bad_request", "A device has a UUID for a name.")
        token, user = new_secret(), device.actor.user
        added = await self._write(
            lambda: self._store.add_device(user, new_device, secret_hash(token), device.name, self._now())
        )
        if not added:
            raise Refusal("other_account", "This device belongs to another account.")
        return await self._granted(token, user, new_device)

    async def _granted(self, token: str, user: str, device: str) -> Granted:
        workspace, name = await self._readers.ask(self._store.workspace)
        return Granted(token, user, device, workspace, name)

    async def _write(self, job: Callable[[], R]) -> R:
        return await asyncio.wrap_future(self._committer.run(job))

    def close(self) -> None:
        """Ends the threads that look at passwords."""
        self._passwords.close()


def _line(text: str, length_max: int) -> str:
    return check_text(text, length_max, lines=False)
