/* modules/_stat.c: module _stat: what the mode of a file says. */
#include <Python.h>

#include <sys/stat.h>

/* A mode argument: 0 or -1. */
static int
read_mode(PyObject *arg, unsigned *mode)
{
    unsigned long v = PyLong_AsUnsignedLong(arg);
    if (v == (unsigned long)-1 && PyErr_Occurred())
        return -1;
    if (v > 0xffffffffUL) {
        PyErr_SetString(PyExc_OverflowError, "mode out of range");
        return -1;
    }
    *mode = (unsigned)v;
    return 0;
}

#define TEST(name, type) \
    static PyObject *stat_##name(PyObject *m, PyObject *arg) \
    { unsigned mode; return read_mode(arg, &mode) < 0 ? NULL : PyBool_FromLong((type) != 0 && (mode & S_IFMT) == (type)); }
TEST(S_ISDIR, S_IFDIR)
TEST(S_ISCHR, S_IFCHR)
TEST(S_ISBLK, S_IFBLK)
TEST(S_ISREG, S_IFREG)
TEST(S_ISFIFO, S_IFIFO)
TEST(S_ISLNK, S_IFLNK)
TEST(S_ISSOCK, S_IFSOCK)
TEST(S_ISDOOR, 0)
TEST(S_ISPORT, 0)
TEST(S_ISWHT, 0)

static PyObject *
stat_S_IMODE(PyObject *m, PyObject *arg)
{
    unsigned mode;
    return read_mode(arg, &mode) < 0 ? NULL : PyLong_FromUnsignedLong(mode & 07777);
}

static PyObject *
stat_S_IFMT(PyObject *m, PyObject *arg)
{
    unsigned mode;
    return read_mode(arg, &mode) < 0 ? NULL : PyLong_FromUnsignedLong(mode & S_IFMT);
}

static char
type_letter(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return '-';
    case S_IFDIR: return 'd';
    case S_IFLNK: return 'l';
    case S_IFBLK: return 'b';
    case S_IFCHR: return 'c';
    case S_IFIFO: return 'p';
    case S_IFSOCK: return 's';
    default: return '?';
    }
}

static PyObject *
stat_filemode(PyObject *m, PyObject *arg)
{
    static const char letters[] = "rwxrwxrwx";
    unsigned mode;
    char text[10];
    if (read_mode(arg, &mode) < 0)
        return NULL;
    text[0] = type_letter(mode);
    for (int i = 0; i < 9; i++)
        text[i + 1] = mode & (0400u >> i) ? letters[i] : '-';
    if (mode & S_ISUID)
        text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID)
        text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX)
        text[9] = mode & S_IXOTH ? 't' : 'T';
    return PyUnicode_FromStringAndSize(text, 10);
}

#define M(name, doc) {#name, stat_##name, METH_O, #name "($self, object, /)\n--\n\n" doc}
static PyMethodDef methods[] = {
    M(S_ISDIR, "Is this a directory?"), M(S_ISCHR, "Is this a character device?"), M(S_ISBLK, "Is this a block device?"),
    M(S_ISREG, "Is this a regular file?"), M(S_ISFIFO, "Is this a named pipe?"), M(S_ISLNK, "Is this a symbolic link?"),
    M(S_ISSOCK, "Is this a socket?"), M(S_ISDOOR, "Is this a door?"), M(S_ISPORT, "Is this an event port?"),
    M(S_ISWHT, "Is this a whiteout?"), M(S_IMODE, "The permission bits."), M(S_IFMT, "The bits of the file type."),
    M(filemode, "The mode as ls shows it."),
    {NULL}
};

static int
exec(PyObject *m)
{
#define C(name) {#name, name}
    static const struct { const char *name; long value; } constants[] = {
        C(S_IFDIR), C(S_IFCHR), C(S_IFBLK), C(S_IFREG), C(S_IFIFO), C(S_IFLNK), C(S_IFSOCK), {"S_IFDOOR", 0},
        {"S_IFPORT", 0}, {"S_IFWHT", 0}, C(S_ISUID), C(S_ISGID), C(S_ISVTX), {"S_ENFMT", S_ISGID}, C(S_IREAD), C(S_IWRITE),
        C(S_IEXEC), C(S_IRWXU), C(S_IRUSR), C(S_IWUSR), C(S_IXUSR), C(S_IRWXG), C(S_IRGRP), C(S_IWGRP), C(S_IXGRP),
        C(S_IRWXO), C(S_IROTH), C(S_IWOTH), C(S_IXOTH), {"UF_SETTABLE", 0x0000ffff}, {"UF_NODUMP", 1},
        {"UF_IMMUTABLE", 2}, {"UF_APPEND", 4}, {"UF_OPAQUE", 8}, {"UF_NOUNLINK", 0x10}, {"UF_COMPRESSED", 0x20},
        {"UF_TRACKED", 0x40}, {"UF_DATAVAULT", 0x80}, {"UF_HIDDEN", 0x8000}, {"SF_SETTABLE", 0xffff0000},
        {"SF_ARCHIVED", 0x10000}, {"SF_IMMUTABLE", 0x20000}, {"SF_APPEND", 0x40000}, {"SF_NOUNLINK", 0x100000},
        {"SF_SNAPSHOT", 0x200000}, {"SF_FIRMLINK", 0x800000}, {"SF_DATALESS", 0x40000000},
        {"ST_MODE", 0}, {"ST_INO", 1}, {"ST_DEV", 2}, {"ST_NLINK", 3}, {"ST_UID", 4}, {"ST_GID", 5}, {"ST_SIZE", 6},
        {"ST_ATIME", 7}, {"ST_MTIME", 8}, {"ST_CTIME", 9},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++)
        if (PyModule_AddIntConstant(m, constants[i].name, constants[i].value) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL} };
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "_stat", .m_doc = "File types and permissions in st_mode.", .m_methods = methods,
    .m_slots = slots };

PyMODINIT_FUNC
PyInit__stat(void)
{
    return PyModuleDef_Init(&module);
}
