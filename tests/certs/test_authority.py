"""certs/authority.py: made once, loaded ever after, and plain words when its files are not right."""

import multiprocessing
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography import x509

from certs.authority import AUTHORITY_LIFETIME, ensure_authority
from certs.error import CertificateError
from certs.issue import ensure_server


def test_it_is_made_once_and_loaded_later(tmp_path: Path) -> None:
    first, second = ensure_authority(tmp_path), ensure_authority(tmp_path)
    assert second.certificate == first.certificate
    assert second.path == tmp_path / "certs" / "ca.pem"
    assert stat.S_IMODE((tmp_path / "certs" / "ca.key").stat().st_mode) == 0o600


def test_two_authorities_differ_in_name_key_and_serial_number(tmp_path: Path) -> None:
    one, other = (ensure_authority(tmp_path / name).certificate for name in ("one", "other"))
    assert one.subject != other.subject
    assert one.public_key() != other.public_key()
    assert one.serial_number != other.serial_number


def test_it_may_sign_certificates_but_no_further_authority(tmp_path: Path) -> None:
    certificate = ensure_authority(tmp_path).certificate
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature


def test_it_lasts_ten_years(tmp_path: Path) -> None:
    certificate = ensure_authority(tmp_path).certificate
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(0) <= AUTHORITY_LIFETIME - left < timedelta(minutes=5)


def test_its_key_does_not_show_in_its_representation(tmp_path: Path) -> None:
    assert "key=" not in repr(ensure_authority(tmp_path))


@pytest.mark.needs_tool("openssl")
def test_a_lost_certificate_is_made_again_from_the_key_and_what_was_issued_still_verifies(
    tmp_path: Path,
) -> None:
    server = ensure_server(tmp_path)
    before = ensure_authority(tmp_path)
    before.path.unlink()
    after = ensure_authority(tmp_path)
    assert after.certificate.subject == before.certificate.subject
    subprocess.run(
        ["openssl", "verify", "-x509_strict", "-CAfile", after.path, server.certificate],
        check=True,
        capture_output=True,
    )


def test_a_lost_key_is_reported_with_both_ways_out(tmp_path: Path) -> None:
    ensure_authority(tmp_path)
    (tmp_path / "certs" / "ca.key").unlink()
    with pytest.raises(CertificateError, match=r"ca\.key is missing.*from a copy.*new authority"):
        ensure_authority(tmp_path)


def test_files_of_two_authorities_are_not_taken_for_one(tmp_path: Path) -> None:
    ensure_authority(tmp_path)
    ensure_authority(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "certs" / "ca.pem", tmp_path / "certs" / "ca.pem")
    with pytest.raises(CertificateError, match="do not belong together"):
        ensure_authority(tmp_path)


def test_an_expired_authority_is_reported_with_its_date(tmp_path: Path) -> None:
    end = ensure_authority(tmp_path).certificate.not_valid_after_utc
    with (
        time_machine.travel(end + timedelta(days=1), tick=False),
        pytest.raises(CertificateError, match=f"expired on {end:%Y-%m-%d}"),
    ):
        ensure_authority(tmp_path)


def test_processes_that_start_together_make_one_authority(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        serial_numbers = set(pool.map(_serial_number, [tmp_path] * 6))
    assert len(serial_numbers) == 1


def _serial_number(state_dir: Path) -> int:
    return ensure_authority(state_dir).certificate.serial_number
