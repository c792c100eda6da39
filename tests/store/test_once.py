"""A change is applied once and answered the same for ever, whatever is sent again, and a refusal is remembered."""

from app.hub.facts import Submission
from app.model.change import MARK_BYTES, change_hash
from app.store.interface import OUTCOMES_KEPT
from tests.store.conftest import Reopen
from tests.store.office import Office, Person, check_channel, uuid


def test_the_same_bytes_again_get_the_same_answer_and_no_second_entry(office: Office, reopen: Reopen) -> None:
    sarah = office.owner
    ch = sarah.project()
    task = sarah.task(ch)
    sent = sarah.make("set", "task", [task], ch, fields={"status": "doing"})
    first = sarah.push(sent)
    assert sarah.push(sent) == first
    assert sarah.push(sent, sent) == first + first
    seq = office.seq(ch)
    reopen()
    office.now += 1000
    assert sarah.push(sent) == first
    assert office.seq(ch) == seq == 3


def test_one_batch_with_the_same_change_twice_applies_it_once(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    sent = sarah.make("create", "task", [office.new_id()], ch, fields={"project": ch[2:], "title": "Once"})
    committed = sarah.committed(sent, sent)
    assert [result.seq for _, [result] in committed.results] == [2, 2]
    assert [entry.seq for entry in committed.entries[ch]] == [2]


def test_a_repeated_change_brings_no_entries_to_deliver(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    sent = sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Q2"})
    assert sarah.committed(sent).heads[ch].seq == 2
    again = sarah.committed(sent)
    assert (again.entries, again.heads, again.founded) == ({}, {}, [])


def test_another_change_under_a_used_number_is_told_apart(office: Office, reopen: Reopen) -> None:
    sarah = office.owner
    ch = sarah.project()
    task = sarah.task(ch)
    copy = Person(office, sarah.user, sarah.device, sarah.n)
    assert sarah.sets(ch, task, status="doing").status == "applied"
    reopen()
    [result] = copy.push(copy.make("set", "task", [task], ch, fields={"status": "done"}))
    assert (result.status, result.code, result.retryable) == ("refused", "id_reuse", False)
    assert office.value(ch, task, "status") == "doing"
    assert office.seq(ch) == 3


def test_a_text_edit_is_one_unit_for_repetition_and_for_reuse(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    task = sarah.task(ch)
    copy = Person(office, sarah.user, sarah.device, sarah.n + 1)
    sent = sarah.make("edit", "task", [task], ch, field="description", parts=[["a"], [1, "b"], [2, "c"]])
    first = sarah.push(sent)
    assert [result.seq for result in first] == [3, 4, 5]
    assert sarah.push(sent) == first
    other = copy.make("edit", "task", [task], ch, field="description", parts=[["x"], [1, "y"]])
    assert {result.code for result in copy.push(other)} == {"id_reuse"}
    assert office.text(ch, task) == (3, "abc")


def test_a_refusal_is_remembered_with_its_reason(office: Office, reopen: Reopen) -> None:
    sarah = office.owner
    ch = sarah.project()
    sent = sarah.make("set", "task", [uuid(1)], ch, fields={"status": "done"})
    [refused] = sarah.push(sent)
    assert (refused.status, refused.code) == ("refused", "not_found")
    reopen()
    assert sarah.push(sent) == [refused]
    assert office.store.outcomes(sarah.device, [(refused.n, change_hash(sent)[:MARK_BYTES])]) == ([refused], [])


def test_a_refused_text_edit_is_refused_for_each_of_its_numbers(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    task = sarah.task(ch)
    sent = sarah.make("edit", "task", [task], ch, field="description", parts=[["a"], [9, "past the end"]])
    refused = sarah.push(sent)
    assert [(result.n, result.code) for result in refused] == [(sarah.n - 1, "bad_value"), (sarah.n, "bad_value")]
    assert sarah.push(sent) == refused
    assert office.text(ch, task) == (0, "")


def test_what_a_newer_server_may_know_is_refused_for_now_only(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    unknown = [
        sarah.make("set", "project", [ch[2:]], ch, fields={"mood": "fine"}),
        sarah.make("fold", "project", [ch[2:]], ch),
        sarah.make("create", "whiteboard", [office.new_id()], ch),
        sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Q2"}, schema=99),
    ]
    results = sarah.push(*unknown)
    assert {(result.code, result.retryable) for result in results} == {("version", True)}
    doubts = [(result.n, change_hash(sent)[:MARK_BYTES]) for result, sent in zip(results, unknown, strict=True)]
    assert office.store.outcomes(sarah.device, doubts) == ([], [result.n for result in results])


def test_a_refused_change_in_a_batch_leaves_no_trace_and_spoils_nothing(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    task = sarah.task(ch)
    good = sarah.make("set", "task", [task], ch, fields={"status": "doing"})
    bad = [
        sarah.make("set", "task", [task, uuid(1)], ch, fields={"title": "Half"}),
        sarah.make("create", "task", [office.new_id()], ch, fields={"project": ch[2:], "title": ""}),
        sarah.make("edit", "task", [task], ch, field="description", parts=[["a"], [5, "b"]]),
        b"\xc1 no change",
    ]
    after = sarah.make("set", "task", [task], ch, fields={"priority": 3})
    committed = sarah.committed(good, *bad, after)
    assert [results[0].status for _, results in committed.results] == ["applied", *["refused"] * 4, "applied"]
    assert [entry.seq for entry in committed.entries[ch]] == [3, 4]
    assert committed.heads[ch].seq == 4
    row = office.row(ch, task)
    assert (row.value("title"), row.value("status"), row.value("priority")) == ("Write it down", "doing", 3)
    assert len(office.rows(ch)) == 2
    check_channel(office.store, ch)


def test_results_come_in_the_order_of_submission_with_their_tags(office: Office) -> None:
    sarah, mike = office.owner, office.join("Mike")
    ch = sarah.project()
    batch = [
        Submission(person.device, person.make("create", "task", [office.new_id()], ch, fields=fields), 0.0, tag)
        for tag, person in (("c1", sarah), ("c2", mike), ("c1", sarah))
        for fields in ({"project": ch[2:], "title": tag},)
    ]
    committed = office.commit(batch)
    assert [tag for tag, _ in committed.results] == ["c1", "c2", "c1"]
    assert [result.seq for _, [result] in committed.results] == [2, 3, 4]
    assert [(entry.dev, entry.by) for entry in committed.entries[ch]] == [
        (sarah.device, sarah.user),
        (mike.device, mike.user),
        (sarah.device, sarah.user),
    ]


def test_numbers_never_seen_are_unknown_and_foreign_marks_are_a_copy(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    sent = sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Q2"})
    [result] = sarah.push(sent)
    mark = change_hash(sent)[:MARK_BYTES]
    assert office.store.outcomes(sarah.device, [(result.n, mark), (99, mark)]) == ([result], [99])
    [reused], unknown = office.store.outcomes(sarah.device, [(result.n, bytes(MARK_BYTES))])
    assert (reused.n, reused.code, unknown) == (result.n, "id_reuse", [])
    assert office.store.outcomes(office.new_id(), [(1, mark)]) == ([], [1])
    assert office.store.outcomes(sarah.device, [(2**70, mark), (-(2**70), mark)]) == ([], [2**70, -(2**70)])


def test_settled_outcomes_are_forgotten_but_their_numbers_stay_used(office: Office, reopen: Reopen) -> None:
    sarah = office.owner
    ch = sarah.project()
    early = sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Early"})
    sarah.push(early)
    sarah.n += OUTCOMES_KEPT + 10
    late = sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Late"})
    result = sarah.push(late)
    office.store.settle(sarah.device, 10**9)
    office.store.settle(office.new_id(), 5)
    reopen()
    assert sarah.push(late) == result  # among the newest: kept although settled
    assert [one.code for one in sarah.push(early)] == ["id_reuse"]
    assert office.value(ch, ch[2:], "name") == "Late"
    mark = change_hash(early)[:MARK_BYTES]
    assert office.store.outcomes(sarah.device, [(2, mark)]) == ([], [2])
    office.store.settle(sarah.device, 1)  # never back
    assert [one.code for one in sarah.push(early)] == ["id_reuse"]


def test_the_highest_number_of_a_device_is_kept_for_ever(office: Office, reopen: Reopen) -> None:
    sarah = office.owner
    ch = sarah.project()
    token = change_hash(sarah.device.encode())
    sarah.n = 40
    sarah.push(sarah.make("set", "task", [uuid(1)], ch, fields={"status": "done"}))
    sarah.push(sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Low"}, n=7))
    office.store.settle(sarah.device, 41)
    device = reopen().store.device(token)
    assert device is not None
    assert device.highest == 41


def test_a_number_that_cannot_be_is_refused_and_does_not_raise_the_highest(office: Office) -> None:
    sarah = office.owner
    ch = sarah.project()
    for n in (0, -1, 2**53 + 1, 2**63, 2**64 - 1):
        [result] = sarah.push(sarah.make("set", "project", [ch[2:]], ch, fields={"name": "x"}, n=n))
        assert (result.n, result.status, result.code) == (n, "refused", "bad_value")
    device = office.store.device(change_hash(sarah.device.encode()))
    assert device is not None
    assert device.highest == 1
    assert office.seq(ch) == 1
