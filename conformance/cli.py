"""`circdesk-conformance`: reads the command line, plays, reports; the exit code is for scripts."""

import argparse
import asyncio
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec
from rich.console import Console

from conformance import certificate, crash, exam, load, report
from conformance.case import Case, Level
from conformance.facility import command as facility
from conformance.ncip.catalogue import CASES as NCIP_CASES
from conformance.runner import run
from conformance.sip2.catalogue import CASES as SIP2_CASES
from conformance.sru.catalogue import CASES as SRU_CASES
from conformance.target import (
    Z3950,
    Ncip,
    Spoken,
    Sru,
    Target,
    TargetError,
    checked,
    checked_sru,
    target_at,
    z3950_at,
)
from conformance.z3950.catalogue import CASES as Z3950_CASES

GROUPS = {"sip2": SIP2_CASES, "ncip": NCIP_CASES, "sru": SRU_CASES, "z3950": Z3950_CASES}
PASSED, FAILED, USAGE = 0, 1, 2
_EXITS = """exit codes: 0 every MUST passed (or every answer under load was right, every promise kept),
1 something failed, was not tried (kiosk) or cannot be reached, 2 the command line is wrong"""


class UsageError(Exception):
    """A command line that cannot be obeyed; the text says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` and return the exit code."""
    parser = build_parser()
    options = parser.parse_args(argv)
    try:
        code: int = options.act(options)
    except UsageError as problem:
        parser.print_usage(sys.stderr)
        print(f"circdesk-conformance: {problem}", file=sys.stderr)
        return USAGE
    except (TargetError, OSError) as problem:
        print(f"circdesk-conformance: {problem}", file=sys.stderr)
        return FAILED
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="circdesk-conformance",
        description="Plays a self-check against any SIP2 server, a partner against any NCIP responder, a "
        "discovery tool against any SRU end point or Z39.50 target, or a server against any self-check, and "
        "says where the other side departs from the protocol.",
        epilog=_EXITS,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sip2 = commands.add_parser(
        "sip2", help="play the SIP2 cases", description="Plays the SIP2 cases.", epilog=_EXITS
    )
    _add_target(sip2)
    _add_choice(sip2)
    sip2.set_defaults(act=_play, group="sip2")
    ncip = commands.add_parser(
        "ncip",
        help="play the NCIP cases, and those that see one act over NCIP and SIP2",
        description="Plays the NCIP cases.",
        epilog=_EXITS,
    )
    _add_target(ncip)
    _add_responder(ncip)
    _add_choice(ncip)
    ncip.set_defaults(act=_play, group="ncip")
    sru = commands.add_parser(
        "sru",
        help="play the SRU and CQL cases, and those that see a loan in the catalogue",
        description="Finds out what an SRU end point has, and plays the cases for it.",
        epilog=_EXITS,
    )
    _add_target(sru)
    _add_endpoint(sru)
    _add_responder(sru)
    _add_choice(sru)
    sru.set_defaults(act=_play, group="sru")
    z3950 = commands.add_parser(
        "z3950",
        help="play the Z39.50 cases, and those that see a loan in an OPAC record",
        description="Finds out what a Z39.50 target has, and plays the cases for it.",
        epilog=_EXITS,
    )
    _add_target(z3950)
    _add_searched(z3950)
    _add_choice(z3950)
    z3950.set_defaults(act=_play, group="z3950")
    loads = commands.add_parser("load", help="put a server under load and check every answer", epilog=_EXITS)
    protocols = loads.add_subparsers(required=True, metavar="PROTOCOL")
    load_sip2 = protocols.add_parser(
        "sip2",
        help="closed loop of SIP2 requests",
        description="Each connection waits for its answer, checks it against what it knows, and asks again.",
        epilog=_EXITS,
    )
    _add_target(load_sip2)
    _add_load(load_sip2)
    load_sip2.set_defaults(act=_load, group="sip2")
    crashes = commands.add_parser(
        "crash",
        help="kill a server again and again and see that it keeps its word",
        description="Starts a server, lets machines use it, kills it, starts it again, checks every promise.",
        epilog=_EXITS,
    )
    crash.add_arguments(crashes)
    crashes.set_defaults(act=crash.run)
    kiosks = commands.add_parser(
        "kiosk",
        help="play a server that answers oddly, and judge the machine that is tried against it",
        description="Waits for a machine, answers it as it should and now and then oddly, and judges it.",
        epilog=_EXITS,
    )
    exam.add_arguments(kiosks)
    kiosks.set_defaults(act=_examine)
    facilities = commands.add_parser(
        "facility",
        help="be a storage facility: take request files, tell over NCIP what came of them",
        description="A small automated storage: it takes request files, retrieves, refiles, looks in vain, "
        "lets go, and tells the library's system over NCIP.",
    )
    facility.add_arguments(facilities)
    facilities.set_defaults(act=_be_facility)
    return parser


