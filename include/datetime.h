/* datetime.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef DATETIME_H
#define DATETIME_H

#include "Python.h"

#ifndef Py_LIMITED_API
#ifdef __cplusplus
extern "C" {
#endif

#define PyDateTime_CAPSULE_NAME "datetime.datetime_CAPI"
#define _PyDateTime_DATETIME_DATASIZE 10
#define _PyDateTime_DATE_DATASIZE 4
#define _PyDateTime_TIME_DATASIZE 6

typedef struct {
    PyObject ob_base;
    Py_hash_t hashcode;
    int days;
    int seconds;
    int microseconds;
} PyDateTime_Delta;

typedef struct {
    PyObject ob_base;
} PyDateTime_TZInfo;

/* Fields lie in bytes, the highest first, so that they compare as they are. tzinfo is there only if hastzinfo says so. */
#define _PyTZINFO_HEAD \
    PyObject_HEAD \
    Py_hash_t hashcode; \
    char hastzinfo;
#define _PyDateTime_TIMEHEAD \
    _PyTZINFO_HEAD \
    unsigned char data[_PyDateTime_TIME_DATASIZE];
#define _PyDateTime_DATETIMEHEAD \
    _PyTZINFO_HEAD \
    unsigned char data[_PyDateTime_DATETIME_DATASIZE];

typedef struct {
    _PyTZINFO_HEAD
} _PyDateTime_BaseTZInfo;

typedef struct {
    _PyDateTime_TIMEHEAD
} _PyDateTime_BaseTime;

typedef struct {
    _PyDateTime_TIMEHEAD
    unsigned char fold;
    PyObject *tzinfo;
} PyDateTime_Time;

typedef struct {
    _PyTZINFO_HEAD
    unsigned char data[4];
} PyDateTime_Date;

typedef struct {
    _PyDateTime_DATETIMEHEAD
} _PyDateTime_BaseDateTime;

typedef struct {
    _PyDateTime_DATETIMEHEAD
    unsigned char fold;
    PyObject *tzinfo;
} PyDateTime_DateTime;

typedef struct {
    PyTypeObject *DateType;
    PyTypeObject *DateTimeType;
    PyTypeObject *TimeType;
    PyTypeObject *DeltaType;
    PyTypeObject *TZInfoType;
    PyObject *TimeZone_UTC;
    PyObject * (*Date_FromDate)(int, int, int, PyTypeObject *);
    PyObject * (*DateTime_FromDateAndTime)(int, int, int, int, int, int, int, PyObject *, PyTypeObject *);
    PyObject * (*Time_FromTime)(int, int, int, int, PyObject *, PyTypeObject *);
    PyObject * (*Delta_FromDelta)(int, int, int, int, PyTypeObject *);
    PyObject * (*TimeZone_FromTimeZone)(PyObject *, PyObject *);
    PyObject * (*DateTime_FromTimestamp)(PyObject *, PyObject *, PyObject *);
    PyObject * (*Date_FromTimestamp)(PyObject *, PyObject *);
    PyObject * (*DateTime_FromDateAndTimeAndFold)(int, int, int, int, int, int, int, PyObject *, int, PyTypeObject *);
    PyObject * (*Time_FromTimeAndFold)(int, int, int, int, PyObject *, int, PyTypeObject *);
} PyDateTime_CAPI;

#define _PyDateTime_HAS_TZINFO(o) (((_PyDateTime_BaseTZInfo *)(o))->hastzinfo)

#define PyDateTime_GET_YEAR(o) (((PyDateTime_Date *)(o))->data[0] << 8 | ((PyDateTime_Date *)(o))->data[1])
#define PyDateTime_GET_MONTH(o) (((PyDateTime_Date *)(o))->data[2])
#define PyDateTime_GET_DAY(o) (((PyDateTime_Date *)(o))->data[3])

#define PyDateTime_DATE_GET_HOUR(o) (((PyDateTime_DateTime *)(o))->data[4])
#define PyDateTime_DATE_GET_MINUTE(o) (((PyDateTime_DateTime *)(o))->data[5])
#define PyDateTime_DATE_GET_SECOND(o) (((PyDateTime_DateTime *)(o))->data[6])
#define PyDateTime_DATE_GET_MICROSECOND(o) \
    (((PyDateTime_DateTime *)(o))->data[7] << 16 | ((PyDateTime_DateTime *)(o))->data[8] << 8 | ((PyDateTime_DateTime *)(o))->data[9])
#define PyDateTime_DATE_GET_FOLD(o) (((PyDateTime_DateTime *)(o))->fold)
#define PyDateTime_DATE_GET_TZINFO(o) (_PyDateTime_HAS_TZINFO(o) ? ((PyDateTime_DateTime *)(o))->tzinfo : Py_None)

