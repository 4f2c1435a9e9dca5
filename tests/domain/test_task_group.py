"""Task and finish groups: started, overseen, closed and signed off by whoever oversees them."""

from tests.domain.scenario import PARTNERS, given, post
from tests.domain.test_group import EXEC
from tests.domain.test_meeting import BOARD

STARTED = post(
    "task-group.started", "TFG-1",
    {"title": "Neglect tool", "lead_role": "head-of-service", "lead_agency": "LA", "started_on": "2019-07-01", "due_on": "2019-12-31"},
    on="2019-07-01",
)  # fmt: skip
OVERSEEN = post(
    "task-group.oversight-agreed", "TFG-1", {"by_group": "EXEC", "agreed_on": "2019-07-09"}, on="2019-07-09"
)


def closed(on="2020-01-14", **more):
    return post("task-group.closed", "TFG-1", {"closed_on": on} | more, on=on)


HISTORY = (*PARTNERS, EXEC, BOARD, STARTED)


def test_it_is_signed_off_by_the_group_that_oversees_it():
    given(*HISTORY, OVERSEEN).when(closed(signed_off_by="EXEC")).then_recorded()
    given(*HISTORY, OVERSEEN).when(closed(signed_off_by="BOARD")).then_recorded("TFG-SIGNED")
    given(*HISTORY, OVERSEEN).when(closed()).then_recorded("TFG-SIGNED")
    given(*HISTORY).when(closed(signed_off_by="BOARD")).then_recorded()


def test_it_closes_once_after_it_started():
    given(*HISTORY).when(closed(on="2019-06-01", signed_off_by="EXEC")).then_refused("TFG-ORDER")
    given(*HISTORY, closed()).when(closed(signed_off_by="EXEC")).then_refused("TFG-OPEN")
    given(*HISTORY, closed()).when(OVERSEEN).then_refused("TFG-OPEN")
