"""What two sides of an association agree on at Init: version, options, sizes, character set, language.

The rule it keeps: we agree to what both sides have, and to nothing else (Z39.50-1995, 3.2.1). Everything here
is a function of the request and of what we offer.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from protocols.z3950 import externals, oids
from protocols.z3950.apdus import InitializeRequest, InitializeResponse, Option, Version
from protocols.z3950.charset import LATIN_1, MARC_8, UNNEGOTIATED, UTF_8, Charset, named
from protocols.z3950.declarations import NULL
from protocols.z3950.errors import RemoteError
from protocols.z3950.externals import (
    CharSetandLanguageNegotiation,
    CharsetProposal,
    DiagnosticFormat,
    DiagnosticItem,
    Environment,
    InitialSet,
    Iso2022Proposal,
    Iso2022Response,
    Iso10646,
    LeftAndRight,
    OriginProposal,
    PrivateCharset,
    TargetResponse,
    UserInfo1,
)
from protocols.z3950.oids import Oid
from protocols.z3950.structures import DefaultDiagFormat, External, OtherInformationItem

ALL_VERSIONS: Final = frozenset(Version)

SEARCH_OPTIONS: Final = frozenset(
    {
        Option.SEARCH,
        Option.PRESENT,
        Option.DELETE_SET,
        Option.TRIGGER_RESOURCE_CONTROL,
        Option.SCAN,
        Option.SORT,
        Option.NAMED_RESULT_SETS,
        Option.NEGOTIATION_MODEL,
        Option.QUERY_TYPE_104,
    }
)
"""What a target can do that searches and changes nothing."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a target can do, and how it calls itself."""

    versions: frozenset[Version] = ALL_VERSIONS
    options: frozenset[Option] = SEARCH_OPTIONS
    preferred_message_size: int = 16 * 1024 * 1024
    exceptional_record_size: int = 16 * 1024 * 1024
    charsets: tuple[Charset, ...] = (UTF_8, MARC_8, LATIN_1)
    unnegotiated: Charset = UNNEGOTIATED
    languages: tuple[str, ...] = ("eng",)
    implementation_id: str | None = None
    implementation_name: str | None = None
    implementation_version: str | None = None


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force.

    `version` is 2 or 3, or 0 where there is none in common and the Init must be refused. `charset_agreed`
    says whether the origin asked for one and got it, `records_in_charset` whether records are in it too.
    """

    version: int
    options: frozenset[Option]
    preferred_message_size: int
    exceptional_record_size: int
    charset: Charset
    charset_agreed: bool = False
    records_in_charset: bool = False
    language: str | None = None
    negotiation: OtherInformationItem | None = None


_NUMBERS: Final = {Version.VERSION_1: 2, Version.VERSION_2: 2, Version.VERSION_3: 3}


def highest(versions: Iterable[Version]) -> int:
    """The number of the highest version of these, 0 if there is none."""
    return max((_NUMBERS[version] for version in versions), default=0)


def agree(request: InitializeRequest, offer: Offer) -> Agreed:
    """What will be in force if the origin is let in."""
    version = highest(request.protocol_version & offer.versions)
    preferred = _smaller(request.preferred_message_size, offer.preferred_message_size)
    exceptional = _smaller(request.exceptional_record_size, offer.exceptional_record_size)
    agreed = Agreed(
        version=version,
        options=request.options & offer.options - {Option.NEGOTIATION_MODEL},
        preferred_message_size=preferred,
        exceptional_record_size=max(preferred, exceptional),
        charset=offer.unnegotiated,
    )
    proposal = _proposal(request) if version > 2 and Option.NEGOTIATION_MODEL in offer.options else None
    if proposal is None:
        return agreed
    reference, proposed = proposal
    agreed = _with_charset(agreed, proposed, reference, offer)
    if Option.NEGOTIATION_MODEL in request.options:
        return msgspec.structs.replace(agreed, options=agreed.options | {Option.NEGOTIATION_MODEL})
    return agreed


def _smaller(asked: int, offered: int) -> int:
    """A size that is none leaves it to us."""
    return min(asked, offered) if asked > 0 else offered


def response(agreed: Agreed, offer: Offer, request: InitializeRequest, *, result: bool) -> InitializeResponse:
    """The answer to an Init: what is agreed on, and whether there is an association."""
    return InitializeResponse(
        reference_id=request.reference_id,
        protocol_version=request.protocol_version & offer.versions or offer.versions,
        options=agreed.options,
        preferred_message_size=agreed.preferred_message_size,
        exceptional_record_size=agreed.exceptional_record_size,
        result=result,
        implementation_id=offer.implementation_id,
        implementation_name=offer.implementation_name,
        implementation_version=offer.implementation_version,
        other_info=(agreed.negotiation,) if result and agreed.negotiation else None,
    )


def reason_given(diagnostic: DefaultDiagFormat) -> External:
    """Why an Init is refused, for its user information: Diag-1 in UserInfo-1, which is where peers look."""
    item = DiagnosticItem(diagnostic=diagnostic)
    inside = externals.sealed(DiagnosticFormat((item,)))
    return externals.sealed(UserInfo1((OtherInformationItem(information=inside),)))


def reasons_of(answer: InitializeResponse) -> list[DefaultDiagFormat]:
    """Why an Init was refused, so far as the target says so, in its user information or beside it."""
    try:
        inside = externals.opened(answer.user_information_field) if answer.user_information_field else None
        items = [*(inside.information if isinstance(inside, UserInfo1) else ()), *(answer.other_info or ())]
        told = [
            externals.opened(item.information) for item in items if isinstance(item.information, External)
        ]
    except RemoteError:
        return []
    return [
        item.diagnostic
        for each in told
        if isinstance(each, DiagnosticFormat)
        for item in each.diagnostics
        if isinstance(item.diagnostic, DefaultDiagFormat)
    ]


# Character sets

_ASCII_SET, _LATIN_1_SET, _ANSEL_SET = 6, 100, 231
"""Numbers in the ISO register of coded character sets."""

_RIGHT_SETS: Final = {_LATIN_1_SET: LATIN_1, _ANSEL_SET: MARC_8}
_WITH_RECORDS: Final = (UTF_8, MARC_8)
"""Those in which MARC 21 has records."""


def _proposal(request: InitializeRequest) -> tuple[Oid, OriginProposal] | None:
    for item in request.other_info or ():
        information = item.information
        if isinstance(information, External) and information.direct_reference in _NEGOTIATIONS:
            try:
                content = externals.opened(information)
            except RemoteError:
                return None
            if isinstance(content, CharSetandLanguageNegotiation) and isinstance(
                content.said, OriginProposal
            ):
                return information.direct_reference, content.said
    return None


_NEGOTIATIONS: Final = (oids.CHARSET_3, oids.CHARSET_4)


def _with_charset(agreed: Agreed, proposal: OriginProposal, reference: Oid, offer: Offer) -> Agreed:
    charset, selected = None, None
    if proposal.proposed_char_sets is not None:
        charset, selected = _selected(proposal.proposed_char_sets, offer.charsets)
    language = next((each for each in proposal.proposed_languages or () if each in offer.languages), None)
    wanted = proposal.records_in_selected_char_sets
    in_records = charset in _WITH_RECORDS and bool(wanted)
    said = TargetResponse(
        selected_char_sets=(selected or NULL) if proposal.proposed_char_sets is not None else None,
        selected_language=language,
        records_in_selected_char_sets=None if wanted is None else in_records,
    )
    sealed = externals.sealed(CharSetandLanguageNegotiation(said))
    return msgspec.structs.replace(
        agreed,
        charset=charset or agreed.charset,
        charset_agreed=charset is not None,
        records_in_charset=in_records,
        language=language,
        negotiation=OtherInformationItem(
            information=msgspec.structs.replace(sealed, direct_reference=reference)
        ),
    )


def _selected(
    proposed: Iterable[CharsetProposal], offered: tuple[Charset, ...]
) -> tuple[Charset | None, CharsetProposal | None]:
    """The first that we have, for they come in the order in which they are liked; and the words for it."""
    for proposal in proposed:
        charset, answer = _understood(proposal)
        if charset in offered:
            return charset, answer
    return None, None


def _understood(proposal: CharsetProposal) -> tuple[Charset | None, CharsetProposal | None]:
    match proposal:
        case Iso10646(encoding_level=oids.UTF_8):
            return UTF_8, proposal
        case PrivateCharset(chosen=External(direct_reference=oids.CHARSET_NAME, encoding=bytes() as name)):
            return named(name.decode("ascii", "replace")), proposal
        case Iso2022Proposal():
            return _understood_sets(proposal)
        case _:
            return None, None


def _understood_sets(proposal: Iso2022Proposal) -> tuple[Charset | None, CharsetProposal | None]:
    if proposal.proposed_environment is Environment.SEVEN_BIT:
        return None, None
    for sets in proposal.proposed_initial_sets:
        charset = _RIGHT_SETS.get(sets.g1 or 0)
        if charset and sets.g0 == _ASCII_SET:
            return charset, Iso2022Response(
                selected_environment=Environment.EIGHT_BIT,
                selected_sets=tuple([each for each in proposal.proposed_sets if each in (sets.g0, sets.g1)]),
                selected_initial_set=InitialSet(g0=sets.g0, g1=sets.g1, c0=sets.c0),
                selected_left_and_right=LeftAndRight(g_left=0, g_right=1),
            )
    return None, None


def propose(
    charset: Charset, *, records: bool = True, languages: tuple[str, ...] = ()
) -> OtherInformationItem:
    """An origin's wish for a character set, for the other information of its Init."""
    proposal = OriginProposal(
        proposed_char_sets=(_proposed(charset),),
        proposed_languages=languages or None,
        records_in_selected_char_sets=records,
    )
    return OtherInformationItem(information=externals.sealed(CharSetandLanguageNegotiation(proposal)))


def _proposed(charset: Charset) -> CharsetProposal:
    if charset is UTF_8:
        return Iso10646(encoding_level=oids.UTF_8)
    name = External(direct_reference=oids.CHARSET_NAME, encoding=charset.name.encode("ascii"))
    return PrivateCharset(name)


def granted(answer: InitializeResponse) -> Charset | None:
    """The character set that a target has agreed to; None if it did not, or not to one that we have."""
    for item in answer.other_info or ():
        information = item.information
        if not isinstance(information, External):
            continue
        try:
            content = externals.opened(information)
        except RemoteError:
            return None
        if isinstance(content, CharSetandLanguageNegotiation) and isinstance(content.said, TargetResponse):
            return _granted(content.said)
    return None


def _granted(said: TargetResponse) -> Charset | None:
    match said.selected_char_sets:
        case Iso2022Response(selected_initial_set=sets):
            return _RIGHT_SETS.get(sets.g1 or 0)
        case Iso10646() | PrivateCharset() as selected:
            return _understood(selected)[0]
        case _:
            return None
