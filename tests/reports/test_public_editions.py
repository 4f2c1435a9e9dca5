"""An edition is published with a copy for the public: its rule and what it withholds stand in the event, and the next is made beside it."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from typing import Any

import pytest

from ledger.application import Batch
from ledger.disclosure.figures import Edition, publish_under
from ledger.domain.report_disclosure import hash_of
from ledger.entry import parse
from ledger.outcome import Recorded, Refused
from ledger.reports.document import Cite
from ledger.reports.editions import editions
from ledger.reports.kinds import document
from ledger.reports.public import for_the_public, rule_called
from ledger.reports.publishing import NotPublic, Publication, Wish, publication
from ledger.reports.written import Format
from tests.figures.telling import Told, agencies, on, packs, told

ON = date(2020, 9, 30)
DAY = "2020-09-01"
TEXT = "We notified {{FIG-SIN}} incidents."


def incident(number: int, nature: str = "serious-harm") -> list[dict[str, Any]]:
    """An incident of the year that was notified."""
    record, day = f"incident/INC-{number}", "2019-06-03"
    reported = {"agency": "LA", "happened_on": day, "known_on": day, "nature": nature, "how_many": 1, "looked_after": False, "care_leaver": False}  # fmt: skip
    return [
        on(day, "incident.reported", record, reported),
        on(day, "incident.notification-decided", record, {"decision": "notify"}),
        on(day, "incident.notified", record, {"sent_on": day, "to": ["national-panel"]}),
    ]


@pytest.fixture
def ledger(tmp_path):
    with told(str(tmp_path / "ledger.sqlite"), [*packs(), *agencies()]) as made:
        yield made


def wish(public: str | None = "dfe5", reason: str | None = None, kind: str = "annual", period: str = "2019-20") -> Any:
    return lambda parts: Wish(
        kind, period, ON, reason, public=None if public is None else rule_called(parts.ledger, public)
    )


def publish(ledger: Told, as_at: int | None = None, **said: Any) -> Publication:
    parts = ledger.parts
    return publication(parts.ledger, parts.tables, wish(**said)(parts), as_at)


def signed(ledger: Told, name: str, who: str = "POLICE", by: str = "lead-partner", **data: Any) -> Recorded | Refused:
    """What somebody signs in their own name."""
    posted = on(DAY, f"report.{name}", "report/ANNUAL-2019-20", {"agency": who, "by": by} | data)
    posted["source"] = f"/agencies/{who}"
    (outcome,) = ledger.parts.ledger.write([Batch((parse(posted),), f"{by}@{who}")])[0]
    ledger.parts.projector.catch_up()
    assert isinstance(outcome, Recorded | Refused)
    return outcome


def write(ledger: Told, text: str = TEXT, section: str = "foreword") -> None:
    data = {"kind": "annual", "period": "2019-20", "section": section, "text": text, "written_on": DAY}
    ledger.tell(on(DAY, "report.section-written", "report/ANNUAL-2019-20", data))


def clear(ledger: Told, text: str = TEXT, section: str = "foreword") -> None:
    assert isinstance(
        signed(ledger, "section-cleared", section=section, sha256=hash_of(text), cleared_on=DAY), Recorded
    )


def release(ledger: Told, number: str) -> None:
    drafted = {"kind": "annual", "period": "2019-20", "draft": 1, "as_at": ledger.head, "drafted_on": DAY}
    ledger.tell(on(DAY, "report.drafted", "report/ANNUAL-2019-20", drafted))
    done = signed(ledger, "number-released", number=number, because="known-already", released_on=DAY)
    assert isinstance(done, Recorded), done


def test_the_event_names_the_rule_and_what_is_withheld_and_why(ledger):
    ledger.tell(*[each for n in range(4) for each in incident(n)], *incident(9, "death"))
    made = publish(ledger)
    copy, rule = made.event["data"]["public"], rule_called(ledger.parts.ledger, "dfe5")
    assert (copy["rule"], copy["rule_sha256"]) == ("dfe5@1", rule.sha256)
    why = {each["number"]: each["why"] for each in copy["withheld"]}
    assert why["FIG-SIN"] == why["FIG-SIN/nature=death"] == "small"
    for files, named in ((made.files, made.event["data"]["files"]), (made.public, copy["files"])):
        assert {each["format"]: each["sha256"] for each in named} == {
            str(name): hashlib.sha256(body).hexdigest() for name, body in files.items()
        }
    full, public = (json.loads(files[Format.JSON])["figures"] for files in (made.files, made.public))
    assert next(each["value"] for each in full if each["id"] == "FIG-SIN") == 5
    assert next(each["value"] for each in public if each["id"] == "FIG-SIN") is None
    ledger.tell(made.event)
    assert publish(ledger) == made, "asked again, the same bytes"


def test_an_edition_without_a_copy_says_so_and_counts_as_read_in_full(ledger):
    ledger.tell(*[each for n in range(8) for each in incident(n)])
    made = publish(ledger, public=None)
    assert "public" not in made.event["data"] and made.public == {}
    ledger.tell(made.event)
    ledger.tell(*incident(20))
    copy = publish(ledger, ledger.head, reason="Now for the public").event["data"]["public"]
    assert {"number": "FIG-SIN", "why": "difference"} in copy["withheld"], "nine beside eight tells one"


def test_a_later_edition_does_not_tell_what_an_earlier_withheld(ledger):
    ledger.tell(*[each for n in range(4) for each in incident(n)])
    ledger.tell(publish(ledger).event)
    ledger.tell(*[each for n in range(20, 25) for each in incident(n)])
    again = publish(ledger, ledger.head, reason="Late entries")
    withheld = {each["number"]: each["why"] for each in again.event["data"]["public"]["withheld"]}
    assert withheld["FIG-SIN"] == "difference", "five came since"
    ledger.tell(again.event)
    ledger.tell(*[each for n in range(40, 60) for each in incident(n)])
    third = publish(ledger, ledger.head, reason="Late entries again").event["data"]["public"]
    assert "FIG-SIN" not in {each["number"] for each in third["withheld"]}


def test_a_copy_is_made_beside_whatever_was_published_before_it(ledger):
    ledger.tell(*[each for n in range(8) for each in incident(n)])
    early = ledger.head
    ledger.tell(publish(ledger, kind="quarterly", period="2019-20-Q1").event)
    with pytest.raises(NotPublic, match="published since, in entry"):
        publish(ledger, early)
    publish(ledger, early, public=None)


def test_each_section_is_cleared_before_there_is_a_copy(ledger):
    write(ledger)
    with pytest.raises(NotPublic, match="foreword"):
        publish(ledger)
    clear(ledger)
    ledger.tell(publish(ledger).event)
    write(ledger, "Anew.")
    with pytest.raises(NotPublic, match="foreword"):
        publish(ledger, ledger.head, reason="Anew")


def test_a_text_that_quotes_a_withheld_figure_shows_it_withheld(ledger):
    ledger.tell(*incident(1))
    write(ledger)
    clear(ledger)
    made = publish(ledger)
    assert "We notified [c] incidents." in " ".join(text_of(made.public[Format.HTML]).split())
    assert "We notified 1 incidents." in " ".join(text_of(made.files[Format.HTML]).split())


def text_of(page: bytes) -> str:
    return re.sub(r"<[^>]*>", "", page.decode())


def test_a_number_is_shown_by_decision_and_the_copy_says_so(ledger):
    ledger.tell(*[each for n in range(4) for each in incident(n)], *incident(9, "death"))
    release(ledger, "FIG-SIN/nature=death")
    made = publish(ledger)
    copy = made.event["data"]["public"]
    assert copy["released"] == ["FIG-SIN/nature=death"]
    assert "FIG-SIN/nature=death" not in {each["number"] for each in copy["withheld"]}
    told_first = json.loads(made.public[Format.JSON])["disclosure"]
    assert "by decision of the lead partner of Agency POLICE, on 1 September 2020" in told_first
    assert "Death (FIG-SIN/nature=death). Reason: it is known to everybody already." in told_first
    assert "by decision" in text_of(made.public[Format.HTML])
    ledger.tell(made.event)


def test_a_release_that_is_withdrawn_withholds_again_and_none_is_missed(ledger):
    ledger.tell(*[each for n in range(4) for each in incident(n)], *incident(9, "death"))
    early = ledger.head
    release(ledger, "FIG-SIN/nature=death")
    with pytest.raises(NotPublic, match="shown by decision was changed after"):
        publish(ledger, early)
    done = signed(ledger, "release-withdrawn", number="FIG-SIN/nature=death", withdrawn_on=DAY)
    assert isinstance(done, Recorded)
    copy = publish(ledger).event["data"]["public"]
    assert copy["released"] == []
    assert "FIG-SIN/nature=death" in {each["number"] for each in copy["withheld"]}


def test_a_release_of_what_the_rule_shows_anyhow_is_not_spoken_of(ledger):
    ledger.tell(*[each for n in range(12) for each in incident(n)])
    release(ledger, "FIG-SIN")
    made = publish(ledger)
    assert made.event["data"]["public"]["released"] == []
    assert "by decision" not in json.loads(made.public[Format.JSON])["disclosure"]


def test_an_edition_published_under_another_rule_told_only_what_that_rounds(ledger):
    ledger.tell(*[each for n in range(12) for each in incident(n)])
    parts = ledger.parts
    (sin,) = [each for each in ledger.report().figures if each.id == "FIG-SIN"]
    dfe5, round5 = (rule_called(parts.ledger, name) for name in ("dfe5", "round5"))
    now = [sin]
    assert publish_under(dfe5, now, [Edition((sin,), frozenset(), round5)]).open == ()
    ledger.tell(publish(ledger, public="round5").event)
    (published,) = editions(parts.ledger, "annual", "2019-20").values()
    assert published[1].public is not None and published[1].public.rule == "round5@1"
    head = ledger.head
    made = document(
        parts.ledger, parts.tables, "annual", "2019-20", head,
        passes=(for_the_public(parts.ledger, parts.tables, dfe5, head),), as_of=None)  # fmt: skip
    number = made.number(Cite("FIG-SIN"))
    assert number is not None and number.value == 12
