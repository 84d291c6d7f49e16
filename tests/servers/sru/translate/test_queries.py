"""CQL as the catalogue's queries: what each relation, modifier, mask and anchor becomes; what is refused."""

from __future__ import annotations

import pytest

from core.model.records import BibId
from core.query import (
    EVERYTHING,
    And,
    Clause,
    Ids,
    Mask,
    Match,
    Near,
    Not,
    Or,
    Query,
    Unit,
    Word,
    plain,
)
from protocols.cql.errors import CqlError, Diagnostic
from protocols.cql.parser import Mode
from servers.catalogue.access_points import table
from servers.sru.translate.queries import MATCHES, QueryReader, SetRefused, context_sets
from tests.matrix import proves

READER = QueryReader(table().points)
RUN, ONE = Mask.RUN, Mask.ONE


def title(match: Match, *words: Word) -> Clause:
    return Clause("title", match, words)


def word(*pieces: str | Mask, starts: bool = False, ends: bool = False) -> Word:
    return Word(pieces, starts, ends)


CAT = title(Match.EQ, word("cat"))
DOG = title(Match.EQ, word("dog"))


@proves("every relation, modifier, mask and anchor of CQL means what it says")
@pytest.mark.parametrize(
    ("text", "query"),
    [
        # relations
        ("alma.title = cat", CAT),
        ('alma.title = "cat dog"', title(Match.EQ, *plain("cat dog"))),
        ('alma.title == "cat dog"', title(Match.HEADING, *plain("cat dog"))),
        ('alma.title exact "cat dog"', title(Match.HEADING, *plain("cat dog"))),
        ("alma.title scr cat", CAT),
        ('alma.title adj "cat dog"', title(Match.PHRASE, *plain("cat dog"))),
        ('alma.title all "cat dog"', title(Match.ALL, *plain("cat dog"))),
        ('alma.title any "cat dog"', title(Match.ANY, *plain("cat dog"))),
        ('alma.title cql.any "cat dog"', title(Match.ANY, *plain("cat dog"))),
        ("alma.title <> cat", title(Match.NE, word("cat"))),
        ("alma.title < cat", title(Match.LT, word("cat"))),
        ("alma.title <= cat", title(Match.LE, word("cat"))),
        ("alma.title > cat", title(Match.GT, word("cat"))),
        ("alma.title >= cat", title(Match.GE, word("cat"))),
        ('alma.title within "1 2"', title(Match.WITHIN, *plain("1 2"))),
        # names
        ("cat", Clause("all_for_ui", Match.EQ, (word("cat"),))),
        ("title = cat", CAT),
        ("TITLE = cat", CAT),
        ("dc.title = cat", CAT),
        ("bath.title = cat", CAT),
        ("DC.Title = cat", CAT),
        ("rec.id = 1", Clause("mms_id", Match.EQ, (word("1"),))),
        ('> d = "info:srw/cql-context-set/1/dc-v1.1" d.title = cat', CAT),
        ('> "info:srw/cql-context-set/1/dc-v1.1" title = cat', CAT),
        # modifiers
        ("alma.title =/ignoreCase/cql.ignoreAccents cat", CAT),
        ('alma.title =/string "cat dog"', title(Match.HEADING, *plain("cat dog"))),
        ("alma.title =/word cat", CAT),
        ('alma.title =/unmasked "c*t"', title(Match.EQ, word("c*t"))),
        ("alma.title =/masked c*t", title(Match.EQ, word("c", RUN, "t"))),
        # masks and anchors
        ("alma.title = cat*", title(Match.EQ, word("cat", RUN))),
        ('alma.title = "c?t dog* *"', title(Match.EQ, word("c", ONE, "t"), word("dog", RUN), word(RUN))),
        ('alma.title = "*at"', title(Match.EQ, word(RUN, "at"))),
        (r'alma.title = "c\*t"', title(Match.EQ, word("c*t"))),
        ('alma.title = "^cat dog"', title(Match.EQ, word("cat", starts=True), word("dog"))),
        ('alma.title = "cat dog^"', title(Match.EQ, word("cat"), word("dog", ends=True))),
        ('alma.title = "^cat^"', title(Match.EQ, word("cat", starts=True, ends=True))),
        ('alma.title all "^cat dog^"', title(Match.ALL, word("cat", starts=True), word("dog", ends=True))),
        ('alma.title = ""', title(Match.EQ)),
        # booleans
        ("title=cat and title=dog", And(CAT, DOG)),
        ("title=cat or title=dog not title=cat", Not(Or(CAT, DOG), CAT)),
        ("title=cat or (title=dog not title=cat)", Or(CAT, Not(DOG, CAT))),
        ("title=cat prox title=dog", Near(CAT, DOG, 1, Match.LE)),
        (
            "title=cat prox/distance<4/ordered title=dog",
            Near(CAT, DOG, 4, Match.LT, ordered=True),
        ),
        ("title=cat prox/unit=sentence title=dog", Near(CAT, DOG, 0, Match.LE, unit=Unit.SENTENCE)),
        ("cql.allRecords = 1 not title=cat", Not(EVERYTHING, CAT)),
        ('cql.resultSetId = "s1" and title=cat', And(Ids((BibId(3), BibId(7))), CAT)),
    ],
)
def test_what_is_written_is_what_is_asked(text: str, query: Query) -> None:
    sets = {"s1": (BibId(3), BibId(7))}
    assert READER.read(text, sets.get).query == query


