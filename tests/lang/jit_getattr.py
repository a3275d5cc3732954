"""getattr() with constant names, str.encode(), struct.pack(), id() and io.BytesIO in loops: results, exceptions and what changes in mid-loop are as they should be."""
import codecs
import io
import struct
import sys

log = []


class Plain:
    shared = 5

    def method(self):
        return self.v


class Slots:
    __slots__ = ("a", "b")


def missing(n):
    o, s, none, out = Plain(), Slots(), object(), 0
    o.v = 1
    for i in range(n):
        if i == n // 3:
            o.extra = 7
        if i == n // 3 + 20:
            del o.extra
        if i == n // 2:
            Plain.extra = 11
        if i == n // 2 + 20:
            del Plain.extra
        if i == n - 60:
            Plain.__getattr__ = lambda self, name: 100
        if i == n - 40:
            s.a = 3
        if i == n - 20:
            del Plain.__getattr__
        x = getattr(o, "extra", none)
        out += 1 if x is none else x
        y = getattr(s, "a", None)
        out += 1000 if y is None else y
        try:
            out += getattr(o, "nothing")
        except AttributeError as e:
            out += len(str(e))
    return out


def present(n):
    o, out = Plain(), 0
    o.v = 2
    for i in range(n):
        out += getattr(o, "v", 0) + getattr(o, "shared") + getattr(o, "method")() + getattr(Plain, "shared", 1) + len(getattr(sys, "version"))
        if i == n // 2:
            Plain.shared = property(lambda self: 50)
        if i == n // 2 + 30:
            Plain.shared = 6
        if type(getattr(Plain, "shared")) is property:
            out -= getattr(o, "shared")
            break
    Plain.shared = 5
    return out - len(sys.version) * (i + 1)


def counts(n):
    o, default = Plain(), [1]
    before = sys.getrefcount(default)
    for i in range(n):
        x = getattr(o, "never", default)
        y = getattr(x, "append")
        if i % 100 == 99:
            log.append(sys.getrefcount(default) - before)
    del x, y
    return sys.getrefcount(default) - before, log


def encoded(n):
    codecs.register_error("ours", lambda e: ("?!", e.end))
    words, out = ["abc", "käse", "中文", "", "x" * 50], []
    for i in range(n):
        w = words[i % 5]
        a, b, c = w.encode("utf-8", "ours"), w.encode("latin-1", "replace"), w.encode("utf-8", "ours")
        assert a == c
        if i == n // 2:
            words[1] = "a\udc80b"
        if i > n // 2 + 20:
            words[1] = "ok"
        out.append((len(a) if type(a) is bytes else 0) + len(c))
    return sum(out)


def surrogates(n):
    words, out, errors = ["abc", "defg"], 0, 0
    for i in range(n):
        if i == n - 30:
            words[0] = "\udcff"
        try:
            out += len(words[i & 1].encode("utf-8"))
            out += len(words[i & 1].encode("utf-8", "surrogatepass"))
        except UnicodeEncodeError as e:
            errors += len(e.reason)
    return out, errors


class Index:
    def __index__(self):
        log.append("index")
        return 7


def packed(n):
    pack, unpack, out, errors = struct.pack, struct.unpack, b"", []
    values = [1, 200, 255, 7]
    for i in range(n):
        if i == n - 40:
            values[0] = 256
        if i == n - 20:
            values[0] = Index()
        try:
            b = pack("<B", values[i & 3]) + pack("<Hd", i, i / 2)
            out = b if i % 7 == 0 else out
            out += b[:1]
            x, y = unpack("<Hd", b[1:])
            assert (x, y) == (i, i / 2)
        except struct.error as e:
            errors.append(str(e))
    return out[:20], len(out), errors[:1], len(errors)


def buffer(n):
    f, out, errors, view = io.BytesIO(), 0, [], None
    for i in range(n):
        if i == n - 60:
            view = f.getbuffer()
        if i == n - 40:
            view.release()
        if i == n - 20:
            f.seek(0)
        if i == n - 10:
            f.close()
        try:
            out += f.write(b"abc") + f.tell()
        except (BufferError, ValueError) as e:
            errors.append(str(e))
    return out, errors[0], errors[-1], len(errors)


def ids(n):
    objects, seen = [Plain() for _ in range(7)], {}
    for i in range(n):
        o = objects[i % 7]
        k = id(o)
        if k not in seen:
            seen[k] = len(seen), o
        assert seen.get(id(o))[1] is o
        x = i * 1000
        assert id(x) == id(x)
    return len(seen), sys.getrefcount(objects[0])


class Framer:
    def __init__(self):
        self.frame = io.BytesIO()

    def write(self, data):
        return self.frame.write(data) if self.frame else 0


class Writer:
    def __init__(self):
        self.framer = Framer()
        self.write = self.framer.write
        self.memo = {}

    def save(self, o):
        if getattr(self, "override", None) is not None:
            return 0
        x = self.memo.get(id(o))
        if x is not None:
            self.write(struct.pack("<B", x[0] & 255))
            return 1
        self.memo[id(o)] = len(self.memo), o
        e = o.encode("utf-8", "surrogatepass")
        self.write(struct.pack("<B", len(e)) + e)
        return 2


def writer(n):
    w, words, out = Writer(), [str(i) + "w" for i in range(30)], 0
    for i in range(n):
        for k in words:
            out += w.save(k)
        if i == n - 5:
            w.override = True
    return out, w.framer.frame.tell(), hash(w.framer.frame.getvalue()) != 0, len(w.memo)


for f in (missing, present, counts, encoded, surrogates, packed, buffer, ids):
    print(f.__name__, f(400))
print("writer", writer(40), log.count("index"))
# expect: missing 383560
# expect: present 2764
# expect: counts (0, [2, 2, 2, 2])
# expect: encoded 10020
# expect: surrogates (2710, 330)
# expect: packed (b'\x07\x8f\x01\x00\x00\x00\x00\x00\xf0h@\x07', 12, ["'B' format requires 0 <= number <= 255"], 5)
# expect: buffer (196215, 'Existing exports of data: object cannot be re-sized', 'I/O operation on closed file.', 30)
# expect: ids (7, 4)
# expect: writer (1110, 1160, True, 30) 5
