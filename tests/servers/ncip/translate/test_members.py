"""What partners say of the record of a patron, and what patrons are to be told."""

from __future__ import annotations

from datetime import date

import pytest

from core.events import NoticeRecorded
from tests.fakes.world import ANN, KIOSK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, proof, user


def name(surname: str, given: str = "") -> str:
    first = f"<GivenName>{given}</GivenName>" if given else ""
    parts = f"<StructuredPersonalUserName>{first}<Surname>{surname}</Surname></StructuredPersonalUserName>"
    return f"<NameInformation><PersonalNameInformation>{parts}</PersonalNameInformation></NameInformation>"


def unstructured(text: str) -> str:
    parts = f"<UnstructuredPersonalUserName>{text}</UnstructuredPersonalUserName>"
    return f"<NameInformation><PersonalNameInformation>{parts}</PersonalNameInformation></NameInformation>"


def electronic(kind: str, text: str) -> str:
    return (
        "<UserAddressInformation><UserAddressRoleType>Home</UserAddressRoleType><ElectronicAddress>"
        f"<ElectronicAddressType>{kind}</ElectronicAddressType>"
        f"<ElectronicAddressData>{text}</ElectronicAddressData></ElectronicAddress></UserAddressInformation>"
    )


def postal(inside: str) -> str:
    return (
        "<UserAddressInformation><UserAddressRoleType>Home</UserAddressRoleType><PhysicalAddress>"
        f"{inside}<PhysicalAddressType>Postal Address</PhysicalAddressType></PhysicalAddress>"
        "</UserAddressInformation>"
    )


def privilege(group: str, until: str = "", agency: str = "TOWN") -> str:
    end = f"<ValidToDate>{until}</ValidToDate>" if until else ""
    return (
        f"<UserPrivilege><AgencyId>{agency}</AgencyId>"
        f"<AgencyUserPrivilegeType>{group}</AgencyUserPrivilegeType>{end}</UserPrivilege>"
    )


def given(kind: str, text: str) -> str:
    return (
        f"<AuthenticationInput><AuthenticationInputData>{text}</AuthenticationInputData>"
        "<AuthenticationDataFormatType>text/plain</AuthenticationDataFormatType>"
        f"<AuthenticationInputType>{kind}</AuthenticationInputType></AuthenticationInput>"
    )


def create(*parts: str) -> str:
    return f"<CreateUser>{''.join(parts)}</CreateUser>"


def change(who: str, gone: str = "", new: str = "") -> str:
    deleted = f"<DeleteUserFields>{gone}</DeleteUserFields>" if gone else ""
    added = f"<AddUserFields>{new}</AddUserFields>" if new else ""
    return f"<UpdateUser>{user(who)}{deleted}{added}</UpdateUser>"


STREET = (
    "<StructuredAddress><Street>High Street 1</Street><Locality>Berlin</Locality>"
    "<PostalCode>10115</PostalCode></StructuredAddress>"
)
LINES = (
    "<UnstructuredAddress><UnstructuredAddressType>Newline-Delimited Text</UnstructuredAddressType>"
    "<UnstructuredAddressData>Low Road 2\n10117 Berlin</UnstructuredAddressData></UnstructuredAddress>"
)
BLOCK = "<BlockOrTrap><AgencyId>TOWN</AgencyId><BlockOrTrapType>Block Hold</BlockOrTrapType></BlockOrTrap>"


