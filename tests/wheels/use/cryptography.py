from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

f = Fernet(Fernet.generate_key())
assert f.decrypt(f.encrypt(b"text")) == b"text"
h = hashes.Hash(hashes.SHA256())
h.update(b"abc")
assert h.finalize().hex().startswith("ba7816bf")
key = ed25519.Ed25519PrivateKey.generate()
key.public_key().verify(key.sign(b"m"), b"m")
try:
    key.public_key().verify(key.sign(b"m"), b"n")
    raise SystemExit("a wrong signature was taken")
except InvalidSignature:
    pass
assert AESGCM(bytes(16)).decrypt(bytes(12), AESGCM(bytes(16)).encrypt(bytes(12), b"d", b"a"), b"a") == b"d"
