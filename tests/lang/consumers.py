"""Functions in C that take all items of a generator: frames, counts, generators that are driven by somebody else meanwhile, tools, the depth of calls."""
import sys, traceback
fs=[tuple,list,set,any,all,sum,min,max,sorted]
def src(n):
    for i in range(n): yield i
def stk():
    f=sys._getframe(1); r=[]
    while f: r.append((f.f_code.co_name,f.f_lineno)); f=f.f_back
    return r
def g():
    for i in range(2):
        print(stk(), sys.getrefcount(any), me and sys.getrefcount(me[0]), me and me[0].gi_running, me and me[0].gi_frame.f_back.f_code.co_name); yield i
me=[]
def run():
    for f in fs:
        me.clear(); print(f(g()))
    for f in fs:
        x=g(); me[:]=[x]; print(f(x)); print(x.gi_frame is None, x.gi_running)
run(); run(); run()
# evil: item code drives the same generator
def evil():
    for i in range(6): yield E(i)
class E:
    def __init__(s,i): s.i=i
    def __hash__(s):
        try: print('next',next(cur).i)
        except StopIteration: print('stop')
        return 1
    def __bool__(s): hash(s); return False
    def __lt__(s,o): hash(s); return False
    def __gt__(s,o): hash(s); return True
    def __radd__(s,o): hash(s); return 1
    __add__=__radd__
for f in (set,any,sum,min,max,sorted)*3:
    cur=evil(); r=f(cur); print(f.__name__, type(r))
class C(E):
    def __hash__(s): cur.close(); return 2
    def __bool__(s): cur.close(); return False
    def __radd__(s,o): cur.close(); return 3
def evil2():
    try:
        for i in range(6): yield C(i)
    finally: print('closed')
for f in (set,any,sum)*3:
    cur=evil2(); r=f(cur); print(f.__name__, type(r))
class T(E):
    def __hash__(s):
        try: cur.throw(KeyError('x'))
        except KeyError as e: print('thrown', [t.name for t in traceback.extract_tb(e.__traceback__)])
        return 3
cur=(T(i) for i in range(3)); set(cur)
# already executing
def selfy():
    yield tuple(sg)
for i in range(3):
    sg=selfy()
    try: list(sg)
    except ValueError as e: print(e, [(t.name,t.lineno) for t in traceback.extract_tb(e.__traceback__)])
# finished
x=src(2); list(x)
for i in range(3): print(list(x), tuple(x), sum(x), any(x), all(x), sorted(x), set(x)); 
try: max(x)
except ValueError as e: print(e)
# recursion
def rec(n):
    return sum(rec(n-1) for _ in range(1)) + 1 if n else 0
print(rec(100))
try: rec(100000)
except RecursionError as e: print('rec', e)
def depth():
    n=0
    def r():
        nonlocal n; n+=1
        return list(r() for _ in range(1))
    try: r()
    except RecursionError: pass
    return n
print(depth(), depth())
# tracing
ev=[]
def tr(f,e,a):
    if f.f_code.co_filename == __file__: ev.append((e,f.f_code.co_name,f.f_lineno)); return tr
def gg():
    yield 1
    sys.settrace(tr)
    yield 2
    yield 3
def tt(f):
    r=f(gg()); 
    sys.settrace(None)
    return r
for f in (tuple,sum,any,max):
    for i in range(3): tt(f)
    print(f.__name__, ev); ev.clear()
def pf(f,e,a): ev.append((e,f.f_code.co_name,getattr(a,'__name__',None)))
def gp():
    yield 0
    sys.setprofile(pf)
    yield 0
def tp(f):
    r=f(gp()); sys.setprofile(None)
for f in (tuple,sum,any,max):
    for i in range(3): tp(f)
    print(f.__name__, ev); ev.clear()
def tp2(f):
    sys.setprofile(pf); r=f(i for i in range(2)); sys.setprofile(None)
for f in (tuple,sum,any,max):
    for i in range(3): tp2(f)
    print(f.__name__, ev); ev.clear()
