import datetime

import msgpack
import msgpack._cmsgpack

data = {"a": [1, -2, 3.5, None, True], "b": b"\0\1", "n": 2**63, "d": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}
assert msgpack.unpackb(msgpack.packb(data, datetime=True), timestamp=3) == data
u = msgpack.Unpacker()
for byte in msgpack.packb([1, "x"]) + msgpack.packb({"k": 2}):
    u.feed(bytes([byte]))
assert list(u) == [[1, "x"], {"k": 2}]
assert msgpack.packb(1j, default=lambda c: [c.real, c.imag]) == msgpack.packb([0.0, 1.0])
