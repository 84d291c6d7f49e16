"""Steps that many cases begin or end with."""

from conformance.case import Anew, Awaits, Case, Level, Step, Tell, tell
from conformance.z3950.apdus import init, search
from conformance.z3950.claims import OPENED, SOME

OPEN: Tell = tell(init(), OPENED)
FIND: Tell = tell(search(), SOME)
ALIVE: tuple[Step, ...] = (Anew(), OPEN, FIND)
"""Whatever became of an association, another is served."""

MAY_END = Awaits.ANSWER_OR_END


def case(
    theme: str,
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    """Return a case of an association that begins with Init."""
    return bare(theme, name, title, clause, OPEN, *steps, level=level, needs=needs)


def bare(
    theme: str,
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    """Return a case that begins with the connection alone."""
    return Case(
        id=f"{theme}.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=steps,
        also_needs=("z3950", *needs),
    )
