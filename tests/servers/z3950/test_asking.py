"""What queries mean is remembered for all associations, and makes no difference to any of them."""

from __future__ import annotations

import random
from itertools import product

import pytest
from msgspec.structs import replace

from protocols.z3950 import codec
from protocols.z3950.answers import Request
from protocols.z3950.apdus import SearchRequest
from protocols.z3950.charset import LATIN_1, MARC_8, UTF_8, Charset, unnegotiated
from protocols.z3950.codec import Readings
from protocols.z3950.declarations import GeneralizedTime
from protocols.z3950.oids import BIB_1, Oid
from protocols.z3950.pqf import parse
from protocols.z3950.rpn import ResultSetOperand, RpnQuery, attribute
from protocols.z3950.structures import AttributesPlusTerm, Term
from servers.z3950 import asking
from servers.z3950.asking import Asked, Meanings
from servers.z3950.target import Shared, Target
from servers.z3950.translate.queries import Manner, read
from tests.matrix import proves
from tests.servers.z3950.given import AGREED, Origin, reading, search


def sought(term: Term) -> RpnQuery:
    """One operand."""
    return RpnQuery(BIB_1, (AttributesPlusTerm((attribute(1, 4),), term),))


TERMS: tuple[Term, ...] = (
    *(b"caf\xc3\xa9", b"caf\xe9", b"caf\xe2e"),
    *("1.2.3", Oid("1.2.3"), GeneralizedTime("1.2.3")),
)
QUERIES = [
    *map(parse, ("emma", "@attr 1=4 emma", "@and @attr 1=4 emma @attr 1=1003 austen", "@or emma london")),
    *map(parse, ("@attr 1=9999 emma", "@attr 1=4 @attr 2=102 emma", "nothing-has-this")),
    *[sought(term) for term in TERMS],
    RpnQuery(BIB_1, (AttributesPlusTerm((attribute(1, 4, BIB_1),), b"emma"),)),
    RpnQuery(BIB_1, (ResultSetOperand("default"),)),
]
CHARSETS = (UTF_8, LATIN_1, MARC_8, unnegotiated("cp1252"))
VERSIONS = (2, 3)


def answer(target: Target, request: Request, charset: Charset) -> tuple[bytes, object]:
    """What is answered, and what the log is told."""
    make = target.perform(request)
    made = make.answer()
    assert made.unit is None
    return codec.encode(made.outcome, charset), (make.told, make.diagnostic)


@proves("Z39.50: a request that comes again means what it meant, whoever sends it")
@pytest.mark.parametrize("seed", range(5))
def test_what_is_remembered_changes_no_answer(origin: Origin, seed: int) -> None:
    """The same bytes in associations of every character set and version, in any order, and as often as they
    like: each answer is that of a target that has never been asked anything else.
    """
    chance, shared, readings = random.Random(seed), origin.target.shared, Readings()
    associations = [
        (charset, version, Target(shared, replace(AGREED, charset=charset, version=version), is_marc8=False))
        for charset, version in product(CHARSETS, VERSIONS)
    ]
    sent = [codec.encode(search(query)) for query in QUERIES]
    for data in chance.choices(sent, k=300):
        charset, version, target = chance.choice(associations)
        remembered, fresh = readings.decode(data, charset), codec.decode(data, charset)
        assert isinstance(remembered, SearchRequest)
        assert isinstance(fresh, SearchRequest)
        if isinstance(fresh.query, RpnQuery) and ResultSetOperand("default") in fresh.query.rpn:
            target.perform(search("emma"))
        alone = new_target(shared, charset, version)
        assert answer(target, remembered, charset) == answer(alone, fresh, charset)


def new_target(shared: Shared, charset: Charset, version: int) -> Target:
    """A target that remembers nothing, with a result set."""
    agreed = replace(AGREED, charset=charset, version=version)
    target = Target(replace(shared, meanings=Meanings()), agreed, is_marc8=False)
    target.perform(search("emma"))
    return target


def kept(meanings: Meanings, query: RpnQuery, manner: Manner) -> Asked:
    """What a query means, remembered."""
    asked = Asked(read(query, manner).query, (), "a query")
    meanings.keep(query, manner, asked)
    return asked


def test_what_is_equal_is_not_yet_the_same() -> None:
    """A string that is an object identifier is equal to it, and alone is served."""
    meanings, manner, named, written = Meanings(), reading(), sought(Oid("1.2.3")), sought("1.2.3")
    assert named == written
    asked = kept(meanings, written, manner)
    assert meanings.find(written, manner) is asked
    assert meanings.find(named, manner) is None


def test_what_depends_on_the_sets_of_an_association_is_not_remembered() -> None:
    meanings = Meanings()
    for query in (QUERIES[-1], parse("@and emma @set 1")):
        manner = reading(read(parse("emma"), reading()).query)
        kept(meanings, query, manner)
        assert meanings.find(query, manner) is None


def test_so_many_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "REMEMBERED", 3)
    meanings, manner, queries = Meanings(), reading(), [sought(b"%d" % number) for number in range(10)]
    for query in queries:
        kept(meanings, query, manner)
        assert sum(meanings.find(each, manner) is not None for each in queries) <= 3
    assert meanings.find(queries[-1], manner) is not None


def test_a_report_tells_the_counts_of_its_own_search() -> None:
    """The last one is kept with the query; the catalogue changes."""
    found = read(sought(b"emma"), reading())
    asked = Asked(found.query, (), "emma", found.parts)
    reports = [asked.report(counts, UTF_8) for counts in ([1], [1], [2], [None], [2])]
    assert reports[0] is reports[1]
    assert reports[2] == reports[4] != reports[0]
    assert reports[3] not in (reports[0], reports[2])
