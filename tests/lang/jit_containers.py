"""Loops over dicts, sets, lists and strings: values, identities, counts and deaths are as they should be."""
import sys
import weakref

log = []


class Dies:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append(self.name)


class Odd:
    """Equal to everything with its hash, and says so."""
    def __init__(self, h):
        self.h = h

    def __hash__(self):
        return self.h

    def __eq__(self, other):
        log.append("eq")
        return True


class Plain:
    pass


def said():
    out = log[:]
    log.clear()
    return out


# ---- dicts

def count_words(words, n):
    d = {}
    for _ in range(n):
        for w in words:
            if w in d:
                d[w] += 1
            else:
                d[w] = 1
    return d


def count_numbers(n):
    d = {}
    for i in range(n):
        k = i * 7 % 13
        d[k] = d.get(k, 0) + 1000000
    return d


def keys_of_many_kinds(keys, n):
    d, hits = {}, 0
    for i in range(n):
        k = keys[i % len(keys)]
        hits += k in d
        d[k] = i
    return len(d), hits


def lookup_missing(d, n):
    got = 0
    for i in range(n):
        try:
            got += d[i % 50]
        except KeyError as e:
            got += e.args[0]
    return got


def identity(n):
    d, s, l, same = {}, set(), [], 0
    for i in range(n):
        x = i * 1000003
        d["k"] = x
        l.append(x)
        s.add(x)
        same += d["k"] is x and l[-1] is x
    keys = {k: k for k in s}
    return same, sum(k is v for k, v in keys.items()), len(l), sys.getrefcount(l[-1])


def new_key_is_kept(n):
    d, same = {}, 0
    for i in range(n):
        k = i * 1000003 + 300
        d[k] = k
        same += 1
    return all(k is v for k, v in d.items()), len(d), same


def replaced(n):
    d = {"x": None}
    keep = []
    for i in range(n):
        old = d["x"]
        d["x"] = i + 0.5
        keep.append(old)
    return keep[1:4], keep[-1], d


def dies_in_dict(n):
    d = {"x": Dies("first"), "y": 0}
    for i in range(n):
        d["y"] += i
        if i == 150:
            d["x"] = None
        log.append(i) if i in (149, 151) else None
    return d["y"], said()


def counts_in_dict(n):
    o, d = Plain(), {}
    seen = set()
    for i in range(n):
        d[i % 5] = o
        if i > 10:
            seen.add(sys.getrefcount(o))
    return sorted(seen)


def odd_keys(n):
    d, found = {7: "seven", 8: "eight"}, 0
    for i in range(n):
        found += 7 in d
        if i == n // 2:
            d[Odd(9)] = "odd"
        found += 9 in d
    return found, len(said())


def other_dict_in_the_middle(n):
    class D(dict):
        def __missing__(self, key):
            return -1
    ds = [{1: 1}] * n + [D()] * 3 + [{1: 2}] * n
    t = 0
    for d in ds:
        t += d[1]
    return t


def tracked(n):
    import gc
    d = {"k": 0}
    for i in range(n):
        d["k"] = i if i < n - 5 else []
    return gc.is_tracked(d)


def globals_as_dict(n):
    g = globals()
    t = 0
    for i in range(n):
        g["changing"] = i
        t += changing
    return t


changing = 0


def instance_dict(n):
    o = Plain()
    o.a = 1
    d = o.__dict__
    for i in range(n):
        d["a"] = i
        if o.a != i:
            return "differs at", i
    return o.a


def grows_while_read(n):
    d = {0: 0}
    for i in range(n):
        d[i + 1] = d[i] + 1
    return len(d), d[n]


def holds_old_value(n):
    d = {"s": "a" * 100}
    out = []
    for i in range(n):
        before = d["s"]
        d["s"] = "b%d" % i + "!"
        if i % 40 == 0:
            out.append(before[:3])
    return out


# ---- sets, lists, tuples

def visited(n):
    seen, again = set(), 0
    for i in range(n):
        k = i * i % 101
        if k in seen:
            again += 1
        seen.add(k)
    return len(seen), again


def in_items(n):
    t, l, s = (1, "b", None, 2.5), [1, 2, "x"], frozenset("abc")
    hits = 0
    for i in range(n):
        hits += (i % 4 in t) + (i % 5 in l) + ("b" in t) + ("q" not in l) + ("c" in s)
    return hits


def odd_items(n):
    l, hits = [1, 2, 3], 0
    for i in range(n):
        hits += 3 in l
        if i == n // 2:
            l.insert(0, Odd(3))
    return hits, len(said())


def plain_objects(n):
    objects = [Plain() for _ in range(10)]
    s, hits = set(objects[:5]), 0
    for i in range(n):
        o = objects[i % 10]
        hits += o in s
        if i == n // 2:
            Plain.__eq__ = lambda self, other: True
            Plain.__hash__ = object.__hash__
    del Plain.__eq__
    del Plain.__hash__
    return hits


