"""What two sides agree on at Init, by tables."""

import msgspec
import pytest

from protocols.z3950 import externals, negotiation, oids
from protocols.z3950.apdus import InitializeRequest, Option, Version
from protocols.z3950.charset import LATIN_1, MARC_8, UNNEGOTIATED, UTF_8, Charset, unnegotiated
from protocols.z3950.declarations import NULL, Raw
from protocols.z3950.externals import (
    CharSetandLanguageNegotiation,
    CharsetProposal,
    Environment,
    InitialSet,
    Iso2022Proposal,
    Iso2022Response,
    Iso10646,
    LeftAndRight,
    OriginProposal,
    PrivateCharset,
    TargetResponse,
)
from protocols.z3950.negotiation import Agreed, Offer
from protocols.z3950.structures import External, OtherInformationItem, bib_1_diagnostic
from tests.matrix import proves
from tests.protocols.z3950.golden import INIT

V1, V2, V3 = Version
OFFER = Offer(preferred_message_size=1_000_000, exceptional_record_size=2_000_000)


def agreed_on(offer: Offer = OFFER, **changes: object) -> Agreed:
    return negotiation.agree(msgspec.structs.replace(INIT, **changes), offer)


@proves("Z39.50: Init first, versions, options and sizes negotiated honestly")
@pytest.mark.parametrize(
    ("asked", "version"),
    [({V1, V2, V3}, 3), ({V3}, 3), ({V1, V2}, 2), ({V2}, 2), ({V1}, 2), (set(), 0)],
)
def test_the_highest_common_version(asked: set[Version], version: int) -> None:
    agreed = agreed_on(protocol_version=frozenset(asked))
    assert agreed.version == version
    answer = negotiation.response(
        agreed, OFFER, msgspec.structs.replace(INIT, protocol_version=frozenset(asked)), result=True
    )
    assert answer.protocol_version == (asked or set(Version))


@proves("Z39.50: Init first, versions, options and sizes negotiated honestly")
def test_options_are_those_that_both_have() -> None:
    agreed = agreed_on()
    assert agreed.options == INIT.options - {Option.EXTENDED_SERVICES}
    assert agreed_on(options=frozenset(Option)).options == OFFER.options - {Option.NEGOTIATION_MODEL}
    offered = negotiation.SEARCH_OPTIONS
    assert offered.isdisjoint(
        {
            Option.LEVEL_1_SEGMENTATION,
            Option.LEVEL_2_SEGMENTATION,
            Option.CONCURRENT_OPERATIONS,
            Option.ACCESS_CONTROL,
        }
    )


@proves("Z39.50: Init first, versions, options and sizes negotiated honestly")
@pytest.mark.parametrize(
    ("preferred", "exceptional", "sizes"),
    [
        (64_000_000, 64_000_000, (1_000_000, 2_000_000)),
        (32_768, 32_768, (32_768, 32_768)),
        (32_768, 1_500_000, (32_768, 1_500_000)),
        (32_768, 100, (32_768, 32_768)),
        (0, 0, (1_000_000, 2_000_000)),
        (-1, 5_000, (1_000_000, 1_000_000)),
    ],
)
def test_sizes_are_the_smaller_ones(preferred: int, exceptional: int, sizes: tuple[int, int]) -> None:
    agreed = agreed_on(preferred_message_size=preferred, exceptional_record_size=exceptional)
    assert (agreed.preferred_message_size, agreed.exceptional_record_size) == sizes


SETS = Iso2022Proposal(
    proposed_environment=Environment.EIGHT_BIT,
    proposed_sets=(6, 1, 100, 231),
    proposed_initial_sets=(InitialSet(g0=6, g1=142, c0=1), InitialSet(g0=6, g1=100, c0=1)),
    proposed_left_and_right=LeftAndRight(g_left=0, g_right=1),
)
UTF_8_PROPOSED = Iso10646(encoding_level=oids.UTF_8)


def by_name(name: bytes) -> PrivateCharset:
    return PrivateCharset(External(direct_reference=oids.CHARSET_NAME, encoding=name))


