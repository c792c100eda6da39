"""Coming in: an invite or a password is shown to the server on a fresh connection, and a token comes back."""

import asyncio

from app.client.links import Address
from app.client.transport import Connection, ConnectionFailed, Traffic, open_connection
from app.model.change import Refusal
from app.protocol.messages import Bye, Granted, Join, Refused, SignIn

ANSWER_S = 15.0
"""From the question to the answer; the server hashes the password meanwhile."""

_CODES = {"certificate": "certificate", "signed_out": "signed_out", "version": "version"}


class ServerRefusal(Refusal):
    """The server's no; `retry_after` seconds must pass before another try, 0 when there is nothing to wait for."""

    def __init__(self, code: str, text: str, retry_after: float = 0.0) -> None:
        super().__init__(code, text)
        self.retry_after = retry_after


async def admit(address: Address, pins: tuple[str, ...], question: Join | SignIn, traffic: Traffic) -> Granted:
    """What the server grants. Raises ServerRefusal with its reason, or Refusal when it cannot be asked."""
    try:
        connection = await open_connection(address, pins, traffic)
    except ConnectionFailed as failed:
        raise as_refusal(failed) from failed
    try:
        connection.send(question)
        async with asyncio.timeout(ANSWER_S):
            return await _answer(connection)
    except ConnectionFailed as failed:
        raise as_refusal(failed) from failed
    except TimeoutError:
        raise Refusal("unreachable", f"No answer from {address.authority}.") from None
    finally:
        await connection.close()


def as_refusal(failed: ConnectionFailed) -> Refusal:
    """The failure of a connection as the answer to a request."""
    return Refusal(_CODES.get(failed.code, "unreachable"), failed.text)


async def _answer(connection: Connection) -> Granted:
    while True:
        match await connection.receive():
            case Granted() as granted:
                return granted
            case Refused() as refused:
                raise ServerRefusal(refused.code, refused.text, max(0.0, refused.retry_after))
            case Bye() as bye:
                raise ServerRefusal(_CODES.get(bye.code, "unreachable"), bye.reason, max(0.0, bye.retry_after))
            case _:
                pass  # nothing else concerns who is not in yet
