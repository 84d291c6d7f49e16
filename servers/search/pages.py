"""Pages as bytes: what was found, put into the templates.

The rule it keeps: templates decide nothing and fetch nothing, and everything that goes into one is escaped.
"""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

STYLE: Final = (files(__package__) / "catalogue.css").read_bytes()
ICON: Final = (files(__package__) / "catalogue.svg").read_bytes()

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def render(template: str, **said: Any) -> bytes:
    """A page."""
    return _ENVIRONMENT.get_template(template).render(**said).encode()


def day(value: date) -> str:
    """A day as people write it."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def clock(moment: datetime) -> str:
    """The time of the day."""
    return f"{moment:%H:%M:%S}"


def counted(number: int, one: str, many: str) -> str:
    """A number with what it counts."""
    return f"{number:,} {one if number == 1 else many}"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(day=day, clock=clock, counted=counted)
    return made


_ENVIRONMENT: Final = _environment()
