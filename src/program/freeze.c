/* program/freeze.c: adder-freeze, a build-time program of the floors up to the compiler.
 *
 *   adder-freeze LIB OUT.c     compile the modules that CPython freezes, out of the library folder LIB
 *
 * The output holds their marshalled code objects, the table of frozen modules and the table of aliases; and the same code
 * objects once more as data, which the first interpreter takes without reading the marshalled ones (freeze_image.h). */
#include <errno.h>
#include <stdio.h>

#include <marshal.h>

#include "code/code.h"
#include "code/marshal_io.h"
#include "compile/compile.h"
#include "object/init.h"
#include "program/freeze_image.h"
#include "rt/runtime.h"
#include "rt/thread.h"
#include "syntax/ast_arena.h"
#include "syntax/parse.h"

struct module {
    const char *name;      /* as found */
    const char *file;      /* in LIB; NULL: same code as the entry before; "": an empty module */
    const char *orig;      /* name of the module that the code is; NULL = name; "" = none */
    int is_package;
};

static const struct module modules[] = {
    { "_frozen_importlib", "importlib/_bootstrap.py", "importlib._bootstrap", 0 },
    { "_frozen_importlib_external", "importlib/_bootstrap_external.py", "importlib._bootstrap_external", 0 },
    { "zipimport", "zipimport.py", NULL, 0 },
    { "abc", "abc.py", NULL, 0 },
    { "codecs", "codecs.py", NULL, 0 },
    { "io", "io.py", NULL, 0 },
    { "_collections_abc", "_collections_abc.py", NULL, 0 },
    { "_sitebuiltins", "_sitebuiltins.py", NULL, 0 },
    { "genericpath", "genericpath.py", NULL, 0 },
    { "ntpath", "ntpath.py", NULL, 0 },
    { "posixpath", "posixpath.py", NULL, 0 },
    { "os.path", NULL, "posixpath", 0 },
    { "os", "os.py", NULL, 0 },
    { "site", "site.py", NULL, 0 },
    { "stat", "stat.py", NULL, 0 },
    { "importlib.util", "importlib/util.py", NULL, 0 },
    { "importlib.machinery", "importlib/machinery.py", NULL, 0 },
    { "runpy", "runpy.py", NULL, 0 },
    { "__hello__", "__hello__.py", NULL, 0 },
    { "__hello_alias__", NULL, "__hello__", 0 },
    { "__phello_alias__", NULL, "__hello__", 1 },
    { "__phello_alias__.spam", NULL, "__hello__", 0 },
    { "__phello__", "__phello__/__init__.py", NULL, 1 },
    { "__phello__.__init__", NULL, "<__phello__", 0 },
    { "__phello__.ham", "", NULL, 1 },
    { "__phello__.ham.__init__", NULL, "<__phello__.ham", 0 },
    { "__phello__.ham.eggs", "", NULL, 0 },
    { "__phello__.spam", "__phello__/spam.py", NULL, 0 },
    { "__hello_only__", "__hello__.py", "", 0 },
};
#define COUNT ((int)(sizeof(modules) / sizeof(modules[0])))

static char *
read_file(const char *lib, const char *file)
{
    char path[4096];
    if (file[0] == '\0')
        return calloc(1, 1);
    snprintf(path, sizeof(path), "%s/%s", lib, file);
    FILE *fp = fopen(path, "rb");
    char *text = NULL;
    long n;
    if (fp != NULL && fseek(fp, 0, SEEK_END) == 0 && (n = ftell(fp)) >= 0 && (text = malloc((size_t)n + 1)) != NULL) {
        rewind(fp);
        text[fread(text, 1, (size_t)n, fp)] = '\0';
    }
    if (text == NULL)
        fprintf(stderr, "adder-freeze: %s: %s\n", path, strerror(errno));
    if (fp != NULL)
        fclose(fp);
    return text;
}

/* What the module calls itself in tracebacks: "<frozen importlib._bootstrap>". */
static PyObject *
frozen_filename(const struct module *m)
{
    const char *id = m->orig != NULL && m->orig[0] != '\0' ? m->orig : m->name;
    return PyUnicode_FromFormat("<frozen %s>", m->orig != NULL && m->orig[0] == '\0' ? "__hello__" : id);
}

