"""Opening the two files of a profile, with every error said as an answer; a damaged cache is begun anew."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.cache.cache import SqliteCache, discard_cache
from app.cache.interface import (
    CacheFile,
    OutboxFile,
    StorageDamaged,
    StorageFailed,
    StorageFull,
    StorageTooNew,
)
from app.cache.outbox import SqliteOutbox
from app.client.profile import Profile
from app.model.change import Refusal


@contextmanager
def storage_refusals() -> Iterator[None]:
    """Says the errors of the files as answers: version, disk_full or storage."""
    try:
        yield
    except StorageTooNew as error:
        raise Refusal("version", "This profile was used by a newer version of Et'al. It is left as it is.") from error
    except StorageFull as error:
        raise Refusal("disk_full", "The disk is full.") from error
    except (StorageFailed, StorageDamaged) as error:
        raise Refusal("storage", "The disk reported an error. Nothing was changed.") from error


@dataclass
class OpenedCache:
    """A cache that can be used; `rebuilt` says that a damaged one was removed for it."""

    file: CacheFile
    rebuilt: bool


async def open_cache(profile: Profile, key: bytes) -> OpenedCache:
    """The profile's cache, read once in part. Raises Refusal."""

    def opened() -> OpenedCache:
        try:
            return OpenedCache(_sound(profile, key), rebuilt=False)
        except StorageDamaged:
            discard_cache(profile.cache_path)
            return OpenedCache(_sound(profile, key), rebuilt=True)

    with storage_refusals():
        return await asyncio.to_thread(opened)


def _sound(profile: Profile, key: bytes) -> CacheFile:
    cache = SqliteCache(profile.cache_path, key)
    try:
        cache.open_channels()
        cache.applied()
    except BaseException:
        cache.close()
        raise
    return cache


def outbox_of(profile: Profile, key: bytes) -> OutboxFile:
    """The profile's journal; nothing is read yet."""
    return SqliteOutbox(profile.outbox_path, key)


async def remove_cache(profile: Profile) -> None:
    """The cache's bytes go. Raises Refusal."""
    with storage_refusals():
        await asyncio.to_thread(discard_cache, profile.cache_path)


async def remove_outbox(profile: Profile) -> None:
    """The journal goes, with its second file and every copy that was set aside. Raises Refusal."""

    def remove() -> None:
        path = profile.outbox_path
        for file in [*path.parent.glob(f"{path.stem}*.db*"), *path.parent.glob(f"{path.stem}*.head*")]:
            file.unlink(missing_ok=True)

    try:
        await asyncio.to_thread(remove)
    except OSError as error:
        raise Refusal("storage", "The queue can't be removed.") from error