def stack_machine(n):
    stack, t = [], 0
    for i in range(n):
        stack.append(i)
        stack.append(i * 3)
        t += stack.pop() - stack.pop()
    return t, stack, sys.getsizeof(stack)


def grow_and_read(n):
    l = [0]
    for i in range(n):
        l.append(l[i] + l[-1] + 1)
        l[0] = len(l)
    return len(l), l[5], l[0], sys.getsizeof(l)


def append_bound(n):
    out = []
    add = out.append
    for i in range(n):
        add(i * 0.5)
    return len(out), out[-1], sys.getrefcount(out)


def append_self(n):
    l = []
    for i in range(n):
        l.append(l)
    return len(l), sys.getrefcount(l)


def append_objects(n):
    o = Plain()
    l = []
    for i in range(n):
        l.append(o)
    r = weakref.ref(o)
    count = sys.getrefcount(o)
    del o
    alive = r() is not None
    l.clear()
    return count, alive, r() is None


def popped_strings(n):
    l = ["s%d" % i + "x" for i in range(n)]
    last = ""
    for i in range(n - 1):
        last = l.pop()
        if i == n - 3:
            count = sys.getrefcount(last)
    return last, l, count


def comprehension(n):
    return [len([j * 2 for j in range(i % 7) if j != 3]) for i in range(n)][-3:], [str(i) for i in range(n)][-2:]


class L(list):
    def append(self, x):
        log.append(x)


def list_class_changes(n):
    ls = [[] for _ in range(n)] + [L()] * 3
    for i, l in zip(range(n + 3), ls):
        l.append(i)
    return said()


# ---- strings

def characters(s, n):
    counts, t = {}, 0
    for _ in range(n):
        i = 0
        while i < len(s):
            c = s[i]
            counts[c] = counts.get(c, 0) + 1
            t += ord(c) + (s[-1] < c) + (c in "aeiou")
            i += 1
    return sorted(counts.items()), t


def slices(s, n):
    t, kept = 0, None
    for i in range(n):
        k = i % (len(s) + 3)
        a, b, c = s[k:k + 2], s[-3:], s[:k]
        t += len(a) + len(b) + len(c)
        if i == n - 2:
            kept = a, sys.getrefcount(b), c[-2:]
    return t, kept


def joined(n):
    out = []
    for i in range(n):
        name = "n" + str(i)
        out.append(f"{name}={i}" + "," + f"{i}{name}{name}")
    return out[-1], len(out), sys.getrefcount(out[-1])


def overwritten(n):
    a = b = c = ""
    for i in range(n):
        c = b
        b = a
        a = "v" + chr(97 + i % 26)
    return a, b, c, sys.getrefcount(a), sys.getrefcount(c)


def grown(n):
    s = ""
    for i in range(n):
        s += "x"
        s = s + "yz"
    return len(s), s[-3:]


def methods(n):
    t = 0
    for i in range(n):
        w = " Word%d " % (i % 10)
        u = w.strip().upper()
        t += u.startswith("WORD") + u.isalnum() + w.find("d") + i.bit_length() + len(u.lower())
    return t


def bytes_items(b, n):
    t = 0
    for i in range(n):
        t += b[i % len(b)] + len(b[i % 3:5] + b"xy")
    return t


def wide(s, n):
    out = []
    for i in range(n):
        out.append(s[i % len(s)] + s[0])
    return "".join(out[:6]), ord(out[2][0])


def raised(n):
    s, got = "abc", []
    for i in range(n):
        try:
            got.append(s[i % 200])
        except IndexError as e:
            if i == 150:
                got.append(str(e))
    return len(got), [g for g in got if len(g) > 1]


def pops(n):
    l = [str(i) + "x" for i in range(n)]
    w = ""
    t = 0
    for i in range(n - 1):
        l.pop()
        if i == n - 50: t = sys.getrefcount(w)
        w = l[-1]
    return w, t, len(l)


def pops2(n):
    l = [i * 1000 for i in range(n)]
    out = []
    for i in range(n - 1):
        x = l[-1]
        y = l.pop()
        l.append(i * 2000 + 500)
        z = l.pop()
        if x is not y: out.append(i)
        if i % 90 == 0: out.append((x, z, sys.getrefcount(x), sys.getrefcount(z)))
    return out


def keep(n):
    k = a = ""
    t = []
    for i in range(n):
        if i % 3:
            k = a
        a = "x" + str(i)
        if i % 37 == 0: t.append((k, a))
        if i % 7 == 0:
            b = a
    return t, a, b, k


