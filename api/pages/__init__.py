"""The pages people work in: a room of thin readers over what the routes for machines answer."""

from __future__ import annotations

from api.pages import (
    access_log,
    accessibility,
    as_at,
    assets,
    decisions,
    figures,
    histories,
    home,
    listing,
    log,
    pictures,
    publishing,
    record,
    recorded,
    reporting,
    rules,
    taking,
)

ROUTERS = (
    assets.router,
    home.router,
    as_at.router,
    listing.router,
    taking.router,
    pictures.router,
    reporting.router,
    publishing.router,
    record.router,
    recorded.router,
    histories.router,
    decisions.router,
    figures.router,
    rules.router,
    log.router,
    access_log.router,
    accessibility.router,
)
