"""Names without a declaration in include/: internal.py PROTOTYPES.tsv SRC

CPython exports them for its own modules, and some extensions bind them; our declarations lie beside their subject in src/. Each one
found there must be called as CPython's is: the same number of parameters, each of the same class (pointer, or number of a size).
Rows with a reason in the column `apart` are not compared: what is not here, and what a macro defines."""

import csv
import pathlib
import re
import sys

SIZES = {
    "void": "void", "bool": "1", "char": "1", "uint8_t": "1", "short": "2", "int": "4", "unsigned": "4", "wchar_t": "4", "uint32_t": "4", "mode_t": "4",
    "Py_UCS4": "4", "int64_t": "8", "long": "8", "size_t": "8", "Py_ssize_t": "8", "uint64_t": "8", "Py_hash_t": "8", "Py_uhash_t": "8",
    "uintptr_t": "8", "uintmax_t": "8", "digit": "4", "sdigit": "4", "stwodigits": "8",
    "PyTime_t": "8", "PyThread_ident_t": "8", "PyThread_handle_t": "8", "double": "double",
    # enumerations
    "_PyTime_round_t": "4", "PyLockStatus": "4", "_PyLockFlags": "4", "_Py_add_pending_call_result": "4", "_Py_error_handler": "4",
    "_PyXI_errcode": "4", "PyGILState_STATE": "4",
    # pointers to functions
    "conversion_func": "pointer", "conversion": "pointer", "binaryfunc": "pointer", "destructor": "pointer", "crossinterpdatafunc": "pointer",
    "PyOS_sighandler_t": "pointer", "xid_newobjfunc": "pointer", "xid_freefunc": "pointer", "_Py_hashtable_hash_func": "pointer",
    "_Py_hashtable_compare_func": "pointer", "_Py_hashtable_destroy_func": "pointer", "_Py_hashtable_foreach_func": "pointer",
    "_Py_pending_call_func": "pointer", "_PyFrameEvalFunction": "pointer", "code_walker": "pointer", "hashtable_walker": "pointer",
}
WORDS = re.compile(r"\b(const|struct|enum|union|unsigned|signed|STEALS|OWNED|BORROWED|restrict)\b(\([^)]*\))?")


def split(text):
    """At commas outside of parentheses."""
    parts, depth, now = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append(now)
            now = ""
        else:
            now += c
    return [p.strip() for p in parts + [now] if p.strip()]


def size(text):
    text = text.strip()
    if "*" in text or "[" in text:
        return "pointer"
    if text == "...":
        return text
    names = WORDS.sub(" ", text).split() or ["unsigned"]
    if names[0] == "long" and names[-1] == "double":
        return "long double"
    return SIZES.get(names[0], "?" + names[0])


def shape(result, parameters):
    given = split(parameters)
    return [size(result)] + [size(p) for p in given if size(p) != "void"]


def parse(text, name):
    """What a declaration of the name says: ["8", "pointer", ...], or the type of data alone."""
    m = re.search(rf"^(.*?)\(?\b{name}\)?\s*\((.*)\)[^()]*$", text, re.S)
    if m:
        return shape(m[1], m[2])
    return ["data"]


def declarations(folder):
    """name -> texts of declarations and definitions with external linkage."""
    found = {}
    start = re.compile(r"^(?:PyAPI_FUNC|PyAPI_DATA)\((?P<type>[^)]*(?:\([^)]*\)[^)]*)*)\)\s*\(?(?P<name>\w+)\)?(?P<rest>[^;{]*)[;{]"
                       r"|^PyMODINIT_FUNC\s+(?P<init>\w+)\(void\)"
                       r"|^(?!static|typedef|#|\s)(?P<result>[\w *()]*?[\w*])[\s]+\**\(?(?P<defined>_?Py\w+)\)?(?P<args>\([^;{]*\))\s*[;{]", re.M)
    for path in sorted(folder.rglob("*.[ch]")):
        for m in start.finditer(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)):
            name = m["name"] or m["init"] or m["defined"]
            text = f"{m['type']} {name}{m['rest']}" if m["name"] else f"PyObject *{name}(void)" if m["init"] else m[0].rstrip("{;")
            found.setdefault(name, []).append(text)
    return found


def main(table, *folders):
    with open(table, newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    ours, problems, good = {}, [], 0
    for folder in folders:
        for name, texts in declarations(pathlib.Path(folder)).items():
            ours.setdefault(name, []).extend(texts)
    for r in rows:
        name, texts = r["name"], ours.get(r["name"], [])
        if r["apart"]:
            continue
        wanted = parse(r["prototype"], name)
        if not texts:
            problems.append(f"{name}: not found")
        for text in texts:
            if parse(text, name) != wanted:
                problems.append(f"{name}: {wanted} in CPython, here {parse(text, name)}: {' '.join(text.split())}")
        good += bool(texts)
    print("\n".join(problems))
    print(f"{len(rows)} names, {good} declared, {sum(1 for r in rows if r['apart'])} apart with a reason")
    return 1 if problems else 0


sys.exit(main(*sys.argv[1:]))
