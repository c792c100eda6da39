"""The simulated teammate types where the text is, whoever else types, and takes out nothing but its own words."""

from typing import Any, cast

from app.client.client import Client
from app.demo.content import LAUNCH_EMAIL, SENTENCES
from app.demo.teammate import Teammate
from app.model.row import Register, Row
from app.sync.events import Show, Tell
from app.text import apply

TASK = Row("t", "task", "p:x", 1, "u", 1.0, 1.0, {"title": Register(LAUNCH_EMAIL, 1)})


class Desk:
    """A client of one task whose text somebody else types into before each of the teammate's letters."""

    def __init__(self, text: str, others: str) -> None:
        self.words, self.others = text, others
        self.hear: Any = None

    def listed(self, kind: str, channel: str | None = None) -> list[Row]:
        return [TASK] if kind == "task" else [Row("x", "project", "p:x", 1, "u", 1.0, 1.0, {"name": Register("P", 1)})]

    def text(self, item: str, field: str) -> str:
        return self.words

    async def want(self, what: str, key: str, field: str) -> None:
        return None

    def here(self, *place: object) -> None:
        return None

    def listen(self, hear: Any) -> Any:
        self.hear = hear
        return lambda: None

    async def edit(self, verb: str, kind: str, items: list[str], *, name: str, op: list[Any]) -> dict[str, Any]:
        self.words = apply(self.words, op)
        if self.others:
            letter, self.others = self.others[0], self.others[1:]
            self.words = letter + self.words
            told: Tell | Show = Tell("text_changed", {"item": "t", "field": "description", "op": [letter], "by": "m"})
            self.hear(told)
        return {}


async def test_a_sentence_stays_whole_while_others_type_before_it() -> None:
    desk = Desk("Hello.", "abcdefgh")
    await Teammate(cast(Client, desk), "P", pace=0)._type()
    assert desk.words == "hgfedcbaHello." + SENTENCES[0]


async def test_erasing_takes_the_own_sentence_only_where_it_stands_whole() -> None:
    desk = Desk("Send three versions to 5 % of the list." + SENTENCES[0], "")
    mate = Teammate(cast(Client, desk), "P", pace=0)
    await mate._erase("t", SENTENCES[0])
    assert desk.words == "Send three versions to 5 % of the list."
    desk.words = "One" + SENTENCES[0].replace("Jonas", "Jonas or Mia")
    await mate._erase("t", SENTENCES[0])
    assert desk.words == "One" + SENTENCES[0].replace("Jonas", "Jonas or Mia"), "what somebody changed stays"


async def test_nothing_is_typed_twice() -> None:
    desk = Desk("Hello." + SENTENCES[0], "")
    await Teammate(cast(Client, desk), "P", pace=0)._type()
    assert desk.words == "Hello." + SENTENCES[0]
