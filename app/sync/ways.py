"""From which revision on a text's operations are needed, so that unsent edits can be carried to the present one."""

from app.sync.core import Core, TextKey

NO_REVISION = 1 << 53
"""Above every revision: nothing is needed."""


def context(core: Core, key: TextKey) -> int:
    """The lowest revision that an edit of mine is recorded on."""
    revisions = [(one.unit_change or one.change).rev for one in core.own_texts(key)]
    return min(revisions, default=NO_REVISION)


def text_revision(core: Core, key: TextKey) -> int | None:
    """The revision after which this text's operations are needed to carry my edits, None when there are none."""
    if not core.own_texts(key):
        return None
    document = core.documents.get(key)
    if document is None or document.latent:
        return min(context(core, key), document.rev if document else NO_REVISION)
    return document.rev


def waiting_texts(core: Core, channel: str) -> list[tuple[str, str, int]]:
    """Texts of a channel with edits of mine: item, field, and the revision after which operations are needed."""
    keys = {one.text_key for one in core.outbox.by_number.values() if one.is_text and one.change.ch == channel}
    return [(*key, rev) for key in sorted(keys) if (rev := text_revision(core, key)) is not None]
