"""A suggested profile is TOML that the configuration takes, each key with its reason."""

from __future__ import annotations

from pathlib import Path

from servers.configuration.reading import read_settings
from servers.configuration.settings import NoBlock, Terminal
from servers.sip2.board.habits import Quirk
from servers.sip2.board.suggestion import suggestion

CRLF = Quirk("ends its messages with CR LF", "terminator", "crlf")
NO_BLOCK = Quirk('says "no block" with everything it does', "no_block", "late")
CLOCK = Quirk("has a clock that is 90 s ahead")
TERMINAL = Terminal("kiosk-1", certificate="kiosk-1", profile="bibliotheca")


def test_it_can_be_put_into_a_configuration(tmp_path: Path) -> None:
    text = suggestion(TERMINAL, [CRLF], 812)
    path = tmp_path / "circdesk.toml"
    path.write_text(
        text + '[[terminal]]\nname = "kiosk-1"\ncertificate = "kiosk-1"\nprofile = "kiosk-1-as-seen"\n'
    )
    (terminal,) = read_settings(path).terminal
    assert terminal.terminator == "crlf"


def test_every_key_says_why_and_what_no_key_provides_for_is_a_remark() -> None:
    assert suggestion(TERMINAL, [CRLF, CLOCK], 812).splitlines() == [
        "# kiosk-1, from 812 messages.",
        "# It has a clock that is 90 s ahead: no key is needed for that.",
        "",
        "[[profile]]",
        'name = "kiosk-1-as-seen"',
        "# What it says otherwise stays as it is.",
        'inherits = "bibliotheca"',
        "# It ends its messages with CR LF.",
        'terminator = "crlf"',
        "",
        "# And in the [[terminal]] of that name, in place of its profile:",
        '# profile = "kiosk-1-as-seen"',
    ]


def test_what_the_profile_provides_for_already_is_no_key_again() -> None:
    assert "no_block =" not in suggestion(Terminal("a", no_block=NoBlock.LATE), [NO_BLOCK], 9)
    assert 'no_block = "late"' in suggestion(Terminal("a", no_block=NoBlock.ALWAYS), [NO_BLOCK], 9)


def test_of_an_ordinary_machine_it_says_so() -> None:
    assert suggestion(Terminal("a"), [], 9).splitlines()[-1].endswith("nothing to suggest.")
