/* vm/vm_test.c: what a compiler of traces plugs into, tried with functions that record, count and "compile" by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <Python.h>

#include "object/coll/dict.h"
#include "object/coll/dict_values.h"
#include "object/core/effect.h"
#include "program/inittab.h"
#include "rt/interp.h"
#include "rt/singletons.h"
#include "vm/deps.h"
#include "vm/eval.h"
#include "vm/heat.h"
#include "vm/slow.h"
#include "vm/trace_ops.h"

static PyObject *globals;

static void
run(const char *text)
{
    PyObject *v = PyRun_String(text, Py_file_input, globals, globals);
    if (v == NULL)
        PyErr_Print();
    assert_non_null(v);
    Py_DECREF(v);
}

static long
value_of(const char *expr)
{
    PyObject *v = PyRun_String(expr, Py_eval_input, globals, globals);
    if (v == NULL)
        PyErr_Print();
    assert_non_null(v);
    long n = PyLong_AsLong(v);
    Py_DECREF(v);
    return n;
}

static PyObject *get(const char *name) { return PyDict_GetItemString(globals, name); }
static PyCodeObject *code_of(const char *func) { return (PyCodeObject *)PyFunction_GetCode(get(func)); }

/* The n-th instruction of co with this base opcode. */
static int
find_op(PyCodeObject *co, int op, int n)
{
    for (int i = 0; i < Py_SIZE(co); i += code_ins_size(co, i))
        if (code_base_opcode(co, i) == op && n-- == 0)
            return i;
    return -1;
}

/* ---- a compiler that only takes notes ---- */

static struct {
    int hot_loops, hot_entries, steps, unwound;
    bool answer;                       /* of hot() for loops */
    _Py_CODEUNIT *hot_pc;
    PyObject *frame_code;              /* of the last instruction seen */
    bool strayed;                      /* rec_ins() saw more than one code object */
    uint8_t ops[64];
    int stop_at;                       /* base opcode after which recording ends */
} seen;

static bool
note_hot(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat)
{
    *(heat == HEAT_LOOP ? &seen.hot_loops : &seen.hot_entries) += 1;
    seen.hot_pc = pc;
    return seen.answer && heat == HEAT_LOOP;
}

static bool
note_ins(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp)
{
    int op = op_deopt(pc->op.code);
    assert_in_range(sp - frame_stackbase(f), 0, frame_code(f)->co_stacksize);
    if (seen.frame_code != NULL && seen.frame_code != f->f_executable)
        seen.strayed = true;
    seen.frame_code = f->f_executable;
    if (seen.steps < 64)
        seen.ops[seen.steps] = (uint8_t)op;
    seen.steps++;
    return op != seen.stop_at;
}

static void note_unwind(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc) { seen.unwound++; }

static void
start_notes(bool record, int stop_at)
{
    memset(&seen, 0, sizeof(seen));
    seen.answer = record;
    seen.stop_at = stop_at;
    trace_install(&(struct trace_ops){ .hot = note_hot, .rec_ins = note_ins, .rec_unwind = note_unwind });
}

static int
stop_notes(void **state)
{
    trace_install(NULL);
    return 0;
}

#define LOOP "def loop(n):\n  i = 0\n  while i < n:\n    i += 1\n  return i\n"

/* ---- heat ---- */

static void
nobody_counts_without_a_compiler(void **state)
{
    trace_install(NULL);
    run(LOOP "loop(500)\nloop(500)");
    PyCodeObject *co = code_of("loop");
    _Py_CODEUNIT *jump = _PyCode_CODE(co) + find_op(co, JUMP_BACKWARD, 0);
    assert_int_equal(jump[1].counter.value, CODE_LOOP_HEAT);
    assert_null(co->co_executors);
}

static void
a_loop_gets_hot_after_its_countdown(void **state)
{
    start_notes(false, 0);
    run(LOOP "loop(96)");
    assert_int_equal(seen.hot_loops, 0);               /* tested before each turn: 95 backward jumps */
    run("loop(1 + 1)");
    assert_int_equal(seen.hot_loops, 1);
    PyCodeObject *co = code_of("loop");
    int jump = find_op(co, JUMP_BACKWARD, 0);
    assert_ptr_equal(seen.hot_pc, _PyCode_CODE(co) + jump + 2 - _PyCode_CODE(co)[jump].op.arg);
}

