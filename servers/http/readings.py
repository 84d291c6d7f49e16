"""What the server counts, as families of metrics. The names are those that dashboards and alarms go by.

The rule it keeps: labels are few and known beforehand. Terminals, agencies, routes and reasons are;
addresses, patrons and items are not, and never stand here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from platform import python_version
from typing import Final

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from core.journal import Journal
from servers.lines.accept import House
from servers.lines.tls_files import days_until
from servers.ncip.outgoing.verdict import Outcome
from servers.sip2.board.gauges import Counted

TIMES: Final = range(8, 24, 2)
"""The buckets of the board that bound those of the histogram: 256 microseconds to 4 seconds."""


def of_terminals(counted: Mapping[str, Counted]) -> Iterator[Metric]:
    """SIP2, by terminal."""
    messages = CounterMetricFamily("circdesk_sip2_messages", "Requests of a terminal.", labels=["terminal"])
    resends = CounterMetricFamily(
        "circdesk_sip2_resends", "Requests it was asked to repeat (96).", labels=["terminal"]
    )
    refusals = CounterMetricFamily(
        "circdesk_sip2_refusals", "Requests that were refused.", labels=["terminal", "reason"]
    )
    times = HistogramMetricFamily(
        "circdesk_sip2_answer_seconds", "How long answers took.", labels=["terminal"]
    )
    for name, counts in counted.items():
        messages.add_metric([name], counts.messages)
        resends.add_metric([name], counts.resends)
        for reason, count in counts.refused.items():
            refusals.add_metric([name, reason.value], count)
        within = list(accumulate(counts.times))
        buckets = [(str((1 << bucket) / 1_000_000), within[bucket]) for bucket in TIMES]
        times.add_metric([name], [*buckets, ("+Inf", within[-1])], None)
    yield from (messages, resends, refusals, times)


def of_listeners(houses: Iterable[House]) -> Iterator[Metric]:
    """Connections, and those that did not become one."""
    connections = GaugeMetricFamily("circdesk_connections", "Connections there are.", labels=["listener"])
    handshakes = GaugeMetricFamily(
        "circdesk_handshakes_under_way", "TLS handshakes that have begun.", labels=["listener"]
    )
    turned_away = CounterMetricFamily(
        "circdesk_connections_turned_away",
        "Connections that ended before anything was said, by the event in the log.",
        labels=["listener", "event"],
    )
    for house in houses:
        connections.add_metric([house.name], house.seats.taken)
        handshakes.add_metric([house.name], house.handshakes.under_way)
        for event, count in house.turned_away.items():
            turned_away.add_metric([house.name, event], count)
    yield from (connections, handshakes, turned_away)


def of_answers(answers: Mapping[tuple[str, int], int]) -> Iterator[Metric]:
    """HTTPS, by the path of the route and the status."""
    family = CounterMetricFamily(
        "circdesk_https_requests", "Requests that were answered.", labels=["path", "status"]
    )
    for (path, status), count in answers.items():
        family.add_metric([path, str(status)], count)
    yield family


def of_ncip(answers: Mapping[tuple[str, str, str], int]) -> Iterator[Metric]:
    """NCIP, by partner, service and problem; the partner is empty where nobody could be believed."""
    family = CounterMetricFamily(
        "circdesk_ncip_messages",
        "Messages that were answered.",
        labels=["agency", "service", "problem"],
    )
    for labels, count in answers.items():
        family.add_metric(labels, count)
    yield family


def of_sru(answers: Mapping[tuple[str, str, str], int]) -> Iterator[Metric]:
    """SRU, by database, operation and the number of the first diagnostic, which is empty for none."""
    family = CounterMetricFamily(
        "circdesk_sru_requests",
        "Requests that were answered.",
        labels=["database", "operation", "diagnostic"],
    )
    for labels, count in answers.items():
        family.add_metric(labels, count)
    yield family


def of_z3950(answers: Mapping[tuple[str, str, str], int]) -> Iterator[Metric]:
    """Z39.50, by database, service and the number of the diagnostic, which is empty for none."""
    family = CounterMetricFamily(
        "circdesk_z3950_requests",
        "Requests that were answered.",
        labels=["database", "service", "diagnostic"],
    )
    for labels, count in answers.items():
        family.add_metric(labels, count)
    yield family


def of_journal(journal: Journal) -> Iterator[Metric]:
    """How what was decided becomes durable."""
    yield GaugeMetricFamily(
        "circdesk_journal_waiting", "Units of work on their way to the store.", journal.waiting
    )
    yield CounterMetricFamily("circdesk_journal_commits", "Batches that the store has kept.", journal.commits)
    yield CounterMetricFamily(
        "circdesk_journal_commit_seconds", "How long all of these took.", journal.seconds
    )
    yield GaugeMetricFamily(
        "circdesk_journal_broken", "1: the store is broken, and the server stops.", journal.broken.is_set()
    )


def of_store(files: Iterable[Path]) -> Iterator[Metric]:
    """How much room the files of the store take; none is there of a store in memory."""
    size = sum(path.stat().st_size for path in files if path.exists())
    yield GaugeMetricFamily("circdesk_store_bytes", "What the files of the store take.", size)


def of_acts(loans: Mapping[str, int], returns: Mapping[str, int]) -> Iterator[Metric]:
    """What was lent and given back, by the agency where it was."""
    for name, meaning, counted in (
        ("circdesk_loans", "Items lent, since metrics were first read.", loans),
        ("circdesk_returns", "Items scanned in, since metrics were first read.", returns),
    ):
        family = CounterMetricFamily(name, meaning, labels=["agency"])
        for agency, count in counted.items():
            family.add_metric([agency], count)
        yield family


def of_outgoing(counts: Mapping[str, Mapping[Outcome, int]], waiting: Mapping[str, str]) -> Iterator[Metric]:
    """What storage facilities were told."""
    messages = CounterMetricFamily(
        "circdesk_storage_messages",
        "Messages to a storage facility, by what became of them.",
        labels=["profile", "outcome"],
    )
    stuck = GaugeMetricFamily(
        "circdesk_storage_stuck", "1: a message to the facility is not taken, and waits.", labels=["profile"]
    )
    for profile, outcomes in counts.items():
        for outcome, count in outcomes.items():
            messages.add_metric([profile, outcome.name.lower()], count)
    for profile, why in waiting.items():
        stuck.add_metric([profile], bool(why))
    yield from (messages, stuck)


def of_certificates(ends: Mapping[str, datetime]) -> Iterator[Metric]:
    """How long the certificate of each listener lasts."""
    days = GaugeMetricFamily(
        "circdesk_certificate_days", "Whole days until the certificate ends.", labels=["listener"]
    )
    for listener, end in ends.items():
        days.add_metric([listener], days_until(end))
    yield days


def of_build() -> Iterator[Metric]:
    """Which program this is."""
    build = InfoMetricFamily("circdesk_build", "Which program this is.")
    build.add_metric([], {"version": version("circdesk"), "python": python_version()})
    yield build
