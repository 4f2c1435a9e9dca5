"""The pages people work in: a room of thin readers over what the routes for machines answer."""

from __future__ import annotations

from api.pages import as_at, assets, home, listing, pictures, record, recorded

ROUTERS = (
    assets.router,
    home.router,
    as_at.router,
    listing.router,
    pictures.router,
    record.router,
    recorded.router,
)
