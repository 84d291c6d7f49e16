"""A small SIP2 server that is right, and can be told to be wrong in one way; the kit is tried against both.

It is written from the standard by itself: no line of it comes from the kit or from the server this repository
ships. All it keeps is in dicts.
"""

import asyncio
import itertools
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

LONGEST = 16_384
MOST_FIELDS = 256
BX = "Y" * 16
DENIED = "Y  Y" + " " * 10
BLOCKED = "YYYY" + " " * 10
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
    "01": 21,
    "15": 21,
    "19": 20,
    "25": 20,
    "65": 20,
}
ACTS = ("11", "09", "29", "37", "01", "15", "19", "25", "65")
LISTS = ("AS", "AT", "AU", "AV", "BU", "CD")
CASES = {
    "patron_blocked": "P901",
    "patron_expired": "P902",
    "patron_fines": "P903",
    "patron_at_limit": "P904",
    "patron_no_loans": "P905",
    "patron_to_block": "P906",
    "patron_to_guess": "P907",
    "item_reference": "I901",
    "item_on_loan": "I902",
    "item_on_hold": "I903",
    "item_remote": "I904",
    "item_lost": "I905",
    "item_multi": "I906",
    "item_to_note": "I907",
    "title_on_loan": "Title 902",
}
USERS = {"kiosk": "secret", "kiosk2": "secret2"}
PICKUPS = ("", "HERE", "THERE")
LIMIT = 3
TRIES = 5
LATE = timedelta(minutes=5)
STRANGER = "unknown card or wrong PIN"


