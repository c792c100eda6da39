"""Coming in from the window: joining, signing in, starting a workspace of one's own; each as one task."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

from app.client.client import Client
from app.client.credentials import TOKEN_IN_MEMORY
from app.client.links import parse_invite
from app.client.local_server import LocalServer, ServerPlace
from app.client.transport import ConnectionFailed, Traffic, open_connection
from app.model.change import Refusal

TOKEN_NAME = "token"
SERVER_NAME = "server"
EVERYWHERE = "0.0.0.0"
PROBE_S = 8.0


class Said(Protocol):
    """Who is told of a sentence."""

    def __call__(self, sentence: str) -> None: ...


def keeps_token_in_memory(client: Client) -> bool:
    """Whether there is no keyring, so a sign-in ends with the program."""
    return TOKEN_IN_MEMORY in client.notes


async def open_client(profile: Path) -> Client:
    """Open a profile; its token is in the keyring, or in a file when its person chose so. Raises Refusal."""
    token = profile / TOKEN_NAME
    chosen = await asyncio.to_thread(token.exists)
    return await Client.open(profile, token_file=token if chosen else None)


async def keep_token_in_file(client: Client, profile: Path) -> Client:
    """Open the profile again with its token in a file of mode 0600."""
    await client.close()
    return await Client.open(profile, token_file=profile / TOKEN_NAME)


async def ask_server(link: str) -> Refusal | None:
    """Whether the server of an invite is there and has the key that the invite names; else why not."""
    try:
        invite = parse_invite(link)
        async with asyncio.timeout(PROBE_S):
            connection = await open_connection(invite.address, invite.pins, Traffic())
            await connection.close()
    except ConnectionFailed as failed:
        return Refusal("certificate" if failed.code == "certificate" else "unreachable", failed.text)
    except TimeoutError:
        return Refusal("unreachable", "The server does not answer.")
    except Refusal as refusal:
        return refusal
    return None


def server_folder(profile: Path) -> Path:
    """Where a workspace that was started on this computer is kept."""
    return profile.parent / SERVER_NAME


def has_own_server(profile: Path) -> bool:
    """Whether a workspace was started on this computer."""
    return server_folder(profile).is_dir()


def own_server(profile: Path, said: Said, name: str = "") -> LocalServer:
    """The server of this computer, not started yet."""
    return LocalServer(ServerPlace(server_folder(profile), EVERYWHERE, name=name), said)


def own_invite(invite: str) -> str:
    """The owner's invite by the way that stays: inside this computer, whatever its address in the network becomes.

    Raises Refusal `invite_invalid`.
    """
    address = parse_invite(invite).address
    return invite.replace(f"etal://{address.authority}/", f"etal://127.0.0.1:{address.port}/", 1)
