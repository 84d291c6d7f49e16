"""What no table can list: laws of reading and writing, over APDUs made from the declarations."""

import random
import tracemalloc
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocols.secret import Secret
from protocols.z3950 import codec, externals
from protocols.z3950.apdus import KINDS, Apdu
from protocols.z3950.association import NEED_DATA, Association, Closing
from protocols.z3950.ber import Limits
from protocols.z3950.charset import LATIN_1, MARC_8, UTF_8, Charset
from protocols.z3950.codec import Readings
from protocols.z3950.declarations import Alternative, GeneralizedTime, Null
from protocols.z3950.errors import RemoteError
from protocols.z3950.externals import OpacRecord
from protocols.z3950.framing import Framer
from tests.matrix import proves
from tests.protocols.z3950 import oracle
from tests.protocols.z3950.catalogue import OFFER, Catalogue
from tests.protocols.z3950.golden import GOLDEN
from tests.protocols.z3950.indefinite import definite, indefinite
from tests.protocols.z3950.values import apdus, values

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(apdus(), st.sampled_from([UTF_8, LATIN_1, MARC_8]))
@slow
def test_what_is_written_is_read_back(apdu: Apdu, charset: Charset) -> None:
    assert codec.decode(codec.encode(apdu, charset), charset) == apdu


@proves("Z39.50: a request that comes again means what it meant, whoever sends it")
@given(st.lists(apdus(), max_size=3), st.randoms(use_true_random=False))
@slow
def test_what_was_read_before_is_read_as_if_it_were_new(requests: list[Apdu], chance: random.Random) -> None:
    """Requests come again in any order, in associations with different character sets, with other reference
    ids, in other lengths. Values that are equal may be of different types: so they are written, too.
    """
    readings, charsets = Readings(), [UTF_8, LATIN_1, MARC_8]
    sent = [codec.encode(each, chance.choice(charsets)) for each in requests]
    sent += [codec.encode(named(each, b"r"), LATIN_1) for each in requests]
    sent += [indefinite(data, chance) for data in sent]
    for data in chance.choices(sent, k=20) if sent else ():
        charset = chance.choice(charsets)
        fresh, again = codec.decode(data, charset), readings.decode(data, charset)
        assert again == fresh
        assert codec.encode(again, charset) == codec.encode(fresh, charset)


def named(apdu: Apdu, reference_id: bytes) -> Apdu:
    """The same with a reference id, if there may be one."""
    changed: Apdu = msgspec.structs.replace(apdu, reference_id=reference_id)
    return changed


@given(apdus(), st.randoms(use_true_random=False))
@slow
def test_indefinite_lengths_anywhere_change_nothing(apdu: Apdu, chance: random.Random) -> None:
    """Elements within an ANY stay as they came, so those are compared as they are written."""
    data = codec.encode(apdu)
    longer = indefinite(data, chance)
    framer = Framer(Limits())
    framer.feed(longer)
    assert framer.next() == longer
    assert definite(codec.encode(codec.decode(longer))) == definite(data)


@proves("Z39.50: every APDU as asn1tools reads and writes it")
@given(apdus())
@slow
def test_asn1tools_reads_what_we_write_and_we_what_it_writes(apdu: Apdu) -> None:
    data = codec.encode(apdu, LATIN_1)
    name, theirs = oracle.decode("PDU", data)
    assert same(apdu, theirs), name
    assert codec.decode(oracle.encode("PDU", (name, theirs)), LATIN_1) == apdu


