"""Claims about answers; each reads on from "the answer must have"."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from conformance.case import Claim, Scene
from conformance.wire.sip2 import SUPPORTED_ORDER, Answer

LISTS = ("AS", "AT", "AU", "AV", "BU", "CD")
COUNT_OF = dict(zip(LISTS, ("hold", "overdue", "charged", "fine", "recall", "unavailable hold"), strict=True))
_FLAGS = re.compile("[YN]{16}")
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def code(*codes: str) -> Claim:
    """The answer is one of these messages."""
    return Claim(f"the code {' or '.join(codes)}", lambda answer, _: answer.code in codes)


def fixed(name: str, values: str) -> Claim:
    """A fixed field of one character is one of `values`."""
    words = f"{name} {' or '.join(values)}"
    return Claim(words, lambda answer, _: answer.fixed.get(name, "") in set(values))


def fixed_text(name: str, *texts: str) -> Claim:
    """A fixed field is one of `texts`."""
    return Claim(f"{name} {' or '.join(map(repr, texts))}", lambda answer, _: answer.fixed.get(name) in texts)


def fixed_other(name: str, text: str) -> Claim:
    """A fixed field is not `text`."""
    return Claim(f"{name} other than {text!r}", lambda answer, _: answer.fixed.get(name) != text)


def flag(place: int, value: str) -> Claim:
    """The patron status has `value` at `place`, counted from 0."""
    return Claim(
        f"{value!r} at place {place} of the patron status",
        lambda answer, _: answer.fixed.get("patron status", "")[place : place + 1] == value,
    )


def field(name: str, value: str) -> Claim:
    """The first field `name` is exactly `value`, in which names in braces are filled in."""
    return Claim(f"{name} {value!r}", lambda answer, scene: answer.first(name) == scene.say(value))


def never(name: str, value: str) -> Claim:
    """No field `name` is `value`; the field may be missing."""
    return Claim(f"no {name} {value!r}", lambda answer, scene: scene.say(value) not in answer.every(name))


def there(*names: str) -> Claim:
    """Fields of these names are sent; they may be empty."""
    return Claim(" and ".join(names), lambda answer, _: all(answer.first(name) is not None for name in names))


def filled(*names: str) -> Claim:
    """Fields of these names are sent and say something."""
    return Claim(
        " and ".join(f"a filled {name}" for name in names),
        lambda answer, _: all((answer.first(name) or "").strip() for name in names),
    )


def blank(*names: str) -> Claim:
    """Fields of these names are missing or empty."""
    return Claim(
        "nothing in " + " or ".join(names),
        lambda answer, _: not any((value or "").strip() for name in names for value in answer.every(name)),
    )


def missing(*names: str) -> Claim:
    """No field of these names is sent."""
    return Claim(
        "no " + " or ".join(names), lambda answer, _: all(answer.first(name) is None for name in names)
    )


def fits(name: str, pattern: str, words: str) -> Claim:
    """The first field `name`, if sent, is `pattern` as a whole."""

    def holds(answer: Answer, _: Scene) -> bool:
        value = answer.first(name)
        return value is None or re.fullmatch(pattern, value) is not None

    return Claim(f"{name}, if at all, as {words}", holds)


def starts(name: str, text: str) -> Claim:
    """The first field `name` begins with `text`, in which names in braces are filled in."""
    return Claim(
        f"{name} that begins with {text!r}",
        lambda answer, scene: (answer.first(name) or "").startswith(scene.say(text)),
    )


def told_as(name: str, text: str) -> Claim:
    """The first field `name`, if sent, is `text`, in which names in braces are filled in."""
    return Claim(
        f"{name}, if at all, {text!r}", lambda answer, scene: answer.first(name) in (None, scene.say(text))
    )


def on_day(name: str, moment: str) -> Claim:
    """The first field `name`, if sent, names the day of a moment, however it is written."""

    def holds(answer: Answer, scene: Scene) -> bool:
        value = answer.first(name)
        return value is None or _names_day(value, scene.names[moment])

    return Claim(f"{name}, if at all, of the day of {{{moment}}}", holds)


def only_list(name: str) -> Claim:
    """Of the six lists only `name` is sent, with as many entries as its count says."""

    def holds(answer: Answer, _: Scene) -> bool:
        others = any(answer.every(other) for other in LISTS if other != name)
        count = answer.fixed.get(COUNT_OF[name], "").strip() or "0"
        return not others and count.isdecimal() and len(answer.every(name)) == int(count)

    return Claim(f"as many {name} as it counts, and no other list", holds)


def entries(name: str, least: int, most: int) -> Claim:
    """The list `name` has between `least` and `most` entries."""
    return Claim(f"{least} to {most} {name}", lambda answer, _: least <= len(answer.every(name)) <= most)


def counted(name: str, more: int, since: str) -> Claim:
    """A count of 64 is `more` than it was in the answer called `since`."""

    def holds(answer: Answer, scene: Scene) -> bool:
        before, now = _count(scene.told[since], name), _count(answer, name)
        return before is not None and now == before + more

    return Claim(f"a {name} count {more:+d} against before", holds)


def counted_if(flag: str, told: str, name: str, more: int, since: str) -> Claim:
    """A count of 64 is `more` than before if the answer called `told` says yes, and as before if not."""

    def holds(answer: Answer, scene: Scene) -> bool:
        done = scene.told[told].fixed[flag] in "1Y"
        return counted(name, more if done else 0, since).holds(answer, scene)

    return Claim(f"a {name} count {more:+d} against before if that was done, else the same", holds)


def holds_counted(more: int, since: str) -> Claim:
    """The holds of 64, ready or not, are so many `more` than in the answer called `since`."""

    def holds(answer: Answer, scene: Scene) -> bool:
        before, now = _holds(scene.told[since]), _holds(answer)
        return before is not None and now == before + more

    return Claim(f"{more:+d} holds, ready or not, against before", holds)


def told_renewed(renewed: int, unrenewed: int) -> Claim:
    """66 counts so many, and lists as many (BM, BN)."""
    counts = {"renewed": ("BM", renewed), "unrenewed": ("BN", unrenewed)}
    return Claim(
        f"{renewed} renewed (BM), {unrenewed} not (BN)",
        lambda answer, _: all(
            answer.fixed.get(part) == f"{count:04}" and len(answer.every(name)) == count
            for part, (name, count) in counts.items()
        ),
    )


def then(name: str, step: int, after: str) -> Claim:
    """The number in field `name` is `step` more than in the answer called `after`, where both tell one."""

    def holds(answer: Answer, scene: Scene) -> bool:
        first, second = scene.told[after].first(name) or "", answer.first(name) or ""
        return not (first.isdecimal() and second.isdecimal()) or int(second) == int(first) + step

    return Claim(f"{name} {step:+d} against before, where it is told", holds)


def as_allowed(ability: str, claim: Claim, otherwise: Claim | None = None) -> Claim:
    """Where a flag of the answer called 98 is Y, `claim` holds; where it is N, `otherwise` does, if given."""

    def holds(answer: Answer, scene: Scene) -> bool:
        chosen = claim if scene.told["98"].fixed[ability] == "Y" else otherwise
        return chosen is None or chosen.holds(answer, scene)

    return Claim(f"{claim.words}, where 98 says {ability}", holds)


def same_bytes_as(name: str) -> Claim:
    """The answer is, byte for byte, the one called `name`."""
    return Claim("the same bytes as before", lambda answer, scene: answer.raw == scene.told[name].raw)


def same_as(name: str, *parts: str) -> Claim:
    """These fields and fixed fields say what they said in the answer called `name`."""
    return Claim(
        f"the same {', '.join(parts)} as before",
        lambda answer, scene: all(_part(answer, part) == _part(scene.told[name], part) for part in parts),
    )


def same_if_told(name: str, *parts: str) -> Claim:
    """These fields are missing, or say what they said in the answer called `name`."""
    return Claim(
        f"the same {', '.join(parts)} as before, if at all",
        lambda answer, scene: all(
            answer.first(part) in (None, scene.told[name].first(part)) for part in parts
        ),
    )


def like(name: str, *but: str) -> Claim:
    """The answer looks like the one called `name`: the same fields with the same values, `but` for some."""
    return Claim(
        " but for ".join(filter(None, ("the looks of the answer before", ", ".join(but)))),
        lambda answer, scene: _looks(answer, but) == _looks(scene.told[name], but),
    )


def differs_from(name: str, *parts: str) -> Claim:
    """These fields and fixed fields say something else than in the answer called `name`."""
    return Claim(
        f"another {', '.join(parts)} than before",
        lambda answer, scene: all(_part(answer, part) != _part(scene.told[name], part) for part in parts),
    )


def owed(less: str, since: str) -> Claim:
    """BV is smaller by the amount kept under the name `less` than in the answer called `since`."""

    def holds(answer: Answer, scene: Scene) -> bool:
        before, now = amount(scene.told[since]), amount(answer)
        return before is not None and now is not None and before - now == Decimal(scene.names[less])

    return Claim(f"a BV that is less than before by {{{less}}}", holds)


def numbered(digit: int) -> Claim:
    """The answer carries this AY."""
    return Claim(f"AY{digit}", lambda answer, _: answer.sequence == str(digit))


def is_bytes(raw: bytes) -> Claim:
    """The answer is exactly `raw`, terminator aside."""
    return Claim(f"exactly {raw.decode('ascii')!r}", lambda answer, _: answer.raw == raw)


def is_but(words: str, holds: Callable[[Answer], bool]) -> Claim:
    """Anything else that can be told from the answer alone."""
    return Claim(words, lambda answer, _: holds(answer))


def _count(answer: Answer, name: str) -> int | None:
    text = answer.fixed.get(name, "")
    return int(text) if text.isdecimal() else None


def _part(answer: Answer, part: str) -> str | None:
    return answer.fixed[part] if part in answer.fixed else answer.first(part)


def _holds(answer: Answer) -> int | None:
    counts = [_count(answer, COUNT_OF[name]) for name in ("AS", "CD")]
    return None if None in counts else sum(count for count in counts if count is not None)


def _looks(answer: Answer, but: tuple[str, ...]) -> tuple[object, ...]:
    """Return all that an answer shows, without the date, AY, AZ and some fields' values."""
    fixed = tuple(value for part, value in answer.fixed.items() if part != "transaction date")
    return answer.code, fixed, tuple((name, "" if name in but else value) for name, value in answer.fields)


