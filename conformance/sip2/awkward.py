"""Requests written as machines really write them, a theme for each request: careless, but to be understood.

Each request is one that a server can only answer well if it has read it well; then its line is spoilt in one
way after another. What is spoilt beyond reading is still answered, by its own answer or by 96.
"""

import re
from collections.abc import Callable

from msgspec import Struct

from conformance.case import Ask, Case, Claim, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    as_allowed,
    code,
    field,
    filled,
    fixed,
    flag,
    told_renewed,
)
from conformance.sip2.lines import (
    ABILITIES,
    BLOCK,
    CANCEL_HOLD_LAST,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    ENABLE,
    ENABLE_LAST,
    END_SESSION,
    HOLD,
    INFORMATION,
    ITEM,
    NOTE,
    RENEW_ALL,
    RENEWAL,
    of,
)
from conformance.sip2.shapes import ended_by
from conformance.wire.sip2 import ANSWERS


class Request(Struct, frozen=True, kw_only=True):
    """A request, what shows that it was understood, and what must be so before and after it."""

    line: str
    answer: str
    read: tuple[Claim, ...]
    fixed: int  # where its fixed part ends, in the line as it is written here
    ready: tuple[Ask, ...] = ()
    undo: tuple[Ask, ...] = ()

    @property
    def code(self) -> str:
        """The code of the request."""
        return self.line[:2]

    @property
    def start(self) -> str:
        """The fixed part."""
        return self.line[: self.fixed]

    @property
    def moment(self) -> str:
        """The name of its transaction date, in braces."""
        return self.start[self.start.index("{") : self.start.index("}") + 1]

    @property
    def fields(self) -> str:
        """The rest."""
        return self.line[self.fixed :]


class Spoilt(Struct, frozen=True):
    """One way of writing a line."""

    name: str
    words: str
    level: Level
    clause: str
    spoil: Callable[[Request], str]
    shape: Callable[[bytes], bytes] | None = None


def _turned(request: Request) -> str:
    return request.start + "".join(f"{piece}|" for piece in reversed(request.fields.split("|")[:-1]))


def _zone(request: Request) -> str:
    return request.line.replace(request.moment, "{first_of_zone_0000}", 1)


def _padded(request: Request) -> str:
    return re.sub(r"(A[AB])(\{\w+\})\|", r"\1 \2 |", request.line)


def _twice(request: Request) -> str:
    """Send a second number of somebody and something unknown after the right ones."""
    return request.line + "AAno-such-card|ABno-such-item|"


_ANY_ORDER = "SIP2 2.00: identified fields come in any order"
_UNKNOWN = "SIP2 2.00: unknown fields are ignored"
_DELIMITERS = "field practice: AO||AAx||, 15…|AO, …|ADpin"

_WAYS = (
    Spoilt(
        "last-delimiter",
        "whose last field lacks its delimiter",
        Level.CLIENT,
        _DELIMITERS,
        lambda r: r.line[:-1],
    ),
    Spoilt(
        "doubled-delimiters",
        "whose delimiters are doubled",
        Level.CLIENT,
        _DELIMITERS,
        lambda r: r.start + r.fields.replace("|", "||"),
    ),
    Spoilt(
        "delimiter-first",
        "with a delimiter after its fixed part",
        Level.CLIENT,
        _DELIMITERS,
        lambda r: f"{r.start}|{r.fields}",
    ),
    Spoilt(
        "unknown-fields",
        "with fields that nobody knows",
        Level.MUST,
        _UNKNOWN,
        lambda r: f"{r.start}ZZwhat|Q1is|{r.fields}XYthis|",
    ),
    Spoilt("any-order", "whose fields come in another order", Level.MUST, _ANY_ORDER, _turned),
    Spoilt(
        "zone-zeros",
        "whose date has the zone 0000",
        Level.CLIENT,
        "field practice: 20161021 0000 142637",
        _zone,
    ),
    Spoilt(
        "line-feed",
        "that ends with a line feed",
        Level.CLIENT,
        "field practice: LF alone (Libki's option)",
        lambda r: r.line,
        ended_by(b"\n"),
    ),
    Spoilt(
        "repeated",
        "with a second AA and AB",
        Level.SHOULD,
        "reading: the first of two fields counts",
        _twice,
    ),
    Spoilt(
        "blanks",
        "with blanks around its barcodes",
        Level.CLIENT,
        "field practice: scanners that pad",
        _padded,
    ),
)

_LOAN_READ = (code("12"), fixed("ok", "1"), filled("AJ", "AH"), LAYOUT)
_MAY = ask(ABILITIES, code("98"), name="98")
_RETURN = (ask(CHECKIN_LAST),)
_LENT = ask(CHECKOUT, code("12"), fixed("ok", "1"))

