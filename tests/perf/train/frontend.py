"""Training: tokens, trees and code of standard library files; unparse, tokenize, dis, marshal; imports."""
import ast
import dis
import importlib
import io
import marshal
import pathlib
import sys
import tokenize

LIB = pathlib.Path(ast.__file__).parent
FILES = ["argparse.py", "ast.py", "asyncio/base_events.py", "collections/__init__.py", "typing.py", "inspect.py", "_pydecimal.py", "tarfile.py",
         "unittest/mock.py", "statistics.py", "http/client.py", "email/_header_value_parser.py", "turtle.py", "enum.py", "re/_parser.py"]

for name in FILES:
    source = (LIB / name).read_bytes()
    code = compile(source, name, "exec")
    assert marshal.loads(marshal.dumps(code)).co_name == "<module>"

for name in FILES[:3]:
    source = (LIB / name).read_text()
    tree = ast.parse(source)
    count = sum(1 for _ in ast.walk(tree))
    compile(ast.unparse(tree), name, "exec", optimize=2)
    list(tokenize.generate_tokens(io.StringIO(source).readline))
    list(dis.get_instructions(compile(tree, name, "exec")))

for bad in ("def f(:", "x = (1,", "print 1", "for x in 1 2: pass", "'abc", "if x = 1: pass", "  y = 1\n z = 2"):
    try:
        compile(bad, "bad", "exec")
    except SyntaxError:
        pass

for expr in ["1 + 2", "a.b(c, d=1)[0]", "[x for x in range(3)]", "lambda a, *b, c=1: (yield)", "f'{a!r:>{w}} {b}'"] * 200:
    compile(expr, "<e>", "eval")

for name in ("decimal", "email.message", "unittest.mock", "xml.dom.minidom", "http.server", "sqlite3", "multiprocessing.pool"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
assert sys.modules
