/* datetime/module.c: the module _datetime and the capsule with its C API. The types are static and shared; an interpreter's
 * dicts of them get their constants (min, max, resolution) once. timezone.utc and what it holds are immortal: one for all. */
#include "dt.h"

PyObject *dt_utc, *dt_epoch;

/* ---- the C API ------------------------------------------------------------------------------------------------------------ */

static PyObject *
api_date(int year, int month, int day, PyTypeObject *type)
{
    return date_new(year, month, day, type);
}

static PyObject *
api_datetime_fold(int year, int month, int day, int hour, int minute, int second, int us, PyObject *tz, int fold, PyTypeObject *type)
{
    return datetime_new(&(struct moment){ year, month, day, hour, minute, second, us, fold, tz }, type);
}

static PyObject *
api_datetime(int year, int month, int day, int hour, int minute, int second, int us, PyObject *tz, PyTypeObject *type)
{
    return api_datetime_fold(year, month, day, hour, minute, second, us, tz, 0, type);
}

static PyObject *
api_time_fold(int hour, int minute, int second, int us, PyObject *tz, int fold, PyTypeObject *type)
{
    return time_new(hour, minute, second, us, tz, fold, type);
}

static PyObject *
api_time(int hour, int minute, int second, int us, PyObject *tz, PyTypeObject *type)
{
    return time_new(hour, minute, second, us, tz, 0, type);
}

static PyObject *
api_delta(int days, int seconds, int us, int normalize, PyTypeObject *type)
{
    return delta_new(days, seconds, us, normalize != 0, type);
}

static PyObject *
api_timezone(PyObject *offset, PyObject *name)
{
    return timezone_checked(offset, name);
}

/* args as for datetime.fromtimestamp(); cls may be a subclass. */
static PyObject *
api_datetime_timestamp(PyObject *cls, PyObject *args, PyObject *kw)
{
    static char *names[] = { "timestamp", "tz", NULL };
    PyObject *timestamp, *tz = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "O|O:fromtimestamp", names, &timestamp, &tz))
        return NULL;
    return datetime_from_timestamp(cls, timestamp, tz);
}

static PyObject *
api_date_timestamp(PyObject *cls, PyObject *args)
{
    PyObject *timestamp;
    return PyArg_UnpackTuple(args, "fromtimestamp", 1, 1, &timestamp) ? date_from_timestamp(cls, timestamp) : NULL;
}

static PyDateTime_CAPI capi = {
    .DateType = &dt_date_type, .DateTimeType = &dt_datetime_type, .TimeType = &dt_time_type, .DeltaType = &dt_delta_type,
    .TZInfoType = &dt_tzinfo_type, .Date_FromDate = api_date, .DateTime_FromDateAndTime = api_datetime, .Time_FromTime = api_time,
    .Delta_FromDelta = api_delta, .TimeZone_FromTimeZone = api_timezone, .DateTime_FromTimestamp = api_datetime_timestamp,
    .Date_FromTimestamp = api_date_timestamp, .DateTime_FromDateAndTimeAndFold = api_datetime_fold, .Time_FromTimeAndFold = api_time_fold,
};

/* ---- constants of the types ----------------------------------------------------------------------------------------------- */

/* Sets type.name in the dict of a type that is immutable for Python code. STEALS value, which may be NULL. */
static int
set_constant(PyTypeObject *type, const char *name, PyObject *value)
{
    PyObject *dict = value == NULL ? NULL : PyType_GetDict(type);
    int rc = dict == NULL ? -1 : PyDict_SetItemString(dict, name, value);
    Py_XDECREF(dict);
    Py_XDECREF(value);
    return rc;
}

static int
set_limits(void)
{
    const struct moment low = { 1, 1, 1, 0, 0, 0, 0, 0, Py_None }, high = { 9999, 12, 31, 23, 59, 59, 999999, 0, Py_None };
    if (set_constant(&dt_delta_type, "resolution", delta_new(0, 0, 1, false, &dt_delta_type)) < 0 ||
        set_constant(&dt_delta_type, "min", delta_new(-MAX_DELTA_DAYS, 0, 0, false, &dt_delta_type)) < 0 ||
        set_constant(&dt_delta_type, "max", delta_new(MAX_DELTA_DAYS, DAY_SECONDS - 1, 999999, false, &dt_delta_type)) < 0 ||
        set_constant(&dt_date_type, "min", date_new(1, 1, 1, &dt_date_type)) < 0 ||
        set_constant(&dt_date_type, "max", date_new(9999, 12, 31, &dt_date_type)) < 0 ||
        set_constant(&dt_date_type, "resolution", delta_new(1, 0, 0, false, &dt_delta_type)) < 0 ||
        set_constant(&dt_time_type, "min", time_new(0, 0, 0, 0, Py_None, 0, &dt_time_type)) < 0 ||
        set_constant(&dt_time_type, "max", time_new(23, 59, 59, 999999, Py_None, 0, &dt_time_type)) < 0 ||
        set_constant(&dt_time_type, "resolution", delta_new(0, 0, 1, false, &dt_delta_type)) < 0 ||
        set_constant(&dt_datetime_type, "min", datetime_new(&low, &dt_datetime_type)) < 0 ||
        set_constant(&dt_datetime_type, "max", datetime_new(&high, &dt_datetime_type)) < 0 ||
        set_constant(&dt_datetime_type, "resolution", delta_new(0, 0, 1, false, &dt_delta_type)) < 0)
        return -1;
    return 0;
}

