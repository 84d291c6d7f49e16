"""The checks of a rule: in their order, with what each looked at."""

from rich.console import Console

from core.explain import Check
from core.refusals import Reason
from servers.check_table import check_table


def test_what_forbids_is_told_apart_from_what_does_not() -> None:
    console = Console(width=80)
    with console.capture() as printed:
        console.print(
            check_table(
                (
                    Check(Reason.CARD_LOST, False, "none"),
                    Check(Reason.TOO_MANY_LOANS, True, "limit [3], has 3"),
                )
            )
        )
    lines = [" ".join(line.split()) for line in printed.get().splitlines()]
    assert "│ ✓ │ card-lost │ none │" in lines
    assert "│ ✗ │ too-many-loans │ limit [3], has 3 │" in lines
    assert lines.index("│ ✓ │ card-lost │ none │") < lines.index("│ ✗ │ too-many-loans │ limit [3], has 3 │")
