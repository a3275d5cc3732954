/* datetime/tz.c: tzinfo, the abstract base whose methods users write, and timezone, a fixed offset from UTC. What a user's
 * tzinfo answers is checked here before anything counts with it. */
#include "dt.h"

static bool
offset_in_range(PyObject *offset)
{
    const PyDateTime_Delta *d = DELTA(offset);
    return d->days == 0 || (d->days == -1 && (d->seconds > 0 || d->microseconds > 0));
}

/* tz.name(arg) for utcoffset and dst. */
static PyObject *
ask_offset(PyObject *tz, const char *name, PyObject *arg)
{
    if (tz == Py_None)
        Py_RETURN_NONE;
    PyObject *offset = PyObject_CallMethod(tz, name, "(O)", arg);
    if (offset == NULL || offset == Py_None)
        return offset;
    if (!IS_DELTA(offset))
        PyErr_Format(PyExc_TypeError, "tzinfo.%s() must return None or timedelta, not '%.200s'", name, Py_TYPE(offset)->tp_name);
    else if (!offset_in_range(offset))
        PyErr_SetString(PyExc_ValueError, "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24).");
    else
        return offset;
    Py_DECREF(offset);
    return NULL;
}

PyObject *
tz_utcoffset(PyObject *tz, PyObject *arg)
{
    return ask_offset(tz, "utcoffset", arg);
}

PyObject *
tz_dst(PyObject *tz, PyObject *arg)
{
    return ask_offset(tz, "dst", arg);
}

PyObject *
tz_name(PyObject *tz, PyObject *arg)
{
    if (tz == Py_None)
        Py_RETURN_NONE;
    PyObject *name = PyObject_CallMethod(tz, "tzname", "(O)", arg);
    if (name == NULL || name == Py_None || PyUnicode_Check(name))
        return name;
    PyErr_Format(PyExc_TypeError, "tzinfo.tzname() must return None or a string, not '%s'", Py_TYPE(name)->tp_name);
    Py_DECREF(name);
    return NULL;
}

/* ---- tzinfo --------------------------------------------------------------------------------------------------------------- */

static PyObject *
abstract(const char *name)
{
    PyErr_Format(PyExc_NotImplementedError, "a tzinfo subclass must implement %s()", name);
    return NULL;
}

static PyObject *tzinfo_tzname(PyObject *self, PyObject *dt) { return abstract("tzname"); }
static PyObject *tzinfo_utcoffset(PyObject *self, PyObject *dt) { return abstract("utcoffset"); }
static PyObject *tzinfo_dst(PyObject *self, PyObject *dt) { return abstract("dst"); }

static int
check_own(PyObject *self, PyObject *dt)
{
    if (!IS_DATETIME(dt))
        PyErr_SetString(PyExc_TypeError, "fromutc: argument must be a datetime");
    else if (datetime_tz(dt) != self)
        PyErr_SetString(PyExc_ValueError, "fromutc: dt.tzinfo is not self");
    else
        return 0;
    return -1;
}

/* What dt's zone says with ask, None being an error. */
static PyObject *
required(PyObject *(*ask)(PyObject *, PyObject *), PyObject *dt, const char *message)
{
    PyObject *result = ask(datetime_tz(dt), dt);
    if (result == Py_None) {
        PyErr_SetString(PyExc_ValueError, message);
        Py_CLEAR(result);
    }
    return result;
}

static PyObject *
tzinfo_fromutc(PyObject *self, PyObject *dt)
{
    PyObject *offset = NULL, *dst = NULL, *standard = NULL, *local = NULL, *result = NULL;
    if (check_own(self, dt) < 0)
        return NULL;
    offset = required(tz_utcoffset, dt, "fromutc: non-None utcoffset() result required");
    if (offset != NULL)
        dst = required(tz_dst, dt, "fromutc: non-None dst() result required");
    if (dst != NULL)
        standard = delta_subtract(offset, dst);
    if (standard != NULL)
        local = datetime_add_delta(dt, standard, 1);
    if (local != NULL && IS_DATETIME(local)) {
        Py_SETREF(dst, required(tz_dst, local, "fromutc: tz.dst() gave inconsistent results; cannot convert"));
        if (dst != NULL)
            result = delta_nonzero(dst) ? datetime_add_delta(local, dst, 1) : Py_NewRef(local);
    }
    Py_XDECREF(offset);
    Py_XDECREF(dst);
    Py_XDECREF(standard);
    Py_XDECREF(local);
    return result;
}

static PyObject *
tzinfo_reduce(PyObject *self, PyObject *unused)
{
    PyObject *getter = NULL, *args, *state;
    if (PyObject_GetOptionalAttrString(self, "__getinitargs__", &getter) < 0)
        return NULL;
    args = getter == NULL ? PyTuple_New(0) : PyObject_CallNoArgs(getter);
    Py_XDECREF(getter);
    state = args == NULL ? NULL : PyObject_CallMethod(self, "__getstate__", NULL);
    if (state == NULL) {
        Py_XDECREF(args);
        return NULL;
    }
    return Py_BuildValue("ONN", Py_TYPE(self), args, state);
}

static PyMethodDef tzinfo_methods[] = {
    { "tzname", tzinfo_tzname, METH_O, "datetime -> the zone's name at that moment." },
    { "utcoffset", tzinfo_utcoffset, METH_O, "datetime -> timedelta: local time less UTC, positive to the east." },
    { "dst", tzinfo_dst, METH_O, "datetime -> timedelta: the share of utcoffset() that is daylight saving." },
    { "fromutc", tzinfo_fromutc, METH_O, "datetime that reads UTC -> datetime in this zone." },
    { "__reduce__", tzinfo_reduce, METH_NOARGS, "-> (cls, args, state)" },
    { NULL, NULL, 0, NULL },
};

