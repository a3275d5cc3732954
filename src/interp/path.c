/* interp/path.c: where the program and its standard library are.
 *
 * The folder of the program (links followed), or a parent of it, holds lib/python3.13/os.py: that parent is the prefix (a
 * build folder is such a prefix too). libpython looks from its own file first. pyvenv.cfg beside or above the program makes a virtual environment: its `home` is searched instead
 * (PEP 405), while sys.prefix becomes the environment (site does that). PYTHONHOME overrides the search. */
#include <dlfcn.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interp/config.h"
#include "interp/pth.h"
#include "rt/locale_text.h"

#define LIBDIR "python3.13"

struct paths {
    char program[PATH_MAX];      /* as called, absolute */
    char base_program[PATH_MAX]; /* behind a virtual environment */
    char prefix[PATH_MAX];
    char stdlib[PATH_MAX];
    char libdir[64];             /* "lib" */
};

static int
is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int
join(char *out, const char *dir, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s%s%s", dir, dir[0] == '\0' || dir[strlen(dir) - 1] == '/' ? "" : "/", name);
    return n >= 0 && n < PATH_MAX ? 0 : -1;
}

/* Cut the last component; 0 if there was none left. */
static int
parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL || path[1] == '\0')
        return 0;
    *(slash == path ? slash + 1 : slash) = '\0';
    return 1;
}

/* ---- the program ---- */

static void
find_on_path(const char *name, char *out)
{
    const char *path = getenv("PATH");
    char dir[PATH_MAX];
    out[0] = '\0';
    while (path != NULL && *path != '\0') {
        size_t n = strcspn(path, ":");
        if (n > 0 && n < sizeof(dir)) {
            memcpy(dir, path, n);
            dir[n] = '\0';
            if (join(out, dir, name) == 0 && is_file(out) && access(out, X_OK) == 0)
                return;
        }
        path += n + (path[n] == ':');
    }
    out[0] = '\0';
}

static void
find_program(const char *name, char *out)
{
    if (strchr(name, '/') == NULL)
        find_on_path(name, out);
    else if (name[0] == '/')
        snprintf(out, PATH_MAX, "%s", name);
    else {
        char cwd[PATH_MAX];
        out[0] = '\0';
        while (name[0] == '.' && name[1] == '/')
            name += 2;
        if (getcwd(cwd, sizeof(cwd)) != NULL && join(out, cwd, name) < 0)
            out[0] = '\0';
    }
    if (out[0] != '\0')
        return;
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);    /* started in an unusual way */
    out[n < 0 ? 0 : n] = '\0';
}

/* ---- prefixes ---- */

/* Does `prefix` hold a standard library? Fills in stdlib. */
static int
try_prefix(struct paths *p, const char *prefix)
{
    char name[128], os_py[PATH_MAX];
    snprintf(name, sizeof(name), "%s/" LIBDIR, p->libdir);
    if (join(p->stdlib, prefix, name) < 0 || join(os_py, p->stdlib, "os.py") < 0)
        return 0;
    if (!is_file(os_py) && (join(os_py, p->stdlib, "os.pyc") < 0 || !is_file(os_py)))
        return 0;
    snprintf(p->prefix, sizeof(p->prefix), "%s", prefix);
    return 1;
}

/* Look for the landmark from the folder of `program` upward. */
static int
search_up(struct paths *p, const char *program)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof(dir), "%s", program);
    while (parent(dir)) {
        if (try_prefix(p, dir))
            return 1;
        if (dir[1] == '\0')
            break;
    }
    return 0;
}

/* `home` of the pyvenv.cfg beside the program or one folder up. */
static int
read_venv_home(const char *program, char *home)
{
    char dir[PATH_MAX], file[PATH_MAX], line[PATH_MAX + 64];
    FILE *f = NULL;
    snprintf(dir, sizeof(dir), "%s", program);
    for (int i = 0; i < 2 && f == NULL; i++) {
        if (!parent(dir) || join(file, dir, "pyvenv.cfg") < 0)
            return 0;
        f = fopen(file, "r");
    }
    if (f == NULL)
        return 0;
    home[0] = '\0';
    while (home[0] == '\0' && fgets(line, sizeof(line), f) != NULL) {
        char *eq = strchr(line, '='), *key = line + strspn(line, " \t");
        if (eq == NULL || strncasecmp(key, "home", 4) != 0 || strspn(key + 4, " \t") != (size_t)(eq - key - 4))
            continue;
        char *value = eq + 1 + strspn(eq + 1, " \t");
        value[strcspn(value, "\r\n")] = '\0';
        for (size_t n = strlen(value); n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'); n--)
            value[n - 1] = '\0';
        snprintf(home, PATH_MAX, "%s", value);
    }
    fclose(f);
    return home[0] != '\0';
}

static void
resolve_base(struct paths *p)
{
    char home[PATH_MAX], *name = strrchr(p->program, '/');
    snprintf(p->base_program, sizeof(p->base_program), "%s", p->program);
    if (name == NULL || !read_venv_home(p->program, home))
        return;
    static const char *const names[] = { "", "adder", "python3.13", "python3", "python" };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        char candidate[PATH_MAX];
        if (join(candidate, home, i == 0 ? name + 1 : names[i]) == 0 && is_file(candidate)) {
            snprintf(p->base_program, sizeof(p->base_program), "%s", candidate);
            return;
        }
    }
    if (join(p->base_program, home, name + 1) < 0)
        snprintf(p->base_program, sizeof(p->base_program), "%s", p->program);
}