@pytest.mark.parametrize(
    ("text", "diagnostic", "details", "place"),
    [
        ("alma.titel = cat", Diagnostic.INDEX, "alma.titel", 0),
        ("nowhere = cat", Diagnostic.INDEX, "nowhere", 0),
        ("mab.title = cat", Diagnostic.CONTEXT_SET, "mab", 0),
        ("cat and alma.titel = dog", Diagnostic.INDEX, "alma.titel", 8),
        ("title sounds cat", Diagnostic.RELATION, "sounds", 6),
        ("title encloses cat", Diagnostic.RELATION_AND_INDEX, "title encloses", 6),
        ("cql.allRecords any 1", Diagnostic.RELATION_AND_INDEX, "cql.allRecords any", 15),
        ("title =/stem cat", Diagnostic.RELATION_MODIFIER, "stem", 8),
        ("title =/respectCase cat", Diagnostic.RELATION_MODIFIER, "respectCase", 8),
        ("title =/locale=de cat", Diagnostic.RELATION_MODIFIER, "locale", 8),
        ("title =/masked/unmasked cat", Diagnostic.RELATION_MODIFIERS, "masked/unmasked", 15),
        ("title =/word/string cat", Diagnostic.RELATION_MODIFIERS, "string/word", 13),
        ("title all/string cat", Diagnostic.RELATION_MODIFIERS, "all/string", 6),
        ("title ==/word cat", Diagnostic.RELATION_MODIFIERS, "==/word", 6),
        ("cat and/rel.algorithm=x dog", Diagnostic.CONTEXT_SET, "rel", 8),
        ("cat and/sum dog", Diagnostic.BOOLEAN_MODIFIER, "sum", 8),
        ("cat prox/distance=x dog", Diagnostic.PROXIMITY_DISTANCE, "x", 9),
        ('title = "c^t"', Diagnostic.ANCHOR_POSITION, "character 11", 10),
        ("title = (", Diagnostic.SYNTAX, None, 8),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_place(
    text: str, diagnostic: Diagnostic, details: str | None, place: int
) -> None:
    with pytest.raises(CqlError) as refused:
        READER.read(text)
    assert refused.value.diagnostic == diagnostic
    assert details is None or refused.value.details == details
    assert refused.value.place == place


def test_who_misspells_an_index_is_told_of_those_that_are_like_it() -> None:
    with pytest.raises(CqlError) as refused:
        READER.read("alma.titel = cat")
    assert "near it: alma.title" in refused.value.hint


@pytest.mark.parametrize(("find", "number"), [(None, 50), (lambda _: None, 51)])
def test_a_set_that_is_not_there_is_none(find: object, number: int) -> None:
    with pytest.raises(SetRefused) as refused:
        READER.read('cql.resultSetId = "s9" or cat', find)  # type: ignore[arg-type] # a table of fakes
    assert (refused.value.diagnostic.number, refused.value.diagnostic.details) == (number, "s9")


def test_a_set_alone_is_named_and_not_looked_up() -> None:
    read = READER.read('cql.resultSetId = "s9" sortBy title', lambda _: None)
    assert (read.result_set, len(read.written.sort)) == ("s9", 1)


def test_bare_words_are_one_term_where_that_is_wanted() -> None:
    lenient = QueryReader(table().points, Mode.LENIENT)
    assert lenient.read("title = cat dog").query == title(Match.ALL, *plain("cat dog"))
    with pytest.raises(CqlError):
        READER.read("title = cat dog")


def test_each_clause_and_each_prox_knows_where_it_was_written() -> None:
    read = READER.read("title=cat and (title=dog prox title=cow)")
    assert [part.written.place for part in read.parts] == [0, 15, 30, 25]


def test_a_query_is_read_once() -> None:
    assert READER.read("title=once") is READER.read("title=once")


def test_every_relation_of_cql_but_encloses_is_known() -> None:
    assert set(MATCHES) == {"=", "==", "<>", "<", "<=", ">", ">=", "adj", "all", "any", "within"}


def test_every_set_has_a_uri() -> None:
    sets = context_sets(table().points)
    assert {"alma", "dc", "bath", "rec", "cql"} <= sets.keys()
    assert sets["dc"] == "info:srw/cql-context-set/1/dc-v1.1"
    assert all(":" in uri for uri in sets.values())
