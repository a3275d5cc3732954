"""Training: the library's compiled modules that the other programs do not reach: dates, decimals, XML, arrays, foreign functions, hashes."""
import array
import cmath
import ctypes
import datetime
import decimal
import hashlib
import io
import os
import queue
import select
import socket
import statistics
import subprocess
import sys
import threading
import unicodedata
import xml.etree.ElementTree as ET
import zlib
from xml.parsers import expat


def dates(n):
    day, step, zone = datetime.date(2024, 2, 29), datetime.timedelta(days=1, seconds=5), datetime.timezone(datetime.timedelta(hours=2))
    now, seen = datetime.datetime(2024, 2, 29, 12, 30, 15, 1000, zone), set()
    for i in range(n):
        now += step
        day = day + step if day.year < 2100 else datetime.date(2024, 1, 1)
        seen.add((day.weekday(), now.hour))
        text = now.isoformat()
        if datetime.datetime.fromisoformat(text) != now or (now - step) >= now:
            raise ValueError(text)
        now.replace(microsecond=i), now.timestamp(), now.date(), now.time(), day.toordinal(), str(day), now.utcoffset()
        (step * 3 // 2).total_seconds()
        if i % 8 == 0:
            now.strftime("%Y-%m-%d %H:%M:%S"), datetime.datetime.strptime("2024-03-01", "%Y-%m-%d"), now.astimezone(datetime.timezone.utc)
    return len(seen)


def decimals(n):
    D, cent, total = decimal.Decimal, decimal.Decimal("0.01"), decimal.Decimal(0)
    with decimal.localcontext() as context:
        context.prec = 40
        for i in range(n):
            price = D(i * 37 % 10007) * D("0.0145")
            tax = (price * D("0.07")).quantize(cent, rounding=decimal.ROUND_HALF_EVEN)
            total += price.quantize(cent) + tax
            if total > 1000000 or price == tax or not price:
                total /= 3
            if i % 8 == 0:
                str(total), f"{total:.2f}", int(total), float(price), hash(price), -price, abs(tax), divmod(total, 7), price ** 3, D("1.5e3").normalize()
            if i % 64 == 0:
                total.sqrt(), price.ln() if price > 0 else price, D(i).exp() if i < 500 else total, D(10) ** 30 // 7, round(price, 1)
    with decimal.localcontext() as context:                      # many digits
        context.prec = 2000
        x = D(2).sqrt()
        for _ in range(n // 200):
            x = (x + 2 / x) / 2
            x * x
    return total


def xml(n):
    for _ in range(n):
        root = ET.Element("root", kind="tree")
        for i in range(60):
            child = ET.SubElement(root, f"row{i % 5}", number=str(i), name="a & b")
            for j in range(5):
                ET.SubElement(child, "cell").text = f"text <{j}>"
                child[-1].tail = "\n"
        data = ET.tostring(root, encoding="utf-8")
        again = ET.fromstring(data)
        for element in again.iter("cell"):
            element.set("seen", "yes")
            if element.get("seen") != "yes" or element.text is None:
                raise ValueError(element)
        again.findall(".//cell"), again.find("row1/cell"), len(list(again.iterfind("row2"))), [c.tag for c in again], again[3].attrib
        for event, element in ET.iterparse(io.BytesIO(data), ("start", "end")):
            if event == "end":
                element.clear()
        parser, names = expat.ParserCreate(), []
        parser.StartElementHandler = lambda name, attributes: names.append(name)
        parser.CharacterDataHandler = names.append
        parser.Parse(data, True)
        ET.ElementTree(again).write(io.BytesIO())


def arrays(n):
    numbers, bytes_, chars = array.array("d", range(1000)), array.array("B", bytes(256)), array.array("i")
    for i in range(n):
        numbers[i % 1000] = numbers[-1 - i % 1000] * 0.5 + i
        bytes_[i % 256] = i & 255
        chars.append(i)
        if i % 100 == 0:
            sum(numbers), numbers.tobytes(), chars.extend(range(20)), array.array("d", numbers[10:20]), memoryview(numbers)[5], chars.index(i), list(chars[:9])
            del chars[:50]
    return statistics.fmean(numbers), statistics.pstdev(numbers), sum(cmath.sqrt(complex(i, -i)).real for i in range(2000))


class Pair(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_double), ("text", ctypes.c_char * 8)]


def foreign(n):
    lib = ctypes.CDLL(None)
    labs, strlen, order = lib.labs, lib.strlen, []
    labs.argtypes, labs.restype, strlen.argtypes, strlen.restype = [ctypes.c_long], ctypes.c_long, [ctypes.c_char_p], ctypes.c_size_t
    pairs, pointer = (Pair * 10)(), ctypes.pointer(Pair(1, 2.5, b"x"))
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])
    for i in range(n):
        if labs(-i) != i or strlen(b"abc") != 3 or lib.abs(-5) != 5:
            raise ValueError(i)
        pairs[i % 10].a, pairs[i % 10].b = i, 0.5
        pointer.contents.a += pairs[i % 10].a
        ctypes.c_int(i).value, ctypes.byref(pointer), ctypes.sizeof(Pair), pointer[0].b
        if i % 50 == 0:
            numbers = (ctypes.c_int * 20)(*range(20, 0, -1))
            lib.qsort(numbers, 20, 4, compare)
            ctypes.create_string_buffer(b"text", 10).value, ctypes.string_at(b"text"), ctypes.cast(numbers, ctypes.c_void_p).value


def texts(n):
    data = "naïve Ünïcödé – text, 日本語 and more".encode() * 20
    for _ in range(n):
        for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"):
            hashlib.new(name, data).hexdigest()
        text = data.decode()
        unicodedata.normalize("NFD", text), unicodedata.normalize("NFKC", text)
        [unicodedata.category(c) for c in text[:40]], unicodedata.name("é"), text.casefold(), text.title(), text.encode("utf-16"), text.encode("latin-1", "replace")
        zlib.decompress(zlib.compress(data)), zlib.crc32(data), zlib.adler32(data)


def system(n):
    a, b = socket.socketpair()
    with a, b:
        for i in range(n):
            a.sendall(b"some bytes")
            select.select([b], [], [], 1)
            b.recv(100)
            os.stat("/"), os.path.exists("/"), os.environ.get("PATH"), os.fspath("/tmp")
    jobs, done = queue.SimpleQueue(), queue.Queue()
    worker = threading.Thread(target=lambda: [done.put(job * 2) for job in iter(jobs.get, None)])
    worker.start()
    for i in range(n):
        jobs.put(i)
        done.get()
    jobs.put(None)
    worker.join()
    for _ in range(3):
        subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True, capture_output=True)
        with os.scandir("/") as entries:
            sorted(entry.name for entry in entries if entry.is_dir())


dates(40000)
decimals(100000)
xml(100)
arrays(60000)
foreign(60000)
texts(2000)
system(3000)
