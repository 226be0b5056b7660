"""Reminders: sent once each to a real local mail server, with names and days and no figures."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP

from hub.commands.reminding import send_reminders
from hub.errors import SettingsError
from hub.running import RunningHub
from hub.submissions.post import PostError, read_contacts
from hub.vocabulary import vocabulary
from tests.functional.acts import Partnership, rows
from tests.functional.conftest import Sign

AGENCY = "REFUGE_HERTS"


@dataclass
class Mailbox:
    """What the mail server took; it refuses while ``is_full``."""

    letters: list[EmailMessage] = field(default_factory=list)
    is_full: bool = False

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        if self.is_full:
            return "452 no room"
        found = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(found)
        return "250 taken"


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    """A mail server on this machine."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box), "127.0.0.1", 0)
    yield box, server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


def hub_at(
    hub: RunningHub, day: str, tmp_path: Path, port: int, contacts: str = AGENCY
) -> RunningHub:
    """The hub on a day, with a mail server and one agency's mailbox."""
    file = tmp_path / "contacts.csv"
    file.write_text(f"agency,address\n{contacts},returns@refuge.example\n", encoding="utf-8")
    chosen = hub.settings.model_copy(
        update={
            "contacts": file,
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "smtp_from": "hub@hub.example",
        }
    )
    at = datetime.fromisoformat(day).replace(hour=8, tzinfo=UTC)
    return replace(hub, settings=chosen, clock=lambda: at)


async def test_a_week_before_then_late_then_overdue_each_once(
    hub: RunningHub, mailbox: tuple[Mailbox, int], tmp_path: Path
) -> None:
    box, port = mailbox
    subjects = []
    days = ("2018-04-20", "2018-04-24", "2018-04-25", "2018-05-02", "2018-05-16", "2018-05-17")
    for day in days:
        box.letters.clear()
        await send_reminders(hub_at(hub, day, tmp_path, port))
        text = [cast("str", one.get_content()) for one in box.letters]
        subjects.append([line for one in text for line in one.splitlines() if "2018" in line])
    assert [bool(found) for found in subjects] == [True, True, False, True, True, False]
    assert "- IDVA service for Jan to Mar 2018 is due on 30 April 2018." in subjects[1]
    assert "was due on 30 April 2018; it is overdue after 15 May 2018." in subjects[3][0]
    assert (
        "was due on 30 April 2018, at the latest on 15 May 2018; it is overdue." in subjects[4][0]
    )


async def test_the_letter_names_no_figure_and_what_has_come_is_not_asked_for(
    hub: RunningHub, sign: Sign, mailbox: tuple[Mailbox, int], tmp_path: Path
) -> None:
    box, port = mailbox
    body = rows(("IDV_REFERRAL", 98765), area="E07000102")
    partnership = Partnership(hub, sign)
    await partnership.push(f"IDVA/{AGENCY}/FY2017-18-Q4", body)
    await send_reminders(hub_at(hub, "2018-05-02", tmp_path, port))
    [letter] = box.letters
    assert letter["To"] == "returns@refuge.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Jan to Mar 2018" not in letter.get_content()
    assert "98765" not in letter.as_string()
    assert "/returns" in letter.get_content()


async def test_a_dry_run_sends_and_keeps_nothing(
    hub: RunningHub, mailbox: tuple[Mailbox, int], tmp_path: Path
) -> None:
    box, port = mailbox
    there = hub_at(hub, "2018-05-02", tmp_path, port)
    found = await send_reminders(there, dry_run=True)
    assert AGENCY in {one.agency.code for one in found}
    assert box.letters == []
    await send_reminders(there)
    assert len(box.letters) == 1


async def test_what_the_server_did_not_take_is_sent_next_time(
    hub: RunningHub, mailbox: tuple[Mailbox, int], tmp_path: Path
) -> None:
    box, port = mailbox
    box.is_full = True
    there = hub_at(hub, "2018-05-02", tmp_path, port)
    with pytest.raises(PostError, match="did not take") as refused:
        await send_reminders(there)
    assert "refuge.example" not in refused.value.message
    box.is_full = False
    await send_reminders(there)
    assert len(box.letters) == 1


async def test_without_a_mail_server_nothing_counts_as_sent(
    hub: RunningHub, tmp_path: Path
) -> None:
    there = hub_at(hub, "2018-05-02", tmp_path, 1)
    there = replace(there, settings=there.settings.model_copy(update={"smtp_host": None}))
    with pytest.raises(SettingsError, match="HUB_SMTP_HOST"):
        await send_reminders(there)


@pytest.mark.parametrize(
    "row",
    ["NOBODY,a@b.example", f"{AGENCY},no-address", f'{AGENCY},"a@b.example, c@d.example"', AGENCY],
)
def test_a_bad_row_of_the_contacts_is_named(row: str, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(f"agency,address\n{row}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="Row 2"):
        read_contacts(file, vocabulary())
