"""TLS: what a client may negotiate, who it is taken for, and a sentence for each bad file."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from servers.lines.tls import PeerIdentity, TlsProblem, expiry, peer_identity, server_context

AUTHORITY = trustme.CA()
Pair = tuple[Path, Path]
Ends = tuple[ssl.SSLObject, ssl.SSLObject]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return _write(AUTHORITY.issue_cert("localhost"), tmp_path, "server")


@pytest.fixture
def client_ca(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return path


def _write(issued: trustme.LeafCert, directory: Path, stem: str) -> Pair:
    cert, key = directory / f"{stem}.pem", directory / f"{stem}.key"
    cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    return cert, key


def _client_context(issued: trustme.LeafCert | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    if issued is not None:
        issued.configure_cert(context)
    return context


def _handshake(
    server_side: ssl.SSLContext, client_side: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> Ends:
    """Join both in memory until each has finished; what either refuses is raised."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    client = client_side.wrap_bio(to_client, to_server, server_hostname="localhost", session=session)
    for end in (client, server, client, server, client):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return server, client


class TestWhatIsNegotiated:
    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_tls_1_2_and_1_3_are_spoken_with_an_ephemeral_key_and_an_aead(
        self, pair: Pair, version: ssl.TLSVersion
    ) -> None:
        client_side = _client_context()
        client_side.minimum_version = client_side.maximum_version = version
        server, _ = _handshake(server_context(*pair), client_side)
        cipher = server.cipher()
        assert server.version() == version.name.replace("v1_", "v1.")
        assert cipher is not None
        assert cipher[0].startswith(("ECDHE-", "TLS_"))
        assert "GCM" in cipher[0] or "POLY1305" in cipher[0]
        assert server.compression() is None

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
    def test_tls_1_1_is_refused(self, pair: Pair) -> None:
        client_side = _client_context()
        client_side.set_ciphers("ALL:@SECLEVEL=0")
        client_side.minimum_version = client_side.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
            _handshake(server_context(*pair), client_side)

    def test_no_weak_cipher_that_openssl_can_offer_is_taken(self, pair: Pair) -> None:
        everything = _client_context()
        everything.maximum_version = ssl.TLSVersion.TLSv1_2
        everything.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        weak = [
            cipher["name"]
            for cipher in everything.get_ciphers()
            if not (cipher["name"].startswith("ECDHE") and cipher["aead"] and "CCM" not in cipher["name"])
        ]
        everything.set_ciphers(":".join([*weak, "@SECLEVEL=0"]))
        with pytest.raises(ssl.SSLError, match="NO_SHARED_CIPHER"):
            _handshake(server_context(*pair), everything)

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_a_session_is_resumed_from_one_ticket(self, pair: Pair, version: ssl.TLSVersion) -> None:
        server_side, client_side = server_context(*pair), _client_context()
        client_side.minimum_version = client_side.maximum_version = version
        session: ssl.SSLSession | None = None
        for resumed in (False, True):
            server, client = _handshake(server_side, client_side, session)
            server.write(b"x")
            assert client.read(1) == b"x"  # reads past the ticket that follows a TLS 1.3 handshake
            assert server.session_reused is resumed
            session = client.session
        assert server_side.num_tickets == 1

    @pytest.mark.needs_tool("openssl")
    def test_a_client_that_renegotiates_is_left_with_the_session_it_has(self, pair: Pair) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = threading.Thread(target=_drain_once, args=(listening, server_context(*pair)))
            serving.start()
            address = f"127.0.0.1:{listening.getsockname()[1]}"
            client = subprocess.run(
                ["openssl", "s_client", "-tls1_2", "-connect", address],
                input=b"R\n",
                capture_output=True,
                timeout=30,
                check=False,
            )
            serving.join()
        assert b"RENEGOTIATING" in client.stderr
        assert b"no renegotiation" in client.stderr


def _drain_once(listening: socket.socket, context: ssl.SSLContext) -> None:
    listening.settimeout(10)
    connection, _ = listening.accept()
    with context.wrap_socket(connection, server_side=True) as secured, suppress(OSError):
        while secured.recv(1024):  # until the client leaves, which it does in anger
            pass


