"""The one parser: charsets as they are, and what is sent to hurt it ends in an error, in little memory."""

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from protocols.ncip.codec import read, write
from protocols.ncip.dialects import DIALECTS, LATEST, Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import BareProblem, CreateItem
from protocols.ncip.parsing import parse
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode, Repair, Repaired
from protocols.xml.parsing import LIMITS, Limits

MESSAGE = (
    '{declaration}<NCIPMessage xmlns="http://www.niso.org/2008/ncip" xmlns:n="http://www.niso.org/2008/ncip" '
    'n:version="2.02"><CreateItem><BibliographicDescription><Title>{title}</Title></BibliographicDescription>'
    "</CreateItem></NCIPMessage>"
)


def message(title: str = "x", declared: str | None = None) -> str:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return MESSAGE.format(declaration=declaration, title=title)


def title_of(data: bytes, charset: str | None = None) -> tuple[str | None, list[Repair]]:
    received = read(data, charset)
    assert isinstance(received.message, CreateItem)
    assert received.message.bibliographic_description is not None
    return received.message.bibliographic_description.title, [each.repair for each in received.repairs]


def refusal_of(data: bytes, mode: Mode = Mode.LENIENT, limits: Limits = LIMITS) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        read(data, None, mode, limits)
    return caught.value


# Charsets -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "charset", "repairs"),
    [
        (message("Füße").encode(), None, []),
        (message("Füße").encode(), "UTF-8", []),
        (b"\xef\xbb\xbf" + message("Füße").encode(), None, []),
        (message("Füße", "UTF-8").encode(), None, []),
        (message("Füße", "ISO-8859-1").encode("latin-1"), None, []),
        (message("Füße", "windows-1252").encode("cp1252"), None, []),
        (message("Füße").encode("latin-1"), "iso-8859-1", []),
        # An interlibrary-loan client that declares one thing and sends another.
        (message("Füße", "ISO-8859-1").encode(), None, [Repair.CHARSET]),
        # A program that writes its own strings out as UTF-8 and says they are what they were in memory.
        (message("Füße", "utf-16").encode(), None, []),
        (message("Füße").encode(), "ISO-8859-1", [Repair.CHARSET]),
        (message("Füße", "UTF-8").encode("latin-1"), "ISO-8859-1", [Repair.CHARSET]),
        (message("F&#252;&#xDF;e", "US-ASCII").encode(), None, []),
    ],
)
def test_a_text_is_read_in_the_charset_that_it_is_in(
    data: bytes, charset: str | None, repairs: list[Repair]
) -> None:
    assert title_of(data, charset) == ("Füße", repairs)


@pytest.mark.parametrize(
    "data",
    [
        message("Füße").encode("latin-1"),
        message("Füße", "UTF-8").encode("latin-1"),
        message("x", "UTF-7").encode(),
        message("x", "UTF-7").encode("utf-7"),
        message("x", "cp037").encode("cp037"),
        message("x", "cp037").encode(),
        message("x", "no-such-charset").encode(),
        message("x", "ISO-2022-JP").encode(),
        message().encode("utf-16"),
        message().encode("utf-16-le"),
        message("x", "UTF-16").encode("utf-16"),
        message().encode("utf-32"),
        message().encode("utf-32-be"),
        message("\0").encode(),
        message("\x01").encode(),
        message("&#0;").encode(),
        message("&#xD800;").encode(),
        message("x").encode() + b"\0",
        message("#", "windows-1252").encode().replace(b"#", b"\x81\xfc"),
    ],
)
def test_other_charsets_and_what_is_no_text_are_refused(data: bytes) -> None:
    problem = refusal_of(data).problem
    assert problem.problem_type is not None
    assert problem.problem_type.value == ProblemType.INVALID_MESSAGE_SYNTAX_ERROR


def test_a_wrong_charset_is_an_error_where_nothing_is_forgiven() -> None:
    refusal_of(message("Füße", "ISO-8859-1").encode(), Mode.STRICT)


