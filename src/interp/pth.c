/* interp/pth.c: `PROGRAM._pth`, a file beside the program that says all there is on sys.path: a program that is shipped
 * with its library must not find anybody else's. It also means -I, and -S unless it holds the line `import site`. */
#include "interp/pth.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "interp/config.h"

/* An absolute path without "//", "." and "..", in place. */
static void
normalize(char *path)
{
    char *out = path;
    for (const char *p = path; *p != '\0';) {
        size_t n = strcspn(++p, "/");        /* *p was a slash */
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            while (out > path && *--out != '/')
                ;
        } else if (n > 0 && !(n == 1 && p[0] == '.')) {
            *out++ = '/';
            memmove(out, p, n);
            out += n;
        }
        p += n;
    }
    if (out == path)
        *out++ = '/';
    *out = '\0';
}

static int
add_folder(PyConfig *c, const char *dir, const char *line)
{
    char path[2 * PATH_MAX];
    if ((size_t)snprintf(path, sizeof(path), line[0] == '/' ? "%.0s%s" : "%s/%s", dir, line) >= sizeof(path))
        return 0;
    if (path[0] == '/')
        normalize(path);
    wchar_t *w = Py_DecodeLocale(path, NULL);
    int r = w == NULL ? -1 : wide_list_append(&c->module_search_paths, w);
    PyMem_RawFree(w);
    return r;
}

/* One line; what follows # does not count. */
static int
read_line(PyConfig *c, const char *dir, char *line)
{
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    for (size_t n = strlen(line); n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'); n--)
        line[n - 1] = '\0';
    if (strcmp(line, "import site") == 0)
        c->site_import = 1;
    else if (strncmp(line, "import ", 7) == 0)
        fprintf(stderr, "unsupported 'import' line in ._pth file\n");
    else if (line[0] != '\0')
        return add_folder(c, dir, line);
    return 0;
}

static FILE *
open_beside(const char *program, char *dir)
{
    char name[PATH_MAX + 8];
    snprintf(name, sizeof(name), "%s._pth", program);
    snprintf(dir, PATH_MAX, "%s", program);
    char *slash = strrchr(dir, '/');
    if (slash == NULL)
        return NULL;
    *(slash == dir ? slash + 1 : slash) = '\0';
    return fopen(name, "re");
}

int
pth_read(PyConfig *c, const char *program, char *dir)
{
    char real[PATH_MAX];
    FILE *f = c->home != NULL || c->module_search_paths_set ? NULL : open_beside(program, dir);
    if (f == NULL && c->home == NULL && !c->module_search_paths_set && realpath(program, real) != NULL)
        f = open_beside(real, dir);
    if (f == NULL)
        return 0;
    c->isolated = c->safe_path = 1;
    c->use_environment = c->site_import = c->user_site_directory = 0;
    wide_list_clear(&c->module_search_paths);
    c->module_search_paths_set = 1;
    char *line = NULL;
    size_t room = 0;
    int r = 1;
    while (r > 0 && getline(&line, &room, f) >= 0)
        if (read_line(c, dir, line) < 0)
            r = -1;
    free(line);
    fclose(f);
    return r;
}
