"""What no table can list: laws of the codec, over messages made from the declarations, whole and damaged."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from protocols.ncip.codec import read, read_response, write, write_request
from protocols.ncip.declarations import MESSAGES, Declaration, Kind, Slot, declaration_of
from protocols.ncip.dialects import DIALECTS, NAMESPACE, Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.marks import Presence
from protocols.ncip.messages import Initiation, ItemRecallCancelled, Message, Response
from protocols.ncip.problems import ProblemType
from protocols.ncip.reading import MOST_REPAIRS
from protocols.ncip.repairs import Mode
from protocols.ncip.structures import Content, InitiationHeader, ItemId, Problem, UserId
from protocols.ncip.values import Element, SchemeValuePair
from protocols.secret import Secret

SECOND = [version for version in Version if version >= Version.V2_0]
CALM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=15)

# Strategies, from the declarations ------------------------------------------------------------------

# Of several scripts, with all that XML gives a meaning; no list has a value like these.
TEXTS = st.text("éßΩж漢\U0001f4da<>&\"']].;#", min_size=1, max_size=8)
ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=45))])
DATES = st.builds(
    lambda date, zone: date.replace(tzinfo=zone),
    st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)),
    ZONES,
)
URIS = st.sampled_from(["urn:one", "http://example.org/?a=1&b=\"2'"])
EXTENSIONS = st.just((Element(name="Title", namespace=NAMESPACE, text="more"),))


def value_of(slot: Slot, version: Version) -> st.SearchStrategy[Any]:
    """A value that this element may have."""
    first = version < Version.V2_0
    match slot.kind:
        case Kind.TEXT:
            return TEXTS
        case Kind.SECRET:
            return TEXTS.map(Secret)
        case Kind.DATE:
            return DATES
        case Kind.INTEGER:
            return st.integers(max(slot.minimum or 0, 1), 10**9)
        case Kind.FLAG:
            return st.just(True)
        case Kind.PAIR:
            texts = TEXTS | st.sampled_from(slot.codes) if slot.codes else TEXTS
            return st.builds(SchemeValuePair, texts, URIS if first else st.none() | URIS)
        case Kind.EXTENSION:
            return EXTENSIONS
        case Kind.STRUCTURE:
            assert slot.structure is not None
            return contents(slot.structure, version, slot.visible)


@cache
def contents(struct: type[Content], version: Version, visible: bool = False) -> st.SearchStrategy[Any]:
    """Structures that this version's schema allows."""
    if version < Version.V2_0 and struct is Problem:
        return st.builds(
            Problem,
            problem_type=st.builds(SchemeValuePair, st.sampled_from(ProblemType), URIS),
            problem_element=TEXTS,
            problem_value=st.none() | TEXTS,
        )
    declaration = declaration_of(struct)
    if issubclass(struct, Response):
        problems = st.lists(
            contents(Problem, version), min_size=1, max_size=1 if version < Version.V2_0 else 2
        )
        refused = st.builds(struct, problem=problems.map(tuple))
        return refused | _filled(declaration, version, visible)
    return _filled(declaration, version, visible)


@st.composite
def _filled(draw: st.DrawFn, declaration: Declaration, version: Version, visible: bool) -> Content:
    chosen: dict[str, int] = {}
    in_a_choice = {name for rule in declaration.rules for name in rule.names}
    for rule in declaration.rules:
        for name in draw(st.from_regex(rule.allowed, fullmatch=True)).split():
            chosen[name] = min(chosen.get(name, 0) + 1, 2)
    values: dict[str, Any] = {}
    for slot in declaration.slots:
        if slot.since > version and not (visible and slot.name == "UserIdentifierType"):
            continue
        if slot.presence is Presence.STRAY or slot.beside_problem:
            continue
        if declaration.refuses and slot.name == "Problem":
            continue
        needed = slot.presence in (Presence.REQUIRED, Presence.NEEDED) or slot.filling is not None
        least, most = (1, 2) if needed else (0, 1)
        if slot.name in in_a_choice:
            least = most = chosen.get(slot.name, 0)
        elif visible and slot.name == "UserIdentifierType":
            least = 1
        if slot.single_before > version:
            least, most = min(least, 1), min(most, 1)
        if slot.repeated:
            values[slot.attribute] = tuple(
                draw(st.lists(value_of(slot, version), min_size=least, max_size=most))
            )
        elif least or (most and draw(st.booleans())):
            values[slot.attribute] = draw(value_of(slot, version))
    if version < Version.V2_01 and declaration.name == "RequestItem" and values.get("bibliographic_id"):
        values["item_id"] = ()  # one or the other
    return declaration.struct(**values)