static void
failed_tries_double_the_countdown_and_end(void **state)
{
    start_notes(false, 0);
    run(LOOP "loop(96 + 192)");
    assert_int_equal(seen.hot_loops, 1);
    run("loop(3)");
    assert_int_equal(seen.hot_loops, 2);
    run("loop(96 * 100)");
    assert_int_equal(seen.hot_loops, HEAT_TRIES);
}

static void
a_function_gets_hot_by_its_calls(void **state)
{
    start_notes(false, 0);
    run("def g(): pass\nfor _ in range(159): g()");
    assert_int_equal(seen.hot_entries, 0);
    run("g()");
    assert_int_equal(seen.hot_entries, 1);
    PyCodeObject *co = code_of("g");
    assert_ptr_equal(seen.hot_pc, _PyCode_CODE(co) + find_op(co, RESUME, 0));
}

/* ---- recording: the table is swapped ---- */

static void
recording_sees_each_instruction_once(void **state)
{
    start_notes(true, JUMP_BACKWARD);
    run(LOOP "x = loop(200)");
    assert_true(seen.steps >= 6 && seen.steps < 64);
    assert_int_equal(seen.ops[seen.steps - 1], JUMP_BACKWARD);
    int adds = 0, compares = 0, jumps = 0;
    for (int i = 0; i < seen.steps; i++) {
        adds += seen.ops[i] == BINARY_OP;
        compares += seen.ops[i] == COMPARE_OP;
        jumps += seen.ops[i] == JUMP_BACKWARD;
    }
    assert_int_equal(adds, 1);
    assert_int_equal(compares, 1);
    assert_int_equal(jumps, 1);
    assert_ptr_equal(seen.frame_code, code_of("loop"));
    assert_int_equal(value_of("x"), 200);              /* and the program has not noticed */
}

static void
python_called_from_c_is_not_recorded(void **state)
{
    start_notes(true, JUMP_BACKWARD);
    run("def key(x): return -x\n"
        "def f():\n  for i in range(200):\n    r = sorted([1, 2, 3], key=key)\n  return r\n"
        "r = f()");
    assert_false(seen.strayed);
    assert_ptr_equal(seen.frame_code, code_of("f"));
    assert_int_equal(value_of("r[0]"), 3);
}

static void
recording_follows_python_calls_and_exceptions(void **state)
{
    start_notes(true, JUMP_BACKWARD);
    run("def bad(x): raise KeyError(x)\n"
        "def f():\n  n = 0\n  for i in range(200):\n    try: bad(i)\n    except KeyError: n += 1\n  return n\n"
        "r = f()");
    assert_true(seen.strayed);
    assert_int_equal(seen.unwound, 2);                 /* bad() left, the handler in f() entered */
    assert_int_equal(value_of("r"), 200);
}

static void
a_recorder_may_outlive_the_loop(void **state)
{
    start_notes(true, -1);                             /* never enough */
    run("def f():\n  for i in range(100): pass\nf()");
    int steps = seen.steps;
    assert_true(steps > 0);
    run("def g():\n  for i in range(10): pass\ng()");
    assert_int_equal(seen.steps, steps);               /* the loop that recorded was left, and recording with it */
}

