"""Written by frame, a message is what it is when it is the first: nothing in the messages before it, and
nothing in its own texts, changes how it is written; and what is kept for it is bounded, and no secret.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from protocols.ncip import writing
from protocols.ncip.declarations import MESSAGES, Kind, declaration_of
from protocols.ncip.dialects import DIALECTS, Dialect, Version
from protocols.ncip.errors import LocalError
from protocols.ncip.marks import Presence
from protocols.ncip.messages import (
    BareProblem,
    CheckOutItemResponse,
    Initiation,
    ItemCheckedInResponse,
    LookupUser,
    LookupUserResponse,
    Message,
    RequestItem,
    Response,
)
from protocols.ncip.structures import (
    AuthenticationInput,
    BibliographicDescription,
    Content,
    InitiationHeader,
    ItemId,
    ItemOptionalFields,
    LoanedItem,
    Party,
    Problem,
    ResponseHeader,
    UserId,
)
from protocols.ncip.values import Element, SchemeValuePair
from protocols.ncip.writing import written
from protocols.secret import Secret
from tests.matrix import proves
from tests.protocols.ncip.test_laws import contents
from tests.protocols.ncip.test_shapes import texts_in

CALM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)
LATEST = replace(DIALECTS[Version.V2_02], prefix="")
ITEM = ItemId(item_identifier_value="D1")
USER = UserId(user_identifier_value="P1")
OUT = CheckOutItemResponse(item_id=ITEM, user_id=USER, indeterminate_loan_period_flag=True)


def outcome(message: Message, header: Any, dialect: Dialect) -> bytes | str:
    """What is written, or why nothing can be."""
    try:
        return written(message, header, dialect)
    except LocalError as error:
        return str(error)


def forget() -> None:
    writing._manner.cache_clear()
    writing._plans.cache_clear()


def otherwise(data: st.DataObject, value: Any) -> Any:
    """The structure with a field, its own or that of one within it, given nothing, or more of the same."""
    struct: type[Content] = type(value)
    slots, goes_deeper = declaration_of(struct).slots, data.draw(st.booleans())
    within = [slot for slot in slots if slot.kind is Kind.STRUCTURE and getattr(value, slot.attribute)]
    if within and goes_deeper:
        name = data.draw(st.sampled_from(within)).attribute
        given = getattr(value, name)
        if isinstance(given, Content):
            return replace(value, **{name: otherwise(data, given)})
        return replace(value, **{name: (otherwise(data, given[0]), *given[1:])})
    slot = data.draw(st.sampled_from(slots))
    given = getattr(value, slot.attribute)
    if isinstance(given, tuple):
        return replace(value, **{slot.attribute: data.draw(st.sampled_from([(), given * 2]))})
    nothing: dict[Kind, list[Any]] = {Kind.TEXT: ["", None], Kind.INTEGER: [0, None], Kind.FLAG: [not given]}
    less = nothing.get(slot.kind, [None])[: 1 if slot.presence is Presence.REQUIRED else None]
    return replace(value, **{slot.attribute: data.draw(st.sampled_from(less))})


@proves("written by frame, a message is what it is when it is the first")
@pytest.mark.parametrize("version", Version)
@given(data=st.data())
@CALM
def test_what_was_written_before_changes_nothing(version: Version, data: st.DataObject) -> None:
    kinds = [kind for kind in MESSAGES.values() if kind.since <= version]
    kind = data.draw(st.sampled_from(kinds))
    headers = InitiationHeader if issubclass(kind, Initiation) else ResponseHeader
    dialect = replace(DIALECTS[version], prefix=data.draw(st.sampled_from(["", "ns1", "p"])))
    sent = []
    for message in data.draw(st.lists(contents(kind, version), min_size=1, max_size=3)):
        header = data.draw(st.none() | contents(headers, version))
        sent += [(message, header), (otherwise(data, message), header)]
    forget()
    together = [outcome(message, header, dialect) for message, header in sent]
    for (message, header), text in zip(sent, together, strict=True):
        forget()
        assert outcome(message, header, dialect) == text


@pytest.mark.parametrize(
    ("message", "there"),
    [
        (replace(OUT, renewal_count=0), "<RenewalCount>0</RenewalCount>"),
        (replace(OUT, item_id=replace(ITEM, item_identifier_value="")),
         "<ItemIdentifierValue></ItemIdentifierValue>"),
        (LookupUser(authentication_input=(AuthenticationInput(
            authentication_input_data=Secret(""), authentication_data_format_type=SchemeValuePair("x"),
            authentication_input_type=SchemeValuePair("y")),)),
         "<AuthenticationInputData></AuthenticationInputData>"),
        (replace(OUT, item_optional_fields=ItemOptionalFields(
            bibliographic_description=BibliographicDescription(title="", author="A"))),
         "<BibliographicDescription><Author>A</Author></BibliographicDescription>"),
    ],
)  # fmt: skip
def test_nothing_is_written_of_nothing_and_something_of_what_is_empty(message: Message, there: str) -> None:
    for _ in range(2):
        assert there in written(message, None, LATEST).decode()


def test_a_field_that_is_there_once_and_then_more_often_is_written_as_often() -> None:
    for times in (1, 3, 2):
        loans = (LoanedItem(item_id=ITEM, indeterminate_loan_period_flag=True),) * times
        text = written(LookupUserResponse(user_id=USER, loaned_item=loans), None, LATEST)
        assert text.count(b"<LoanedItem>") == text.count(b"</LoanedItem>") == times


def test_what_a_version_has_once_is_refused_when_it_comes_more_often() -> None:
    request = RequestItem(
        user_id=USER,
        item_id=(ITEM,),
        request_type=SchemeValuePair("Hold"),
        request_scope_type=SchemeValuePair("Item"),
    )
    for _ in range(2):
        assert b"D1" in written(request, None, DIALECTS[Version.V2_0])
        with pytest.raises(LocalError, match="several ItemId"):
            written(replace(request, item_id=(ITEM, ITEM)), None, DIALECTS[Version.V2_0])


def test_what_may_not_be_written_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(LocalError, match="none of them"):
            written(BareProblem(), None, LATEST)
        with pytest.raises(LocalError, match="without UserId"):
            written(LookupUserResponse(), None, LATEST)


def test_signs_of_percent_are_texts_like_others() -> None:
    dialect = replace(LATEST, prefix="odd%s", uri="100%s")
    more = (Element(name="a%s", text="%s%%"),)
    text = written(LookupUserResponse(user_id=replace(USER, ext=more)), None, dialect).decode()
    assert 'odd%s:version="100%s"' in text
    assert "<odd%s:UserId><odd%s:UserIdentifierValue>P1<" in text
    assert '<a%s xmlns="">%s%%</a%s>' in text


# What is kept ---------------------------------------------------------------------------------------


def test_of_texts_that_come_again_the_short_ones_that_came_last_are_known() -> None:
    asked = Counter[int]()

    def text(value: Any) -> str:
        asked[value] += 1
        return str(value)

    known = writing._Known(text)
    for number in range(3 * writing._MOST_KNOWN):
        assert [known[number] for _ in range(2)] == [str(number)] * 2
    assert len(known) == writing._MOST_KNOWN
    assert set(asked.values()) == {1}
    long = "x" * (writing._LONGEST_KNOWN + 1)
    assert known[long] == long
    assert long not in known


def test_so_many_frames_are_known() -> None:
    forget()
    names = (
        "author",
        "edition",
        "pagination",
        "publisher",
        "title",
        "series_title_number",
        "sponsoring_body",
    )
    for number in range(2 ** len(names)):
        given: Any = {name: "x" for place, name in enumerate(names) if number >> place & 1}
        fields = ItemOptionalFields(bibliographic_description=BibliographicDescription(**given))
        text = written(replace(OUT, item_optional_fields=fields), None, LATEST)
        assert text.count(b">x<") == len(given)
    content: Any = writing._plans(Version.V2_02, "", Response)[BibliographicDescription]
    (frames,) = [cell.cell_contents for cell in content.__closure__ if isinstance(cell.cell_contents, dict)]
    assert len(frames) == writing._MOST_FRAMES


def party(agency: str) -> Party:
    return Party(agency_id=SchemeValuePair(agency))


def test_no_secret_is_kept_and_no_text_but_those_of_codes_and_headers() -> None:
    forget()
    secret = InitiationHeader(
        from_system_authentication=Secret("Canary"),
        from_agency_id=party("A"),
        from_agency_authentication=Secret("Canary"),
        to_agency_id=party("B"),
    )
    pin = AuthenticationInput(
        authentication_input_data=Secret("Canary"),
        authentication_data_format_type=SchemeValuePair("text/plain"),
        authentication_input_type=SchemeValuePair("PIN"),
    )
    for _ in range(2):
        assert b"Canary" in written(LookupUser(authentication_input=(pin,)), secret, LATEST)
        problem = Problem(problem_type=SchemeValuePair("Unknown User"), problem_value="Canary")
        assert b"Canary" in written(ItemCheckedInResponse(problem=(problem,)), None, LATEST)
    for side in (Initiation, Response):
        kept = texts_in(writing._plans(Version.V2_02, "", side))
        assert any("AgencyId" in text for text in kept)
        assert not any("Canary" in text for text in kept)


def test_what_looks_so_is_found_where_it_is_kept() -> None:
    forget()
    header = ResponseHeader(from_agency_id=party("Canary"), to_agency_id=party("B"))
    written(ItemCheckedInResponse(), header, LATEST)
    assert any("Canary" in text for text in texts_in(writing._plans(Version.V2_02, "", Response)))
