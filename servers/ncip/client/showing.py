"""How a message looks on a terminal: its elements in columns, and in sentences what is to be said of it.

The rule it keeps: what a peer has written colours nothing and breaks no line that can be copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import BareProblem, Message, Response
from protocols.ncip.repairs import TRIFLES, Repaired
from protocols.ncip.structures import Content, Problem
from servers.ncip.client.advice import advice
from servers.ncip.client.outline import Line, outline
from servers.ncip.client.pasted import Passage, Pasted, read_passage, side_of, why_not

_INDENT: Final = "  "


def show_passage(passage: Passage, console: Console, *, plain: bool) -> bool:
    """Show what was pasted; returns whether it could be read."""
    sentences = [f"It was escaped, as {passage.escaped}."] if passage.escaped else []
    try:
        pasted = read_passage(passage)
    except RemoteError as error:
        _show("NCIP that cannot be read", (), [why_not(error), *sentences], console, plain=plain)
        return False
    lines = lines_of(pasted.message, pasted.header)
    sentences += [*_problems(pasted.message), *map(repair_sentence, pasted.repairs)]
    if not pasted.repairs:
        sentences.append("Written as the standard has it.")
    _show(title(pasted), lines, sentences, console, plain=plain)
    return True


def title(pasted: Pasted) -> str:
    """The service, the version, and which way it goes."""
    name = "Problem" if isinstance(pasted.message, BareProblem) else type(pasted.message).__name__
    return f"NCIP {pasted.dialect.version} {name}, {side_of(pasted.message)}"


def lines_of(message: Message, header: Content | None) -> list[Line]:
    """The elements of a message, the header before the others."""
    lines = list(outline(message))
    if header is None:
        return lines
    name = type(header).__name__
    return [Line(0, f"/{name}", "", ""), *outline(header, f"/{name}", 1), *lines]


def repair_sentence(repaired: Repaired) -> str:
    """What was wrong and was forgiven."""
    weight = "Trifle" if repaired.repair in TRIFLES else "Repaired"
    return f"{weight}: {repaired.repair.value}, at {repaired.path}."


def _problems(message: Message) -> Iterator[str]:
    problems = message.problem if isinstance(message, Response) else ()
    for problem in problems:
        yield " ".join(problem_sentences(problem))


def problem_sentences(problem: Problem) -> Iterator[str]:
    """A Problem in plain words, and what to do next."""
    kind = "" if problem.problem_type is None else problem.problem_type.value
    yield f"Refused: {kind or 'for a reason that is not told'}."
    if (words := advice(kind)) is not None:
        yield words.means
        yield words.helps


def print_lines(lines: Iterable[Line], console: Console) -> None:
    """Elements and values in two columns, indented as the elements stand."""
    shown = [(_INDENT * (line.depth + 1) + line.name, line) for line in lines]
    width = max((cell_len(name) for name, _ in shown), default=0)
    for name, line in shown:
        meaning = f"  ({line.meaning})" if line.meaning else ""
        text = Text.assemble((set_cell_size(name, width), "dim"), f"  {line.value}", (meaning, "dim"))
        text.rstrip()
        console.print(text, soft_wrap=True)


def _show(
    heading: str, lines: Iterable[Line], sentences: Iterable[str], console: Console, *, plain: bool
) -> None:
    if plain:
        _print_plain(heading, lines, sentences)
        return
    console.print(Text(heading, "bold"), soft_wrap=True)
    rows = list(lines)
    if rows:
        table = Table("element", "value", "meaning")
        for line in rows:
            name = _INDENT * line.depth + line.name
            table.add_row(name, Text(line.value, overflow="fold"), Text(line.meaning, overflow="fold"))
        console.print(table)
    for sentence in sentences:
        console.print(Text(sentence), soft_wrap=True)
    console.print()


def _print_plain(heading: str, lines: Iterable[Line], sentences: Iterable[str]) -> None:
    """A line each for the message, its elements and its notes: what it is, path, name, value, meaning."""
    said, _, way = heading.partition(", ")
    rows = [("message", said, way, "", "")]
    rows += [("field", line.path, line.name, line.value, line.meaning) for line in lines]
    rows += [("note", "", "", sentence, "") for sentence in sentences]
    for row in rows:
        print("\t".join(" ".join(part.split()) for part in row).rstrip("\t"))