print(sum([1, 1e100, 1.0, -1e100]), sum(x for x in [1, 1e100, 1.0, -1e100]), sum(x for x in [.1]*10), sum(2**62 for i in range(10)),sum(x for x in [True,1.5,.1]))
print(sum([1e16, 1, 1, 1]), sum([1e16, 1.0, 1, 1, 1.0]), sum(x for x in [1e16, 1.0, -1e16, 3]), sum(x for x in [1, 2**60, 1.5, 1, .1]))
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: (0, 1)
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [0, 1]
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: {0, 1}
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 6 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 6 [] [] []
# expect: True
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: False
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 1
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 0
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 1
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [0, 1]
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: (0, 1)
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [0, 1]
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: {0, 1}
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 6 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 6 5 True run
# expect: True
# expect: False False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: False
# expect: False False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 1
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 0
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 1
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [0, 1]
# expect: True False
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: (0, 1)
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [0, 1]
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: {0, 1}
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 6 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 6 [] [] []
# expect: True
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: False
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 1
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 0
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 1
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [0, 1]
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: (0, 1)
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [0, 1]
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: {0, 1}
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 6 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 6 5 True run
# expect: True
# expect: False False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: False
# expect: False False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 1
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 0
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 1
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [0, 1]
# expect: True False
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: (0, 1)
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [0, 1]
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: {0, 1}
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 6 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 6 [] [] []
# expect: True
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: False
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 1
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 0
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: 1
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [('g', 12), ('run', 16), ('<module>', 19)] 4 [] [] []
# expect: [0, 1]
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: (0, 1)
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [0, 1]
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: {0, 1}
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 6 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 6 5 True run
# expect: True
# expect: False False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: False
# expect: False False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 1
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 0
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: 1
# expect: True False
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [('g', 12), ('run', 18), ('<module>', 19)] 4 5 True run
# expect: [0, 1]
# expect: True False
# expect: next 1
# expect: next 3
# expect: next 5
# expect: set <class 'set'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: any <class 'bool'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: sum <class 'int'>
# expect: next 2
# expect: next 4
# expect: stop
# expect: min <class '__main__.E'>
# expect: next 2
# expect: next 4
# expect: stop
# expect: max <class '__main__.E'>
# expect: stop
# expect: stop
# expect: stop
# expect: stop
# expect: stop
# expect: sorted <class 'list'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: set <class 'set'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: any <class 'bool'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: sum <class 'int'>
# expect: next 2
# expect: next 4
# expect: stop
# expect: min <class '__main__.E'>
# expect: next 2
# expect: next 4
# expect: stop
# expect: max <class '__main__.E'>
# expect: stop
# expect: stop
# expect: stop
# expect: stop
# expect: stop
# expect: sorted <class 'list'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: set <class 'set'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: any <class 'bool'>
# expect: next 1
# expect: next 3
# expect: next 5
# expect: sum <class 'int'>
# expect: next 2
# expect: next 4
# expect: stop
# expect: min <class '__main__.E'>
# expect: next 2
# expect: next 4
# expect: stop
# expect: max <class '__main__.E'>
# expect: stop
# expect: stop
# expect: stop
# expect: stop
# expect: stop
# expect: sorted <class 'list'>
# expect: closed
# expect: set <class 'set'>
# expect: closed
# expect: any <class 'bool'>
# expect: closed
# expect: sum <class 'int'>
# expect: closed
# expect: set <class 'set'>
# expect: closed
# expect: any <class 'bool'>
# expect: closed
# expect: sum <class 'int'>
# expect: closed
# expect: set <class 'set'>
# expect: closed
# expect: any <class 'bool'>
# expect: closed
# expect: sum <class 'int'>
# expect: thrown ['__hash__', '<genexpr>']
# expect: generator already executing [('<module>', 57), ('selfy', 54)]
# expect: generator already executing [('<module>', 57), ('selfy', 54)]
# expect: generator already executing [('<module>', 57), ('selfy', 54)]
# expect: [] () 0 False True [] set()
# expect: [] () 0 False True [] set()
# expect: [] () 0 False True [] set()
# expect: max() iterable argument is empty
# expect: 100
# expect: rec maximum recursion depth exceeded
# expect: 499 499
# expect: tuple [('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87)]
# expect: sum [('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87)]
# expect: any []
# expect: max [('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 86), ('line', 'gg', 87), ('return', 'gg', 87), ('call', 'gg', 87), ('return', 'gg', 87)]
# expect: tuple [('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile')]
# expect: sum [('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile')]
# expect: any [('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile')]
# expect: max [('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile'), ('return', 'gp', None), ('call', 'gp', None), ('return', 'gp', None), ('c_call', 'tp', 'setprofile')]
# expect: tuple [('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_call', 'tp2', 'setprofile'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_call', 'tp2', 'setprofile'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_call', 'tp2', 'setprofile')]
# expect: sum [('c_call', 'tp2', 'sum'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'sum'), ('c_call', 'tp2', 'setprofile'), ('c_call', 'tp2', 'sum'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'sum'), ('c_call', 'tp2', 'setprofile'), ('c_call', 'tp2', 'sum'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'sum'), ('c_call', 'tp2', 'setprofile')]
# expect: any [('c_call', 'tp2', 'any'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'any'), ('c_call', 'tp2', 'setprofile'), ('c_call', 'tp2', 'any'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'any'), ('c_call', 'tp2', 'setprofile'), ('c_call', 'tp2', 'any'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'any'), ('c_call', 'tp2', 'setprofile')]
# expect: max [('c_call', 'tp2', 'max'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'max'), ('c_call', 'tp2', 'setprofile'), ('c_call', 'tp2', 'max'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'max'), ('c_call', 'tp2', 'setprofile'), ('c_call', 'tp2', 'max'), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('call', '<genexpr>', None), ('return', '<genexpr>', None), ('c_return', 'tp2', 'max'), ('c_call', 'tp2', 'setprofile')]
# expect: 1.0 1.0 1.0 46116860184273879040 2.6
# expect: 1e+16 1.0000000000000002e+16 4.0 1.152921504606847e+18
