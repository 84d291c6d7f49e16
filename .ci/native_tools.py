"""The native programs that the tests set against ours, and the Debian packages that bring them.

Rule: standard library only, as in environment.py. Nothing is installed that was not shown first.
"""

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """A program the tests start, the Debian package that has it, and what it is there for."""

    command: str
    package: str
    purpose: str


TOOLS = (
    Tool("stunnel", "stunnel4", "carries SIP2 to us over TLS as the self-checks of the field do"),
    Tool("haproxy", "haproxy", "a balancer before us, which tells for whom it calls by the PROXY protocol"),
    Tool("openssl", "openssl", "a TLS client that is not Python's; reads our certificates"),
    Tool("curl", "curl", "an HTTP client that is not Python's"),
    Tool("yaz-client", "yaz", "searches over SRU and Z39.50, as every library has"),
    Tool("zoomsh", "yaz", "the same through the library that most catalogues are built with"),
    Tool("yaz-ztest", "yaz", "a Z39.50 server that is not ours, for our client and for recorded talks"),
    Tool("zebrasrv", "idzebra-2.0", "another one, with an index"),
    Tool("chromium", "chromium", "a browser that shows the search page"),
    Tool("strace", "strace", "shows that an answer leaves after the disk has it"),
)


def package_of(command: str) -> str:
    """The Debian package that brings a program; KeyError for one that is not in the table."""
    return {tool.command: tool.package for tool in TOOLS}[command]


def install(*, asked: bool) -> str | None:
    """Install what is missing, after a yes unless ``asked`` already. Returns what went wrong, or None."""
    for tool in TOOLS:
        state = "ready" if shutil.which(tool.command) else "missing"
        print(f"{state:8} {tool.package:12} {tool.purpose}")
    missing = sorted({tool.package for tool in TOOLS if not shutil.which(tool.command)})
    if not missing:
        print("Every tool is there.")
        return None
    line = f"apt-get update && apt-get install -y --no-install-recommends {shlex.join(missing)}"
    if os.geteuid():
        line = f"sudo sh -c '{line}'"
    print(f"\n    {line}\n", flush=True)
    if not shutil.which("apt-get"):
        return "This system has no apt-get: install the packages' like with its own package manager."
    if os.geteuid() and not shutil.which("sudo"):
        return "You are not root and there is no sudo: ask whoever administers this machine to run that line."
    if not asked and not _agreed():
        return "Nothing was installed. (With -y the question is not asked.)"
    done = subprocess.run(
        ["/bin/sh", "-c", line], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False
    )
    return f"That line failed with status {done.returncode}." if done.returncode else None


def _agreed() -> bool:
    try:
        return input("Run this line? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:  # nobody is there to ask
        print()
        return False
