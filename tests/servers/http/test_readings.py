"""Readings: what stands in them is what was counted, under the names that dashboards go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from prometheus_client.metrics_core import Metric

from core.refusals import Reason
from servers.http import readings
from servers.lines.limits import Limits
from servers.lines.line import LineListener
from servers.ncip.outgoing.verdict import Outcome
from servers.sip2.board.gauges import Board
from tests.fakes.world import World


def values(metrics: Iterable[Metric]) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values."""
    return {(s.name, *s.labels.values()): s.value for metric in metrics for s in metric.samples}


def test_terminals_are_told_apart() -> None:
    board = Board()
    kiosk = board.gauge("kiosk-1")
    kiosk.messages = 4
    kiosk.replayed(b"96")
    kiosk.refused("11", Reason.UNKNOWN_ITEM)
    kiosk.refused("11", Reason.UNKNOWN_ITEM)
    kiosk.refused("63", Reason.UNKNOWN_PATRON)
    told = values(readings.of_terminals(board.counted()))
    assert told["circdesk_sip2_messages_total", "kiosk-1"] == 4
    assert told["circdesk_sip2_resends_total", "kiosk-1"] == 1
    assert told["circdesk_sip2_refusals_total", "kiosk-1", Reason.UNKNOWN_ITEM.value] == 2
    assert told["circdesk_sip2_refusals_total", "kiosk-1", Reason.UNKNOWN_PATRON.value] == 1


def test_times_are_a_histogram_whose_buckets_hold_those_below() -> None:
    board = Board()
    for seconds in (0.000_100, 0.000_255, 0.000_300, 0.002, 0.3, 3.0, 100.0):
        board.gauge("kiosk-1").answered(seconds)
    told = values(readings.of_terminals(board.counted()))
    buckets = {labels[2]: count for labels, count in told.items() if labels[0].endswith("_seconds_bucket")}
    assert buckets == {
        "0.000256": 2,
        "0.001024": 3,
        "0.004096": 4,
        "0.016384": 4,
        "0.065536": 4,
        "0.262144": 4,
        "1.048576": 5,
        "4.194304": 6,
        "+Inf": 7,
    }


def test_listeners_tell_who_is_there_and_who_was_turned_away() -> None:
    listener = LineListener("sip2", Limits(), lambda line: NotImplemented)
    listener.seats.take()
    listener.turned_away["tls-handshake-failed"] += 2
    assert values(readings.of_listeners([listener])) == {
        ("circdesk_connections", "sip2"): 1,
        ("circdesk_handshakes_under_way", "sip2"): 0,
        ("circdesk_connections_turned_away_total", "sip2", "tls-handshake-failed"): 2,
    }


def test_ncip_is_told_by_partner_service_and_problem() -> None:
    answers = Counter({("LIBRARY", "LookupUser", ""): 3, ("", "", "Unknown Service"): 1})
    assert values(readings.of_ncip(answers)) == {
        ("circdesk_ncip_messages_total", "LIBRARY", "LookupUser", ""): 3,
        ("circdesk_ncip_messages_total", "", "", "Unknown Service"): 1,
    }


def test_answers_are_told_by_path_and_status() -> None:
    answers = Counter({("/health/live", 200): 3, ("", 404): 1})
    assert values(readings.of_answers(answers)) == {
        ("circdesk_https_requests_total", "/health/live", "200"): 3,
        ("circdesk_https_requests_total", "", "404"): 1,
    }


async def test_the_journal_tells_what_waits_and_what_was_kept() -> None:
    world = await World().start()
    before = values(readings.of_journal(world.journal))
    world.journal.commits, world.journal.seconds = 7, 0.5
    world.journal.broken.set()
    after = values(readings.of_journal(world.journal))
    world.journal.broken.clear()
    await world.stop()
    assert set(before.values()) == {0}
    assert after == {
        ("circdesk_journal_waiting",): 0,
        ("circdesk_journal_commits_total",): 7,
        ("circdesk_journal_commit_seconds_total",): 0.5,
        ("circdesk_journal_broken",): 1,
    }


def test_the_store_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(7))
    (tmp_path / "b").write_bytes(bytes(3))
    files = [tmp_path / "a", tmp_path / "b", tmp_path / "missing"]
    assert values(readings.of_store(files)) == {("circdesk_store_bytes",): 10}


def test_loans_and_returns_are_told_by_agency() -> None:
    assert values(readings.of_acts({"MAIN": 2}, {"EAST": 1})) == {
        ("circdesk_loans_total", "MAIN"): 2,
        ("circdesk_returns_total", "EAST"): 1,
    }


def test_what_facilities_were_told_is_counted_by_what_became_of_it() -> None:
    counts = {"DEPOT": {Outcome.DONE: 2, Outcome.NEVER: 1}, "CAVE": {Outcome.AGAIN: 3}}
    assert values(readings.of_outgoing(counts, {"DEPOT": "", "CAVE": "HTTP status 500"})) == {
        ("circdesk_storage_messages_total", "DEPOT", "done"): 2,
        ("circdesk_storage_messages_total", "DEPOT", "never"): 1,
        ("circdesk_storage_messages_total", "CAVE", "again"): 3,
        ("circdesk_storage_stuck", "DEPOT"): 0,
        ("circdesk_storage_stuck", "CAVE"): 1,
    }


def test_certificates_have_days_left() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        told = values(readings.of_certificates({"https": now + timedelta(days=7, hours=1)}))
    assert told == {("circdesk_certificate_days", "https"): 7}


def test_the_program_says_which_it_is() -> None:
    ((name, *labels),) = values(readings.of_build())
    assert name == "circdesk_build_info"
    assert len(labels) == 2