# Ampersands and names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "title", "repairs"),
    [
        ("War & Peace", "War & Peace", [Repair.AMPERSAND]),
        ("A&P &amp; Co", "A&P & Co", [Repair.AMPERSAND]),
        ("caf&eacute;", "café", [Repair.ENTITY]),
        ("&nosuchname; & &#233;", "&nosuchname; & é", [Repair.AMPERSAND]),
        ("<![CDATA[a & b]]> & c", "a & b & c", [Repair.AMPERSAND]),
        ("<![CDATA[a & b]]>", "a & b", []),
        ("&&&", "&&&", [Repair.AMPERSAND]),
    ],
)
def test_a_bare_ampersand_is_text(sent: str, title: str, repairs: list[Repair]) -> None:
    assert title_of(message(sent).encode()) == (title, repairs)


def test_a_bare_ampersand_is_an_error_where_nothing_is_forgiven() -> None:
    refusal_of(message("War & Peace").encode(), Mode.STRICT)


def test_a_syntax_error_tells_where_it_is() -> None:
    detail = refusal_of(b"<NCIPMessage>\n<a></b>").problem.problem_detail
    assert detail is not None
    assert "line 2, column 6" in detail


# DOCTYPE and entities -------------------------------------------------------------------------------

DOCTYPES = [
    '<!DOCTYPE NCIPMessage PUBLIC "-//NISO//NCIP DTD Version 1.0//EN" "http://192.0.2.1/ncip.dtd">',
    '<!DOCTYPE NCIPMessage SYSTEM "file:///etc/passwd">',
    "<!DOCTYPE NCIPMessage>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_doctype_is_not_looked_at(doctype: str) -> None:
    assert title_of((doctype + message()).encode()) == ("x", [])
    assert read((doctype + message()).encode(), mode=Mode.STRICT).repairs == ()
    assert read((doctype + message()).encode(), mode=Mode.REPORT).repairs[0] == Repaired(Repair.DOCTYPE, "/")


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_an_entity_that_only_a_dtd_could_know_is_text(doctype: str) -> None:
    data = (doctype + message("a &unknown; b &uuml;")).encode()
    assert title_of(data)[0] == "a &unknown; b ü"
    refusal_of(data, Mode.STRICT)


BILLION_LAUGHS = (
    '<!DOCTYPE z [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
    + message("&a9;")
)
BLOW_UP = f'<!DOCTYPE z [<!ENTITY a "{"x" * 50_000}">]>{message("&a;" * 5_000)}'
FROM_FILE = '<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + message("&a;")
FROM_NET = '<!DOCTYPE z [<!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd"> %p;]>' + message()
HARMLESS = "<!DOCTYPE z []>" + message()
ATTRIBUTES = "<!DOCTYPE z [<!ATTLIST NCIPMessage version CDATA '2.02'>]>" + message()


@pytest.mark.parametrize("text", [BILLION_LAUGHS, BLOW_UP, FROM_FILE, FROM_NET, HARMLESS, ATTRIBUTES])
@pytest.mark.parametrize("mode", Mode)
def test_a_doctype_that_declares_anything_is_refused(text: str, mode: Mode) -> None:
    error = refusal_of(text.encode(), mode)
    assert isinstance(error.answer, BareProblem)
    assert "DOCTYPE" in str(error)


# Limits ---------------------------------------------------------------------------------------------

FEW = Limits(size=2_000, depth=8, elements=40, attributes=4, text=100)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("x" * 2_001, "message too long"),
        ("<a>" * 9 + "</a>" * 9, "too deep"),
        ("<r>" + "<a/>" * 40 + "</r>", "too many elements"),
        ("<a b='' c='' d='' e='' f=''/>", "too many attributes"),
        (f"<a b='{'x' * 101}'/>", "attribute too long"),
        (f"<a>{'x' * 101}</a>", "text too long"),
        (f"<a>{'x<b/>' * 20}{'x' * 90}</a>", "text too long"),
        ("&" * 500, "not well-formed"),
    ],
)
def test_every_limit_is_kept(body: str, word: str) -> None:
    error = refusal_of(body.encode(), limits=FEW)
    assert word in str(error)


