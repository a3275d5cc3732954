#!/usr/bin/env python3
"""Makes the C tables about characters out of the Unicode Character Database.

    unicode_tables.py UNICODE_DIR type OUT.h      what str needs: kinds of characters, case, numeric values
    unicode_tables.py UNICODE_DIR data OUT.h      what the unicodedata module needs besides: categories, normal forms
    unicode_tables.py UNICODE_DIR names OUT.h     names of characters

Every per-character fact lies in a two-stage table: index1[c >> SHIFT] names a block, index2 holds the blocks.
"""
import bz2
import os
import sys

MAX = 0x110000
DECIMAL, DIGIT, LOWER, LINEBREAK, SPACE, TITLE, UPPER = 2, 4, 8, 0x10, 0x20, 0x40, 0x80
ALPHA, XID_START, XID_CONTINUE, PRINTABLE, NUMERIC, CASE_IGNORABLE, CASED, EXTENDED = 1, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000
NFCOUNT = 4


class Database:
    def __init__(self, folder):
        self.folder = folder
        self.chars = {}
        self.read_unicode_data()

    def lines(self, name):
        path = os.path.join(self.folder, name)
        if os.path.exists(path):
            text = open(path, encoding="utf-8").read()
        else:
            text = bz2.open(path + ".bz2", "rt", encoding="utf-8").read()
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if line:
                yield line

    def rows(self, name):
        for line in self.lines(name):
            yield [f.strip() for f in line.split(";")]

    def ranges(self, name):
        """Rows whose first field is a code point or a range: (first, last, other fields)."""
        for first, *rest in self.rows(name):
            lo, _, hi = first.partition("..")
            yield int(lo, 16), int(hi or lo, 16), rest

    def read_unicode_data(self):
        first = None
        self.named = {}
        self.unified = []                       # ranges of CJK unified ideographs, named by their code
        for line in open(os.path.join(self.folder, "UnicodeData.txt"), encoding="utf-8"):
            f = line.rstrip("\n").split(";")
            code = int(f[0], 16)
            if f[1].endswith(", First>"):
                first = code
                continue
            for c in range(first if first is not None else code, code + 1):
                self.chars[c] = f
            if first is not None and f[1].startswith("<CJK Ideograph"):
                self.unified.append((first, code))
            if first is None and not f[1].startswith("<"):
                self.named[code] = f[1]
            first = None

    def property(self, file, name):
        out = set()
        for lo, hi, rest in self.ranges(file):
            if rest[0] == name:
                out.update(range(lo, hi + 1))
        return out


def two_stage(values, shift):
    """values (a list of MAX ints) as (index1, index2)."""
    size = 1 << shift
    blocks, index1, index2 = {}, [], []
    for start in range(0, len(values), size):
        block = tuple(values[start:start + size])
        if block not in blocks:
            blocks[block] = len(blocks)
            index2.extend(block)
        index1.append(blocks[block])
    return index1, index2


def write_array(out, ctype, name, values, per_line=24):
    out.write(f"static const {ctype} {name}[{len(values)}] = {{\n")
    for i in range(0, len(values), per_line):
        out.write(",".join(map(str, values[i:i + per_line])) + ",\n")
    out.write("};\n")


def write_two_stage(out, name, values, shift, ctype2):
    index1, index2 = two_stage(values, shift)
    ctype1 = "uint8_t" if max(index1) < 256 else "uint16_t"
    out.write(f"#define {name.upper()}_SHIFT {shift}\n")
    write_array(out, ctype1, name + "_index1", index1)
    write_array(out, ctype2, name + "_index2", index2)


def special_casing(db):
    """Code -> (lower, title, upper) lists, unconditional rows only."""
    out = {}
    for f in db.rows("SpecialCasing.txt"):
        if len(f) > 4 and f[4]:
            continue
        out[int(f[0], 16)] = [[int(x, 16) for x in f[i].split()] for i in (1, 2, 3)]
    return out


def case_folding(db):
    return {int(f[0], 16): [int(x, 16) for x in f[2].split()] for f in db.rows("CaseFolding.txt") if f[1] in "CF"}


def numeric_values(db):
    out = {c: f[8] for c, f in db.chars.items() if f[8]}
    for line in db.lines("Unihan_NumericValues.txt"):
        code, tag, value = line.split("\t")[:3]
        if tag in ("kAccountingNumeric", "kPrimaryNumeric", "kOtherNumeric"):
            value = value.split()[0] if " " in value else value
            out.setdefault(int(code[2:], 16), value)
    return out


def type_flags(c, f, props, numeric):
    category, bidi = f[2], f[4]
    flags = 0
    if category in ("Lm", "Lt", "Lu", "Ll", "Lo"):
        flags |= ALPHA
    if category == "Lt":
        flags |= TITLE
    if category == "Zs" or bidi in ("WS", "B", "S"):
        flags |= SPACE
    if c in props["linebreak"] or bidi == "B":
        flags |= LINEBREAK
    if c == 32 or category[0] not in "CZ":
        flags |= PRINTABLE
    for name, bit in (("Lowercase", LOWER), ("Uppercase", UPPER), ("XID_Start", XID_START), ("XID_Continue", XID_CONTINUE),
                      ("Cased", CASED), ("Case_Ignorable", CASE_IGNORABLE)):
        if c in props[name]:
            flags |= bit
    if f[6]:
        flags |= DECIMAL
    if f[7]:
        flags |= DIGIT
    if c in numeric:
        flags |= NUMERIC
    return flags


