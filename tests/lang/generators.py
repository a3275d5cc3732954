"""Generators, yield from, coroutines, async generators."""
import asyncio


def gen(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                print("got", got)
    finally:
        print("closed")
    return "done"


def outer():
    r = yield from gen(2)
    print("inner returned", r)
    yield 99


print(list(outer()))
g = gen(5)
print(next(g), g.send("hello"))
try:
    g.throw(ValueError("thrown"))
except ValueError as e:
    print("caught", e)
print([x * y for x in range(3) for y in range(3) if x != y], {k: v for k, v in zip("ab", (1, 2))}, {x % 3 for x in range(9)})
print(sum(x for x in range(10)))


async def agen():
    for i in range(3):
        yield i
        await asyncio.sleep(0)


async def main():
    out = [x async for x in agen()]
    async with asyncio.timeout(5):
        rs = await asyncio.gather(*(asyncio.sleep(0, i) for i in range(3)))
    return out, rs


def coro():
    c = main()
    try:
        c.send(None)
    except BaseException as e:
        print(type(e).__name__)
    c.close()


class Aw:
    def __await__(self):
        x = yield "ask"
        return x


async def use():
    return await Aw()


u = use()
print(u.send(None))
try:
    u.send(42)
except StopIteration as e:
    print("result", e.value)

# expect: closed
# expect: inner returned done
# expect: [0, 1, 99]
# expect: got hello
# expect: 0 1
# expect: closed
# expect: caught thrown
# expect: [0, 0, 0, 2, 0, 2] {'a': 1, 'b': 2} {0, 1, 2}
# expect: 45
# expect: ask
# expect: result 42
