"""Every key, table and array element of a TOML document is found on the line where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from servers.configuration.toml_lines import KeyPath, key_lines


def test_each_way_of_writing_a_key_is_found() -> None:
    document = dedent("""\
        # a remark with [brackets] and "quotes
        plain = 1
          indented=2 # why
        dotted . "and quoted" . 'both' = 3

        [table]
        key = "]"
        [table.inner]
        key = '''
        [not] = a key
        '''
        after = \"\"\"x\"\"\\\"\"\"\"\"
        [[array]]
        a = [ 1, # one ]
          [2, 3],
          {x = "}", y.z = 2020-01-01 00:00:00},
        ]
        [[array]]
        [array.inner]
        a = 1
        [[array.list]]
        b = 1
        [[array.list]]
        b = 2
        """)
    tomllib.loads(document)
    assert key_lines(document) == {
        ("plain",): 2,
        ("indented",): 3,
        ("dotted",): 4,
        ("dotted", "and quoted"): 4,
        ("dotted", "and quoted", "both"): 4,
        ("table",): 6,
        ("table", "key"): 7,
        ("table", "inner"): 8,
        ("table", "inner", "key"): 9,
        ("table", "inner", "after"): 12,
        ("array",): 13,
        ("array", 0): 13,
        ("array", 0, "a"): 14,
        ("array", 0, "a", 0): 14,
        ("array", 0, "a", 1): 15,
        ("array", 0, "a", 1, 0): 15,
        ("array", 0, "a", 1, 1): 15,
        ("array", 0, "a", 2): 16,
        ("array", 0, "a", 2, "x"): 16,
        ("array", 0, "a", 2, "y"): 16,
        ("array", 0, "a", 2, "y", "z"): 16,
        ("array", 1): 18,
        ("array", 1, "inner"): 19,
        ("array", 1, "inner", "a"): 20,
        ("array", 1, "list"): 21,
        ("array", 1, "list", 0): 21,
        ("array", 1, "list", 0, "b"): 22,
        ("array", 1, "list", 1): 23,
        ("array", 1, "list", 1, "b"): 24,
    }


def test_an_empty_document_has_no_lines() -> None:
    assert key_lines("") == key_lines("\n# nothing\n") == {}


BLANK = st.sampled_from(["", " ", "\t "])
GAP = st.sampled_from(["", " ", "\n", " # ]}\"'\n\t"])
NAME = st.sampled_from(["a", "b", "c-1", "9", '"a"', "'b'", '"d.e"', "'#'", '"\\u0061\\""', '""'])
KEY = st.lists(NAME, min_size=1, max_size=3).flatmap(
    lambda names: BLANK.map(lambda b: f"{b}.{b}".join(names))
)
SCALAR = st.sampled_from(
    [
        *("1", "-0.5e1", "true", "nan", "0xFF", "1979-05-27 07:32:00Z"),
        *('"#]"', "'\\'", '"\\""', '""', "''", '""""""', "''''''"),
        *('"""\n]\\""" \n"""""', "'''\n[x]\n''''", '"""\\\n  y"""'),
    ]
)


def _array(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    elements = st.lists(st.builds("{}{}{}".format, GAP, values, GAP), max_size=3)
    return st.builds(
        lambda listed, gap: f"[{','.join(listed)}{',' if listed and gap else ''}{gap}]", elements, GAP
    )


def _inline_table(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.builds("{} = {}".format, KEY, values), max_size=3)
    return pairs.map(lambda listed: f"{{ {', '.join(listed)} }}")


VALUE = st.recursive(SCALAR, lambda values: _array(values) | _inline_table(values), max_leaves=5)
STATEMENT = st.one_of(
    st.builds("{}{}{}={}{}".format, BLANK, KEY, BLANK, BLANK, VALUE),
    st.builds("[{}{}]".format, BLANK, KEY),
    st.builds("[[{}{}]]".format, KEY, BLANK),
    st.sampled_from(["", "# [x]"]),
)


def _paths(value: Any, at: KeyPath = ()) -> Iterator[KeyPath]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, element in inner:
        yield (*at, name)
        yield from _paths(element, (*at, name))


@given(st.lists(STATEMENT, max_size=8))
def test_exactly_the_paths_of_the_document_are_found_each_on_a_line_that_names_it(
    statements: list[str],
) -> None:
    accepted: list[str] = []
    for statement in statements:
        try:
            tomllib.loads("\n".join([*accepted, statement]))
        except tomllib.TOMLDecodeError:
            continue
        accepted.append(statement)
    assume(accepted)
    document = "\n".join(accepted)
    found = key_lines(document)
    assert set(found) == set(_paths(tomllib.loads(document)))
    lines = document.split("\n")
    for path, line in found.items():
        name = path[-1]
        if isinstance(name, str) and name.isalnum() and name != "a":
            assert name in lines[line - 1]


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20))
def test_the_line_of_a_key_is_counted_over_everything_above_it(blocks: list[tuple[int, bool]]) -> None:
    document, expected = "", {}
    for number, (blank, multiline) in enumerate(blocks):
        document += "\n" * blank
        expected[(f"k{number}",)] = document.count("\n") + 1
        document += f"k{number} = '''\n\n'''\n" if multiline else f"k{number} = 1\n"
    assert key_lines(document) == expected
