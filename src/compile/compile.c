/* compile/compile.c: the stages in order; docstrings. */
#include "compile/compile.h"

#include "code/code.h"                 /* dis_dump() */
#include "compile/cg.h"
#include "compile/dump.h"
#include "rt/singletons.h"
#include "syntax/ast_tools.h"

struct compile_dump compile_dump;

struct compilation {
    struct cg cg;
    mod_ty mod;
    struct ast_arena *arena;
    PyObject *result;              /* borrowed from the pool */
};

static void
generate_module(struct cg *c, mod_ty mod)
{
    unit_enter(c, STR(anon_module), UNIT_MODULE, mod, 1, NULL);
    asdl_stmt_seq *body;
    switch (mod->kind) {
    case Expression_kind:
        cg_expr(c, mod->v.Expression.body);
        return;
    case Interactive_kind:
        c->interactive = true;
        body = mod->v.Interactive.body;
        break;
    default:
        body = mod->v.Module.body;
        break;
    }
    bool has_start = mod->kind == Module_kind && asdl_seq_LEN(body) > 0;
    cg_body(c, has_start ? LOC(asdl_seq_GET(body, 0)) : (struct loc){ 1, 1, 0, 0 }, body);
}

static void
prepare(struct compilation *k)
{
    struct cg *c = &k->cg;
    int features = future_features(c->pool, k->mod, c->filename, &c->last_future);
    c->flags |= features;
    if (!ast_fold(k->mod, k->arena, c->optimize, c->flags))
        pool_fail(c->pool);
    c->st = symtable_build(c->pool, k->mod, c->filename, c->flags);
    if (compile_dump.sym)
        dump_symtable(compile_dump.out, c->st);
}

static void
compile_all(void *arg)
{
    struct compilation *k = arg;
    prepare(k);
    generate_module(&k->cg, k->mod);
    k->result = (PyObject *)unit_finish(&k->cg, k->mod->kind != Expression_kind);
    if (compile_dump.code && dis_dump(compile_dump.out, (PyCodeObject *)k->result, false, compile_dump.function) < 0)
        pool_fail(k->cg.pool);
}

static void
generate_only(void *arg)
{
    struct compilation *k = arg;
    k->cg.keep_sequences = true;
    prepare(k);
    generate_module(&k->cg, k->mod);
    unit_return_at_end(&k->cg, k->mod->kind != Expression_kind);
    k->result = cg_unit_as_object(&k->cg);
}

static void
fold_only(void *arg)
{
    struct compilation *k = arg;
    int features = future_features(k->cg.pool, k->mod, k->cg.filename, &k->cg.last_future);
    if (!ast_fold(k->mod, k->arena, k->cg.optimize, k->cg.flags | features))
        pool_fail(k->cg.pool);
    k->result = Py_None;
}

static PyObject *
run(void (*stages)(void *), mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena)
{
    struct pool pool;
    struct compilation k = {
        .cg = { .pool = &pool, .filename = filename, .flags = flags ? flags->cf_flags : 0, .optimize = optimize < 0 ? 0 : optimize },
        .mod = mod, .arena = arena,
    };
    pool_init(&pool);
    PyObject *result = pool_run(&pool, stages, &k) == 0 ? Py_NewRef(k.result) : NULL;
    if (flags != NULL)               /* a prompt keeps the features that a statement has turned on */
        flags->cf_flags |= k.cg.flags & PyCF_MASK;
    pool_release(&pool);
    return result;
}

PyCodeObject *
compile_ast(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena)
{
    return (PyCodeObject *)run(compile_all, mod, filename, flags, optimize, arena);
}

PyObject *
compile_generate_only(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena)
{
    return run(generate_only, mod, filename, flags, optimize, arena);
}

int
compile_fold(mod_ty mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena)
{
    PyObject *done = run(fold_only, mod, filename, flags, optimize, arena);
    Py_XDECREF(done);
    return done != NULL ? 0 : -1;
}

PyCodeObject *
_PyAST_Compile(struct _mod *mod, PyObject *filename, PyCompilerFlags *flags, int optimize, struct ast_arena *arena)
{
    return compile_ast(mod, filename, flags, optimize, arena);
}

/* --- docstrings --- */

static Py_ssize_t
indent_of(const char *line, const char *end)
{
    const char *p = line;
    while (p < end && *p == ' ')
        p++;
    return p - line;
}

static const char *
line_end(const char *p, const char *end)
{
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    return nl ? nl : end;
}

/* The least indentation of the non-blank lines after the first, or PY_SSIZE_T_MAX. */
static Py_ssize_t
common_margin(const char *p, const char *end)
{
    Py_ssize_t margin = PY_SSIZE_T_MAX;
    for (p = line_end(p, end); p < end; p = line_end(p, end)) {
        p++;
        Py_ssize_t n = indent_of(p, end);
        if (p + n < end && p[n] != '\n')
            margin = Py_MIN(margin, n);
        p += n;
    }
    return margin;
}

/* Tabs are taken as up to eight columns; leading blanks of the first line and the common margin of the others go. */
PyObject *
_PyCompile_CleanDoc(PyObject *doc)
{
    PyObject *expanded = PyObject_CallMethod(doc, "expandtabs", NULL);
    if (expanded == NULL)
        return NULL;
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(expanded, &size);
    if (text == NULL) {
        Py_DECREF(expanded);
        return NULL;
    }
    const char *p = text, *end = text + size;
    Py_ssize_t margin = common_margin(p, end);
    if (margin == PY_SSIZE_T_MAX)
        margin = 0;
    p += indent_of(p, end);
    if (p == text && margin == 0)
        return expanded;
    char *out = PyMem_Malloc((size_t)size + 1), *o = out;
    if (out == NULL) {
        Py_DECREF(expanded);
        return PyErr_NoMemory();
    }
    while (true) {
        const char *nl = line_end(p, end);
        bool more = nl < end;
        memcpy(o, p, (size_t)(nl - p) + more);
        o += nl - p + more;
        if (!more)
            break;
        p = nl + 1;
        p += Py_MIN(margin, indent_of(p, end));
    }
    Py_DECREF(expanded);
    PyObject *result = PyUnicode_FromStringAndSize(out, o - out);
    PyMem_Free(out);
    return result;
}