/* A little of everything that the loop does; `work()` answers a number. */
static const char busy_program[] =
    "import asyncio, json, re, threading\n"
    "class Node:\n"
    "    __slots__ = ('left', 'right')\n"
    "    def __init__(self, depth): self.left, self.right = (Node(depth - 1), Node(depth - 1)) if depth else (None, None)\n"
    "    def count(self): return 1 + (self.left.count() + self.right.count() if self.left is not None else 0)\n"
    "class Base:\n"
    "    total = 0\n"
    "    @property\n"
    "    def twice(self): return self.x * 2\n"
    "    def __getattr__(self, name): return len(name)\n"
    "class Sub(Base):\n"
    "    def __init__(self, x): super().__init__(); self.x = x\n"
    "    def __enter__(self): return self\n"
    "    def __exit__(self, *exc): Base.total += 1; return exc[0] is ValueError\n"
    "def gen(n):\n"
    "    for i in range(n):\n"
    "        got = yield i\n"
    "        while got: got -= 1; yield got\n"
    "def raising(i):\n"
    "    try:\n"
    "        if i % 3 == 0: raise ValueError(i)\n"
    "        if i % 3 == 1: {}['x']\n"
    "        return 1\n"
    "    except KeyError: return 2\n"
    "    finally: Base.total += 1\n"
    "def chain(n): yield from range(n); yield from chain(n - 1) if n else ()\n"
    "async def co(n):\n"
    "    total = 0\n"
    "    async for i in agen(n): total += i; await asyncio.sleep(0)\n"
    "    return total\n"
    "async def agen(n):\n"
    "    for i in range(n): yield i\n"
    "def many(a, b=2, *args, k=3, **kw): return a + b + len(args) + k + len(kw)\n"
    "def work():\n"
    "    Base.total = n = 0\n"
    "    n += Node(8).count()\n"
    "    for i in range(300):\n"
    "        with Sub(i) as s: n += s.twice + s.missing + raising(i)\n"
    "        n += many(1, *[2] * (i % 4), k=i, **{'z%d' % i: 1})\n"
    "        match [i % 5, i]:\n"
    "            case [0, x]: n += x\n"
    "            case [1 | 2, int(y)] if y > 10: n -= y\n"
    "            case _: n += 1\n"
    "    g = gen(50); next(g)\n"
    "    for i in range(40): n += g.send(i % 3)\n"
    "    n += sum(chain(20)) + sum(v for v in sorted(range(500), key=lambda v: -v) if v & 1)\n"
    "    n += len(json.dumps(json.loads('[1, {\"a\": [2.5, null, true]}]' * 1)) * 3)\n"
    "    n += sum(len(w) for w in re.findall(r'\\w+', 'ab cd efg ' * 50))\n"
    "    n += asyncio.run(co(30))\n"
    "    done = []\n"
    "    ts = [threading.Thread(target=lambda: done.append(Node(6).count())) for _ in range(3)]\n"
    "    for t in ts: t.start()\n"
    "    for t in ts: t.join()\n"
    "    a, *b, c = range(300)\n"
    "    n += sum(done) + a + len(b) + c + sum({k: v for k, v in zip(range(99), range(99))}.values())\n"
    "    return n + Base.total\n";

static bool note_some(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, PyObject **sp) { return ++seen.steps % 1000 != 0; }

static bool
note_always(PyThreadState *ts, _PyInterpreterFrame *f, _Py_CODEUNIT *pc, enum trace_heat heat)
{
    seen.hot_loops++;
    return true;
}

static void
programs_do_not_notice_recording(void **state)
{
    run(busy_program);
    run("r = work()");
    trace_install(&(struct trace_ops){ .hot = note_always, .rec_ins = note_some, .rec_unwind = note_unwind });
    run("work(); work(); s = work()");
    assert_true(seen.hot_loops > 20);
    assert_true(seen.steps > 10000);
    assert_int_equal(value_of("r == s"), 1);
}

/* ---- entering traces ---- */

/* "Compiled code" of loop(): i = n at once, then on with the body, which adds one. */
static _Py_CODEUNIT *
run_loop_at_once(PyThreadState *ts, _PyInterpreterFrame *f, int trace)
{
    assert_ptr_equal(f, ts->current_frame);
    assert_true(f->stacktop >= 0);
    seen.steps = trace;
    Py_SETREF(f->localsplus[1], Py_NewRef(f->localsplus[0]));
    return f->instr_ptr;
}

static _Py_CODEUNIT *
fail_at_once(PyThreadState *ts, _PyInterpreterFrame *f, int trace)
{
    PyErr_SetString(PyExc_LookupError, "from compiled code");
    return NULL;
}

static void
an_anchored_loop_runs_its_trace(void **state)
{
    run(LOOP "loop(2)");
    PyCodeObject *co = code_of("loop");
    int jump = find_op(co, JUMP_BACKWARD, 0);
    trace_install(&(struct trace_ops){ .enter = run_loop_at_once });
    assert_int_equal(anchor_set(co, jump, 77), 0);
    assert_int_equal(value_of("loop(10 ** 12) == 10 ** 12 + 1"), 1);
    assert_int_equal(seen.steps, 77);
    assert_int_equal(_PyCode_CODE(co)[jump].op.code, JUMP_BACKWARD_TRACE);
    run("import dis\nnames = [i.opname for i in dis.get_instructions(loop, adaptive=True)]");
    assert_int_equal(value_of("'JUMP_BACKWARD' in names"), 1);
    anchor_clear(co, jump);
    assert_int_equal(_PyCode_CODE(co)[jump].op.code, JUMP_BACKWARD);
    assert_int_equal(_PyCode_CODE(co)[jump + 1].counter.value, CODE_LOOP_HEAT);
    assert_int_equal(value_of("loop(1000)"), 1000);
}

