"""Makes the environment of ./run and ./test: a virtual environment that holds exactly what a lock file names.

Rule: standard library only. This runs on a bare system, before anything at all is installed.

The environment is `.venv` beside the two commands, or wherever CIRCDESK_VENV says. Its mark file names the
locks that are wholly installed; it is written last, so a making that was interrupted is done again. Of
commands started together one makes it, and the others wait.
"""

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "tests" / "requirements.lock"

# Settings that would make pip install elsewhere than into the environment, or find there what is not in it.
DIVERTING = ("PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH")

# What a failure says, and what to do then. The first that fits is told.
ADVICE = {
    r"No space left|quota exceeded": "Make room, or point CIRCDESK_VENV at a folder on a larger disk.",
    r"Permission denied|Read-only|Not a directory": "Point CIRCDESK_VENV at a folder that you may write to.",
    r"(?i)certificate.verif": "Install ca-certificates, or name your proxy's own authority in PIP_CERT.",
    r"DO NOT MATCH THE HASHES": "These are not the files that were locked: check which index pip uses.",
    r"(?i)resolv|resolution|connect|timed? ?out|unreachable": "Check network and proxy, then run this again.",
    r"No matching distribution": "Use CPython 3.11 to 3.14 on Linux with glibc, on x86-64 or ARM64.",
    r"No module named": "Install the whole of Python's standard library (on Debian: apt install python3).",
}


def folder() -> Path:
    """Where the environment is or shall be."""
    return Path(os.environ.get("CIRCDESK_VENV") or ROOT / ".venv").absolute()


def ready(*locks: Path) -> bool:
    """Whether the environment holds these locks as they stand today, for this interpreter and this place."""
    wanted = [_fingerprint(lock) for lock in locks]
    return _python().exists() and _installed()[: len(wanted)] == wanted


def ensure(*locks: Path) -> None:
    """Return when the environment holds these locks; if that fails, end the program with a word of advice."""
    if ready(*locks):
        return
    try:
        folder().parent.mkdir(parents=True, exist_ok=True)
        with _alone():
            if not ready(*locks):  # another command may have made it while this one waited
                _make(locks)
    except OSError as error:
        _give_up(f"The environment could not be made: {error}.", str(error))
    except KeyboardInterrupt:
        _give_up("\nInterrupted. Run this again to go on.")


def _python() -> Path:
    return folder() / "bin" / "python"


def _mark() -> Path:
    return folder() / "circdesk-environment"


def _installed() -> list[str]:
    try:
        return _mark().read_text().split()
    except FileNotFoundError:
        return []


class _Project(NamedTuple):
    name: str
    version: str
    scripts: dict[str, str]


def _project() -> _Project:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return _Project(project["name"], project["version"], project["scripts"])


