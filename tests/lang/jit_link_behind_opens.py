"""A loop of open calls that others link to: references handed over at its end are not taken again by the guards behind."""
import sys
def f(m):
    l = []; n = 0; k = 'kk'; q = w = None
    for i in range(m):
        for q, w in enumerate(l):
            n += 1
        l.append(k)
    return n
print([f(m) for m in (150, 60, 150, 60)])
# expect: [11175, 1770, 11175, 1770]