static void
an_anchored_function_runs_its_trace(void **state)
{
    run("def last(n, i=0):\n  return i\nlast(1); last(1)");
    PyCodeObject *co = code_of("last");
    trace_install(&(struct trace_ops){ .enter = run_loop_at_once });
    assert_int_equal(anchor_set(co, find_op(co, RESUME, 0), 5), 0);
    assert_int_equal(value_of("last(42)"), 42);
    assert_int_equal(seen.steps, 5);
    anchor_clear_all(co);
    assert_int_equal(value_of("last(42)"), 0);
}

static void
a_trace_may_raise(void **state)
{
    run("def f(n):\n  i = 0\n  try:\n    while i < n: i += 1\n  except LookupError as e: return str(e) == 'from compiled code'\n"
        "f(2)");
    trace_install(&(struct trace_ops){ .enter = fail_at_once });
    PyCodeObject *co = code_of("f");
    assert_int_equal(anchor_set(co, find_op(co, JUMP_BACKWARD, 0), 1), 0);
    assert_int_equal(value_of("f(9)"), 1);
    anchor_clear_all(co);
}

static void
tools_take_anchors_away(void **state)
{
    run(LOOP "loop(2)");
    PyCodeObject *co = code_of("loop");
    trace_install(&(struct trace_ops){ .enter = fail_at_once });
    assert_int_equal(anchor_set(co, find_op(co, JUMP_BACKWARD, 0), 1), 0);
    run("import sys\nlines = []\n"
        "def trace(f, e, a):\n  lines.append(f.f_lineno)\n  return trace\n"
        "sys.settrace(trace)\nr = loop(3)\nsys.settrace(None)");
    assert_int_equal(value_of("r"), 3);
    assert_int_equal(_PyCode_CODE(co)[find_op(co, JUMP_BACKWARD, 0)].op.code == JUMP_BACKWARD_TRACE, 0);
}

static void
only_jumps_and_starts_can_be_anchors(void **state)
{
    run(LOOP);
    PyCodeObject *co = code_of("loop");
    assert_int_equal(anchor_set(co, find_op(co, RETURN_VALUE, 0), 1), -1);
}

/* ---- deps ---- */

static struct { int n; enum dep_aspect aspect; void *subject; char name[32]; uint16_t trace; } broken;

static void
note_broken(PyThreadState *ts, const struct dep *d)
{
    broken.n++;
    broken.aspect = d->aspect;
    broken.subject = d->subject;
    broken.trace = d->ntraces == 1 ? d->traces[0] : 0;
    snprintf(broken.name, sizeof(broken.name), "%s", d->name == NULL ? "" : PyUnicode_AsUTF8(d->name));
}

static void
watch(enum dep_aspect aspect, void *subject, const char *name)
{
    memset(&broken, 0, sizeof(broken));
    trace_install(&(struct trace_ops){ .invalidate = note_broken });
    PyObject *s = name == NULL ? NULL : PyUnicode_InternFromString(name);
    assert_int_equal(dep_watch(ts_current(), aspect, subject, s, 9), 0);
    Py_XDECREF(s);
}

/* Running `quiet` breaks nothing, running `loud` breaks the one dep, once. */
static void
expect_broken(enum dep_aspect aspect, void *subject, const char *name, const char *quiet, const char *loud)
{
    size_t before = dep_count(ts_current());
    watch(aspect, subject, name);
    assert_int_equal(dep_count(ts_current()), before + 1);
    run(quiet);
    assert_int_equal(broken.n, 0);
    run(loud);
    assert_int_equal(broken.n, 1);
    assert_int_equal(broken.aspect, aspect);
    assert_ptr_equal(broken.subject, subject);
    assert_string_equal(broken.name, name == NULL ? "" : name);
    assert_int_equal(broken.trace, 9);
    assert_int_equal(dep_count(ts_current()), before);
    run(loud);
    assert_int_equal(broken.n, 1);                     /* gone, and not told twice */
}