static PyObject *
compile_module(const char *lib, const struct module *m)
{
    char *text = read_file(lib, m->file);
    PyObject *filename = text == NULL ? NULL : frozen_filename(m), *data = NULL;
    struct ast_arena *arena = filename == NULL ? NULL : ast_arena_new();
    mod_ty mod = arena == NULL ? NULL : parse_string(text, filename, Py_file_input, NULL, arena);
    PyCodeObject *code = mod == NULL ? NULL : compile_ast(mod, filename, NULL, 0, arena);
    if (code != NULL)
        data = PyMarshal_WriteObjectToString((PyObject *)code, Py_MARSHAL_VERSION);
    Py_XDECREF(code);
    ast_arena_free(arena);
    Py_XDECREF(filename);
    free(text);
    return data;
}

static int
write_data(FILE *out, int i, PyObject *data)
{
    const unsigned char *p = (const unsigned char *)PyBytes_AS_STRING(data);
    fprintf(out, "static const unsigned char data_%d[] = {", i);
    for (Py_ssize_t k = 0; k < PyBytes_GET_SIZE(data); k++)
        fprintf(out, "%s%d,", k % 32 == 0 ? "\n" : "", p[k]);
    return fprintf(out, "\n};\n") < 0 ? -1 : 0;
}

/* What a program would read from the data. The test modules are read. */
static int
add_to_image(const struct module *m, int i, PyObject *data)
{
    static char names[COUNT][16];
    if (m->name[0] == '_' && m->name[1] == '_')
        return 0;
    PyObject *code = marshal_loads_trusted(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
    snprintf(names[i], sizeof(names[i]), "data_%d", i);
    if (code != NULL && image_add_module((PyCodeObject *)code, names[i]) < 0)
        fprintf(stderr, "adder-freeze: %s is not laid out as data\n", m->name);
    return code == NULL ? -1 : 0;
}

static int
write_tables(FILE *out)
{
    int src = 0;
    fprintf(out, "static const struct _frozen modules[] = {\n");
    for (int i = 0; i < COUNT; i++) {
        const struct module *m = &modules[i];
        if (m->file != NULL)
            src = i;
        fprintf(out, "    { \"%s\", data_%d, sizeof(data_%d), %d },\n", m->name, src, src, m->is_package);
    }
    fprintf(out, "    { 0 },\n};\nconst struct _frozen *const adder_frozen_modules = modules;\n");
    fprintf(out, "static const struct import_alias aliases[] = {\n");
    for (int i = 0; i < COUNT; i++) {
        if (modules[i].orig != NULL && modules[i].orig[0] == '\0')
            fprintf(out, "    { \"%s\", 0 },\n", modules[i].name);
        else if (modules[i].orig != NULL)
            fprintf(out, "    { \"%s\", \"%s\" },\n", modules[i].name, modules[i].orig);
    }
    return fprintf(out, "    { 0, 0 },\n};\nconst struct import_alias *const adder_frozen_aliases = aliases;\n") < 0 ? -1 : 0;
}

static int
write_all(const char *lib, FILE *out)
{
    fprintf(out, "/* Made by adder-freeze. */\n#include <Python.h>\n#include \"interp/import.h\"\n#include \"rt/singletons.h\"\n"
                 "extern const struct _frozen *const adder_frozen_modules;\nextern const struct import_alias *const adder_frozen_aliases;\n"
                 "extern const struct import_image adder_frozen_image;\n");
    for (int i = 0; i < COUNT; i++) {
        if (modules[i].file == NULL)
            continue;
        PyObject *data = compile_module(lib, &modules[i]);
        if (data == NULL) {
            PyObject *exc = PyErr_GetRaisedException(), *text = exc == NULL ? NULL : PyObject_Repr(exc);
            fprintf(stderr, "adder-freeze: cannot compile %s: %s\n", modules[i].file, text == NULL ? "?" : PyUnicode_AsUTF8(text));
            return -1;
        }
        if (write_data(out, i, data) < 0 || add_to_image(&modules[i], i, data) < 0)
            return -1;
        Py_DECREF(data);
    }
    return write_tables(out) < 0 || image_write(out) < 0 ? -1 : 0;
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: adder-freeze LIB OUT.c\n");
        return 2;
    }
    if (rt_hash_seed(true, 0) < 0 || rt_init() < 0)
        return 1;
    PyThreadState *ts = ts_current();
    if (objects_init(ts) < 0 || objects_ready_types(code_static_types) < 0) {
        fprintf(stderr, "adder-freeze: cannot start the runtime\n");
        return 1;
    }
    FILE *out = fopen(argv[2], "w");
    if (out == NULL || write_all(argv[1], out) < 0 || fclose(out) != 0) {
        fprintf(stderr, "adder-freeze: cannot write %s\n", argv[2]);
        return 1;
    }
    return 0;
}
