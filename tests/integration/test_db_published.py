"""Published figures belong to a release that is there, whatever statement writes them."""

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from hub.clock import now
from hub.db.engine import Database
from hub.db.tables.protected import observation, release

FIGURE = {
    "area": "E07000102",
    "period": "2017-01",
    "breakdown": "",
    "indicator": "POL_DA_CRIME",
    "status": "PRESENT",
    "provenance": [],
    "derived": False,
}
RELEASE = {
    "sequence": 1,
    "audience": "partner",
    "content_hash": "h",
    "policy_version": "p",
    "vocabulary_version": "v",
    "prepared_by": "one",
    "approved_by": "two",
    "cells": 1,
}


async def test_a_figure_of_no_release_cannot_be_written(database: Database) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.release() as session:
            await session.execute(insert(observation).values(release_id="none", **FIGURE))


async def test_a_figure_is_written_with_its_release(database: Database) -> None:
    async with database.release() as session:
        times = {"published_at": now(), "visible_from": now()}
        await session.execute(insert(release).values(id="one", **RELEASE, **times))
        await session.execute(insert(observation).values(release_id="one", **FIGURE))
    async with database.release() as session:
        assert await session.scalar(select(func.count()).select_from(observation)) == 1
