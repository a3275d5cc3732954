"""Training: the C API as extensions use it. tools/release compiles extension.c into the folder that it names in NATIVE."""
import os
import sys

sys.path.insert(0, os.environ["NATIVE"])
import native
from native import Index, Point

ROWS = [{"id": i, "name": f"name {i}", "price": i / 4, "tags": ["a", "bc", ("d", None, True)], "raw": b"bytes"} for i in range(60)]
TEXT = "the quick brown fox jumps over the lazy dog and runs away from the quick dog " * 5


class Record:
    def __init__(self):
        self.id, self.price, self.name = 0, 0.0, ""

    def worth(self):
        return self.price

    def close(self):
        pass


class Slotted:
    __slots__ = ("id", "price", "name")

    def worth(self):
        return self.price


class Named(Point):
    def worth(self):
        return self.norm() + self.x


class Words(Index):
    pass


def points(n):
    p, q = Point(1.0, 2.0), Point(x=3, y=4, tag="t")
    sum = 0.0
    for i in range(n):
        r = p + q * 2 - Point(i, 1)
        r = -r.moved(1.5).scaled(by=0.5)
        r = r.scaled(0.5)
        if r == p or r < q or not r:
            sum += r.norm()
        sum += r[0] + r[1] + r.x + r.y + r.sum + len(r) + float(r) + r(2.0)[0]
        r.x = r[0] = 2.5
        r.sum, r.tag = 1.5, "tag"
        if r.same(q) and hash(r) != 1:
            r = Point.together(1.0, 2.0)
        if i % 16 == 0:
            repr(r)
    return sum


def subclasses(n):
    x, sum = Named(1.5, 2.5), 0.0
    x.extra = 1
    for i in range(n):
        y = Named(i, 2.0)
        y.extra = i
        sum += y.worth() + x.extra + (x + y).x
        for word in Words(["a", "b", "c"]):
            sum += 1
    return sum


def indexes(n):
    words, hits = TEXT.split(), 0
    for i in range(n):
        x = Index(words, strict=True) if i % 2 else Index(words)
        x.note = i
        for word in x:
            if word in x and x[word] == x.find(word):
                hits += 1
        try:
            x["absent"]
        except KeyError:
            hits += x.at + len(x) + x.note + len(x.table)
    return hits


def arguments(n):
    table = {}
    for i in range(n):
        native.nothing()
        native.negated(i)
        native.negated(2.5)
        native.largest(i, 1, 2)
        native.largest(1.5, 2.5)
        native.named(i)
        native.named(1, default=2)
        native.named(1, other=2, default=3)
        native.clamp(i, 5)
        native.clamp(i, 5, 50)
        native.pair(i)
        native.pair(1, 2)
        native.label("text", 2)
        native.label("text", table=table)
        native.checksum(b"some bytes")
        if i % 32 == 0:
            for wrong in (lambda: native.clamp("a", 2), lambda: native.nothing(1), lambda: native.label(5), lambda: native.pair()):
                try:
                    wrong()
                except TypeError:
                    pass


def data(n):
    fields, rows = ("id", "price", "name"), [(i, i / 2, "name") for i in range(30)]
    for _ in range(n):
        assert native.copied(ROWS) == ROWS
        native.columns(ROWS)
        for cls in (Record, Slotted):
            records = native.objects(cls, fields, rows)
            native.total(records, "id", "price")
            native.apply(cls.worth, records, "worth")
        native.words(TEXT)
        native.mappings(ROWS[1])
        native.mappings(vars(records[0]) if hasattr(records[0], "__dict__") else {1: 2, (1, 2): 3})


def calls(n):
    items, texts, threes = list(range(50)), [str(i) for i in range(50)], [Point(1.0, i) for i in range(50)]
    for _ in range(n):
        native.apply(lambda x: x, items, "bit_length")
        native.apply(abs, items, "conjugate")
        native.apply(str, items, "bit_count")
        native.apply(len, texts, "strip")
        native.apply(native.negated, threes, "norm")


def protocols(n):
    pairs = [(1, 2), (1000, 2.5), (2.5, 1.5), (10**6, 77), (2**70, 3)]
    many = [1, "a", 2.5, Record(), [1], native.nothing, Point(1, 2), {}]
    for _ in range(n):
        for a, b in pairs:
            native.numbers(a, b)
        native.sequences([3, 1, 2, 5])
        native.sequences((3, 1, 2, 5))
        native.sequences("text")
        native.sequences(range(5))
        for cls in (int, Record, Point):
            native.instances(many, cls)


points(60000)
subclasses(40000)
indexes(1500)
arguments(60000)
data(1200)
calls(4000)
protocols(25000)
for _ in range(200):
    native.texts(500)
    native.conversions(2500)
    native.blocks(1500)
    native.views(b"bytes")
    native.views(bytearray(b"bytes"))
    native.views(memoryview(b"bytes"))
    native.errors(3000)
