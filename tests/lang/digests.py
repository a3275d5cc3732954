"""hashlib: digests of data of all lengths around a block, the library's against our own."""
import _blake2
import _hashlib
import _md5
import _sha1
import _sha2
import _sha3
import hashlib

ours = dict(md5=_md5.md5, sha1=_sha1.sha1, sha224=_sha2.sha224, sha256=_sha2.sha256, sha384=_sha2.sha384, sha512=_sha2.sha512,
            sha3_224=_sha3.sha3_224, sha3_256=_sha3.sha3_256, sha3_384=_sha3.sha3_384, sha3_512=_sha3.sha3_512,
            blake2b=_blake2.blake2b, blake2s=_blake2.blake2s)
data = bytes(i * 7 & 255 for i in range(600))
different = 0
for name, new in ours.items():
    for n in range(600):
        pieces = new(data[: n // 3])
        pieces.update(data[n // 3 : n])
        library = _hashlib.new(name, data[:n]).digest()
        different += new(data[:n]).digest() != library or pieces.digest() != library
for n in range(600):
    different += _sha3.shake_128(data[:n]).digest(n) != _hashlib.openssl_shake_128(data[:n]).digest(n)
    different += _sha3.shake_256(data[:n]).digest(n) != _hashlib.openssl_shake_256(data[:n]).digest(n)
print(different, hashlib.sha3_256 is _hashlib.openssl_sha3_256, hashlib.new("blake2b", b"x").name)
for name in "nope", "x" * 1000, "\0", "md5\0":
    try:
        _hashlib.new(name)
    except ValueError as e:
        print(type(e).__name__)

# expect: 0 True blake2b
# expect: UnsupportedDigestmodError
# expect: UnsupportedDigestmodError
# expect: ValueError
# expect: ValueError
