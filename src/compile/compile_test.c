/* compile/compile_test.c: small sources against known code; errors with their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "code/code.h"
#include "compile/compile.h"
#include "compile/consts.h"
#include "compile/names.h"
#include "compile/symtable.h"
#include "object/init.h"
#include "rt/runtime.h"
#include "rt/thread.h"
#include "syntax/parse.h"

static PyCodeObject *
compile_text(const char *text)
{
    PyObject *filename = PyUnicode_FromString("f");
    struct ast_arena *arena = ast_arena_new();
    mod_ty mod = parse_string(text, filename, Py_file_input, NULL, arena);
    PyCodeObject *co = mod ? compile_ast(mod, filename, NULL, 0, arena) : NULL;
    ast_arena_free(arena);
    Py_DECREF(filename);
    return co;
}

static void
expect_ops(const char *text, const int *ops, int n)
{
    PyCodeObject *co = compile_text(text);
    assert_non_null(co);
    PyObject *code = PyCode_GetCode(co);
    const unsigned char *p = (const unsigned char *)PyBytes_AS_STRING(code);
    int at = 0;
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(code); i += 2 * (1 + op_caches(p[i])))
        assert_int_equal(at < n ? ops[at++] : -1, p[i]);
    assert_int_equal(at, n);
    Py_DECREF(code);
    Py_DECREF(co);
}
#define EXPECT_OPS(text, ...) expect_ops(text, (int[]){ __VA_ARGS__ }, (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)))

static void
constants_decide_at_compile_time(void **state)
{
    EXPECT_OPS("", RESUME, RETURN_CONST);
    EXPECT_OPS("if 0: a", RESUME, RETURN_CONST);
    EXPECT_OPS("if 0:\n  a\nb", RESUME, NOP, LOAD_NAME, POP_TOP, RETURN_CONST);
    EXPECT_OPS("x = 1 and y", RESUME, LOAD_NAME, STORE_NAME, RETURN_CONST);
    EXPECT_OPS("a, b = c, d", RESUME, LOAD_NAME, LOAD_NAME, SWAP, STORE_NAME, STORE_NAME, RETURN_CONST);
}

static void
conditions_become_jumps(void **state)
{
    EXPECT_OPS("x = not (a is b)", RESUME, LOAD_NAME, LOAD_NAME, IS_OP, STORE_NAME, RETURN_CONST);
    EXPECT_OPS("if x is None: y", RESUME, LOAD_NAME, POP_JUMP_IF_NOT_NONE, LOAD_NAME, POP_TOP, RETURN_CONST, RETURN_CONST);
    EXPECT_OPS("while a: b", RESUME, LOAD_NAME, TO_BOOL, POP_JUMP_IF_FALSE, LOAD_NAME, POP_TOP, LOAD_NAME, TO_BOOL,
               POP_JUMP_IF_FALSE, JUMP_BACKWARD, RETURN_CONST, RETURN_CONST);
}

static void
handlers_go_to_the_end(void **state)
{
    EXPECT_OPS("try: a\nexcept B: c\nd", RESUME, LOAD_NAME, POP_TOP, LOAD_NAME, POP_TOP, RETURN_CONST, PUSH_EXC_INFO, LOAD_NAME,
               CHECK_EXC_MATCH, POP_JUMP_IF_FALSE, POP_TOP, LOAD_NAME, POP_TOP, POP_EXCEPT, LOAD_NAME, POP_TOP, RETURN_CONST,
               RERAISE, COPY, POP_EXCEPT, RERAISE);
}

static void
expect_error(const char *text, const char *message, int line, int column)
{
    assert_null(compile_text(text));
    PyObject *exc = PyErr_GetRaisedException();
    assert_true(exc != NULL && Py_IS_TYPE(exc, (PyTypeObject *)PyExc_SyntaxError));
    PySyntaxErrorObject *e = (PySyntaxErrorObject *)exc;
    assert_string_equal(PyUnicode_AsUTF8(e->msg), message);
    assert_int_equal(PyLong_AsLong(e->lineno), line);
    assert_int_equal(PyLong_AsLong(e->offset), column);
    Py_DECREF(exc);
}

static void
errors_say_where(void **state)
{
    expect_error("break", "'break' outside loop", 1, 1);
    expect_error("def f():\n  x = 1\n  global x", "name 'x' is assigned to before global declaration", 3, 3);
    expect_error("def f(a, a): pass", "duplicate argument 'a' in function definition", 1, 10);
    expect_error("nonlocal x", "nonlocal declaration not allowed at module level", 1, 1);
    expect_error("f(a=1, a=2)", "keyword argument repeated: a", 1, 8);
    expect_error("def f(): await x", "'await' outside async function", 1, 10);
}

static void
equal_constants_are_kept_once(void **state)
{
    struct pool p;
    struct const_cache c = { 0 };
    pool_init(&p);
    PyObject *zero = pool_keep(&p, PyFloat_FromDouble(0.0)), *minus = pool_keep(&p, PyFloat_FromDouble(-0.0));
    PyObject *one = pool_keep(&p, PyFloat_FromDouble(1.0)), *again = pool_keep(&p, PyFloat_FromDouble(1.0));
    assert_ptr_equal(const_merge(&p, &c, one), const_merge(&p, &c, again));
    assert_ptr_not_equal(const_merge(&p, &c, zero), const_merge(&p, &c, minus));
    PyObject *a = pool_keep(&p, PyTuple_Pack(2, one, zero)), *b = pool_keep(&p, PyTuple_Pack(2, again, zero));
    PyObject *d = pool_keep(&p, PyTuple_Pack(2, one, minus)), *e = pool_keep(&p, PyTuple_Pack(2, Py_True, zero));
    assert_ptr_equal(const_merge(&p, &c, a), const_merge(&p, &c, b));
    assert_ptr_not_equal(const_merge(&p, &c, a), const_merge(&p, &c, d));
    assert_ptr_not_equal(const_merge(&p, &c, a), const_merge(&p, &c, e));
    pool_release(&p);
}

static void
names_keep_their_order(void **state)
{
    struct pool p;
    struct names t = { 0 };
    pool_init(&p);
    for (int i = 0; i < 100; i++)
        assert_int_equal(names_index(&p, &t, pool_keep(&p, PyUnicode_FromFormat("n%d", i))), i);
    for (int i = 0; i < 100; i += 2)
        assert_true(names_remove(&p, &t, pool_keep(&p, PyUnicode_FromFormat("n%d", i))));
    for (int i = 0; i < 100; i++)
        assert_int_equal(names_has(&p, &t, pool_keep(&p, PyUnicode_FromFormat("n%d", i))), i % 2);
    assert_int_equal(t.live, 50);
    pool_release(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_decide_at_compile_time), cmocka_unit_test(conditions_become_jumps),
        cmocka_unit_test(handlers_go_to_the_end), cmocka_unit_test(errors_say_where),
        cmocka_unit_test(equal_constants_are_kept_once), cmocka_unit_test(names_keep_their_order),
    };
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0 || objects_init(ts_current()) < 0 || objects_ready_types(code_static_types) < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
