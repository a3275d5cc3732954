/* rt/runtime.c: _PyRuntime. The static objects are initialised by the compiler, so that they cost nothing at start;
 * their types are the only symbols of a higher floor that this folder names (their addresses, nothing else).
 * Strings carry no hash yet: the secret is not known before the process starts. */
#include "rt/runtime.h"

#include <stddef.h>

#include "base/hash.h"
#include "base/os.h"

#define STATIC_HEAD(type) { { _Py_IMMORTAL_REFCNT }, &type }

/* Lists of 0..255 for the initialisers below. */
#define EACH16(M, hi) \
    M(hi * 16 + 0) M(hi * 16 + 1) M(hi * 16 + 2) M(hi * 16 + 3) M(hi * 16 + 4) M(hi * 16 + 5) M(hi * 16 + 6) \
    M(hi * 16 + 7) M(hi * 16 + 8) M(hi * 16 + 9) M(hi * 16 + 10) M(hi * 16 + 11) M(hi * 16 + 12) M(hi * 16 + 13) \
    M(hi * 16 + 14) M(hi * 16 + 15)
#define EACH128(M) \
    EACH16(M, 0) EACH16(M, 1) EACH16(M, 2) EACH16(M, 3) EACH16(M, 4) EACH16(M, 5) EACH16(M, 6) EACH16(M, 7)
#define EACH_HIGH128(M) \
    EACH16(M, 8) EACH16(M, 9) EACH16(M, 10) EACH16(M, 11) EACH16(M, 12) EACH16(M, 13) EACH16(M, 14) EACH16(M, 15)

#define INT_INIT(i) \
    [RT_NSMALLNEG + (i)] = { STATIC_HEAD(PyLong_Type), \
        { (i) == 0 ? 1 : ((i) < 0 ? (1 << 3) | 2 : (1 << 3)), { (i) < 0 ? -(i) : (i) } } },
#define BYTE_INIT(c) \
    [c] = { { { STATIC_HEAD(PyBytes_Type), 1 }, -1, { (char)(c) } }, 0 },

#define STR_STATE(is_ascii) \
    { .interned = SSTATE_INTERNED_IMMORTAL_STATIC, .kind = PyUnicode_1BYTE_KIND, .compact = 1, .ascii = (is_ascii), \
      .statically_allocated = 1 }
#define ASCII_INIT(n) { STATIC_HEAD(PyUnicode_Type), (n), -1, STR_STATE(1) }
#define ASCII_CHAR_INIT(c) [c] = { ASCII_INIT(1), { (c), 0 } },
#define LATIN1_CHAR_INIT(c) \
    [(c) - 128] = { { { STATIC_HEAD(PyUnicode_Type), 1, -1, STR_STATE(0) }, 2, (char *)latin1_utf8[(c) - 128] }, { (c), 0 } },
#define LATIN1_UTF8_INIT(c) { 0xc0 | ((c) >> 6), 0x80 | ((c) & 0x3f), 0 },

static const unsigned char latin1_utf8[128][3] = { EACH_HIGH128(LATIN1_UTF8_INIT) };

#define FRAME_SIZE 80       /* _PyInterpreterFrame without locals: checked by vm/ */

