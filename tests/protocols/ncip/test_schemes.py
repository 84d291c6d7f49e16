"""Code lists and problem types: what is recognised, and which scheme a value is said to be from."""

import pytest

from protocols.ncip import schemes
from protocols.ncip.declarations import declaration_of
from protocols.ncip.messages import SERVICES, Message
from protocols.ncip.problems import BY_SERVICE, GENERAL, MESSAGING, ProblemType, problem_scheme
from protocols.ncip.schemes import CodeList, member, scheme_of

LISTS = CodeList.__subclasses__()


@pytest.mark.parametrize(
    ("codes", "text", "value"),
    [
        (schemes.RequestType, "Hold", schemes.RequestType.HOLD),
        (schemes.RequestType, "hold", schemes.RequestType.HOLD),
        (schemes.RequestType, "stackretrieval", schemes.RequestType.STACK_RETRIEVAL),
        (schemes.RequestType, "Physical", schemes.RequestType.PHYSICAL),
        (schemes.RequestType, "Hole", None),
        (schemes.RequestScopeType, "title", schemes.RequestScopeType.BIBLIOGRAPHIC_ITEM),
        (schemes.AuthenticationInputType, "UserName", schemes.AuthenticationInputType.USER_ID),
        (schemes.AuthenticationInputType, "Barcode", schemes.AuthenticationInputType.BARCODE_ID),
        (schemes.AuthenticationInputType, "pin", schemes.AuthenticationInputType.PIN),
        (schemes.UserIdentifierType, "Barcode Id", schemes.UserIdentifierType.BARCODE),
        (schemes.UserIdentifierType, "uuid", None),
        (schemes.ItemIdentifierType, "barcode", schemes.ItemIdentifierType.BARCODE),
        (schemes.UserElementType, "Visible User Id", schemes.UserElementType.USER_ID),
        (schemes.ElectronicAddressType, "Email", schemes.ElectronicAddressType.MAILTO),
        (schemes.ElectronicAddressType, "phone", schemes.ElectronicAddressType.TEL),
        (ProblemType, "Renewal Not Allowed — Item has outstanding requests",
         ProblemType.RENEWAL_NOT_ALLOWED_ITEM_HAS_OUTSTANDING_REQUESTS),
        (schemes.RequestType, "H" * 65, None),
        (schemes.RequestType, "", None),
    ],
)  # fmt: skip
def test_a_value_is_known_under_any_of_its_names(
    codes: type[CodeList], text: str, value: CodeList | None
) -> None:
    assert member(codes, text) is value


@pytest.mark.parametrize("codes", LISTS)
def test_no_two_values_of_a_list_are_taken_for_each_other(codes: type[CodeList]) -> None:
    assert all(member(codes, value.value) is value for value in codes)
    assert all(member(codes, value.value.upper()) is value for value in codes)


@pytest.mark.parametrize("codes", LISTS)
def test_every_list_belongs_to_an_element(codes: type[CodeList]) -> None:
    found = set()
    seen = set()

    def look(struct: type) -> None:
        if struct not in seen:
            seen.add(struct)
            for slot in declaration_of(struct).slots:
                found.add(slot.codes)
                if slot.structure:
                    look(slot.structure)

    for pair in SERVICES.items():
        for side in pair:
            assert issubclass(side, Message)
            look(side)
    assert codes in found


def test_the_schemes_are_called_as_the_standard_calls_them() -> None:
    assert scheme_of(schemes.ItemElementType) == (
        "http://www.niso.org/ncip/v1_0/schemes/itemelementtype/itemelementtype.scm"
    )
    assert scheme_of(schemes.RequestType) == (
        "http://www.niso.org/ncip/v1_0/imp1/schemes/requesttype/requesttype.scm"
    )
    assert scheme_of(schemes.UserIdentifierType).endswith("/visibleuseridentifiertype.scm")


# Problems -----------------------------------------------------------------------------------------


def test_every_problem_type_is_in_a_scheme_and_common_ones_in_one() -> None:
    of_services = frozenset().union(*BY_SERVICE.values())
    assert MESSAGING | GENERAL | of_services == frozenset(ProblemType)
    assert not MESSAGING & GENERAL
    assert not (MESSAGING | GENERAL) & of_services


def test_every_scheme_is_of_a_service() -> None:
    assert set(BY_SERVICE) <= {service.__name__ for service in SERVICES}


@pytest.mark.parametrize(
    ("value", "service", "scheme"),
    [
        (ProblemType.UNKNOWN_SERVICE, "CheckInItem", "messagingerrortype/messagingerrortype"),
        (ProblemType.UNKNOWN_USER, "LookupUser", "processingerrortype/lookupuserprocessingerror"),
        (ProblemType.UNKNOWN_USER, "CheckInItem", "processingerrortype/generalprocessingerror"),
        (ProblemType.UNKNOWN_AGENCY, "LookupUser", "processingerrortype/generalprocessingerror"),
        ("Our Own", "LookupUser", "processingerrortype/generalprocessingerror"),
    ],
)
def test_a_problem_is_said_to_be_from_its_service_s_scheme(value: str, service: str, scheme: str) -> None:
    assert problem_scheme(value, service) == f"http://www.niso.org/ncip/v1_0/schemes/{scheme}.scm"