def comprehensions(n):
    out = []
    for k in range(n):
        p = [f"p{i}" for i in range(k % 9)]
        out.append(len(p))
        q = {i: str(i) for i in range(k % 5)}
        try:
            i
        except UnboundLocalError:
            out.append(-1)
        i = 5
        r = [i * 2 for i in range(3)]
        out.append(i)
        del i
    return sum(out), out[-4:]


for f, *args in [
    (count_words, ["a", "b", "a", "c" * 3], 200), (count_numbers, 500), (lookup_missing, {i: i for i in range(0, 60, 2)}, 600),
    (keys_of_many_kinds, [1, "1", 1.0, b"1", None, (1, "x"), True, 2 ** 70, (1, ("y", 2.5)), -1, frozenset([3])], 500),
    (identity, 400), (new_key_is_kept, 400), (replaced, 300), (dies_in_dict, 300), (counts_in_dict, 300), (odd_keys, 400),
    (other_dict_in_the_middle, 200), (tracked, 300), (globals_as_dict, 300), (instance_dict, 300), (grows_while_read, 500), (holds_old_value, 300),
    (visited, 500), (in_items, 400), (odd_items, 400), (plain_objects, 400), (stack_machine, 300), (grow_and_read, 300), (append_bound, 300),
    (append_self, 300), (append_objects, 300), (popped_strings, 300), (comprehension, 300), (list_class_changes, 300),
    (characters, "hello, world", 60), (slices, "0123456789", 400), (slices, "abc\u00e9\u4e2d\U0001f600def", 400), (joined, 300), (overwritten, 300),
    (grown, 300), (methods, 300), (bytes_items, b"\x00\x7f\x80\xffabc", 300), (bytes_items, bytearray(b"\x00\x7f\x80\xffabc"), 300),
    (wide, "\u4e2d\u6587a", 300), (raised, 400), (pops, 300), (pops2, 300), (keep, 400), (comprehensions, 300),
]:
    print(f.__name__, f(*args))
# expect: count_words {'a': 400, 'b': 200, 'ccc': 200}
# expect: count_numbers {0: 39000000, 7: 39000000, 1: 39000000, 8: 39000000, 2: 39000000, 9: 39000000, 3: 38000000, 10: 38000000, 4: 38000000, 11: 38000000, 5: 38000000, 12: 38000000, 6: 38000000}
# expect: lookup_missing 14700
# expect: keys_of_many_kinds (9, 491)
# expect: identity (400, 400, 400, 7)
# expect: new_key_is_kept (True, 400, 400)
# expect: replaced ([0.5, 1.5, 2.5], 298.5, {'x': 299.5})
# expect: dies_in_dict (44850, [149, 'first', 151])
# expect: counts_in_dict [7]
# expect: odd_keys (600, 200)
# expect: other_dict_in_the_middle 597
# expect: tracked True
# expect: globals_as_dict 44850
# expect: instance_dict 299
# expect: grows_while_read (501, 500)
# expect: holds_old_value ['aaa', 'b39', 'b79', 'b11', 'b15', 'b19', 'b23', 'b27']
# expect: visited (51, 449)
# expect: in_items 1460
# expect: odd_items (400, 199)
# expect: plain_objects 200
# expect: stack_machine (89700, [], 56)
# expect: grow_and_read (301, 31, 301, 2520)
# expect: append_bound (300, 149.5, 3)
# expect: append_self (300, 302)
# expect: append_objects (302, True, True)
# expect: popped_strings ('s1x', ['s0x'], 2)
# expect: comprehension ([3, 3, 4], ['298', '299'])
# expect: list_class_changes [300, 301, 302]
# expect: characters ([(' ', 60), (',', 60), ('d', 60), ('e', 60), ('h', 60), ('l', 180), ('o', 120), ('r', 60), ('w', 60)], 70320)
# expect: slices (4084, ('89', 2, '67'))
# expect: slices (3854, ('cé', 2, 'ab'))
# expect: joined ('n299=299,299n299n299', 300, 3)
# expect: overwritten ('vn', 'vm', 'vl', 3, 3)
# expect: grown (900, 'xyz')
# expect: methods 5489
# expect: bytes_items 36273
# expect: bytes_items 36273
# expect: wide ('中中文中a中中中文中a中', 97)
# expect: raised (7, ['string index out of range'])
# expect: pops ('0x', 2, 1)
# expect: pops2 [(299000, 500, 4, 3), (209000, 180500, 4, 3), (119000, 360500, 4, 3), (29000, 540500, 4, 3)]
# expect: keep ([('', 'x0'), ('x36', 'x37'), ('x73', 'x74'), ('x109', 'x111'), ('x147', 'x148'), ('x184', 'x185'), ('x220', 'x222'), ('x258', 'x259'), ('x295', 'x296'), ('x331', 'x333'), ('x369', 'x370')], 'x399', 'x399', 'x397')
# expect: comprehensions (2391, [5, 2, -1, 5])
