"""What users see of the compiler: statistics, the log, the dump of exits, complaints. Each in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile

PROGRAM = '''
def steps(n):
    s = i = 0
    while i < n:
        if i % 3:
            s += i * 2
        else:
            s -= 1
        i += 1
    return s

def doubles(n):
    for i in range(n):
        yield i * 2

def texts(n):
    for i in range(n):
        import sys as a, os as b

steps(3000)
list(doubles(3000))
texts(9000)
steps(5)
'''

SHOW = '''
import sys
for row in sys._adder.jit_stats()["loops"]:
    if row["file"] != "<string>" or row["function"] == "<module>":
        continue
    print(row["function"], row["line"], row["state"], row["why"], bool(row["traces"]), bool(row["entries"]))
    for e in row["exits"][:1]:
        print("   ", e["line"], e["reason"], e["count"] > 0, e["side"] is not None, e["why"])
'''


def adder(*options, program=PROGRAM + SHOW):
    env = {k: v for k, v in os.environ.items() if k != "PYTHON_JIT"}
    return subprocess.run([sys.executable, "-I", "-S", *options, "-c", program], capture_output=True, text=True, env=env)


for mode in "1,patience=0", "eval,patience=0":
    p = adder("-X", f"jit={mode}")
    print(p.stdout + p.stderr, end="")

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "l\u00f6g")
    p = adder("-X", "jit=1,patience=0", "-X", "jit-log=" + path, "-X", "dump=exits:steps", program=PROGRAM)
    with open(path, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
print(sorted({r["event"] for r in rows}))
print([(r["code"], r["line"]) for r in rows if r["event"] == "record"][:1])
print({(r["why"], r["line"]) for r in rows if r["event"] == "abort" and "IMPORT" in r["why"]})
sizes = [r for r in rows if r["event"] == "compiled"]
print(all(r["bytes"] > 100 and r["guards"] < r["ir_out"] and r["ir_in"] > 10 and r["us"] < 10**6 for r in sizes))
print("the other branch" in {r["why"] for r in rows if r["event"] == "exit"})
lines = p.stderr.splitlines()
print(lines[0], "|", lines[1].split(":")[0], "|", next(line for line in lines if "the other branch" in line).split("(")[0].split("times")[1])

for options in ["jit=fast"], ["jit=1,exits=3"], ["jit=1", "jit-exit=x"], ["jit=1", "jit-without=cse,fold,magic"], ["jit-log=/nonexistent/log"], ["dump=exit"]:
    p = adder(*(word for o in options for word in ("-X", o)), program="pass")
    print(p.returncode, p.stderr.split("\n")[0].split("error: ")[-1])

# few modes: waiting, or processes of its own
# expect: steps 4 compiled None True True
# expect:     6 the other branch True True None
# expect: doubles 13 compiled None True True
# expect:     13 a condition that no longer holds True False None
# expect: texts 17 gave up IMPORT_NAME is not recorded yet False False
# expect: steps 4 compiled None True True
# expect:     6 the other branch True True None
# expect: doubles 13 compiled None True True
# expect:     13 a condition that no longer holds True False None
# expect: texts 17 gave up IMPORT_NAME is not recorded yet False False
# expect: ['abort', 'compiled', 'exit', 'link', 'record']
# expect: [('steps', 5)]
# expect: {('IMPORT_NAME is not recorded yet', 18)}
# expect: True
# expect: True
# expect: --- exits of steps, loop at 9 | trace 0 |  to line 6 
# expect: 1 config_init_jit: -X jit: unknown mode 'fast'; the modes are 0, 1, stress, stress-registers, eval, stress-eval
# expect: 1 config_init_jit: -X jit: unknown option 'exits'; the options are exit, evict, poison, oom, check, seed, without, log, clock, memory, patience
# expect: 1 config_init_jit: -X jit: jit-exit wants a number below 2**32
# expect: 1 config_init_jit: -X jit: unknown pass 'magic'; the passes are fold, cse, peel, ranges, dead
# expect: 1 config_init_jit: -X jit: jit-log: cannot write '/nonexistent/log': No such file or directory
# expect: 1 -X dump: unknown stage; the stages are tokens, ast, sym, flow, code, quick, rec, ir, opt, snap, asm, exits
