"""Packs of values are adopted, each kind on its own record, byte for byte."""

from dataclasses import replace
from datetime import date

from ledger.domain.adoption import Packs, Shelf
from ledger.domain.conventions import RagPack
from tests.domain.scenario import LA, given, post


def rag(version, sha256):
    return RagPack.model_validate(
        {
            "kind": "rag-pack",
            "id": "rag",
            "version": version,
            "sha256": sha256,
            "title": "Colours",
            "source": "here",
            "confidence": "unconfirmed",
            "rule": "ACT-RAG",
            "when_overdue": "red",
            "ratings": [{"code": "red", "meaning": "late"}],
        }
    )


PACKS = Packs(Shelf.of([rag(1, "1" * 64), rag(2, "2" * 64)]))


def adopted(version=1, from_date="2019-06-01", reference="RAG-PACK", **other):
    data = {"kind": "rag-pack", "pack": "rag", "version": version, "sha256": str(version) * 64, "from_date": from_date}
    return post("policy.adopted", reference, {**data, **other})


def test_the_business_unit_records_it():
    posted = replace(adopted(), source="/agencies/LA", by="partner-submitter@LA")
    given(LA, packs=PACKS).when(posted).then_refused("POL-BY")


def test_it_begins_its_record_and_continues_it():
    given(packs=PACKS).when(adopted()).then_recorded().then_state(lambda p: len(p.adoptions) == 1)
    given(adopted(), packs=PACKS).when(adopted(2, "2020-04-01")).then_recorded().then_state(
        lambda p: [a.pack_reference for a in p.adoptions] == ["rag@1", "rag@2"]
    )


def test_what_was_adopted_is_in_force_from_its_day():
    scenario = given(packs=PACKS).when(adopted()).then_recorded()
    (event,) = scenario.world.standing("policy", "RAG-PACK").state.adoptions
    packs = PACKS.adopting(event.adoption(position=1))
    assert packs.in_force("rag-pack", date(2019, 5, 31)) is None
    assert packs.in_force("rag-pack", date(2019, 6, 1)) == rag(1, "1" * 64)


def test_the_record_is_named_for_the_kind():
    given(packs=PACKS).when(adopted(reference="REGIME")).then_refused("POL-KIND")


def test_the_pack_is_on_the_shelf_unaltered_and_of_that_kind():
    given(packs=PACKS).when(adopted(3)).then_refused("POL-HASH")
    given(packs=PACKS).when(adopted(sha256="2" * 64)).then_refused("POL-HASH")
    given(packs=PACKS).when(adopted(kind="regime", reference="REGIME")).then_refused("POL-HASH")
    given().when(adopted()).then_refused("POL-HASH")


def test_it_is_not_adopted_from_the_same_day_again():
    given(adopted(), packs=PACKS).when(adopted()).then_refused("POL-AGAIN")


def test_reaching_behind_an_earlier_adoption_is_recorded_as_a_departure():
    given(adopted(1, "2020-04-01"), packs=PACKS).when(adopted(2, "2019-06-01")).then_recorded("POL-RETRO")


def test_the_group_that_decided_is_known():
    given(packs=PACKS).when(adopted(adopted_by="EXEC")).then_refused("REF-KNOWN")
