/* modules/ctypes/call.c: calls of C functions: arguments and result are converted on the C stack.
 *
 * Functions of integers, pointers and floating-point numbers that fit into registers need no libffi: on x86-64 the integer and
 * the vector arguments fill their registers independently of each other, so one call that fills all of them serves every
 * signature. Others go through ffi_call(); the description that libffi made of a signature is kept for the next call. */
#include "modules/ctypes/ctypes.h"

#include <alloca.h>
#include <errno.h>
#include <string.h>

_Thread_local int ct_errno;

enum { ARGS_INLINE = 12, RESULT_INLINE = 64 };

struct frame {                         /* one call */
    const struct ct_call *call;
    Py_ssize_t n;                      /* arguments */
    struct ct_arg *args;
    ffi_type **types, *rtype;
    void *result;
};

/* ---- arguments ---- */

static int convert_arg(const struct ct_call *call, PyObject *value, Py_ssize_t i, struct ct_arg *arg)
{
    struct ct_state *st = call->st;
    int r;
    if (call->plan != NULL && i < call->plan->n) {
        ct_convert *convert = call->plan->of[i].convert;
        if (convert != NULL) {
            r = convert(st, call->plan->of[i].type, value, arg);
            if (r == 0)
                return 0;
            value = r < 0 ? NULL : arg->keep;
        } else
            value = PyObject_CallOneArg(call->plan->of[i].func, value);
        r = value == NULL ? -1 : ct_param(st, value, i + 1, arg);
    } else
        r = ct_param(st, Py_NewRef(value), i + 1, arg);
    if (r < 0) {
        arg->keep = NULL;
        ct_extend_error(st->argument_error, "argument %zd: ", i + 1);
    }
    return r;
}

/* ---- the call itself ---- */

#ifdef __x86_64__
enum { INT_REGS = 6, SSE_REGS = 8 };
struct regs { uint64_t g[INT_REGS]; double d[SSE_REGS]; int ng, nd; };

/* Whether all arguments and the result go through registers; if so, fills them. */
static bool fill_regs(struct frame *f, struct regs *r)
{
    unsigned short rt = f->rtype->type;
    if (rt == FFI_TYPE_STRUCT || rt == FFI_TYPE_LONGDOUBLE || rt == FFI_TYPE_COMPLEX)
        return false;
    r->ng = r->nd = 0;
    for (Py_ssize_t i = 0; i < f->n; i++) {
        const union ct_value *v = &f->args[i].value;
        unsigned short t = f->args[i].ffi->type;
        if (t == FFI_TYPE_STRUCT || t == FFI_TYPE_LONGDOUBLE || t == FFI_TYPE_COMPLEX)
            return false;
        if (t == FFI_TYPE_DOUBLE || t == FFI_TYPE_FLOAT) {
            if (r->nd == SSE_REGS)
                return false;
            memcpy(&r->d[r->nd++], v, sizeof(double));
            continue;
        }
        if (r->ng == INT_REGS)
            return false;
        r->g[r->ng++] = t == FFI_TYPE_SINT32 || t == FFI_TYPE_INT ? (uint64_t)(int64_t)v->i : t == FFI_TYPE_UINT32 ? (uint32_t)v->i :
            t == FFI_TYPE_SINT8 ? (uint64_t)(int64_t)(signed char)v->b[0] : t == FFI_TYPE_UINT8 ? v->b[0] :
            t == FFI_TYPE_SINT16 ? (uint64_t)(int64_t)(short)v->i : t == FFI_TYPE_UINT16 ? (uint16_t)v->i : v->ul;
    }
    return true;
}

/* Variadic, so that the compiler tells how many vector registers are in use, as variadic functions want to know. */
typedef uint64_t int_function(uint64_t, ...);
typedef double sse_function(uint64_t, ...);

