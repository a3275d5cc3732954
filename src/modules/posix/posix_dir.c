/* modules/posix/posix_dir.c: reading directories: listdir, scandir, DirEntry. */
#include <dirent.h>

#include "modules/posix/posix_priv.h"
#include "rt/interp.h"

static bool
is_dot(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* Names come back as the caller gave the path: bytes for bytes. */
static PyObject *
entry_name(const struct os_path *path, const char *name, size_t n)
{
    return path->object != NULL && PyBytes_Check(path->object) ? PyBytes_FromStringAndSize(name, (Py_ssize_t)n)
                                                               : PyUnicode_DecodeFSDefaultAndSize(name, (Py_ssize_t)n);
}

static DIR *
open_dir(const struct os_path *path)
{
    DIR *d;
    if (path->fd == -1) {
        const char *name = path->narrow == NULL ? "." : path->narrow;
        Py_BEGIN_ALLOW_THREADS
        d = opendir(name);
        Py_END_ALLOW_THREADS
        return d;
    }
    int fd = fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    d = fdopendir(fd);
    Py_END_ALLOW_THREADS
    if (d == NULL)
        close(fd);
    else
        rewinddir(d);
    return d;
}

/* 1 with *ent set, 0 at the end, -1 with errno. */
static int
read_entry(DIR *d, struct dirent **ent)
{
    do {
        Py_BEGIN_ALLOW_THREADS
        errno = 0;
        *ent = readdir(d);
        Py_END_ALLOW_THREADS
    } while (*ent != NULL && is_dot((*ent)->d_name));
    return *ent != NULL ? 1 : errno != 0 ? -1 : 0;
}

FUNC_KW(listdir)
{
    struct os_path path = OS_PATH("listdir", "path", true, true);
    PARSE_KW("|O&:listdir", KWLIST("path"), os_path_convert, &path);
    if (PySys_Audit("os.listdir", "O", path.object ? path.object : Py_None) < 0) {
        os_path_free(&path);
        return NULL;
    }
    DIR *d = open_dir(&path);
    PyObject *list = d == NULL ? os_path_error(&path) : PyList_New(0);
    struct dirent *ent;
    int more = 0;
    while (list != NULL && (more = read_entry(d, &ent)) > 0) {
        PyObject *name = entry_name(&path, ent->d_name, strlen(ent->d_name));
        if (name == NULL || PyList_Append(list, name) < 0)
            Py_CLEAR(list);
        Py_XDECREF(name);
    }
    if (more < 0) {
        os_path_error(&path);
        Py_CLEAR(list);
    }
    if (d != NULL)
        closedir(d);
    os_path_free(&path);
    return list;
}

/* ---- DirEntry ---- */

typedef struct {
    PyObject ob_base;
    PyObject *name, *path, *stat, *lstat;
    PyObject *module;
    int dir_fd;                        /* of the scanned directory, -1 if scanned by path */
    unsigned char d_type;
    ino_t d_ino;
} DirEntry;

static PyObject *
fetch_stat(DirEntry *e, int follow)
{
    struct stat st;
    PyObject *bytes;
    if (!PyUnicode_FSConverter(e->path, &bytes))
        return NULL;
    int r, dir_fd = e->dir_fd == -1 ? AT_FDCWD : e->dir_fd;
    const char *name = PyBytes_AS_STRING(bytes);
    OS_CALL_ONCE(r, fstatat(dir_fd, name, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW));
    Py_DECREF(bytes);
    if (r < 0)
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, e->path);
    return os_stat_tuple(e->module, &st);
}

static PyObject *
entry_lstat(DirEntry *e)
{
    if (e->lstat == NULL)
        e->lstat = fetch_stat(e, 0);
    return Py_XNewRef(e->lstat);
}

static int
entry_is_symlink(DirEntry *e)
{
    if (e->d_type != DT_UNKNOWN)
        return e->d_type == DT_LNK;
    PyObject *st = entry_lstat(e);
    if (st == NULL)
        return -1;
    long mode = PyLong_AsLong(PyTuple_GET_ITEM(st, 0));
    Py_DECREF(st);
    return S_ISLNK((mode_t)mode);
}

