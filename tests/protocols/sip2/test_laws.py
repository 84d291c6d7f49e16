"""What no table can list: laws of the codec and the connection, over messages made from the declarations."""

import string
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.secret import Secret
from protocols.sip2.codec import ErrorDetection, LimitUnit, Wire, checksum, parse, read, serialise
from protocols.sip2.connection import (
    NEED_DATA,
    Awaited,
    Closing,
    Connection,
    Event,
    Noticed,
    Replay,
    Request,
    Response,
    Role,
)
from protocols.sip2.decoding import Verdict, decode
from protocols.sip2.errors import RemoteError
from protocols.sip2.fields import PRINT_WIDTH, VERSION, Field, ScStatusCode, Shape
from protocols.sip2.framing import Framer, Terminator
from protocols.sip2.messages import DECLARATIONS, Direction, LoginResponse, Message, ScStatus, explain

UTF8 = Wire(charset="utf-8")

# Strategies, from the declarations ------------------------------------------------------------------

# Of several scripts, in NFC whatever their order, without what is not printed.
SAFE_TEXT = st.text("AaBCDYyZz019 .,:;'\"/*$-éèßñøœĂžΩж漢字한", max_size=20)
ANY_TEXT = st.text(max_size=400)


def values(kind: Any, shape: Shape, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of an annotated type that fit a field of this shape."""
    if shape is VERSION:
        return st.sampled_from(["1.00", "2.00", "2.0S"])
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(shape is PRINT_WIDTH, 10 ** (shape.width or 9) - 2)
    if kind is datetime:
        naive = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)).map(
            lambda date: date.replace(microsecond=0)
        )
        return naive | naive.map(lambda date: date.replace(tzinfo=UTC))
    if kind is Secret:
        return texts.map(Secret)
    if kind is str:
        width = shape.width
        return st.text(string.ascii_letters, min_size=width, max_size=width) if width else texts
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **dict.fromkeys(kind.__struct_fields__, st.booleans()))
    assert kind == tuple[str, ...]
    return st.lists(texts, max_size=4).map(tuple)


@cache
def messages_of(code: str, texts: st.SearchStrategy[str] = SAFE_TEXT) -> st.SearchStrategy[Message]:
    declaration = DECLARATIONS[code]
    arguments: dict[str, st.SearchStrategy[Any]] = {}
    for info in msgspec.structs.fields(declaration.message):
        if info.name == "extensions":
            continue
        annotated = next(kind for kind in (info.type, *get_args(info.type)) if hasattr(kind, "__metadata__"))
        mark, inner = annotated.__metadata__[0], annotated.__origin__
        kinds = (inner,) if inner == tuple[str, ...] else get_args(inner) or (inner,)
        strategy = values(kinds[0], mark.shape if isinstance(mark, Field) else mark, texts)
        nullable = NoneType in (*get_args(info.type), *kinds)
        arguments[info.name] = st.none() | strategy if nullable else strategy
    known = {slot.field.id for slot in declaration.slots} | {"AY", "AZ"}
    # Not of the letters Y and N alone: after the summary of 63 they would be more summary.
    ids = st.text(string.ascii_uppercase, min_size=2, max_size=2).filter(
        lambda id_: id_ not in known and id_.strip("YN")
    )
    arguments["extensions"] = st.lists(st.tuples(ids, texts), max_size=2).map(tuple)
    return st.builds(declaration.message, **arguments)


def messages(codes: list[str], texts: st.SearchStrategy[str] = SAFE_TEXT) -> st.SearchStrategy[Message]:
    return st.sampled_from(codes).flatmap(lambda code: messages_of(code, texts))


CODES = sorted(DECLARATIONS)
REQUESTS = [
    code for code in CODES if DECLARATIONS[code].message.direction is Direction.TO_ACS and code != "97"
]
WIRES = st.builds(
    Wire,
    charset=st.sampled_from(["cp850", "utf-8", "latin-1", "ascii", "gb18030", "big5", "cp1256", "shift_jis"]),
    delimiter=st.sampled_from("|^~"),
    terminator=st.sampled_from(Terminator),
    error_detection=st.sampled_from(ErrorDetection),
    field_limit=st.integers(20, 300),
    field_limit_unit=st.sampled_from(LimitUnit),
    replacement=st.sampled_from(" _?"),
    screen_width=st.sampled_from([0, 1, 20, 400]),
    print_width=st.sampled_from([0, 1, 32, 400]),
)
NOISE = st.binary(max_size=200) | st.text("9320110|AYAZOC \r\n\0\xff", max_size=200).map(
    lambda text: text.encode("latin-1")
)
DIGITS = st.sampled_from(string.digits)


def damaged(data: bytes, place: int, byte: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([byte]) + data[place + 1 :]


# The codec ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_written_is_read_back(code: str) -> None:
    @given(messages_of(code), st.none() | DIGITS, st.booleans())
    def law(message: Message, sequence: str | None, detection: bool) -> None:
        reading = read(serialise(message, UTF8, sequence, detection), UTF8)
        assert reading.message == message
        assert (reading.sequence, reading.checked) == (sequence, detection)

    law()


def fields_of(message: Message, wire: Wire) -> list[tuple[str, str]]:
    """The identified fields of the message as it is written."""
    text = serialise(message, wire).decode(wire.charset)
    parts = text[DECLARATIONS[message.code].fixed_length :].split(wire.delimiter)
    assert parts.pop() == ""
    return [(part[:2], part[2:]) for part in parts]


def expected_ids(message: Message) -> list[str]:
    """The ids of those fields, one for each value."""
    ids = [id_ for id_, _ in message.extensions]
    for slot in DECLARATIONS[message.code].slots:
        value = getattr(message, slot.attribute)
        ids += [slot.field.id] * (len(value) if slot.field.repeatable else value is not None)
    return ids


@given(messages(CODES, ANY_TEXT), WIRES)
def test_whatever_a_value_holds_the_message_keeps_its_form(message: Message, wire: Wire) -> None:
    folded = {"AF", "AG"}
    written = [id_ for id_, _ in fields_of(message, wire)]
    expected = expected_ids(message)
    assert sorted(set(written)) == sorted(set(expected))
    assert sorted(id_ for id_ in written if id_ not in folded) == sorted(
        id_ for id_ in expected if id_ not in folded
    )


@given(messages(CODES, ANY_TEXT), WIRES)
def test_nothing_unprintable_or_too_long_is_written(message: Message, wire: Wire) -> None:
    widths = {"AF": wire.screen_width, "AG": wire.print_width}
    for id_, value in fields_of(message, wire):
        width = widths.get(id_, 0)
        assert not width or len(value) <= width
        assert all(character.isprintable() or character in "\u200c\u200d" for character in value)
        in_bytes = wire.field_limit_unit is LimitUnit.BYTES
        assert len(value.encode(wire.charset) if in_bytes else value) <= wire.field_limit
    assert not set(serialise(message, wire)) & set(b"\r\n\0")


@given(messages(CODES, ANY_TEXT | SAFE_TEXT), WIRES)
def test_a_value_to_be_made_safe_changes_no_other(message: Message, wire: Wire) -> None:
    """What is written as it is and what is made safe are the same."""
    message = msgspec.structs.replace(message, extensions=())
    unsafe = msgspec.structs.replace(message, extensions=(("ZZ", "\0"),))
    added = f"ZZ{wire.replacement}{wire.delimiter}".encode()
    assert serialise(unsafe, wire).replace(added, b"", 1) == serialise(message, wire)


@given(st.binary(max_size=600))
def test_a_message_and_its_checksum_add_up_to_nothing(data: bytes) -> None:
    assert (sum(data) + int(checksum(data), 16)) % 65536 == 0
    assert len(checksum(data)) == 4


@given(messages(REQUESTS), st.data(), WIRES)
def test_an_unknown_field_changes_nothing_else(message: Message, data: st.DataObject, wire: Wire) -> None:
    """What is read in one go and what is read with care are the same, whatever becomes of the fields."""
    wire = msgspec.structs.replace(wire, error_detection=ErrorDetection.OFF)
    text = serialise(msgspec.structs.replace(message, extensions=()), wire).decode(wire.charset)
    end = DECLARATIONS[message.code].fixed_length
    fields = [part + wire.delimiter for part in text[end:].split(wire.delimiter)[:-1]]
    fields = data.draw(st.permutations(fields) | st.lists(st.sampled_from(fields))) if fields else []
    body = "".join([text[:end], *fields]).encode(wire.charset)
    plainly, with_care = read(body, wire), read(body + b"QQ" + wire.delimiter.encode(), wire)
    assert msgspec.structs.replace(with_care.message, extensions=()) == plainly.message
    assert with_care.defects == plainly.defects


@given(messages(CODES), DIGITS, st.integers(0), st.integers(0, 255))
def test_one_damaged_byte_changes_no_message(message: Message, sequence: str, place: int, byte: int) -> None:
    spoilt = damaged(serialise(message, UTF8, sequence, True), place, byte)
    try:
        reading = read(spoilt, Wire(charset="utf-8", error_detection=ErrorDetection.REQUIRED))
    except RemoteError:
        return
    assert reading.message == message


@given(NOISE, WIRES)
def test_noise_is_a_message_or_a_remote_error(noise: bytes, wire: Wire) -> None:
    try:
        message = parse(noise, wire)
    except RemoteError:
        return
    assert message.code == noise[:2].decode()


@given(messages(CODES), st.integers(0), st.integers(0, 255), WIRES)
def test_damaged_messages_are_messages_or_remote_errors(
    message: Message, place: int, byte: int, wire: Wire
) -> None:
    data = serialise(message, UTF8)
    cut = place % len(data)
    for spoilt in (damaged(data, place, byte), data[:cut], data[cut:]):
        try:
            taken_for = parse(spoilt, wire)
        except RemoteError:
            continue
        # What can be read can be written, and is read as the same message then.
        again = parse(serialise(taken_for, wire), Wire(wire.charset, delimiter=wire.delimiter))
        assert type(again) is type(taken_for)


@given(messages(CODES), st.booleans(), st.sampled_from(["%s", "09:30:11 [97] INPUT_MSG: '%s'", "> %s<CR>"]))
def test_what_is_written_is_decoded_as_it_is_read(message: Message, detection: bool, log: str) -> None:
    message = msgspec.structs.replace(message, extensions=())  # they might belong to a password before them
    data = serialise(message, UTF8, "3" if detection else None, detection)
    decoded = decode(log % data.decode(), UTF8)
    assert (decoded.message, decoded.problem) == (message, None)
    assert decoded.checksum is (Verdict.RIGHT if detection else Verdict.ABSENT)
    assert len(decoded.defects) == len(read(data, UTF8).defects)
    assert sorted(field.id for field in decoded.fields if field.id) == sorted(expected_ids(message))


@given(messages(REQUESTS), st.uuids())
def test_secrets_are_in_nothing_that_is_printed(message: Message, uuid: UUID) -> None:
    canary = uuid.hex
    secrets = {
        name: Secret(canary)
        for name in message.__struct_fields__
        if isinstance(getattr(message, name), Secret)
    }
    message = msgspec.structs.replace(message, **secrets, extensions=(("QQ", canary),))
    raw = serialise(message, UTF8, "1", True) + b"\r"
    connection = Connection(Role.ACS, UTF8)
    connection.receive_data(raw + raw)
    decoded = decode(raw, UTF8)
    printed = f"{message!r} {message} {explain(message)} {taken(connection)!r} {message.__rich_repr__()}"
    printed += repr(msgspec.structs.replace(decoded, fields=[f for f in decoded.fields if f.id != "QQ"]))
    assert canary not in printed
    with pytest.raises(TypeError):
        msgspec.json.encode([Secret(canary)])


# Framing and connections ----------------------------------------------------------------------------


def taken(connection: Connection) -> list[Event]:
    happened: list[Event] = []
    while (event := connection.next_event()) is not NEED_DATA:
        happened.append(event)
    return happened


def conversation(pieces: list[bytes]) -> list[Event | bytes]:
    """All that happens, each request being answered as soon as it comes."""
    connection = Connection(Role.ACS, UTF8)
    happened: list[Event | bytes] = []
    for piece in pieces:
        connection.receive_data(piece)
        while (event := connection.next_event()) is not NEED_DATA:
            happened.append(event)
            if isinstance(event, Request):
                happened.append(connection.send(LoginResponse(True)))
    return happened


WRITTEN = st.builds(
    serialise, messages(CODES), st.just(UTF8), st.none() | st.sampled_from("012"), st.booleans()
)
SPECIAL = st.sampled_from([b"97", b"97AZFEF5", b"", b"\xff\xfb\x01", b"9300CNa|COb|AY1AZ0000", b"9900802.00"])
TERMINATORS = st.sampled_from([b"\r", b"\r\n", b"\n", b"\r\r"])


@given(
    st.lists(WRITTEN | SPECIAL | NOISE, max_size=6), TERMINATORS, st.lists(st.integers(0, 1000), max_size=6)
)
def test_any_cut_of_the_stream_changes_nothing(
    lines: list[bytes], terminator: bytes, cuts: list[int]
) -> None:
    stream = b"".join(line + terminator for line in lines)
    places = sorted(cut % (len(stream) + 1) for cut in cuts)
    pieces = [stream[start:stop] for start, stop in zip([0, *places], [*places, len(stream)], strict=True)]
    whole = conversation([stream])
    assert conversation(pieces) == whole
    assert conversation([stream[n : n + 1] for n in range(len(stream))]) == whole


@given(st.lists(st.binary(max_size=60), max_size=10), st.integers(1, 50))
def test_a_framer_keeps_to_its_limit(pieces: list[bytes], limit: int) -> None:
    framer = Framer(limit)
    for piece in pieces:
        framer.feed(piece)
        try:
            while (message := framer.next()) is not None:
                assert 0 < len(message) <= limit
                assert not set(message) & set(b"\r\n")
        except RemoteError:
            return
        assert len(framer) <= limit


@given(st.lists(NOISE, max_size=8), WIRES, st.sampled_from(Role), st.integers(0, 3))
def test_noise_ends_in_documented_events(noise: list[bytes], wire: Wire, role: Role, requests: int) -> None:
    connection = Connection(role, wire)
    if role is Role.SC:
        for _ in range(requests):
            connection.send(ScStatus(ScStatusCode.OK, 80, "2.00"))
    ours, theirs = (Request, Response) if role is Role.ACS else (Response, Request)
    for piece in noise:
        connection.receive_data(piece)
        for event in taken(connection):
            assert isinstance(event, ours | Replay | Noticed | Closing)
            assert not isinstance(event, theirs)
            if isinstance(event, Closing):
                assert connection.awaited is Awaited.NOTHING
    assert connection.outstanding <= 8


@given(st.lists(st.tuples(messages(REQUESTS), messages(["94", "24", "64", "12", "98"])), max_size=3))
def test_two_connections_understand_each_other(exchanges: list[tuple[Message, Message]]) -> None:
    terminal, system = Connection(Role.SC, UTF8), Connection(Role.ACS, UTF8)
    for request, answer in exchanges:
        system.receive_data(terminal.send(request))
        [asked] = [event for event in taken(system) if not isinstance(event, Noticed)]
        assert isinstance(asked, Request)
        assert asked.message == request
        terminal.receive_data(system.send(answer))
        [answered] = [event for event in taken(terminal) if not isinstance(event, Noticed)]
        assert isinstance(answered, Response)
        assert (answered.message, answered.sequence) == (answer, asked.sequence)