/* As a library: the file that this code was loaded from. A program that embeds us may stand anywhere. */
static int
search_library(struct paths *p)
{
#ifdef ADDER_LIBRARY
    Dl_info info;
    char real[PATH_MAX];
    return dladdr((void *)search_library, &info) != 0 && info.dli_fname != NULL && realpath(info.dli_fname, real) != NULL && search_up(p, real);
#else
    (void)p;
    return 0;
#endif
}

/* The program may be called by a link: what counts is where it lies. */
static void
find_prefix(struct paths *p)
{
    char real[PATH_MAX];
    if (search_library(p))
        return;
    if (realpath(p->base_program, real) != NULL && search_up(p, real))
        return;
    if (search_up(p, p->base_program))
        return;
    ssize_t n = readlink("/proc/self/exe", real, sizeof(real) - 1);
    if (n > 0) {
        real[n] = '\0';
        if (search_up(p, real))
            return;
    }
    snprintf(p->prefix, sizeof(p->prefix), "/usr/local");
    snprintf(p->stdlib, sizeof(p->stdlib), "/usr/local/%s/" LIBDIR, p->libdir);
}

/* ---- the configuration ---- */

static PyStatus
set_path(PyConfig *c, wchar_t **field, const char *value)
{
    return *field != NULL ? PyStatus_Ok() : PyConfig_SetBytesString(c, field, value);
}

static int
append_bytes(PyWideStringList *list, const char *path)
{
    wchar_t *w = Py_DecodeLocale(path, NULL);
    int r = w == NULL ? -1 : wide_list_append(list, w);
    PyMem_RawFree(w);
    return r;
}

static PyStatus
set_search_paths(PyConfig *c, const struct paths *p)
{
    if (c->module_search_paths_set)
        return PyStatus_Ok();
    wide_list_clear(&c->module_search_paths);
    if (c->pythonpath_env != NULL) {
        const wchar_t *s = c->pythonpath_env;
        for (;;) {
            size_t n = wcscspn(s, L":");
            wchar_t *item = PyMem_RawMalloc((n + 1) * sizeof(wchar_t));
            if (item == NULL)
                return PyStatus_NoMemory();
            wmemcpy(item, s, n);
            item[n] = L'\0';
            int r = wide_list_append(&c->module_search_paths, item);
            PyMem_RawFree(item);
            if (r < 0)
                return PyStatus_NoMemory();
            if (s[n] == L'\0')
                break;
            s += n + 1;
        }
    }
    char zip[PATH_MAX], dyn[PATH_MAX], rel[128];
    snprintf(rel, sizeof(rel), "%s/python313.zip", p->libdir);
    if (join(zip, p->prefix, rel) < 0 || join(dyn, p->stdlib, "lib-dynload") < 0 || append_bytes(&c->module_search_paths, zip) < 0 ||
        append_bytes(&c->module_search_paths, p->stdlib) < 0 || append_bytes(&c->module_search_paths, dyn) < 0)
        return PyStatus_NoMemory();
    c->module_search_paths_set = 1;
    return PyStatus_Ok();
}

/* The text as bytes of the file system, cut to the room; empty if it cannot be. */
static void
copy_wide(char *out, size_t size, const wchar_t *text)
{
    char *bytes = _Py_EncodeLocaleRaw(text, NULL);
    snprintf(out, size, "%s", bytes == NULL ? "" : bytes);
    PyMem_RawFree(bytes);
}

PyStatus
config_compute_paths(PyConfig *c)
{
    struct paths *p = PyMem_RawCalloc(1, sizeof(*p));
    char *name = p == NULL ? NULL : _Py_EncodeLocaleRaw(c->program_name, NULL);
    if (name == NULL) {
        PyMem_RawFree(p);
        return PyStatus_NoMemory();
    }
    copy_wide(p->libdir, sizeof(p->libdir), c->platlibdir == NULL ? L"lib" : c->platlibdir);
    find_program(name, p->program);
    PyMem_RawFree(name);
    resolve_base(p);
    char pth_folder[PATH_MAX];
    int pth = pth_read(c, p->program, pth_folder);
    if (pth < 0) {
        PyMem_RawFree(p);
        return PyStatus_NoMemory();
    }
    if (c->home != NULL) {
        copy_wide(p->prefix, sizeof(p->prefix), c->home);
        p->prefix[strcspn(p->prefix, ":")] = '\0';
        char home[PATH_MAX];
        snprintf(home, sizeof(home), "%s", p->prefix);
        if (!try_prefix(p, home))
            snprintf(p->prefix, sizeof(p->prefix), "%s", home);
    } else
        find_prefix(p);
    if (pth > 0)
        snprintf(p->prefix, sizeof(p->prefix), "%s", pth_folder);
    const struct { wchar_t **field; const char *value; } fields[] = {
        { &c->executable, p->program }, { &c->base_executable, p->base_program }, { &c->prefix, p->prefix },
        { &c->base_prefix, p->prefix }, { &c->exec_prefix, p->prefix }, { &c->base_exec_prefix, p->prefix },
        { &c->stdlib_dir, p->stdlib },
    };
    PyStatus s = PyStatus_Ok();
    for (size_t i = 0; i < Py_ARRAY_LENGTH(fields) && !PyStatus_Exception(s); i++)
        s = set_path(c, fields[i].field, fields[i].value);
    if (!PyStatus_Exception(s))
        s = set_search_paths(c, p);
    PyMem_RawFree(p);
    return s;
}
