"""What every test may count on: hypothesis profiles, the tools and data it needs, and no silent skips.

Rule: a test that cannot run here says what it lacks; where REQUIRE_ALL=1 is set, that is a failure.
"""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

import native_tools

REPOSITORY = Path(__file__).resolve().parent.parent

hypothesis.settings.register_profile("default", deadline=None, max_examples=100)
# One submission is judged by the same examples however often it is tried.
hypothesis.settings.register_profile(
    "ci", parent=hypothesis.settings.get_profile("default"), derandomize=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real catalogue data: CIRCDESK_DATA, or where it usually lies beside the repository."""
    data = Path(os.environ.get("CIRCDESK_DATA") or REPOSITORY.parent / "shared" / "data")
    if not data.is_dir():
        pytest.skip(f"no real data: {data} is not a folder; set CIRCDESK_DATA")
    return data


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for command in (command for marker in item.iter_markers("needs_tool") for command in marker.args):
            package = native_tools.package_of(command)
            if not shutil.which(command):
                item.add_marker(pytest.mark.skip(f"no {command}; ./run tools installs package {package}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1, but this was skipped: {reason}"
