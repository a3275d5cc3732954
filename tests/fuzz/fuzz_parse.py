"""Random damage to real sources through compile(): no crash, and nothing but the exceptions that compile() may raise.

    build/bin/adder tests/fuzz/fuzz_parse.py [ROUNDS [SEED [FOLDER]]]
"""
import os
import random
import sys
import warnings

PIECES = ('( ) [ ] { } : , = == := . ... * ** / @ -> ! " \' """ f" f\'{ } \\ # 0 1_ 0x if else for in not is lambda yield await async '
          'match case type def class with as import from except try finally print None x \xe9 \u20ac ; <> != b" \\N{ {{ }} % $ ? del '
          'global return raise while pass').split(' ') + ['\n', '\n  ', '\t', '\x0c', '\\\n', '\x00', '\r']
ALLOWED = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)


def sources(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith('.py'):
            with open(os.path.join(folder, name), encoding='utf-8', errors='replace') as f:
                yield f.read()


def damage(text):
    start = random.randrange(len(text) or 1)
    text = text[start:start + random.randrange(1, 400)]
    for _ in range(random.randrange(1, 5)):
        k = random.randrange(len(text) + 1)
        cut = random.choice((0, 0, 1, 3, 20))
        text = text[:k] + random.choice(PIECES) * random.choice((1, 1, 1, 2, 50)) + text[k + cut:]
    return text


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    random.seed(sys.argv[2] if len(sys.argv) > 2 else None)
    texts = list(sources(sys.argv[3] if len(sys.argv) > 3 else os.path.dirname(os.__file__)))
    warnings.simplefilter('ignore')
    for i in range(rounds):
        text = damage(random.choice(texts))
        for mode in ('exec', 'eval', 'single'):
            try:
                compile(text, '<fuzz>', mode, random.choice((0, 0x400, 0x1000 | 0x400)))
            except ALLOWED:
                pass
    print(rounds, 'rounds')


main()