def asking(*charsets: CharsetProposal, records: bool | None = True) -> InitializeRequest:
    proposal = OriginProposal(
        proposed_char_sets=charsets or None,
        proposed_languages=("dan", "eng"),
        records_in_selected_char_sets=records,
    )
    sealed = externals.sealed(CharSetandLanguageNegotiation(proposal))
    return msgspec.structs.replace(
        INIT,
        options=INIT.options | {Option.NEGOTIATION_MODEL},
        other_info=(OtherInformationItem(information="x"), OtherInformationItem(information=sealed)),
    )


def said(agreed: Agreed) -> TargetResponse:
    assert agreed.negotiation
    assert isinstance(agreed.negotiation.information, External)
    content = externals.opened(agreed.negotiation.information)
    assert isinstance(content, CharSetandLanguageNegotiation)
    assert isinstance(content.said, TargetResponse)
    return content.said


@proves("Z39.50: UTF-8, MARC-8 and Latin-1 negotiated")
@pytest.mark.parametrize(
    ("proposed", "charset", "in_records"),
    [
        ((UTF_8_PROPOSED,), UTF_8, True),
        ((Iso10646(encoding_level=oids.UCS_2), UTF_8_PROPOSED), UTF_8, True),
        ((by_name(b"MARC-8"), UTF_8_PROPOSED), MARC_8, True),
        ((by_name(b"ISO-8859-1"),), LATIN_1, False),
        ((by_name(b"utf8"),), UTF_8, True),
    ],
)
def test_the_first_character_set_that_we_have(
    proposed: tuple[CharsetProposal, ...], charset: Charset, in_records: bool
) -> None:
    agreed = negotiation.agree(asking(*proposed), OFFER)
    assert agreed.charset is charset
    assert agreed.charset_agreed
    assert agreed.records_in_charset is in_records
    assert agreed.language == "eng"
    assert Option.NEGOTIATION_MODEL in agreed.options
    answer = said(agreed)
    assert answer.selected_char_sets == proposed[-1] or charset is MARC_8
    assert answer.selected_language == "eng"
    assert answer.records_in_selected_char_sets is in_records
    init = negotiation.response(agreed, OFFER, INIT, result=True)
    assert negotiation.granted(init) is charset


@proves("Z39.50: UTF-8, MARC-8 and Latin-1 negotiated")
@pytest.mark.parametrize(
    ("right", "charset"), [(100, LATIN_1), (231, MARC_8)], ids=["ISO-IR 100", "ISO-IR 231, ANSEL"]
)
def test_sets_of_iso_2022(right: int, charset: Charset) -> None:
    sets = msgspec.structs.replace(
        SETS, proposed_initial_sets=(SETS.proposed_initial_sets[0], InitialSet(g0=6, g1=right, c0=1))
    )
    agreed = negotiation.agree(asking(sets), OFFER)
    assert agreed.charset is charset
    assert said(agreed).selected_char_sets == Iso2022Response(
        selected_environment=Environment.EIGHT_BIT,
        selected_sets=(6, right),
        selected_initial_set=InitialSet(g0=6, g1=right, c0=1),
        selected_left_and_right=LeftAndRight(g_left=0, g_right=1),
    )
    assert negotiation.granted(negotiation.response(agreed, OFFER, INIT, result=True)) is charset


@pytest.mark.parametrize(
    "proposed",
    [
        Iso10646(encoding_level=oids.UTF_16),
        by_name(b"KOI8-R"),
        PrivateCharset(NULL),
        PrivateCharset((oids.UTF_8,)),
        msgspec.structs.replace(SETS, proposed_environment=Environment.SEVEN_BIT),
        msgspec.structs.replace(SETS, proposed_initial_sets=()),
    ],
)
def test_what_we_do_not_have_is_said_to_be_none(proposed: CharsetProposal) -> None:
    offer = Offer(unnegotiated=unnegotiated("cp1250"))
    agreed = negotiation.agree(asking(proposed), offer)
    assert agreed.charset is offer.unnegotiated
    assert not agreed.charset_agreed
    assert not agreed.records_in_charset
    assert said(agreed).selected_char_sets is NULL
    assert negotiation.granted(negotiation.response(agreed, offer, INIT, result=True)) is None


