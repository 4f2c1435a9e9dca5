"""What people write stands in the report with its figures put in, as at the position asked for, and nothing of it becomes markup."""

from __future__ import annotations

from typing import Any

from ledger.reports.document import Cite, Quoted, Words
from ledger.reports.kinds import document, make
from ledger.reports.narrative import texts_of
from ledger.reports.written import Format, written
from tests.figures.telling import agencies, on, packs, raised, told

OF = {"kind": "annual", "period": "2019-20"}


def section(text: str, day: str = "2020-05-01", of: str = "actions") -> dict[str, Any]:
    return on(
        day, "report.section-written", "report/ANNUAL-2019-20", {**OF, "section": of, "text": text, "written_on": day}
    )


def test_the_last_text_of_a_section_stands_in_the_report_as_at_each_position(tmp_path):
    late = raised("ACT-1", "2019-05-01", "2019-06-01")
    with told(str(tmp_path / "l.sqlite"), [*packs(), *agencies(), late]) as ledger:
        own, tables = ledger.parts.ledger, ledger.parts.tables
        (first,) = ledger.tell(section("First: {{FIG-ACT-OVERDUE}} overdue."))
        (second,) = ledger.tell(section("Second: {{FIG-ACT-OPEN owner=SCHOOL}} open & <b>kept</b>.", "2020-06-01"))
        texts = {
            at: [each.text for each in make(own, tables, "annual", "2019-20", at, as_of=None).narrative]
            for at in (first - 1, first, second)
        }
        page = written(document(own, tables, "annual", "2019-20", second, as_of=None), Format.HTML).decode()
    assert [len(found) for found in texts.values()] == [0, 1, 1]
    assert texts[first][0].startswith("First") and texts[second][0].startswith("Second")
    assert "First" not in page and "open &amp; &lt;b&gt;kept&lt;/b&gt;." in page
    assert '<data value="1" data-figure="FIG-ACT-OPEN" data-by="owner" data-code="SCHOOL">1</data>' in page


def test_a_little_markdown_is_read_and_the_rest_is_text():
    found = texts_of(
        "## Head\n\nOne *two* {{FIG-SIN}}\nthree [link](http://x) ![p](q)\n\n- a\n  - b\n\n1. c\n\n> d\n\n```\ncode\n```\n"
    )
    assert [each.kind for each in found[:5]] == ["heading", "paragraph", "bullets", "numbered", "quotation"]
    assert Words("two", strong=True) in found[1].lines[0] and Quoted(Cite("FIG-SIN")) in found[1].lines[0]
    assert [line[0] for line in found[2].lines] == [Words("a"), Words("b")]
    said = "".join(each.text for text in found for line in text.lines for each in line if isinstance(each, Words))
    assert "[link](http://x) ![p](q)" in said