_NEW = (
    Request(
        line=of(HOLD, item="item_on_loan"),
        answer="16",
        read=(code("16"), fixed("ok", "1"), LAYOUT),
        fixed=len("15+{first}"),
        undo=(ask(of(CANCEL_HOLD_LAST, item="item_on_loan")),),
    ),
    Request(
        line=BLOCK,
        answer="24",
        read=(code("24"), filled("AE"), as_allowed("status update ok", flag(0, "Y")), LAYOUT),
        fixed=len("01N{first}"),
        ready=(_MAY,),
        undo=(ask(ENABLE_LAST),),
    ),
    Request(
        line=ENABLE,
        answer="26",
        read=(code("26"), filled("AE"), flag(0, " "), field("CQ", "Y"), LAYOUT),
        fixed=len("25{second}"),
    ),
    Request(
        line=NOTE,
        answer="20",
        read=(code("20"), fixed("ok", "1"), LAYOUT),
        fixed=len("19{first}"),
    ),
    Request(
        line=RENEW_ALL,
        answer="66",
        read=(code("66"), fixed("ok", "1"), told_renewed(0, 0), LAYOUT),
        fixed=len("65{first}"),
    ),
)
_OLD = (
    Request(
        line=CHECKOUT,
        answer="12",
        read=_LOAN_READ,
        fixed=len("11YN{now}{now}"),
        undo=_RETURN,
    ),
    Request(
        line=CHECKIN,
        answer="10",
        read=(code("10"), fixed("ok", "1"), filled("AQ"), LAYOUT),
        fixed=len("09N{later}{later}"),
        ready=(_LENT,),
        undo=_RETURN,
    ),
    Request(
        line=RENEWAL,
        answer="30",
        read=(code("30"), filled("AJ"), field("AA", "{patron}"), field("AB", "{item}"), LAYOUT),
        fixed=len("29NN{later}{later}"),
        ready=(_LENT,),
        undo=_RETURN,
    ),
    Request(
        line=INFORMATION,
        answer="64",
        read=(code("64"), filled("AE"), field("CQ", "Y"), LAYOUT),
        fixed=len("63001{now}          "),
    ),
    Request(line=ITEM, answer="18", read=(code("18"), filled("AJ"), LAYOUT), fixed=len("17{now}")),
    Request(line=END_SESSION, answer="36", read=(code("36"), LAYOUT), fixed=len("35{now}")),
)
_OF_THE_OLD = frozenset({"doubled-delimiters", "any-order", "repeated"})
"""The ways in which requests are spoilt that other themes treat already, each in its own way."""

_WHAT = {
    "01": "a block",
    "09": "a checkin",
    "11": "a checkout",
    "15": "a hold",
    "17": "a question about an item",
    "19": "an item status update",
    "25": "a patron enable",
    "29": "a renewal",
    "35": "an end of session",
    "63": "a question about a patron",
    "65": "a request to renew all",
}


def _spoilt(request: Request, way: Spoilt) -> Case:
    line = way.spoil(request)
    sent = ask(line, *request.read) if way.shape is None else ask(line, *request.read, shape=way.shape)
    return Case(
        id=f"awkward.{request.code}-{way.name}",
        title=f"{_WHAT[request.code]} {way.words} is understood",
        level=way.level,
        clause=way.clause,
        steps=(*request.ready, sent),
        undo=request.undo,
    )


def _no_date(request: Request) -> Case:
    """Return a case of dates that are none: answered with its own answer or 96, and the server goes on."""
    return Case(
        id=f"awkward.{request.code}-no-date",
        title=f"{_WHAT[request.code]} with a date that is none is answered",
        level=Level.CLIENT,
        clause="field practice: dates of blanks, or with a letter among the digits",
        steps=(
            *(
                ask(request.line.replace(request.moment, date, 1), code(request.answer, "96"), LAYOUT)
                for date in (" " * 18, "99999999    999999", "2O26OIOI    l2OOOO")
            ),
            ask(ABILITIES, code("98")),
        ),
        undo=request.undo,
    )


def _cut(request: Request) -> Case:
    """Return a case of lines that end too early: before the date, in it, before any field."""
    beginning = request.start.partition("{")[0]
    return Case(
        id=f"awkward.{request.code}-cut-short",
        title=f"{_WHAT[request.code]} that ends too early is answered, and nothing is done",
        level=Level.SHOULD,
        clause="SIP2 2.00: every recognised message is answered",
        steps=(
            *(
                ask(text, code(request.answer, "96"), LAYOUT, _undone(request.answer))
                for text in (beginning, f"{beginning}2026", request.start)
            ),
            ask(ABILITIES, code("98")),
        ),
    )


def _undone(answer: str) -> Claim:
    """Nobody and nothing was found."""
    flags = ANSWERS[answer].fixed
    if flags and flags[0].name == "ok":
        return Claim("ok 0, or 96", lambda found, _: found.fixed.get("ok", "0") == "0")
    return Claim("no BL Y, or 96", lambda found, _: "Y" not in found.every("BL"))


CASES = (
    *(_spoilt(request, way) for request in _NEW for way in _WAYS),
    *(made(request) for request in _NEW for made in (_no_date, _cut)),
    *(_spoilt(request, way) for request in _OLD for way in _WAYS if way.name in _OF_THE_OLD),
    Case(
        id="awkward.15-small-letters",
        title="a hold whose type and expiry are nonsense is answered",
        level=Level.CLIENT,
        clause="field practice: letters in numbers",
        steps=(
            ask(
                of(HOLD, item="item_on_loan").replace("{first}", "{first}BYx|BWnext week|BS|"),
                code("16", "96"),
                LAYOUT,
            ),
        ),
        undo=(ask(of(CANCEL_HOLD_LAST, item="item_on_loan")),),
    ),
    Case(
        id="awkward.65-fee-flag",
        title="a request to renew all whose BO is neither Y nor N is answered",
        level=Level.CLIENT,
        clause="field practice: BO empty, BO 1",
        steps=(
            ask(RENEW_ALL.replace("BON", "BO"), code("66"), LAYOUT),
            ask(of(RENEW_ALL, first="second").replace("BON", "BO1"), code("66", "96"), LAYOUT),
        ),
    ),
)