static void
globals_are_watched_by_name(void **state)
{
    run("import types\nmod = types.ModuleType('mod')\nmod.a = mod.b = 1");
    PyObject *dict = PyModule_GetDict(get("mod"));
    expect_broken(DEP_DICT_KEY, dict, "a", "mod.b = 2; mod.c = 3; del mod.c", "mod.a = 4");
    expect_broken(DEP_DICT_KEY, dict, "a", "mod.b = 2", "del mod.a\nmod.a = 5");
    expect_broken(DEP_DICT_KEY, dict, "new", "mod.b = 2", "mod.new = 1");
    expect_broken(DEP_DICT_SHAPE, dict, NULL, "mod.a = 7", "mod.z = 1");
    expect_broken(DEP_DICT_KEY, dict, "a", "", "vars(mod).clear()");
}

static void
classes_are_watched_by_name(void **state)
{
    run("class A:\n  def f(self): pass\n  def g(self): pass\nclass B(A): pass\nclass C: pass\nB().f(); B().g()");
    expect_broken(DEP_TYPE_ATTR, get("B"), "f", "B.g = 1; A.g = 2; A.h = 3", "A.f = 4");
    expect_broken(DEP_TYPE_ATTR, get("B"), "f", "A.g = 5", "B.f = 6");
    expect_broken(DEP_TYPE_ATTR, get("B"), "f", "A.h = 7", "B.__bases__ = (C,)");
    expect_broken(DEP_TYPE_LAYOUT, get("B"), NULL, "B.f = 6", "B.__bases__ = (A,)");
}

static void
two_facts_about_one_class_are_apart(void **state)
{
    run("class A:\n  f = g = 1\nA().f");
    PyObject *a = get("A");
    watch(DEP_TYPE_ATTR, a, "f");
    watch(DEP_TYPE_ATTR, a, "g");
    run("A.f = 2");
    assert_int_equal(broken.n, 1);
    assert_string_equal(broken.name, "f");
    run("A.g = 2");                                    /* the class has no version now, but the watch goes on */
    assert_int_equal(broken.n, 2);
    assert_string_equal(broken.name, "g");
}

static void
shared_keys_are_watched_by_name(void **state)
{
    run("class P:\n  def __init__(self): self.x = 1\np = P()");
    PyDictKeysObject *k = type_shared_keys((PyTypeObject *)get("P"));
    expect_broken(DEP_KEYS_NO_NAME, k, "run", "p.y = 2; p.x = 3", "p.run = 4");
}

static void
functions_and_codes_are_watched(void **state)
{
    run("def f(a=1, *, k=2): pass\ndef g(a=1, *, k=2): pass");
    expect_broken(DEP_FUNC_CODE, get("f"), NULL, "f(); f.x = 1; f.__defaults__ = (2,)", "f.__code__ = g.__code__");
    expect_broken(DEP_FUNC_DEFAULTS, get("f"), NULL, "f.__code__ = g.__code__", "f.__defaults__ = None");
    expect_broken(DEP_FUNC_DEFAULTS, get("g"), NULL, "", "g.__kwdefaults__ = {'k': 1}");
    expect_broken(DEP_CODE_INSTRUMENTED, code_of("f"), NULL, "g()", "import sys\nsys.settrace(lambda *a: None)\nf(a=1, k=1)\nsys.settrace(None)");
    expect_broken(DEP_MONITORING, ts_current()->interp, NULL, "f(a=1, k=1)", "import sys\nsys.settrace(lambda *a: None)\nsys.settrace(None)");
}

static void
death_is_reported(void **state)
{
    run("def f(): pass\nclass K: pass\nimport gc");
    expect_broken(DEP_DEATH, get("f"), NULL, "f()", "f = None");
    run("def f(): pass");
    expect_broken(DEP_DEATH, code_of("f"), NULL, "f()", "f = None");
    expect_broken(DEP_DEATH, get("K"), NULL, "K()", "K = None\ngc.collect()");
}

static void
a_trace_can_forget_its_deps(void **state)
{
    run("class A: pass\nA()");
    size_t before = dep_count(ts_current());
    watch(DEP_TYPE_ATTR, get("A"), "f");
    assert_int_equal(dep_watch(ts_current(), DEP_DEATH, get("A"), NULL, 8), 0);
    dep_forget(ts_current(), 9);
    assert_int_equal(dep_count(ts_current()), before + 1);
    run("A.f = 1");
    assert_int_equal(broken.n, 0);
    dep_forget(ts_current(), 8);
    assert_int_equal(dep_count(ts_current()), before);
}

/* ---- effects ---- */

