"""A small SRU end point that is right, or wrong in one way; the kit is tried against both.

It is written from the standard by itself: no line of it comes from the kit or from the server this repository
ships. Its catalogue is that of `tiny_cql.py`; what is lent is told by whoever serves it.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from aiohttp import web
from lxml import etree

from tests.conformance.tiny_cql import (
    BOOKS,
    INDEXES,
    RELATIONS,
    SETS,
    SORTS,
    Book,
    Cql,
    Refused,
    folded,
    words,
)

ONE = "http://www.loc.gov/zing/srw/"
TWO = "http://docs.oasis-open.org/ns/search-ws/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SLIM = "http://www.loc.gov/MARC21/slim"
PATH = "/sru/TINY"
USUAL, MOST, LONGEST = 10, 25, 1 << 20
MARC, DC = "info:srw/schema/1/marcxml-v1.1", "info:srw/schema/1/dc-v1.1"
SCHEMAS = {"marcxml": MARC, "dc": DC}
COMMON = {
    "version",
    "operation",
    "stylesheet",
    "recordPacking",
    "recordXMLEscaping",
    "renderedBy",
    "httpAccept",
}
KNOWN = {
    "searchRetrieve": COMMON
    | {"query", "queryType", "startRecord", "maximumRecords", "recordSchema", "resultSetTTL", "sortKeys"}
    | {"recordXPath", "facetLimit"},
    "scan": COMMON | {"scanClause", "responsePosition", "maximumTerms"},
    "explain": COMMON,
}
RESPONSES = {
    "searchRetrieve": "searchRetrieveResponse",
    "scan": "scanResponse",
    "explain": "explainResponse",
}
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Pairs = Sequence[tuple[str, str]]


class TinyEndpoint:
    """Answers SRU; `loans` are the barcodes that are lent, `fault` names the one thing that is done wrong."""

    def __init__(self, fault: str = "", loans: Mapping[str, str] | None = None) -> None:
        self.fault = fault
        self.loans = loans if loans is not None else {}
        self.lent_at_first = frozenset(self.loans)

    def answer(self, pairs: Pairs) -> str:
        """Return the response to parameters, without a declaration before it."""
        asked = dict(pairs)
        operation = asked.get("operation") or (
            "searchRetrieve" if "query" in asked else "scan" if "scanClause" in asked else "explain"
        )
        known = operation if operation in RESPONSES else "searchRetrieve"
        version = "1.2"
        try:
            version = self._version(asked)
            if operation not in RESPONSES and self.fault != "any operation":
                raise Refused(4, operation)
            self._check(known, pairs)
            match known:
                case "explain":
                    parts = self._explain(asked)
                case "scan":
                    parts = self._scan(asked)
                case _:
                    parts = self._search(asked, version)
        except Refused as refusal:
            return self._refusal(known, version, pairs, refusal)
        return self._written(known, version, pairs, parts)

    def _refusal(self, operation: str, version: str, pairs: Pairs, refusal: Refused) -> str:
        parts = {"diagnostics": self._diagnostic(version, refusal)}
        if operation == "explain":
            parts |= self._explain(dict(pairs))
        if operation == "searchRetrieve":
            parts["numberOfRecords"] = "0"
        if self.fault == "finds all where it should refuse" and operation == "searchRetrieve":
            parts = {"numberOfRecords": str(len(BOOKS))}
        return self._written(operation, version, pairs, parts)

    def _version(self, asked: Mapping[str, str]) -> str:
        said = asked.get("version")
        if said is None:
            return "2.0" if {"queryType", "recordXMLEscaping", "facetLimit"} & asked.keys() else "1.2"
        if not re.fullmatch(r"[0-9]\.[0-9]+", said) or said < "1.1":
            raise Refused(5, "2.0")
        return max(one for one in ("1.1", "1.2", "2.0") if one <= said)

    def _check(self, operation: str, pairs: Pairs) -> None:
        names = [name for name, _ in pairs]
        for name, value in pairs:
            if name not in KNOWN[operation] and not name.startswith("x-"):
                raise Refused(8, name)
            if names.count(name) > 1 and not name.startswith("x-"):
                raise Refused(6, name)
            if _NOT_XML.search(value):
                raise Refused(6, name)
        asked = {name: value for name, value in pairs if value}
        if asked.get("queryType", "cql") != "cql":
            raise Refused(11, asked["queryType"])
        needed = {"searchRetrieve": "query", "scan": "scanClause"}.get(operation)
        if needed and not asked.get(needed, "").strip():
            raise Refused(7, needed)
        if asked.get("stylesheet"):
            raise Refused(111, asked["stylesheet"][:100])
        for name, ways in (("recordPacking", ("xml", "string")), ("recordXMLEscaping", ("xml", "string"))):
            if asked.get(name, "xml") not in ways and self.fault != "packs as it likes":
                raise Refused(71, asked[name])

    def _number(self, asked: Mapping[str, str], name: str, usual: int, least: int) -> int:
        text = asked.get(name) or str(usual)
        if self.fault == "reads any number":
            return max(least, int(re.sub("[^0-9]", "", text) or least))
        if not re.fullmatch("[0-9]{1,19}", text) or int(text) < least:
            raise Refused(6, f"{name}={text[:100]}")
        return int(text)

    def _search(self, asked: Mapping[str, str], version: str) -> dict[str, str]:
        start = self._number(asked, "startRecord", 1, 1)
        most = self._number(asked, "maximumRecords", USUAL, 0)
        if "resultSetTTL" in asked:
            self._number(asked, "resultSetTTL", 0, 0)
        if "recordXPath" in asked:
            raise Refused(72)
        books = self._found(asked, version)
        schema = self._schema(asked.get("recordSchema") or "marcxml")
        if start > len(books) and books:
            raise Refused(61, str(len(books)))
        limit = most if self.fault == "no page is too long" else min(most, MOST)
        page = books[start - 1 : start - 1 + limit]
        if self.fault == "pages overlap" and start > 1:
            page = books[start - 2 : start - 2 + limit]
        parts = {"numberOfRecords": str(len(books) + (self.fault == "counts one more"))}
        if page:
            escaping = asked.get("recordXMLEscaping") or asked.get("recordPacking") or "xml"
            records = [
                self._record(book, schema, escaping, version, start + place)
                for place, book in enumerate(page)
            ]
            parts["records"] = "".join(records)
        if page and start + len(page) <= len(books):
            parts["nextRecordPosition"] = str(start + len(page))
        return parts

    def _found(self, asked: Mapping[str, str], version: str) -> list[Book]:
        """Return the books that are found, in their order."""
        ids, keys = Cql(asked["query"], self.fault).run()
        if asked.get("sortKeys"):
            if version == "1.2":
                raise Refused(8, "sortKeys")
            if keys:
                raise Refused(96)
            keys = [self._sort_key(text) for text in asked["sortKeys"].split()]
        books = [book for book in BOOKS if book.id in ids]
        if self.fault != "never sorts":
            for name, descends in reversed(keys):
                books.sort(key=lambda book: folded(book.values(name)[0]), reverse=descends)
        return books

    @staticmethod
    def _sort_key(text: str) -> tuple[str, bool]:
        parts = [*text.split(","), "", "", ""]
        if parts[0] not in SORTS:
            raise Refused(82, parts[0])
        if parts[2] not in ("", "0", "1"):
            raise Refused(90, parts[2])
        return parts[0], parts[2] == "0"

    def _schema(self, said: str) -> str:
        for name, uri in SCHEMAS.items():
            if said in (name, uri) or self.fault == "any schema will do":
                return uri
        raise Refused(66, said[:100])

    def _record(self, book: Book, schema: str, escaping: str, version: str, position: int) -> str:
        data = self._marc(book) if schema == MARC else dublin_core(book)
        if escaping == "string" and self.fault != "packs as it likes":
            data = escape(data)
        told = "marcxml" if self.fault == "schemas by their names" else schema
        packing = f"<recordPacking>{escaping}</recordPacking>"
        if version == "2.0":
            packing = (
                f"<recordPacking>packed</recordPacking><recordXMLEscaping>{escaping}</recordXMLEscaping>"
            )
        identifier = "" if version == "1.1" else f"<recordIdentifier>{book.id}</recordIdentifier>"
        return (
            f"<record><recordSchema>{told}</recordSchema>{packing}<recordData>{data}</recordData>"
            f"{identifier}<recordPosition>{position}</recordPosition></record>"
        )

    def _marc(self, book: Book) -> str:
        lent = self.lent_at_first if self.fault == "availability of yesterday" else self.loans
        away = sum(item in lent for item in book.items)
        word = "available" if away < len(book.items) else "unavailable"
        word = word.title() if self.fault == "available in capitals" else word
        ava = [("0", book.id), ("8", f"22{book.id}"), ("a", "TINY"), ("b", "MAIN"), ("c", "Stacks")]
        ava += [
            ("e", word),
            ("f", str(len(book.items))),
            ("g", str(away)),
            ("j", "stk"),
            ("k", "0"),
            ("p", "1"),
        ]
        if self.fault == "availability out of order":
            ava.reverse()
        accent = "e\u0301" if self.fault == "decomposes" else "\u00e9"
        title = [("a", book.title), ("c", f"translated by Zo{accent}")]
        fields = [("020", [("a", book.isbn)]), ("100", [("a", book.creator)]), ("245", title), ("AVA", ava)]
        indicator = "" if self.fault == "no indicators" else ' ind1=" " ind2=" "'
        return (
            f'<record xmlns="{SLIM}"><leader>00000nam a2200000 a 4500</leader>'
            f'<controlfield tag="001">{book.id}</controlfield>'
            f'<controlfield tag="008">010101s{book.year}    xx                  eng d</controlfield>'
            + "".join(
                f'<datafield tag="{tag}"{indicator}>'
                + "".join(f'<subfield code="{code}">{escape(text)}</subfield>' for code, text in subfields)
                + "</datafield>"
                for tag, subfields in fields
            )
            + "</record>"
        )

    def _scan(self, asked: Mapping[str, str]) -> dict[str, str]:
        most = self._number(asked, "maximumTerms", 20, 1)
        place = self._number(asked, "responsePosition", 1, 0)
        tokens = Cql(asked["scanClause"])
        tokens.run()
        if tokens.booleans:
            raise Refused(10, "a boolean")
        if most < 1000 and place > most + 1:
            raise Refused(120, str(place))
        index, _, term = (tokens.tokens[0].lower(), tokens.tokens[1:2], tokens.tokens[-1].strip('"'))
        counts: dict[str, int] = {}
        for book in BOOKS:
            for word in {word for value in book.values(index) for word in words(value)}:
                counts[word] = counts.get(word, 0) + 1
        known = sorted(counts)
        here = next((at for at, word in enumerate(known) if word >= folded(term)), len(known))
        first = here - place + 1
        told = known[max(0, first) : max(0, first + min(most, MOST))]
        more = self.fault == "scan counts one more"
        terms = "".join(
            f"<term><value>{word}</value><numberOfRecords>{counts[word] + more}</numberOfRecords></term>"
            for word in told
        )
        return {"terms": terms} if terms else {}

    def _explain(self, asked: Mapping[str, str]) -> dict[str, str]:
        data = explained(lies=self.fault == "explains what there is not")
        packing = "string" if asked.get("recordPacking") == "string" else "xml"
        return {
            "record": "<recordSchema>http://explain.z3950.org/dtd/2.0/</recordSchema>"
            f"<recordPacking>{packing}</recordPacking>"
            f"<recordData>{escape(data) if packing == 'string' else data}</recordData>"
        }

    def _diagnostic(self, version: str, refusal: Refused) -> str:
        is_second = version == "2.0" and self.fault != "old diagnostics"
        uri = f"{TWO}diagnostic" if is_second else f"{ONE}diagnostic/"
        details = f"<details>{text_of(refusal.details[:300])}</details>" if refusal.details else ""
        number = refusal.number
        if self.fault == "every fault is the same":
            number, details = 1, ""
        return f'<diagnostic xmlns="{uri}"><uri>info:srw/diagnostic/1/{number}</uri>{details}</diagnostic>'

    def _written(self, operation: str, version: str, pairs: Pairs, parts: Mapping[str, str]) -> str:
        """Return the response with its parts in their order."""
        two = "scan" if operation == "scan" else "sruResponse"
        uri = f"{TWO}{two}" if version == "2.0" else ONE
        order = ["version", "record", "numberOfRecords", "records", "terms", "nextRecordPosition", "echoed"]
        order.append("diagnostics")
        if self.fault == "wrong order":
            order.reverse()
        told = {
            **parts,
            "echoed": "".join(echo(name, value, raw=self.fault == "echoes raw") for name, value in pairs),
        }
        if version != "2.0":
            told["version"] = version
        names = {"echoed": f"echoed{operation[0].upper()}{operation[1:]}Request"}
        body = "".join(
            f"<{names.get(name, name)}>{told[name]}</{names.get(name, name)}>"
            for name in order
            if name in told
        )
        return f'<{RESPONSES[operation]} xmlns="{uri}">{body}</{RESPONSES[operation]}>'


def dublin_core(book: Book) -> str:
    """Return a book in Dublin Core."""
    return (
        '<dc xmlns="info:srw/schema/1/dc-schema"><title xmlns="http://purl.org/dc/elements/1.1/">'
        f'{escape(book.title)}</title><creator xmlns="http://purl.org/dc/elements/1.1/">{escape(book.creator)}'
        "</creator></dc>"
    )


def explained(*, lies: bool) -> str:
    """Return the explain record."""
    sets = "".join(f'<set name="{name}" identifier="{uri}"/>' for name, uri in SETS.items())
    names = (*INDEXES, "dc.colour") if lies else INDEXES
    indexes = "".join(
        f'<index search="true" scan="{str(name in ("dc.title", "dc.creator")).lower()}" '
        f'sort="{str(name in SORTS).lower()}"><title>{name}</title><map><name set="{name.split(".")[0]}">'
        f"{name.split('.')[1]}</name></map><configInfo>"
        + "".join(
            f'<supports type="relation">{escape(one)}</supports>' for one in RELATIONS.get(name, ("=",))
        )
        + "</configInfo></index>"
        for name in names
    )
    schemas = "".join(
        f'<schema identifier="{uri}" name="{name}"><title>{name}</title></schema>'
        for name, uri in SCHEMAS.items()
    )
    return (
        '<explain xmlns="http://explain.z3950.org/dtd/2.0/"><serverInfo protocol="SRU" version="1.2">'
        f"<host>tiny</host><port>80</port><database>TINY</database></serverInfo><indexInfo>{sets}{indexes}</indexInfo>"
        f'<schemaInfo>{schemas}</schemaInfo><configInfo><default type="numberOfRecords">{USUAL}</default>'
        f'<setting type="maximumRecords">{MOST}</setting></configInfo></explain>'
    )


def echo(name: str, value: str, *, raw: bool) -> str:
    """Return a parameter as an element, if its name is one."""
    if not re.fullmatch(r"[A-Za-z][\w-]{0,40}", name, re.ASCII):
        return ""
    return f"<{name}>{value if raw else text_of(value[:2000])}</{name}>"


def text_of(value: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", value))


def pairs_of(raw: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string. Raises Refused where they are no UTF-8."""
    pairs = []
    for part in filter(None, raw.split(b"&")):
        name, _, value = part.replace(b"+", b" ").partition(b"=")
        try:
            pairs.append((unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()))
        except UnicodeDecodeError as error:
            raise Refused(6, "not UTF-8") from error
    return pairs


