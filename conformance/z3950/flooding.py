"""What is hostile: nesting, numbers, sizes and floods; all of it bounded, and no other association harmed."""

from conformance.case import Anew, Awaits, Case, Level, Step, tell
from conformance.wire.z3950 import Element, context, length_octets
from conformance.z3950.apdus import AND, TITLED, attribute, both, cql, delete, present, scan, search, term
from conformance.z3950.steps import ALIVE, MAY_END, OPEN, bare, case

_THEME = "flood"
_BOUNDED = "whatever comes is answered, refused or ends one association, in bounded time and memory"
_DEEP, _DEEPER = 2_000, 100_000
_MANY = 3_000
_MEGABYTE = 1_000_000


def _case(name: str, title: str, *steps: Step, level: Level = Level.MUST) -> Case:
    return case(_THEME, name, title, _BOUNDED, *steps, *ALIVE, level=level, needs=("z_word",))


def _sent(name: str, title: str, apdu: Element) -> Case:
    """Return a case of an APDU that is too much of something."""
    return _case(name, title, tell(apdu, awaits=MAY_END))


def _bytes(name: str, title: str, octets: bytes) -> Case:
    """Return a case of bytes that are no Z39.50 at all, and need no end."""
    return bare(
        _THEME,
        name,
        title,
        _BOUNDED,
        tell(search(), shape=lambda _: octets, awaits=Awaits.SILENCE),
        *ALIVE,
        needs=("z_word",),
    )


def _nested(depth: int) -> bytes:
    """Return elements of indefinite length within each other, and never an end."""
    return b"\xb6\x80" + b"\xb5\x80" * depth


def _definite(depth: int) -> bytes:
    """Return a search of elements of definite length within each other."""
    data = b""
    for _ in range(depth):
        data = b"\xa1" + length_octets(len(data)) + data
    return b"\xb6" + length_octets(len(data)) + data


def _wide(operands: int) -> Element:
    """A query of so many operands, not deep: pairs of pairs."""
    row = [TITLED] * operands
    while len(row) > 1:
        row = [both(one, other, AND) for one, other in zip(row[::2], row[1::2], strict=False)] + (
            row[-1:] if len(row) % 2 else []
        )
    return row[0]


def _chained(depth: int) -> bytes:
    """Return a search whose operators stand within each other, of indefinite length."""
    return b"\xb6\x80\xb5\x80\xa1\x80" + b"\xa1\x80" * depth


CASES: tuple[Case, ...] = (
    _bytes("nested", f"{_DEEP} elements within each other", _nested(_DEEP)),
    _bytes("nested-deeper", f"{_DEEPER} elements within each other", _nested(_DEEPER)),
    _bytes("nested-definite", f"{_DEEP} elements of definite length within each other", _definite(_DEEP)),
    _bytes("nested-operators", f"{_DEEPER} operators within each other", _chained(_DEEPER)),
    _bytes("nested-ends", "more ends than beginnings", _nested(10) + b"\0" * 1_000),
    _bytes("length-largest", "a length of 2^63 - 1", b"\xb6\x88\x7f" + b"\xff" * 7),
    _bytes("length-unsigned", "a length of 2^64 - 1", b"\xb6\x88" + b"\xff" * 8),
    _bytes("length-signed", "a length of 2^31", b"\xb6\x84\x80\0\0\0"),
    _bytes("length-long", "a length in 126 octets", b"\xb6\xfe" + b"\xff" * 126),
    _bytes("tag-endless", "a tag without an end", b"\xbf" + b"\xff" * 10_000),
    _bytes("zeros", "zeros", b"\0" * 10_000),
    _bytes("ones", "octets of all ones", b"\xff" * 10_000),
    _bytes("noise", "noise", bytes(place * place * 31 % 251 for place in range(4_096))),
    _bytes("http", "HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    _bytes("tls", "a ClientHello of TLS", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"),
    _bytes("sip2", "SIP2", b"9900802.00AY0AZFC9F\r"),
    _bytes("silence", "nothing at all", b""),
    _sent("operands", f"a query of {_MANY} operands", search(_wide(_MANY))),
    _sent(
        "attributes",
        f"a term with {_MANY} attributes",
        search(
            context(
                0,
                context(102, context(44, *(attribute(1, 4) for _ in range(_MANY))), Element(45, "{z_word}")),
            )
        ),
    ),
    _sent("databases", f"{_MANY} databases", search(databases=("zz-none",) * _MANY)),
    _sent("sets", f"{_MANY} sets to be deleted", delete(*(["zz-none"] * _MANY))),
    _sent("term-long", "a term of a hundred kilobytes", search(term("a" * 100_000))),
    _sent("term-larger", "a term of a megabyte", search(term("a" * _MEGABYTE))),
    _sent("term-zeros", "a term of zeros", search(term("\0" * 1_000))),
    _sent("term-masks", "a term of masks", search(term("?#" * 500, (1, 4), (5, 104)))),
    _sent(
        "term-regexp",
        "a term that is costly as a regular expression",
        search(term("(a+)+$" * 20 + "b", (1, 4), (5, 102))),
    ),
    _sent("name-long", "a set whose name has a hundred kilobytes", search(name="n" * 100_000)),
    _sent("reference-long", "a reference id of ten kilobytes", search(reference=b"r" * 10_000)),
    _sent("cql-nested", "CQL in a thousand parentheses", search(query=cql("(" * 1_000 + "a" + ")" * 1_000))),
    _sent("scan-long", "a scan from a term of a hundred kilobytes", scan("a" * 100_000)),
    _sent("present-many", "records for ever", present(1, 2**31 - 1, elements=None)),
    _sent("operands-few", "a query of sixty operands", search(_wide(60))),
    _case(
        "sets-many",
        "two hundred sets",
        *(tell(search(name=f"set-{place}"), awaits=MAY_END) for place in range(200)),
    ),
    _case("associations", "thirty associations that say nothing more", *(Anew(), OPEN) * 30),
    _case(
        "searches",
        "a hundred searches, one behind the other",
        *(tell(search(), awaits=MAY_END) for _ in range(100)),
    ),
)
