# Threads run the same fresh loop at once: one of them may put a trace where another has just counted.
import sys
import threading

ROUNDS, THREADS = 150, 3


def make(k):
    space = {}
    exec(f"def run(n):\n s = {k}\n for i in range(n):\n  s += i\n return s", space)
    return space["run"]


def together(f, n):
    start, results = threading.Barrier(THREADS), []

    def work():
        start.wait()
        results.append(f(n))
    ts = [threading.Thread(target=work) for _ in range(THREADS)]
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    return results


old = sys.getswitchinterval()
sys.setswitchinterval(1e-6)
wrong = 0
for k in range(ROUNDS):
    wrong += together(make(k), 300 + k) != [k + sum(range(300 + k))] * THREADS
sys.setswitchinterval(old)
print(wrong)

# expect: 0
