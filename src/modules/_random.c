/* _random.c: the Mersenne Twister MT19937 (Matsumoto, Nishimura). Seeding by an int uses the generator's array seeding with
 * the absolute value's 32-bit words; random() takes 53 bits. */
#include <Python.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "rt/effect.h"

#define N 624
#define M 397

struct random { PyObject_HEAD int index; uint32_t state[N]; };

static uint32_t
next_word(struct random *r)
{
    static const uint32_t odd[2] = { 0, 0x9908b0dfu };
    uint32_t *mt = r->state, y;
    if (r->index >= N) {
        for (int k = 0; k < N; k++) {
            y = (mt[k] & 0x80000000u) | (mt[(k + 1) % N] & 0x7fffffffu);
            mt[k] = mt[(k + M) % N] ^ (y >> 1) ^ odd[y & 1];
        }
        r->index = 0;
    }
    y = mt[r->index++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

static void
seed_word(struct random *r, uint32_t s)
{
    r->state[0] = s;
    for (uint32_t j = 1; j < N; j++)
        r->state[j] = 1812433253u * (r->state[j - 1] ^ (r->state[j - 1] >> 30)) + j;
    r->index = N;
}

static void
seed_array(struct random *r, const uint32_t *key, size_t length)
{
    uint32_t *mt = r->state;
    size_t i = 1, j = 0;
    seed_word(r, 19650218u);
    for (size_t k = N > length ? N : length; k > 0; k--) {
        mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >> 30)) * 1664525u)) + key[j] + (uint32_t)j;
        if (++i >= N) {
            mt[0] = mt[N - 1];
            i = 1;
        }
        if (++j >= length)
            j = 0;
    }
    for (size_t k = N - 1; k > 0; k--) {
        mt[i] = (mt[i] ^ ((mt[i - 1] ^ (mt[i - 1] >> 30)) * 1566083941u)) - (uint32_t)i;
        if (++i >= N) {
            mt[0] = mt[N - 1];
            i = 1;
        }
    }
    mt[0] = 0x80000000u;
}

static void
seed_entropy(struct random *r)
{
    uint32_t key[N];
    if (getrandom(key, sizeof(key), GRND_NONBLOCK) == (ssize_t)sizeof(key)) {
        seed_array(r, key, N);
        return;
    }
    PyTime_t now = 0, tick = 0;
    (void)PyTime_TimeRaw(&now);
    (void)PyTime_MonotonicRaw(&tick);
    uint32_t small[5] = { (uint32_t)now, (uint32_t)(now >> 32), (uint32_t)getpid(), (uint32_t)tick, (uint32_t)(tick >> 32) };
    seed_array(r, small, 5);
}

/* The absolute value of an int, or the hash of anything else, as 32-bit words. */
static int
seed_object(struct random *r, PyObject *arg)
{
    if (arg == NULL || arg == Py_None) {
        seed_entropy(r);
        return 0;
    }
    PyObject *n;
    if (PyLong_CheckExact(arg))
        n = PyNumber_Absolute(arg);
    else if (PyLong_Check(arg))
        n = PyLong_Type.tp_as_number->nb_absolute(arg);
    else {
        Py_hash_t h = PyObject_Hash(arg);
        n = h == -1 ? NULL : PyLong_FromSize_t((size_t)h);
    }
    if (n == NULL)
        return -1;
    size_t bits = _PyLong_NumBits(n), words = bits == 0 ? 1 : (bits - 1) / 32 + 1;
    uint32_t *key = PyMem_Malloc(words * 4);
    int rc = -1;
    if (key == NULL)
        PyErr_NoMemory();
    else if ((rc = _PyLong_AsByteArray((PyLongObject *)n, (unsigned char *)key, words * 4, 1, 0, 1)) == 0)
        seed_array(r, key, words);
    PyMem_Free(key);
    Py_DECREF(n);
    return rc;
}

/* ---- methods -------------------------------------------------------------------------------------------------------------- */

static PyObject *
random_random(PyObject *self, PyObject *unused)
{
    PyObject *out = PyFloat_FromDouble(0.0);             /* without memory nothing has happened */
    if (out == NULL)
        return NULL;
    uint32_t a = next_word((struct random *)self) >> 5, b = next_word((struct random *)self) >> 6;
    ((PyFloatObject *)out)->ob_fval = (a * 67108864.0 + b) * (1.0 / 9007199254740992.0);
    return out;
}
EFFECT(random_random, EFF_ALLOC | EFF_FAILS, &PyFloat_Type, 0);

