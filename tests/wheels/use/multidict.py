from multidict import CIMultiDict, MultiDict, istr

d = CIMultiDict([("Key", 1), ("key", 2)])
assert d.getall("KEY") == [1, 2] and d["kEy"] == 1 and istr("x") == "x"
d.add("other", 3)
assert list(d.items())[-1] == ("other", 3) and d.popall("key") == [1, 2] and len(d) == 1
m = MultiDict(a=1)
p = d.copy()
m.extend({"b": 2})
assert sorted(m) == ["a", "b"] and p == d and "zz" not in m and m.get("q", 7) == 7
