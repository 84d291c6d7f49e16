"""The page that a vendor and a library sign, in Markdown: what was tried, when, on what, and how it went.

The rule it keeps: a verdict never stands without its ground, and nothing is left out: what failed is shown
with every byte (PINs and passwords hidden), what was not played with the reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from conformance.case import Level
from conformance.runner import Findings, Outcome, Verdict
from conformance.sru.texts import OFFERS
from conformance.target import Ncip, Target
from conformance.wire.sip2 import SUPPORTED_ORDER
from conformance.z3950.texts import OFFERS as Z3950_OFFERS

_VERDICTS = tuple(Verdict)
_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#"})
_FENCE = "````"


def write_page(
    findings: Findings, target: Target, started: datetime, path: Path, group: str = "sip2"
) -> None:
    """Write the page. `started` is when the run began, with its zone. Raises OSError."""
    path.write_text("\n".join(_page(findings, target, started, group)) + "\n", "utf-8")


def _page(findings: Findings, target: Target, started: datetime, group: str) -> Iterator[str]:
    outcomes = findings.outcomes
    yield f"# {group.upper()} conformance"
    yield ""
    yield f"**{_conclusion(outcomes)}**"
    yield ""
    yield from _table(("what", "which"), (*_WHO[group](findings, target), *_run(started, outcomes)))
    yield ""
    yield "## Verdicts"
    yield ""
    yield from _table(("level", *_VERDICTS), _counts(outcomes))
    yield ""
    yield from _table(("theme", *_VERDICTS), _themes(outcomes))
    yield from _failures(outcomes)
    yield from _reasons("Divergences that are known and meant", outcomes, Verdict.DIVERGES)
    yield from _reasons("Not played", outcomes, Verdict.NOT_APPLICABLE)
    yield ""
    yield "## Signed"
    yield ""
    signed = (("who ran this", "", "", ""), ("for the vendor", "", "", ""), ("for the library", "", "", ""))
    yield from _table(("", "name", "date", "signature"), signed)


def _conclusion(outcomes: Sequence[Outcome]) -> str:
    """Say what the run amounts to. A case that was not played has not passed."""
    musts = [outcome for outcome in outcomes if outcome.case.level is Level.MUST]
    counts = Counter(outcome.verdict for outcome in musts)
    passed = f"{counts[Verdict.PASS]} of {len(musts)} MUST cases passed"
    rest = [
        f"{counts[verdict]} {words}"
        for verdict, words in (
            (Verdict.FAIL, "failed"),
            (Verdict.DIVERGES, "diverge for a reason"),
            (Verdict.NOT_APPLICABLE, "were not played"),
        )
        if counts[verdict]
    ]
    return ", ".join((passed, *rest)) + "."


def _sip2(findings: Findings, target: Target) -> Iterator[tuple[str, str]]:
    """Who was spoken to over SIP2, and what its 98 says."""
    status = findings.status
    yield "server", f"{target.address}, {'TLS' if target.tls else 'without TLS'}"
    yield "institution (AO)", target.institution
    yield "terminal (CN)", target.user or "no login"
    if status is not None:
        told = dict(zip(SUPPORTED_ORDER, status.first("BX") or "", strict=False))
        yield "library (AM)", status.first("AM") or "not told"
        yield "protocol version (98)", status.fixed["protocol version"]
        yield "answers (BX)", " ".join(code for code, flag in told.items() if flag == "Y")
        yield "does not answer (BX)", " ".join(code for code, flag in told.items() if flag == "N") or "none"


def _ncip(findings: Findings, target: Target) -> Iterator[tuple[str, str]]:
    """Who was spoken to over NCIP and as whom, and what it says to LookupVersion."""
    ncip = target.ncip or Ncip()
    yield "server", ", ".join(filter(None, (ncip.url, ncip.tcp)))
    yield "seen over SIP2, too", target.address if target.host else "no"
    yield "institution (ToAgencyId)", target.institution
    yield "agency (FromAgencyId)", ncip.agency or "none"
    yield "broker's profile", ncip.partner or "none"
    yield "remote store's profile and desk", " ".join(filter(None, (ncip.profile, ncip.desk))) or "none"
    yield "versions (LookupVersion)", " ".join(findings.versions) or "not told"


def _sru(findings: Findings, target: Target) -> Iterator[tuple[str, str]]:
    """Which end point was asked, and what the survey found there."""
    offers = findings.offers
    yield "end point", "" if target.sru is None else target.sru.url
    yield "loans seen over SIP2", target.address if target.host else "no"
    versions = (offers[name] for name in ("v11", "v12", "v20") if name in offers)
    yield "versions", " ".join(versions) or "none was found"
    yield "records at most (explain)", offers.get("most", "not told")
    lacking = sorted({words for name, words in OFFERS.items() if name not in offers})
    yield "not found there", "; ".join(lacking) or "nothing is missing"


def _z3950(findings: Findings, target: Target) -> Iterator[tuple[str, str]]:
    """Who was spoken to over Z39.50, and what was found there."""
    yield "target", "" if target.z3950 is None else target.z3950.address
    yield (
        "offered",
        ", ".join(sorted(words for name, words in Z3950_OFFERS.items() if name in findings.offers)),
    )


_WHO = {"sip2": _sip2, "ncip": _ncip, "sru": _sru, "z3950": _z3950}


def _run(started: datetime, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    yield "kit", f"circdesk-conformance {version('circdesk')}"
    yield "date", f"{started:%Y-%m-%d %H:%M:%S %Z}"
    seconds = sum(outcome.seconds for outcome in outcomes)
    yield "cases", f"{len(outcomes)}, played in {seconds:.1f} seconds"


def _counts(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    for level in Level:
        yield _row(level, (outcome for outcome in outcomes if outcome.case.level is level))


def _themes(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    for theme in dict.fromkeys(_theme(outcome) for outcome in outcomes):
        yield _row(theme, (outcome for outcome in outcomes if _theme(outcome) == theme))


def _theme(outcome: Outcome) -> str:
    return outcome.case.id.partition(".")[0]


def _row(name: str, outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    counts = Counter(outcome.verdict for outcome in outcomes)
    return name, *(str(counts[verdict]) for verdict in _VERDICTS)


def _failures(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Show each failed case, the most binding level first."""
    for level in Level:
        failed = [
            outcome for outcome in outcomes if outcome.verdict is Verdict.FAIL and outcome.case.level is level
        ]
        if failed:
            yield ""
            yield f"## Failed {level}"
        for outcome in failed:
            case = outcome.case
            yield ""
            yield f"### `{case.id}`"
            yield ""
            yield f"- what must hold: {_plain(case.title)}"
            yield f"- on what ground: {_plain(case.clause)}"
            yield f"- what was found: {_plain(outcome.reason)}"
            yield ""
            yield _FENCE
            yield from (line.replace("`", "'") for line in outcome.transcript)
            yield _FENCE


def _reasons(title: str, outcomes: Sequence[Outcome], verdict: Verdict) -> Iterator[str]:
    rows = [
        (f"`{outcome.case.id}`", outcome.case.level, outcome.reason)
        for outcome in outcomes
        if outcome.verdict is verdict
    ]
    if rows:
        yield ""
        yield f"## {title}"
        yield ""
        yield from _table(("case", "level", "why"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for first, *others in rows:
        yield f"| {' | '.join((first, *map(_plain, others)))} |"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, whatever a server sent."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text).translate(_ESCAPED)