static PyObject *
random_seed(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (n > 1)
        return PyErr_Format(PyExc_TypeError, "seed expected at most 1 argument, got %zd", n);
    if (seed_object((struct random *)self, n == 0 ? NULL : args[0]) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
random_getstate(PyObject *self, PyObject *unused)
{
    struct random *r = (struct random *)self;
    PyObject *state = PyTuple_New(N + 1);
    for (int i = 0; state != NULL && i <= N; i++) {
        PyObject *v = PyLong_FromUnsignedLong(i < N ? r->state[i] : (unsigned long)r->index);
        if (v == NULL)
            Py_CLEAR(state);
        else
            PyTuple_SET_ITEM(state, i, v);
    }
    return state;
}

static PyObject *
random_setstate(PyObject *self, PyObject *state)
{
    uint32_t fresh[N];
    if (!PyTuple_Check(state)) {
        PyErr_SetString(PyExc_TypeError, "state vector must be a tuple");
        return NULL;
    }
    if (PyTuple_GET_SIZE(state) != N + 1) {
        PyErr_SetString(PyExc_ValueError, "state vector is the wrong size");
        return NULL;
    }
    for (int i = 0; i < N; i++) {
        unsigned long v = PyLong_AsUnsignedLong(PyTuple_GET_ITEM(state, i));
        if (v == (unsigned long)-1 && PyErr_Occurred())
            return NULL;
        fresh[i] = (uint32_t)v;
    }
    long index = PyLong_AsLong(PyTuple_GET_ITEM(state, N));
    if (index == -1 && PyErr_Occurred())
        return NULL;
    if (index < 0 || index > N) {
        PyErr_SetString(PyExc_ValueError, "invalid state");
        return NULL;
    }
    memcpy(((struct random *)self)->state, fresh, sizeof(fresh));
    ((struct random *)self)->index = (int)index;
    Py_RETURN_NONE;
}

static PyObject *
random_getrandbits(PyObject *self, PyObject *arg)
{
    struct random *r = (struct random *)self;
    PyObject *i = PyNumber_Index(arg);
    if (i == NULL)
        return NULL;
    if (_PyLong_Sign(i) < 0) {
        PyErr_SetString(PyExc_ValueError, "number of bits must be non-negative");
        Py_DECREF(i);
        return NULL;
    }
    uint64_t k = PyLong_AsUnsignedLongLong(i);
    Py_DECREF(i);
    if (k == UINT64_MAX && PyErr_Occurred())
        return NULL;
    if (k == 0)
        return PyLong_FromLong(0);
    if (k <= 32) {
        PyObject *out = PyLong_FromUnsignedLong(next_word(r) >> (32 - k));
        r->index -= out == NULL;                         /* without memory nothing has happened */
        return out;
    }
    if (k > (uint64_t)PY_SSIZE_T_MAX / 2)
        return PyErr_NoMemory();
    size_t words = (k - 1) / 32 + 1;
    uint32_t *v = PyMem_Malloc(words * 4);
    if (v == NULL)
        return PyErr_NoMemory();
    struct random before = *r;
    for (size_t w = 0; w < words; w++, k -= 32) {
        v[w] = next_word(r);
        if (k < 32)
            v[w] >>= 32 - k;
    }
    PyObject *out = _PyLong_FromByteArray((unsigned char *)v, words * 4, 1, 0);
    PyMem_Free(v);
    if (out == NULL) {
        r->index = before.index;
        memcpy(r->state, before.state, sizeof(r->state));
    }
    return out;
}
EFFECT(random_getrandbits, EFF_ALLOC | EFF_FAILS, &PyLong_Type, EFF_ARG(0, EFF_INT));

static int
random_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (kwargs != NULL && PyDict_GET_SIZE(kwargs) > 0 && Py_TYPE(self)->tp_init == random_init) {
        PyErr_SetString(PyExc_TypeError, "Random() takes no keyword arguments");
        return -1;
    }
    if (n > 1) {
        PyErr_SetString(PyExc_TypeError, "Random() requires 0 or 1 argument");
        return -1;
    }
    return seed_object((struct random *)self, n == 0 ? NULL : PyTuple_GET_ITEM(args, 0));
}

static void
random_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef random_methods[] = {
    { "random", random_random, METH_NOARGS, "random($self, /)\n--\n\nrandom() -> x in the interval [0, 1)." },
    { "seed", (PyCFunction)(void (*)(void))random_seed, METH_FASTCALL,
      "seed($self, n=None, /)\n--\n\nStarts the sequence anew from an int, a hash, or the system's entropy." },
    { "getstate", random_getstate, METH_NOARGS, "getstate($self, /)\n--\n\nThe state as a tuple of ints." },
    { "setstate", random_setstate, METH_O, "setstate($self, state, /)\n--\n\nTakes back what getstate() gave." },
    { "getrandbits", random_getrandbits, METH_O, "getrandbits($self, k, /)\n--\n\nAn int of k random bits." },
    { NULL }
};

static PyType_Slot random_type_slots[] = {
    { Py_tp_doc, "Random() -> a generator of random numbers with its own state." },
    { Py_tp_methods, random_methods },
    { Py_tp_new, PyType_GenericNew },
    { Py_tp_init, random_init },
    { Py_tp_dealloc, random_dealloc },
    { Py_tp_free, PyObject_Free },
    { 0, NULL }
};

static PyType_Spec random_type_spec = {
    "_random.Random", sizeof(struct random), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, random_type_slots
};

static int
random_exec(PyObject *m)
{
    PyObject *type = PyType_FromModuleAndSpec(m, &random_type_spec, NULL);
    int rc = type == NULL ? -1 : PyModule_AddType(m, (PyTypeObject *)type);
    Py_XDECREF(type);
    return rc;
}

static PyModuleDef_Slot random_slots[] = {
    { Py_mod_exec, random_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef random_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_random",
    .m_doc = "The Mersenne Twister behind the module random.",
    .m_slots = random_slots,
};

PyMODINIT_FUNC PyInit__random(void) { return PyModuleDef_Init(&random_module); }