#define PyDateTime_TIME_GET_HOUR(o) (((PyDateTime_Time *)(o))->data[0])
#define PyDateTime_TIME_GET_MINUTE(o) (((PyDateTime_Time *)(o))->data[1])
#define PyDateTime_TIME_GET_SECOND(o) (((PyDateTime_Time *)(o))->data[2])
#define PyDateTime_TIME_GET_MICROSECOND(o) \
    (((PyDateTime_Time *)(o))->data[3] << 16 | ((PyDateTime_Time *)(o))->data[4] << 8 | ((PyDateTime_Time *)(o))->data[5])
#define PyDateTime_TIME_GET_FOLD(o) (((PyDateTime_Time *)(o))->fold)
#define PyDateTime_TIME_GET_TZINFO(o) (_PyDateTime_HAS_TZINFO(o) ? ((PyDateTime_Time *)(o))->tzinfo : Py_None)

#define PyDateTime_DELTA_GET_DAYS(o) (((PyDateTime_Delta *)(o))->days)
#define PyDateTime_DELTA_GET_SECONDS(o) (((PyDateTime_Delta *)(o))->seconds)
#define PyDateTime_DELTA_GET_MICROSECONDS(o) (((PyDateTime_Delta *)(o))->microseconds)

/* What follows needs the table that PyDateTime_IMPORT fetches; each file that uses it has its own pointer. */
#ifndef _PY_DATETIME_IMPL
__attribute__((unused)) static PyDateTime_CAPI *PyDateTimeAPI = NULL;

#define PyDateTime_IMPORT (PyDateTimeAPI = (PyDateTime_CAPI *)PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0))
#define PyDateTime_TimeZone_UTC (PyDateTimeAPI->TimeZone_UTC)

#define PyDate_Check(o) PyObject_TypeCheck((o), PyDateTimeAPI->DateType)
#define PyDate_CheckExact(o) Py_IS_TYPE((o), PyDateTimeAPI->DateType)
#define PyDateTime_Check(o) PyObject_TypeCheck((o), PyDateTimeAPI->DateTimeType)
#define PyDateTime_CheckExact(o) Py_IS_TYPE((o), PyDateTimeAPI->DateTimeType)
#define PyTime_Check(o) PyObject_TypeCheck((o), PyDateTimeAPI->TimeType)
#define PyTime_CheckExact(o) Py_IS_TYPE((o), PyDateTimeAPI->TimeType)
#define PyDelta_Check(o) PyObject_TypeCheck((o), PyDateTimeAPI->DeltaType)
#define PyDelta_CheckExact(o) Py_IS_TYPE((o), PyDateTimeAPI->DeltaType)
#define PyTZInfo_Check(o) PyObject_TypeCheck((o), PyDateTimeAPI->TZInfoType)
#define PyTZInfo_CheckExact(o) Py_IS_TYPE((o), PyDateTimeAPI->TZInfoType)

#define PyDate_FromDate(y, m, d) PyDateTimeAPI->Date_FromDate((y), (m), (d), PyDateTimeAPI->DateType)
#define PyDateTime_FromDateAndTime(y, m, d, hour, min, sec, us) \
    PyDateTimeAPI->DateTime_FromDateAndTime((y), (m), (d), (hour), (min), (sec), (us), Py_None, PyDateTimeAPI->DateTimeType)
#define PyDateTime_FromDateAndTimeAndFold(y, m, d, hour, min, sec, us, fold) \
    PyDateTimeAPI->DateTime_FromDateAndTimeAndFold((y), (m), (d), (hour), (min), (sec), (us), Py_None, (fold), PyDateTimeAPI->DateTimeType)
#define PyTime_FromTime(hour, min, sec, us) PyDateTimeAPI->Time_FromTime((hour), (min), (sec), (us), Py_None, PyDateTimeAPI->TimeType)
#define PyTime_FromTimeAndFold(hour, min, sec, us, fold) \
    PyDateTimeAPI->Time_FromTimeAndFold((hour), (min), (sec), (us), Py_None, (fold), PyDateTimeAPI->TimeType)
#define PyDelta_FromDSU(days, seconds, us) PyDateTimeAPI->Delta_FromDelta((days), (seconds), (us), 1, PyDateTimeAPI->DeltaType)
#define PyTimeZone_FromOffset(offset) PyDateTimeAPI->TimeZone_FromTimeZone((offset), NULL)
#define PyTimeZone_FromOffsetAndName(offset, name) PyDateTimeAPI->TimeZone_FromTimeZone((offset), (name))
#define PyDateTime_FromTimestamp(args) PyDateTimeAPI->DateTime_FromTimestamp((PyObject *)PyDateTimeAPI->DateTimeType, (args), NULL)
#define PyDate_FromTimestamp(args) PyDateTimeAPI->Date_FromTimestamp((PyObject *)PyDateTimeAPI->DateType, (args))
#endif

#ifdef __cplusplus
}
#endif
#endif
#endif
