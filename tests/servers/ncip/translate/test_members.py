"""What partners say of the record of a patron, and what patrons are to be told."""

from __future__ import annotations

from core.events import NoticeRecorded
from tests.fakes.world import ANN, KIOSK, World
from tests.servers.ncip.speaking import Speaker, user


async def test_a_deleted_user_is_no_more(world: World, broker: Speaker) -> None:
    assert await broker.ask(f"<DeleteUser>{user('P1')}</DeleteUser>") == (
        "{DeleteUserResponse {UserId {UserIdentifierValue P1}}}"
    )
    assert world.library.patron("P1") is None


async def test_whoever_has_something_on_loan_stays(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert "{ProblemDetail Still in use}" in await broker.ask(f"<DeleteUser>{user('P1')}</DeleteUser>")
    assert world.library.patron("P1") is not None


async def test_a_notice_is_taken_down_for_whoever_sends_it(world: World, broker: Speaker) -> None:
    privilege = (
        "<UserPrivilege><AgencyId>TOWN</AgencyId><AgencyUserPrivilegeType>adult</AgencyUserPrivilegeType>"
        "</UserPrivilege>"
    )
    details = f"<NoticeType>Letter</NoticeType><NoticeContent>Hello.</NoticeContent>{privilege}"
    notice = (
        f"<SendUserNotice>{user('P1')}<DateToSend>2026-03-05T08:00:00Z</DateToSend>"
        f"<UserNoticeDetails>{details}</UserNoticeDetails></SendUserNotice>"
    )
    assert await broker.ask(notice) == (
        "{SendUserNoticeResponse {UserId {UserIdentifierValue P1}}{DateWillSend 2026-03-05T08:00:00Z}}"
    )
    events = [recorded.event for batch in world.store.batches for recorded in batch.events]
    (told,) = [event for event in events if isinstance(event, NoticeRecorded)]
    assert (told.patron, told.text) == (ANN, "Hello.")
