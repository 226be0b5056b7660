"""What is usual is read from the newest earlier figures, the latest return of each period."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import insert

from hub.db.engine import Database
from hub.db.tables import intake
from hub.returns import Columns, Reported, Return, past_of
from hub.submissions import staging
from hub.submissions.earlier import LONGEST, history_of
from hub.submissions.states import State

AGENCY, DATASET, CODE, AREA = "HERTS_POLICE", "POLICE_CRIME", "POL_DA_CRIME", "E07000102"
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_HIGH = (("RISK", "HIGH"),)


async def _store(
    database: Database, period: str, hours: int, items: list[Reported], state: State
) -> None:
    made, at = uuid4(), _BEGAN + timedelta(hours=hours)
    async with database.intake(AGENCY) as session:
        names = {"dataset": DATASET, "agency": AGENCY, "period": period}
        await session.execute(insert(intake.return_).values(id=made, created_at=at, **names))
        who = {"submitted_by": "police", "client_id": "police", "submitted_at": at}
        await session.execute(
            insert(intake.revision).values(
                return_id=made,
                number=1,
                content_hash=period,
                state=str(state),
                rows=len(items),
                is_current=True,
                **who,
            )
        )
        await staging.stage(session, Columns.of(items))
        await staging.store(session, made, 1)


def _year(year: int, plus: int = 0) -> list[Reported]:
    """Its months from the last to the first, in all and at high risk, and the year itself."""
    months = [(f"{year}-{month:02}", 100 * year + month + plus) for month in range(12, 0, -1)]
    return [
        Reported(CODE, AREA, f"CY{year}", value=Decimal(1200 * year)),
        *(Reported(CODE, AREA, text, value=Decimal(value)) for text, value in months),
        *(Reported(CODE, AREA, text, _HIGH, Decimal(value - 1)) for text, value in months[:6]),
    ]


async def test_the_newest_figures_of_each_series_and_length_are_read(database: Database) -> None:
    for hours, year in enumerate((2016, 2013, 2014, 2012, 2015)):  # not in the order of time
        await _store(database, f"CY{year}", hours, _year(year), State.VALIDATED)
    # A month by itself: submitted before the year it lies in, and after it.
    first = [Reported(CODE, AREA, "2016-02", value=Decimal(1))]
    later = [Reported(CODE, AREA, "2016-03", value=Decimal(2))]
    await _store(database, "2016-02", -1, first, State.VALIDATED)
    await _store(database, "2016-03", 9, later, State.AGENCY_APPROVED)
    gone = [Reported(CODE, AREA, "2016-04", value=Decimal(3))]
    await _store(database, "2016-04", 9, gone, State.WITHDRAWN)
    none = [Reported(CODE, AREA, "2016-05", status="x")]
    await _store(database, "2016-05", 9, none, State.VALIDATED)
    await _store(database, "CY2018", 9, _year(2018), State.VALIDATED)  # later than what is sent
    sent = Return(DATASET, AGENCY, "CY2017", tuple(_year(2017)))
    async with database.intake(AGENCY) as session:
        found = (await history_of(session, sent)).earlier.series
    months = [
        float(100 * year + month)
        for year in (2012, 2013, 2014, 2015, 2016)
        for month in range(1, 13)
    ]
    months[-10] = 2.0  # March of the last year
    assert found[CODE, AREA, (), 1] == months[-LONGEST:]
    high = [
        float(100 * year + month - 1)
        for year in (2012, 2013, 2014, 2015, 2016)
        for month in range(7, 13)
    ]
    assert found[CODE, AREA, _HIGH, 1] == high
    assert found[CODE, AREA, (), 12] == [float(1200 * year) for year in range(2012, 2017)]
    assert len(found) == 3


async def test_the_revision_before_and_the_return_before_are_read_cell_by_cell(
    database: Database,
) -> None:
    code = "POL_DA_INCIDENT"
    before = [Reported(code, AREA, "2030-12", value=Decimal("12.50"))]
    own = [
        Reported(code, AREA, "2031-01", value=Decimal(7)),
        Reported(code, AREA, "2031-02", status="x"),
        Reported(code, AREA, "2031-01", _HIGH, Decimal(3)),
    ]
    await _store(database, "CY2030", 20, before, State.WITHDRAWN)
    await _store(database, "CY2031", 21, own, State.VALIDATED)
    sent = Return(DATASET, AGENCY, "CY2031", (Reported(code, AREA, "2031-01"),))
    async with database.intake(AGENCY) as session:
        history = await history_of(session, sent)
        first = await history_of(session, Return(DATASET, AGENCY, "YTD-1999-06", ()))
    assert history.previous == past_of(before)
    assert history.earlier.revision == past_of(own)
    assert not {where for where in history.earlier.series if where[0] == code}
    assert (first.previous, first.earlier.revision) == (None, {})
