"""What the faces are told of others: their changes, one event for each item, and where they are."""

from app.model.change import Entry, Write
from app.sync.core import Core, project_of


def tell_entry(core: Core, channel: str, entry: Entry) -> None:
    """Another's change became visible: one event for each item."""
    for write in entry.writes:
        names = [*write.fields, *write.lost, *write.add, *write.drop, *write.ops]
        core.tell(
            "change",
            change=f"{entry.dev}:{entry.n}",
            seq=entry.seq,
            author=entry.by,
            kind=entry.kind,
            item=write.item,
            project=project_of(channel),
            op=entry.verb,
            fields=list(dict.fromkeys(names)),
            pending=False,
        )
        _comment_came(core, entry, write)


def _comment_came(core: Core, entry: Entry, write: Write) -> None:
    if write.new and "on" in write.fields:
        for project, item in core.people.on_comment(entry.by, str(write.fields["on"])):
            tell_people(core, project, item)


def tell_people(core: Core, project: str, item: str) -> None:
    """The people at an item changed, and so those of its project."""
    names = core.names()
    for place in dict.fromkeys((item, "")):
        people = core.people.at(project, place, names)
        core.tell("presence", project=project, item=place or None, people=people)
