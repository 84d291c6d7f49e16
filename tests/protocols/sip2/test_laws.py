"""What no table can list: laws of the codec and the connection, over messages made from the declarations."""

import string
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sip2.codec import ErrorDetection, LimitUnit, Wire, checksum, parse, read, serialise
from protocols.sip2.connection import (
    NEED_DATA,
    Closing,
    Connection,
    Event,
    Noticed,
    Replay,
    Request,
    Response,
    Role,
)
from protocols.sip2.errors import RemoteError
from protocols.sip2.fields import PRINT_WIDTH, VERSION, Field, ScStatusCode, Secret, Shape
from protocols.sip2.framing import Framer, Terminator
from protocols.sip2.messages import DECLARATIONS, Direction, LoginResponse, Message, ScStatus, explain

UTF8 = Wire(charset="utf-8")

# Strategies, from the declarations ----------------------------------------------------------------

# Of several scripts, in NFC whatever their order, without what is not printed.
SAFE_TEXT = st.text("AaBCDYyZz019 .,:;'\"/*$-éèßñøœĂžΩж漢字한", max_size=20)
ANY_TEXT = st.text(max_size=400)


def values(kind: Any, shape: Shape, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of an annotated type that fit a field of this shape."""
    width = shape.width
    if shape is VERSION:
        return st.sampled_from(["1.00", "2.00", "2.0S"])
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(shape is PRINT_WIDTH, 10 ** (width or 9) - 2)
    if kind is datetime:
        naive = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)).map(lambda date:
        date.replace(microsecond=0)) return naive | naive.map(lambda date: date.replace(tzinfo=UTC))
    if kind is Secret:
        return texts.map(Secret)
    if kind is str:
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
    arguments = {}
    for info in msgspec.structs.fields(declaration.message):
        if info.name == "extensions":
            continue
        annotated = next(kind for kind in (info.type, *get_args(info.type)) if hasattr(kind, "__metadata__"))
        mark = annotated.__metadata__[0]
        inner = annotated.__origin__
        kinds = [kind for kind in (get_args(inner) or (inner,)) if kind is not NoneType]
        kind = inner if inner == tuple[str, ...] else kinds[0]
        shape = mark.shape if isinstance(mark, Field) else mark
        strategy = values(kind, shape, texts)
        nullable = NoneType in (*get_args(info.type), *get_args(inner))
        arguments[info.name] = st.none() | strategy if nullable else strategy
    known = {slot.field.id for slot in declaration.slots} | {"AY", "AZ"}
    # Not of the letters Y and N alone: after the summary of 63 they would be more summary.
    ids = st.text(string.ascii_uppercase, min_size=2, max_size=2).filter(lambda id_: id_ not in known and
    id_.strip("YN")) arguments["extensions"] = st.lists(st.tuples(ids, texts), max_size=2).map(tuple) return
    st.builds(declaration.message, **arguments)


MESSAGES = st.sampled_from(sorted(DECLARATIONS)).flatmap(messages_of)
HOSTILE_MESSAGES = st.sampled_from(sorted(DECLARATIONS)).flatmap(lambda code: messages_of(code, ANY_TEXT))
WIRES = st.builds(
    Wire,
    charset=st.sampled_from(["cp850", "utf-8", "latin-1", "ascii", "gb18030", "big5", "cp1256", "shift_jis"]),
    delimiter=st.sampled_from("|^~"),
    terminator=st.sampled_from(Terminator),
    error_detection=st.sampled_from(ErrorDetection),
    field_limit=st.integers(16, 300),
    field_limit_unit=st.sampled_from(LimitUnit),
    replacement=st.sampled_from(" _?"),
)
NOISE = st.binary(max_size=200) | st.text("9320110|AYAZOC \r\n\0\xff", max_size=200).map(lambda text:
text.encode("latin-1"))


def damaged(data: bytes, place: int, byte: int) -> bytes:
    return data[: place % len(data)] + bytes([byte]) + data[place % len(data) + 1 :]


# The codec ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(DECLARATIONS))
def test_written_is_read_back(code: str) -> None:
    @given(messages_of(code), st.none() | st.sampled_from("0123456789"), st.booleans())
    def law(message: Message, sequence: str | None, detection: bool) -> None:
        reading = read(serialise(message, UTF8, sequence, detection), UTF8)
        assert reading.message == message
        assert (reading.sequence, reading.checked) == (sequence, detection)

    law()


@given(HOSTILE_MESSAGES, WIRES)
def test_whatever_a_value_holds_the_message_keeps_its_form(message: Message, wire: Wire) -> None:
    data = serialise(message, wire)
    text = data.decode(wire.charset)
    assert all(character.isprintable() or character in "\u200c\u200d" for character in text)
    assert not set(data) & set(b"\r\n\0")
    fields = [part[:2] for part in text[DECLARATIONS[message.code].fixed_length :].split(wire.delimiter)[:-1]]
    plain = Wire(delimiter=wire.delimiter)
    expected = serialise(_emptied(message), plain).decode()[DECLARATIONS[message.code].fixed_length :]
    assert sorted(set(fields)) == sorted({part[:2] for part in expected.split(wire.delimiter)[:-1]})
    repeated = [field for field in fields if field not in ("AF", "AG")]
    assert len(repeated) == sum(part[:2] not in ("AF", "AG") for part in expected.split(wire.delimiter)[:-1])


def _emptied(message: Message) -> Message:
    """The same fields with nothing in those of text."""
    empty = {
        name: "" if type(value) is str else tuple("" for _ in value) if isinstance(value, tuple) else value
        for name in message.__struct_fields__
        if name != "extensions" and not isinstance(value := getattr(message, name), Secret)
    }
    secrets = {name: Secret("") for name in message.__struct_fields__ if isinstance(getattr(message, name),
    Secret)} extensions = tuple((id_, "") for id_, _ in message.extensions) return
    msgspec.structs.replace(message, **empty, **secrets, extensions=extensions)


@given(HOSTILE_MESSAGES, WIRES)
def test_no_value_is_longer_than_the_field_limit(message: Message, wire: Wire) -> None:
    text = serialise(message, wire).decode(wire.charset)
    for part in text[DECLARATIONS[message.code].fixed_length :].split(wire.delimiter)[:-1]:
        value = part[2:]
        in_bytes = wire.field_limit_unit is LimitUnit.BYTES
        assert (len(value.encode(wire.charset)) if in_bytes else len(value)) <= max(wire.field_limit, 18)


@given(st.binary(max_size=600))
def test_a_message_and_its_checksum_add_up_to_nothing(data: bytes) -> None:
    assert (sum(data) + int(checksum(data), 16)) % 65536 == 0
    assert len(checksum(data)) == 4


@given(MESSAGES, st.sampled_from("0123456789"), st.integers(0), st.integers(0, 255))
def test_one_damaged_byte_is_never_taken_for_good(message: Message, sequence: str, place: int, byte: int) ->
None: data = serialise(message, UTF8, sequence, True) spoilt = damaged(data, place, byte) try: reading =
read(spoilt, Wire(charset="utf-8", error_detection=ErrorDetection.REQUIRED)) except RemoteError: return assert
reading.message == message assert spoilt.upper() == data.upper() or reading.sequence is None


@given(NOISE, WIRES)
def test_noise_is_a_message_or_a_remote_error(noise: bytes, wire: Wire) -> None:
    try:
        message = parse(noise, wire)
    except RemoteError:
        return
    assert message.code == noise[:2].decode()


@given(MESSAGES, st.integers(0), st.integers(0, 255), WIRES)
def test_damaged_messages_are_messages_or_remote_errors(message: Message, place: int, byte: int, wire: Wire)
-> None: data = serialise(message, UTF8) for spoilt in (damaged(data, place, byte), data[: place % len(data)],
data[place % len(data) :]): try: read_again = parse(spoilt, wire) except RemoteError: continue # What was read
can be written, and that says the same. assert type(parse(serialise(read_again, wire),
Wire(delimiter=wire.delimiter))) is type(read_again)


@given(MESSAGES.filter(lambda message: message.direction is Direction.TO_ACS), st.uuids())
def test_secrets_are_in_nothing_that_is_printed(message: Message, uuid: Any) -> None:
    canary = uuid.hex
    secrets = {name: Secret(canary) for name in message.__struct_fields__ if isinstance(getattr(message,
    name), Secret)} message = msgspec.structs.replace(message, **secrets, extensions=(("QQ", canary),)) raw =
    serialise(message, UTF8, "1", True) connection = Connection(Role.ACS, UTF8) connection.receive_data(raw +
    b"\r" + raw + b"\r") happened = taken(connection) assert canary not in f"{message!r} {message}
    {explain(message)} {happened!r} {[*message.__rich_repr__()]}" with pytest.raises(TypeError):
    msgspec.json.encode([Secret(canary)])


# Framing and connections --------------------------------------------------------------------------


def taken(connection: Connection) -> list[Event]:
    happened: list[Event] = []
    while not isinstance(event := connection.next_event(), type(NEED_DATA)):
        happened.append(event)
    return happened


def conversation(pieces: list[bytes], wire: Wire) -> list[object]:
    """All events, with each request answered as soon as it comes."""
    connection = Connection(Role.ACS, wire)
    happened: list[object] = []
    for piece in pieces:
        connection.receive_data(piece)
        while True:
            event = connection.next_event()
            if event is NEED_DATA:
                break
            happened.append(event)
            if isinstance(event, Request):
                happened.append(connection.send(LoginResponse(True)))
    return happened


STREAMS = st.lists(
    st.tuples(MESSAGES, st.none() | st.sampled_from("012"), st.booleans()).map(lambda m: serialise(m[0], UTF8,
    m[1], m[2])) | st.sampled_from([b"97", b"97AZFEF5", b"", b"\xff\xfb\x01", b"9300CNa|COb|AY1AZ0000"]) |
    NOISE, max_size=6,
)


@given(STREAMS, st.sampled_from([b"\r", b"\r\n", b"\n", b"\r\r"]), st.data())
def test_any_cut_of_the_stream_changes_nothing(messages: list[bytes], terminator: bytes, data: st.DataObject)
-> None: stream = b"".join(message + terminator for message in messages) cuts =
sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6))) pieces = [stream[start:stop] for start,
stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)] whole = conversation([stream], UTF8) assert
conversation(pieces, UTF8) == whole assert conversation([stream[n : n + 1] for n in range(len(stream))], UTF8)
== whole


@given(st.lists(st.binary(max_size=60), max_size=10), st.integers(1, 50))
def test_a_framer_gives_messages_within_its_limit_and_keeps_little(pieces: list[bytes], limit: int) -> None:
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
def test_noise_ends_in_documented_events_only(noise: list[bytes], wire: Wire, role: Role, requests: int) ->
None: connection = Connection(role, wire) if role is Role.SC: for _ in range(requests):
connection.send(ScStatus(ScStatusCode.OK, 80, "2.00")) for piece in noise: connection.receive_data(piece) for
event in taken(connection): assert isinstance(event, Request | Response | Replay | Noticed | Closing) assert
isinstance(event, Request) <= (role is Role.ACS) assert isinstance(event, Response) <= (role is Role.SC)
assert connection.outstanding <= 8


@given(st.lists(MESSAGES.filter(lambda message: message.direction is Direction.TO_ACS), max_size=3),
st.data()) def test_two_connections_understand_each_other(requests: list[Message], data: st.DataObject) ->
None: terminal, system = Connection(Role.SC, UTF8), Connection(Role.ACS, UTF8) for request in requests: if
request.code == "97": continue system.receive_data(terminal.send(request)) [taken_request] = [event for event
in taken(system) if not isinstance(event, Noticed)] assert isinstance(taken_request, Request) assert
taken_request.message == request code = data.draw(st.sampled_from(["94", "24", "64", "12", "98"])) answer =
data.draw(messages_of(code)) terminal.receive_data(system.send(answer)) [taken_answer] = [event for event in
taken(terminal) if not isinstance(event, Noticed)] assert isinstance(taken_answer, Response) assert
taken_answer.message == answer assert taken_answer.sequence == taken_request.sequence
