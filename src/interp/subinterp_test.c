/* interp/subinterp_test.c: interpreters that come and go: what they share, what they do not, and starting all over again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <Python.h>

#include "interp/cross.h"
#include "interp/interp_config.h"
#include "program/inittab.h"
#include "rt/interp.h"

static int
start(void **state)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.parse_argv = 0;
    PyConfig_SetBytesString(&config, &config.home, ADDER_HOME);
    PyStatus status = Py_InitializeFromConfig(&config);
    return PyStatus_Exception(status) ? -1 : 0;
}

static int
end(void **state)
{
    return Py_FinalizeEx();
}

/* A new interpreter, attached; `*main` is the state to go back to. */
static PyThreadState *
enter_new(PyThreadState **main)
{
    *main = PyThreadState_Get();
    PyThreadState *ts = Py_NewInterpreter();
    assert_non_null(ts);
    assert_ptr_equal(PyThreadState_Get(), ts);
    return ts;
}

static void
end_and_return(PyThreadState *ts, PyThreadState *main)
{
    Py_EndInterpreter(ts);
    assert_null(PyThreadState_GetUnchecked());
    PyThreadState_Swap(main);
}

static void
runs(const char *code)
{
    assert_int_equal(PyRun_SimpleString(code), 0);
}

/* ---- isolation ---- */

static void
modules_are_apart(void **state)
{
    PyThreadState *main, *ts;
    runs("import sys, builtins; sys.mark = builtins.mark = 1");
    ts = enter_new(&main);
    runs("import sys, builtins; assert not hasattr(sys, 'mark') and not hasattr(builtins, 'mark')");
    runs("import decimal, json; assert json.loads('[1]') == [1]");
    end_and_return(ts, main);
    runs("assert sys.mark == builtins.mark == 1; del builtins.mark, sys.mark");
}

static const char describe_types[] =
    "def describe():\n"
    "    seen, todo = {}, [object]\n"
    "    while todo:\n"
    "        t = todo.pop()\n"
    "        if t not in seen and not t.__flags__ & 1 << 9 and t.__module__ == 'builtins':\n"
    "            seen[t] = sorted(vars(t))\n"
    "            todo += type.__subclasses__(t)\n"
    "    return sorted((t.__name__, names) for t, names in seen.items())\n"
    "text = repr(describe())\n";

static char *
types_as_text(void)
{
    runs(describe_types);
    PyObject *text = PyDict_GetItemString(PyModule_GetDict(PyImport_AddModule("__main__")), "text");
    return strdup(PyUnicode_AsUTF8(text));
}

static void
types_look_the_same(void **state)
{
    PyThreadState *main;
    char *here = types_as_text();
    PyThreadState *ts = enter_new(&main);
    char *there = types_as_text();
    end_and_return(ts, main);
    assert_string_equal(here, there);
    free(here);
    free(there);
}

static void
subclasses_are_apart(void **state)
{
    PyThreadState *main;
    runs("class Mine(int): pass");
    PyThreadState *ts = enter_new(&main);
    runs("assert not any(c.__name__ == 'Mine' for c in int.__subclasses__())\nclass Theirs(int): pass");
    end_and_return(ts, main);
    runs("assert not any(c.__name__ == 'Theirs' for c in int.__subclasses__())");
}

static int watch(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value) { return 0; }

static void
watchers_are_apart(void **state)
{
    PyThreadState *main;
    int mine = PyDict_AddWatcher(watch), code = (int)PyUnstable_Eval_RequestCodeExtraIndex(NULL);
    PyThreadState *ts = enter_new(&main);
    assert_int_equal(PyDict_AddWatcher(watch), mine);
    assert_int_equal(PyDict_ClearWatcher(mine), 0);
    assert_int_equal(PyUnstable_Eval_RequestCodeExtraIndex(NULL), code);
    end_and_return(ts, main);
    assert_int_equal(PyDict_ClearWatcher(mine), 0);
}

/* ---- what crosses all the same ---- */

/* C variables of old modules hold objects of other interpreters; their logs must not be mixed up. */
static void
objects_may_die_elsewhere(void **state)
{
    PyThreadState *main;
    PyObject *mine = PyList_New(0);
    PyThreadState *ts = enter_new(&main);
    PyObject *theirs = PyList_New(0), *kept = PyList_New(0);
    Py_DECREF(mine);
    PyThreadState_Swap(main);
    Py_DECREF(theirs);
    runs("import gc; gc.collect()");
    PyThreadState_Swap(ts);
    runs("import gc; gc.collect()");
    end_and_return(ts, main);
    assert_false(PyObject_GC_IsTracked(kept));               /* its log is gone */
    Py_DECREF(kept);
    runs("gc.collect()");
}

