"""Making and migrating the outbox's tables; the cache's are fetched again instead."""

from collections.abc import Callable, Mapping

from app.cache.database import Connection, file_version, set_file_version, transaction
from app.cache.versions import OUTBOX_FORMAT

Step = Callable[[Connection], None]

OUTBOX_STEPS: Mapping[int, Step] = {}
"""How a journal of format n becomes one of format n + 1. Format 1 is the first."""


def make_outbox_tables(connection: Connection) -> None:
    """Makes the tables in an empty file, in the transaction that is open."""
    from app.cache.schema import outbox_statements  # half a second of imports, only for a new file

    for statement in outbox_statements():
        connection.execute(statement)
    set_file_version(connection, OUTBOX_FORMAT)


def migrate(connection: Connection, steps: Mapping[int, Step]) -> None:
    """Takes every step that is due, each in one transaction. The caller has kept a copy.

    Raises StorageFull or StorageFailed; the file is then at the format that its `user_version` says.
    """
    while (version := file_version(connection)) in steps:
        with transaction(connection):
            steps[version](connection)
            set_file_version(connection, version + 1)