static PyObject *
entry_stat(DirEntry *e, int follow)
{
    if (!follow)
        return entry_lstat(e);
    if (e->stat == NULL) {
        int link = entry_is_symlink(e);
        if (link < 0)
            return NULL;
        e->stat = link ? fetch_stat(e, 1) : entry_lstat(e);
    }
    return Py_XNewRef(e->stat);
}

/* Is the entry of the kind (S_IFDIR, S_IFREG)? A missing file is not. */
static int
entry_is_kind(DirEntry *e, int follow, mode_t kind)
{
    bool link = e->d_type == DT_LNK;
    if (e->d_type != DT_UNKNOWN && !(follow && link)) {
        if (link)
            return 0;
        return kind == S_IFDIR ? e->d_type == DT_DIR : e->d_type == DT_REG;
    }
    PyObject *st = entry_stat(e, follow);
    if (st == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_FileNotFoundError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    long mode = PyLong_AsLong(PyTuple_GET_ITEM(st, 0));
    Py_DECREF(st);
    return ((mode_t)mode & S_IFMT) == kind;
}

static int
follow_arg(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames, struct _PyArg_Parser *parser, int *follow)
{
    *follow = 1;
    return _PyArg_ParseStackAndKeywords(args, nargs, kwnames, parser, follow);
}

static const char *const follow_kw[] = { "follow_symlinks", NULL };

#define ENTRY_METHOD(name, format_, expr) \
    static PyObject *direntry_##name(PyObject *self, PyTypeObject *cls, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) \
    { \
        static struct _PyArg_Parser parser = { .format = format_, .keywords = follow_kw }; \
        int follow; \
        return follow_arg(args, nargs, kwnames, &parser, &follow) ? (expr) : NULL; \
    }

static PyObject *
truth(int r)
{
    return r < 0 ? NULL : PyBool_FromLong(r);
}

ENTRY_METHOD(is_dir, "|$p:is_dir", truth(entry_is_kind((DirEntry *)self, follow, S_IFDIR)))
ENTRY_METHOD(is_file, "|$p:is_file", truth(entry_is_kind((DirEntry *)self, follow, S_IFREG)))
ENTRY_METHOD(stat, "|$p:stat", entry_stat((DirEntry *)self, follow))

static PyObject *
direntry_is_symlink(PyObject *self, PyObject *unused)
{
    return truth(entry_is_symlink((DirEntry *)self));
}

static PyObject *
direntry_is_junction(PyObject *self, PyObject *unused)
{
    Py_RETURN_FALSE;
}

static PyObject *
direntry_inode(PyObject *self, PyObject *unused)
{
    return PyLong_FromUnsignedLongLong(((DirEntry *)self)->d_ino);
}

static PyObject *
direntry_fspath(PyObject *self, PyObject *unused)
{
    return Py_NewRef(((DirEntry *)self)->path);
}

static PyObject *
direntry_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<DirEntry %R>", ((DirEntry *)self)->name);
}

static void
direntry_dealloc(PyObject *self)
{
    DirEntry *e = (DirEntry *)self;
    PyTypeObject *t = Py_TYPE(self);
    Py_XDECREF(e->name);
    Py_XDECREF(e->path);
    Py_XDECREF(e->stat);
    Py_XDECREF(e->lstat);
    Py_XDECREF(e->module);
    t->tp_free(self);
    Py_DECREF(t);
}

static PyMemberDef direntry_members[] = {
    { "name", Py_T_OBJECT_EX, offsetof(DirEntry, name), Py_READONLY, PyDoc_STR("the entry's base file name") },
    { "path", Py_T_OBJECT_EX, offsetof(DirEntry, path), Py_READONLY, PyDoc_STR("the entry's full path name") },
    { NULL },
};

