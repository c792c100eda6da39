"""Real processes are killed without warning; nothing that was answered is lost, nothing is done twice."""

import pytest

from tests.processes.kill_rounds import kill_rounds


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_twenty_kills_of_client_and_server_amid_edits_lose_nothing_and_double_nothing(tmp_path):
    report = await kill_rounds(tmp_path, rounds=15, seed=5)
    assert report.faults == []
    assert (report.client_kills, report.server_kills) == (10, 10)
    assert report.amid_edits >= 12, "too few kills met edits to prove much"
    assert report.resent >= 3, "no client came back to a queue"
    assert report.edits >= 100
