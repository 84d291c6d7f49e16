"""What an end point has, found by asking: its explain, and the first answers to a few searches.

The rule it keeps: nothing is taken for granted. What a case needs and this did not find is a name that is
missing, so the case is not applicable, never passed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from xml.etree.ElementTree import Element

from conformance.case import Awaits, Carrier, Fetch, Parameters
from conformance.sru.conversation import SruConversation
from conformance.sru.texts import ANALYSED
from conformance.wire.line import EndedError, LateError
from conformance.wire.records import SLIM, control, fields, first
from conformance.wire.sru import FIRST, Record, Response, namespace
from conformance.wire.zeerex import Description, described

_VERSIONS = {"v11": "1.1", "v12": "1.2"}
_ALL = "cql.allRecords = 1"
_COMMON = ("history", "geschichte", "histoire", "world", "computer", "life", "love")
_TITLES = ("title",)
_CREATORS = ("creator", "author", "name")
_DATES = ("main_pub_date", "date", "year", "dateissued")
_IDS = ("mms_id", "id", "recordid", "localnumber")
_WORD = re.compile(r"[A-Za-z]{3,20}")
_RESERVED = ("and", "not", "prox", "any", "all", "the", "sortby", "exact", "within")
_YEAR = re.compile(r"1[5-9][0-9]{2}|20[0-9]{2}")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)
_SAMPLE = 20
_TRIED = 14
_WALKED = 300  # records, at most, that are fetched page by page
_ISBN_13, _ISBN_10 = 13, 10
_BOOKLAND = "978"


class Survey:
    """Asks, and keeps what it found as names that requests may use."""

    def __init__(self, sru: SruConversation, title: str = "") -> None:
        """`title` is a word of a title that is known to be found; "" if none is."""
        self._sru = sru
        self._title = title
        self._counts: dict[str, int] = {}
        self._description = Description()
        self.names: dict[str, str] = {}

    async def run(self) -> None:
        """Find out. Raises EndedError or LateError if nothing answers at all."""
        await self._sru.fetch(Fetch(parameters=(), awaits=Awaits.HTTP))
        await self._read_explain()
        await self._find_versions()
        if await self._hits(_ALL):
            self.names["all"] = _ALL
        records = await self._sample()
        self._note_explain()
        await self._find_words(records)
        await self._find_ids(records)
        await self._find_schemas(records)
        await self._find_lists()
        await self._find_carriers()
        await self._find_extras()

    async def _read_explain(self) -> None:
        for parameters in ((("version", "1.2"), ("operation", "explain")), ()):
            for record in (await self._ask(parameters)).records:
                if record.data is not None and not self._description.indexes:
                    self._description = described(record.data)

    async def _find_versions(self) -> None:
        title = next(self._named(_TITLES), "")
        self._keep("title", title or await self._works("dc.title"))
        probe = f"{self.names['title']} = a" if "title" in self.names else "a"
        for name, version in _VERSIONS.items():
            said = (("version", version), ("operation", "searchRetrieve"), ("query", probe))
            response = await self._ask(said)
            if _is_first(response, version):
                self.names |= {name: version, "first_version": version}
        if (await self._ask((("queryType", "cql"), ("query", probe)))).version == "2.0":
            self.names["v20"] = "2.0"
        version = self.names.get("first_version", "")
        self.names |= {
            "as_version": version,
            "as_search": "searchRetrieve" if version else "",
            "as_scan": "scan" if version else "",
            "as_explain": "explain" if version else "",
        }

    async def _works(self, index: str) -> str:
        """Return the index if a search in it is answered without a diagnostic, else ""."""
        said = (("version", "1.2"), ("operation", "searchRetrieve"), ("query", f"{index} = a"))
        response = await self._ask(said)
        return index if response.kind and not response.diagnostics else ""

    def _note_explain(self) -> None:
        """Keep what explain alone tells."""
        tells = self._description
        for name, kind in (("usual", tells.default("numberOfRecords")), ("most", _most(tells))):
            self._keep(name, "" if kind is None else str(kind))
        if "most" in self.names:
            self.names["more_than_most"] = str(int(self.names["most"]) + 1)
        searched = [index for index in tells.indexes if index.search and not index.name.startswith("cql.")]
        self._keep("indexes", "\n".join(index.name for index in searched))
        self._keep(
            "relations", "\n".join(f"{index.name} {one}" for index in searched for one in index.relations)
        )
        self._keep("sort_indexes", "\n".join(index.name for index in searched if index.sort))
        if "sort_indexes" in self.names:
            sorts = self.names["sort_indexes"].split("\n")
            title = self.names.get("title")
            first = title if title in sorts and title else sorts[0]
            self._keep("sort_index", first)
            self._keep("sort_index2", next((one for one in sorts if _bare(one) != _bare(first)), ""))
            self._keep("unsorted_index", next((one.name for one in searched if not one.sort), ""))
        for index in searched:
            if index.relations and "<" not in index.relations:
                self.names |= {"denied_index": index.name, "denied_relation": "<"}
                break
        self._keep("barcode_index", next(self._named(("barcode",)), ""))
        self._note_set()

    def _note_set(self) -> None:
        """Keep the URI of the context set of the index of titles."""
        prefix, _, bare = self.names.get("title", "").rpartition(".")
        uri = dict(self._description.sets).get(prefix, "")
        if prefix and _URI.fullmatch(uri):
            self.names |= {"title_set": uri, "title_bare": bare}

    async def _sample(self) -> list[Record]:
        """Return some records, in MARCXML if they can be had so: of a known word, of all, of common words."""
        words = (self._title, *_COMMON) if "title" in self.names else ()
        queries = [f"{self.names['title']} = {word}" for word in words if word]
        known, common = (queries[:1], queries[1:]) if self._title else ([], queries)
        records: list[Record] = []
        for query in (*known, *filter(None, [self.names.get("all")]), *common):
            if len(records) < _SAMPLE and await self._hits(query):
                for start in sorted({1, self._counts[query] // 3 + 1, 2 * self._counts[query] // 3 + 1}):
                    records += await self._marc_records(query, start)
        return records

    async def _marc_records(self, query: str, start: int) -> list[Record]:
        """Return records in MARCXML, by whichever of its names it can be had."""
        known = self.names.get("marc")
        names = (known,) if known else ("", *self._schema_names("marcxml", "marc"))
        for schema in names:
            more = (("recordSchema", schema),) if schema else ()
            page = (("startRecord", str(start)), ("maximumRecords", str(_SAMPLE)))
            response = await self._search(query, *page, *more)
            records = [record for record in response.records if _is_marc(record)]
            if records:
                self.names["marc"] = schema or next(self._schema_names("marcxml", "marc"), "marcxml")
                return records
        return []

    def _schema_names(self, *parts: str) -> Iterator[str]:
        """Yield the names of schemas whose name or URI has one of these parts, the likeliest first."""
        for part in parts:
            for schema in self._description.schemas:
                if part in schema.name.lower() or f"{part}-" in schema.identifier.lower():
                    yield schema.name or schema.identifier

    async def _find_words(self, records: Sequence[Record]) -> None:
        """Find two words next to one another in a title, the first of them also elsewhere."""
        title = self.names.get("title")
        pairs = list(dict.fromkeys(chain.from_iterable(map(_pairs, records))))
        if title is None or not pairs:
            return
        best: tuple[int, str, str] | None = None
        for one, other in pairs[:_TRIED]:
            alone = await self._hits(f"{title} = {one}") and await self._hits(f"{title} = {other}")
            together = await self._hits(f"{title} = {one} and {title} = {other}") if alone else 0
            if together and (best is None or alone - together > best[0]):
                best = (alone - together, one, other)
        if best is None:
            return
        _, one, other = best
        words = {word for pair in pairs for word in pair}
        known = {word: count for word in words if (count := self._known(word))}
        rare = min(known, key=lambda word: (known[word], word), default=one)
        self.names |= {"word": one, "word2": other, "phrase": f"{one} {other}", "rare": rare}
        self.names |= {"word_shouted": one.upper(), "stem": one[:-1], "title_shouted": title.upper()}
        await self._find_many([f"{title} = {word}" for word in sorted(known)])
        creators = [word for record in records if record.data is not None for word in _creators(record.data)]
        await self._find_in("creator", "creator_word", _CREATORS, creators)
        years = [year for record in records if record.data is not None for year in _years(record.data)]
        await self._find_in("date", "year", _DATES, years)

    def _known(self, word: str) -> int:
        return self._counts.get(f"{self.names['title']} = {word}", 0)

    async def _find_many(self, queries: Sequence[str]) -> None:
        """Find a search to turn the pages of: not too few records, and not too many."""
        for query in (*queries, *filter(None, [self.names.get("all")])):
            count = await self._hits(query)
            if 2 < count <= _WALKED:
                page = max(1, -(-count // 6))
                self.names |= {"many": query, "page": str(page)}
                if page > 1:
                    return

    async def _find_in(self, index: str, word: str, kinds: Sequence[str], words: Sequence[str]) -> None:
        """Find an index and a word that is found in it."""
        for name in self._named(kinds):
            for one in dict.fromkeys(words):
                if await self._hits(f"{name} = {one}"):
                    self.names |= {index: name, word: one}
                    return

    async def _find_ids(self, records: Sequence[Record]) -> None:
        ids = [found for record in records if (found := _id(record))]
        for name in self._named(_IDS):
            good = [one for one in ids[:3] if await self._hits(f"{name} == {one}") == 1]
            if good:
                self.names |= {"id_index": name} | dict(zip(("id", "id2"), good, strict=False))
                break
        isbns = [isbn for record in records if record.data is not None for isbn in _isbns(record.data)]
        for name in self._named(("isbn",)):
            for isbn in isbns[:_TRIED]:
                if await self._hits(f"{name} = {isbn}"):
                    self.names |= {"isbn_index": name, "isbn": isbn, "isbn_other": _other(isbn)}
                    self.names["isbn_hyphens"] = f"978-{isbn[3]}-{isbn[4:6]}-{isbn[6:12]}-{isbn[12]}"
                    return

    async def _find_schemas(self, records: Sequence[Record]) -> None:
        if any(record.data is not None and fields(record.data, "AVA") for record in records):
            self.names["availability"] = "AVA"
        query = self.names.get("many") or self.names.get("all")
        if query is None:
            return
        for schema in self._description.schemas:
            asked = schema.name or schema.identifier
            if asked == self.names.get("marc"):
                continue
            response = await self._search(query, ("maximumRecords", "1"), ("recordSchema", asked))
            if any(record.data is not None and record.diagnostic is None for record in response.records):
                self.names.setdefault("second_schema", asked)
                if asked == "dc" or "dc-v1" in schema.identifier:
                    self.names.setdefault("dc", asked)

    async def _find_lists(self) -> None:
        title = self.names.get("title")
        scanned = [index.name for index in self._description.indexes if index.scan]
        for name in dict.fromkeys([*([title] if title in scanned or not scanned else []), *scanned]):
            if name is None:
                continue
            response = await self._ask(self._scan(name))
            if response.terms:
                self.names |= {"scan_index": name, "scan_indexes": "\n".join(scanned or [name])}
                return
        self.names["no_scan"] = "none"

    def _scan(self, clause: str) -> Parameters:
        version = self.names["as_version"]
        told = (("version", version), ("operation", "scan")) if version else ()
        return (*told, ("scanClause", clause))

    async def _find_carriers(self) -> None:
        query = self.names.get("many") or self.names.get("all") or "a"
        count = (await self._search(query, ("maximumRecords", "1"))).count
        for name, carrier in (("form", Carrier.FORM), ("soap", Carrier.SOAP)):
            if carrier is Carrier.SOAP and "first_version" not in self.names:
                continue
            response = await self._search(query, ("maximumRecords", "1"), carrier=carrier)
            if response.count == count and response.in_soap is (carrier is Carrier.SOAP):
                self.names[name] = name
        response = await self._search(query, head={"Accept": "application/json"})
        if "json" in response.headers.get("content-type", ""):
            self.names["json"] = "json"

    async def _find_extras(self) -> None:
        query = self.names.get("many") or self.names.get("all")
        if query is None:
            return
        if (await self._search(query, ("resultSetTTL", "60"))).text("resultSetId"):
            self.names["result_sets"] = "result sets"
        if "v20" not in self.names:
            return
        both = f"{query} or {query}"
        response = await self._ask((("queryType", "cql"), ("query", both), ("facetLimit", "3"), ANALYSED))
        self._keep("facet_index", response.text("facetedResults", "facet", "index"))
        if response.every("searchResultAnalysis"):
            self.names["analysis"] = "analysis"

    def _named(self, kinds: Sequence[str]) -> Iterator[str]:
        """Yield the searchable indexes whose name without its set is one of these, in the order of these."""
        for kind in kinds:
            for index in self._description.indexes:
                if index.search and _bare(index.name).lower() == kind:
                    yield index.name

    async def _hits(self, query: str) -> int:
        """Return how many records a search finds; 0 where it is refused."""
        if query not in self._counts:
            response = await self._search(query, ("maximumRecords", "1"))
            self._counts[query] = 0 if response.diagnostics else response.count or 0
        return self._counts[query]

    async def _search(
        self,
        query: str,
        *more: tuple[str, str],
        carrier: Carrier = Carrier.URL,
        head: Mapping[str, str] | None = None,
    ) -> Response:
        version = self.names["as_version"]
        told = (("version", version), ("operation", "searchRetrieve")) if version else (("queryType", "cql"),)
        return await self._ask((*told, ("query", query), *more), carrier, head)

    async def _ask(
        self, parameters: Parameters, carrier: Carrier = Carrier.URL, head: Mapping[str, str] | None = None
    ) -> Response:
        """Return what comes; where nothing does, an answer without anything."""
        plain = tuple((name, value.replace("{", "{{").replace("}", "}}")) for name, value in parameters)
        fetch = Fetch(parameters=plain, awaits=Awaits.HTTP, carrier=carrier, head=head or {})
        try:
            response = await self._sru.fetch(fetch)
        except (EndedError, LateError):
            response = None
        return response or Response(0, {}, b"", unreadable="nothing")

    def _keep(self, name: str, value: str) -> None:
        if value:
            self.names[name] = value


def _bare(index: str) -> str:
    """Return the name of an index without its set: the same index may be in several."""
    return index.rpartition(".")[2]


def _most(tells: Description) -> int | None:
    return tells.setting("maximumRecords") or tells.default("maximumRecords")


def _is_first(response: Response, version: str) -> bool:
    """Whether an answer is in a version before 2.0; what it says of it is a matter for the cases."""
    is_first = response.root is not None and namespace(response.root) == FIRST
    return is_first and response.version in ("", version)


def _is_marc(record: Record) -> bool:
    return record.data is not None and namespace(record.data) == SLIM


def _id(record: Record) -> str:
    if record.identifier:
        return record.identifier
    return "" if record.data is None else control(record.data, "001").strip()


def _words(text: str) -> list[str]:
    """Return the words of a text that stand next to one another and can be written without quotes."""
    return [word.lower() for word in text.split() if _WORD.fullmatch(word)]


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    """Yield pairs of words that are next to one another in the title of a record."""
    title = "" if record.data is None else first(record.data, "245", "a")
    for one, other in pairwise(title.replace(":", " ").replace("/", " ").rstrip(" .,").split()):
        pair = (one.lower(), other.lower())
        plain = all(_WORD.fullmatch(word) and word not in _RESERVED for word in pair)
        if plain and pair[0] != pair[1]:
            yield pair


def _creators(record: Element) -> list[str]:
    return _words(first(record, "100", "a").replace(",", " "))


def _years(record: Element) -> list[str]:
    fixed = control(record, "008")[7:11]
    return [fixed] if _YEAR.fullmatch(fixed) else []


def _isbns(record: Element) -> Iterator[str]:
    """Yield the ISBNs of a record in 13 digits, those alone that have a form in ten."""
    for field in fields(record, "020"):
        digits = re.sub(r"[^0-9Xx].*", "", (field.first("a") or "").replace("-", ""))
        if len(digits) == _ISBN_13 and digits.startswith(_BOOKLAND) and digits.isdecimal():
            yield digits
        elif len(digits) == _ISBN_10:
            yield _other(digits)


def _other(isbn: str) -> str:
    """Return an ISBN in its other form."""
    if len(isbn) == _ISBN_13:
        body = isbn[3:12]
        check = -sum((10 - place) * int(digit) for place, digit in enumerate(body)) % 11
        return body + ("X" if check == _ISBN_10 else str(check))
    body = _BOOKLAND + isbn[:9]
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body)) % 10
    return body + str(check)
