"""JSON by Rust code that builds and reads str, int, float, dict, list, datetime and dataclass objects by their layout."""

import dataclasses
import datetime
import enum
import json
import uuid

import orjson


@dataclasses.dataclass
class Point:
    x: int
    y: float
    label: str | None = None


class Colour(enum.Enum):
    RED = "red"


value = {"a": [1, 2.5, None, True, "é\n\"\u20ac\U0001f600"], "big": 2**63, "small": -(2**63), "nested": [[{}], {"k": []}]}
assert orjson.loads(orjson.dumps(value)) == value == json.loads(orjson.dumps(value))
assert orjson.dumps(Point(1, 0.5)) == b'{"x":1,"y":0.5,"label":null}'
assert orjson.dumps([Colour.RED, uuid.UUID(int=1), datetime.date(2024, 2, 29)]) == b'["red","00000000-0000-0000-0000-000000000001","2024-02-29"]'
assert orjson.dumps(datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), option=orjson.OPT_UTC_Z) == b'"2024-01-01T00:00:00Z"'
assert orjson.dumps({"b": 1, "a": {3: 2}}, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS) == b'{"a":{"3":2},"b":1}'
assert orjson.dumps([1, {"a": 2}], option=orjson.OPT_INDENT_2).decode() == json.dumps([1, {"a": 2}], indent=2)
assert orjson.dumps({1, 2} - {2}, default=list) == b"[1]"
assert orjson.loads(memoryview(b'[0.1, 1e22, -0.0, 12345678901234567890]')) == [0.1, 1e22, -0.0, 12345678901234567890]
assert "".join(orjson.loads('["\\ud83d\\ude00", "\\u00e9"]')) == "\U0001f600é"
for bad in (b"[1,]", b"{", b"nul", b'"\xff"', b""):
    try:
        orjson.loads(bad)
    except json.JSONDecodeError as e:
        assert isinstance(e, orjson.JSONDecodeError) and e.pos >= 0
    else:
        raise AssertionError(bad)
try:
    orjson.dumps(object())
except TypeError as e:
    assert str(e) == "Type is not JSON serializable: object"
else:
    raise AssertionError("no TypeError")
many = [{"id": i, "name": f"name {i}", "ok": i % 2 == 0} for i in range(2000)]
assert orjson.loads(orjson.dumps(many)) == many