def _names_day(text: str, date: str) -> bool:
    """Whether the text names the day of an 18-character date, in whatever order of year, month and day."""
    wanted = [date[:4], date[4:6], date[6:8]]
    if "".join(wanted) in text:
        return True
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    return all(int(number) in numbers or int(number) % 100 in numbers for number in wanted)


def amount(answer: Answer) -> Decimal | None:
    """Return BV as a number, None where there is none."""
    written = answer.first("BV") or ""
    return Decimal(written) if _AMOUNT.fullmatch(written) else None


def coin(answer: Answer) -> str | None:
    """Return the smallest sum that BV can show, so that a payment hardly changes the library's books."""
    owing = amount(answer)
    if owing is None or owing <= 0:
        return None
    return str(Decimal(1).scaleb(int(owing.as_tuple().exponent)))


def too_much(answer: Answer) -> str | None:
    """Return one more than BV."""
    owing = amount(answer)
    return None if owing is None else str(owing + 1)


def currency(answer: Answer) -> str | None:
    """Return BH."""
    return answer.first("BH") or None


def other_currency(answer: Answer) -> str | None:
    """Return a currency other than BH."""
    return {None: None, "": None, "XTS": "XXX"}.get(answer.first("BH"), "XTS")


PAYING: Mapping[str, Callable[[Answer], str | None]] = {
    "coin": coin,
    "too_much": too_much,
    "currency": currency,
    "other_currency": other_currency,
}

