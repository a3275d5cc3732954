"""Pickles that are wrong on purpose, and code that changes the pickler while it works: errors, never a crash."""

import io
import pickle


def outcome(call):
    try:
        return call()
    except Exception as e:
        return f"{type(e).__name__}: {e}"


# Sizes and numbers that no data stands behind: nothing is reserved for them.
for data in (b"\x8e" + b"\xff" * 7 + b"\x7f.", b"\x96" + b"\xff" * 7 + b"\x7f.", b"B\xff\xff\xff\xffabc."):
    print(outcome(lambda: pickle.loads(data)), "|", outcome(lambda: pickle.load(io.BytesIO(data))))
# expect: UnpicklingError: pickle data was truncated | UnpicklingError: pickle data was truncated
# expect: UnpicklingError: pickle data was truncated | UnpicklingError: pickle data was truncated
# expect: UnpicklingError: pickle data was truncated | UnpicklingError: pickle data was truncated
print(outcome(lambda: pickle.loads(b"K\x05r\xff\xff\xff\x7f0j\xff\xff\xff\x7f.")))                      # expect: 5
print(outcome(lambda: pickle.loads(b"j\xff\xff\xff\xff.")))     # expect: UnpicklingError: Memo value not found at index 4294967295
print(outcome(lambda: pickle.loads(b"(" * 100000)))             # expect: EOFError: Ran out of input
print(outcome(lambda: len(pickle.loads(b"]" * 100000 + b"a" * 99999 + b"."))))                          # expect: 1


class Meddler(pickle.Pickler):
    """Does something to itself at the first object it is asked about."""

    def persistent_id(self, obj):
        act, self.act = self.act, lambda p: None
        act(self)


def meddle(act):
    out = io.BytesIO()
    p = Meddler(out, 5)
    p.act = act
    data = ["a", "b" * 70000, ("a", {"c": [1, 2.5]}), bytearray(b"x")]
    return outcome(lambda: p.dump(data)) or "done"


print(meddle(lambda p: p.clear_memo()))                         # expect: done
print(meddle(lambda p: setattr(p, "memo", {})))                 # expect: done
print(meddle(lambda p: p.dump([1, "a"])))                       # expect: done
print(meddle(lambda p: p.__init__(io.BytesIO(), 0)))            # expect: done
print(meddle(lambda p: outcome(lambda: p.__init__(5))))         # expect: PicklingError: Pickler.__init__() failed while dump() ran


class Inner(pickle.Unpickler):
    """Reads its persistent objects from the same file, with the stack of the outer pickle untouched."""

    def persistent_load(self, pid):
        self.memo = {}
        return self.load()


print(Inner(io.BytesIO(b"(K\x01Px\nK\x07.K\x02t.")).load())     # expect: (1, 7, 2)