def make_types(db, out):
    props = {name: db.property("DerivedCoreProperties.txt", name)
             for name in ("Lowercase", "Uppercase", "XID_Start", "XID_Continue", "Cased", "Case_Ignorable")}
    props["linebreak"] = {c for lo, hi, r in db.ranges("LineBreak.txt") if r[0] in ("BK", "CR", "LF", "NL") for c in range(lo, hi + 1)}
    numeric = numeric_values(db)
    special, folding = special_casing(db), case_folding(db)
    extra, types, index = [], {(0, 0, 0, 0, 0, 0): 0}, [0] * MAX
    for c, f in sorted(db.chars.items()):
        flags = type_flags(c, f, props, numeric)
        upper = int(f[12], 16) if f[12] else c
        lower = int(f[13], 16) if f[13] else c
        title = int(f[14], 16) if f[14] else upper
        sc = special.get(c)
        cf = folding.get(c, [c])
        if sc is None and cf == [lower]:
            cases = (upper - c, lower - c, title - c)
        else:
            flags |= EXTENDED
            low, tit, upp = sc or ([lower], [title], [upper])
            lo = len(extra) | len(low) << 24
            extra.extend(low)
            if cf != low:
                lo |= len(cf) << 20
                extra.extend(cf)
            up = len(extra) | len(upp) << 24
            extra.extend(upp)
            ti = up
            if tit != upp:
                ti = len(extra) | len(tit) << 24
                extra.extend(tit)
            cases = (up, lo, ti)
        key = cases + (int(f[6] or 0), int(f[7] or 0), flags)
        index[c] = types.setdefault(key, len(types))
    out.write(f"static const struct uc_type uc_types[{len(types)}] = {{\n")
    for key in types:
        out.write("{%d,%d,%d,%d,%d,%d},\n" % key)
    out.write("};\n")
    write_two_stage(out, "uc_type", index, 7, "uint16_t")
    write_array(out, "Py_UCS4", "uc_extended_case", extra)
    values = sorted(numeric.items())
    write_array(out, "Py_UCS4", "uc_numeric_code", [c for c, _ in values])
    write_array(out, "double", "uc_numeric_value", [c_double(v) for _, v in values], 8)


def c_double(text):
    num, _, den = text.partition("/")
    return f"{num}.0/{den}.0" if den else f"{num}.0"


CATEGORIES = "Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So".split()
BIDI = " L LRE LRO R AL RLE RLO PDF EN ES ET AN CS NSM BN B S WS ON LRI RLI FSI PDI".split(" ")
WIDTHS = "N F H W Na A".split()


def quick_checks(db):
    out = {}
    for lo, hi, rest in db.ranges("DerivedNormalizationProps.txt"):
        if rest[0] in ("NFD_QC", "NFKD_QC", "NFC_QC", "NFKC_QC"):
            shift = 2 * ("NFD_QC", "NFKD_QC", "NFC_QC", "NFKC_QC").index(rest[0])
            for c in range(lo, hi + 1):
                out[c] = out.get(c, 0) | "YMN".index(rest[1]) << shift
    return out


def make_records(db, out):
    widths, qc, age = ["N"] * MAX, quick_checks(db), set()
    for lo, hi, rest in db.ranges("EastAsianWidth.txt"):
        widths[lo:hi + 1] = [rest[0]] * (hi + 1 - lo)
    for lo, hi, rest in db.ranges("DerivedAge.txt"):
        if tuple(map(int, rest[0].split("."))) <= (3, 2):
            age.update(range(lo, hi + 1))
    records, index = {}, []
    for c in range(MAX):
        f = db.chars.get(c)
        w = WIDTHS.index(widths[c])
        if f is None:
            key = (0, 0, 0, 0, w, 0, 0)
        else:
            key = (CATEGORIES.index(f[2]), int(f[3]), BIDI.index(f[4]), int(f[9] == "Y"), w, qc.get(c, 0), int(c in age))
        index.append(records.setdefault(key, len(records)))
    out.write(f"static const struct ucd_record ucd_records[{len(records)}] = {{\n")
    for key in records:
        out.write("{%d,%d,%d,%d,%d,%d,%d},\n" % key)
    out.write("};\n")
    write_two_stage(out, "ucd_record", index, 7, "uint16_t")
    for name, values in (("categories", CATEGORIES), ("bidi", BIDI), ("widths", WIDTHS)):
        out.write(f"static const char *const ucd_{name}[] = {{%s}};\n" % ",".join(f'"{v}"' for v in values))