class TestCreateUser:
    @proves("CreateUser")
    async def test_a_new_user_may_come_the_same_day(self, world: World, broker: Speaker) -> None:
        asked = create(
            user("N1"),
            name("Woolf", "Virginia"),
            electronic("mailto", "v@example.org"),
            electronic("tel", "123"),
            postal(STREET),
            "<DateOfBirth>1982-01-25</DateOfBirth><UserLanguage>en</UserLanguage>",
            privilege("adult", "2027-12-31"),
        )
        answer = "{CreateUserResponse {UserId {AgencyId TOWN}{UserIdentifierValue N1}}}"
        assert await broker.ask(asked) == answer
        made = world.library.patron("N1")
        assert made is not None
        assert (made.name, made.email, made.phone) == ("Virginia Woolf", "v@example.org", "123")
        assert (made.address, made.language) == ("High Street 1\n10115 Berlin", "en")
        assert (made.born, made.expires) == (date(1982, 1, 25), date(2027, 12, 31))
        assert (made.group, made.agency, made.pin) == ("adult", "MAIN", "")
        assert await broker.ask(asked) == answer, "told again, it is told the same"
        assert "{DateDue " in await broker.ask(f"<CheckOutItem>{user('N1')}{item('I1')}</CheckOutItem>")

    async def test_a_pin_is_kept_as_its_hash_and_a_further_id_beside_the_barcode(
        self, world: World, broker: Speaker
    ) -> None:
        known = given("Barcode Id", "N1") + given("User Id", "virginia") + given("PIN", "4711")
        asked = create(known, unstructured("Woolf, Virginia"))
        assert "{UserIdentifierValue N1}" in await broker.ask(asked)
        assert "{UserIdentifierValue N1}" in await broker.ask(asked), "told again, it is told the same"
        made = world.library.patron("virginia")
        assert made is not None
        assert (made.barcode, made.family, made.given) == ("N1", "Woolf", "Virginia")
        assert await world.credentials.verify("4711", made.pin)

    async def test_without_an_id_they_get_a_number_and_libraries_have_a_name_too(
        self, world: World, broker: Speaker
    ) -> None:
        named = (
            "<NameInformation><OrganizationNameInformation><OrganizationNameType>Official"
            "</OrganizationNameType><OrganizationName>Far Library</OrganizationName>"
            "</OrganizationNameInformation></NameInformation>"
        )
        answer = await broker.ask(create(named, privilege("library", agency="EAST")))
        made = list(world.library.patrons.values())[-1]
        assert f"{{UserIdentifierValue {made.barcode}}}" in answer
        assert (made.family, made.agency, made.group) == ("Far Library", "EAST", "library")

    @pytest.mark.parametrize(
        ("parts", "kind", "element", "value"),
        [
            ((user("P1"), name("X")), "Duplicate User", "UserId", "P1"),
            ((user("N1"),), "Needed Data Missing", "NameInformation", ""),
            ((user("N1"), name("X"), BLOCK), "Element Rule Violated", "BlockOrTrap", ""),
            (
                (user("N1"), name("X"), privilege("adult", agency="MOON")),
                *("Element Rule Violated", "UserPrivilege/AgencyId", "MOON"),
            ),
            (
                (user("N1"), name("X"), privilege("adult"), privilege("child")),
                *("Element Rule Violated", "UserPrivilege", ""),
            ),
            (
                (user("N1"), name("X"), electronic("fax", "1")),
                "Element Rule Violated",
                "UserAddressInformation/ElectronicAddress/ElectronicAddressType",
                "fax",
            ),
            (
                (given("X.509 Certificate", "abc"), name("X")),
                *("Element Rule Violated", "AuthenticationInput/AuthenticationInputType"),
                "X.509 Certificate",
            ),
        ],
        ids=["taken", "no name", "block", "privilege elsewhere", "two privileges", "address", "proof"],
    )
    async def test_a_refusal_names_what_is_wrong(
        self,
        world: World,
        broker: Speaker,
        parts: tuple[str, ...],
        kind: str,
        element: str,
        value: str,
    ) -> None:
        patrons = len(world.library.patrons)
        answer = await broker.ask(create(*parts))
        assert f"{{ProblemType {kind}}}" in answer
        shown = f"{{ProblemValue {value}}}" if value else ""
        assert f"{{ProblemElement //CreateUser/{element}}}{shown}}}" in answer
        assert len(world.library.patrons) == patrons