def messages(version: Version) -> st.SearchStrategy[Message]:
    kinds = [message for message in MESSAGES.values() if message.since <= version]
    return st.sampled_from(kinds).flatmap(lambda kind: contents(kind, version))


def written(message: Message, version: Version, header: InitiationHeader | None = None) -> bytes:
    if isinstance(message, Response):
        return write(message, DIALECTS[version])
    assert isinstance(message, Initiation)
    return write_request(message, header, DIALECTS[version])


def received(data: bytes, message: Message, mode: Mode = Mode.LENIENT) -> Any:
    return (read_response if isinstance(message, Response) else read)(data, mode=mode)


# What is written -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MESSAGES)
@settings(CALM, max_examples=6)
@given(data=st.data())
def test_what_is_written_is_read_back_and_needs_no_repair(name: str, data: st.DataObject) -> None:
    version = data.draw(st.sampled_from([each for each in Version if each >= MESSAGES[name].since]))
    message = data.draw(contents(MESSAGES[name], version))
    for mode in (Mode.STRICT, Mode.REPORT):
        back = received(written(message, version), message, mode)
        assert back.message == message
        assert back.dialect == DIALECTS[version]
        assert back.repairs == ()


@pytest.mark.parametrize("name", [name for name in MESSAGES if "LookupVersion" not in name])
@settings(CALM, max_examples=6)
@given(data=st.data())
def test_what_is_written_is_valid_by_the_schema(
    schemas: dict[Version, etree.XMLSchema], name: str, data: st.DataObject
) -> None:
    version = data.draw(st.sampled_from([each for each in SECOND if each >= MESSAGES[name].since]))
    message = data.draw(contents(MESSAGES[name], version))
    schemas[version].assertValid(etree.fromstring(written(message, version)))


@given(header=contents(InitiationHeader, Version.V2_02), message=messages(Version.V2_02))
@CALM
def test_a_header_is_read_back_beside_its_message(header: InitiationHeader, message: Message) -> None:
    if isinstance(message, Initiation):
        back = read(written(message, Version.V2_02, header), mode=Mode.STRICT)
        assert (back.header, back.message) == (header, message)


@pytest.mark.parametrize("version", Version)
@given(data=st.data())
@CALM
def test_whatever_a_text_holds_the_message_stays_whole(version: Version, data: st.DataObject) -> None:
    text = data.draw(st.text())
    user = UserId(user_identifier_value=text, agency_id=SchemeValuePair(text, text))
    etree.fromstring(
        written(ItemRecallCancelled(user_id=user, item_id=ItemId(item_identifier_value=text)), version)
    )


# What is damaged -------------------------------------------------------------------------------------


def strict_accepts(data: bytes, message: Message) -> bool:
    try:
        received(data, message, Mode.STRICT)
    except RemoteError:
        return False
    return True


@pytest.mark.parametrize("version", SECOND)
@given(data=st.data())
@settings(CALM, max_examples=100)
def test_strict_reading_and_the_schema_are_of_one_mind(
    schemas: dict[Version, etree.XMLSchema], version: Version, data: st.DataObject
) -> None:
    message = data.draw(messages(version).filter(lambda made: "LookupVersion" not in type(made).__name__))
    tree = etree.fromstring(written(message, version))
    elements = [element for element in tree.iter() if element.getparent() is not None][1:]
    if elements:
        _damage(data, data.draw(st.sampled_from(elements)))
    if any(not element.text and not len(element) for element in tree.iter("{*}Pending", "{*}Ext")):
        return
    whole = etree.tostring(tree, encoding="utf-8")
    assert strict_accepts(whole, message) == schemas[version].validate(etree.fromstring(whole)), whole


def _damage(data: st.DataObject, element: Any) -> None:
    parent = element.getparent()
    if etree.QName(parent).localname == "Ext":
        return  # anything goes there
    match data.draw(st.sampled_from(["remove", "double", "last", "stranger", "date", "attribute", "text"])):
        case "remove":
            parent.remove(element)
        case "double":
            parent.append(etree.fromstring(etree.tostring(element)))
        case "last":
            parent.append(element)
        case "stranger":
            etree.SubElement(parent, f"{{{NAMESPACE}}}Stranger")
        case "date":
            if "Date" in element.tag and not len(element):
                element.text = "tomorrow"
        case "attribute":
            element.set("Scheme", "urn:unqualified")
        case "text":
            if len(element):
                element.text = "between"