def _add_target(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the target")
    group.add_argument(
        "--target",
        metavar="HOST:PORT|URL|FACTS",
        help="address of SIP2, URL of NCIP or SRU, or a JSON file of facts (README)",
    )
    group.add_argument(
        "--tls", action=argparse.BooleanOptionalAction, help="speak TLS; without facts the default is not to"
    )
    group.add_argument("--ca", metavar="FILE", help="PEM of the authority to trust; default: the system's")
    group.add_argument(
        "--cert", metavar="FILE", help="PEM of our client certificate, if the server asks for one"
    )
    group.add_argument("--key", metavar="FILE", help="PEM of its key, if it is not in the same file")
    group.add_argument("--user", metavar="NAME", help="login user id (CN); without it no 93 is sent")
    group.add_argument("--password", metavar="WORD", help="login password (CO)")
    group.add_argument("--location", metavar="CODE", help="login location (CP)")
    group.add_argument("--other-user", metavar="NAME", help="login user id of another terminal")
    group.add_argument("--other-password", metavar="WORD", help="its login password")
    group.add_argument("--institution", metavar="ID", help="institution id (AO)")
    group.add_argument(
        "--patron", metavar="BARCODE", action="append", help="a patron in good standing; repeatable"
    )
    group.add_argument("--pin", metavar="PIN", help="the PIN of these patrons; give '' if they have none")
    group.add_argument("--item", metavar="BARCODE", action="append", help="an item on the shelf; repeatable")
    group.add_argument(
        "--offline-item",
        metavar="BARCODE",
        action="append",
        help="an item on the shelf that nothing else touches; repeatable",
    )
    group.add_argument(
        "--pickup", metavar="CODE", action="append", help="where holds are picked up (BS); the nearest first"
    )
    group.add_argument(
        "--fact",
        metavar="NAME=TEXT",
        action="append",
        help="a patron, item or title of a special kind, such as patron_blocked=…; repeatable (README)",
    )


def _add_responder(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("who we are to the NCIP responder")
    group.add_argument("--ncip", metavar="URL", help="where NCIP is spoken, if --target is SIP2's address")
    group.add_argument("--ncip-agency", metavar="ID", help="the agency we say we are (FromAgencyId)")
    group.add_argument(
        "--ncip-partner", metavar="CODE", help="as a broker: our ApplicationProfileType, if any"
    )
    group.add_argument(
        "--ncip-secret", metavar="WORD", help="as a broker: our FromAgencyAuthentication, if any"
    )
    group.add_argument("--ncip-profile", metavar="NAME", help="as a remote store: our ApplicationProfileType")
    group.add_argument("--ncip-desk", metavar="ID", help="as a remote store: OnBehalfOfAgency")
    group.add_argument(
        "--ncip-store-agency", metavar="ID", help="as a remote store: FromAgencyId, if another"
    )
    group.add_argument(
        "--ncip-store-secret", metavar="WORD", help="as a remote store: FromAgencyAuthentication, if any"
    )
    group.add_argument(
        "--ncip-tcp",
        metavar="URL",
        help="where NCIP is spoken without HTTP: tcp://HOST:PORT or tls://HOST:PORT",
    )


def _add_endpoint(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the SRU end point")
    group.add_argument("--sru", metavar="URL", help="where SRU is spoken, if --target is another's address")
    group.add_argument(
        "--open", action="store_true", help="the other end point that the facts name (https.sru_open)"
    )
    group.add_argument("--sru-title", metavar="WORD", help="a word of a title that is found there")


def _add_searched(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the Z39.50 target")
    group.add_argument(
        "--z3950",
        metavar="HOST:PORT/DATABASE",
        help="where Z39.50 is spoken, if --target is another's address",
    )
    group.add_argument("--z3950-title", metavar="WORD", help="a word of a title that is found there")
    group.add_argument("--z3950-user", metavar="NAME", help="whom it lets in, where not everybody may")
    group.add_argument("--z3950-group", metavar="NAME", help="the group of that user, if it has one")
    group.add_argument("--z3950-password", metavar="WORD", help="the password of that user")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to play, what to write")
    group.add_argument(
        "--only", metavar="PATTERN", help="cases whose id fits this shell pattern, such as 'resend.*'"
    )
    group.add_argument("--level", metavar="LEVELS", help="comma-separated, from " + ", ".join(Level))
    group.add_argument(
        "--deadline", metavar="SECONDS", type=_positive, default=5.0, help="per answer; default 5"
    )
    group.add_argument(
        "--known",
        metavar="FILE",
        help="TOML of known divergences: a table for each theme, a reason for each case",
    )
    group.add_argument("--json", metavar="FILE", help="write everything found, with transcripts")
    group.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    group.add_argument("--report", metavar="FILE", help="write a page to sign, in Markdown")
    group.add_argument("--list", action="store_true", help="print the cases and play nothing")


def _add_load(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the load")
    group.add_argument("--connections", metavar="N", type=_count, default=8, help="at once; default 8")
    group.add_argument(
        "--idle",
        metavar="N",
        type=_count_or_none,
        default=0,
        help="more, that log in and say nothing until the others are done; default 0",
    )
    group.add_argument(
        "--seconds", metavar="S", type=_positive, default=10.0, help="for how long; default 10"
    )
    group.add_argument(
        "--mix", metavar="CODE:WEIGHT,…", default=load.DEFAULT_MIX, help=f"default {load.DEFAULT_MIX}"
    )
    group.add_argument(
        "--rate", metavar="R", type=_positive, help="messages a second in all; default: no limit"
    )
    group.add_argument("--seed", metavar="N", type=int, default=0, help="of the order of messages; default 0")
    group.add_argument(
        "--deadline", metavar="SECONDS", type=_positive, default=5.0, help="per answer; default 5"
    )
    group.add_argument("--json", metavar="FILE", help="write the figures")


def _play(options: argparse.Namespace) -> int:
    cases = _chosen(options)
    if options.list:
        print(report.listed(cases))
        return PASSED
    target = _target(options)
    known = _known(options.known)
    started = datetime.now(UTC)
    findings = asyncio.run(run(cases, target, deadline=options.deadline, known=known))
    outcomes = findings.outcomes
    report.print_table(outcomes, Console())
    if options.json:
        report.write_json(outcomes, target, Path(options.json))
    if options.junit:
        report.write_junit(outcomes, target, Path(options.junit), options.group)
    if options.report:
        certificate.write_page(findings, target, started, Path(options.report), options.group)
    return FAILED if report.failed_musts(outcomes) else PASSED


def _examine(options: argparse.Namespace) -> int:
    try:
        return exam.run(options)
    except ValueError as problem:
        raise UsageError(str(problem)) from problem


def _be_facility(options: argparse.Namespace) -> int:
    try:
        return facility.run(options)
    except ValueError as problem:
        raise UsageError(str(problem)) from problem


def _load(options: argparse.Namespace) -> int:
    try:
        plan = load.Plan(
            connections=options.connections,
            seconds=options.seconds,
            mix=load.mix_of(options.mix),
            idle=options.idle,
            rate=options.rate,
            seed=options.seed,
            deadline=options.deadline,
        )
    except ValueError as problem:
        raise UsageError(str(problem)) from problem
    figures = asyncio.run(load.generate(_target(options), plan))
    load.print_figures(figures, Console())
    if options.json:
        Path(options.json).write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    return PASSED if figures.is_clean else FAILED


def _chosen(options: argparse.Namespace) -> tuple[Case, ...]:
    try:
        levels = {Level(name.strip().upper()) for name in (options.level or ",".join(Level)).split(",")}
    except ValueError as problem:
        raise UsageError(f"--level: {problem}") from problem
    pattern = options.only or "*"
    every = GROUPS[options.group]
    cases = tuple(case for case in every if fnmatchcase(case.id, pattern) and case.level in levels)
    if not cases:
        raise UsageError("no case fits --only and --level")
    return cases


def _target(options: argparse.Namespace) -> Target:
    if not options.target:
        raise UsageError("--target is needed")
    try:
        target = target_at(options.target, _spoken(options))
    except TargetError as problem:
        raise UsageError(str(problem)) from problem
    given = {
        "tls": options.tls,
        "ca": options.ca,
        "certificate": options.cert,
        "key": options.key,
        "user": options.user,
        "password": options.password,
        "location": options.location,
        "other_user": options.other_user,
        "other_password": options.other_password,
        "institution": options.institution,
        "pin": options.pin,
        "patrons": options.patron and tuple(options.patron),
        "items": options.item and tuple(options.item),
        "offline_items": options.offline_item and tuple(options.offline_item),
        "pickups": options.pickup and tuple(options.pickup),
        "cases": options.fact and {**target.cases, **dict(map(_fact, options.fact))},
        "ncip": _responder(options, target.ncip),
        "sru": _endpoint(options, target.sru),
        "z3950": _searched(options, target.z3950),
    }
    return msgspec.structs.replace(
        target, **{name: value for name, value in given.items() if value is not None}
    )


def _spoken(options: argparse.Namespace) -> Spoken:
    """Return what is spoken at a target that is no file of facts."""
    if options.group == "z3950" and options.z3950 is None:
        return Spoken.Z3950
    return Spoken.SRU if options.group == "sru" else Spoken.NCIP


def _responder(options: argparse.Namespace, known: Ncip | None) -> Ncip | None:
    """Return what flags and facts say of NCIP; None if that is nothing."""
    flags = {
        "url": "ncip",
        "ca": "ca",
        "agency": "ncip_agency",
        "partner": "ncip_partner",
        "secret": "ncip_secret",
        "profile": "ncip_profile",
        "desk": "ncip_desk",
        "store_agency": "ncip_store_agency",
        "store_secret": "ncip_store_secret",
        "tcp": "ncip_tcp",
    }
    given = {name: getattr(options, flag, None) for name, flag in flags.items()}
    said = {name: value for name, value in given.items() if value is not None}
    if known is None and said.keys() <= {"ca"}:
        return None
    return checked(msgspec.structs.replace(known or Ncip(), **said))


def _endpoint(options: argparse.Namespace, known: Sru | None) -> Sru | None:
    """Return what flags and facts say of SRU; None if the flags say nothing."""
    given = {"url": getattr(options, "sru", None), "title": getattr(options, "sru_title", None)}
    said = {name: value for name, value in given.items() if value is not None}
    if getattr(options, "open", False):
        if known is None or not known.open_url:
            raise UsageError("--open: the facts name no https.sru_open")
        known = known.opened
        said.setdefault("url", known.url)
    if not said:
        return None
    if known is None and "url" not in said:
        raise UsageError("--sru-title: say where SRU is spoken, with --sru")
    return checked_sru(msgspec.structs.replace(known or Sru(url=""), **said))


def _searched(options: argparse.Namespace, known: Z3950 | None) -> Z3950 | None:
    """Return what flags and facts say of Z39.50; None if the flags say nothing."""
    where = getattr(options, "z3950", None)
    place = known if where is None else z3950_at(where)
    given = {name: getattr(options, f"z3950_{name}", None) for name in ("title", "user", "group", "password")}
    said = {name: value for name, value in given.items() if value is not None}
    if place is None and said:
        raise UsageError(f"--z3950-{min(said)}: say where Z39.50 is spoken, with --z3950")
    return place if place is None else msgspec.structs.replace(place, **said)


def _fact(text: str) -> tuple[str, str]:
    name, equals, barcode = text.partition("=")
    if not (name and equals and barcode):
        raise UsageError(f"--fact {text!r} is not NAME=TEXT")
    return name, barcode


def _known(path: str | None) -> Mapping[str, str]:
    """Read the file of known divergences; a case it names must exist, and each needs a reason."""
    if path is None:
        return {}
    try:
        themes = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise UsageError(f"--known: {problem}") from problem
    if not all(isinstance(cases, dict) for cases in themes.values()):
        raise UsageError("--known: write a table for each theme, a reason for each case")
    known = {f"{theme}.{name}": reason for theme, cases in themes.items() for name, reason in cases.items()}
    strangers = sorted(known.keys() - {case.id for cases in GROUPS.values() for case in cases})
    if strangers:
        raise UsageError("--known names no case of ours: " + ", ".join(strangers))
    if not all(isinstance(reason, str) and reason.strip() for reason in known.values()):
        raise UsageError("--known: each case needs a reason in words")
    return known


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _count_or_none(text: str) -> int:
    return int(text) and _count(text)


if __name__ == "__main__":
    sys.exit(main())
