/* tests/diff/compile_stream.c: compile files and write their code objects, for comparison by another interpreter.
 *
 *   compile_stream [-O | -OO] FILE... > STREAM
 *
 * For each file: its path and a zero byte, the size of what follows as decimal digits and a zero byte, the marshalled
 * code object. A size of 0: it does not compile (the error goes to stderr). Time spent: last line on stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <marshal.h>

#include "code/code.h"
#include "compile/compile.h"
#include "compile/symtable.h"
#include "object/init.h"
#include "rt/runtime.h"
#include "rt/thread.h"
#include "syntax/ast_arena.h"
#include "syntax/parse.h"

static double seconds[3];          /* parsing, compiling, marshalling */

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static char *
read_file(const char *path)
{
    FILE *fp = fopen(path, "rb");
    char *text = NULL;
    long n;
    if (fp != NULL && fseek(fp, 0, SEEK_END) == 0 && (n = ftell(fp)) >= 0 && (text = malloc((size_t)n + 1)) != NULL) {
        rewind(fp);
        text[fread(text, 1, (size_t)n, fp)] = '\0';
    }
    if (fp != NULL)
        fclose(fp);
    return text;
}

static PyObject *
compile_file(const char *path, int optimize)
{
    char *text = read_file(path);
    PyObject *filename = text == NULL ? NULL : PyUnicode_FromString(path), *data = NULL;
    struct ast_arena *arena = filename == NULL ? NULL : ast_arena_new();
    double t0 = now();
    mod_ty mod = arena == NULL ? NULL : parse_string(text, filename, Py_file_input, NULL, arena);
    double t1 = now();
    PyCodeObject *code = mod == NULL ? NULL : compile_ast(mod, filename, NULL, optimize, arena);
    double t2 = now();
    if (code != NULL)
        data = PyMarshal_WriteObjectToString((PyObject *)code, Py_MARSHAL_VERSION);
    double t3 = now();
    seconds[0] += t1 - t0;
    seconds[1] += t2 - t1;
    seconds[2] += t3 - t2;
    Py_XDECREF(code);
    ast_arena_free(arena);
    Py_XDECREF(filename);
    free(text);
    return data;
}

static void
report(const char *path)
{
    PyObject *exc = PyErr_GetRaisedException(), *text = exc == NULL ? NULL : PyObject_Repr(exc);
    fprintf(stderr, "%s: %s\n", path, text == NULL ? "?" : PyUnicode_AsUTF8(text));
    Py_XDECREF(exc);
    Py_XDECREF(text);
}

int
main(int argc, char **argv)
{
    int optimize = 0, i = 1;
    if (i < argc && argv[i][0] == '-')
        optimize = (int)strlen(argv[i++]) - 1;
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0)
        return 1;
    if (objects_init(ts_current()) < 0 || objects_ready_types(code_static_types) < 0 || objects_ready_types(compile_static_types) < 0)
        return 1;
    for (; i < argc; i++) {
        PyObject *data = compile_file(argv[i], optimize);
        if (data == NULL)
            report(argv[i]);
        Py_ssize_t size = data == NULL ? 0 : PyBytes_GET_SIZE(data);
        printf("%s%c%zd%c", argv[i], 0, size, 0);
        fwrite(data == NULL ? "" : PyBytes_AS_STRING(data), 1, (size_t)size, stdout);
        Py_XDECREF(data);
    }
    fprintf(stderr, "parse %.3f s, compile %.3f s, marshal %.3f s\n", seconds[0], seconds[1], seconds[2]);
    return 0;
}
