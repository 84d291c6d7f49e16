"""The repository's own promises: what the wheel holds, what the locks are, what no file says.

Rule: these look at files and at the two commands as a stranger meets them; nothing here needs a network.
"""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import environment
import native_tools

ROOT = environment.ROOT
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("core", "protocols", "servers", "conformance", "certs")
LOCKS = (environment.RUN_LOCK, environment.TEST_LOCK)

# Put together here, so that this file does not say them itself.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"py" r"pi\.org|python" r"hosted|registry\.npm" r"js|deb\.deb" r"ian\.org",  # registries move
            r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b",  # do it, or open an issue
            r"\b(?i:issue) #?[0-9]",  # a reason is written where it is needed, not behind a number
        )
    )
)


def our_texts() -> list[Path]:
    """Every file of the repository that people write and read."""
    folders = [ROOT / name for name in (*PACKAGES, "tests", ".ci")]
    found = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    return [path for path in found if path.is_file() and path.suffix in {"", ".py", ".md", ".toml", ".lock"}]


def pins(lock: Path) -> dict[str, tuple[str, int]]:
    """Each package of a lock with its version and the number of files it may come as."""
    entries = re.findall(r"^([\w.-]+)==(\S+)((?:[^\n]*\\\n)*[^\n]*)", lock.read_text(), re.MULTILINE)
    return {
        canonicalize_name(name): (version, text.count("--hash=sha256:")) for name, version, text in entries
    }


def needs(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built as a packager without a network would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def run(*command: str, cwd: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


class TestWheel:
    def test_it_holds_every_file_of_the_packages(self, wheel: zipfile.ZipFile) -> None:
        ours = {
            str(path.relative_to(ROOT))
            for package in PACKAGES
            for path in (ROOT / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert {name for name in wheel.namelist() if ".dist-info/" not in name} == ours

    def test_it_brings_both_commands(self, wheel: zipfile.ZipFile) -> None:
        (entries,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
        lines = wheel.read(entries).decode().split("\n")
        assert "circdesk = servers.cli:main" in lines
        assert "circdesk-conformance = conformance.cli:main" in lines

    def test_it_carries_the_licence(self, wheel: zipfile.ZipFile) -> None:
        assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
    def test_a_lock_pins_every_package_by_hash_and_names_no_place(self, lock: Path) -> None:
        assert all(files >= 1 for _, files in pins(lock).values())
        assert pins(lock).keys() == needs(re.findall(r"^[^\s#][^\s=]*", lock.read_text(), re.MULTILINE))
        assert not re.search(r"//|(^|\s)[-/~]\w", re.sub(r"# .*", "", lock.read_text()))

    def test_what_the_program_imports_is_locked(self) -> None:
        assert needs(PYPROJECT["project"]["dependencies"]) <= pins(environment.RUN_LOCK).keys()

    def test_what_the_tests_need_is_locked(self) -> None:
        assert needs(PYPROJECT["dependency-groups"]["test"]) <= pins(environment.TEST_LOCK).keys()

    def test_the_tests_run_on_the_versions_that_the_program_runs_on(self) -> None:
        program, tests = pins(environment.RUN_LOCK), pins(environment.TEST_LOCK)
        both = program.keys() & tests.keys()
        assert {name: tests[name] for name in both} == {name: program[name] for name in both}


class TestCommands:
    @pytest.mark.parametrize("command", ["run", "test"])
    def test_an_old_python_is_told_so_in_one_sentence(self, command: str) -> None:
        start = f"runpy.run_path({command!r}, run_name='__main__')"
        done = run(sys.executable, "-c", f"import sys, runpy; sys.version_info = (3, 9, 2); {start}")
        assert done.returncode == 1
        assert re.fullmatch(r"circdesk needs Python 3\.11 or newer; this is 3\.9 \(.+\)\.\n", done.stderr)

    @pytest.mark.parametrize("command", ["run", "test"])
    def test_a_bare_python_gives_help_without_making_anything(self, command: str, tmp_path: Path) -> None:
        place = tmp_path / "environment"
        done = run(sys.executable, "-I", "-S", command, "--help", CIRCDESK_VENV=str(place))
        assert done.returncode == 0, done.stderr
        assert f"usage: ./{command}" in done.stdout
        assert not place.exists()

    def test_a_folder_that_holds_something_else_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "letter").write_text("dear reader")
        done = run(sys.executable, "run", CIRCDESK_VENV=str(tmp_path))
        assert done.returncode == 1
        assert "was not made by this command" in done.stderr
        assert (tmp_path / "letter").read_text() == "dear reader"

    def test_where_no_folder_can_be_the_way_out_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = run(sys.executable, "run", CIRCDESK_VENV=str(tmp_path / "file" / "a" / "b"))
        assert done.returncode == 1
        assert "Point CIRCDESK_VENV at a folder that you may write to." in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.skipif(Path(sys.prefix) != environment.folder(), reason="not run by ./test")
    def test_a_ready_environment_has_the_project_under_its_name(self) -> None:
        done = run(sys.executable, "-c", "import importlib.metadata as m; print(m.version('circdesk'))")
        assert done.stdout.strip() == PYPROJECT["project"]["version"]

    def test_what_is_missing_is_shown_and_nothing_installed_without_a_yes(self, tmp_path: Path) -> None:
        done = run(sys.executable, "run", "tools", PATH=str(tmp_path))
        assert done.returncode == 1
        assert all(f"missing  {tool.package}" in done.stdout for tool in native_tools.TOOLS)


class TestSkips:
    @pytest.fixture
    def suite(self, tmp_path: Path) -> Path:
        """A suite of one test, which skips, under our conftest."""
        (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
        (tmp_path / "test_one.py").write_text(
            "import pytest\n\ndef test_one():\n    pytest.skip('no moon')\n"
        )
        return tmp_path

    def test_a_skip_is_listed_with_its_reason(self, suite: Path) -> None:
        done = run(
            sys.executable, "-m", "pytest", "-rs", cwd=suite, PYTHONPATH=str(ROOT / ".ci"), REQUIRE_ALL=""
        )
        assert done.returncode == 0, done.stdout
        assert "no moon" in done.stdout

    def test_a_skip_fails_where_every_test_is_required(self, suite: Path) -> None:
        done = run(sys.executable, "-m", "pytest", cwd=suite, PYTHONPATH=str(ROOT / ".ci"), REQUIRE_ALL="1")
        assert done.returncode == 1, done.stdout
        assert "REQUIRE_ALL=1, but this was skipped: Skipped: no moon" in done.stdout


class TestFiles:
    def test_no_file_says_a_forbidden_word(self) -> None:
        said = [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for path in our_texts()
            for match in FORBIDDEN.finditer(path.read_text(errors="replace"))
        ]
        assert said == []

    def test_test_folders_are_no_packages(self) -> None:
        assert list((ROOT / "tests").rglob("__init__.py")) == []
