"""Multi-dicts in C: order, case-insensitive keys, views, proxies, changes while iterating, pickling."""

import gc
import pickle

import multidict
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy, istr
from multidict import _multidict

assert MultiDict is _multidict.MultiDict and istr is _multidict.istr
d = CIMultiDict([("Accept", "a"), ("X", "1"), ("ACCEPT", "b")])
assert d["accept"] == "a" and d.getall("aCCept") == ["a", "b"] and len(d) == 3 and [v for _, v in d.items()] == ["a", "1", "b"]
d.add("x", "2")
assert d.popall("X") == ["1", "2"] and sorted(d.values()) == ["a", "b"]
d["accept"] = "c"
assert [(k.lower(), v) for k, v in d.items()] == [("accept", "c")]
m = MultiDict(a=1)
m.extend([("b", 2), ("a", 3)])
m.update({"b": 5})
assert m == MultiDict([("a", 1), ("b", 5), ("a", 3)]) and m.popone("a") == 1 and m.setdefault("z", 9) == 9
proxy = MultiDictProxy(m)
m.add("later", 0)
assert "later" in proxy and not hasattr(proxy, "add") and CIMultiDictProxy(d)["ACCEPT"] == "c"
assert pickle.loads(pickle.dumps(m)) == m and repr(MultiDict(a="x")) == "<MultiDict('a': 'x')>"
try:
    for key in m:
        m.add(key + "'", 1)
except RuntimeError as e:
    assert "changed during iteration" in str(e)
else:
    raise AssertionError("no RuntimeError")
try:
    m["nothing"]
except KeyError as e:
    assert e.args == ("nothing",)
else:
    raise AssertionError("no KeyError")
assert istr("Key") == "Key" and isinstance(istr("a"), str) and multidict.getversion(m) != multidict.getversion(MultiDict())
big = MultiDict((str(i % 100), i) for i in range(5000))
assert sum(big.getall("7")) == sum(range(7, 5000, 100))
m.add("self", m)
del m, proxy
gc.collect()