static void
records_make_equal_objects(void **state)
{
    PyThreadState *main;
    PyObject *obj = Py_BuildValue("(is(yO)d)", -7, "text \xc3\xa9", "bytes", Py_None, 2.5);
    _PyCrossInterpreterData data;
    assert_int_equal(_PyObject_GetCrossInterpreterData(obj, &data), 0);
    PyThreadState *ts = enter_new(&main);
    PyObject *copy = _PyCrossInterpreterData_NewObject(&data);
    assert_non_null(copy);
    assert_ptr_not_equal(copy, obj);
    assert_int_equal(PyObject_RichCompareBool(copy, obj, Py_EQ), 1);
    Py_DECREF(copy);
    assert_int_equal(_PyCrossInterpreterData_Release(&data), 0);
    end_and_return(ts, main);
    Py_DECREF(obj);
    PyObject *list = PyList_New(0);
    assert_int_equal(_PyObject_GetCrossInterpreterData(list, &data), -1);
    assert_true(PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    Py_DECREF(list);
}

static void
sessions_tell_what_was_raised(void **state)
{
    PyInterpreterConfig config = interp_config_isolated;
    PyInterpreterState *interp = _PyXI_NewInterpreter(&config, NULL, NULL, NULL);
    assert_non_null(interp);
    _PyXI_session session;
    PyObject *names = Py_BuildValue("{s:i}", "n", 41);
    assert_int_equal(_PyXI_Enter(&session, interp, names), 0);
    assert_ptr_equal(PyInterpreterState_Get(), interp);
    Py_XDECREF(PyRun_String("raise KeyError(n + 1)", Py_file_input, session.main_ns, session.main_ns));
    _PyXI_Exit(&session);
    assert_true(_PyXI_HasCapturedException(&session));
    PyObject *info = _PyXI_ApplyCapturedException(&session), *text = PyObject_GetAttrString(info, "formatted");
    assert_string_equal(PyUnicode_AsUTF8(text), "KeyError: 42");
    Py_DECREF(text);
    Py_DECREF(info);
    Py_DECREF(names);
    _PyXI_EndInterpreter(interp, NULL, NULL);
}

/* ---- ends ---- */

static int ended;
static void note_end(void *unused) { ended++; }

static void
the_end_ends_those_that_are_left(void **state)
{
    PyThreadState *main;
    ended = 0;
    for (int i = 0; i < 3; i++) {
        PyThreadState *ts = enter_new(&main);
        assert_int_equal(PyUnstable_AtExit(ts->interp, note_end, NULL), 0);
        runs("import atexit");
        PyThreadState_Swap(main);
    }
    assert_int_equal(Py_FinalizeEx(), 0);
    assert_int_equal(ended, 3);
    assert_int_equal(start(NULL), 0);
}

static void
the_process_may_start_again(void **state)
{
    char *before = types_as_text();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(Py_FinalizeEx(), 0);
        assert_false(Py_IsInitialized());
        assert_int_equal(start(NULL), 0);
        runs("import re, datetime, threading; assert re.match('a+', 'aa') and datetime.date(2020, 1, 1).isocalendar().week == 1");
        char *after = types_as_text();
        assert_string_equal(before, after);
        free(after);
    }
    free(before);
}

static void
a_refused_configuration_changes_nothing(void **state)
{
    PyThreadState *main = PyThreadState_Get(), *ts;
    PyInterpreterConfig config = { 0 };
    assert_true(PyStatus_Exception(Py_NewInterpreterFromConfig(&ts, &config)));
    assert_null(ts);
    assert_ptr_equal(PyThreadState_Get(), main);
    assert_null(PyInterpreterState_Next(PyInterpreterState_Head()));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_are_apart), cmocka_unit_test(types_look_the_same), cmocka_unit_test(subclasses_are_apart),
        cmocka_unit_test(watchers_are_apart), cmocka_unit_test(objects_may_die_elsewhere), cmocka_unit_test(records_make_equal_objects),
        cmocka_unit_test(sessions_tell_what_was_raised), cmocka_unit_test(the_end_ends_those_that_are_left),
        cmocka_unit_test(the_process_may_start_again), cmocka_unit_test(a_refused_configuration_changes_nothing),
    };
    program_setup();
    return cmocka_run_group_tests(tests, start, end);
}
