import dataclasses
import datetime
import uuid

import orjson


@dataclasses.dataclass
class P:
    x: int
    y: str


d = {"p": P(1, "é"), "t": datetime.datetime(2024, 1, 2, 3), "u": uuid.UUID(int=5), "f": [1.5, None, True]}
text = orjson.dumps(d, option=orjson.OPT_SORT_KEYS)
assert text.startswith(b'{"f":[1.5,null,true],"p":{"x":1,"y":"\xc3\xa9"}') and orjson.loads(text)["u"].endswith("05")
try:
    orjson.loads("[1,")
except orjson.JSONDecodeError as e:
    assert e.pos == 3, e.pos
assert orjson.dumps({1: 2}, option=orjson.OPT_NON_STR_KEYS) == b'{"1":2}'
