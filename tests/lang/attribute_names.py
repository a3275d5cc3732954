"""Names of attributes that are no exact str: instances keep them as they are, and ask their own __hash__ and __eq__."""
log = []


class Seen(str):
    def __hash__(self):
        log.append("hash")
        return hash(str(self))

    def __eq__(self, other):
        log.append((str(self), type(other).__name__))
        return str.__eq__(self, other)


class Plain(str):
    pass


class Other(str):
    def __hash__(self):
        return hash("b")

    def __eq__(self, other):
        return other == "b"


class C:
    def __init__(self):
        self.a = 1
        self.b = 2


class L(list):
    def __init__(self):
        self.a = 1
        self.b = 2


for cls in C, L:
    for N in Seen, Plain, Other:
        for f in (lambda c: getattr(c, N("a")), lambda c: getattr(c, N("z"), 5), lambda c: setattr(c, N("a"), 7), lambda c: setattr(c, N("n"), 7),
                  lambda c: delattr(c, N("a")), lambda c: hasattr(c, N("b")), lambda c: delattr(c, N("z"))):
            c = cls()
            log.clear()
            try:
                r = f(c)
            except AttributeError as e:
                r = str(e)
            print(cls.__name__, N.__name__, r, log, [(type(k).__name__, str(k), v) for k, v in c.__dict__.items()])
# expect: C Seen 1 ['hash', 'hash', ('a', 'str')] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Seen 5 ['hash', 'hash'] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Seen None ['hash', 'hash', ('a', 'str')] [('str', 'a', 7), ('str', 'b', 2)]
# expect: C Seen None ['hash', 'hash'] [('str', 'a', 1), ('str', 'b', 2), ('Seen', 'n', 7)]
# expect: C Seen None ['hash', 'hash', ('a', 'str')] [('str', 'b', 2)]
# expect: C Seen True ['hash', 'hash', ('b', 'str')] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Seen 'C' object has no attribute 'z' ['hash', 'hash'] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Plain 1 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Plain 5 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Plain None [] [('str', 'a', 7), ('str', 'b', 2)]
# expect: C Plain None [] [('str', 'a', 1), ('str', 'b', 2), ('Plain', 'n', 7)]
# expect: C Plain None [] [('str', 'b', 2)]
# expect: C Plain True [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Plain 'C' object has no attribute 'z' [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Other 2 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Other 2 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Other None [] [('str', 'a', 1), ('str', 'b', 7)]
# expect: C Other None [] [('str', 'a', 1), ('str', 'b', 7)]
# expect: C Other None [] [('str', 'a', 1)]
# expect: C Other True [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: C Other None [] [('str', 'a', 1)]
# expect: L Seen 1 ['hash', 'hash', ('a', 'str')] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Seen 5 ['hash', 'hash'] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Seen None ['hash', 'hash', ('a', 'str')] [('str', 'a', 7), ('str', 'b', 2)]
# expect: L Seen None ['hash', 'hash'] [('str', 'a', 1), ('str', 'b', 2), ('Seen', 'n', 7)]
# expect: L Seen None ['hash', 'hash', ('a', 'str')] [('str', 'b', 2)]
# expect: L Seen True ['hash', 'hash', ('b', 'str')] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Seen 'L' object has no attribute 'z' ['hash', 'hash'] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Plain 1 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Plain 5 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Plain None [] [('str', 'a', 7), ('str', 'b', 2)]
# expect: L Plain None [] [('str', 'a', 1), ('str', 'b', 2), ('Plain', 'n', 7)]
# expect: L Plain None [] [('str', 'b', 2)]
# expect: L Plain True [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Plain 'L' object has no attribute 'z' [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Other 2 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Other 2 [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Other None [] [('str', 'a', 1), ('str', 'b', 7)]
# expect: L Other None [] [('str', 'a', 1), ('str', 'b', 7)]
# expect: L Other None [] [('str', 'a', 1)]
# expect: L Other True [] [('str', 'a', 1), ('str', 'b', 2)]
# expect: L Other None [] [('str', 'a', 1)]
