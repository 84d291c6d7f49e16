"""Recordings are written so that they can be read and edited; logs of others are read as they are."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sip2.messages import Direction
from servers.sip2.recording import (
    Entry,
    Recorder,
    RecordingProblem,
    entry_of,
    entry_text,
    header,
    read_recording,
    recording,
)

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
ASKED, ANSWERED = Direction.TO_ACS, Direction.TO_SC


def recorded(*calls: tuple[str, bytes]) -> str:
    """What a recorder writes of these calls."""
    file = io.BytesIO()
    recorder = Recorder(file, "kiosk 1", lambda: NOW)
    for name, data in calls:
        getattr(recorder, name)(data)
    return file.getvalue().decode()


class TestWriting:
    def test_a_message_is_a_line_with_time_terminal_and_direction(self) -> None:
        assert recorded(("sent", b"9900802.00AY1AZFCA0\r"), ("received", b"98Y|\r\n")) == (
            "2026-03-02T10:30:00.000+00:00 kiosk-1 > 9900802.00AY1AZFCA0\n"
            "2026-03-02T10:30:00.000+00:00 kiosk-1 < 98Y|\n"
        )

    def test_secrets_are_stars(self) -> None:
        assert recorded(("sent", b"9300CNkiosk|COword|AY1AZF123\r")).endswith(
            " > 9300CNkiosk|CO***|AY1AZ****\n"
        )

    def test_answers_come_in_pieces_or_several_at_once(self) -> None:
        text = recorded(("received", b"94"), ("received", b"1\r36Y|\r3"), ("received", b"6N|\r\n"))
        assert [line.split(" < ")[1] for line in text.splitlines()] == ["941", "36Y|", "36N|"]

    def test_what_is_no_text_is_written_out(self) -> None:
        assert recorded(("sent", "99é\t\\".encode() + b"\xff\r")).endswith(" > 99é\\x09\\\\\\xff\n")

    def test_a_file_is_its_owners_alone_begins_with_the_version_and_is_added_to(self, tmp_path: Path) -> None:
        path = tmp_path / "log"
        for _ in range(2):
            with recording(path, "kiosk") as recorder:
                assert recorder is not None
                recorder.sent(b"99\r")
        lines = path.read_text().splitlines()
        assert lines[0] == header() == "# SIP2 recording, version 1"
        assert [line.endswith(" kiosk > 99") for line in lines[1:]] == [True, True]
        assert path.stat().st_mode & 0o077 == 0

    def test_without_a_file_there_is_no_recorder(self) -> None:
        with recording(None, "kiosk") as recorder:
            assert recorder is None


class TestReading:
    @given(line=st.binary(min_size=1).filter(lambda line: not set(line) & set(b"\r\n")))
    def test_what_was_written_is_read_back(self, line: bytes) -> None:
        """Whatever the bytes, if there is no secret in them."""
        line = b"36" + line.replace(b"A", b"a").replace(b"C", b"c")
        entry = Entry(ANSWERED, "kiosk", line, NOW)
        assert read_recording(entry_text(entry).encode()) == [entry]

    def test_an_entry_does_not_print_its_secrets(self) -> None:
        assert "word" not in repr(Entry(ASKED, "kiosk", b"9300CNkiosk|COword|"))

    @pytest.mark.parametrize(
        ("line", "direction", "terminal", "message"),
        [
            ("9900802.00", ASKED, "terminal", "9900802.00"),
            (">> 9900802.00", ASKED, "terminal", "9900802.00"),
            ("<< 941AY1AZFDFC", ANSWERED, "terminal", "941AY1AZFDFC"),
            ("-> 9900802.00\\r\\n", ASKED, "terminal", "9900802.00"),
            ("<- 941^M", ANSWERED, "terminal", "941"),
            ("> 9900802.00<CR>", ASKED, "terminal", "9900802.00"),
            (
                "  36Y20260302    093000AOTOWN|AAP1|  ",
                ANSWERED,
                "terminal",
                "36Y20260302    093000AOTOWN|AAP1|",
            ),
            ("1200 unknown", ANSWERED, "terminal", "1200 unknown"),
            ("7700 unknown", ASKED, "terminal", "7700 unknown"),
            (
                "Sep  1 10:00:00 lib acs-server[4711]: INPUT MSG: '9900302.00'",
                ASKED,
                "4711",
                "9900302.00",
            ),
            (
                "[2026/03/02 09:30:00] [4712] [INFO] kiosk@10.0.0.1: OUTPUT MSG: "
                "'24 |AEMiles O'Brien|' C4::SIP::Sip::write_msg /usr/share/koha/lib/C4/SIP/Sip.pm (232)",
                ANSWERED,
                "4712",
                "24 |AEMiles O'Brien|",
            ),
        ],
    )
    def test_logs_of_others_are_read(
        self, line: str, direction: Direction, terminal: str, message: str
    ) -> None:
        assert entry_of(line.encode()) == Entry(direction, terminal, message.encode())

    @pytest.mark.parametrize(
        "line", ["", "# a comment", "kiosk connected", "Sep  1 10:00:00 started", ">> hello"]
    )
    def test_what_is_no_message_is_passed_over(self, line: str) -> None:
        assert entry_of(line.encode()) is None

    def test_a_time_that_is_none_does_not_matter(self) -> None:
        assert entry_of(b"2026-03-02T25 kiosk < 941") == Entry(ANSWERED, "kiosk", b"941")

    def test_lines_end_as_they_like(self) -> None:
        assert [entry.line for entry in read_recording(b"9900802.00\r\n98Y\r\n")] == [b"9900802.00", b"98Y"]

    def test_another_version_is_not_guessed_at(self) -> None:
        with pytest.raises(RecordingProblem, match="version 1, not this one"):
            read_recording(b"# SIP2 recording, version 2\n9900802.00\n")

    @pytest.mark.parametrize("data", [b"", b"# SIP2 recording, version 1\n", b"hello\nworld\n", b"\xff\xfe"])
    def test_a_file_without_a_message_is_no_recording(self, data: bytes) -> None:
        with pytest.raises(RecordingProblem, match="no SIP2 message"):
            read_recording(data)