/* A timezone this many seconds from UTC. */
static PyObject *
zone_at(int seconds)
{
    PyObject *offset = delta_new(0, seconds, 0, true, &dt_delta_type), *zone = offset == NULL ? NULL : timezone_make(offset, NULL);
    Py_XDECREF(offset);
    return zone;
}

#define ISO_TYPE_KEY "_datetime.IsoCalendarDate"

PyTypeObject *
dt_iso_type(void)
{
    PyObject *dict = PyInterpreterState_GetDict(PyInterpreterState_Get()), *type = NULL;
    if (dict == NULL || PyDict_GetItemStringRef(dict, ISO_TYPE_KEY, &type) != 0) {
        Py_XDECREF(type);                        /* the dict keeps it */
        return (PyTypeObject *)type;
    }
    type = PyType_FromSpecWithBases(&dt_iso_spec, (PyObject *)&PyTuple_Type);
    if (type != NULL && PyDict_SetItemString(dict, ISO_TYPE_KEY, type) < 0)
        Py_CLEAR(type);
    Py_XDECREF(type);
    return (PyTypeObject *)type;
}

/* 1 when this interpreter has the constants. */
static int
has_constants(void)
{
    PyObject *dict = PyType_GetDict(&dt_timezone_type);
    int found = dict == NULL ? -1 : PyDict_ContainsString(dict, "utc");
    Py_XDECREF(dict);
    return found;
}

static int
make_shared(void)
{
    if (dt_epoch != NULL)
        return 0;
    if (dt_utc == NULL && (dt_utc = zone_at(0)) == NULL)
        return -1;
    dt_epoch = datetime_new(&(struct moment){ 1970, 1, 1, 0, 0, 0, 0, 0, dt_utc }, &dt_datetime_type);
    if (dt_epoch == NULL)
        return -1;
    dt_utc->ob_refcnt = dt_epoch->ob_refcnt = _Py_IMMORTAL_REFCNT;
    capi.TimeZone_UTC = dt_utc;
    return 0;
}

static int
make_ready(void)
{
    PyTypeObject *const types[] = { &dt_date_type, &dt_datetime_type, &dt_time_type, &dt_delta_type, &dt_tzinfo_type, &dt_timezone_type };
    for (int i = 0; i < 6; i++)
        if (type_ready_static(types[i]) < 0)
            return -1;
    int found = has_constants();
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (make_shared() < 0 || set_limits() < 0 || set_constant(&dt_timezone_type, "utc", Py_NewRef(dt_utc)) < 0 ||
        set_constant(&dt_timezone_type, "min", zone_at(-DAY_SECONDS + 60)) < 0 || set_constant(&dt_timezone_type, "max", zone_at(DAY_SECONDS - 60)) < 0)
        return -1;
    for (int i = 0; i < 6; i++)
        PyType_Modified(types[i]);
    return 0;
}

static int
datetime_exec(PyObject *module)
{
    PyTypeObject *const types[] = { &dt_date_type, &dt_datetime_type, &dt_time_type, &dt_delta_type, &dt_tzinfo_type, &dt_timezone_type };
    if (make_ready() < 0)
        return -1;
    for (int i = 0; i < 6; i++)
        if (PyModule_AddType(module, types[i]) < 0)
            return -1;
    if (PyModule_AddIntConstant(module, "MINYEAR", MINYEAR) < 0 || PyModule_AddIntConstant(module, "MAXYEAR", MAXYEAR) < 0 ||
        PyModule_AddObjectRef(module, "UTC", dt_utc) < 0)
        return -1;
    return PyModule_Add(module, "datetime_CAPI", PyCapsule_New(&capi, PyDateTime_CAPSULE_NAME, NULL));
}

static PyModuleDef_Slot datetime_slots[] = {
    { Py_mod_exec, datetime_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef datetime_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_datetime",
    .m_doc = "The types of datetime, in C.",
    .m_slots = datetime_slots,
};

PyMODINIT_FUNC
PyInit__datetime(void)
{
    return PyModuleDef_Init(&datetime_module);
}