class TinyLibrary:
    """Patrons, items, loans and holds in dicts; `fault` names the one thing that is done wrong."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.patrons = {f"P{number:03}": f"Reader {number}" for number in [*range(1, 101), *range(901, 908)]}
        self.items = {
            f"I{number:03}": f"Title {number}"
            for number in [*range(1, 301), *range(801, 861), *range(901, 920)]
        }
        self.loans = {"I902": "P900", "I911": "P904", "I912": "P904", "I913": "P904"}
        self.due: dict[str, str] = {}
        self.moved: dict[str, datetime] = {}
        self.holds: list[dict[str, str]] = []
        self.blocked: set[str] = set()
        self.owes = Decimal("12.50")
        self.done: dict[tuple[str, ...], str] = {}
        self.before: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self.wrong = Counter[tuple[str, str]]()
        self.serial = itertools.count(1)

    def refusal(self, patron: str, item: str) -> str:
        """Return why this patron may not borrow this item, "" if he may."""
        wanted = self.waiting(item)
        grounds = {
            "unknown item": item not in self.items,
            "card not valid": patron in ("P901", "P902") or patron in self.blocked,
            "too many loans": len(self.lent_to(patron)) >= LIMIT,
            "not for loan": item in ("I901", "I905") and self.fault != "lends anything",
            "wanted by another": item == "I903" or (wanted is not None and wanted["patron"] != patron),
            "on loan": self.loans.get(item, patron) != patron and self.fault != "lends twice",
        }
        return next((reason for reason, holds in grounds.items() if holds), "")

    def lent_to(self, patron: str) -> list[str]:
        return [item for item, borrower in self.loans.items() if borrower == patron]

    def waiting(self, item: str) -> dict[str, str] | None:
        """Return the first hold on the title of an item."""
        title = self.items.get(item)
        return next((hold for hold in self.holds if hold["title"] == title), None)

    def remember(self, item: str, act: str, user: str) -> None:
        """Keep how an item stands before an act, so that the act can be taken back."""
        kept = ("loans", "due", "moved", "holds")
        self.before[item] = (act, user, deepcopy({name: getattr(self, name) for name in kept}))

    def take_back(self, item: str, act: str, user: str) -> bool:
        """Make the last act on an item undone, if it was this act of this terminal."""
        done = self.before.get(item)
        if done is None or done[0] != act or (done[1] != user and self.fault != "undoes for anybody"):
            return False
        del self.before[item]
        for name, value in done[2].items():
            setattr(self, name, value)
        return True


class TinyConnection:
    """One connection: its login, its last answer, and the message that answer was for."""

    DATE = "20260101    120000"
    DUE = "20260201    235900"

    def __init__(self, library: TinyLibrary) -> None:
        self.library = library
        self.fault = library.fault
        self.user = "anybody" if self.fault == "tells strangers" else ""
        self.last = b""
        self.last_request = b""
        self.last_good = b""
        self.buffer = b""

    def receive(self, data: bytes) -> bytes | None:
        """Return what is to be sent for these bytes; None to close."""
        self.buffer += data
        if self.fault == "hangs up" and self.buffer.startswith(b"99"):
            return None
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
            self.last = self.last_good
            return self.last_good
        body = line[: trailer.start()].decode("latin-1")
        if code not in FIXED:
            return self.say("96", None, sealed=True) if self.fault == "answers unknown" else b""
        if len(body) < FIXED[code]:
            return self.say("96", None, sealed=given is not None)
        fields: dict[str, str] = {}
        pieces = body[FIXED[code] :].split("|")
        if self.fault == "wants its fields in order" and re.search("AA.*AO", body):
            return self.say("96", None, sealed=given is not None)
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
            known = body[2:4] == "00" and USERS.get(fields.get("CN", "")) == fields.get("CO", "")
            kept = self.user if self.fault == "keeps the login" else ""
            self.user = fields["CN"] if known else kept
            return f"94{int(known)}"
        if code == "99":
            now = f"{datetime.now():%Y%m%d    %H%M%S}"
            supported = {"short BX": "YYY", "blocks nobody": "YYYNYYYYYYYYNYYY"}.get(self.fault, BX)
            online = "N" if self.fault == "goes off line" else "Y"
            return f"98{online}YYNYY600003{now}2.00AOTINY|BX{supported}|"
        if code == "17":
            return self.item(fields)
        patron = fields.get("AA", "") if self.user else ""
        said = (
            f"AOTINY|AA{fields.get('AA', '')[:255]}|" if self.fault != "mixes patrons" else "AOTINY|AAP000|"
        )
        known = patron in self.library.patrons and self.pin(patron, fields) is not False
        who = patron if known else ""
        acts: dict[str, Callable[[], str]] = {
            "23": lambda: f"24{self.status(who)}{body[2:5]}{self.DATE}{said}{self.told(who, fields)}",
            "63": lambda: self.information(who, body, said, fields),
            "35": lambda: f"36Y{self.DATE}{said}",
            "11": lambda: self.checkout(who, said, body, fields),
            "09": lambda: self.checkin(body, fields),
            "29": lambda: self.renewal(who, said, body, fields),
            "37": lambda: self.payment(who, said, body, fields),
            "01": lambda: self.block(patron, said, fields),
            "15": lambda: self.hold(who, said, body, fields),
            "19": lambda: self.note(fields),
            "25": lambda: self.enable(who, said, fields),
            "65": lambda: self.renew_all(who, fields),
        }
        return self.once(body, fields, acts[code]) if code in ACTS else acts[code]()

    def once(self, body: str, fields: dict[str, str], act: Callable[[], str]) -> str:
        """Do it, or answer what was answered to the same request before, on whatever connection."""
        if self.fault in ("forgets", "does twice"):
            return act()
        said = ("AB", "AA", "AJ", "BK", "BV", "BI")
        key = (
            body[: FIXED[body[:2]]],
            *(fields.get(name, "") for name in said),
            fields.get("AD", ""),
            self.user,
        )
        if key not in self.library.done:
            text = act()
            self.library.done = {
                old: answer for old, answer in self.library.done.items() if not key[1] or old[1] != key[1]
            }
            self.library.done[key] = text
        return self.library.done[key]

    # Who it is

    def pin(self, patron: str, fields: dict[str, str]) -> bool | None:
        """Whether the PIN is told to be right; None if there is none."""
        given = fields.get("AD", "")
        if not given:
            return None
        tries = self.library.wrong
        if tries[self.user, patron] >= TRIES and self.fault != "can be guessed":
            return False
        if (
            self.fault == "locks everywhere"
            and sum(n for (_, whose), n in tries.items() if whose == patron) >= TRIES
        ):
            return False
        tries[self.user, patron] = 0 if given == "1234" else tries[self.user, patron] + 1
        return given == "1234"

    def status(self, patron: str) -> str:
        if patron in self.library.blocked:
            return BLOCKED
        if patron not in self.library.patrons or patron in ("P901", "P902"):
            return DENIED
        flags = [" "] * 14
        flags[5] = "Y" if len(self.library.lent_to(patron)) >= LIMIT else " "
        flags[10] = "Y" if patron == "P903" else " "
        return "".join(flags)

    def told(self, patron: str, fields: dict[str, str]) -> str:
        if not patron:
            known = self.fault == "tells a card from none" and fields.get("AA") in self.library.patrons
            return f"AE|BL{'Y' if known else 'N'}|AF{STRANGER}|"
        pin = "CQY|" if fields.get("AD") else "CQN|" if "AD" in fields else ""
        owes = self.library.owes if patron == "P903" else Decimal("0.00")
        return f"AE{self.library.patrons[patron]}|BLY|{pin}BHEUR|BV{owes}|"

    def information(self, patron: str, body: str, said: str, fields: dict[str, str]) -> str:
        entries = {name: list[str]() for name in LISTS}
        if patron:
            entries["AU"] = self.library.lent_to(patron)
            entries["AV"] = ["fine"] if patron == "P903" else []
            for hold in self.library.holds:
                if hold["patron"] == patron:
                    entries["AS" if hold["item"] else "CD"].append(hold["title"])
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
        return f"64{self.status(patron)}{body[2:5]}{self.DATE}{counts}{said}{told}{lists}"

    def block(self, patron: str, said: str, fields: dict[str, str]) -> str:
        if patron in self.library.patrons and self.fault != "blocks for show":
            self.library.blocked.add(patron)
        known = patron if patron in self.library.patrons else ""
        return f"24{self.status(patron)}000{self.DATE}{said}{self.told(known, {})}"

    def enable(self, patron: str, said: str, fields: dict[str, str]) -> str:
        self.library.blocked.discard(patron)
        status = self.status(patron)
        if patron and self.fault == "forgives everything":
            status = " " * 14
        return f"26{status}001{self.DATE}{said}{self.told(patron, fields)}"

    # What there is

    def item(self, fields: dict[str, str]) -> str:
        item = fields.get("AB", "") if self.user else ""
        title = self.library.items.get(item, "")
        lent = item in self.library.loans
        kept = any(hold["item"] == item for hold in self.library.holds)
        state = "12" if item == "I905" else "04" if lent else "08" if kept else "03" if title else "01"
        due = f"AH{self.library.due.get(item, self.DUE)}|" if lent else ""
        return f"18{state}0101{self.DATE}AB{item[:255]}|AJ{title}|AQMain stacks|{due}"

    def note(self, fields: dict[str, str]) -> str:
        item = fields.get("AB", "")
        title = self.library.items.get(item, "") if self.user else ""
        if not title:
            return f"20{int(self.fault == 'notes anything')}{self.DATE}AB{item[:255]}|AFunknown item|"
        return f"201{self.DATE}AB{item}|AJ{title}|CH{fields.get('CH', '')[:255]}|"

    # Loans

    def checkout(self, patron: str, said: str, body: str, fields: dict[str, str]) -> str:
        library, item = self.library, fields.get("AB", "")
        title = library.items.get(item, "")
        if fields.get("BI") == "Y" and item not in library.loans and self.fault != "lends anew":
            former = library.before.get(item, ("", "", {}))[2].get("loans", {}).get(item)
            if former not in (None, patron):
                return self.not_lent("12", said, item, title, "was not yours")
            if patron and library.take_back(item, "09", self.user):
                return f"121NNY{self.DATE}{said}AB{item}|AJ{title}|AH{library.due[item]}|"
        happened = self.offline(body)
        reason = library.refusal(patron, item) if patron else STRANGER
        if happened and patron and title and self.fault != "judges the past":
            newer = library.moved.get(item, happened) > happened
            reason = "it moved since" if newer else ""
        if self.fault == "refuses now and then" and next(library.serial) % 3 == 0:
            reason = "no mood"
        if reason:
            return self.not_lent("12", said, item, title, reason)
        renewed = "Y" if library.loans.get(item) == patron else "N"
        library.remember(item, "11", self.user)
        if self.fault != "loses loans":
            library.loans[item] = patron
            library.moved[item] = happened or datetime.now()
        library.holds = [hold for hold in library.holds if (hold["patron"], hold["title"]) != (patron, title)]
        library.due[item] = self.due(body, happened)
        return f"121{renewed}NY{self.DATE}{said}AB{item}|AJ{title}|AH{library.due[item]}|"

    def not_lent(self, code: str, said: str, item: str, title: str, reason: str) -> str:
        due = "" if self.fault == "no AH" else "AH|"
        title = title if reason != STRANGER else ""
        return f"{code}0NUN{self.DATE}{said}AB{item}|AJ{title}|{due}AF{reason}|"

    def checkin(self, body: str, fields: dict[str, str]) -> str:
        library, item = self.library, fields.get("AB", "")
        if item not in library.items:
            return f"100NUY{self.DATE}AOTINY|AB{item}|AQ|AFunknown item|"
        title, borrower = library.items[item], library.loans.get(item, "")
        told = f"{self.DATE}AOTINY|AB{item}|AQMain stacks|AJ{title}|AA{borrower}|CK001|"
        happened = self.offline(body)
        newer = happened is not None and library.moved.get(item, happened) > happened
        if fields.get("BI") == "Y" and self.fault != "cancels by returning":
            undone = library.take_back(item, "11", self.user)
            return f"10{int(undone or not borrower)}YNN{told}"
        if newer and self.fault != "ends what is newer":
            return f"101YNN{told}AFa newer loan stands|"
        if self.fault != "does not return":
            library.remember(item, "09", self.user)
            library.loans.pop(item, None)
            library.moved[item] = happened or datetime.now()
        hold = library.waiting(item)
        for other in library.holds:
            if other["item"] == item and other is not hold:
                other["item"] = ""
        if hold:
            hold["item"] = item
        return f"101YN{'Y' if hold else 'N'}{told}"

    def renewal(self, patron: str, said: str, body: str, fields: dict[str, str]) -> str:
        library, item = self.library, fields.get("AB", "")
        title, happened = library.items.get(item, ""), self.offline(body)
        if not patron:
            return self.not_lent("30", said, item, title, STRANGER)
        if library.loans.get(item) != patron or (library.waiting(item) and not happened):
            return self.not_lent("30", said, item, title, "not on loan to you, or wanted")
        library.due[item] = self.due(body, happened)
        return f"301YNY{self.DATE}{said}AB{item}|AJ{title}|AH{library.due[item]}|"

    def renew_all(self, patron: str, fields: dict[str, str]) -> str:
        loans = self.library.lent_to(patron) if patron else []
        kept = [item for item in loans if self.library.waiting(item)]
        renewed = [item for item in loans if item not in kept]
        ok = bool(patron) and (bool(renewed) or not loans)
        lists = "".join(f"BM{item}|" for item in renewed) + "".join(f"BN{item} wanted|" for item in kept)
        count = len(loans) if self.fault == "renews what is wanted" else len(renewed)
        return f"66{int(ok)}{count:04}{len(kept):04}{self.DATE}AOTINY|{lists}"

    def offline(self, body: str) -> datetime | None:
        """When it happened, if that is long enough ago to have happened without us."""
        no_block, date = (body[2], body[3:21]) if body[:2] == "09" else (body[3], body[4:22])
        happened = moment(date)
        if no_block != "Y" or happened is None:
            return None
        return happened if datetime.now() - happened > LATE or self.fault == "believes no block" else None

    def due(self, body: str, happened: datetime | None) -> str:
        given = happened is not None and moment(body[22:40]) is not None
        return body[22:40] if given and self.fault != "knows better when" else self.DUE

    # Holds and money

    def hold(self, patron: str, said: str, body: str, fields: dict[str, str]) -> str:
        library, item = self.library, fields.get("AB", "")
        title = library.items.get(item, "") or fields.get("AJ", "")
        said += "".join(f"{name}{fields[name][:255]}|" for name in ("AB", "AJ") if name in fields)
        mine = next((one for one in library.holds if (one["patron"], one["title"]) == (patron, title)), None)
        queue = [one for one in library.holds if one["title"] == title]
        pickup, expiry = fields.get("BS", ""), fields.get("BW", "")
        past = moment(expiry) is not None and (moment(expiry) or datetime.now()) < datetime.now() - LATE
        grounds = {
            "unknown": not patron or title not in library.items.values(),
            "mode": body[2] not in "+-*",
            "pickup": pickup not in PICKUPS,
            "past": past,
            "not for loan": item == "I901",
            "card": body[2] == "+" and self.status(patron)[3] == "Y",
            "already": body[2] == "+" and mine is not None and self.fault != "queues twice",
            "yours": body[2] == "+" and library.loans.get(item) == patron,
            "no hold": body[2] in "-*" and mine is None,
        }
        if any(grounds.values()):
            return f"160N{self.DATE}{said}AFno hold|"
        if body[2] == "-" and mine:
            library.holds.remove(mine)
            return f"161N{self.DATE}{said}"
        if mine is None or self.fault == "queues twice":
            mine = {"patron": patron, "title": title, "item": "", "pickup": pickup, "expiry": expiry}
            library.holds.append(mine)
            queue.append(mine)
        mine |= {name: value for name, value in (("pickup", pickup), ("expiry", expiry)) if value}
        free = "Y" if item and item not in library.loans and len(queue) == 1 else "N"
        told = f"BW{mine['expiry']}|" if moment(mine["expiry"]) else ""
        told += f"BS{mine['pickup']}|" if mine["pickup"] else ""
        return f"161{free}{self.DATE}{said}{told}BR{queue.index(mine) + 1}|"

    def payment(self, patron: str, said: str, body: str, fields: dict[str, str]) -> str:
        try:
            paid = Decimal(fields.get("BV", ""))
        except InvalidOperation:
            paid = Decimal(0)
        owes = self.library.owes if patron == "P903" else Decimal(0)
        payable = paid.is_finite() and 0 < paid <= owes and body[24:27] == "EUR" and "CG" not in fields
        if not payable:
            return f"38N{self.DATE}{said}AFnot accepted|"
        self.library.owes -= paid
        mark = fields.get("BK") or str(next(self.library.serial))
        return f"38Y{self.DATE}{said}BK{mark}|"


def moment(date: str) -> datetime | None:
    """Read a date of 18 characters; None for what is none."""
    try:
        return datetime.strptime(date.replace(date[8:12], "    ", 1), "%Y%m%d    %H%M%S")
    except ValueError:
        return None


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
