# Calls of C functions as statements and as values: what dies when, and what a finalizer sees of its caller.
import functools
import opcode
import operator
import sys

LOG = []


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        LOG.append(self.name)

    def __call__(self, *args):
        return Noisy("result")

    def __lt__(self, other):
        return False

    def __eq__(self, other):
        return self.name == "equal"

    def __hash__(self):
        return 1


class Where:
    def __del__(self):
        frame = sys._getframe(1)
        LOG.append((frame.f_lineno - frame.f_code.co_firstlineno, frame.f_lasti))


def statements():
    # METH_FASTCALL, METH_O, METH_NOARGS, METH_VARARGS, with keywords: the result, the arguments.
    max(Noisy("a"), Noisy("b"))
    LOG.append("-")
    max(Noisy("c"), Noisy("d"), key=lambda n: n.name)
    LOG.append("-")
    operator.call(Noisy("callable"), Noisy("e"), Noisy("f"), Noisy("g"), Noisy("h"))
    LOG.append("-")
    functools.reduce(lambda a, b: Noisy("sum"), [Noisy("i"), Noisy("j")])
    LOG.append("-")
    [Noisy("k")].pop()
    LOG.append("-")
    {Noisy("l"): 1}.get(Noisy("m"))
    LOG.append("-")
    [Noisy("equal")].index(Noisy("n"))
    LOG.append("-")
    dict.fromkeys([Noisy("o")]).popitem()
    LOG.append("-")
    value = max(Noisy("p"), Noisy("q"))
    LOG.append("-")
    return value


def fails():
    for call in (lambda: max(Noisy("a"), 1), lambda: [Noisy("b")].index(Noisy("c")), lambda: operator.call(1, Noisy("d")),
                 lambda: {}.pop(Noisy("e")), lambda: "".join([Noisy("f")]), lambda: int.from_bytes(Noisy("g"), Noisy("h"))):
        try:
            call()
        except Exception as e:
            LOG.append(type(e).__name__)
            e.__traceback__ = None
            del e
        LOG.append("-")


def lines():
    operator.call(Where)
    [Where()].pop()
    max(Where(), Where(), key=id)
    x = operator.call(Where)
    del x


for _ in range(40):
    del LOG[:]
    kept = statements()
    del kept
    first = LOG[:]
    del LOG[:]
    fails()
    second = LOG[:]
    del LOG[:]
    lines()
    third = LOG[:]
print(*first)
print(*second)
print([line for line, _ in third])
code = lines.__code__.co_code
print([opcode.opname[code[at]].split("_INSTANCE")[0].replace("CALL_KW", "CALL") for _, at in third])

# expect: b a - c d - callable e f g h result - j i sum - k - l m - equal n - o - q - p
# expect: a - b c ValueError - d TypeError - KeyError e - f TypeError - g h TypeError -
# expect: [1, 2, 3, 3, 5]
# expect: ['POP_TOP', 'POP_TOP', 'CALL', 'POP_TOP', 'DELETE_FAST']
