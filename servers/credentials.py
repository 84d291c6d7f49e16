"""Secrets and their slow hashes: the `core.ports.Credentials` of the server.

The rule it keeps: whoever guesses pays. A right answer is remembered for a while, so that a terminal that
sends its PIN with every message pays once; a wrong one never is, and an empty or broken hash costs as much as
a good one, so time tells nothing. No secret is kept, only a keyed digest of it that ends with the process.
"""

from __future__ import annotations

import asyncio
import binascii
import ctypes
import os
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b, scrypt
from hmac import compare_digest

from msgspec import Struct

SALT_BYTES = 16
DIGEST_BYTES = 32
LARGEST_WORK = 64 * 1024 * 1024
LARGEST_BLOCK = 32
_M_MMAP_THRESHOLD = -3


class Cost(Struct, frozen=True):
    """The parameters of scrypt (RFC 7914, 2). The default takes 16 MiB and 55 ms of the reference machine."""

    n: int = 2**14
    r: int = 8
    p: int = 1

    @property
    def memory(self) -> int:
        """The bytes that one hash of this cost needs."""
        return 128 * self.r * (self.n + self.p + 2)

    @property
    def payable(self) -> bool:
        """Whether scrypt takes these parameters, and a hash costs at most four times the default."""
        power_of_two = self.n > 1 and self.n & (self.n - 1) == 0
        return (
            power_of_two
            and 0 < self.r <= LARGEST_BLOCK
            and self.p > 0
            and 128 * self.n * self.r * self.p <= LARGEST_WORK
        )


class Hash(Struct, frozen=True):
    """A slow hash in its parts. As text: ``scrypt$n$r$p$salt$digest``, the last two in base64."""

    cost: Cost
    salt: bytes
    digest: bytes

    def __repr__(self) -> str:
        return "Hash(***)"

    @property
    def text(self) -> str:
        """The form that is stored and configured."""
        cost = self.cost
        return f"scrypt${cost.n}${cost.r}${cost.p}${_base64(self.salt)}${_base64(self.digest)}"


def read_hash(text: str) -> Hash | None:
    """The hash that the text stands for; None for anything else, and for a cost that nobody should pay."""
    kind, *parts = text.split("$")
    if kind != "scrypt" or len(parts) != 5 or not text.isascii():
        return None
    *numbers, salt, digest = parts
    if not all(number.isdecimal() and len(number) <= 8 for number in numbers):
        return None
    try:
        salt_bytes, digest_bytes = b64decode(salt, validate=True), b64decode(digest, validate=True)
    except binascii.Error:
        return None
    read = Hash(Cost(*map(int, numbers)), salt_bytes, digest_bytes)
    return read if read.text == text and read.cost.payable and len(read.digest) == DIGEST_BYTES else None


class ScryptCredentials:
    """Checks secrets in threads of its own, two by default, and remembers what was right."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        cost: Cost = Cost(),  # noqa: B008 (frozen)
        remember: float = 600.0,
        room: int = 10_000,
        threads: int = 2,
    ) -> None:
        """Remember at most ``room`` right answers, each for ``remember`` seconds of ``monotonic``."""
        _give_memory_back()
        self._monotonic = monotonic
        self._cost = cost
        self._remember = remember
        self._room = room
        self._threads = ThreadPoolExecutor(threads, "credentials")
        self._keyed = blake2b(key=os.urandom(32), digest_size=16)
        self._checks: dict[bytes, asyncio.Future[bool]] = {}  # those under way
        self._right: dict[bytes, float] = {}  # digest → when it ends, the oldest first
        self._decoy = Hash(cost, os.urandom(SALT_BYTES), os.urandom(DIGEST_BYTES))

    def known(self, secret: str, hashed: str) -> bool | None:
        """True if the pair was found right not long ago, else None: `verify` must run. Takes under 2 µs."""
        ends = self._right.get(self._pair(secret, hashed))
        return True if ends is not None and self._monotonic() < ends else None

    async def verify(self, secret: str, hashed: str) -> bool:
        """Whether the secret belongs to the hash; an empty or broken hash belongs to none.

        Who asks for a pair that is being checked waits for that check: all kiosks of a building may log in at
        once.
        """
        pair = self._pair(secret, hashed)
        check = self._checks.get(pair)
        if check is None:
            loop = asyncio.get_running_loop()
            check = loop.run_in_executor(self._threads, self._check, secret, hashed)
            self._checks[pair] = check
            check.add_done_callback(lambda _: self._checks.pop(pair))
        right = await asyncio.shield(check)
        if right:
            self._learn(pair)
        return right

    def hash(self, secret: str) -> str:
        """A new salted slow hash of the secret."""
        salt = os.urandom(SALT_BYTES)
        return Hash(self._cost, salt, _derive(secret, self._cost, salt)).text

    def close(self) -> None:
        """Let the threads go when they are done; checks that have not begun are cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, secret: str, hashed: str) -> bool:
        found = read_hash(hashed)
        against = found or self._decoy
        right = compare_digest(_derive(secret, against.cost, against.salt), against.digest)
        return right and found is not None

    def _learn(self, pair: bytes) -> None:
        now = self._monotonic()
        right = self._right
        right.pop(pair, None)
        while right and (len(right) >= self._room or next(iter(right.values())) <= now):
            del right[next(iter(right))]
        right[pair] = now + self._remember

    def _pair(self, secret: str, hashed: str) -> bytes:
        # The length keeps apart pairs that would be the same bytes joined.
        keyed = self._keyed.copy()
        keyed.update(b"%d:%b%b" % (len(hashed), hashed.encode("utf-8", "surrogatepass"), _bytes(secret)))
        return keyed.digest()


def _give_memory_back() -> None:
    """Let every large block of memory be the system's own, to be given back when it is freed.

    Having freed one, glibc would keep the next of up to 32 MiB for itself: scrypt's 16 MiB a thread, for good
    (mallopt(3), M_MMAP_THRESHOLD). Other C libraries do as they do.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 1 << 20)


def _derive(secret: str, cost: Cost, salt: bytes) -> bytes:
    return scrypt(
        _bytes(secret), salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=2 * cost.memory, dklen=DIGEST_BYTES
    )


def _bytes(secret: str) -> bytes:
    """The same secret typed on two keyboards is the same bytes (RFC 8265, 4.2.2: NFC)."""
    text = secret if secret.isascii() else unicodedata.normalize("NFC", secret)
    return text.encode("utf-8", "surrogatepass")


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
