/* _statistics.c: the quantile function of the normal distribution by rational approximation (Wichura, algorithm AS241). */
#include <Python.h>
#include <math.h>

static double
poly(const double *c, int n, double x)
{
    double v = c[0];
    for (int i = 1; i < n; i++)
        v = v * x + c[i];
    return v;
}

static const double near_num[] = { 2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
    4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0 };
static const double near_den[] = { 5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
    2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0 };
static const double mid_num[] = { 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0, 4.63033784615654529590e+0, 1.42343711074968357734e+0 };
static const double mid_den[] = { 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0, 2.05319162663775882187e+0, 1.0 };
static const double far_num[] = { 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0, 5.46378491116411436990e+0, 6.65790464350110377720e+0 };
static const double far_den[] = { 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0 };

static double
inv_cdf(double p, double mu, double sigma)
{
    double q = p - 0.5, r, x;
    if (fabs(q) <= 0.425) {
        r = 0.180625 - q * q;
        x = poly(near_num, 8, r) * q / poly(near_den, 8, r);
        return mu + x * sigma;
    }
    r = q <= 0.0 ? p : 1.0 - p;
    if (r <= 0.0 || r >= 1.0)
        return NAN;
    r = sqrt(-log(r));
    if (r <= 5.0)
        x = poly(mid_num, 8, r - 1.6) / poly(mid_den, 8, r - 1.6);
    else
        x = poly(far_num, 8, r - 5.0) / poly(far_den, 8, r - 5.0);
    return mu + (q < 0.0 ? -x : x) * sigma;
}

static PyObject *
normal_dist_inv_cdf(PyObject *m, PyObject *const *args, Py_ssize_t n)
{
    double v[3];
    if (n != 3)
        return PyErr_Format(PyExc_TypeError, "_normal_dist_inv_cdf expected 3 arguments, got %zd", n);
    for (int i = 0; i < 3; i++) {
        v[i] = PyFloat_AsDouble(args[i]);
        if (v[i] == -1.0 && PyErr_Occurred())
            return NULL;
    }
    if (v[0] <= 0.0 || v[0] >= 1.0 || v[2] <= 0.0)
        return PyFloat_FromDouble(NAN);
    return PyFloat_FromDouble(inv_cdf(v[0], v[1], v[2]));
}

static PyMethodDef statistics_functions[] = {
    { "_normal_dist_inv_cdf", (PyCFunction)(void (*)(void))normal_dist_inv_cdf, METH_FASTCALL,
      "_normal_dist_inv_cdf($module, p, mu, sigma, /)\n--\n\nThe value below which a share p of the distribution lies." },
    { NULL }
};

static PyModuleDef_Slot statistics_slots[] = {
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL }
};

static PyModuleDef statistics_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_statistics",
    .m_doc = "The part of the module statistics that is written in C.",
    .m_methods = statistics_functions,
    .m_slots = statistics_slots,
};

PyMODINIT_FUNC PyInit__statistics(void) { return PyModuleDef_Init(&statistics_module); }
