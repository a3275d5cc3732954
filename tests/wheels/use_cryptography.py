"""Hashes, ciphers, key derivation, signatures, certificates: Rust modules and the library inside the wheel."""

import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

digest = hashes.Hash(hashes.SHA256())
digest.update(b"abc")
assert digest.finalize().hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
kdf = PBKDF2HMAC(algorithm=hashes.SHA256(), length=16, salt=b"salt", iterations=2)
assert kdf.derive(b"password").hex() == "ae4d0c95af6b46d32d0adff928f06dd0"

f = Fernet(Fernet.generate_key())
assert f.decrypt(f.encrypt(b"secret")) == b"secret"
try:
    f.decrypt(b"nonsense")
except InvalidToken:
    pass
else:
    raise AssertionError("no InvalidToken")
box = AESGCM(bytes(16))
sealed = box.encrypt(bytes(12), b"text", b"more")
assert box.decrypt(bytes(12), sealed, b"more") == b"text"
try:
    box.decrypt(bytes(12), sealed, b"less")
except InvalidTag:
    pass
else:
    raise AssertionError("no InvalidTag")

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.MAX_LENGTH)
signature = key.sign(b"message", pss, hashes.SHA256())
key.public_key().verify(signature, b"message", pss, hashes.SHA256())
try:
    key.public_key().verify(signature, b"other", pss, hashes.SHA256())
except InvalidSignature:
    pass
else:
    raise AssertionError("no InvalidSignature")
pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw"))
assert serialization.load_pem_private_key(pem, b"pw").private_numbers() == key.private_numbers()
signer = ed25519.Ed25519PrivateKey.generate()
signer.public_key().verify(signer.sign(b"x"), b"x")
one, two = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
assert one.exchange(ec.ECDH(), two.public_key()) == two.exchange(ec.ECDH(), one.public_key())

name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.org")])
start = datetime.datetime(2024, 1, 1)
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(one.public_key()).serial_number(77)
               .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=30))
               .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.org")]), critical=False).sign(one, hashes.SHA256()))
again = x509.load_pem_x509_certificate(certificate.public_bytes(serialization.Encoding.PEM))
assert again.serial_number == 77 and again.subject.rfc4514_string() == "CN=example.org"
assert again.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == ["example.org"]