/* Tools that look at a process from outside find it by this section, also where there are no symbols. */
__attribute__((section(".PyRuntime"))) struct rt_runtime _PyRuntime = {
    .debug_offsets = {
        .cookie = "xdebugpy",
        .version = PY_VERSION_HEX,
        .runtime_state = { RT_SIZEOF_RUNTIME, offsetof(struct rt_runtime, _finalizing), offsetof(struct rt_runtime, interpreters.head) },
        .interpreter_state = {
            .size = RT_SIZEOF_INTERP,
            .id = offsetof(PyInterpreterState, id),
            .next = offsetof(PyInterpreterState, next),
            .threads_head = offsetof(PyInterpreterState, threads.head),
            .gc = offsetof(PyInterpreterState, gc),
            .imports_modules = offsetof(PyInterpreterState, imports.modules),
            .sysdict = offsetof(PyInterpreterState, sysdict),
            .builtins = offsetof(PyInterpreterState, builtins),
            .ceval_gil = offsetof(PyInterpreterState, ceval.gil),
            .gil_runtime_state = offsetof(PyInterpreterState, _gil),
            .gil_runtime_state_enabled = 0,
            .gil_runtime_state_locked = offsetof(PyInterpreterState, _gil.locked),
            .gil_runtime_state_holder = offsetof(PyInterpreterState, _gil.last_holder),
        },
        .thread_state = {
            sizeof(PyThreadState), offsetof(PyThreadState, prev), offsetof(PyThreadState, next), offsetof(PyThreadState, interp),
            offsetof(PyThreadState, current_frame), offsetof(PyThreadState, thread_id), offsetof(PyThreadState, native_thread_id),
            offsetof(PyThreadState, datastack_chunk), offsetof(PyThreadState, _status),
        },
        .interpreter_frame = { FRAME_SIZE, 8, 0, 56, 72, 70 },
        .code_object = {
            offsetof(PyCodeObject, co_code_adaptive) + 8, offsetof(PyCodeObject, co_filename), offsetof(PyCodeObject, co_name),
            offsetof(PyCodeObject, co_qualname), offsetof(PyCodeObject, co_linetable), offsetof(PyCodeObject, co_firstlineno),
            offsetof(PyCodeObject, co_argcount), offsetof(PyCodeObject, co_localsplusnames),
            offsetof(PyCodeObject, co_localspluskinds), offsetof(PyCodeObject, co_code_adaptive),
        },
        .pyobject = { sizeof(PyObject), offsetof(PyObject, ob_type) },
        .type_object = { sizeof(PyTypeObject), offsetof(PyTypeObject, tp_name), offsetof(PyTypeObject, tp_repr), offsetof(PyTypeObject, tp_flags) },
        .tuple_object = { sizeof(PyTupleObject), offsetof(PyTupleObject, ob_item), offsetof(PyVarObject, ob_size) },
        .list_object = { sizeof(PyListObject), offsetof(PyListObject, ob_item), offsetof(PyVarObject, ob_size) },
        .dict_object = { sizeof(PyDictObject), offsetof(PyDictObject, ma_keys), offsetof(PyDictObject, ma_values) },
        .float_object = { sizeof(PyFloatObject), offsetof(PyFloatObject, ob_fval) },
        .long_object = { sizeof(PyLongObject), offsetof(PyLongObject, long_value.lv_tag), offsetof(PyLongObject, long_value.ob_digit) },
        .bytes_object = { sizeof(PyBytesObject), offsetof(PyVarObject, ob_size), offsetof(PyBytesObject, ob_sval) },
        .unicode_object = { sizeof(PyUnicodeObject), offsetof(PyASCIIObject, state), offsetof(PyASCIIObject, length), sizeof(PyASCIIObject) },
        .gc = { sizeof(struct gc_state), offsetof(struct gc_state, collecting) },
    },
    .static_objects = {
        .small_ints = { INT_INIT(-5) INT_INIT(-4) INT_INIT(-3) INT_INIT(-2) INT_INIT(-1) EACH128(INT_INIT) EACH_HIGH128(INT_INIT) INT_INIT(256) },
        .bytes_empty = { { STATIC_HEAD(PyBytes_Type), 0 }, -1, { 0 } },
        .bytes_characters = { EACH128(BYTE_INIT) EACH_HIGH128(BYTE_INIT) },
        .strings = {
            .literals = {
#define STR_DEF(name, text) ._py_##name = { ASCII_INIT(sizeof(text) - 1), text },
#define ID_DEF(name)
#include "rt/ids.def"
#undef STR_DEF
#undef ID_DEF
            },
            .identifiers = {
#define STR_DEF(name, text)
#define ID_DEF(name) ._py_##name = { ASCII_INIT(sizeof(#name) - 1), #name },
#include "rt/ids.def"
#undef STR_DEF
#undef ID_DEF
            },
            .ascii = { EACH128(ASCII_CHAR_INIT) },
            .latin1 = { EACH_HIGH128(LATIN1_CHAR_INIT) },
        },
        .tuple_empty = { { STATIC_HEAD(PyTuple_Type), 0 }, { NULL } },
        .context_token_missing = { { _Py_IMMORTAL_REFCNT }, NULL },   /* its owner sets the type */
    },
    .main_interpreter = { .id_refcount = -1 },
};

PyInterpreterState *const rt_main_interp = &_PyRuntime.main_interpreter;

#define STATIC_STR_OFFSET(member) (uint32_t)offsetof(struct rt_runtime, static_objects.strings.member),
#define ASCII_OFFSET(c) STATIC_STR_OFFSET(ascii[c])
#define LATIN1_OFFSET(c) STATIC_STR_OFFSET(latin1[(c) - 128])

const uint32_t rt_static_str_offsets[] = {
#define STR_DEF(name, text) STATIC_STR_OFFSET(literals._py_##name)
#define ID_DEF(name)
#include "rt/ids.def"
#undef STR_DEF
#undef ID_DEF
#define STR_DEF(name, text)
#define ID_DEF(name) STATIC_STR_OFFSET(identifiers._py_##name)
#include "rt/ids.def"
#undef STR_DEF
#undef ID_DEF
    EACH128(ASCII_OFFSET) EACH_HIGH128(LATIN1_OFFSET)
};
const size_t rt_static_str_count = sizeof(rt_static_str_offsets) / sizeof(rt_static_str_offsets[0]);

