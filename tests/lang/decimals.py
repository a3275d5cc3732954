# Decimals where the specification leaves room: powers, limits, texts, what outlives a context. Answers are those of CPython's _decimal.
import sys
import threading

del sys.path[0]  # this folder has a numbers.py
from decimal import *

context = Context(prec=9, Emax=99, Emin=-99, traps=[])
setcontext(context)


def show(value):
    print(value, [s.__name__ for s in context.flags if context.flags[s]])
    context.clear_flags()


show(Decimal(2) ** Decimal("0.5"))  # expect: 1.41421356 ['Inexact', 'Rounded']
show(Decimal("1.0") ** 16)  # expect: 1.00000000 ['Rounded']
show(Decimal("7.05") ** Decimal("6.5E-999999"))  # expect: 1.00000000 ['Inexact', 'Rounded']
show(Decimal(0) ** -3)  # expect: Infinity []
show(Decimal("1.00") / 8)  # expect: 0.125 []
show(Decimal(1).fma(Decimal("inf"), Decimal("NaN7")))  # expect: NaN7 []
show(Decimal(0).fma(Decimal("inf"), Decimal("sNaN7")))  # expect: NaN ['InvalidOperation']
show(Decimal("1E99") * 10)  # expect: Infinity ['Overflow', 'Inexact', 'Rounded']
show(Decimal("-0.001").exp(Context(prec=1, Emin=0, traps=[])))  # expect: 1 []
show(Decimal("9." + "9" * 300 + "E20").log10())  # expect: 21.0000000 ['Inexact', 'Rounded']
show(context.create_decimal("1E+9999999999999999990"))  # expect: Infinity ['Overflow', 'Inexact', 'Rounded']
show(Decimal("1E+9999999999999999990"))  # expect: NaN ['InvalidOperation']
show(Decimal("_1_0.\u0665 "))  # expect: 10.5 []
show(pow(Decimal(-3), Decimal("1E+30"), 7))  # expect: 4 []
show((Decimal("NaN") == 1, Decimal(1) == 1.0, Decimal("0.5") < 0.75))  # expect: (False, True, True) ['FloatOperation']
print(format(Decimal("-1234567.891"), "\0=+20,.2f") == "-\0\0\0\0\0\0\0\x001,234,567.89", format(Decimal("0E+5"), "f"))  # expect: False 0
print(format(Decimal("1E+6"), "012,"), format(Decimal("1234.5"), "012,.1f"))  # expect: 0,000,001E+6 00,001,234.5

huge = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
print(huge.divide(Decimal(3), 16), huge.sqrt(Decimal("6.25")), huge.power(400, -1))  # expect: 0.1875 2.5 0.0025
failed = []
for operation, *operands in (huge.divide, 1, 3), (huge.next_plus, 1), (int, Decimal("1E+999999999999999999")):
    try:
        operation(*operands)
    except MemoryError:
        failed.append(operation.__name__)
print(failed)  # expect: ['divide', 'next_plus', 'int']

a, b = 3 * 10**9000 + 7, 7**9000
print(int(Decimal(a)) == a, huge.multiply(a, b) == a * b, huge.divide_int(a * b + 5, b) == a)  # expect: True True True

flags = Context(flags=[Overflow]).flags
print(flags[Overflow], len(flags))  # expect: True 9
results = []
threads = [threading.Thread(target=lambda n=n: (setcontext(Context(prec=n)), results.append(str(Decimal(1) / 3)))) for n in range(1, 5)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(results), getcontext().prec)  # expect: ['0.3', '0.33', '0.333', '0.3333'] 9