static void
opcode_rows_are_consistent(void **state)
{
    for (int op = 0; op <= OP_MAX_REAL; op++) {
        const struct op_info *i = &op_table[op];
        if (i->name == NULL)
            continue;
        bool raises = (i->does & EFF_FAILS) != 0, open = (i->does & EFF_OPEN) != 0;
        if (i->flags & F_PURE)
            assert_int_equal(i->does, 0);
        if (i->does & EFF_ALLOC)
            assert_true(raises);
        if (open)
            assert_int_equal(i->does, EFF_UNKNOWN);
        if (i->kind == OPK_INSTR)
            assert_true(open);
        if (vm_op_helper[op] != NULL && i->kind == OPK_BASE)
            assert_true(raises);
        if (i->kind == OPK_SPEC)                       /* a special case does no more than the general one */
            assert_int_equal(i->does & ~op_table[i->family].does, 0);
    }
    assert_ptr_equal(vm_op_helper[BINARY_SUBSCR], PyObject_GetItem);
    assert_null(vm_op_helper[LOAD_FAST]);
}

/* True when the methods of the type or of one below it, or their __get__ or __len__, lead to fn. */
static bool
type_leads_to(PyTypeObject *t, void *fn)
{
    for (PyMethodDef *m = t->tp_methods; m != NULL && m->ml_name != NULL; m++)
        if ((void *)m->ml_meth == fn)
            return true;
    bool found = (void *)t->tp_descr_get == fn || (void *)t->tp_call == fn || (t->tp_as_sequence != NULL && (void *)t->tp_as_sequence->sq_length == fn);
    PyObject *below = found || t == &PyType_Type ? NULL : PyObject_CallMethod((PyObject *)t, "__subclasses__", NULL);
    for (Py_ssize_t i = 0; below != NULL && i < PyList_GET_SIZE(below) && !found; i++)
        found = type_leads_to((PyTypeObject *)PyList_GET_ITEM(below, i), fn);
    Py_XDECREF(below);
    return found;
}

/* True when some type, or one of these modules, leads to fn. */
static bool
is_reachable(void *fn)
{
    static const char *const modules[] = { "builtins", "math", "_struct", "binascii", "_io", "_collections", "_random", "_operator", "_functools" };
    bool found = false;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(modules) && !found; i++) {
        PyObject *module = PyImport_ImportModule(modules[i]), *name, *value;
        Py_ssize_t pos = 0;
        assert_non_null(module);
        while (PyDict_Next(PyModule_GetDict(module), &pos, &name, &value))
            found |= PyCFunction_CheckExact(value) && (void *)PyCFunction_GET_FUNCTION(value) == fn;
        Py_DECREF(module);
    }
    return found || type_leads_to(&PyBaseObject_Type, fn);      /* by now with the modules' types */
}

static void
effect_rows_name_functions_and_are_sane(void **state)
{
    size_t n;
    const struct effect *const *rows = effect_rows(&n);
    assert_true(n > 60);
    for (size_t i = 0; i < n; i++) {
        const struct effect *e = rows[i];
        assert_true(i == 0 || e->fn != rows[i - 1]->fn);                 /* one row each */
        assert_true(is_reachable(e->fn));
        assert_int_equal(e->flags & ~(EFF_UNKNOWN | EFF_PURE | EFF_TESTS_COUNT), 0);
        if ((e->flags & EFF_OPEN) == 0)
            assert_int_equal(e->flags & (EFF_FRAMES | EFF_RELEASES_GIL), 0);
        assert_true((e->fast == NULL) == (e->sig == EFF_SIG_OBJECTS || e->sig == EFF_SIG_ITEM));
        assert_true(e->result == NULL || PyType_HasFeature(e->result, Py_TPFLAGS_READY));
        assert_int_equal(e->when >> 3 * EFF_ARG_BITS, 0);
    }
}

static const struct effect *
row_of_method(PyTypeObject *t, const char *method)
{
    for (PyMethodDef *m = t->tp_methods; m->ml_name != NULL; m++)
        if (strcmp(m->ml_name, method) == 0)
            return effect_of((void *)m->ml_meth);
    return NULL;
}