def enveloped(body: bytes, *, careless: bool) -> list[tuple[str, str]]:
    """Return the parameters in an envelope. Raises ValueError where it is none."""
    parser = etree.XMLParser(resolve_entities=careless, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(body, parser)
    if root.getroottree().docinfo.internalDTD is not None and not careless:
        raise ValueError("a DOCTYPE")
    if root.tag != f"{{{SOAP}}}Envelope":
        raise ValueError("no envelope")
    if len(root.attrib) > 100:
        raise ValueError("too many attributes")
    if root.xpath("//*[@*[local-name()='mustUnderstand']='1']"):
        raise ValueError("a header that must be understood")
    inner = [child for part in root.findall(f"{{{SOAP}}}Body") for child in part]
    names = {f"{{{ONE}}}{name}Request": name for name in RESPONSES}
    if len(inner) != 1 or inner[0].tag not in names:
        raise ValueError("not one request")
    if any(len(child) for child in inner[0]):
        raise ValueError("elements in a parameter")
    return [("operation", names[inner[0].tag])] + [
        (etree.QName(child).localname, child.text or "") for child in inner[0] if isinstance(child.tag, str)
    ]


def responses(endpoint: TinyEndpoint) -> Iterator[web.RouteDef]:
    """Yield what is served, at PATH alone."""

    def xml(text: str, status: int = 200) -> web.Response:
        body = f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        kind = "text/plain" if endpoint.fault == "says it is text" else "text/xml"
        return web.Response(
            body=body,
            status=status,
            content_type=kind,
            charset="utf-8",
            headers={"ETag": tag, "Access-Control-Allow-Origin": "*"},
        )

    def answered(raw: bytes) -> web.Response:
        try:
            pairs = pairs_of(raw)
        except Refused as refusal:
            return xml(endpoint.answer([("query", "\x00"), ("x-", str(refusal.number))]))
        text = endpoint.answer(pairs)
        return xml(text, 400 if endpoint.fault == "refuses by status" and "<diagnostic " in text else 200)

    async def get(request: web.Request) -> web.Response:
        response = answered(request.rel_url.raw_query_string.encode("utf-8", "surrogateescape"))
        if "explainResponse" in str(response.text)[:100] and (
            request.headers.get("If-None-Match") == response.headers["ETag"]
        ):
            return web.Response(status=304)
        if endpoint.fault == "breaks at HEAD" and request.method == "HEAD":
            raise web.HTTPInternalServerError
        return response

    async def post(request: web.Request) -> web.Response:
        if (request.content_length or 0) > LONGEST:
            raise web.HTTPRequestEntityTooLarge(LONGEST, request.content_length or 0)
        try:
            body = await request.read()
        except ConnectionError:
            return web.Response(status=400)
        kind = request.content_type
        if kind == "application/x-www-form-urlencoded":
            return answered(body)
        if kind != "text/xml":
            raise web.HTTPUnsupportedMediaType
        try:
            pairs = enveloped(body, careless=endpoint.fault == "expands entities")
            return xml(soap(endpoint.answer(pairs)))
        except (ValueError, etree.XMLSyntaxError):
            fault = "<e:Fault><faultcode>e:Client</faultcode><faultstring>no request</faultstring></e:Fault>"
            return xml(soap(fault), 500)

    yield web.get(PATH, get)
    yield web.post(PATH, post)


def soap(text: str) -> str:
    return f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{text}</e:Body></e:Envelope>'


@asynccontextmanager
async def searching(endpoint: TinyEndpoint) -> AsyncIterator[str]:
    """Serve `endpoint` on a port of its own; its URL is returned."""
    application = web.Application(client_max_size=LONGEST)
    application.add_routes(list(responses(endpoint)))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()
