"""Availability: AVA in its order, adding up, and true at the moment of the answer, whoever lent the item."""

from conformance.case import (
    Ask,
    Case,
    Crowd,
    Fetch,
    Level,
    Post,
    ResponseClaim,
    Scene,
    Step,
    ask,
    fetch,
    post,
)
from conformance.ncip.claims import done
from conformance.ncip.texts import check_in, check_out
from conformance.sip2.claims import code, fixed
from conformance.sip2.lines import (
    CANCEL_HOLD_LAST,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    HOLD_THIS_COPY,
    RENEWAL,
    of,
)
from conformance.sru.claims import (
    AVA_RIGHT,
    HAS_AVA,
    MARC,
    SOME,
    ava_of,
    away,
    every_record,
    hits,
)
from conformance.sru.texts import search, search_in
from conformance.wire.records import fields
from conformance.wire.sru import Record, Response

_AVA = "Alma: AVA fields of the bib, in their order of subfields"
_NOW = "availability is that of the moment of the answer: an act at the desk is in the very next one"
_FIND = "{barcode_index} = {item}"
_FIND_2 = "{barcode_index} = {item2}"


def _asked(query: str, *claims: ResponseClaim, keep: str = "", version: str = "") -> Fetch:
    """Ask for the record with an item; keep how many of its items are away."""
    kept = {keep: ava_of("away"), f"{keep}_items": ava_of("items")} if keep else {}
    more = {"recordSchema": "{marc}", "maximumRecords": "1"}
    parameters = search_in(version, query, **more) if version else search(query, **more)
    return fetch(parameters, hits(1), *claims, keep=kept)


_BEFORE = _asked(_FIND, HAS_AVA, keep="before")
_LENT = _asked(_FIND, away(+1, "before"))
_BACK = _asked(_FIND, away(0, "before"))
_CHECK_OUT = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_CHECK_IN = ask(CHECKIN, code("10"), fixed("ok", "1"))
_RETURN = (ask(CHECKIN_LAST),)
_RETURN_BOTH = (ask(CHECKIN_LAST), ask(of(CHECKIN_LAST, item="item2")))
_RETURN_NCIP = (post(check_in()),)


def _record(
    name: str,
    title: str,
    *steps: Step,
    clause: str = _AVA,
    level: Level = Level.ALMA,
    needs: tuple[str, ...] = (),
) -> Case:
    """Return a case about the fields as they stand."""
    wanted = ("availability", *needs)
    return Case(
        id=f"availability.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=wanted
    )


def _live(
    name: str, title: str, *steps: Step, undo: tuple[Ask | Post, ...], level: Level = Level.MUST
) -> Case:
    """Return a case in which something is done at the desk and looked for in the catalogue."""
    return Case(
        id=f"availability.{name}",
        title=title,
        level=level,
        clause=_NOW,
        steps=steps,
        undo=undo,
        also_needs=("availability", "barcode_index"),
    )


def _at_the_end(record: Record) -> bool:
    """Whether nothing but AV fields stands behind the first of them."""
    tags = [] if record.data is None else [one.get("tag", "") for one in record.data]
    added = [tag for tag in tags if tag in ("AVA", "AVE", "AVD")]
    return not added or tags[-len(added) :] == added


def _blank_indicators(record: Record) -> bool:
    return record.data is not None and all(
        one.get("ind1") == one.get("ind2") == " "
        for one in record.data
        if one.get("tag") in ("AVA", "AVE", "AVD")
    )


def _of_this_record(record: Record) -> bool:
    """Whether each AVA names the record that it stands in."""
    found = [] if record.data is None else [field.first("0") for field in fields(record.data, "AVA")]
    return all(number == record.identifier or not record.identifier for number in found)


def _counts_one(response: Response, scene: Scene) -> bool:
    before, items = int(scene.names["before"]), int(scene.names["before_items"])
    now = ava_of("away")(response)
    return now is not None and before <= int(now) <= before + 2 <= items + 2


_ALL = search("{many}", recordSchema="{marc}", maximumRecords="20")