/* A row that says nothing of memory must belong to a function of immutable things. */
static void
methods_of_lists_say_what_they_write(void **state)
{
    int rows = 0;
    for (PyMethodDef *m = PyList_Type.tp_methods; m->ml_name != NULL; m++) {
        const struct effect *e = effect_of((void *)m->ml_meth);
        rows += e != NULL;
        assert_true(e == NULL || (e->flags & EFF_OPEN) || e->reads != 0);
    }
    assert_true(rows >= 5);
    assert_int_equal(row_of_method(&PyList_Type, "append")->writes, EFF_LISTS);
    assert_int_equal(row_of_method(&PyList_Type, "copy")->writes, 0);
    assert_null(row_of_method(&PyList_Type, "clear"));                   /* frees, so may run anything */
    assert_null(row_of_method(&PyDict_Type, "get"));                     /* may compare */
}

static void
singletons_are_immortal_and_low(void **state)
{
    PyObject *const all[] = { Py_None, Py_True, Py_False, SMALL_INT(-5), SMALL_INT(256), EMPTY_TUPLE, EMPTY_STR, EMPTY_BYTES, ID(__add__),
                              LATIN1_CHAR('a'), (PyObject *)&PyList_Type, (PyObject *)&PyFunction_Type };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(all); i++) {
        assert_true(_Py_IsImmortal(all[i]));
        assert_true((uintptr_t)all[i] < (uintptr_t)1 << 31);
    }
    assert_true((uintptr_t)_PyEval_EvalFrameDefault < (uintptr_t)1 << 31);
}

/* Flags of calling a built-in function on the values of a tuple. */
static unsigned
effect_of_text(const char *func, const char *args)
{
    PyObject *f = PyRun_String(func, Py_eval_input, globals, globals), *a = PyRun_String(args, Py_eval_input, globals, globals);
    assert_non_null(f);
    assert_non_null(a);
    void *fn = PyCFunction_Check(f) ? (void *)PyCFunction_GET_FUNCTION(f) : (void *)((PyMethodDescrObject *)f)->d_method->ml_meth;
    unsigned flags = effect_of_call(fn, &PyTuple_GET_ITEM(a, 0), (size_t)PyTuple_GET_SIZE(a));
    Py_DECREF(f);
    Py_DECREF(a);
    return flags;
}

static void
an_effect_depends_on_the_arguments(void **state)
{
    run("class S(str): pass");
    assert_int_equal(effect_of_text("len", "([],)"), EFF_ALLOC | EFF_FAILS);
    assert_int_equal(effect_of_text("len", "(S(),)"), EFF_UNKNOWN);
    assert_int_equal(effect_of_text("str.find", "('a',)"), EFF_ALLOC | EFF_FAILS);
    assert_int_equal(effect_of_text("str.find", "('a', 1, None)"), EFF_ALLOC | EFF_FAILS);
    assert_int_equal(effect_of_text("str.find", "('a', S())"), EFF_UNKNOWN);
    assert_int_equal(effect_of_text("str.isdigit", "()"), 0);
    assert_int_equal(effect_of_text("print", "()"), EFF_UNKNOWN);
}

/* The function of math that is implemented by fn: borrowed, or NULL. */
static PyObject *
function_of_math(const void *fn)
{
    PyObject *names = PyModule_GetDict(get("math")), *key, *value;
    for (Py_ssize_t i = 0; PyDict_Next(names, &i, &key, &value); )
        if (PyCFunction_Check(value) && (void *)((PyCFunctionObject *)value)->m_ml->ml_meth == fn)
            return value;
    return NULL;
}

static void
unboxed_functions_compute_the_same(void **state)
{
    run("import math");
    size_t n;
    const struct effect *const *rows = effect_rows(&n);
    int tried = 0;
    PyObject *x = PyFloat_FromDouble(0.75);
    for (size_t i = 0; i < n; i++) {
        if (rows[i]->sig != EFF_SIG_D_D)
            continue;
        double fast = ((double (*)(double))rows[i]->fast)(0.75);
        PyObject *function = function_of_math(rows[i]->fn);
        assert_non_null(function);
        PyObject *slow = PyObject_CallOneArg(function, x);
        if (slow == NULL) {                            /* a domain error: acosh */
            assert_true(fast != fast);
            PyErr_Clear();
            continue;
        }
        assert_true(PyFloat_AsDouble(slow) == fast);      /* of an int, too: floor() */
        Py_DECREF(slow);
        tried++;
    }
    Py_DECREF(x);
    assert_true(tried > 10);
}

/* ---- frames ---- */

