"""A small SIP2 server that is right, and can be told to be wrong in one way; the kit is tried against both.

It is written from the standard by itself: no line of it comes from the kit or from the server this repository
ships. All it keeps is in dicts.
"""

import asyncio
import itertools
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec
import pytest

LONGEST = 16_384
MOST_FIELDS = 256
BX = "YYYNYYYYYYYNNNYN"
DENIED = "Y  Y" + " " * 10
FIXED = {
    "93": 4,
    "99": 9,
    "97": 2,
    "23": 23,
    "63": 33,
    "35": 20,
    "17": 20,
    "11": 40,
    "09": 39,
    "29": 40,
    "37": 27,
}
LISTS = ("AS", "AT", "AU", "AV", "BU", "CD")
CASES = {
    "patron_blocked": "P901",
    "patron_expired": "P902",
    "patron_fines": "P903",
    "patron_at_limit": "P904",
    "item_reference": "I901",
    "item_on_loan": "I902",
    "item_on_hold": "I903",
    "item_remote": "I904",
    "item_lost": "I905",
    "item_multi": "I906",
}
LIMIT = 3


class TinyLibrary:
    """Patrons, items and loans in dicts; `fault` names the one thing that is done wrong."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.patrons = {
            f"P{number:03}": f"Reader {number}" for number in [*range(1, 101), 901, 902, 903, 904]
        }
        self.items = {f"I{number:03}": f"Title {number}" for number in [*range(1, 301), *range(901, 920)]}
        self.loans = {"I902": "P900", "I911": "P904", "I912": "P904", "I913": "P904"}
        self.owes = Decimal("12.50")
        self.done: dict[tuple[str, ...], str] = {}
        self.serial = itertools.count(1)

    def refusal(self, patron: str, item: str, pin: str | None) -> str:
        """Return why this patron may not borrow this item, "" if he may."""
        grounds = {
            "unknown patron": patron not in self.patrons,
            "wrong PIN": pin not in (None, "1234"),
            "unknown item": item not in self.items,
            "card not valid": patron in ("P901", "P902"),
            "too many loans": len(self.lent_to(patron)) >= LIMIT,
            "not for loan": item in ("I901", "I905") and self.fault != "lends anything",
            "wanted by another": item == "I903",
            "on loan": self.loans.get(item, patron) != patron and self.fault != "lends twice",
        }
        return next((reason for reason, holds in grounds.items() if holds), "")

    def lent_to(self, patron: str) -> list[str]:
        return [item for item, borrower in self.loans.items() if borrower == patron]


class TinyConnection:
    """One connection: its login, its last answer, and the message that answer was for."""

    DATE = "20260101    120000"
    DUE = "20260201    235900"

    def __init__(self, library: TinyLibrary) -> None:
        self.library = library
        self.fault = library.fault
        self.user = self.fault == "tells strangers"
        self.last = b""
        self.last_request = b""
        self.last_good = b""
        self.buffer = b""

    def receive(self, data: bytes) -> bytes | None:
        """Return what is to be sent for these bytes; None to close."""
        self.buffer += data
        *lines, self.buffer = re.split(rb"[\r\n]", self.buffer)
        if len(self.buffer) > LONGEST or any(len(line) > LONGEST for line in lines):
            return None
        return b"".join(filter(None, [self.line(line.lstrip(b" \0")) for line in lines if line]))

    def line(self, line: bytes) -> bytes:
        """Return the answer to one line, sealed and terminated; nothing for an unknown message."""
        trailer = re.search(rb"(?:AY(\d))?(?:AZ(.{0,4}))?$", line, re.DOTALL)
        assert trailer
        sequence, given = trailer[1], trailer[2]
        if given is not None and self.fault != "ignores checksums":
            total = sum(line[: trailer.start(2)])
            if not re.fullmatch(rb"[0-9A-Fa-f]{4}", given) or (total + int(given, 16)) & 0xFFFF:
                return self.say("96", None, sealed=True)
        code = line[:2].decode("latin-1")
        if code == "97":
            return self.last or self.say("96", None, sealed=given is not None)
        repeatable = code not in ("93", "99") and sequence is not None and self.fault != "does twice"
        if repeatable and line == self.last_request:
            return self.last_good
        body = line[: trailer.start()].decode("latin-1")
        if code not in FIXED:
            return self.say("96", None, sealed=True) if self.fault == "answers unknown" else b""
        if len(body) < FIXED[code]:
            return self.say("96", None, sealed=given is not None)
        fields: dict[str, str] = {}
        pieces = body[FIXED[code] :].split("|")
        if len(pieces) > MOST_FIELDS:
            return self.say("96", None, sealed=given is not None)
        for piece in pieces:
            fields.setdefault(piece[:2], piece[2:].strip())
        text = self.answer(code, body, fields)
        self.last_request = line
        self.last_good = self.say(text, sequence, sealed=given is not None)
        return self.last_good

    def say(self, text: str, sequence: bytes | None, *, sealed: bool) -> bytes:
        raw = re.sub(r"[\x00-\x1f\x7f]", " ", text).encode("latin-1")
        if self.fault == "echoes controls":
            raw = text.encode("latin-1")
        if sequence is not None:
            digit = int(sequence) if self.fault != "wrong sequence" else (int(sequence) + 1) % 10
            raw += b"AY%d" % digit
        if sealed:
            raw += b"AZ"
            raw += b"%04X" % (-sum(raw) & 0xFFFF if self.fault != "wrong sum" else sum(raw) & 0xFFFF)
        self.last = raw + b"\r"
        return self.last

    def answer(self, code: str, body: str, fields: dict[str, str]) -> str:
        if code == "93":
            known = body[2:4] == "00" and (fields.get("CN"), fields.get("CO")) == ("kiosk", "secret")
            self.user = known or (self.user and self.fault == "keeps the login")
            return f"94{int(known)}"
        if code == "99":
            return f"98YYYNYN600003{self.DATE}2.00AOTINY|BX{BX if self.fault != 'short BX' else 'YYY'}|"
        if code == "17":
            return self.item(fields)
        patron = fields.get("AA", "") if self.user else ""
        known = patron in self.library.patrons
        who = f"AOTINY|AA{fields.get('AA', '')[:255]}|" if self.fault != "mixes patrons" else "AOTINY|AAP000|"
        acts: dict[str, Callable[[], str]] = {
            "23": lambda: f"24{self.status(patron)}{body[2:5]}{self.DATE}{who}{self.told(patron, fields)}",
            "63": lambda: self.information(patron, body, who, fields),
            "35": lambda: f"36Y{self.DATE}{who}",
            "11": lambda: self.once(body, fields, lambda: self.checkout(patron, who, fields)),
            "09": lambda: self.once(body, fields, lambda: self.checkin(fields)),
            "29": lambda: self.renewal(patron, who, fields),
            "37": lambda: self.once(body, fields, lambda: self.payment(known, patron, who, body, fields)),
        }
        return acts[code]()

    def once(self, body: str, fields: dict[str, str], act: Callable[[], str]) -> str:
        """Do it, or answer what was answered to the same request before, on whatever connection."""
        if self.fault in ("forgets", "does twice"):
            return act()
        key = (body[:22], *(fields.get(name, "") for name in ("AA", "AB", "BK", "BV")))
        fresh = key not in self.library.done
        if fresh:
            text = act()
            self.library.done = {
                old: answer for old, answer in self.library.done.items() if not key[2] or old[2] != key[2]
            }
            self.library.done[key] = text
        return self.library.done[key]

    def status(self, patron: str) -> str:
        if patron not in self.library.patrons or patron in ("P901", "P902"):
            return DENIED
        return "     Y        " if len(self.library.lent_to(patron)) >= LIMIT else " " * 14

    def told(self, patron: str, fields: dict[str, str]) -> str:
        if patron not in self.library.patrons:
            return "AE|BLN|AFunknown patron|"
        pin = f"CQ{'Y' if fields['AD'] == '1234' else 'N'}|" if "AD" in fields else ""
        owes = self.library.owes if patron == "P903" else Decimal("0.00")
        return f"AE{self.library.patrons[patron]}|BLY|{pin}BHEUR|BV{owes}|"

    def information(self, patron: str, body: str, who: str, fields: dict[str, str]) -> str:
        entries = {name: list[str]() for name in LISTS}
        entries["AU"] = self.library.lent_to(patron)
        entries["AV"] = ["fine"] if patron == "P903" else []
        times = 2 if self.fault == "counts double" else 1
        counts = "".join(f"{len(entries[name]) * times:04}" for name in LISTS)
        if self.fault == "counts in three digits":
            counts = counts[1:]
        start, end = (
            int(fields[name]) if re.fullmatch(r"\d{1,5}", fields.get(name, "")) else default
            for name, default in (("BP", 1), ("BQ", 9999))
        )
        lists = "".join(
            f"{name}{entry}|"
            for place, name in enumerate(LISTS)
            if body[23 + place] == "Y"
            for entry in entries[name][max(start, 1) - 1 : end]
        )
        told = self.told(patron, fields)
        return f"64{self.status(patron)}{body[2:5]}{self.DATE}{counts}{who}{told}{lists}"

    def item(self, fields: dict[str, str]) -> str:
        item = fields.get("AB", "") if self.user else ""
        title = self.library.items.get(item, "")
        lent = item in self.library.loans
        state = "12" if item == "I905" else "04" if lent else "03" if title else "01"
        due = f"AH{self.DUE}|" if lent else ""
        return f"18{state}0001{self.DATE}AB{item[:255]}|AJ{title}|AQMain stacks|{due}".replace(
            "0001", "0101", 1
        )

    def checkout(self, patron: str, who: str, fields: dict[str, str]) -> str:
        item = fields.get("AB", "")
        title = self.library.items.get(item, "")
        reason = self.library.refusal(patron, item, fields.get("AD"))
        if self.fault == "refuses now and then" and next(self.library.serial) % 3 == 0:
            reason = "no mood"
        if reason:
            due = "" if self.fault == "no AH" else "AH|"
            return f"120NUN{self.DATE}{who}AB{item}|AJ{title}|{due}AF{reason}|"
        renewed = "Y" if item in self.library.loans else "N"
        if self.fault != "loses loans":
            self.library.loans[item] = patron
        return f"121{renewed}NY{self.DATE}{who}AB{item}|AJ{title}|AH{self.DUE}|"

    def checkin(self, fields: dict[str, str]) -> str:
        item = fields.get("AB", "")
        if item not in self.library.items:
            return f"100NUY{self.DATE}AOTINY|AB{item}|AQ|AFunknown item|"
        if self.fault != "does not return":
            self.library.loans.pop(item, None)
        return f"101YNN{self.DATE}AOTINY|AB{item}|AQMain stacks|AJ{self.library.items[item]}|"

    def renewal(self, patron: str, who: str, fields: dict[str, str]) -> str:
        item = fields.get("AB", "")
        title = self.library.items.get(item, "")
        if self.library.loans.get(item) != patron:
            return f"300NUN{self.DATE}{who}AB{item}|AJ{title}|AH|AFnot on loan to you|"
        return f"301YNY{self.DATE}{who}AB{item}|AJ{title}|AH{self.DUE}|"

    def payment(self, known: bool, patron: str, who: str, body: str, fields: dict[str, str]) -> str:
        try:
            paid = Decimal(fields.get("BV", ""))
        except InvalidOperation:
            paid = Decimal(0)
        owes = self.library.owes if patron == "P903" else Decimal(0)
        payable = paid.is_finite() and 0 < paid <= owes and body[24:27] == "EUR" and "CG" not in fields
        if not (known and payable):
            return f"38N{self.DATE}{who}AFnot accepted|"
        self.library.owes -= paid
        mark = fields.get("BK") or str(next(self.library.serial))
        return f"38Y{self.DATE}{who}BK{mark}|"


class TinyProtocol(asyncio.Protocol):
    """Moves bytes between a socket and a TinyConnection."""

    def __init__(self, library: TinyLibrary, transports: set[asyncio.Transport]) -> None:
        self.connection = TinyConnection(library)
        self.transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.transports.add(transport)

    def data_received(self, data: bytes) -> None:
        if self.connection.fault == "reads once":
            self.connection.buffer = b""
            data = data.rstrip(b"\r\n") + b"\r"
        answer = self.connection.receive(data)
        if answer is None:
            self.transport.close()
        else:
            self.transport.write(answer)

    def connection_lost(self, error: Exception | None) -> None:
        self.transports.discard(self.transport)


@asynccontextmanager
async def serving(library: TinyLibrary, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve `library` on a port of its own, which is returned."""
    transports: set[asyncio.Transport] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: TinyProtocol(library, transports), "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for transport in tuple(transports):
            transport.abort()
        await server.wait_closed()


Serving = Callable[[TinyLibrary], AbstractAsyncContextManager[int]]


def facts(port: int) -> dict[str, object]:
    """Return what the demonstration's facts file would say of a tiny library at this port."""
    return {
        "pid": 1,
        "institution": "TINY",
        "sip2": {
            "host": "127.0.0.1",
            "port": port,
            "tls": False,
            "ca": None,
            "user": "kiosk",
            "password": "secret",
            "location": "",
        },
        "https": None,
        "z3950": None,
        "pin": "1234",
        "patrons": {"template": "P%03d", "first": 1, "count": 100},
        "items": {"template": "I%03d", "first": 1, "count": 300},
        "cases": CASES,
    }


@pytest.fixture
def tiny_library() -> type[TinyLibrary]:
    return TinyLibrary


@pytest.fixture
def tiny_server() -> Serving:
    return serving


@pytest.fixture
def facts_file(tmp_path: Path) -> Callable[[int], Path]:
    """Write the facts of a tiny library that serves at this port."""

    def write(port: int) -> Path:
        path = tmp_path / "facts.json"
        path.write_bytes(msgspec.json.encode(facts(port)))
        return path

    return write