def make_decompositions(db, out):
    prefixes, data, offsets = [""], [0], [0] * MAX
    canonical = {}
    for c, f in sorted(db.chars.items()):
        if not f[5]:
            continue
        words = f[5].split()
        prefix = words.pop(0) if words[0].startswith("<") else ""
        if prefix not in prefixes:
            prefixes.append(prefix)
        codes = [int(w, 16) for w in words]
        if not prefix and len(codes) == 2:
            canonical[c] = tuple(codes)
        offsets[c] = len(data)
        data.append(len(codes) << 8 | prefixes.index(prefix))
        data.extend(codes)
    out.write("static const char *const ucd_prefixes[] = {%s};\n" % ",".join(f'"{p}"' for p in prefixes))
    write_array(out, "uint32_t", "ucd_decomposition_codes", data)
    write_two_stage(out, "ucd_decomposition_at", offsets, 7, "uint16_t")
    excluded = db.property("DerivedNormalizationProps.txt", "Full_Composition_Exclusion")
    pairs = sorted((pair, c) for c, pair in canonical.items() if c not in excluded)
    out.write(f"static const struct {{ Py_UCS4 first, second, composed; }} ucd_pairs[{len(pairs)}] = {{\n")
    for (a, b), c in pairs:
        out.write("{%d,%d,%d},\n" % (a, b, c))
    out.write("};\n")
    corrections = [(lo, rest[0]) for lo, _, rest in db.ranges("NormalizationCorrections.txt") if version(rest[2]) > (3, 2)]
    out.write("static const Py_UCS4 ucd_corrections[][2] = {%s};\n" % ",".join("{%d,0x%s}" % x for x in corrections))


def version(text):
    return tuple(map(int, text.split(".")[:2]))


def name_hash(name):
    h = 2166136261
    for b in name.encode():
        h = (h ^ b) * 16777619 & 0xFFFFFFFF
    return h ^ h >> 15


def make_names(db, out):
    names = dict(db.named)
    aliases = [(f[1], int(f[0], 16)) for f in db.rows("NameAliases.txt")]
    sequences = [(f[0], [int(x, 16) for x in f[1].split()]) for f in db.rows("NamedSequences.txt")]
    alias_start, sequence_start = 0xF0000, 0xF0200
    for i, (name, _) in enumerate(aliases):
        names[alias_start + i] = name
    for i, (name, _) in enumerate(sequences):
        names[sequence_start + i] = name
    out.write("static const Py_UCS4 ucn_unified[][2] = {%s};\n" % ",".join("{%d,%d}" % r for r in db.unified))
    counts = {}
    for name in names.values():
        for w in name.split():
            counts[w] = counts.get(w, 0) + 1
    words = sorted(counts, key=lambda w: (-counts[w], w))
    short = 256 - (len(words) // 256 + 1)          # word numbers below `short` take one byte
    number = {w: i for i, w in enumerate(words)}
    phrases, offsets = bytearray(1), [0] * MAX
    for c, name in sorted(names.items()):
        offsets[c] = len(phrases)
        parts = name.split()
        phrases.append(len(parts))
        for w in parts:
            n = number[w]
            if n < short:
                phrases.append(n)
            else:
                n -= short
                phrases += bytes((short + (n >> 8), n & 255))
    lexicon, at = bytearray(), []
    for w in words:
        at.append(len(lexicon))
        lexicon += w.encode()
    at.append(len(lexicon))
    out.write(f"#define UCN_SHORT {short}\n#define UCN_ALIAS_START {alias_start}\n#define UCN_SEQUENCE_START {sequence_start}\n")
    out.write(f"#define UCN_ALIASES {len(aliases)}\n#define UCN_SEQUENCES {len(sequences)}\n#define UCN_NAME_MAX {max(map(len, names.values()))}\n")
    write_array(out, "uint8_t", "ucn_phrases", list(phrases), 40)
    write_array(out, "uint8_t", "ucn_lexicon", list(lexicon), 40)
    write_array(out, "uint32_t", "ucn_word_at", at)
    write_two_stage(out, "ucn_phrase_at", offsets, 6, "uint32_t")
    write_array(out, "Py_UCS4", "ucn_alias_code", [c for _, c in aliases])
    out.write("static const struct { uint8_t n; uint16_t codes[4]; } ucn_sequences[] = {\n")
    for _, codes in sequences:
        assert len(codes) <= 4 and max(codes) < 65536
        out.write("{%d,{%s}},\n" % (len(codes), ",".join(map(str, codes))))
    out.write("};\n")
    size = 1 << (len(names) * 3 // 2).bit_length()
    table = [0] * size
    for c, name in sorted(names.items()):
        i = name_hash(name) & size - 1
        while table[i]:
            i = i + 1 & size - 1
        table[i] = c
    write_array(out, "uint32_t", "ucn_hash", table)


def main():
    folder, what, path = sys.argv[1:]
    db = Database(folder)
    with open(path, "w", encoding="ascii") as out:
        out.write("/* Made by tools/gen/unicode_tables.py out of the Unicode Character Database. */\n")
        if what == "type":
            make_types(db, out)
        elif what == "data":
            make_records(db, out)
            make_decompositions(db, out)
        else:
            make_names(db, out)


main()
