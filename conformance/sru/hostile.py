"""Requests made to harm: refused or answered in bounds, echoed as data, and the server serves on."""

from conformance.case import Awaits, Carrier, Case, Crowd, Level, ResponseClaim, Step, fetch
from conformance.sru.claims import (
    NO_TRACE,
    NOT_BUSY,
    REFUSED_CLEANLY,
    SOME,
    TAKEN_OR_REFUSED,
    is_but,
    quiet_about,
    refused,
    surrogate_or_refused,
)
from conformance.sru.texts import WORD, scan, search, search_in

_BOUNDED = "every limit has an answer, in time: a diagnostic, or a status of HTTP; never silence"
_DATA = "security: what was sent is data: it is escaped where it is repeated, and runs nowhere"
_SCHEMES = "security: a stylesheet runs in the reader's browser; diagnostics 110, 111"
_SERVES_ON = fetch(search(WORD, maximumRecords="1"), SOME)


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(
        id=f"hostile-query.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(*steps, _SERVES_ON),
        also_needs=needs,
    )


def _flood(name: str, title: str, query: str, carrier: Carrier = Carrier.FORM) -> Case:
    """Return a case in which a query is far too much of something: refused, or answered, and in time."""
    return _case(
        name,
        title,
        _BOUNDED,
        fetch(
            search(query, maximumRecords="1"),
            *TAKEN_OR_REFUSED,
            carrier=carrier,
            awaits=Awaits.ANSWER_OR_END,
        ),
        needs=("form",) if carrier is Carrier.FORM else (),
    )


def _refused(name: str, title: str, query: str, carrier: Carrier = Carrier.FORM) -> Case:
    """Return a case in which nobody could mean what a query says, and it is refused."""
    return _case(
        name,
        title,
        _BOUNDED,
        fetch(search(query), *REFUSED_CLEANLY, carrier=carrier, awaits=Awaits.ANSWER_OR_END),
        needs=("form",) if carrier is Carrier.FORM else (),
    )


def _data(name: str, title: str, term: str, *claims: ResponseClaim) -> Case:
    """Return a case in which a term looks like a program; it is a term that is found nowhere."""
    nothing = is_but("nothing found, or a diagnostic that the query deserves", lambda found: not found.count)
    return _case(
        name, title, _DATA, fetch(search(f'{{title}} = "{term}"'), nothing, NO_TRACE, NOT_BUSY, *claims)
    )


def _stylesheet(name: str, title: str, href: str) -> Case:
    return _case(
        name,
        title,
        _SCHEMES,
        fetch(
            search(WORD, stylesheet=href),
            is_but("no such stylesheet", lambda found: href[:12] not in found.stylesheet),
            NO_TRACE,
        ),
    )


def _no_elements(*names: str) -> ResponseClaim:
    """The answer is XML, in which no element of these names was made out of what was sent."""
    return is_but(
        f"no element {' or '.join(names)}",
        lambda found: (
            not found.unreadable
            and found.root is not None
            and not any(str(one.tag).rpartition("}")[2].lower() in names for one in found.root.iter())
        ),
    )


_OR = " or {title} = {word}"