LAYOUT = Claim("the layout of its code", lambda answer, _: not answer.faults())
SEALED = Claim("AY and AZ", lambda answer, _: answer.sequence is not None and answer.checksum is not None)
BARE = Claim("neither AY nor AZ", lambda answer, _: answer.sequence is None and answer.checksum is None)
SUM_ONLY = Claim("AZ and no AY", lambda answer, _: answer.sequence is None and answer.checksum is not None)
ENDED_BY_CR = Claim("a CR at its end", lambda answer, _: answer.ending == b"\r")
NO_CONTROLS = Claim("no control character", lambda answer, _: not _CONTROL.search(answer.raw))
NO_LISTS = Claim("no list", lambda answer, _: not any(answer.every(name) for name in LISTS))
BX_SIXTEEN = Claim(
    "a BX of 16 letters Y or N", lambda answer, _: _FLAGS.fullmatch(answer.first("BX") or "") is not None
)
BX_AGREES = Claim(
    "a BX that agrees with its flags for checkin and checkout",
    lambda answer, _: all(
        answer.fixed[name] == "N"
        or (answer.first("BX") or "").ljust(16)[SUPPORTED_ORDER.index(request)] == "Y"
        for name, request in (("checkin ok", "09"), ("checkout ok", "11"))
    ),
)
REFUSED_LOAN = (code("12"), fixed("ok", "0"), there("AJ", "AH"), fixed("desensitize", "NU"), LAYOUT)
