"""What dies at exit: cycles of __main__ do, also after SystemExit; what outlives __main__ is left without a word."""
import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())


class Cycle:
    def __del__(self):
        print("cycle goes")


cycle = Cycle()
cycle.link = cycle
raise SystemExit(0)
# expect: cycle goes
