"""Search: counts, databases, queries and terms of every kind, and records that come at once."""

from conformance.case import Case, Level, Step, tell
from conformance.wire.z3950 import Element, context, oid
from conformance.z3950.apdus import (
    BIB_1,
    EXTERNAL_TERM,
    NOBODYS,
    NOTHING,
    NULL_TERM,
    TITLED,
    both,
    cql,
    number_term,
    proximity,
    result_set,
    rpn,
    search,
    term,
    termed,
)
from conformance.z3950.claims import (
    FOUND,
    NO_RECORDS,
    NONE,
    SOME,
    about,
    as_many_as,
    closed_or_refused,
    count_of,
    counted,
    is_but,
    records,
    refused,
    status,
)
from conformance.z3950.steps import ALIVE, FIND, MAY_END, case

_THEME = "rpn"
_SEARCH = "Z39.50-1995, 3.2.2.1: Search"
_REFUSED = "Z39.50-1995, 3.2.2.1.11: a search that fails has searchStatus FALSE, no hits and a diagnostic"
_PIGGYBACK = "Z39.50-1995, 3.2.2.1.6: small, medium and large sets"
_QUERY = "Z39.50-1995, 3.7: query types"
_BIB_1 = "Bib-1 diagnostics"
_NOWHERE = "zz-no-such-database"
_EITHER = is_but(
    "a count or a diagnostic, and not both",
    lambda answer: (count_of(answer) is None) != (answer.at(130) is None),
)
_COUNTED = tell(search(), SOME, keep={"hits": count_of})


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = ("z_word",),
) -> Case:
    return case(_THEME, name, title, clause, *steps, level=level, needs=needs)


def _refused(name: str, title: str, request: Element, *numbers: int, level: Level = Level.MUST) -> Case:
    """Return a case in which a search is refused, and the association goes on."""
    return _case(name, title, _BIB_1, tell(request, refused(*numbers)), FIND, level=level)


def _same(name: str, title: str, operand: Element, level: Level = Level.SHOULD) -> Case:
    """Return a case in which something is asked for in another way."""
    return _case(
        name,
        title,
        _QUERY,
        _COUNTED,
        tell(search(operand), as_many_as("hits")),
        level=level,
        needs=("z_word", "z_steady"),
    )


