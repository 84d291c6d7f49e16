"""The PEM files of a listener: which they are, whether they changed, and when the log tells that they end."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from structlog.testing import capture_logs

from servers.configuration.settings import Sip2Settings
from servers.lines.tls_files import Expiry, TlsFiles, days_until, load, seen, tls_files

ENDS = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestWhich:
    def test_what_the_settings_leave_out_is_made_in_the_state_directory(self, tmp_path: Path) -> None:
        certs = tmp_path / "certs"
        made = TlsFiles(certs / "server.pem", certs / "server.key", certs / "ca.pem", certs / "ca.pem")
        assert tls_files(Sip2Settings(), tmp_path) == made

    def test_a_certificate_alone_is_used_with_our_own_terminals(self, tmp_path: Path) -> None:
        files = tls_files(Sip2Settings(tls_certificate="s.pem", tls_key="s.key"), tmp_path)
        assert files == TlsFiles(Path("s.pem"), Path("s.key"), tmp_path / "certs" / "ca.pem", None)
        assert not (tmp_path / "certs" / "server.pem").exists()

    def test_terminals_of_another_authority_are_taken_with_our_own_certificate(self, tmp_path: Path) -> None:
        files = tls_files(Sip2Settings(tls_client_ca="theirs.pem"), tmp_path)
        certs = tmp_path / "certs"
        assert files == TlsFiles(
            certs / "server.pem", certs / "server.key", Path("theirs.pem"), certs / "ca.pem"
        )

    def test_what_is_served_is_known_as_it_was_before_it_was_read(self, tmp_path: Path) -> None:
        served = load(Sip2Settings(), tmp_path)
        assert served.seen == seen(served.files)
        assert days_until(served.ends) > 30


class TestChange:
    @pytest.fixture
    def files(self, tmp_path: Path) -> TlsFiles:
        for name in ("c", "k", "a"):
            (tmp_path / name).write_text("one")
        return TlsFiles(tmp_path / "c", tmp_path / "k", tmp_path / "a", None)

    @pytest.mark.parametrize("name", ["c", "k", "a"])
    def test_a_file_that_is_written_looks_different(self, files: TlsFiles, name: str) -> None:
        before = seen(files)
        assert seen(files) == before
        path = files.certificate.with_name(name)
        path.write_text("two")
        os.utime(path, ns=(1, 1))
        assert seen(files) != before

    def test_so_does_one_that_is_replaced_or_gone(self, files: TlsFiles) -> None:
        looks = [seen(files)]
        times = files.key.stat()
        other = files.key.with_name("other")
        other.write_text("two")
        os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
        other.replace(files.key)
        looks.append(seen(files))
        files.key.unlink()
        looks.append(seen(files))
        assert len(set(looks)) == 3


class TestExpiry:
    @pytest.fixture
    def log(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[MutableMapping[str, Any]]]:
        monkeypatch.setattr("servers.lines.tls_files.log", structlog.get_logger())
        with capture_logs() as entries:
            yield entries

    @pytest.mark.parametrize(
        ("before_end", "told"),
        [
            (timedelta(days=31), []),
            (timedelta(days=30), []),
            (timedelta(days=29, hours=23), [("warning", 29)]),
            (timedelta(days=7), [("warning", 7)]),
            (timedelta(days=6, hours=23), [("error", 6)]),
            (timedelta(0), [("error", 0)]),
            (-timedelta(seconds=1), [("error", -1)]),
        ],
    )
    def test_the_log_tells_of_the_last_thirty_days_and_more_loudly_of_the_last_seven(
        self, log: list[MutableMapping[str, Any]], before_end: timedelta, told: list[tuple[str, int]]
    ) -> None:
        with time_machine.travel(ENDS - before_end, tick=False):
            Expiry().look(ENDS)
        assert [(entry["log_level"], entry["certificate_days"]) for entry in log] == told

    def test_it_tells_once_a_day_and_at_once_of_another_certificate(
        self, log: list[MutableMapping[str, Any]]
    ) -> None:
        expiry = Expiry()
        with time_machine.travel(ENDS - timedelta(days=5), tick=False) as now:
            for _ in range(48):
                expiry.look(ENDS)
                now.shift(timedelta(hours=1))
            expiry.look(ENDS + timedelta(days=1))
        assert [entry["certificate_days"] for entry in log] == [5, 4, 3, 4][: len(log)]
        assert len(log) in (3, 4)
