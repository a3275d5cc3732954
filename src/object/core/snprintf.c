/* object/core/snprintf.c: PyOS_snprintf(): as snprintf(), and the result always ends with NUL. */
#include <Python.h>

#include <stdio.h>

int
PyOS_vsnprintf(char *str, size_t size, const char *format, va_list args)
{
    if (size > (size_t)INT_MAX) {
        if (size > 0)
            str[size - 1] = '\0';
        return -666;                 /* what callers have always been told for absurd sizes */
    }
    int n = vsnprintf(str, size, format, args);
    if (size > 0)
        str[size - 1] = '\0';
    return n;
}

int
PyOS_snprintf(char *str, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = PyOS_vsnprintf(str, size, format, args);
    va_end(args);
    return n;
}