CASES = (
    _record(
        "right",
        "AVA has its subfields in their order, and says what its numbers say",
        fetch(_ALL, SOME, HAS_AVA, AVA_RIGHT),
    ),
    _record(
        "last",
        "AV fields stand behind all others",
        fetch(_ALL, SOME, every_record("AV fields at its end", _at_the_end)),
    ),
    _record(
        "indicators",
        "AV fields have blank indicators",
        fetch(_ALL, SOME, every_record("AV fields with blank indicators", _blank_indicators)),
    ),
    _record(
        "own-number",
        "AVA names the record that it stands in",
        fetch(_ALL, SOME, every_record("$0 as its recordIdentifier", _of_this_record)),
    ),
    _record(
        "valid",
        "a record with AV fields is MARCXML all the same",
        fetch(_ALL, SOME, HAS_AVA, MARC),
        clause="MARCXML 1.1",
        level=Level.MUST,
    ),
    _record(
        "string",
        "AV fields are in a record that is packed as a string, too",
        fetch(search(_FIND, recordSchema="{marc}", recordPacking="string"), hits(1), HAS_AVA, AVA_RIGHT),
        needs=("barcode_index", "first_version"),
    ),
    _record(
        "by-barcode",
        "a barcode finds one record, and its items are counted",
        _asked(_FIND, HAS_AVA, AVA_RIGHT),
        needs=("barcode_index",),
    ),
    _record(
        "by-id",
        "a page of ids is answered with the availability of each",
        fetch(search('{id_index} any "{id} {id2}"', recordSchema="{marc}"), hits(2), AVA_RIGHT),
        needs=("id_index", "id2"),
        level=Level.SHOULD,
    ),
    _live(
        "lent", "an item lent at a kiosk is away in the next answer", _BEFORE, _CHECK_OUT, _LENT, undo=_RETURN
    ),
    _live(
        "returned",
        "an item returned at a kiosk is back in the next answer",
        _BEFORE,
        _CHECK_OUT,
        _LENT,
        _CHECK_IN,
        _BACK,
        undo=_RETURN,
    ),
    _live(
        "in-order",
        "e, f and g agree while the item is away",
        _CHECK_OUT,
        _asked(_FIND, HAS_AVA, AVA_RIGHT),
        undo=_RETURN,
    ),
    _live(
        "two",
        "two items lent are away both",
        _BEFORE,
        _asked(_FIND_2, HAS_AVA, keep="other"),
        _CHECK_OUT,
        ask(of(CHECKOUT, item="item2"), code("12"), fixed("ok", "1")),
        _asked(_FIND, ResponseClaim("one more item away, or two where both are of it", _counts_one)),
        undo=_RETURN_BOTH,
    ),
    _live(
        "refused",
        "a loan that was refused changes nothing",
        _CHECK_OUT,
        _asked(_FIND, HAS_AVA, keep="before"),
        ask(of(CHECKOUT, patron="patron2", now="end"), code("12"), fixed("ok", "0")),
        _BACK,
        undo=_RETURN,
    ),
    _live(
        "renewed",
        "a renewal changes nothing",
        _CHECK_OUT,
        _asked(_FIND, HAS_AVA, keep="before"),
        ask(RENEWAL, code("30")),
        _BACK,
        undo=_RETURN,
    ),
    _live(
        "again",
        "lent, returned and lent again is away",
        _BEFORE,
        _CHECK_OUT,
        _CHECK_IN,
        _BACK,
        ask(of(CHECKOUT, now="last"), code("12"), fixed("ok", "1")),
        _LENT,
        undo=_RETURN,
    ),
    _live(
        "every-version",
        "every version tells the same",
        _BEFORE,
        _CHECK_OUT,
        _asked(_FIND, away(+1, "before"), version="{first_version}"),
        fetch(search_in("2.0", _FIND, recordSchema="{marc}"), hits(1), away(+1, "before"), denied_by=(5, 11)),
        undo=_RETURN,
    ),
    _live(
        "asked-by-many",
        "ten who ask at once are told the same",
        _BEFORE,
        _CHECK_OUT,
        Crowd((_LENT,) * 10),
        undo=_RETURN,
    ),
    _live(
        "wanted",
        "an item that is wanted is found, whatever is said of it",
        _BEFORE,
        ask(HOLD_THIS_COPY, code("16")),
        _asked(_FIND, HAS_AVA, AVA_RIGHT),
        undo=(ask(CANCEL_HOLD_LAST),),
    ),
    _live(
        "lent-over-ncip",
        "an item lent over NCIP is away in the next answer",
        _BEFORE,
        post(check_out(), done("CheckOutItem")),
        _LENT,
        undo=_RETURN_NCIP,
    ),
    _live(
        "returned-over-ncip",
        "an item returned over NCIP is back in the next answer",
        _BEFORE,
        post(check_out(), done("CheckOutItem")),
        _LENT,
        post(check_in(), done("CheckInItem")),
        _BACK,
        undo=_RETURN_NCIP,
    ),
    _live(
        "lent-here-returned-there",
        "lent at a kiosk and returned over NCIP is back",
        _BEFORE,
        _CHECK_OUT,
        _LENT,
        post(check_in(), done("CheckInItem")),
        _BACK,
        undo=(ask(CHECKIN_LAST),),
    ),
)
