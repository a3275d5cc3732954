"""__del__, weak references, cycles: when things die."""
import gc
import weakref


class N:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


a = N("a")
r = weakref.ref(a, lambda w: print("callback", w() is None))
b = a
del a
print("still", r() is b)
del b
print("gone", r())
x, y = N("x"), N("y")
x.other, y.other = y, x
del x, y
print("collecting")
gc.collect()


def f():
    t = N("local")
    print("in f")


f()
[N("item") for _ in range(2)]
l = [N("one"), N("two")]
l.pop(0)
print("popped")
l.clear()
import sys
o = object()
print(sys.getrefcount(o), sys.getrefcount(None) > 1000000)

# expect: still True
# expect: del a
# expect: callback True
# expect: gone None
# expect: collecting
# expect: del x
# expect: del y
# expect: in f
# expect: del local
# expect: del item
# expect: del item
# expect: del one
# expect: popped
# expect: del two
# expect: 2 True
