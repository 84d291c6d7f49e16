"""What a Z39.50 target has: found out before the first case by asking for a little of everything.

The rule it keeps: nothing is taken for granted. What a case needs and this did not find is a name that is
missing, so the case is not applicable, never passed.
"""

from collections.abc import Sequence

from conformance.case import Awaits, Tell
from conformance.wire.line import EndedError, LateError
from conformance.wire.z3950 import Element, oid_octets
from conformance.z3950 import apdus
from conformance.z3950.claims import (
    count_of,
    entries_of,
    options_of,
    records_of,
    succeeded,
    syntaxes_of,
)
from conformance.z3950.conversation import Z3950Conversation

_COMMON = ("computer", "history", "world", "life", "geschichte", "histoire")
_SYNTAXES = {
    "z_usmarc": apdus.USMARC,
    "z_sutrs": apdus.SUTRS,
    "z_xml": apdus.XML,
    "z_opac": apdus.OPAC,
}
_SCAN, _SORT, _DELETE, _NAMED, _NEGOTIATION = 7, 8, 2, 14, 17
_PAIR, _SORT_STATUS = 2, 3


async def survey(spoken: Z3950Conversation, title: str, items: Sequence[str]) -> dict[str, str]:
    """Return what was found, by name. Raises EndedError, LateError or ClaimError if nothing answers.

    `title` is a word of a title that is found, "" if none is known; `items` have barcodes.
    """
    opened = await spoken.tell(Tell(apdu=apdus.init()))
    options = frozenset() if opened is None else options_of(opened)
    named = {"z_delete": _DELETE, "z_named": _NAMED}
    found = {name: "yes" for name, option in named.items() if option in options}
    word, count = await _word(spoken, title)
    if not count:
        return found
    found["z_word"] = word
    found |= {"z_pair": str(count)} if count >= _PAIR else {}
    if all([await _hits(spoken, apdus.search(apdus.term(found["z_word"]))) == count for _ in range(3)]):
        found["z_steady"] = str(count)
    found |= await _syntaxes(spoken)
    answer = await _ask(spoken, apdus.search(apdus.term(found["z_word"]), small=count, large=count + 1))
    if answer is not None and records_of(answer):
        found["z_piggyback"] = "yes"
    if await _hits(spoken, apdus.search(query=apdus.cql(found["z_word"]))):
        found["z_cql"] = "yes"
    if items and await _hits(spoken, apdus.search(apdus.term(items[0], (1, "barcode")))) == 1:
        found["z_item"] = "yes"
    if _SORT in options and await _sorts(spoken, found["z_word"]):
        found["z_sort"] = "yes"
    if _SCAN in options:
        found |= await _scanned(spoken, found["z_word"])
    found |= await _negotiated(spoken)
    return found | await _closed(spoken)


async def _word(spoken: Z3950Conversation, title: str) -> tuple[str, int]:
    """A word of titles and its hits: the first that finds two, else the first that finds any."""
    hits: dict[str, int] = {}
    for word in filter(None, (title, *_COMMON)):
        hits[word] = await _hits(spoken, apdus.search(apdus.term(word)))
        if hits[word] >= _PAIR:
            return word, hits[word]
    return next(((word, count) for word, count in hits.items() if count), ("", 0))


async def _syntaxes(spoken: Z3950Conversation) -> dict[str, str]:
    found = {}
    for name, syntax in _SYNTAXES.items():
        answer = await _ask(spoken, apdus.present(syntax=syntax, elements=None))
        if answer is not None and oid_octets(syntax) in syntaxes_of(answer):
            found[name] = syntax
    return found


async def _sorts(spoken: Z3950Conversation, word: str) -> bool:
    """Whether titles are sorted by."""
    await _hits(spoken, apdus.search(apdus.term(word)))
    answer = await _ask(spoken, apdus.sort())
    return answer is not None and answer.number_at(_SORT_STATUS) == 0


async def _scanned(spoken: Z3950Conversation, word: str) -> dict[str, str]:
    """Whether there is a scan, and a second word that it tells of."""
    answer = await _ask(spoken, apdus.scan(word, count=20))
    entries = () if answer is None else entries_of(answer)
    others = [text for text, _ in entries if text.isalpha() and text.casefold() != word.casefold()]
    return ({"z_scan": "yes"} if entries else {}) | ({"z_other": others[0]} if others else {})


async def _negotiated(spoken: Z3950Conversation) -> dict[str, str]:
    """Whether character sets are negotiated, on an association of its own."""
    await spoken.anew()
    asked = apdus.init(apdus.proposed_utf_8(), options=(*apdus.OPTIONS, _NEGOTIATION))
    answer = await _ask(spoken, asked)
    agreed = answer is not None and succeeded(answer) and _NEGOTIATION in options_of(answer)
    return {"z_charset": "yes"} if agreed else {}


async def _closed(spoken: Z3950Conversation) -> dict[str, str]:
    """Whether nobody is let in who does not say who it is."""
    await spoken.anew()
    answer = await _ask(spoken, apdus.init(), is_nobodys=True)
    return {} if answer is not None and succeeded(answer) else {"z_closed": "yes"}


async def _hits(spoken: Z3950Conversation, request: Element) -> int:
    answer = await _ask(spoken, request)
    return 0 if answer is None else int(count_of(answer) or 0)


async def _ask(spoken: Z3950Conversation, request: Element, *, is_nobodys: bool = False) -> Element | None:
    """Return the answer, None if the target hangs up; then another association is opened."""
    try:
        answer = await spoken.tell(Tell(apdu=request, awaits=Awaits.ANSWER_OR_END, is_nobodys=is_nobodys))
    except (EndedError, LateError):
        answer = None
    if answer is None or answer.number == apdus.CLOSE:
        await spoken.anew()
        await spoken.tell(Tell(apdu=apdus.init()))
        return None
    return answer
