"""Z39.50 under atheris, a fuzzer that looks for bytes which reach code that none has reached; run by hand:

    .venv/bin/python -m pip install atheris
    .venv/bin/python -m tests.protocols.z3950.fuzz -max_total_time=600

Rule: whatever comes, an APDU is read or is a `RemoteError`; what is read can be written, and what is written
is read and written again as it is (what is no ASCII is read where ASCII belongs, and not written there); and
an association never raises. Seeds are the golden APDUs.
"""

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # not among what the tests need

with atheris.instrument_imports(include=["protocols.z3950"]):
    from protocols.z3950 import codec, pqf
    from protocols.z3950.apdus import SearchRequest
    from protocols.z3950.charset import UTF_8
    from protocols.z3950.errors import RemoteError
    from protocols.z3950.rpn import RpnQuery
    from tests.protocols.z3950.catalogue import Catalogue
    from tests.protocols.z3950.golden import GOLDEN, WRITTEN

SEEDS = [codec.encode(apdu) for apdu, _ in (GOLDEN | WRITTEN).values()]


def try_one(data: bytes) -> None:
    """One input."""
    try:
        apdu = codec.decode(data, UTF_8)
    except RemoteError:
        pass
    else:
        written = codec.encode(apdu, UTF_8)
        assert codec.encode(codec.decode(written, UTF_8), UTF_8) == written
        if isinstance(apdu, SearchRequest) and isinstance(apdu.query, RpnQuery):
            pqf.write(apdu.query)
    catalogue = Catalogue()
    catalogue.talk(SEEDS[0])
    catalogue.talk(data)


def main() -> None:
    """Fuzz with the options of libFuzzer that are given, from the seeds on."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
