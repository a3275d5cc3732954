"""Code objects in a form that two interpreters can compare: canonical bytes of constants, digests of whole trees.

Left out is co_filename, which depends on where the library lies. Sets are sorted by the form of their members: their
order depends on the hash seed."""
import hashlib
import struct
import types

FIELDS = [
    "co_code", "co_names", "co_varnames", "co_cellvars", "co_freevars", "co_flags", "co_stacksize", "co_exceptiontable",
    "co_linetable", "co_qualname", "co_name", "co_firstlineno", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount",
    "co_nlocals",
]


def tagged(tag, data):
    return b"%s:%d:%s" % (tag.encode(), len(data), data)


def constant_bytes(const, code):
    """Type and value of a constant; equal exactly if the compiler treats two as the same. `code` turns a code object into
    bytes."""
    if isinstance(const, types.CodeType):
        return tagged("code", code(const))
    kind = type(const).__name__
    if isinstance(const, tuple):
        return tagged(kind, b"".join(constant_bytes(c, code) for c in const))
    if isinstance(const, frozenset):
        return tagged(kind, b"".join(sorted(constant_bytes(c, code) for c in const)))
    if isinstance(const, float):
        return tagged(kind, struct.pack("<d", const))
    if isinstance(const, complex):
        return tagged(kind, struct.pack("<dd", const.real, const.imag))
    if isinstance(const, int):
        return tagged(kind, b"%x" % const)           # not in decimal, which is limited in length
    if isinstance(const, str):
        return tagged(kind, const.encode("utf-8", "surrogatepass"))
    return tagged(kind, const if isinstance(const, bytes) else repr(const).encode())


def tree_bytes(co):
    """All fields of a code object and of those inside it."""
    parts = [tagged(name, constant_bytes(getattr(co, name), tree_bytes)) for name in FIELDS]
    return b"".join(parts) + constant_bytes(co.co_consts, tree_bytes)


def error_bytes(exc):
    """Type, message and place of the exception that compile() raised."""
    if isinstance(exc, SyntaxError):
        seen = (exc.msg, exc.lineno, exc.offset, exc.end_lineno, exc.end_offset)
    else:
        seen = exc.args
    return tagged(type(exc).__name__, repr(seen).encode("utf-8", "surrogatepass"))


def digest(data, digits=12):
    return hashlib.sha256(data).hexdigest()[:digits]


def nested(co):
    return [c for c in co.co_consts if isinstance(c, types.CodeType)]


def differences(want, got):
    """(want, got, names of the fields that differ), for the code objects and all inside them."""
    fields = [f for f in FIELDS if getattr(want, f) != getattr(got, f)]
    # Code objects inside are compared on their own, so that only those that differ are named.
    if constant_bytes(want.co_consts, lambda co: b"") != constant_bytes(got.co_consts, lambda co: b""):
        fields.append("co_consts")
    found = [(want, got, fields)] if fields else []
    for a, b in zip(nested(want), nested(got)):
        found += differences(a, b)
    return found