class TestClientCertificates:
    def test_a_client_is_not_asked_without_an_authority(self, pair: Pair) -> None:
        server, _ = _handshake(server_context(*pair), _client_context(AUTHORITY.issue_cert("kiosk-1")))
        assert peer_identity(server) is None

    def test_a_client_may_come_without_one_where_it_is_optional(self, pair: Pair, client_ca: Path) -> None:
        server, _ = _handshake(server_context(*pair, client_ca), _client_context())
        assert peer_identity(server) is None

    def test_a_client_must_not_come_without_one_where_it_is_required(
        self, pair: Pair, client_ca: Path
    ) -> None:
        with pytest.raises(ssl.SSLError, match="PEER_DID_NOT_RETURN_A_CERTIFICATE"):
            _handshake(server_context(*pair, client_ca, require_client=True), _client_context())

    @pytest.mark.parametrize("required", [False, True])
    def test_a_client_is_known_by_name_dns_names_and_fingerprint(
        self, pair: Pair, client_ca: Path, required: bool
    ) -> None:
        issued = AUTHORITY.issue_cert("Kiosk-1.example.org", "10.0.0.1", common_name="Kiosk 1")
        server, _ = _handshake(server_context(*pair, client_ca, required), _client_context(issued))
        der = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).public_bytes(Encoding.DER)
        assert peer_identity(server) == PeerIdentity(
            "Kiosk 1", ("kiosk-1.example.org",), sha256(der).hexdigest()
        )

    @pytest.mark.parametrize("required", [False, True])
    def test_a_strangers_certificate_is_refused_even_where_none_would_do(
        self, pair: Pair, client_ca: Path, required: bool
    ) -> None:
        stranger = trustme.CA().issue_cert("kiosk-1")
        with pytest.raises(ssl.SSLCertVerificationError):
            _handshake(server_context(*pair, client_ca, required), _client_context(stranger))

    def test_an_expired_client_certificate_is_refused(self, pair: Pair, client_ca: Path) -> None:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        expired = AUTHORITY.issue_cert(
            "kiosk-1", not_before=yesterday - timedelta(days=9), not_after=yesterday
        )
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            _handshake(server_context(*pair, client_ca), _client_context(expired))

    def test_two_common_names_are_none(self, tmp_path: Path, pair: Pair) -> None:
        double = _self_signed(tmp_path, ec.generate_private_key(ec.SECP256R1()), "kiosk-1", "kiosk-2")
        client_side = _client_context()
        client_side.load_cert_chain(*double)
        server, _ = _handshake(server_context(*pair, client_ca=double[0]), client_side)
        identity = peer_identity(server)
        assert identity is not None
        assert (identity.common_name, identity.dns_names) == (None, ())

    def test_names_that_cannot_be_read_are_a_problem_and_nobodys_identity(
        self, tmp_path: Path, pair: Pair
    ) -> None:
        not_ascii = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x03\x82\x01\xff")
        odd = _self_signed(tmp_path, ec.generate_private_key(ec.SECP256R1()), "kiosk-1", extension=not_ascii)
        client_side = _client_context()
        client_side.load_cert_chain(*odd)
        server, _ = _handshake(server_context(*pair, client_ca=odd[0]), client_side)
        with pytest.raises(TlsProblem, match="cannot be read"):
            peer_identity(server)


def _self_signed(
    directory: Path,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    *common_names: str,
    extension: x509.ExtensionType | None = None,
) -> Pair:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each) for each in common_names])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=9))
    )
    if extension is not None:
        builder = builder.add_extension(extension, critical=False)
    cert_path, key_path = directory / "odd.pem", directory / "odd.key"
    cert_path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_path, key_path


Spoil = Callable[[Path, Path], object]


def _encrypt(cert: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")))


def _other_key(cert: Path, key: Path) -> None:
    _write(AUTHORITY.issue_cert("localhost"), key.parent, "other")
    shutil.copy(key.parent / "other.key", key)


class TestFilesThatWillNotDo:
    @pytest.mark.parametrize(
        ("spoil", "sentence"),
        [
            pytest.param(
                lambda cert, key: cert.unlink(), r"server\.pem does not exist: .*certs", id="no certificate"
            ),
            pytest.param(lambda cert, key: key.unlink(), r"server\.key does not exist", id="no key"),
            pytest.param(
                lambda cert, key: cert.write_text("x"),
                r"server\.pem holds no readable cert",
                id="bad certificate",
            ),
            pytest.param(
                lambda cert, key: key.write_text("x"), r"server\.key holds no readable private", id="bad key"
            ),
            pytest.param(
                lambda cert, key: (cert.unlink(), cert.mkdir()),
                r"server\.pem cannot be read",
                id="a directory",
            ),
            pytest.param(_encrypt, r"server\.key is encrypted.*decrypted", id="encrypted key"),
            pytest.param(_other_key, r"server\.pem and .*server\.key do not belong together", id="mismatch"),
        ],
    )
    def test_the_sentence_names_the_file_and_what_to_do(
        self, pair: Pair, spoil: Spoil, sentence: str
    ) -> None:
        spoil(*pair)
        with pytest.raises(TlsProblem, match=sentence):
            server_context(*pair)

    @pytest.mark.parametrize(
        ("days", "sentence"), [(-1, r"is not valid before .*clock"), (3, r"expired on \d{4}-\d\d-\d\d")]
    )
    def test_a_certificate_is_only_served_within_its_time(
        self, tmp_path: Path, days: int, sentence: str
    ) -> None:
        now = datetime.now(UTC)
        issued = AUTHORITY.issue_cert("localhost", not_before=now, not_after=now + timedelta(days=2))
        pair = _write(issued, tmp_path, "server")
        with (
            time_machine.travel(now + timedelta(days=days), tick=False),
            pytest.raises(TlsProblem, match=sentence),
        ):
            server_context(*pair)

    def test_a_key_openssl_finds_too_short_is_refused_with_its_reason(self, tmp_path: Path) -> None:
        short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        with pytest.raises(TlsProblem, match="EE_KEY_TOO_SMALL"):
            server_context(*_self_signed(tmp_path, short, "localhost"))

    @pytest.mark.parametrize("content", [b"", b"noise", "é".encode()])
    def test_an_authority_without_a_certificate_is_refused(self, pair: Pair, content: bytes) -> None:
        client_ca = pair[0].with_name("ca.pem")
        client_ca.write_bytes(content)
        with pytest.raises(TlsProblem, match=r"ca\.pem holds no readable certificate"):
            server_context(*pair, client_ca)

    def test_requiring_certificates_needs_an_authority(self, pair: Pair) -> None:
        with pytest.raises(TlsProblem, match="no authority is named"):
            server_context(*pair, require_client=True)


def test_a_certificate_says_when_it_expires(tmp_path: Path) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    certificate, _ = _write(AUTHORITY.issue_cert("localhost", not_after=end), tmp_path, "server")
    assert expiry(certificate) == end