#define ENTRY_KW(name, doc) { #name, _PyCFunction_CAST(direntry_##name), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, PyDoc_STR(doc) }
static PyMethodDef direntry_methods[] = {
    ENTRY_KW(is_dir, "is_dir($self, /, *, follow_symlinks=True)\n--\n\nIs the entry a directory?"),
    ENTRY_KW(is_file, "is_file($self, /, *, follow_symlinks=True)\n--\n\nIs the entry a file?"),
    { "is_symlink", direntry_is_symlink, METH_NOARGS, PyDoc_STR("is_symlink($self, /)\n--\n\nIs the entry a symbolic link?") },
    { "is_junction", direntry_is_junction, METH_NOARGS, PyDoc_STR("is_junction($self, /)\n--\n\nIs the entry a junction?") },
    ENTRY_KW(stat, "stat($self, /, *, follow_symlinks=True)\n--\n\nstat_result of the entry, cached."),
    { "inode", direntry_inode, METH_NOARGS, PyDoc_STR("inode($self, /)\n--\n\nInode of the entry, cached.") },
    { "__fspath__", direntry_fspath, METH_NOARGS, PyDoc_STR("__fspath__($self, /)\n--\n\nThe path of the entry.") },
    { "__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, PyDoc_STR("See PEP 585") },
    { NULL },
};

static PyType_Slot direntry_slots[] = {
    { Py_tp_dealloc, direntry_dealloc }, { Py_tp_repr, direntry_repr }, { Py_tp_methods, direntry_methods }, { Py_tp_members, direntry_members }, { 0, NULL },
};
static PyType_Spec direntry_spec = { "posix.DirEntry", sizeof(DirEntry), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, direntry_slots };

/* ---- scandir ---- */

typedef struct {
    PyObject ob_base;
    struct os_path path;
    PyObject *path_object, *module;
    DIR *dir;
} ScandirIterator;

/* "folder/name" */
static PyObject *
join_path(const struct os_path *folder, const char *name, size_t n)
{
    size_t fl = (size_t)folder->length, slash = fl > 0 && folder->narrow[fl - 1] != '/';
    char *buf = PyMem_Malloc(fl + slash + n + 1);
    if (buf == NULL)
        return PyErr_NoMemory();
    memcpy(buf, folder->narrow, fl);
    if (slash)
        buf[fl] = '/';
    memcpy(buf + fl + slash, name, n);
    PyObject *r = entry_name(folder, buf, fl + slash + n);
    PyMem_Free(buf);
    return r;
}

static PyObject *
make_entry(ScandirIterator *it, const struct dirent *ent)
{
    struct os_state *s = os_state_of(it->module);
    DirEntry *e = (DirEntry *)s->dir_entry->tp_alloc(s->dir_entry, 0);
    size_t n = strlen(ent->d_name);
    struct os_path folder = it->path;
    if (e == NULL)
        return NULL;
    if (folder.narrow == NULL && folder.fd == -1) {
        folder.narrow = ".";
        folder.length = 1;
    }
    e->dir_fd = folder.fd;
    e->d_type = ent->d_type;
    e->d_ino = ent->d_ino;
    e->module = Py_NewRef(it->module);
    e->name = entry_name(&folder, ent->d_name, n);
    e->path = e->name == NULL ? NULL : folder.fd != -1 ? Py_NewRef(e->name) : join_path(&folder, ent->d_name, n);
    if (e->path == NULL) {
        Py_DECREF(e);
        return NULL;
    }
    return (PyObject *)e;
}

static void
scandir_close_dir(ScandirIterator *it)
{
    DIR *d = it->dir;
    it->dir = NULL;
    if (d != NULL) {
        interp_current()->unseen_endings--;
        Py_BEGIN_ALLOW_THREADS
        if (it->path.fd != -1)
            rewinddir(d);
        closedir(d);
        Py_END_ALLOW_THREADS
    }
}

static PyObject *
scandir_next(PyObject *self)
{
    ScandirIterator *it = (ScandirIterator *)self;
    struct dirent *ent;
    if (it->dir == NULL)
        return NULL;
    int more = read_entry(it->dir, &ent);
    if (more > 0) {
        PyObject *e = make_entry(it, ent);
        if (e == NULL)
            scandir_close_dir(it);
        return e;
    }
    if (more < 0)
        os_path_error(&it->path);
    scandir_close_dir(it);
    return NULL;
}

static PyObject *
scandir_close(PyObject *self, PyObject *unused)
{
    scandir_close_dir((ScandirIterator *)self);
    Py_RETURN_NONE;
}

static PyObject *
scandir_enter(PyObject *self, PyObject *unused)
{
    return Py_NewRef(self);
}

static PyObject *
scandir_exit(PyObject *self, PyObject *args)
{
    return scandir_close(self, NULL);
}

static void
scandir_finalize(PyObject *self)
{
    ScandirIterator *it = (ScandirIterator *)self;
    PyObject *exc = PyErr_GetRaisedException();
    if (it->dir != NULL) {
        if (PyErr_ResourceWarning(self, 1, "unclosed scandir iterator %R", self) < 0 && PyErr_ExceptionMatches(PyExc_Warning))
            PyErr_WriteUnraisable(self);
        scandir_close_dir(it);
    }
    PyErr_SetRaisedException(exc);
}

static void
scandir_dealloc(PyObject *self)
{
    ScandirIterator *it = (ScandirIterator *)self;
    PyTypeObject *t = Py_TYPE(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    os_path_free(&it->path);
    Py_XDECREF(it->path_object);
    Py_XDECREF(it->module);
    t->tp_free(self);
    Py_DECREF(t);
}

static PyMethodDef scandir_methods[] = {
    { "__enter__", scandir_enter, METH_NOARGS, NULL }, { "__exit__", scandir_exit, METH_VARARGS, NULL },
    { "close", scandir_close, METH_NOARGS, NULL }, { NULL },
};
static PyType_Slot scandir_slots[] = {
    { Py_tp_dealloc, scandir_dealloc }, { Py_tp_finalize, scandir_finalize }, { Py_tp_iter, PyObject_SelfIter },
    { Py_tp_iternext, scandir_next }, { Py_tp_methods, scandir_methods }, { 0, NULL },
};
static PyType_Spec scandir_spec = { "posix.ScandirIterator", sizeof(ScandirIterator), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, scandir_slots };

FUNC_KW(scandir)
{
    struct os_path path = OS_PATH("scandir", "path", true, true);
    PARSE_KW("|O&:scandir", KWLIST("path"), os_path_convert, &path);
    PyTypeObject *t = os_state_of(module)->scandir_iterator;
    ScandirIterator *it = PySys_Audit("os.scandir", "O", path.object ? path.object : Py_None) < 0 ? NULL : (ScandirIterator *)t->tp_alloc(t, 0);
    if (it == NULL) {
        os_path_free(&path);
        return NULL;
    }
    it->path = path;
    it->path_object = Py_XNewRef(path.object);
    it->module = Py_NewRef(module);
    it->dir = open_dir(&path);
    if (it->dir == NULL) {
        os_path_error(&path);
        Py_DECREF(it);
        return NULL;
    }
    interp_current()->unseen_endings++;      /* an iterator that is not closed warns at its end */
    return (PyObject *)it;
}

int
os_add_dir_types(PyObject *module)
{
    struct os_state *s = os_state_of(module);
    s->dir_entry = (PyTypeObject *)PyType_FromModuleAndSpec(module, &direntry_spec, NULL);
    s->scandir_iterator = (PyTypeObject *)PyType_FromModuleAndSpec(module, &scandir_spec, NULL);
    return s->dir_entry == NULL || s->scandir_iterator == NULL ? -1 : PyModule_AddObjectRef(module, "DirEntry", (PyObject *)s->dir_entry);
}

PyMethodDef os_dir_methods[] = {
    ROW_KW(listdir, "listdir($module, /, path=None)\n--\n\nNames of the entries of a directory."),
    ROW_KW(scandir, "scandir($module, /, path=None)\n--\n\nIterator of DirEntry objects of a directory."),
    { NULL },
};
