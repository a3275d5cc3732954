"""Training: generators, coroutines, asyncio, exceptions, context managers, closures, pattern matching, weak references, the collector."""
import asyncio
import contextlib
import dataclasses
import enum
import gc
import logging
import io
import itertools
import pathlib
import threading
import types
import typing
import weakref


def numbers(n):
    for i in range(n):
        yield i


def evens(source):
    for i in source:
        if not i & 1:
            yield i


def chain(*sources):
    for s in sources:
        yield from s


def averager():
    total = count = 0
    value = None
    while True:
        value = yield value
        total += value
        count += 1
        value = total / count


def tree(depth):
    return None if depth == 0 else (tree(depth - 1), depth, tree(depth - 1))


def walk(node):
    if node:
        left, key, right = node
        yield from walk(left)
        yield key
        yield from walk(right)


def generators(n):
    total = sum(evens(numbers(n))) + sum(x * x for x in chain(range(n), numbers(n)))
    avg = averager()
    next(avg)
    for i in range(n):
        avg.send(i)
    avg.close()
    for k in walk(tree(9)):
        total += k
    for a, b in itertools.islice(itertools.product(range(50), repeat=2), n):
        total += a - b
    for k, g in itertools.groupby(range(n), lambda v: v // 10):
        total += k * len(list(g))
    return total


class Failure(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return exc[0] is KeyError


@contextlib.contextmanager
def managed(log):
    log.append(1)
    try:
        yield log
    finally:
        log.pop()


def fails(i):
    if i % 3 == 0:
        raise Failure(i)
    if i % 3 == 1:
        return {}["missing"]
    return [][i]


def errors(n):
    total, log = 0, []
    for i in range(n):
        try:
            with managed(log) as got, Manager():
                total += len(got)
                fails(i)
        except Failure as e:
            total += e.code
        except (IndexError, LookupError):
            total += 1
        finally:
            total -= 1
        try:
            try:
                int("x")
            except ValueError as e:
                raise RuntimeError("again") from e
        except RuntimeError as e:
            total += e.__cause__ is not None
        getattr(i, "nothing", None), hasattr(i, "real")
    return total


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass(order=True)
class Item:
    name: str
    price: float = 1.0
    tags: list = dataclasses.field(default_factory=list)


@typing.runtime_checkable
class Sized(typing.Protocol):
    def __len__(self): ...


def matching(n):
    total = 0
    values = [1, "x", (1, 2), [1, 2, 3], {"k": 5, "z": 1}, Item("a"), None, Colour.RED, 2.5]
    for _ in range(n):
        for v in values:
            match v:
                case 1 | 2:
                    total += 1
                case str(s) if s:
                    total += len(s)
                case (a, b):
                    total += a + b
                case [a, *rest]:
                    total += len(rest)
                case {"k": k, **rest}:
                    total += k + len(rest)
                case Item(name=str(), price=p):
                    total += p
                case None:
                    total -= 1
                case Colour.RED:
                    total += 2
                case _:
                    total += 3
        total += isinstance(values, Sized) + (Item("a") < Item("b"))
    return total


async def leaf(i):
    await asyncio.sleep(0)
    return i


async def branch(depth):
    if depth == 0:
        return await leaf(1)
    a, b = await asyncio.gather(branch(depth - 1), branch(depth - 1))
    return a + b


async def ticker(n):
    for i in range(n):
        yield i


async def fib(n):
    return n if n < 2 else await fib(n - 1) + await fib(n - 2)


class Lock:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        return False


async def consume(n):
    total, queue = 0, asyncio.Queue()
    async for i in ticker(n):
        total += i
        async with Lock():
            await queue.put(i)
    while not queue.empty():
        total += await queue.get()
    total += sum([x async for x in ticker(n)]) + await fib(13)
    async with asyncio.TaskGroup() as tg:
        for i in range(50):
            tg.create_task(leaf(i))
    return total


class Link:
    def __init__(self, other=None):
        self.other, self.me, self.data = other, self, [other]


def garbage(n):
    first = None
    for i in range(n):
        first = Link(first if i % 100 else None)
    alive = weakref.WeakValueDictionary((i, Link()) for i in range(n // 10))
    gc.collect()
    refs = [weakref.ref(first) for _ in range(5)]
    return len(alive), refs[0]() is first


def threads(n):
    lock, out = threading.Lock(), []

    def work():
        for i in range(n):
            with lock:
                out.append(i)
    ts = [threading.Thread(target=work) for _ in range(3)]
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    return len(out)


def logs(n):
    log = logging.getLogger("train")
    log.propagate = False
    log.handlers[:] = [logging.StreamHandler(io.StringIO())]
    log.setLevel(logging.WARNING)
    for i in range(n):
        log.debug("nothing %d", i)
        log.warning("something %d %s", i, "x")


def files(n):
    here = pathlib.Path(__file__).resolve().parent
    for _ in range(n):
        for p in here.iterdir():
            p.is_file(), p.suffix, (p.parent / p.name).stem, p.with_suffix(".txt"), str(p.relative_to(here.parent))


def classes(n):
    for i in range(n):
        base = type("Base", (), {"f": lambda self: 1, "__slots__": ()})
        made = types.new_class(f"Made{i}", (base,), {}, lambda ns: ns.update(g=2))
        assert made().f() + made.g == 3


for _ in range(8):
    generators(8000)
    errors(2500)
    matching(1200)
    asyncio.run(branch(6))
    asyncio.run(consume(2500))
    garbage(6000)
    threads(1500)
    logs(800)
    files(60)
    classes(150)
