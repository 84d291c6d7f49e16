"""`circdesk serve`: serve the library in a state directory, as a configuration says."""

from __future__ import annotations

import argparse
import asyncio
import errno
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from servers.app import Server, serve
from servers.configuration.reading import read_settings
from servers.configuration.settings import HttpsSettings, Settings, Sip2Settings, Z3950Settings
from servers.control.reload import Reread
from servers.lines.accept import CannotListen
from servers.log import set_up

STATE = Path("state")
CONFIGURATION = "circdesk.toml"
IN_USE = 3
"""Exit status when an address cannot be listened on."""

_NOT_OURS: Final[Mapping[int | None, str]] = {
    errno.EADDRINUSE: "is in use by another program; stop that, or choose another (port 0: any free one)",
    errno.EADDRNOTAVAIL: "is no address of this machine; choose another",
    errno.EACCES: "needs rights that this user has not; choose a port above 1023",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk serve`."""
    add_state_arguments(parser)
    add_listener_arguments(parser)


def add_state_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the records are, and the configuration they are served by."""
    parser.add_argument(
        "--state",
        type=Path,
        default=STATE,
        metavar="DIR",
        help=f"directory of the records and certificates (default: {STATE})",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"configuration (default: {CONFIGURATION} in the state directory, if there is one)",
    )


def add_listener_arguments(parser: argparse.ArgumentParser) -> None:
    """What `serve` and `demo` have in common."""
    parser.add_argument(
        "--sip2",
        type=address,
        metavar="HOST:PORT",
        help="where SIP2 over TLS listens; port 0 takes any free one",
    )
    parser.add_argument(
        "--https", type=address, metavar="HOST:PORT", help="where HTTPS listens: NCIP, health and metrics"
    )
    parser.add_argument("--z3950", type=address, metavar="HOST:PORT", help="where Z39.50 listens")
    parser.add_argument(
        "--loop", choices=("uvloop", "asyncio"), default="uvloop", help="the event loop (default: uvloop)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""

    def read() -> Settings:
        return at_addresses(settings_of(args), args)

    return run_server(read, args.state, args.loop, _say_ready)


def settings_of(args: argparse.Namespace) -> Settings:
    """What the configuration says."""
    path = args.config or args.state / CONFIGURATION
    return read_settings(path) if args.config or path.exists() else Settings()


def run_server(read: Reread, state: Path, loop: str, ready: Callable[[Server], None]) -> int:
    """Serve what ``read`` reads, now and at each reload, until SIGTERM or SIGINT; returns the exit status."""
    settings = read()
    set_up(settings.log)
    try:
        with asyncio.Runner(loop_factory=_loop_factory(loop)) as runner:
            return runner.run(serve(settings, state, ready, read))
    except CannotListen as error:
        if error.errno not in _NOT_OURS:
            raise
        how = _ways(settings)[error.filename]
        print(f"circdesk: {error.filename} {_NOT_OURS[error.errno]} {how}.", file=sys.stderr)
        return IN_USE


def at_addresses(settings: Settings, args: argparse.Namespace) -> Settings:
    """The settings with the addresses that were typed."""
    for name, listener in _listeners(settings).items():
        if (typed := getattr(args, name)) is not None:
            host, port = typed
            settings = replace(settings, **{name: replace(listener, host=host, port=port)})
            if name == "z3950":  # whoever names its address wants it
                settings = replace(settings, z3950=replace(settings.z3950, enabled=True))
    return settings


def _listeners(settings: Settings) -> Mapping[str, Sip2Settings | HttpsSettings | Z3950Settings]:
    """The listeners whose addresses can be typed, by their tables."""
    return {"sip2": settings.sip2, "https": settings.https, "z3950": settings.z3950}


def _ways(settings: Settings) -> Mapping[str, str]:
    """How another address is given to each listener, by the one it has."""
    ways = {
        f"{table.plain.host}:{table.plain.port}": f"in {name}.plain"
        for name, table in (
            ("sip2", settings.sip2),
            ("https", settings.https),
            ("ncip_tcp", settings.ncip_tcp),
        )
    }
    ways[f"{settings.ncip_tcp.host}:{settings.ncip_tcp.port}"] = "in ncip_tcp"
    ways[f"{settings.z3950.tls.host}:{settings.z3950.tls.port}"] = "in z3950.tls"
    typed = {f"{at.host}:{at.port}": f"with --{name} HOST:PORT" for name, at in _listeners(settings).items()}
    return ways | typed


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `[IPV6]:PORT` or `PORT`."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _loop_factory(loop: str) -> Callable[[], asyncio.AbstractEventLoop] | None:
    if loop == "asyncio":
        return None
    try:
        import uvloop
    except ImportError:
        print(
            "circdesk: uvloop is not installed; --loop asyncio does without it, more slowly.", file=sys.stderr
        )
        return None
    return uvloop.new_event_loop


def _say_ready(server: Server) -> None:
    where = {
        "SIP2 over TLS": server.sip2_address,
        "plain SIP2": server.sip2.plain,
        "HTTPS": server.https.address,
        "plain HTTP": server.https.plain,
        "Z39.50": server.z3950.address,
    }
    said = [f"{name} on {at.host}:{at.port}" for name, at in where.items() if at is not None]
    print(f"circdesk: {', '.join(said)}. Stop with Ctrl-C.", flush=True)
