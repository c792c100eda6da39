"""The table of requests: each a function, registered by its name, its arguments checked by its signature."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, get_type_hints

import msgspec

from app.client.client import Client
from app.model.change import Refusal

Result = dict[str, Any]
Outcome = Result | asyncio.Future[Result]
"""What is known at once, or will be: the requests after this one do not wait for it."""
Handler = Callable[..., Awaitable[Outcome]]
H = TypeVar("H", bound=Handler)

REQUESTS: dict[str, "Registered"] = {}
LATER = (
    "search",
    "activity",
    "notifications",
    "read",
    "undo",
    "redo",
    "conflicts",
    "resolve",
    "attach",
    "download",
    "history",
    "version",
    "restore_version",
    "cache",
    "clear_cache",
)
"""Requests that HEADLESS.md knows and this version does not have."""


class Registered:
    """One request: its function and the form of its arguments."""

    def __init__(self, name: str, handler: Handler) -> None:
        self.name = name
        self._handler = handler
        hints = get_type_hints(handler)
        fields: list[Any] = []
        for parameter in list(inspect.signature(handler).parameters.values())[1:]:
            default = () if parameter.default is parameter.empty else (parameter.default,)
            fields.append((parameter.name, hints[parameter.name], *default))
        self._form = msgspec.defstruct(f"{name}_arguments", fields, kw_only=True)

    async def call(self, client: Client, arguments: dict[str, Any]) -> Outcome:
        """Does it. Arguments that it does not know are ignored. Raises Refusal, `bad_request` for ill ones."""
        try:
            checked = msgspec.convert(arguments, self._form)
        except (msgspec.ValidationError, OverflowError) as error:
            raise Refusal("bad_request", f"The arguments of {self.name} do not fit: {error}.") from error
        return await self._handler(client, **{name: getattr(checked, name) for name in self._form.__struct_fields__})


def request(handler: H) -> H:
    """Registers a function as the request of its name; one underscore at the end keeps it apart from a built-in."""
    name = handler.__name__.removesuffix("_")
    assert name not in REQUESTS and name not in LATER
    REQUESTS[name] = Registered(name, handler)
    return handler


def find(name: object) -> Registered:
    """The request of a name. Raises Refusal `bad_request`, or `not_available` for what a later version has."""
    if not isinstance(name, str):
        raise Refusal("bad_request", "A request has a “do” that names it.")
    if name in LATER:
        raise Refusal("not_available", f"{name} is not available in this version.")
    if name not in REQUESTS:
        raise Refusal("bad_request", f"There is no request “{name[:40]}”.")
    return REQUESTS[name]
