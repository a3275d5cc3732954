"""The functions of tutorial.c with cffi: run this file, it builds tutorial_cffi."""
import cffi

ffi = cffi.FFI()
ffi.cdef("double length(double x, double y); long collatz(long n); extern \"Python\" int answer(int);  int ask(int);")
ffi.set_source("tutorial_cffi", """
    #include <math.h>
    static double length(double x, double y) { return sqrt(x * x + y * y); }
    static long collatz(long n) { long steps = 0; for (; n > 1; steps++) n = n % 2 == 0 ? n / 2 : 3 * n + 1; return steps; }
    static int answer(int);
    static int ask(int x) { return answer(x) + 1; }
""", libraries=["m"])

if __name__ == "__main__":
    ffi.compile(verbose=True)