/* What is read from outside. */
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
AT(struct rt_runtime, _initialized, 584);
AT(struct rt_runtime, _finalizing, 608);
AT(struct rt_runtime, interpreters.head, 632);
AT(struct rt_runtime, interpreters.main, 640);
AT(struct rt_runtime, main_thread, 656);
AT(struct rt_runtime, main_tstate, 664);
AT(struct rt_runtime, static_objects, RT_STATIC_OBJECTS_OFFSET);
AT(struct rt_runtime, main_interpreter, RT_MAIN_INTERP_OFFSET);
AT(struct rt_static_objects, bytes_empty, 8384);
AT(struct rt_static_objects, bytes_characters, 8424);
AT(struct rt_static_objects, strings, 20712);
AT(struct rt_static_objects, tuple_empty, 74456);
AT(struct rt_static_objects, context_token_missing, 74544);
AT(PyInterpreterState, ceval.gil, 16);
AT(PyInterpreterState, ceval.pending, 32);
AT(PyInterpreterState, next, 7264);
AT(PyInterpreterState, id, 7272);
AT(PyInterpreterState, finalizing, 7320);
AT(PyInterpreterState, threads.head, 7344);
AT(PyInterpreterState, gc, 7400);
AT(PyInterpreterState, gc.enabled, 7400 + 12);
AT(PyInterpreterState, gc.collecting, 7400 + 200);
AT(PyInterpreterState, sysdict, 7640);
AT(PyInterpreterState, builtins, 7648);
AT(PyInterpreterState, imports, 7656);
AT(PyInterpreterState, _gil, 7752);
AT(PyInterpreterState, codecs, 7960);
AT(PyInterpreterState, config, 7992);
AT(PyInterpreterState, dict, 8448);
AT(PyInterpreterState, eval_frame, 8472);
AT(PyInterpreterState, co_extra_freefuncs, 8560);
AT(PyInterpreterState, warnings, 10656);
AT(PyInterpreterState, audit_hooks, 10808);
AT(PyInterpreterState, type_watchers, 10816);
AT(PyInterpreterState, active_code_watchers, 10944);
_Static_assert(sizeof(struct rt_debug_offsets) == 584, "debug offsets");
_Static_assert(sizeof(struct rt_static_objects) == 74560, "static objects");
_Static_assert(sizeof(struct rt_runtime) == RT_SIZEOF_RUNTIME, "_PyRuntime");
_Static_assert(sizeof(PyInterpreterState) == RT_SIZEOF_INTERP, "interpreter state");
_Static_assert(sizeof(struct rt_gil) == 208 && sizeof(struct gc_state) == 240 && sizeof(struct rt_pending) == 7232, "parts");

/* ---- hashing ------------------------------------------------------------------------------------------------ */

PyAPI_DATA(union rt_hash_secret) _Py_HashSecret;
union rt_hash_secret {
    unsigned char bytes[24];
    struct { uint64_t k0, k1, expat_salt; };
} _Py_HashSecret;

/* The generator that gives the same secret as CPython for PYTHONHASHSEED=n, so that hashes agree. */
static void
secret_from_seed(uint32_t seed)
{
    uint32_t x = seed;
    for (size_t i = 0; i < sizeof(_Py_HashSecret.bytes); i++) {
        x = x * 214013 + 2531011;
        _Py_HashSecret.bytes[i] = (unsigned char)(x >> 16);
    }
}

int
rt_hash_seed(bool fixed, uint32_t seed)
{
    if (!fixed)
        return os_random(&_Py_HashSecret, sizeof(_Py_HashSecret), false);
    if (seed == 0)
        memset(&_Py_HashSecret, 0, sizeof(_Py_HashSecret));
    else
        secret_from_seed(seed);
    return 0;
}

Py_hash_t
rt_hash_bytes(const void *src, Py_ssize_t n)
{
    if (n == 0)
        return 0;
    Py_hash_t h = (Py_hash_t)hash_siphash13(_Py_HashSecret.k0, _Py_HashSecret.k1, src, (size_t)n);
    return h == -1 ? -2 : h;
}

PyAPI_FUNC(Py_hash_t) _Py_HashBytes(const void *src, Py_ssize_t n);
Py_hash_t _Py_HashBytes(const void *src, Py_ssize_t n) { return rt_hash_bytes(src, n); }

Py_hash_t
Py_HashPointer(const void *p)
{
    uintptr_t y = (uintptr_t)p;
    Py_hash_t h = (Py_hash_t)((y >> 4) | (y << (8 * sizeof(y) - 4)));
    return h == -1 ? -2 : h;
}

static Py_hash_t hash_func(const void *src, Py_ssize_t n) { return rt_hash_bytes(src, n); }

PyHash_FuncDef *
PyHash_GetFuncDef(void)
{
    static PyHash_FuncDef def = { hash_func, "siphash13", 64, 128 };
    return &def;
}
