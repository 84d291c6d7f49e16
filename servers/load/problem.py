"""What ends a load before it begins.

What is wrong with a single record is a verdict (`servers.load.verdict`), never this.
"""

from __future__ import annotations


class LoadProblem(Exception):
    """The command cannot be obeyed: a file that cannot be opened, a mapping that does not fit.

    The text is for the operator.
    """