def test_what_was_not_asked_is_not_answered() -> None:
    """The response leaves out what the proposal left out (rules of the register's definition)."""
    answer = said(negotiation.agree(asking(records=None), OFFER))
    assert answer.selected_char_sets is None
    assert answer.records_in_selected_char_sets is None


def test_records_stay_as_they_are_unless_asked_for() -> None:
    agreed = negotiation.agree(asking(UTF_8_PROPOSED, records=False), OFFER)
    assert agreed.charset is UTF_8
    assert not agreed.records_in_charset
    assert said(agreed).records_in_selected_char_sets is False


@pytest.mark.parametrize(
    ("request_", "offer"),
    [
        (INIT, OFFER),
        (msgspec.structs.replace(asking(UTF_8_PROPOSED), protocol_version=frozenset({V1, V2})), OFFER),
        (asking(UTF_8_PROPOSED), Offer(options=OFFER.options - {Option.NEGOTIATION_MODEL})),
        (
            msgspec.structs.replace(
                INIT,
                other_info=(
                    OtherInformationItem(
                        information=External(direct_reference=oids.CHARSET_3, encoding=Raw(b"\x30"))
                    ),
                ),
            ),
            OFFER,
        ),
    ],
    ids=["not asked", "version 2", "not offered", "damaged"],
)
def test_without_negotiation_nothing_is_said(request_: InitializeRequest, offer: Offer) -> None:
    agreed = negotiation.agree(request_, offer)
    assert agreed.negotiation is None
    assert agreed.charset is UNNEGOTIATED
    assert Option.NEGOTIATION_MODEL not in agreed.options


def test_the_negotiation_of_the_fourth_edition_is_answered_in_kind() -> None:
    request = asking(UTF_8_PROPOSED)
    assert request.other_info
    item = request.other_info[1]
    assert isinstance(item.information, External)
    fourth = msgspec.structs.replace(item.information, direct_reference=oids.CHARSET_4)
    agreed = negotiation.agree(
        msgspec.structs.replace(request, other_info=(OtherInformationItem(information=fourth),)), OFFER
    )
    assert agreed.negotiation
    assert isinstance(agreed.negotiation.information, External)
    assert agreed.negotiation.information.direct_reference == oids.CHARSET_4


@pytest.mark.parametrize("charset", [UTF_8, MARC_8, LATIN_1])
def test_what_an_origin_proposes_a_target_understands(charset: Charset) -> None:
    request = msgspec.structs.replace(INIT, other_info=(negotiation.propose(charset, languages=("eng",)),))
    assert negotiation.agree(request, OFFER).charset is charset


def test_the_reason_of_a_refusal_is_found_where_it_was_put() -> None:
    diagnostic = bib_1_diagnostic(1011, "who?")
    answer = negotiation.response(agreed_on(), OFFER, INIT, result=False)
    given = negotiation.reason_given(diagnostic)
    refused = msgspec.structs.replace(answer, user_information_field=given)
    assert negotiation.reasons_of(refused) == [diagnostic]
    assert negotiation.reasons_of(answer) == []
    inside = externals.opened(given)
    assert isinstance(inside, externals.UserInfo1)
    beside = msgspec.structs.replace(answer, other_info=inside.information)
    assert negotiation.reasons_of(beside) == [diagnostic]
    damaged = External(direct_reference=oids.USER_INFO_1, encoding=Raw(b"\x30"))
    assert negotiation.reasons_of(msgspec.structs.replace(answer, user_information_field=damaged)) == []


@pytest.mark.parametrize(
    "item",
    [
        OtherInformationItem(information="x"),
        OtherInformationItem(information=External(direct_reference=oids.SUTRS, encoding=Raw(b"\x1b\0"))),
        OtherInformationItem(information=External(direct_reference=oids.CHARSET_3, encoding=Raw(b"\x30"))),
        negotiation.propose(UTF_8),
    ],
    ids=["text", "another", "damaged", "a proposal"],
)
def test_what_is_no_answer_grants_nothing(item: OtherInformationItem) -> None:
    init = negotiation.response(agreed_on(), OFFER, INIT, result=True)
    assert negotiation.granted(msgspec.structs.replace(init, other_info=(item,))) is None
