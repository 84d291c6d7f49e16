"""certs/files.py: whole files or none, and keys for their owner alone."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from certs.error import CertificateError
from certs.files import certificate_directory, read_certificate, read_key, write_key


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_key_is_created_for_its_owner_alone_whatever_the_umask(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[int, int]] = []
    real_open = os.open

    def recorded_open(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = real_open(path, flags, mode)
        opened.append((flags, stat.S_IMODE(os.fstat(descriptor).st_mode)))
        return descriptor

    monkeypatch.setattr(os, "open", recorded_open)
    umask = os.umask(0)
    try:
        write_key(tmp_path / "a.key", key)
    finally:
        os.umask(umask)
    [(flags, mode_at_birth)] = opened
    assert flags & os.O_EXCL
    assert flags & os.O_CREAT
    assert mode_at_birth == 0o600
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600


def test_a_written_key_is_read_back(tmp_path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    write_key(tmp_path / "a.key", key)
    read = read_key(tmp_path / "a.key")
    assert read is not None
    assert read.private_numbers() == key.private_numbers()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.key"
    write_key(path, key)
    before = path.read_bytes()

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(CertificateError, match="No space left on device"):
        write_key(path, ec.generate_private_key(ec.SECP256R1()))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_does_not_exist_is_none(tmp_path: Path) -> None:
    assert read_key(tmp_path / "a.key") is None
    assert read_certificate(tmp_path / "a.pem") is None


@pytest.mark.parametrize(
    "content", [b"", b"noise", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
@pytest.mark.parametrize("read", [read_key, read_certificate])
def test_a_damaged_file_is_reported_by_name(
    tmp_path: Path, content: bytes, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "a.pem"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(CertificateError, match=r"a\.pem is damaged.*move it away"):
        read(path)


def test_an_encrypted_key_is_refused_without_asking_for_a_password(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey
) -> None:
    path = tmp_path / "a.key"
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    with pytest.raises(CertificateError, match="encrypted"):
        read_key(path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.touch(mode=0o600)
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(foreign.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(CertificateError, match="not one of the authority's keys"):
        read_key(path)


def test_a_key_others_may_open_is_refused_with_the_command_that_closes_it(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey
) -> None:
    path = tmp_path / "a.key"
    write_key(path, key)
    path.chmod(0o640)
    with pytest.raises(CertificateError, match="chmod 600"):
        read_key(path)


def test_what_cannot_be_read_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="cannot be read"):
        read_certificate(tmp_path)


def test_a_state_directory_that_cannot_be_is_reported(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with (
        pytest.raises(CertificateError, match="choose another --state"),
        certificate_directory(tmp_path / "state"),
    ):
        pytest.fail("there is no such directory")
