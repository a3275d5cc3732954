/* datetime/dt.h: what the parts of _datetime share: the six types, calendar arithmetic, constructors, formatting.
 *
 * Functions that return PyObject * return a new reference, or NULL with an exception; those that return int return 0,
 * or -1 with an exception, unless they say otherwise. The layouts are those of include/datetime.h. */
#ifndef ADDER_MODULES_DATETIME_DT_H
#define ADDER_MODULES_DATETIME_DT_H

#include <Python.h>
#define _PY_DATETIME_IMPL
#include <datetime.h>
#include <stdbool.h>
#include <time.h>

#include "object/core/type.h"

enum { MINYEAR = 1, MAXYEAR = 9999, MAX_ORDINAL = 3652059, MAX_DELTA_DAYS = 999999999, DAY_SECONDS = 86400, SECOND_US = 1000000 };

struct timezone { PyObject_HEAD PyObject *offset, *name; };

/* A moment in the fields of a datetime; tz is borrowed, Py_None when naive. */
struct moment { int year, month, day, hour, minute, second, us, fold; PyObject *tz; };

extern PyTypeObject dt_date_type, dt_datetime_type, dt_time_type, dt_delta_type, dt_tzinfo_type, dt_timezone_type;
BORROWED(interpreter) PyTypeObject *dt_iso_type(void);      /* IsoCalendarDate of this interpreter; NULL with an exception */
extern PyType_Spec dt_iso_spec;
extern PyObject *dt_utc, *dt_epoch;     /* timezone.utc and 1970-01-01 in it */

#define IS_DATE(op) PyObject_TypeCheck((PyObject *)(op), &dt_date_type)
#define IS_DATETIME(op) PyObject_TypeCheck((PyObject *)(op), &dt_datetime_type)
#define IS_TIME(op) PyObject_TypeCheck((PyObject *)(op), &dt_time_type)
#define IS_DELTA(op) PyObject_TypeCheck((PyObject *)(op), &dt_delta_type)
#define IS_TZINFO(op) PyObject_TypeCheck((PyObject *)(op), &dt_tzinfo_type)
#define IS_TIMEZONE(op) PyObject_TypeCheck((PyObject *)(op), &dt_timezone_type)
#define DATE(op) ((PyDateTime_Date *)(op))
#define DATETIME(op) ((PyDateTime_DateTime *)(op))
#define TIME(op) ((PyDateTime_Time *)(op))
#define DELTA(op) ((PyDateTime_Delta *)(op))

static inline int date_year(const void *op) { return DATE(op)->data[0] << 8 | DATE(op)->data[1]; }
static inline int date_month(const void *op) { return DATE(op)->data[2]; }
static inline int date_day(const void *op) { return DATE(op)->data[3]; }
static inline int us_read(const unsigned char *p) { return p[0] << 16 | p[1] << 8 | p[2]; }
static inline void us_write(unsigned char *p, int us) { p[0] = (unsigned char)(us >> 16); p[1] = (unsigned char)(us >> 8); p[2] = (unsigned char)us; }
static inline PyObject *time_tz(const void *op) { return TIME(op)->hastzinfo ? TIME(op)->tzinfo : Py_None; }
static inline PyObject *datetime_tz(const void *op) { return DATETIME(op)->hastzinfo ? DATETIME(op)->tzinfo : Py_None; }

/* cal.c: the proleptic Gregorian calendar; day 1 is 0001-01-01. */
int cal_days_in_month(int year, int month);
int cal_days_before_month(int year, int month);
int cal_ordinal(int year, int month, int day);
void cal_from_ordinal(int ordinal, int *year, int *month, int *day);
int cal_weekday(int year, int month, int day);                      /* 0 is Monday */
void cal_iso(int year, int month, int day, int out[3]);             /* ISO year, week, weekday */
int cal_from_iso(int year, int week, int day, int out[3]);          /* 0; -2, -3, -4: bad week, day, year; no exception */
int cal_shift(int *year, int *month, int *day, long long days);     /* OverflowError when it leaves the calendar */
int check_date(int year, int month, int day);
int check_time(int hour, int minute, int second, int us, int fold);
int check_tz(PyObject *tz);