CASES: tuple[Case, ...] = (
    _case(
        "found",
        "a search that finds something has a count, and no record unasked",
        _SEARCH,
        tell(search(), SOME, NO_RECORDS),
    ),
    _case(
        "nothing",
        "a search that finds nothing has succeeded, with the count 0",
        _SEARCH,
        tell(search(NOTHING), NONE),
    ),
    _case(
        "reference",
        "the reference id of a search comes back",
        "Z39.50-1995, 3.4",
        tell(search(reference=b"\x00\x01"), FOUND),
    ),
    _case(
        "again",
        "the same search finds as many",
        _SEARCH,
        _COUNTED,
        tell(search(), as_many_as("hits")),
        needs=("z_word", "z_steady"),
    ),
    _case(
        "refused-whole",
        "a search that fails says so in every way",
        _REFUSED,
        tell(search(databases=(_NOWHERE,)), refused(235, 109), status(0, 22), status(0, 23), status(0, 24)),
        FIND,
    ),
    _refused("database", "a database that there is not is 235", search(databases=(_NOWHERE,)), 235, 109),
    _case(
        "database-named",
        "diagnostic 235 names the database",
        _BIB_1,
        tell(search(databases=(_NOWHERE,)), about(_NOWHERE)),
        level=Level.SHOULD,
    ),
    _refused(
        "database-one-of-two",
        "one wrong database of two is not passed over",
        search(databases=("{z_database}", _NOWHERE)),
        235,
        109,
        23,
    ),
    _refused(
        "database-none",
        "a search nowhere is refused",
        search(databases=()),
        235,
        109,
        23,
        108,
        3,
        level=Level.SHOULD,
    ),
    _case(
        "query-unknown",
        "a type of query that there is not is 107, or ends the association",
        _BIB_1,
        tell(search(query=context(102, Element(1, b"x"))), closed_or_refused(107, 108), awaits=MAY_END),
        *ALIVE,
    ),
    _case(
        "type-101",
        "type 101 finds what type 1 finds",
        _QUERY,
        _COUNTED,
        tell(search(query=rpn(TITLED, kind=101)), as_many_as("hits")),
        needs=("z_word", "z_steady"),
    ),
    _case(
        "cql",
        "CQL is searched",
        f"{_QUERY}: type 104",
        tell(search(query=cql("{z_word}")), SOME),
        needs=("z_word", "z_cql"),
    ),
    _case(
        "cql-wrong",
        "CQL that is none is refused",
        f"{_QUERY}: type 104; {_BIB_1}",
        tell(search(query=cql("( ( =")), refused(108, 3, 10, 107, 126, 125)),
        FIND,
        needs=("z_word", "z_cql"),
    ),
    _refused(
        "attribute-set",
        "a set of attributes that there is not is 121",
        search(query=rpn(TITLED, NOBODYS)),
        121,
    ),
    _same("character-string", "a characterString is text as general is", termed(Element(216, "{z_word}"))),
    _refused(
        "term-null", "a term that is nothing is refused", search(termed(NULL_TERM)), 229, 108, 3, 124, 125
    ),
    _refused(
        "term-external", "a term of a kind that nobody knows is 229", search(termed(EXTERNAL_TERM)), 229, 124
    ),
    _refused(
        "set-unknown",
        "an operand that is no set is refused",
        search(both(TITLED, result_set("zz-none"))),
        30,
        18,
        128,
        20,
    ),
    _case(
        "operator",
        "an operator that there is not is 110, or ends the association",
        _BIB_1,
        tell(search(both(TITLED, TITLED, Element(9, b""))), closed_or_refused(110, 108), awaits=MAY_END),
    ),
    _refused(
        "proximity-unit",
        "next to, by a unit that there is not, is refused",
        search(query=rpn(both(TITLED, TITLED, proximity(99)), kind=101)),
        110,
        129,
        130,
        131,
        132,
        201,
        202,
        203,
    ),
    _case(
        "numeric",
        "a number as a term is searched or refused",
        f"{_QUERY}: Term, numeric",
        tell(search(termed(number_term(215, 1984))), _EITHER),
        FIND,
    ),
    _case(
        "small",
        "a small set comes at once, all of it",
        _PIGGYBACK,
        tell(
            search(small=500_000, large=500_001),
            is_but(
                "records, as many as it says, or a presentStatus that says why not",
                lambda answer: counted(answer, answer.number_at(23) or 0) or (answer.number_at(27) or 0) > 0,
            ),
        ),
        needs=("z_word", "z_piggyback"),
    ),
    _case(
        "medium",
        "of a medium set so many come at once",
        _PIGGYBACK,
        tell(search(small=0, large=500_000, medium=1), SOME, records(1)),
        needs=("z_word", "z_piggyback"),
    ),
    _case(
        "medium-next",
        "the next position is told",
        f"{_PIGGYBACK}; nextResultSetPosition",
        tell(search(small=0, large=500_000, medium=1), status(2, 25)),
        needs=("z_word", "z_piggyback", "z_pair"),
    ),
    _case(
        "large",
        "of a large set nothing comes at once",
        _PIGGYBACK,
        tell(search(small=0, large=1, medium=5), SOME, NO_RECORDS),
    ),
    _case(
        "empty-small",
        "of nothing nothing comes at once",
        _PIGGYBACK,
        tell(search(NOTHING, small=10, large=11, medium=5), NONE),
    ),
    _case(
        "defaults",
        "a term without attributes is searched or refused",
        f"{_SEARCH}; {_BIB_1} 116",
        tell(
            search(
                query=context(1, oid(BIB_1), context(0, context(102, context(44), Element(45, "{z_word}"))))
            ),
            _EITHER,
        ),
        FIND,
    ),
    _case(
        "not-utf-8",
        "a term that is no UTF-8 is text in some set, or refused",
        "terms have no set unless one was negotiated",
        tell(search(termed(Element(45, b"caf\xe9 \xff\xfe"))), _EITHER),
        FIND,
        level=Level.CLIENT,
    ),
    _case(
        "term-empty",
        "an empty term is searched or refused",
        _SEARCH,
        tell(search(term("")), _EITHER),
        FIND,
        level=Level.CLIENT,
    ),
)
