"""A small catalogue that answers CQL, right or wrong in one way; the kit is tried against both.

It is written from the standard by itself: no line of it comes from the kit or from the server this repository
ships. A query is answered while it is read; there is no tree.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Iterator

DC = "info:srw/cql-context-set/1/dc-v1.1"
SETS = {
    "dc": DC,
    "rec": "info:srw/cql-context-set/2/rec-1.1",
    "bath": "http://zing.z3950.org/cql/bath/2.0/",
    "cql": "info:srw/cql-context-set/1/cql-v1.2",
    "local": "urn:tiny:local",
}
INDEXES = ("dc.title", "dc.creator", "dc.date", "rec.id", "bath.isbn", "local.barcode")
TEXTS, NUMBERS = ("dc.title", "dc.creator", "cql.serverchoice"), ("dc.date",)
SORTS = ("dc.title", "dc.date")
RELATIONS = {
    "dc.title": ("=", "==", "exact", "any", "all", "adj", "<>"),
    "dc.creator": ("=", "==", "exact", "any", "all", "adj", "<>"),
    "dc.date": ("=", "==", "<", "<=", ">", ">=", "<>", "within"),
    "rec.id": ("=", "==", "any", "<>"),
    "bath.isbn": ("=", "==", "any"),
    "local.barcode": ("=", "==", "any"),
}
_SIGNS = ("=", "==", "<", "<=", ">", ">=", "<>")
_ORDERS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "<>": operator.ne,
}
_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(<=|>=|<>|==|[()=<>/])|([^\s()=<>/"]+))', re.DOTALL)
_MODIFIERS = ("ignorecase", "masked", "cql.ignorecase")
_DEEPEST, _MOST, _MASKS, _LONGEST = 100, 500, 10, 65_536


class Refused(Exception):
    """A diagnostic: its number, and what it is about."""

    def __init__(self, number: int, details: str = "") -> None:
        super().__init__(number)
        self.number, self.details = number, details


def folded(text: str) -> str:
    """Return text without marks and case."""
    marks = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in marks if not unicodedata.combining(sign)).casefold()


def words(text: str) -> list[str]:
    return re.findall(r"\w+", folded(text))


class Book:
    """A record: its number, what is in it by index, and its items."""

    def __init__(self, number: int, title: str, creator: str, year: int) -> None:
        self.id, self.title, self.creator, self.year = f"99{number:04}", title, creator, year
        self.items = [f"I{5 * number + place:03}" for place in range(1, 6)]
        body = f"978311{number:06}"
        self.isbn = body + str(-sum(int(one) * (3 if at % 2 else 1) for at, one in enumerate(body)) % 10)

    def values(self, index: str) -> list[str]:
        match index:
            case "dc.title":
                return [self.title]
            case "dc.creator":
                return [self.creator]
            case "dc.date":
                return [str(self.year)]
            case "rec.id":
                return [self.id]
            case "bath.isbn":
                return [self.isbn]
            case "local.barcode":
                return self.items
            case _:
                return [self.title, self.creator, str(self.year)]


_KINDS = ("Quiet", "Distant", "Broken", "Golden")
_THINGS = ("gardens", "harbours", "winters", "letters", "islands")
_NAMES = ("Woolf, Virginia", "Mann, Thomas", "Austen, Jane")
BOOKS = tuple(
    Book(
        number, f"{_KINDS[number % 4]} {_THINGS[number % 5]} of the north", _NAMES[number % 3], 1950 + number
    )
    for number in range(40)
)


class Cql:
    """Reads one query and finds what it asks for."""

    def __init__(self, text: str, fault: str = "") -> None:
        self.fault = fault
        if len(text) > _LONGEST:
            raise Refused(12, str(_LONGEST))
        self.tokens = list(self._cut(text))
        self.at, self.depth, self.booleans = 0, 0, 0
        self.sets = [dict(SETS)]
        self.cache: dict[tuple[str, str, str], frozenset[str]] = {}

    def run(self) -> tuple[frozenset[str], list[tuple[str, bool]]]:
        """Return the ids that are found, and the keys to sort by, with whether they descend."""
        found = self._query()
        keys = []
        if self._word("sortby"):
            while self.at < len(self.tokens):
                keys.append(self._key())
            if not keys:
                raise Refused(10, f"token {self.at}: a sort key was expected")
        if self.at < len(self.tokens):
            raise Refused(10, f"token {self.at}: {self.tokens[self.at]}")
        return found, keys

    @staticmethod
    def _cut(text: str) -> Iterator[str]:
        at, end = 0, len(text.rstrip())
        while at < end:
            found = _TOKEN.match(text, at)
            if found is None:
                raise Refused(10, f"character {at}")
            yield found[0].strip()
            at = found.end()

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, what: str) -> str:
        token = self._peek()
        if not token or (token[0] in '()=<>/"' and token[0] != '"'):
            raise Refused(10, f"token {self.at}: {what} was expected")
        self.at += 1
        return token

    def _word(self, *names: str) -> str:
        """Take the next token if it is one of these words, in any case."""
        if self._peek().lower() in names:
            self.at += 1
            return self.tokens[self.at - 1].lower()
        return ""

    def _query(self) -> frozenset[str]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Refused(38, str(_DEEPEST))
        self.sets.append(dict(self.sets[-1]))
        assigned: list[str] = []
        while self._word(">"):
            name = self._take("a prefix")
            if self._word("="):
                uri, prefix = self._take("a URI"), bare(name).lower()
            else:
                uri, prefix = name, ""
            if prefix in assigned:
                raise Refused(45, prefix)
            assigned.append(prefix)
            self.sets[-1][prefix] = bare(uri)
        found = self._clause()
        while boolean := self._boolean():
            other = self._clause()
            match boolean:
                case "and":
                    found &= other
                case "or":
                    found |= other
                case _:
                    found = found | other if self.fault == "not is or" else found - other
        self.sets.pop()
        self.depth -= 1
        return found

    def _boolean(self) -> str:
        boolean = self._word("and", "or", "not", "prox")
        self.booleans += bool(boolean)
        if self.booleans > _MOST:
            raise Refused(38, str(_MOST))
        if boolean == "prox":
            raise Refused(39)
        if boolean and self._peek() == "/":
            raise Refused(46, " ".join(self.tokens[self.at : self.at + 2]))
        return boolean

    def _clause(self) -> frozenset[str]:
        if self._peek() == ">":
            return self._query()
        if self._word("("):
            found = self._query()
            if not self._word(")"):
                raise Refused(10, f"token {self.at}: ) was expected")
            return found
        first = self._take("a clause")
        relation = self._relation()
        if not relation:
            return self._find("cql.serverchoice", "=", first)
        return self._find(self._index(bare(first)), relation, self._take("a term"))

    def _relation(self) -> str:
        token, after = self._peek(), self.tokens[self.at + 1 : self.at + 2]
        known = token.lower().removeprefix("cql.")
        if token in _SIGNS:
            self.at += 1
        elif (
            token and token[0] not in '()"/' and known not in ("and", "or", "not", "prox", "sortby") and after
        ):
            if after[0] == ")" or after[0].lower() in ("and", "or", "not"):
                return ""
            self.at += 1
            if known not in ("any", "all", "adj", "exact", "within"):
                raise Refused(19, token)
        else:
            return ""
        while self._word("/"):
            modifier = self._take("a modifier")
            if modifier.lower() not in _MODIFIERS:
                raise Refused(20, modifier)
        return known

    def _index(self, name: str) -> str:
        prefix, dot, rest = name.rpartition(".")
        uri = self.sets[-1].get(prefix.lower()) if dot or "" in self.sets[-1] else None
        known = next((one for one, other in SETS.items() if other == uri), None)
        if (dot and uri is None) or (uri is not None and known is None):
            raise Refused(15, prefix)
        full = f"{known}.{rest}".lower()
        if full not in (*INDEXES, "cql.serverchoice", "cql.allrecords", "cql.resultsetid"):
            raise Refused(16, name)
        return full

    def _key(self) -> tuple[str, bool]:
        name = self._index(bare(self._take("a sort key")))
        if name not in SORTS:
            raise Refused(80, name)
        descends = False
        while self._word("/"):
            modifier = self._take("a modifier").lower()
            if modifier not in ("sort.ascending", "sort.descending", "sort.ignorecase", "sort.missinglow"):
                raise Refused(20, modifier)
            descends = descends or modifier == "sort.descending"
        return name, descends

    def _find(self, index: str, relation: str, token: str) -> frozenset[str]:
        key = (index, relation, token)
        if key not in self.cache:
            self.cache[key] = frozenset(self._found(index, relation, bare(token, unescape=False)))
        return self.cache[key]

    def _found(self, index: str, relation: str, term: str) -> Iterator[str]:
        if index == "cql.resultsetid":
            raise Refused(51, term)
        if index == "cql.allrecords":
            yield from (book.id for book in BOOKS)
            return
        if relation not in RELATIONS.get(index, RELATIONS["dc.title"]):
            raise Refused(22, f"{index} {relation}")
        fits = self._numeric(relation, term) if index in NUMBERS else self._textual(index, relation, term)
        for book in BOOKS:
            if any(fits(value) for value in book.values(index)):
                yield book.id

    @staticmethod
    def _numeric(relation: str, term: str) -> Callable[[str], bool]:
        parts = term.split()
        if not all(re.fullmatch("[0-9]{1,9}", part) for part in parts):
            raise Refused(36, term)
        if relation == "within":
            if len(parts) != 2:
                raise Refused(36, term)
            low, high = map(int, parts)
            return lambda value: low <= int(value) <= high
        if len(parts) != 1:
            raise Refused(36, term)
        order = _ORDERS[relation]
        return lambda value: order(int(value), int(term))

    def _textual(self, index: str, relation: str, term: str) -> Callable[[str], bool]:
        if not term:
            raise Refused(27, index)
        if index not in TEXTS:
            wanted = {self._number(index, part) for part in (term.split() if relation == "any" else [term])}
            return lambda value: (folded(value) in wanted) is (relation != "<>")
        patterns = list(masked(term))
        if relation in ("==", "exact", "<>"):
            whole = " ".join(one.pattern for one in patterns)
            return lambda value: (
                (re.fullmatch(whole, " ".join(words(value))) is not None) is (relation != "<>")
            )
        if relation in ("any", "all"):
            least = 1 if relation == "any" or self.fault == "all is any" else len(patterns)
            return lambda value: bool(patterns) and len(seen(patterns, value)) >= least
        return lambda value: (
            bool(patterns)
            and any(
                all(one.fullmatch(word) for one, word in zip(patterns, words(value)[at:], strict=False))
                for at in range(len(words(value)) - len(patterns) + 1)
            )
        )

    @staticmethod
    def _number(index: str, term: str) -> str:
        if index != "bath.isbn":
            return folded(term)
        digits = term.replace("-", "")
        if len(digits) == 10:
            body = f"978{digits[:9]}"
            if body.isdecimal():
                return body + str(-sum(int(one) * (3 if at % 2 else 1) for at, one in enumerate(body)) % 10)
        return digits


def seen(patterns: list[re.Pattern[str]], value: str) -> list[re.Pattern[str]]:
    """Return the patterns that some word of a value fits."""
    return [one for one in patterns if any(one.fullmatch(word) for word in words(value))]


def bare(token: str, *, unescape: bool = True) -> str:
    """Return a token without its quotes."""
    text = token[1:-1] if token.startswith('"') else token
    return re.sub(r"\\(.)", r"\1", text) if unescape else text


def masked(term: str) -> Iterator[re.Pattern[str]]:
    """Yield a pattern for each word of a term: * is any run, ? one sign, a backslash makes both letters."""
    if re.search(r"(?<!\\)(?:\\\\)*\^", term):
        raise Refused(31, term)
    signs = re.sub(
        r"\\(.)|([*?])",
        lambda found: {"*": "\ue000", "?": "\ue001"}.get(found[2] or "", found[1] or ""),
        term,
        flags=re.DOTALL,
    )
    if sum(signs.count(one) for one in "\ue000\ue001") > _MASKS:
        raise Refused(30, str(_MASKS))
    for word in re.findall("[\\w\ue000\ue001]+", folded(signs)):
        if not word.strip("\ue000\ue001"):
            raise Refused(29, term)
        yield re.compile(re.escape(word).replace("\ue000", r"\w*").replace("\ue001", r"\w"))