@proves("Z39.50: OPAC records with holdings and circulation")
@given(values(OpacRecord))
@slow
def test_asn1tools_reads_our_opac_records(record: OpacRecord) -> None:
    data = bytes(externals.sealed(record, LATIN_1).encoding)
    theirs = oracle.decode("OPACRecord", data)
    assert same(record, theirs)
    again = externals.sealed(record)
    assert externals.opened(again) == record


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def same(ours: Any, theirs: Any) -> bool:
    """Whether asn1tools has found the same: the same fields of the same names, with the same values."""
    if isinstance(ours, Alternative):
        return same(getattr(ours, ours.__struct_fields__[0]), chosen(theirs))
    if isinstance(ours, msgspec.Struct):
        theirs = chosen(theirs)
        fields = {camel(name): getattr(ours, name) for name in ours.__struct_fields__}
        fields = {RENAMED.get(name, name): value for name, value in fields.items() if value is not None}
        return fields.keys() == theirs.keys() and all(
            name == "rpn" or same(value, theirs[name]) for name, value in fields.items()
        )
    theirs = chosen(theirs)
    if isinstance(ours, tuple):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, Secret):
        return ours.reveal() == str(theirs)
    if isinstance(ours, frozenset):
        octets, count = theirs
        return ours == {bit for bit in range(count) if octets[bit >> 3] & 0x80 >> (bit & 7)}
    if isinstance(ours, GeneralizedTime | Null) or type(ours).__name__ in ("BitString", "Raw"):
        return True
    if theirs is None:
        return not isinstance(ours, int | str | bytes)  # one of several NULLs
    return bool(ours == theirs)


RENAMED = {"values": "list"}


def chosen(theirs: Any) -> Any:
    while isinstance(theirs, tuple) and len(theirs) == 2 and isinstance(theirs[0], str):
        theirs = theirs[1]
    return theirs


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The same, a few octets changed, taken out, put in, doubled or cut off."""
    octets = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(octets) + 1)
        match chance.randrange(6):
            case 0 if octets:
                octets[at % len(octets)] = chance.choice((0, 0x80, 0xFF, chance.randrange(256)))
            case 1:
                del octets[at : at + chance.randint(1, 8)]
            case 2:
                octets[at:at] = chance.randbytes(chance.randint(1, 4))
            case 3:
                octets[at:at] = octets[at : at + 40]
            case 4:
                del octets[at:]
            case _ if octets:
                octets[at % len(octets)] ^= 1 << chance.randrange(8)
    return bytes(octets)


SEEDS = [codec.encode(apdu) for apdu, _ in GOLDEN.values()]


@proves("Z39.50: damaged APDUs end in a typed error, memory flat")
@given(apdus(), st.randoms(use_true_random=False))
@settings(parent=slow, max_examples=300)
def test_a_damaged_apdu_is_read_or_is_a_remote_error(apdu: Apdu, chance: random.Random) -> None:
    data = codec.encode(apdu)
    for _ in range(5):
        with suppress(RemoteError):
            assert type(codec.decode(damaged(data, chance))) in KINDS


@proves("Z39.50: damaged APDUs end in a typed error, memory flat")
def test_thousands_of_damaged_apdus_leave_nothing_in_memory() -> None:
    chance = random.Random(3950)

    def round_of_talks(talks: int) -> None:
        for _ in range(talks):
            catalogue = Catalogue()
            catalogue.talk(SEEDS[0])
            for _ in range(3):
                catalogue.talk(damaged(chance.choice(SEEDS), chance))

    round_of_talks(500)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        round_of_talks(1500)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 200_000


@given(st.binary(max_size=400))
def test_noise_is_waited_for_or_ends_the_association(noise: bytes) -> None:
    association = Association(OFFER)
    association.receive_data(noise)
    event = association.next_event()
    assert event is NEED_DATA or isinstance(event, Closing)


@given(st.lists(st.sampled_from(sorted(GOLDEN)), max_size=6), st.data())
def test_cutting_the_stream_anywhere_changes_nothing(names: list[str], data: st.DataObject) -> None:
    stream = SEEDS[0] + b"".join(codec.encode(GOLDEN[name][0]) for name in names)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=5).map(sorted))
    whole, pieces = Catalogue(), Catalogue()
    written = whole.talk(stream)
    in_pieces = b"".join(
        pieces.talk(stream[a:b]) for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)
    )
    assert in_pieces == written
    assert [type(event) for event in pieces.events] == [type(event) for event in whole.events]


@pytest.mark.parametrize("name", GOLDEN)
def test_an_apdu_cut_short_is_an_error_and_never_another_apdu(name: str) -> None:
    data = codec.encode(GOLDEN[name][0])
    for length in range(len(data)):
        with pytest.raises(RemoteError):
            codec.decode(data[:length])
