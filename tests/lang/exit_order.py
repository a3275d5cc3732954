# Destructors at exit: a cycle that only __main__ holds goes while all names are there; a cycle that a hook of the
# interpreter holds through an event loop's policy stays, rather than run its finalizer among emptied modules.
import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())


class Cycle:
    def __del__(self):
        print("cycle goes")


cycle = Cycle()
cycle.link = cycle
raise SystemExit(0)
# expect: cycle goes