/* delta.c */
PyObject *delta_new(int days, int seconds, int us, bool normalize, PyTypeObject *type);
PyObject *delta_subtract(PyObject *left, PyObject *right);
PyObject *delta_negate(PyObject *self);
int delta_compare(PyObject *left, PyObject *right);                 /* the sign; no exception */
bool delta_nonzero(PyObject *self);
PyObject *delta_seconds(PyObject *self);                            /* total_seconds() */

/* tz.c */
PyObject *timezone_make(PyObject *offset, PyObject *name);          /* no check of the offset */
PyObject *timezone_checked(PyObject *offset, PyObject *name);       /* utc itself for a nameless zero */
PyObject *tz_utcoffset(PyObject *tz, PyObject *arg);                /* timedelta or None */
PyObject *tz_dst(PyObject *tz, PyObject *arg);
PyObject *tz_name(PyObject *tz, PyObject *arg);                     /* str or None */

/* date.c, dtime.c, datetime.c: exact objects after checks, or objects of a subclass by calling it */
PyObject *date_new(int year, int month, int day, PyTypeObject *type);
PyObject *date_for(PyObject *cls, int year, int month, int day);
PyObject *date_from_timestamp(PyObject *cls, PyObject *timestamp);
PyObject *time_new(int hour, int minute, int second, int us, PyObject *tz, int fold, PyTypeObject *type);
PyObject *datetime_new(const struct moment *m, PyTypeObject *type);
PyObject *datetime_for(PyObject *cls, const struct moment *m);
PyObject *datetime_add_delta(PyObject *self, PyObject *delta, int sign);
PyObject *datetime_difference(PyObject *left, PyObject *right);
PyObject *datetime_from_timestamp(PyObject *cls, PyObject *timestamp, PyObject *tz);
void datetime_read(PyObject *self, struct moment *m);
Py_hash_t dt_hash_data(const unsigned char *data, Py_ssize_t n);
/* 1 and *state filled with the bytes of a pickle's state argument; 0 when arg is none; -1 on error. The byte at
 * that offset, masked, tells a state from another argument: it is in low..high - 1. */
int dt_pickle_state(PyObject *arg, Py_ssize_t size, int at, int mask, int low, int high, const char *what, unsigned char *state);

/* clock.c: timestamps and the platform's local time */
int clock_split(PyObject *timestamp, long long *seconds, int *us);  /* rounds half to even; us NULL: floors */
int clock_local(long long seconds, struct tm *tm);
int clock_utc(long long seconds, struct tm *tm);
long long clock_seconds(const struct moment *m);                    /* seconds since day 0 of the calendar */
long long clock_from_local(const struct moment *m);                 /* Unix time, -1 with an exception */
PyObject *clock_datetime(PyObject *cls, bool utc, long long seconds, int us, PyObject *tz);
PyObject *clock_zone(long long seconds);                            /* the local timezone at that Unix time */
PyObject *clock_now(PyObject *cls, bool utc, PyObject *tz);

/* format.c */
PyObject *format_offset(PyObject *offset, const char *sep);
PyObject *format_clock(int hour, int minute, int second, int us, const char *timespec);
PyObject *format_strftime(PyObject *self, PyObject *format, PyObject *timetuple, PyObject *tzarg);
PyObject *format_ctime(PyObject *self, int hour, int minute, int second);
PyObject *format_method(PyObject *self, PyObject *args);            /* __format__ */
PyObject *format_struct_time(const struct moment *m, int dst);

/* iso.c: 0; 1 with nothing raised when the text is not in the format. offset: -1 exception; has_offset tells. */
struct iso_time { int hour, minute, second, us; bool has_offset; int offset, offset_us; };
int iso_date(const char *s, Py_ssize_t n, int out[3]);
int iso_time(const char *s, Py_ssize_t n, struct iso_time *t);
Py_ssize_t iso_separator(const char *s, Py_ssize_t n);
char *iso_ascii(PyObject *text, Py_ssize_t *n);                     /* PyMem_Free it; 0x7f for what is not ASCII */
PyObject *iso_zone(const struct iso_time *t);
PyObject *iso_invalid(PyObject *text);                              /* raises, returns NULL */

#endif
