"""Statements with 100,000 parts: time grows with their length, not with its square."""
import time

N = 100_000
names = ["a%d" % i for i in range(N)]
started = time.process_time()
for text in ("f(%s)" % ", ".join(n + "=1" for n in names), "import " + ", ".join(names), "from m import " + ", ".join(names),
             "def f(%s): pass" % ", ".join(names), "{%s}" % ", ".join(["**a"] * N), "f'%s'" % ("{x}" * N), "x = " * N + "1"):
    compile(text, "long", "exec")
print(time.process_time() - started < 30)        # expect: True
try:
    compile("f(%s, a7=2)" % ", ".join(n + "=1" for n in names[:1000]), "long", "exec")
except SyntaxError as e:
    print(e.msg)                                 # expect: keyword argument repeated: a7
