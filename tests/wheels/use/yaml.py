import yaml

text = "a: [1, 2.5, null]\nb: &x {c: 2024-01-01}\nd: *x\n"
data = yaml.load(text, Loader=yaml.CSafeLoader)
assert data == yaml.safe_load(text) and data["d"] is data["b"]
assert yaml.load(yaml.dump(data, Dumper=yaml.CSafeDumper), Loader=yaml.CSafeLoader) == data
try:
    yaml.load("a: [", Loader=yaml.CSafeLoader)
except yaml.YAMLError as e:
    assert e.problem_mark is not None
