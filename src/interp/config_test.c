/* interp/config_test.c: from command lines to configurations, without starting an interpreter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <wchar.h>

#include <cmocka.h>

#include <Python.h>

#include "interp/config.h"
#include "program/inittab.h"

/* The configuration of a command line; the caller clears it. */
static PyStatus
parse(PyConfig *c, const char *const *argv, int argc)
{
    PyConfig_InitPythonConfig(c);
    PyStatus s = PyConfig_SetBytesArgv(c, argc, (char *const *)argv);
    return PyStatus_Exception(s) ? s : PyConfig_Read(c);
}
#define PARSE(c, ...) parse((c), (const char *const[]){ "adder", __VA_ARGS__ }, \
                            (int)(sizeof((const char *[]){ "adder", __VA_ARGS__ }) / sizeof(char *)))

static void
expect_wide(const wchar_t *got, const wchar_t *want)
{
    assert_non_null(got);
    if (wcscmp(got, want) != 0)
        fail_msg("%ls instead of %ls", got, want);
}

static void
expect_list(const PyWideStringList *list, int n, const wchar_t *const *want)
{
    assert_int_equal(list->length, n);
    for (int i = 0; i < n; i++)
        expect_wide(list->items[i], want[i]);
}
#define EXPECT_LIST(list, ...) expect_list((list), (int)(sizeof((const wchar_t *[]){ __VA_ARGS__ }) / sizeof(wchar_t *)), \
                                           (const wchar_t *const[]){ __VA_ARGS__ })

static void
a_script_gets_its_arguments(void **state)
{
    PyConfig c;
    assert_false(PyStatus_Exception(PARSE(&c, "-O", "/x/script.py", "-O", "--", "x")));
    expect_wide(c.run_filename, L"/x/script.py");
    EXPECT_LIST(&c.argv, L"/x/script.py", L"-O", L"--", L"x");
    EXPECT_LIST(&c.orig_argv, L"adder", L"-O", L"/x/script.py", L"-O", L"--", L"x");
    assert_int_equal(c.optimization_level, 1);
    PyConfig_Clear(&c);
}

static void
commands_and_modules_end_the_options(void **state)
{
    PyConfig c;
    assert_false(PyStatus_Exception(PARSE(&c, "-c", "print(1)", "-v")));
    expect_wide(c.run_command, L"print(1)\n");
    EXPECT_LIST(&c.argv, L"-c", L"-v");
    assert_int_equal(c.verbose, 0);
    PyConfig_Clear(&c);
    assert_false(PyStatus_Exception(PARSE(&c, "-Sm", "timeit", "-n1")));
    expect_wide(c.run_module, L"timeit");
    EXPECT_LIST(&c.argv, L"-m", L"-n1");
    assert_int_equal(c.site_import, 0);
    PyConfig_Clear(&c);
}

static void
flags_count_and_join(void **state)
{
    PyConfig c;
    assert_false(PyStatus_Exception(PARSE(&c, "-vvBbbOOqisu", "-")));
    assert_int_equal(c.verbose, 2);
    assert_int_equal(c.write_bytecode, 0);
    assert_int_equal(c.bytes_warning, 2);
    assert_int_equal(c.optimization_level, 2);
    assert_int_equal(c.quiet, 1);
    assert_int_equal(c.inspect, 1);
    assert_int_equal(c.user_site_directory, 0);
    assert_int_equal(c.buffered_stdio, 0);
    PyConfig_Clear(&c);
}

static void
isolation_implies_two_more(void **state)
{
    PyConfig c;
    assert_false(PyStatus_Exception(PARSE(&c, "-I", "-c", "")));
    assert_int_equal(c.isolated, 1);
    assert_int_equal(c.use_environment, 0);
    assert_int_equal(c.user_site_directory, 0);
    assert_int_equal(c.safe_path, 1);
    PyConfig_Clear(&c);
}

static void
options_have_values_joined_or_apart(void **state)
{
    PyConfig c;
    assert_false(PyStatus_Exception(PARSE(&c, "-Xdev", "-X", "importtime", "-Wonce", "-W", "error::UserWarning", "x")));
    expect_wide(config_xoption(&c, L"dev"), L"");
    assert_null(config_xoption(&c, L"faulthandler"));
    assert_int_equal(c.dev_mode, 1);
    assert_int_equal(c.import_time, 1);
    EXPECT_LIST(&c.warnoptions, L"default", L"once", L"error::UserWarning");
    PyConfig_Clear(&c);
}

static void
the_environment_comes_behind_the_command_line(void **state)
{
    PyConfig c;
    setenv("PYTHONOPTIMIZE", "1", 1);
    setenv("PYTHONWARNINGS", "ignore,always", 1);
    assert_false(PyStatus_Exception(PARSE(&c, "-OO", "-Werror", "x")));
    assert_int_equal(c.optimization_level, 2);
    EXPECT_LIST(&c.warnoptions, L"ignore", L"always", L"error");
    PyConfig_Clear(&c);
    assert_false(PyStatus_Exception(PARSE(&c, "-E", "x")));
    assert_int_equal(c.optimization_level, 0);
    assert_int_equal(c.warnoptions.length, 0);
    PyConfig_Clear(&c);
    unsetenv("PYTHONOPTIMIZE");
    unsetenv("PYTHONWARNINGS");
}

static void
reading_twice_changes_nothing(void **state)
{
    PyConfig c;
    assert_false(PyStatus_Exception(PARSE(&c, "/x/script.py", "-O")));
    assert_false(PyStatus_Exception(PyConfig_Read(&c)));
    EXPECT_LIST(&c.argv, L"/x/script.py", L"-O");
    EXPECT_LIST(&c.orig_argv, L"adder", L"/x/script.py", L"-O");
    PyConfig_Clear(&c);
}

static void
copies_are_deep(void **state)
{
    PyConfig c, copy;
    assert_false(PyStatus_Exception(PARSE(&c, "-Xa=b", "/x/script.py", "x")));
    assert_int_equal(config_copy(&copy, &c), 0);
    PyConfig_Clear(&c);
    expect_wide(copy.run_filename, L"/x/script.py");
    expect_wide(config_xoption(&copy, L"a"), L"b");
    EXPECT_LIST(&copy.argv, L"/x/script.py", L"x");
    PyConfig_Clear(&copy);
}

static int
prepare(void **state)
{
    program_setup();
    static const char *const names[] = { "PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONVERBOSE" };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        unsetenv(names[i]);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_gets_its_arguments), cmocka_unit_test(commands_and_modules_end_the_options),
        cmocka_unit_test(flags_count_and_join), cmocka_unit_test(isolation_implies_two_more),
        cmocka_unit_test(options_have_values_joined_or_apart), cmocka_unit_test(the_environment_comes_behind_the_command_line),
        cmocka_unit_test(reading_twice_changes_nothing), cmocka_unit_test(copies_are_deep),
    };
    return cmocka_run_group_tests_name("config", tests, prepare, NULL);
}
