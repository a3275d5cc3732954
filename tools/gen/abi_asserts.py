"""abi_asserts.py LAYOUT.tsv CONSTANTS.tsv PROTOTYPES.tsv OUT.c: what the headers must say, as one C file.

Sizes, offsets, integers and types are static assertions: compiling them is the test. Bit-fields, strings and numbers that are no
integers are looked at by main(). Rows of headers that need another library's are skipped where that one is missing."""

import csv
import re
import sys

INCLUDES = ["Python.h", "frameobject.h", "marshal.h", "opcode.h", "errcode.h", "osdefs.h", "structmember.h", "structseq.h", "datetime.h",
            "dynamic_annotations.h", "internal/pycore_frame.h"]
OPTIONAL = {"py_curses.h": "ncurses.h", "pyexpat.h": "expat.h"}


def rows(path):
    with open(path, newline="") as f:
        yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


def guarded(header, line):
    return f"#if __has_include(<{OPTIONAL[header]}>)\n{line}\n#endif" if header in OPTIONAL else line


def layout_line(r):
    if r["field"] == "(total)":
        return f'_Static_assert(sizeof({r["struct"]}) == {r["size"]}, "size of {r["struct"]}");'
    return (f'_Static_assert(offsetof({r["struct"]}, {r["field"]}) == {r["offset"]}, "{r["struct"]}.{r["field"]}");'
            + (f'\n_Static_assert(sizeof((({r["struct"]} *)0)->{r["field"]}) == {r["size"]}, "size of {r["struct"]}.{r["field"]}");' if r["size"] else ""))


def bit_field(r):
    """Set nothing but the field and see which bits changed."""
    return (f'    {{ static union {{ {r["struct"]} s; unsigned char b[sizeof({r["struct"]})]; }} u; u.s.{r["field"]} = ~0;\n'
            f'      BITS(u.b, sizeof u, {r["bit_offset"]}, {r["bit_width"]}, "{r["struct"]}.{r["field"]}"); }}')


def constant(r):
    """(static assertion or None, statement or None)"""
    name, value, ctype = r["name"], r["value"], r["ctype"]
    if r["kind"] == "alias":
        return f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), __typeof__({value})), "{name}");', None
    if ctype == "string":
        return None, f'    CHECK(strcmp({name}, {value}) == 0, "{name}");'
    if ctype in ("double", "long double"):
        test = f"isnan({name})" if value == "nan" else f"(double)({name}) == {'INFINITY' if value == 'inf' else value}"
        return None, f'    CHECK({test}, "{name}");'
    kind = f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), {ctype}), "type of {name}");\n' if r["kind"] == "macro" else ""
    if ctype == "void *":
        return kind.rstrip() or None, f'    CHECK((uintptr_t)({name}) == {value}, "{name}");'
    v = int(value)
    number = f"(long)({name}) == {v + 1}L - 1" if v < 0 else f"(unsigned long)({name}) == {v}UL"
    return f'{kind}_Static_assert({number}, "{name}");', None


def prototype(r):
    """The name redeclared. In parentheses a macro of the same name with parameters does not expand; one without leads to the
    function that it stands for. An inline function is compared: to declare it again would need its body's linkage."""
    name, proto = r["name"], r["prototype"]
    if r["kind"] == "inline":
        bare = re.sub(rf"\b{name}\b", "", proto, count=1)
        if "(" not in bare or "[" in bare:
            return f"extern __typeof__({name}) {name};" if "(" in proto else f"{type_of_data(name, proto)}"
        return f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), {bare}), "{name}");'
    if r["kind"] == "data":
        return f"extern {proto};"
    return re.sub(rf"\b{name}\(", f"({name})(", proto, count=1) + ";" if not re.search(rf"\(\*{name}\)", proto) else f"extern {proto};"


def type_of_data(name, proto):
    bare = re.sub(rf"\b{name}\b", "", proto, count=1)
    return f'_Static_assert(__builtin_types_compatible_p(__typeof__({name}), {bare}), "{name}");'


def main(layout, constants, prototypes, out):
    static, run = [], []
    for r in rows(layout):
        if r["bit_width"]:
            run.append(bit_field(r))
        else:
            static.append(guarded(r["header"], layout_line(r)))
    for r in rows(constants):
        a, b = constant(r)
        static += [guarded(r["header"], a)] if a else []
        run += [guarded(r["header"], b)] if b else []
    static += [guarded(r["header"], prototype(r)) for r in rows(prototypes)]
    lines = ["/* Made by tools/gen/abi_asserts.py. */", '#pragma GCC diagnostic ignored "-Wdeprecated-declarations"',
             '#pragma GCC diagnostic ignored "-Wunused-variable"', "#define Py_BUILD_CORE"]
    lines += [f"#include <{h}>" for h in INCLUDES]
    lines += [f"#if __has_include(<{needs}>)\n#include <{needs}>\n#include <{h}>\n#endif" for h, needs in OPTIONAL.items()]
    lines += static
    lines += ["""static int wrong;
#define CHECK(OK, NAME) do { if (!(OK)) { fprintf(stderr, "%s\\n", (NAME)); wrong = 1; } } while (0)
static void
BITS(const unsigned char *b, size_t n, size_t first, size_t width, const char *name)
{
    for (size_t i = 0; i < 8 * n; i++)
        CHECK((b[i / 8] >> i % 8 & 1) == (i >= first && i < first + width), name);
}
int
main(void)
{"""] + run + ["    return wrong;\n}"]
    with open(out, "w") as f:
        f.write("\n".join(lines) + "\n")


main(*sys.argv[1:])
