"""Sequences that __index__() makes shorter while a slice of them is resolved."""


class Shrink:
    def __init__(self, sequence):
        self.sequence = sequence

    def __index__(self):
        del self.sequence[1:]
        return 100


for make in (lambda: list(range(50))), (lambda: bytearray(range(50))):
    for step in None, 2, -1:
        s = make()
        print(list(s[: Shrink(s) : step]), end=" ")
        s = make()
        s[Shrink(s) :: step] = s[:1] if step == -1 else s[:0]
        print(list(s), end=" ")
        s = make()
        del s[: Shrink(s) : step]
        print(list(s))

# expect: [0] [0] []
# expect: [0] [0] []
# expect: [] [0] [0]
# expect: [0] [0] []
# expect: [0] [0] []
# expect: [] [0] [0]