@pytest.mark.parametrize("version", Version)
@given(data=st.data())
@settings(CALM, max_examples=60)
def test_a_damaged_message_is_read_or_refused_and_nothing_else(version: Version, data: st.DataObject) -> None:
    message = data.draw(messages(version))
    whole = bytearray(written(message, version))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole)))
        until = data.draw(st.integers(place, min(len(whole), place + 40)))
        whole[place:until] = data.draw(
            st.binary(max_size=6)
            | st.sampled_from([b"<", b"/>", b"<a>", b"&", b"&#0;", b"]]>", b"<!--", b"<?x", b'"'])
        )
    for mode in Mode:
        for reading in (read, read_response):
            try:
                repairs = reading(bytes(whole), mode=mode).repairs
            except RemoteError as error:
                write(error.answer, error.dialect)
            else:
                assert len(repairs) <= MOST_REPAIRS


@pytest.mark.parametrize("version", Version)
@given(data=st.data())
@CALM
def test_a_message_cut_anywhere_is_refused(version: Version, data: st.DataObject) -> None:
    message = data.draw(messages(version))
    whole = written(message, version)
    with pytest.raises(RemoteError):
        received(whole[: data.draw(st.integers(0, len(whole) - 1))], message)


@pytest.mark.parametrize("version", SECOND)
@given(data=st.data())
@CALM
def test_elements_in_any_order_say_the_same(version: Version, data: st.DataObject) -> None:
    message = data.draw(messages(version))
    tree = etree.fromstring(written(message, version))
    for parent in list(tree.iter()):
        if len(parent) > 1 and len({child.tag for child in parent}) == len(parent):
            parent[:] = data.draw(st.permutations(list(parent)))
    assert received(etree.tostring(tree), message).message == message


@given(data=st.data())
@CALM
def test_strangers_among_the_elements_change_nothing(data: st.DataObject) -> None:
    message = data.draw(messages(Version.V2_02))
    tree = etree.fromstring(written(message, Version.V2_02))
    parents = [each for each in tree.iter() if len(each) and "Ext" not in each.tag and each is not tree]
    for parent in parents[:3]:
        parent.insert(0, etree.fromstring("<stranger xmlns='urn:x'><deep>er</deep></stranger>"))
        parent.insert(1, etree.Comment("not looked at"))
    assert received(etree.tostring(tree), message).message == message


@given(noise=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_noise_is_refused(noise: bytes) -> None:
    for reading in (read, read_response):
        with pytest.raises(RemoteError):
            reading(noise)


# What is never printed ---------------------------------------------------------------------------------

_SECRETS = st.text("swordfish", min_size=12, max_size=20)


@given(secret=_SECRETS, other=_SECRETS)
def test_no_secret_is_in_what_is_printed_of_a_message(secret: str, other: str) -> None:
    data = (
        f'<n:NCIPMessage xmlns:n="{NAMESPACE}" n:version="2.02"><n:LookupUser><n:InitiationHeader>'
        f"<n:FromSystemAuthentication>{other}</n:FromSystemAuthentication>"
        f"<n:FromAgencyAuthentication>{secret}</n:FromAgencyAuthentication></n:InitiationHeader>"
        f"<n:AuthenticationInput><n:AuthenticationInputData>{secret}</n:AuthenticationInputData>"
        f"</n:AuthenticationInput><n:Ext><n:AuthenticationInputData>{other}</n:AuthenticationInputData></n:Ext>"
        "</n:LookupUser></n:NCIPMessage>"
    ).encode()
    printed = repr(read(data))
    assert secret not in printed
    assert other not in printed


@given(secret=_SECRETS)
def test_no_secret_is_in_an_error(secret: str) -> None:
    for damaged in (
        f"<LookupUser>{secret}",
        f"<LookupUser><AuthenticationInputData>{secret}</LookupUser>",
        f"<NCIPMessage><DeleteItem><AuthenticationInputData>{secret}</AuthenticationInputData></DeleteItem></NCIPMessage>",
        f"<NCIPMessage><RenewItem><DesiredDateDue>{secret}</DesiredDateDue></RenewItem></NCIPMessage>",
    ):
        with pytest.raises(RemoteError) as caught:
            read(damaged.encode())
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value)