@pytest.mark.parametrize(
    "body",
    ["<a>" * 8 + "</a>" * 8, "<r>" + "<a/>" * 39 + "</r>", "<a b='' c='' d='' e=''/>", f"<a>{'x' * 100}</a>"],
)
def test_what_is_within_the_limits_is_parsed(body: str) -> None:
    parse(body.encode(), None, Mode.STRICT, FEW)


MIB = 1 << 20
ATTACKS: dict[str, Callable[[], bytes]] = {
    "billion laughs": lambda: BILLION_LAUGHS.encode(),
    "blow-up": lambda: BLOW_UP.encode(),
    "depth": lambda: b"<a>" * 300_000,
    "elements": lambda: b"<r>" + b"<a/>" * 250_000 + b"</r>",
    "attributes": lambda: b"<a " + b" ".join(b"a%d=''" % n for n in range(90_000)) + b"/>",
    "namespaces": lambda: b"<a " + b" ".join(b"xmlns:a%d='u'" % n for n in range(60_000)) + b"/>",
    "one text": lambda: b"<a>" + b"x" * (MIB - 8) + b"</a>",
    "one name": lambda: b"<" + b"x" * (MIB - 4) + b"/>",
    "one attribute": lambda: b"<a b='" + b"x" * (MIB - 20) + b"'/>",
    "one comment": lambda: b"<!--" + b"x" * (MIB - 8) + b"-->",
    "too long": lambda: b"<a>" + b" " * MIB + b"</a>",
    "ampersands": lambda: b"&" * MIB,
    "open CDATA": lambda: b"&" + b"<![CDATA[" * (MIB // 9 - 1),
    "open comments": lambda: b"<!-- " * (MIB // 5),
    "brackets": lambda: b"<" * MIB,
    "names of all kinds": lambda: b"<r>" + b"".join(b"<n%d/>" % n for n in range(100_000)) + b"</r>",
    "strangers": lambda: message("</Title></BibliographicDescription>" + "<s/>" * 19_000 + "<q><q>").encode(),
    "spaces": lambda: b" " * MIB,
    "UTF-16": lambda: b"\xff\xfe" + b"<\0" * (MIB // 2 - 1),
    "wrong charset": lambda: b"<?xml version='1.0' encoding='UTF-8'?><a>" + b"\xfc" * (MIB - 100),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_ends_in_an_error_in_flat_memory(attack: str) -> None:
    data = ATTACKS[attack]()
    refusal_of(b"<a/>")  # what is made once is made
    tracemalloc.start()
    try:
        for _ in range(2):
            refusal_of(data)
        gc.collect()  # the frames that pytest holds
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * MIB
    assert left < MIB // 4


def test_many_repairs_do_not_make_a_long_list() -> None:
    data = message(
        "x</Title></BibliographicDescription>" + "<s/>" * 5_000 + "<BibliographicDescription><Title>y"
    )
    assert len(read(data.encode()).repairs) == 100


# What is told of a message that cannot be read ---------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "version", "prefix"),
    [
        (b"", Version.V2_02, "ns1"),
        (b"\xff\xfe", Version.V2_02, "ns1"),
        (
            b'<ncip:NCIPMessage ncip:version="http://www.niso.org/schemas/ncip/v2_0/ncip_v2_0.xsd"><',
            Version.V2_0,
            "ncip",
        ),
        (
            b'<NCIPMessage version="http://www.niso.org/ncip/v1_01/imp1/dtd/ncip_v1_01.dtd"><a',
            Version.V1_01,
            "",
        ),
        (b"<x:NCIPMessage><", Version.V2_02, "x"),
    ],
)
def test_it_is_answered_in_the_dialect_that_can_be_guessed(
    data: bytes, version: Version, prefix: str
) -> None:
    error = refusal_of(data)
    assert (error.dialect.version, error.dialect.prefix) == (version, prefix)
    assert error.service is None
    assert b"Invalid Message Syntax Error" in write(error.answer, error.dialect)


def test_an_empty_body_is_answered_in_the_latest_version() -> None:
    assert refusal_of(b"").dialect == LATEST == DIALECTS[Version.V2_02]
