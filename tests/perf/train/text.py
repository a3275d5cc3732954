"""Training: str, bytes, formatting, regular expressions, json, pickle, struct, csv, textwrap."""
import base64
import binascii
import collections
import csv
import hashlib
import io
import json
import pickle
import pprint
import re
import string
import struct
import textwrap
import zlib

PROSE = ("It was a bright day in spring, and the clocks were striking four; the river ran slowly past the mill, "
         "café and naïve Straße words among them: 12.5 km, 3 apples, mail to someone@example.org or call 555-1234.\n") * 40


def words(n):
    for _ in range(n):
        counts = collections.Counter()
        for line in PROSE.splitlines():
            for w in line.lower().split():
                w = w.strip(string.punctuation)
                if w.isalpha() and not w.startswith("x"):
                    counts[w] += 1
        joined = ", ".join(f"{w}={c:>4d}" for w, c in counts.most_common(20))
        joined.replace("=", ":").title().partition(":")
        joined.encode().decode()
        "%s has %d (%5.2f%%) %r" % ("a", 3, 99.5, "q")
        "{0!r:<10} {1:,} {name:^8}".format("s", 1234567, name="n")
        joined.find("the"), joined.upper().count("A"), joined[::2], joined[3:20] + joined[-5:], "the" in joined
    return joined


def caesar(n):
    out = []
    for i in range(n):
        for ch in PROSE[:400]:
            k = ord(ch)
            out.append(chr((k - 97 + i) % 26 + 97) if "a" <= ch <= "z" else ch)
    table = str.maketrans("abc", "xyz")
    return "".join(out).translate(table)


def patterns(n):
    exprs = [r"\b\w+ing\b", r"(\d+)(?:\.(\d+))?", r"[\w.]+@[\w.]+\.\w{2,3}", r"(?i)the\s+(\w+)", r"(a|e|i|o|u){2}", r"^It.*?day", r"(?P<y>\w)(?P=y)",
             r"[^,;:]+(?=[,;:])", r"x*y?z+", r"(?:one|two|four|river|mill)", r"(?:\w+ )+the", r"(?:(\w)[a-z]*[ ,])+?and", r"((?:a|the) )*(\w+ing)",
             r"(?:[aeiou][^aeiou ]|n\w)*s", r"(?:(?P<w>\w+) )*?(?:of|in) ", r"(a(b|n))*(?!t)", r"(?:[^\W\d]{2}|'s)++", r"(?<=e) (?:\S+ ?){2,4}"]
    compiled = [re.compile(e, re.M) for e in exprs]
    found = 0
    for _ in range(n):
        for c in compiled:
            found += len(c.findall(PROSE))
            m = c.search(PROSE)
            if m:
                found += m.start() + len(m.group())
        found += len(re.sub(r"\s+", lambda m: " ", PROSE)) + len(re.split(r"[,.;] ?", PROSE))
        for m in re.finditer(r"(\w+) (\w+)", PROSE):
            found += len(m[1]) - len(m.group(2))
        data = PROSE.encode()
        found += len(re.sub(rb"a.?c|t{1,3}", b"<>", data))
    for e in exprs:
        re.purge()
        re.compile(e)
        re.compile("(?:" + e.replace("(?i)", "").replace("(?P<y>", "(?P<z>").replace("(?P=y)", "(?P=z)") + r")+?|[^x-z]")
    return found


def records(n):
    rows = [{"id": i, "name": f"name {i}", "tags": ["a", "bé", None, True], "score": i * 1.25, "sub": {"x": [i, -i], "y": "q\"\n"}} for i in range(n)]
    text = json.dumps(rows)
    assert json.loads(text) == rows
    json.dumps(rows, indent=2, sort_keys=True)
    json.loads(json.dumps(rows, ensure_ascii=False).encode())
    for proto in (2, 4, 5):
        assert pickle.loads(pickle.dumps(rows, proto)) == rows
    f = io.StringIO()
    w = csv.writer(f)
    w.writerows([r["id"], r["name"], r["score"]] for r in rows)
    f.seek(0)
    assert len(list(csv.reader(f))) == n
    pprint.pformat(rows[:20])


def binary(n):
    buf = bytearray()
    for i in range(n):
        buf += struct.pack("<IhBd", i, i % 100, i & 255, i / 3)
    total = 0
    for i, h, b, d in struct.iter_unpack("<IhBd", bytes(buf)):
        total += i + h + b + d
    view = memoryview(buf)
    for i in range(0, len(buf), 5):
        total += view[i] ^ buf[i]
    for b in bytes(buf):
        total += b
    enc = base64.b64encode(buf)
    assert base64.b64decode(enc) == buf and binascii.unhexlify(buf.hex()) == buf
    assert zlib.decompress(zlib.compress(buf)) == buf
    hashlib.sha256(buf).hexdigest()
    base64.b32encode(buf[:300]), base64.a85encode(buf[:300])
    return total


def files(n):
    f = io.BytesIO()
    t = io.TextIOWrapper(f, encoding="utf-8", write_through=False)
    for i in range(n):
        t.write(f"line {i} é\n")
        print(i, "x", file=t)
    t.flush()
    f.seek(0)
    lines = [line.rstrip("\n") for line in io.TextIOWrapper(f, encoding="utf-8")]
    s = io.StringIO("\n".join(lines))
    while line := s.readline():
        line.split(None, 1)
    return textwrap.fill(PROSE[:600], 60), textwrap.dedent("  a\n  b")


def tokens(n):
    kinds = {"num": r"\d+(\.\d*)?", "id": r"[a-z]\w*", "op": r"[-+*/()=]", "ws": r"\s+"}
    master = re.compile("|".join(f"(?P<{k}>{v})" for k, v in kinds.items()))
    src = "total = alpha * (beta + 12.5) / gamma - 7 " * 10
    for _ in range(n):
        out, pos = [], 0
        while pos < len(src):
            m = master.match(src, pos)
            if m.lastgroup != "ws":
                out.append((m.lastgroup, m.group()))
            pos = m.end()
    return len(out)


for _ in range(8):
    words(25)
    caesar(40)
    patterns(6)
    records(150)
    binary(2500)
    files(1500)
    tokens(60)