static PyObject *
look_at_frames(PyObject *self, PyObject *arg)
{
    PyThreadState *ts = ts_current();
    _PyInterpreterFrame *f = ts->current_frame;
    assert_int_equal(f->owner, FRAME_OWNED_BY_THREAD);
    assert_int_equal(f->stacktop, -1);                 /* it executes: its stack pointer is in a register */
    assert_ptr_equal(f->localsplus[0], arg);
    assert_int_equal(code_base_opcode(frame_code(f), frame_lasti(f)), CALL);
    assert_int_equal(f->previous->owner, FRAME_OWNED_BY_CSTACK);
    assert_ptr_equal(frame_walk(f->previous), f->previous->previous);   /* the entry frame is not Python's business */
    assert_null(f->frame_obj);                         /* nobody asked */
    return Py_NewRef(Py_None);
}

static void
frames_are_what_debuggers_expect(void **state)
{
    static PyMethodDef look = { "look", look_at_frames, METH_O };
    PyObject *f = PyCFunction_New(&look, NULL);
    PyDict_SetItemString(globals, "look", f);
    Py_DECREF(f);
    run("def outer(a, b): look(a)\nlist(map(outer, ['x'], ['y']))");
}

/* Asking for the frame, and not getting one, leaves an exception that is set alone. */
static void
asking_for_the_frame_keeps_the_exception(void **state)
{
    PyErr_SetString(PyExc_KeyError, "kept");
    assert_null(PyThreadState_GetFrame(PyThreadState_Get()));
    assert_null(PyEval_GetFrame());
    assert_true(PyErr_ExceptionMatches(PyExc_KeyError));
    PyErr_Clear();
}

/* ---- setting up ---- */

static int
start(void **state)
{
    program_setup();
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyConfig_SetBytesString(&config, &config.home, ADDER_HOME);
    PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        print_error("%s: %s\n", status.func == NULL ? "" : status.func, status.err_msg);
        return -1;
    }
    globals = PyDict_New();
    return PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins());
}

static int
end(void **state)
{
    Py_CLEAR(globals);
    return Py_FinalizeEx();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_counts_without_a_compiler),
        cmocka_unit_test_teardown(a_loop_gets_hot_after_its_countdown, stop_notes),
        cmocka_unit_test_teardown(failed_tries_double_the_countdown_and_end, stop_notes),
        cmocka_unit_test_teardown(a_function_gets_hot_by_its_calls, stop_notes),
        cmocka_unit_test_teardown(recording_sees_each_instruction_once, stop_notes),
        cmocka_unit_test_teardown(python_called_from_c_is_not_recorded, stop_notes),
        cmocka_unit_test_teardown(recording_follows_python_calls_and_exceptions, stop_notes),
        cmocka_unit_test_teardown(a_recorder_may_outlive_the_loop, stop_notes),
        cmocka_unit_test_teardown(programs_do_not_notice_recording, stop_notes),
        cmocka_unit_test_teardown(an_anchored_loop_runs_its_trace, stop_notes),
        cmocka_unit_test_teardown(an_anchored_function_runs_its_trace, stop_notes),
        cmocka_unit_test_teardown(a_trace_may_raise, stop_notes),
        cmocka_unit_test_teardown(tools_take_anchors_away, stop_notes),
        cmocka_unit_test(only_jumps_and_starts_can_be_anchors),
        cmocka_unit_test_teardown(globals_are_watched_by_name, stop_notes),
        cmocka_unit_test_teardown(classes_are_watched_by_name, stop_notes),
        cmocka_unit_test_teardown(two_facts_about_one_class_are_apart, stop_notes),
        cmocka_unit_test_teardown(shared_keys_are_watched_by_name, stop_notes),
        cmocka_unit_test_teardown(functions_and_codes_are_watched, stop_notes),
        cmocka_unit_test_teardown(death_is_reported, stop_notes),
        cmocka_unit_test_teardown(a_trace_can_forget_its_deps, stop_notes),
        cmocka_unit_test(opcode_rows_are_consistent),
        cmocka_unit_test(effect_rows_name_functions_and_are_sane),
        cmocka_unit_test(methods_of_lists_say_what_they_write),
        cmocka_unit_test(singletons_are_immortal_and_low),
        cmocka_unit_test(an_effect_depends_on_the_arguments),
        cmocka_unit_test(unboxed_functions_compute_the_same),
        cmocka_unit_test(frames_are_what_debuggers_expect),
        cmocka_unit_test(asking_for_the_frame_keeps_the_exception),
    };
    return cmocka_run_group_tests_name("vm", tests, start, end);
}
