// The functions of tutorial.c in C++ with pybind11, and a class.
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;

static long
collatz(long n)
{
    if (n < 1)
        throw std::invalid_argument("collatz() wants a positive number");
    long steps = 0;
    for (; n != 1; steps++)
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
}

struct Counter {
    std::map<std::string, int> seen;
    Counter &add(const std::string &key) { seen[key]++; return *this; }
};

PYBIND11_MODULE(tutorial_pybind11, m)
{
    m.def("hypot", [](double x, double y) { return std::sqrt(x * x + y * y); });
    m.def("collatz", &collatz);
    py::class_<Counter>(m, "Counter").def(py::init<>()).def("add", &Counter::add).def_readonly("seen", &Counter::seen);
}
