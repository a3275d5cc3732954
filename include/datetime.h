/* datetime.h: part of the C API (https://docs.python.org/3.13/c-api/). */
#ifndef ADDER_DATETIME_H
#define ADDER_DATETIME_H

#include "Python.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PyDateTime_CAPSULE_NAME "datetime.datetime_CAPI"
#define _PyDateTime_DATETIME_DATASIZE 10
#define _PyDateTime_DATE_DATASIZE 4
#define _PyDateTime_TIME_DATASIZE 6

typedef struct _PyDateTime_Delta {
    PyObject ob_base;
    Py_hash_t hashcode;
    int days;
    int seconds;
    int microseconds;
} PyDateTime_Delta;

typedef struct _PyDateTime_TZInfo {
    PyObject ob_base;
} PyDateTime_TZInfo;

typedef struct _PyDateTime_BaseTZInfo {
    PyObject ob_base;
    Py_hash_t hashcode;
    char hastzinfo;
} _PyDateTime_BaseTZInfo;

typedef struct _PyDateTime_BaseTime {
    PyObject ob_base;
    Py_hash_t hashcode;
    char hastzinfo;
    unsigned char data[6];
} _PyDateTime_BaseTime;

typedef struct _PyDateTime_Time {
    PyObject ob_base;
    Py_hash_t hashcode;
    char hastzinfo;
    unsigned char data[6];
    unsigned char fold;
    PyObject *tzinfo;
} PyDateTime_Time;

typedef struct _PyDateTime_Date {
    PyObject ob_base;
    Py_hash_t hashcode;
    char hastzinfo;
    unsigned char data[4];
} PyDateTime_Date;

typedef struct _PyDateTime_BaseDateTime {
    PyObject ob_base;
    Py_hash_t hashcode;
    char hastzinfo;
    unsigned char data[10];
} _PyDateTime_BaseDateTime;

typedef struct _PyDateTime_DateTime {
    PyObject ob_base;
    Py_hash_t hashcode;
    char hastzinfo;
    unsigned char data[10];
    unsigned char fold;
    PyObject *tzinfo;
} PyDateTime_DateTime;

typedef struct _PyDateTime_CAPI {
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

#ifdef __cplusplus
}
#endif
#endif
