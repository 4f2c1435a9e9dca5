"""The pages of signing in and out, as a person meets them."""

from __future__ import annotations

import pytest

from ledger.access.principal import Role
from tests.access.signing_in import posted, sign_in
from tests.api.conftest import serving
from tests.web.reading import Reader


@pytest.fixture
def reader(tmp_path):
    with serving(str(tmp_path / "ledger.sqlite"), raising=False) as client:
        yield Reader(client)


def test_choosing_says_what_it_is_and_every_page_says_who_one_is(reader):
    page = reader.get("/sign-in?next=/pages")
    assert page.h1 == "Choose who to be"
    assert "in development" in page.main
    sign_in(reader.client, Role.CHAIR, "LA")
    assert "You chose to be chair of LA" in reader.get("/pages").text
    assert posted(reader.client, "/pages", "/sign-out").headers["location"] == "/sign-out"
    assert reader.get("/sign-out").h1 == "You have signed out"
    assert "You chose to be" not in reader.get("/pages").text


def test_what_goes_wrong_is_told_on_a_page(reader):
    reader.get("/sign-in/callback", status=404)
    sign_in(reader.client, Role.CHAIR, "LA")
    assert "Open the page again" in reader.post("/sign-out", {}, status=403).main