def _fingerprint(lock: Path) -> str:
    rest = (sys.implementation.cache_tag, sys.base_prefix, ROOT, folder(), _project())
    return hashlib.sha256(lock.read_bytes() + repr(rest).encode()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    with folder().with_name(folder().name + ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Waiting for another command that is making the environment ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(locks: tuple[Path, ...]) -> None:
    wanted = [_fingerprint(lock) for lock in locks]
    present = _installed()
    if not present or present != wanted[: len(present)] or not _python().exists():
        present = []
        _lay_anew()
    for lock in locks[len(present) :]:
        _install(lock)
    _mark().write_text("\n".join(wanted))


def _lay_anew() -> None:
    home = folder()
    if home.is_dir() and any(home.iterdir()):
        if not _mark().exists():
            _give_up(
                f"{home} was not made by this command. Move it away, or set CIRCDESK_VENV to another folder."
            )
        shutil.rmtree(home)
    _say(f"Making the environment in {home} (only this once) ...")
    home.mkdir(exist_ok=True)
    _mark().touch()
    _must(sys.executable, "-m", "venv", "--without-pip", str(home))
    _introduce_project()


def _introduce_project() -> None:
    """Put in what an editable installation would: the path of the code, its name and version, its commands.

    Written here because an editable installation would want a build tool on every machine that runs circdesk.
    """
    project = _project()
    (site,) = folder().glob("lib/python*/site-packages")
    (site / f"{project.name}.pth").write_text(f"{ROOT}\n")
    about = site / f"{project.name}-{project.version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project.name}\nVersion: {project.version}\n"
    )
    for command, entry in project.scripts.items():
        module, function = entry.split(":")
        script = folder() / "bin" / command
        # The shell reads lines 2 and 3 as a command (a first line cannot hold a path with a space),
        # and Python reads them as a string. Processes that a command starts read the script once more, as
        # another module than `__main__`.
        script.write_text(
            f"#!/bin/sh\n'''exec' '{_python()}' \"$0\" \"$@\"\n' '''\n"
            f"import sys\nfrom {module} import {function}\n"
            f'if __name__ == "__main__":\n    sys.exit({function}())\n'
        )
        script.chmod(0o755)


def _install(lock: Path) -> None:
    name = lock.relative_to(ROOT)
    total = sum(line[:1].isalnum() for line in lock.read_text().splitlines())
    options = ("--require-hashes", "--only-binary=:all:", "--no-input", "--disable-pip-version-check")
    command = [*_pip(), "install", *options, "-r", str(lock)]
    said: list[str] = []
    collected = 0
    with subprocess.Popen(
        command, env=_undiverted(), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, text=True
    ) as pip:
        assert pip.stdout
        for line in pip.stdout:
            said.append(line)
            collected += line.startswith(("Collecting ", "Processing "))
            _progress(f"{name}: {collected} of {total}" + (", installing" if line.startswith("Inst") else ""))
    _progress("")
    if pip.returncode:
        _give_up(f"pip could not install {name}.", "".join(said))


def _pip() -> list[str]:
    """The command of a pip that installs into the environment, from the nearest source that has one."""
    inside = [str(_python()), "-m", "pip"]
    if _works(*inside, "--version") or _works(str(_python()), "-m", "ensurepip"):
        return inside
    outside = [sys.executable, "-m", "pip", "--python", str(_python())]
    if _works(*outside, "--version"):
        return outside
    _unpack_debian_pip()
    return inside


def _unpack_debian_pip() -> None:
    """Put pip into the environment from the Debian package of its wheel, which any user may unpack."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        _give_up(
            "This Python has no pip. Install your system's package of pip or of venv, and run this again."
        )
    _say("This Python has no pip: taking the one that Debian keeps in python3-pip-whl ...")
    with tempfile.TemporaryDirectory() as scratch:
        # Run by root, apt would give up its rights first, and with them its way into the scratch folder.
        apt = ["apt-get", "-q", "-o", "APT::Sandbox::User=root"]
        fetch = ["download", "python3-pip-whl"]
        if not _works(*apt, *fetch, cwd=scratch):
            # The system's package lists are absent, stale or not for us to read: fetch lists of our own.
            apt += ["-o", f"Dir::State::lists={scratch}/lists", "-o", f"Dir::Cache={scratch}/cache"]
            apt += ["-o", "Acquire::Languages=none"]
            for place in ("lists", "cache/archives"):
                Path(scratch, place, "partial").mkdir(parents=True)
            _must(*apt, "update", "-o", "APT::Update::Error-Mode=any", cwd=scratch)
            _must(*apt, *fetch, cwd=scratch)
        (package,) = Path(scratch).glob("*.deb")
        _must("dpkg-deb", "-x", str(package), scratch)
        (wheel,) = Path(scratch).glob("usr/share/python-wheels/pip-*.whl")
        _must(str(_python()), str(wheel / "pip"), "install", "--no-index", "--no-input", str(wheel))


def _undiverted() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in DIVERTING}


def _run(*command: str, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=_undiverted(), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, text=True, check=False
    )


def _works(*command: str, cwd: str | None = None) -> bool:
    return _run(*command, cwd=cwd).returncode == 0


def _must(*command: str, cwd: str | None = None) -> None:
    done = _run(*command, cwd=cwd)
    if done.returncode:
        _give_up(f"This failed: {shlex.join(command)}.", done.stdout)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _progress(state: str) -> None:
    """Show a state in place of the last one, if a person is looking."""
    if sys.stderr.isatty():
        print(f"\r\033[K{state}", end="", file=sys.stderr, flush=True)


def _give_up(sentence: str, details: str = "") -> NoReturn:
    """End the program with the last lines of the details, what did not work, and what to do about it."""
    said = "".join(f"  {line}\n" for line in details.splitlines()[-12:])
    advice = next((advice for pattern, advice in ADVICE.items() if re.search(pattern, details)), "")
    raise SystemExit(f"{said}{sentence} {advice}".rstrip())