class TestUpdateUser:
    DONE = "{UpdateUserResponse {UserId {UserIdentifierValue P1}}}"

    @proves("UpdateUser")
    async def test_what_is_deleted_goes_before_what_is_added_comes(
        self, world: World, broker: Speaker
    ) -> None:
        new = name("Woolf") + electronic("tel", "123") + postal(LINES) + privilege("staff", "2027-12-31")
        assert await broker.ask(change("P1", name("Ngata", "Ann"), new)) == self.DONE
        found = world.library.patrons[ANN]
        assert (found.name, found.phone, found.address) == ("Woolf", "123", "Low Road 2\n10117 Berlin")
        assert (found.group, found.expires) == ("staff", date(2027, 12, 31))
        old = electronic("tel", "123") + postal(LINES) + privilege("staff")
        old += "<DateOfBirth>1990-01-01</DateOfBirth><UserLanguage>en</UserLanguage>"
        order = old.replace("<UserPrivilege>", "|<UserPrivilege>").split("|")
        rest, end = order[1].split("</UserPrivilege>")
        assert await broker.ask(change("P1", order[0] + end + rest + "</UserPrivilege>")) == self.DONE
        found = world.library.patrons[ANN]
        assert (found.phone, found.address, found.group, found.expires) == ("", "", "", None)

    async def test_a_pin_is_changed_as_often_as_it_is_sent(self, world: World, broker: Speaker) -> None:
        for pin in ("1111", "2222"):
            assert await broker.ask(change("P1", new=given("PIN", pin))) == self.DONE
            assert await world.credentials.verify(pin, world.library.patrons[ANN].pin)
        assert await broker.ask(change("P1", given("PIN", "2222"))) == self.DONE
        assert world.library.patrons[ANN].pin == ""

    async def test_further_ids_come_and_go(self, world: World, broker: Speaker) -> None:
        old, new = given("User Id", "ann@example.org"), given("User Id", "ann")
        assert await broker.ask(change("P1", old, new)) == self.DONE
        assert world.library.patrons[ANN].identifiers == ("ann",)
        assert await broker.ask(change("P1", old)) == problem(
            *("UpdateUserResponse", "Unable To Delete Element", "Unable To Delete Element"),
            "//UpdateUser/DeleteUserFields/AuthenticationInput",
        )

    @pytest.mark.parametrize(
        ("who", "gone", "new", "kind", "element"),
        [
            ("P9", "", name("X"), "Unknown User", "UserId"),
            ("P1", name("Ngata"), "", "Needed Data Missing", ""),
            ("P1", "", electronic("tel", "1") + BLOCK, "Unable To Add Element", "AddUserFields/BlockOrTrap"),
            ("P1", BLOCK, name("X"), "Unable To Delete Element", "DeleteUserFields/BlockOrTrap"),
            (
                *("P1", "", name("X") + electronic("fax", "1"), "Unable To Add Element"),
                "AddUserFields/UserAddressInformation/ElectronicAddress/ElectronicAddressType",
            ),
            ("P1", "", given("User Id", "P2") + name("X"), "Element Rule Violated", "UserId"),
        ],
    )
    async def test_if_a_part_cannot_be_done_none_is(
        self, world: World, broker: Speaker, who: str, gone: str, new: str, kind: str, element: str
    ) -> None:
        answer = await broker.ask(change(who, gone, new))
        assert f"{{ProblemType {kind}}}" in answer
        assert not element or f"{{ProblemElement //UpdateUser/{element}}}" in answer
        assert world.library.patrons[ANN].version == 1

    async def test_who_proves_who_they_are_must_be_right(self, world: World, broker: Speaker) -> None:
        new = f"<AddUserFields>{name('X')}</AddUserFields>"
        answer = await broker.ask(f"<UpdateUser>{proof('P1', 'wrong')}{new}</UpdateUser>")
        assert "{ProblemType User Authentication Failed}" in answer
        assert world.library.patrons[ANN].version == 1
        assert "Problem" not in await broker.ask(f"<UpdateUser>{proof('P1', 'pin-of-P1')}{new}</UpdateUser>")


@proves("DeleteUser")
async def test_a_deleted_user_is_no_more(world: World, broker: Speaker) -> None:
    assert await broker.ask(f"<DeleteUser>{user('P1')}</DeleteUser>") == (
        "{DeleteUserResponse {UserId {UserIdentifierValue P1}}}"
    )
    assert world.library.patron("P1") is None


async def test_whoever_has_something_on_loan_stays(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert "{ProblemDetail Still in use}" in await broker.ask(f"<DeleteUser>{user('P1')}</DeleteUser>")
    assert world.library.patron("P1") is not None


@proves("SendUserNotice")
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
