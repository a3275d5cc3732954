"""Lists, tuples, dicts, sets, slices."""
l = [3, 1, 2]
l.sort(reverse=True)
l[1:2] = [7, 8]
print(l, l[::-1], l[-2:], l.index(7), l * 2, [*l, *"ab"])
del l[::2]
print(l, sorted({"b": 1, "a": 2}), sorted(["bb", "a", "ccc"], key=len))
d = {"a": 1, **{"b": 2}, "c": 3}
d |= {"d": 4}
print(d, d.pop("a"), d.get("zz"), d.setdefault("e", 5), list(d.items()), d.keys() & {"b", "q"})
for k in list(d):
    if d[k] % 2:
        del d[k]
print(d, dict.fromkeys("xy", 0), {1: 2} == {1.0: 2}, list(reversed(d)))
s = {1, 2, 3} | {3, 4}
print(sorted(s), s - {1}, s & {2, 9}, s ^ {1, 5}, {1} < s, frozenset([1]) in {frozenset([1])})
t = (1, 2, 3)
a, *b = t
(x, y), z = (1, 2), 3
print(a, b, x, y, z, t + (4,), t.count(1), (1, 2) < (1, 3))
print(list(range(10))[2:8:3], range(10)[-3], len(range(0, 100, 7)), 14 in range(0, 100, 7))
print(list(zip("ab", [1, 2])), list(enumerate("xy", 1)), list(map(str, [1, 2])), list(filter(None, [0, 1, "", "a"])))
for stmt in ("[][0]", "{}['x']", "(1,)[5]", "[1,2].index(9)", "{[]: 1}", "a, b = 1, 2, 3", "for i in 5: pass"):
    try:
        exec(stmt)
    except Exception as e:
        print(type(e).__name__, e)

# expect: [3, 7, 8, 1] [1, 8, 7, 3] [8, 1] 1 [3, 7, 8, 1, 3, 7, 8, 1] [3, 7, 8, 1, 'a', 'b']
# expect: [7, 1] ['a', 'b'] ['a', 'bb', 'ccc']
# expect: {'b': 2, 'c': 3, 'd': 4, 'e': 5} 1 None 5 [('b', 2), ('c', 3), ('d', 4), ('e', 5)] {'b'}
# expect: {'b': 2, 'd': 4} {'x': 0, 'y': 0} True ['d', 'b']
# expect: [1, 2, 3, 4] {2, 3, 4} {2} {2, 3, 4, 5} True True
# expect: 1 [2, 3] 1 2 3 (1, 2, 3, 4) 1 True
# expect: [2, 5] 7 15 True
# expect: [('a', 1), ('b', 2)] [(1, 'x'), (2, 'y')] ['1', '2'] [1, 'a']
# expect: IndexError list index out of range
# expect: KeyError 'x'
# expect: IndexError tuple index out of range
# expect: ValueError 9 is not in list
# expect: TypeError unhashable type: 'list'
# expect: ValueError too many values to unpack (expected 2)
# expect: TypeError 'int' object is not iterable
