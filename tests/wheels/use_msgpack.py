"""Packing and unpacking by the C module: all kinds of values, extension types, hooks, streams, bad input."""

import datetime
import io

import msgpack
from msgpack import _cmsgpack

assert msgpack.Packer is _cmsgpack.Packer and msgpack.Unpacker is _cmsgpack.Unpacker
value = {"a": [1, -1, 2**63, -(2**63), 2.5, None, True, "é" * 40, b"raw", {"deep": [[[]]]}], "n": list(range(300))}
assert msgpack.unpackb(msgpack.packb(value)) == value
assert msgpack.packb([1, -33, 300, "ab", b"c"]) == b"\x95\x01\xd0\xdf\xcd\x01,\xa2ab\xc4\x01c"
when = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.timezone.utc)
assert msgpack.unpackb(msgpack.packb(when, datetime=True), timestamp=3) == when
assert msgpack.unpackb(msgpack.packb(1 + 2j, default=lambda z: msgpack.ExtType(5, repr(z).encode())),
                       ext_hook=lambda code, data: (code, complex(data.decode()))) == (5, 1 + 2j)
assert msgpack.unpackb(msgpack.packb({"x": 1}), object_pairs_hook=tuple) == (("x", 1),)
stream = msgpack.Unpacker(io.BytesIO(b"".join(msgpack.packb({"i": i}) for i in range(1000))))
assert sum(m["i"] for m in stream) == 499500
feed = msgpack.Unpacker()
feed.feed(b"\x93\x01")
assert list(feed) == []
feed.feed(b"\x02\x03\x04")
assert list(feed) == [[1, 2, 3], 4]
for bad, error in ((b"\xc1", msgpack.FormatError), (b"\x92\x01", ValueError), (b"\x01\x02", msgpack.ExtraData), (b"\xa1\xff", UnicodeDecodeError)):
    try:
        msgpack.unpackb(bad)
    except error:
        pass
    else:
        raise AssertionError(bad)
try:
    msgpack.packb(object())
except TypeError as e:
    assert "can not serialize 'object' object" in str(e)
else:
    raise AssertionError("no TypeError")
