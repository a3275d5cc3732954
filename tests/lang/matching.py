"""match statements."""
from dataclasses import dataclass


@dataclass
class P:
    x: int
    y: int


def m(v):
    match v:
        case 0 | 1:
            return "small"
        case int(n) if n < 0:
            return f"negative {n}"
        case [a, b, *rest]:
            return f"seq {a} {b} {rest}"
        case {"k": k, **others}:
            return f"map {k} {others}"
        case P(x=0, y=yy):
            return f"on axis {yy}"
        case P(x, y):
            return f"point {x} {y}"
        case str() as s:
            return "str " + s
        case None | True:
            return "single"
        case _:
            return "other"


for v in (0, -5, [1, 2, 3, 4], (1, 2), {"k": 1, "z": 2}, "txt", None, True, 3.5):
    print(m(v))
P.__match_args__ = ("x", "y")
print(m(P(0, 3)), m(P(1, 2)))

# expect: small
# expect: negative -5
# expect: seq 1 2 [3, 4]
# expect: seq 1 2 []
# expect: map 1 {'z': 2}
# expect: str txt
# expect: single
# expect: small
# expect: other
# expect: on axis 3 point 1 2
