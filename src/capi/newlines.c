/* capi/newlines.c: lines of C streams, whatever ends them. */
#include <Python.h>

#include <errno.h>
#include <stdio.h>

PyAPI_FUNC(char *) _Py_UniversalNewlineFgetsWithSize(char *buf, int n, FILE *stream, PyObject *unused, size_t *size);

/* As fgets(), but "\r" and "\r\n" become "\n"; *size, if wanted, is the length with NUL bytes counted. */
char *
_Py_UniversalNewlineFgetsWithSize(char *buf, int n, FILE *stream, PyObject *fobj, size_t *size)
{
    char *out = buf;
    int c = 'x';
    if (fobj != NULL) {                      /* stands for a file object of Python 2 */
        errno = ENXIO;
        return NULL;
    }
    flockfile(stream);
    while (--n > 0 && c != '\n' && (c = getc_unlocked(stream)) != EOF) {
        if (c == '\r') {
            c = getc_unlocked(stream);
            if (c != '\n' && c != EOF)
                ungetc(c, stream);
            c = '\n';
        }
        *out++ = (char)c;
    }
    funlockfile(stream);
    *out = '\0';
    if (size != NULL)
        *size = (size_t)(out - buf);
    return out == buf ? NULL : buf;
}

char *
Py_UniversalNewlineFgets(char *buf, int n, FILE *stream, PyObject *fobj)
{
    return _Py_UniversalNewlineFgetsWithSize(buf, n, stream, fobj, NULL);
}
