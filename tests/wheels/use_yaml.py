"""YAML by the C loader and dumper: anchors, merge keys, tags, own types, errors, long documents."""

import datetime

import yaml
from yaml import CSafeDumper, CSafeLoader

text = """
base: &base {a: 1, b: [x, 2.5, null, yes]}
copy: *base
more:
  <<: *base
  c: |
    two
    lines
day: 2024-02-29
"""
data = yaml.load(text, CSafeLoader)
assert data["copy"] is data["base"] and data["more"] == {"a": 1, "b": ["x", 2.5, None, True], "c": "two\nlines\n"}
assert data["day"] == datetime.date(2024, 2, 29) and data == yaml.load(text, yaml.SafeLoader)
assert yaml.load(yaml.dump(data, Dumper=CSafeDumper), CSafeLoader) == data
assert yaml.dump({"k": ["é", {"n": 1}]}, Dumper=CSafeDumper, allow_unicode=True) == "k:\n- é\n- n: 1\n"
assert list(yaml.load_all("--- 1\n--- [2]\n", CSafeLoader)) == [1, [2]]


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Loader(CSafeLoader):
    pass


class Dumper(CSafeDumper):
    pass


Loader.add_constructor("!point", lambda loader, node: Point(*loader.construct_sequence(node)))
Dumper.add_representer(Point, lambda dumper, p: dumper.represent_sequence("!point", [p.x, p.y]))
p = yaml.load("!point [3, 4]", Loader)
assert (p.x, p.y) == (3, 4) and yaml.dump(p, Dumper=Dumper) == "!point\n- 3\n- 4\n"
try:
    yaml.load("a: [1, 2\nb: 3", CSafeLoader)
except yaml.YAMLError as e:
    assert e.problem_mark.line == 1
else:
    raise AssertionError("no YAMLError")
kinds = [type(e).__name__ for e in yaml.parse("[a]", CSafeLoader)]
assert kinds == ["StreamStartEvent", "DocumentStartEvent", "SequenceStartEvent", "ScalarEvent", "SequenceEndEvent", "DocumentEndEvent", "StreamEndEvent"]
long = [{"id": i, "name": f"n{i}"} for i in range(500)]
assert yaml.load(yaml.dump(long, Dumper=CSafeDumper), CSafeLoader) == long
