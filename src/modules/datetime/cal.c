/* datetime/cal.c: the proleptic Gregorian calendar. Years repeat every 400 = 146,097 days; a month's place in its year
 * comes from a table. */
#include "dt.h"

static const short before_month[14] = { 0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

static bool
is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int
cal_days_in_month(int year, int month)
{
    return before_month[month + 1] - before_month[month] + (month == 2 && is_leap(year));
}

int
cal_days_before_month(int year, int month)
{
    return before_month[month] + (month > 2 && is_leap(year));
}

/* Year 0 can come from a pickle, so the sum must not divide a negative number. */
static int
days_before_year(int year)
{
    int y = year - 1;
    return y >= 0 ? y * 365 + y / 4 - y / 100 + y / 400 : -366;
}

int
cal_ordinal(int year, int month, int day)
{
    return days_before_year(year) + cal_days_before_month(year, month) + day;
}

void
cal_from_ordinal(int ordinal, int *year, int *month, int *day)
{
    int n = ordinal - 1, y = n / 146097 * 400;
    n %= 146097;
    int centuries = n / 36524 > 3 ? 3 : n / 36524;      /* the last day of 400 years belongs to the fourth century */
    n -= centuries * 36524;
    int quads = n / 1461;
    n %= 1461;
    int singles = n / 365 > 3 ? 3 : n / 365;
    n -= singles * 365;
    *year = y + centuries * 100 + quads * 4 + singles + 1;
    int m = n / 32 + 1;                                 /* at most one month too early */
    while (m < 12 && cal_days_before_month(*year, m + 1) <= n)
        m++;
    *month = m;
    *day = n - cal_days_before_month(*year, m) + 1;
}

int
cal_weekday(int year, int month, int day)
{
    return (cal_ordinal(year, month, day) + 7 * 100 + 6) % 7;      /* year 0 can come from a pickle: keep it positive */
}

/* The ordinal of the Monday of ISO week 1: the week with the year's first Thursday. */
static int
iso_first_monday(int year)
{
    int first = cal_ordinal(year, 1, 1), weekday = (first + 6) % 7;
    return first - weekday + (weekday > 3 ? 7 : 0);
}

void
cal_iso(int year, int month, int day, int out[3])
{
    int today = cal_ordinal(year, month, day), monday = iso_first_monday(year);
    if (today < monday)
        monday = iso_first_monday(--year);
    else if (today - monday >= 52 * 7 && today >= iso_first_monday(year + 1))
        monday = iso_first_monday(++year);
    out[0] = year;
    out[1] = (today - monday) / 7 + 1;
    out[2] = (today - monday) % 7 + 1;
}

int
cal_from_iso(int year, int week, int day, int out[3])
{
    if (year < MINYEAR || year > MAXYEAR)
        return -4;
    if (week < 1 || week > 53 || (week == 53 && iso_first_monday(year + 1) - iso_first_monday(year) < 53 * 7))
        return -2;
    if (day < 1 || day > 7)
        return -3;
    int ordinal = iso_first_monday(year) + (week - 1) * 7 + day - 1;
    if (ordinal < 1)
        return -4;
    cal_from_ordinal(ordinal, &out[0], &out[1], &out[2]);
    return 0;
}

int
cal_shift(int *year, int *month, int *day, long long days)
{
    long long ordinal = cal_ordinal(*year, *month, *day) + days;
    if (ordinal < 1 || ordinal > MAX_ORDINAL) {
        PyErr_SetString(PyExc_OverflowError, "date value out of range");
        return -1;
    }
    cal_from_ordinal((int)ordinal, year, month, day);
    return 0;
}

static int
refuse(const char *message)
{
    PyErr_SetString(PyExc_ValueError, message);
    return -1;
}

int
check_date(int year, int month, int day)
{
    if (year < MINYEAR || year > MAXYEAR) {
        PyErr_Format(PyExc_ValueError, "year %i is out of range", year);
        return -1;
    }
    if (month < 1 || month > 12)
        return refuse("month must be in 1..12");
    if (day < 1 || day > cal_days_in_month(year, month))
        return refuse("day is out of range for month");
    return 0;
}

int
check_time(int hour, int minute, int second, int us, int fold)
{
    if (hour < 0 || hour > 23)
        return refuse("hour must be in 0..23");
    if (minute < 0 || minute > 59)
        return refuse("minute must be in 0..59");
    if (second < 0 || second > 59)
        return refuse("second must be in 0..59");
    if (us < 0 || us > 999999)
        return refuse("microsecond must be in 0..999999");
    if (fold != 0 && fold != 1)
        return refuse("fold must be either 0 or 1");
    return 0;
}

int
check_tz(PyObject *tz)
{
    if (tz == Py_None || IS_TZINFO(tz))
        return 0;
    PyErr_Format(PyExc_TypeError, "tzinfo argument must be None or of a tzinfo subclass, not type '%s'", Py_TYPE(tz)->tp_name);
    return -1;
}
