# The code objects that lie in the program are those that the marshalled form of the frozen modules holds.
import _imp, marshal, sys, types


def parts(code):
    yield (code.co_qualname, code.co_firstlineno), code
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            yield from parts(c)


def functions(values, module, seen):
    for v in values:
        if isinstance(v, type) and v.__module__ == module and v not in seen:
            seen.add(v)
            yield from functions(vars(v).values(), module, seen)
        elif isinstance(v, types.FunctionType) and v.__module__ == module:
            yield v


checked = wrong = 0
for name in "_frozen_importlib _frozen_importlib_external zipimport abc codecs io _collections_abc genericpath posixpath os site stat".split():
    _imp._override_frozen_modules_for_tests(1)
    there = dict(parts(marshal.loads(_imp.find_frozen(name, withdata=True)[0])))
    module = sys.modules.get(name) or __import__(name)
    for f in functions(list(vars(module).values()), module.__name__, set()):
        if (key := (f.__qualname__, f.__code__.co_firstlineno)) in there:
            a, b = there[key], f.__code__
            checked += 1
            fields = [n for n in dir(a) if n.startswith("co_") and n != "co_lnotab" and not callable(getattr(a, n))]
            if a != b or hash(a) != hash(b) or [n for n in fields if getattr(a, n) != getattr(b, n)]:
                wrong += 1
                print(name, key)
for name in "importlib.util", "runpy", "ntpath":
    whole = marshal.loads(_imp.find_frozen(name, withdata=True)[0])
    first, second = _imp.get_frozen_object(name), _imp.get_frozen_object(name)
    checked += 1
    wrong += not (whole == first == second) or whole is first or marshal.loads(marshal.dumps(first)) != first
print(checked > 300, wrong)
# What is interned in one place is so everywhere.
print([sys.intern("".join(["find", "_spec"])) is n for n in vars(sys.modules["_frozen_importlib"].BuiltinImporter) if n == "find_spec"])
# expect: True 0
# expect: [True]
