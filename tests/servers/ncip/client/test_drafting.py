"""From paths to messages: all that the declarations have can be typed, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from protocols.ncip import messages as m
from protocols.ncip import structures as s
from protocols.ncip.declarations import Kind, declaration_of
from protocols.ncip.dialects import NAMESPACE
from protocols.ncip.schemes import RequestType
from protocols.ncip.values import Element, SchemeValuePair
from servers.ncip.client.drafting import Draft, Mistyped, fields


def built(struct: type[s.Content], *typed: str) -> object:
    """The message with ``PATH=VALUE`` put into it one after the other."""
    draft = Draft(struct)
    for each in typed:
        draft.put(*each.split("=", 1))
    return draft.built()


def complaint(struct: type[s.Content], *typed: str) -> str:
    """What is said of it."""
    with pytest.raises(Mistyped) as raised:
        built(struct, *typed)
    return str(raised.value)


def test_a_value_for_an_id_is_its_identifier() -> None:
    assert built(m.DeleteItem, "ItemId=I1", "ItemId/AgencyId=TOWN") == m.DeleteItem(
        item_id=s.ItemId(agency_id=SchemeValuePair("TOWN"), item_identifier_value="I1")
    )


def test_a_path_typed_again_begins_another_element_where_there_may_be_several() -> None:
    message = built(m.LookupItemSet, "ItemId=I1", "ItemId/AgencyId=A", "ItemId=I2", "HoldingsSetId=h")
    assert isinstance(message, m.LookupItemSet)
    assert message.item_id == (
        s.ItemId(agency_id=SchemeValuePair("A"), item_identifier_value="I1"),
        s.ItemId(item_identifier_value="I2"),
    )


def test_where_there_may_be_one_the_second_is_a_mistake() -> None:
    assert complaint(m.DeleteItem, "ItemId=I1", "ItemId=I2") == (
        "DeleteItem/ItemId may stand there once, and was given twice"
    )


@time_machine.travel(datetime(2026, 3, 2, 10, 30, 1, 5, UTC), tick=False)
def test_every_kind_of_value_is_read() -> None:
    message = built(
        m.RequestItem,
        "MandatedAction=now",
        "RequestType=stack retrieval",
        "RequestType@Scheme=urn:x",
        "NeedBeforeDate=2026-12-31",
        "AcknowledgedFeeAmount=100",
        "AcknowledgedFeeAmount/CurrencyCode=EUR",
        "ItemOptionalFields/SensitizationFlag=yes",
        "ItemOptionalFields/BibliographicDescription/Title=Emma",
        "AuthenticationInput/AuthenticationInputData=1234",
        "Ext/ItemNote=fragile",
    )
    assert isinstance(message, m.RequestItem)
    assert message.mandated_action == s.MandatedAction(
        date_event_occurred=datetime(2026, 3, 2, 10, 30, 1, 0, UTC)
    )
    assert message.request_type == SchemeValuePair(RequestType.STACK_RETRIEVAL, "urn:x")
    assert message.need_before_date == date(2026, 12, 31)
    assert message.acknowledged_fee_amount == s.Amount(
        currency_code=SchemeValuePair("EUR"), monetary_value=100
    )
    assert message.item_optional_fields is not None
    assert message.item_optional_fields.sensitization_flag
    assert message.authentication_input[0].authentication_input_data.reveal() == "1234"
    assert message.ext == (Element(name="ItemNote", namespace=NAMESPACE, text="fragile"),)


def test_a_flag_can_be_taken_back() -> None:
    assert built(m.LookupUser, "LoanedItemsDesired=no") == m.LookupUser()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["ItemIds=I1"], "LookupItem has no ItemIds, but ItemId"),
        (["ItemId/Barcode=I1"], "LookupItem/ItemId has no Barcode; it has AgencyId, ItemIdentifierType"),
        (["/=x"], "'/' names no element of LookupItem"),
        (["ItemElementType/X=y"], "LookupItem/ItemElementType has no elements in it"),
        (["ItemId/AgencyId=TOWN"], "LookupItem/ItemId needs ItemIdentifierValue"),
        (["Ext=x"], "LookupItem/Ext takes one element, as Ext/ItemNote=TEXT"),
        (["ItemElementType@Scheme=x"], "LookupItem/ItemElementType gets its Scheme after its value"),
        (["ItemId@Scheme=x"], "LookupItem/ItemId has no Scheme"),
    ],
)
def test_what_makes_no_message_is_a_sentence(typed: list[str], said: str) -> None:
    assert complaint(m.LookupItem, *typed).startswith(said)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("DesiredDateDue=soon", "RenewItem/DesiredDateDue is a date as 2026-12-31 or"),
        ("AcknowledgedFeeAmount=12.50", "RenewItem/AcknowledgedFeeAmount/MonetaryValue is a whole number"),
        (
            "AuthenticationInput=1234",
            "RenewItem/AuthenticationInput has elements of its own; name one of them",
        ),
    ],
)
def test_a_value_that_cannot_be_is_a_sentence(typed: str, said: str) -> None:
    assert complaint(m.RenewItem, typed).startswith(said)


def test_a_number_has_its_bounds() -> None:
    assert "is a whole number, not '0'" in complaint(m.LookupItemSet, "MaximumItemsCount=0")


def test_what_the_schema_forbids_cannot_be_typed() -> None:
    """Brokers send a user with CheckInItem; it is read, and not sent."""
    assert complaint(m.CheckInItem, "UserId=P1").startswith("CheckInItem has no UserId")


def test_an_offer_is_taken_where_there_is_room_and_nothing_yet() -> None:
    draft = Draft(m.RenewItem)
    draft.put("ItemId", "I1")
    draft.offer("ItemId/AgencyId", "TOWN")
    draft.offer("ItemId", "I2")
    draft.offer("UserId/AgencyId", "TOWN")
    draft.offer("PickupLocation", "MAIN")
    assert ("ItemId" in draft, "UserId" in draft) == (True, False)
    assert draft.built() == m.RenewItem(
        item_id=s.ItemId(agency_id=SchemeValuePair("TOWN"), item_identifier_value="I1")
    )


@pytest.mark.parametrize("service", m.SERVICES)
def test_every_element_that_is_listed_can_be_typed(service: type[m.Initiation]) -> None:
    values = {Kind.DATE: "now", Kind.INTEGER: "1"}
    for path, taken in fields(service):
        slot_kind = (
            Kind.DATE if taken.startswith("date") else Kind.INTEGER if "number" in taken else Kind.TEXT
        )
        draft = Draft(service)
        draft.put(path, values.get(slot_kind, "yes"))
        assert not draft.is_empty


def test_of_what_is_listed_nothing_is_missing() -> None:
    listed = {path.partition("/")[0] for path, _ in fields(m.AcceptItem)}
    assert listed == {slot.name for slot in declaration_of(m.AcceptItem).slots} - {"Ext"}