CASES = (
    _flood("parentheses", "ten thousand parentheses", "(" * 10_000 + WORD + ")" * 10_000),
    _refused("parentheses-open", "a hundred thousand parentheses that never close", "(" * 100_000),
    _flood(
        "parentheses-in-url", "a thousand parentheses in a URL", "(" * 1_000 + WORD + ")" * 1_000, Carrier.URL
    ),
    _flood("booleans", "twenty thousand searches joined by or", WORD + _OR * 20_000),
    _flood("booleans-short", "a quarter of a million booleans", "a" + " or a" * 250_000),
    _flood(
        "booleans-nested",
        "five thousand booleans, each within the last",
        "(a and " * 5_000 + "a" + ")" * 5_000,
    ),
    _flood(
        "not-nested", "two thousand differences, each within the last", "(a not " * 2_000 + "a" + ")" * 2_000
    ),
    _flood("prox-chain", "a thousand proximities in a row", "a" + " prox/distance<=5 a" * 1_000),
    _flood("words", "thirty thousand words in one term", '{title} any "' + "word " * 30_000 + '"'),
    _flood("phrase", "ten thousand words in one phrase", '{title} adj "' + "{word} " * 10_000 + '"'),
    _flood("long-term", "a term of half a megabyte", "{title} = " + "a" * 500_000),
    _flood("stars", "a term of stars and letters", '{title} = "' + "a*" * 500 + '"', Carrier.URL),
    _flood(
        "stars-bare",
        "words that are mostly stars",
        '{title} all "*a* *e* *i* *o* *u* ?????? *a*e*i*o*u*"',
        Carrier.URL,
    ),
    _flood("question-marks", "a thousand question marks", '{title} = "' + "?" * 1_000 + '"', Carrier.URL),
    _flood("everything-masked", "every term there is, by a mask", '{title} = "?*"', Carrier.URL),
    _flood(
        "regular-expression", "a regular expression that never ends", '{title} =/regexp "(a+)+$"', Carrier.URL
    ),
    _flood("fuzzy", "a fuzzy search for everything", '{title} =/fuzzy "a"', Carrier.URL),
    _flood("modifiers", "two thousand modifiers", "{title} " + "=" + "/ignoreCase" * 2_000 + " {word}"),
    _flood("assignments", "five thousand assignments", '> x = "urn:x" ' * 5_000 + WORD),
    _flood("backslashes", "a hundred thousand backslashes", '{title} = "' + "\\" * 100_000 + '"'),
    _refused("quotes", "a hundred thousand quotes, one too many", '"' * 100_001),
    _flood("sort-keys", "two thousand sort keys", WORD + " sortBy" + " {title}" * 2_000),
    _flood(
        "range", "a range as wide as numbers go", '{date} within "-999999999999 999999999999"', Carrier.URL
    ),
    _flood("ranges", "a thousand ranges", "{date} > 0" + " and {date} > 0" * 1_000),
    _flood("ids", "ten thousand ids at once", '{id_index} any "' + "{id} " * 10_000 + '"'),
    _case(
        "scan-everything",
        "a list from the beginning, as long as numbers go",
        _BOUNDED,
        fetch(
            scan('{scan_index} = ""', maximumTerms=str(2**31 - 1), responsePosition="1"),
            NO_TRACE,
            is_but("ten thousand terms at most, or a diagnostic", lambda found: len(found.terms) <= 10_000),
            awaits=Awaits.ANSWER_OR_END,
        ),
    ),
    _case(
        "facets-everything",
        "facets of everything",
        _BOUNDED,
        fetch(
            search_in("2.0", "{all}", facetLimit=str(2**31 - 1)),
            *TAKEN_OR_REFUSED,
            awaits=Awaits.ANSWER_OR_END,
        ),
        needs=("facet_index",),
    ),
    _case(
        "pages-everything",
        "all records at once are a page at most",
        _BOUNDED,
        fetch(
            search("{all}", maximumRecords="2147483647"),
            NO_TRACE,
            is_but("a thousand records at most", lambda found: len(found.records) <= 1_000),
        ),
    ),
    _case(
        "at-once",
        "twenty costly searches at once are answered or refused, each",
        _BOUNDED,
        Crowd(
            tuple(
                fetch(
                    search(
                        f'{{title}} = "{letter}*"' + f' or {{title}} = "{letter}?*"' * 20, maximumRecords="1"
                    ),
                    is_but(
                        "an answer, a diagnostic, or status 429 or 503",
                        lambda found: (
                            found.status in (429, 503) or found.count is not None or bool(found.diagnostics)
                        ),
                    ),
                    awaits=Awaits.ANSWER_OR_END,
                )
                for letter in "abcdefghijklmnoprstu"
            )
        ),
    ),
    _data(
        "script",
        "a script in a term is text in the answer",
        "xqzv <script>alert(1)</script>",
        _no_elements("script"),
    ),
    _data(
        "cdata",
        "the end of a CDATA section in a term is text in the answer",
        "xqzv ]]><script>x</script><![CDATA[",
        _no_elements("script"),
    ),
    _data(
        "comment",
        "a comment in a term is text in the answer",
        "xqzv --><kitevil/><!--",
        _no_elements("kitevil"),
    ),
    _data(
        "element",
        "an element in a term is text in the answer",
        "xqzv </query></echoedSearchRetrieveRequest><kitevil/>",
        _no_elements("kitevil"),
    ),
    _data(
        "entity", "an entity in a term is text in the answer", "xqzv &xxe; &#0; &#xFFFF;", _no_elements("xxe")
    ),
    _data("sql", "SQL in a term is text", "xqzv' OR '1'='1' --"),
    _data("sql-union", "more SQL in a term is text", "xqzv' UNION SELECT card, pin FROM patrons; --"),
    _data(
        "template",
        "a template in a term is text",
        "xqzv ${{{{7*7}}}} {{{{7*7}}}} <%= 7*7 %>",
        quiet_about(" 49 "),
    ),
    _data("look-up", "a look-up in a term is not looked up", "xqzv ${{{{jndi:ldap://127.0.0.1:1/a}}}}"),
    _data("shell", "a command in a term is text", "xqzv; cat /etc/passwd | `id` $(id)", quiet_about("root:")),
    _data(
        "engine",
        "the syntax of a search engine in a term is text",
        "xqzvkit:x OR _all:x AND NOT (y~2)^9 +z -w",
    ),
    _data("format", "a format in a term is text", "xqzv%s%s%n%x{{{{0}}}}"),
    _case(
        "nul",
        "a NUL in a query is refused, or found nowhere",
        _DATA,
        fetch(
            search('{title} = "xq\x00zv"'),
            is_but("nothing found, and XML", lambda found: not found.count),
            NO_TRACE,
        ),
    ),
    _case(
        "controls",
        "control characters in a query do not make the answer unreadable",
        "XML 1.0: Char",
        fetch(
            search('{title} = "xq\x01\x02\x1b\x7f\x85zv"'),
            is_but("nothing found, and XML", lambda found: not found.count),
            NO_TRACE,
        ),
    ),
    _case(
        "no-characters",
        "what is no character does not make the answer unreadable",
        "XML 1.0: Char",
        fetch(
            search('{title} = "xq\ufffe\uffffzv"'),
            is_but("nothing found, and XML", lambda found: not found.count),
            NO_TRACE,
        ),
    ),
    _case(
        "no-characters-named",
        "nor does it where the diagnostic has to name it",
        "XML 1.0: Char",
        fetch(search("xq\x01\ufffe.title = a"), refused(), NO_TRACE),
    ),
    _case(
        "value-no-characters",
        "nor in the value of a parameter that is wrong",
        "XML 1.0: Char",
        fetch(
            search(WORD, startRecord="\x0b\uffff<kitevil/>"), refused(6), NO_TRACE, _no_elements("kitevil")
        ),
    ),
    _case(
        "parameter-name",
        "the name of a parameter that nobody knows is text in the answer",
        _DATA,
        fetch(search(WORD, ("<kitevil/>", "1")), _no_elements("kitevil"), NO_TRACE),
    ),
    _case(
        "extension-name",
        "the name of an extension is no element that breaks the answer",
        _DATA,
        fetch(
            search(WORD, ('x-<kitevil/> a="1', "1"), ("x-1:2:3", "x"), ("x-", "x")),
            _no_elements("kitevil"),
            NO_TRACE,
        ),
    ),
    _case(
        "right-to-left",
        "marks that turn the direction of text are text",
        "Unicode 15: bidirectional controls",
        fetch(
            search('{title} = "xq\u202ezv\u2066"'),
            is_but("XML", lambda found: found.count is not None or bool(found.diagnostics)),
            NO_TRACE,
        ),
    ),
    _case(
        "many-marks",
        "a letter with ten thousand marks is a term, or refused",
        _BOUNDED,
        fetch(
            search('{title} = "a' + "\u0301" * 10_000 + '"'),
            *TAKEN_OR_REFUSED,
            carrier=Carrier.FORM,
            awaits=Awaits.ANSWER_OR_END,
        ),
        needs=("form",),
    ),
    _case(
        "grows-by-folding",
        "letters that grow when they are folded stay in bounds",
        "Unicode: NFKD of U+FDFA is 18 letters",
        fetch(
            search('{title} = "' + "\ufdfa" * 5_000 + '"'),
            *TAKEN_OR_REFUSED,
            carrier=Carrier.FORM,
            awaits=Awaits.ANSWER_OR_END,
        ),
        needs=("form",),
    ),
    _case(
        "header-split",
        "line ends in a value make no header",
        "security: response splitting",
        fetch(
            search(WORD, stylesheet="x\r\nX-Kit-Evil: 1\r\n\r\n<kitevil/>"),
            _no_elements("kitevil"),
            NO_TRACE,
            is_but("no header X-Kit-Evil", lambda found: "x-kit-evil" not in found.headers),
        ),
    ),
    _stylesheet("stylesheet-script", "a stylesheet that is a script is not named", "javascript:alert(1)"),
    _stylesheet("stylesheet-data", "a stylesheet that is data is not named", "data:text/xsl,<kitevil/>"),
    _case(
        "stylesheet-breaks-out",
        "the href of a stylesheet does not end its instruction",
        _SCHEMES,
        fetch(search(WORD, stylesheet='/a.xsl"?><kitevil/><?b "'), _no_elements("kitevil"), NO_TRACE),
    ),
    _case(
        "schema-path",
        "a schema that is a path is one that nobody knows",
        _DATA,
        fetch(
            search(WORD, recordSchema="../../../../etc/passwd"),
            surrogate_or_refused(66),
            quiet_about("root:"),
            NO_TRACE,
        ),
    ),
    _case(
        "schema-address",
        "a schema that is an address is not asked for",
        _DATA,
        fetch(search(WORD, recordSchema="http://127.0.0.1:1/schema.xsd"), surrogate_or_refused(66), NO_TRACE),
    ),
    _case(
        "schema-long",
        "a schema of a hundred kilobytes is repeated once at most",
        _BOUNDED,
        fetch(
            search(WORD, recordSchema="a" * 100_000),
            NO_TRACE,
            is_but("an answer of less than 150 kB", lambda found: len(found.body) < 150_000),
            carrier=Carrier.FORM,
            awaits=Awaits.ANSWER_OR_END,
        ),
        needs=("form",),
    ),
    _case(
        "xpath",
        "an XPath is refused, or passed over",
        "SRU 1.1: recordXPath; diagnostics 72 to 74",
        fetch(
            search_in("1.1", WORD, recordXPath="//*[count(//*)>0]" * 50, maximumRecords="1"),
            *TAKEN_OR_REFUSED,
        ),
        needs=("v11",),
    ),
    _case(
        "refused-in-few-words",
        "a refusal is not as long as what is refused",
        _BOUNDED,
        fetch(
            search("{title} = " + "=" * 20_000),
            NO_TRACE,
            is_but("an answer of less than 100 kB", lambda found: len(found.body) < 100_000),
            carrier=Carrier.FORM,
            awaits=Awaits.ANSWER_OR_END,
        ),
        needs=("form",),
    ),
)