static void call_regs(void *fn, const struct regs *r, ffi_type *rtype, void *result)
{
    const uint64_t *g = r->g;
    const double *d = r->d;
    if (rtype->type == FFI_TYPE_DOUBLE || rtype->type == FFI_TYPE_FLOAT) {
        double x = ((sse_function *)fn)(g[0], g[1], g[2], g[3], g[4], g[5], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
        memcpy(result, &x, sizeof x);
        return;
    }
    uint64_t x = r->nd == 0 ? ((int_function *)fn)(g[0], g[1], g[2], g[3], g[4], g[5]) :
        ((int_function *)fn)(g[0], g[1], g[2], g[3], g[4], g[5], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
    memcpy(result, &x, sizeof x);
}
#else
struct regs { char unused; };
static bool fill_regs(struct frame *f, struct regs *r) { return false; }
static void call_regs(void *fn, const struct regs *r, ffi_type *rtype, void *result) { }
#endif

/* The cached description serves if it is of the very same types: those of libffi, which are static. */
static bool cached_cif(struct frame *f, struct ct_cif_cache *cache, int fixed, ffi_cif *cif)
{
    if (cache == NULL || cache->n != f->n || cache->rtype != f->rtype || cache->fixed != fixed)
        return false;
    if (memcmp(cache->types, f->types, sizeof *f->types * (size_t)f->n) != 0)
        return false;
    *cif = cache->cif;
    cif->arg_types = f->types;
    return true;
}

static void cache_cif(struct frame *f, struct ct_cif_cache **cache, int fixed, const ffi_cif *cif)
{
    if (f->rtype->type == FFI_TYPE_STRUCT)
        return;
    for (Py_ssize_t i = 0; i < f->n; i++)
        if (f->types[i]->type == FFI_TYPE_STRUCT)              /* of a class, whose place another may take */
            return;
    struct ct_cif_cache *made = PyMem_Malloc(sizeof *made + sizeof *f->types * (size_t)f->n);
    if (made == NULL)
        return;
    made->cif = *cif;
    made->n = (int)f->n;
    made->fixed = fixed;
    made->rtype = f->rtype;
    memcpy(made->types, f->types, sizeof *f->types * (size_t)f->n);
    PyMem_Free(*cache);
    *cache = made;
}

static int describe(struct frame *f, ffi_cif *cif)
{
    const struct ct_call *call = f->call;
    int fixed = call->plan != NULL && call->plan->n > 0 && call->plan->n < f->n ? (int)call->plan->n : 0;
    for (Py_ssize_t i = 0; i < f->n; i++)
        f->types[i] = f->args[i].ffi;
    if (call->cache != NULL && cached_cif(f, *call->cache, fixed, cif))
        return 0;
    bool narrow = false;                           /* C has no variadic float: libffi says so of its own type only */
    for (Py_ssize_t i = fixed; fixed != 0 && i < f->n; i++)
        narrow |= f->types[i]->type == FFI_TYPE_FLOAT;
    ffi_status status = narrow ? FFI_BAD_TYPEDEF : fixed != 0 ? ffi_prep_cif_var(cif, FFI_DEFAULT_ABI, (unsigned)fixed, (unsigned)f->n, f->rtype, f->types)
        : ffi_prep_cif(cif, FFI_DEFAULT_ABI, (unsigned)f->n, f->rtype, f->types);
    if (status != FFI_OK) {
        PyErr_SetString(PyExc_RuntimeError, fixed != 0 ? "ffi_prep_cif_var failed" : "ffi_prep_cif failed");
        return -1;
    }
    if (call->cache != NULL)
        cache_cif(f, call->cache, fixed, cif);
    return 0;
}

static int invoke(struct frame *f)
{
    const struct ct_call *call = f->call;
    struct regs regs;
    ffi_cif cif;
    void **values = NULL;
    bool variadic = call->plan != NULL && call->plan->n > 0 && call->plan->n < f->n;
    bool by_regs = !variadic && fill_regs(f, &regs);
    if (!by_regs) {
        if (describe(f, &cif) < 0)
            return -1;
        values = alloca(sizeof *values * (size_t)(f->n + 1));
        for (Py_ssize_t i = 0; i < f->n; i++)
            values[i] = f->args[i].ffi->type == FFI_TYPE_STRUCT ? f->args[i].value.p : &f->args[i].value;
    }
    PyThreadState *ts = call->flags & CT_PYTHONAPI ? NULL : PyEval_SaveThread();
    if (call->flags & CT_USE_ERRNO)
        errno = ct_swap_errno(errno);
    if (by_regs)
        call_regs(call->fn, &regs, f->rtype, f->result);
    else
        ffi_call(&cif, FFI_FN(call->fn), f->result, values);
    if (call->flags & CT_USE_ERRNO)
        errno = ct_swap_errno(errno);
    if (ts != NULL)
        PyEval_RestoreThread(ts);
    return call->flags & CT_PYTHONAPI && PyErr_Occurred() ? -1 : 0;
}

/* ---- the result ---- */

static PyObject *convert_result(const struct ct_call *call, void *result)
{
    PyObject *restype = call->restype, *value;
    if (restype == NULL)
        return PyLong_FromLong(*(int *)result);
    if (restype == Py_None)
        Py_RETURN_NONE;
    struct ct_info *info = ct_info_of(call->st, restype);
    if (info == NULL)
        return PyObject_CallFunction(restype, "i", *(int *)result);
    if (info->get != NULL && !ct_is_simple_subclass(call->st, restype)) {
        value = info->get(result, info->size);
        if (info->get == ct_get_object && value != NULL)
            Py_DECREF(value);                      /* the function gave us its reference */
    } else
        value = ct_new_part(call->st, restype, NULL, 0, result);
    if (call->checker == NULL || value == NULL)
        return value;
    PyObject *checked = PyObject_CallOneArg(call->checker, value);
    Py_DECREF(value);
    return checked;
}

PyObject *ct_call(const struct ct_call *call, PyObject *const *args, Py_ssize_t n)
{
    struct ct_arg few[ARGS_INLINE];
    ffi_type *few_types[ARGS_INLINE];
    union { union ct_value value; char room[RESULT_INLINE]; } small;
    if (n > CT_MAX_ARGS)
        return PyErr_Format(call->st->argument_error, "too many arguments (%zi), maximum is %i", n, CT_MAX_ARGS);
    struct frame f = { .call = call, .n = n, .args = few, .types = few_types, .result = &small };
    if (n > ARGS_INLINE) {
        f.args = alloca(sizeof *f.args * (size_t)n);
        f.types = alloca(sizeof *f.types * (size_t)n);
    }
    f.rtype = call->restype == Py_None ? &ct_type_void : ct_ffi_of(call->st, call->restype);
    void *big = NULL;
    if (f.rtype->size > sizeof small && (f.result = big = PyMem_Malloc(f.rtype->size)) == NULL)
        return PyErr_NoMemory();
    Py_ssize_t done = 0;
    while (done < n && convert_arg(call, args[done], done, &f.args[done]) == 0)
        done++;
    PyObject *result = done == n && invoke(&f) == 0 ? convert_result(call, f.result) : NULL;
    while (done > 0)
        Py_XDECREF(f.args[--done].keep);
    PyMem_Free(big);
    return result;
}