PyTypeObject dt_tzinfo_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "datetime.tzinfo",
    .tp_basicsize = sizeof(PyDateTime_TZInfo),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_doc = "Base class of what tells a time zone's offsets and names.",
    .tp_methods = tzinfo_methods,
    .tp_new = PyType_GenericNew,
};

/* ---- timezone ------------------------------------------------------------------------------------------------------------- */

PyObject *
timezone_make(PyObject *offset, PyObject *name)
{
    struct timezone *self = (struct timezone *)dt_timezone_type.tp_alloc(&dt_timezone_type, 0);
    if (self == NULL)
        return NULL;
    self->offset = Py_NewRef(offset);
    self->name = Py_XNewRef(name);
    return (PyObject *)self;
}

PyObject *
timezone_checked(PyObject *offset, PyObject *name)
{
    if (name == NULL && !delta_nonzero(offset))
        return Py_NewRef(dt_utc);
    if (!offset_in_range(offset)) {
        PyErr_Format(PyExc_ValueError,
                     "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not %R.", offset);
        return NULL;
    }
    return timezone_make(offset, name);
}

static PyObject *
timezone_tp_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = { "offset", "name", NULL };
    PyObject *offset, *name = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "O!|U:timezone", names, &dt_delta_type, &offset, &name))
        return NULL;
    return timezone_checked(offset, name);
}

static void
timezone_dealloc(PyObject *self)
{
    Py_CLEAR(((struct timezone *)self)->offset);
    Py_CLEAR(((struct timezone *)self)->name);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *
timezone_richcompare(PyObject *self, PyObject *other, int op)
{
    if ((op != Py_EQ && op != Py_NE) || !IS_TIMEZONE(other))
        Py_RETURN_NOTIMPLEMENTED;
    return PyObject_RichCompare(((struct timezone *)self)->offset, ((struct timezone *)other)->offset, op);
}

static Py_hash_t
timezone_hash(PyObject *self)
{
    return PyObject_Hash(((struct timezone *)self)->offset);
}

static int
check_argument(PyObject *dt, const char *method)
{
    if (dt == Py_None || IS_DATETIME(dt))
        return 0;
    PyErr_Format(PyExc_TypeError, "%s(dt) argument must be a datetime instance or None, not %.200s", method, Py_TYPE(dt)->tp_name);
    return -1;
}

static PyObject *
timezone_repr(PyObject *self)
{
    const struct timezone *tz = (struct timezone *)self;
    if (self == dt_utc)
        return PyUnicode_FromFormat("%s.utc", Py_TYPE(self)->tp_name);
    if (tz->name == NULL)
        return PyUnicode_FromFormat("%s(%R)", Py_TYPE(self)->tp_name, tz->offset);
    return PyUnicode_FromFormat("%s(%R, %R)", Py_TYPE(self)->tp_name, tz->offset, tz->name);
}

static PyObject *
timezone_str(PyObject *self)
{
    const struct timezone *tz = (struct timezone *)self;
    if (tz->name != NULL)
        return Py_NewRef(tz->name);
    if (!delta_nonzero(tz->offset))
        return PyUnicode_FromString("UTC");
    PyObject *offset = format_offset(tz->offset, ":");
    PyObject *text = offset == NULL ? NULL : PyUnicode_FromFormat("UTC%U", offset);
    Py_XDECREF(offset);
    return text;
}

static PyObject *
timezone_tzname(PyObject *self, PyObject *dt)
{
    return check_argument(dt, "tzname") < 0 ? NULL : timezone_str(self);
}

static PyObject *
timezone_utcoffset(PyObject *self, PyObject *dt)
{
    return check_argument(dt, "utcoffset") < 0 ? NULL : Py_NewRef(((struct timezone *)self)->offset);
}

static PyObject *
timezone_dst(PyObject *self, PyObject *dt)
{
    return check_argument(dt, "dst") < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
timezone_fromutc(PyObject *self, PyObject *dt)
{
    return check_own(self, dt) < 0 ? NULL : datetime_add_delta(dt, ((struct timezone *)self)->offset, 1);
}

static PyObject *
timezone_getinitargs(PyObject *self, PyObject *unused)
{
    const struct timezone *tz = (struct timezone *)self;
    return tz->name == NULL ? PyTuple_Pack(1, tz->offset) : PyTuple_Pack(2, tz->offset, tz->name);
}

static PyMethodDef timezone_methods[] = {
    { "tzname", timezone_tzname, METH_O, "The name given at construction, otherwise UTC and the offset if there is one." },
    { "utcoffset", timezone_utcoffset, METH_O, "The fixed offset." },
    { "dst", timezone_dst, METH_O, "None: a fixed offset has no daylight saving." },
    { "fromutc", timezone_fromutc, METH_O, "datetime that reads UTC -> datetime in this zone." },
    { "__getinitargs__", timezone_getinitargs, METH_NOARGS, "The constructor's arguments, for pickle." },
    { NULL, NULL, 0, NULL },
};

PyTypeObject dt_timezone_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "datetime.timezone",
    .tp_basicsize = sizeof(struct timezone),
    .tp_dealloc = timezone_dealloc,
    .tp_repr = timezone_repr,
    .tp_hash = timezone_hash,
    .tp_str = timezone_str,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "A zone at a fixed offset from UTC.",
    .tp_richcompare = timezone_richcompare,
    .tp_methods = timezone_methods,
    .tp_base = &dt_tzinfo_type,
    .tp_new = timezone_tp_new,
};
