"""Texts name what they need, and may be about somebody or something else."""

from conformance.case import names_in
from conformance.ncip import texts


def test_the_header_of_a_broker_names_what_a_target_must_tell() -> None:
    assert names_in(texts.BROKER) == {"ncip_agency", "institution", "as_secret", "as_partner"}
    assert names_in(texts.STORE) == {
        *("ncip_store_agency", "institution", "as_store_secret", "ncip_desk", "ncip_profile"),
    }


def test_a_text_is_about_others_or_says_something_else() -> None:
    assert names_in(texts.of(texts.item(), item="item_lost")) == {"institution", "item_lost"}
    assert "<ItemIdentifierValue>none</ItemIdentifierValue>" in texts.saying(texts.item(), item="none")


def test_parts_are_asked_for_by_name() -> None:
    assert texts.elements("Item", "Location", "Date Due") == (
        "<ItemElementType>Location</ItemElementType><ItemElementType>Date Due</ItemElementType>"
    )


def test_who_is_proved_is_named_first() -> None:
    proof = texts.proof()
    assert proof.index("{patron}") < proof.index("Barcode Id") < proof.index("{pin}") < proof.index(">PIN<")
