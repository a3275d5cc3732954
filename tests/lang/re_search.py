"""Searches pass over places where no match can begin: by the first characters of all ways, by a literal prefix and its overlaps."""
import re


def show(pattern, text, flags=0):
    print(pattern, [m.span() for m in re.finditer(pattern, text, flags)])


show("aab", "aaab aaaab ab")                     # expect: aab [(1, 4), (7, 10)]
show("abab(c?)", "ababab ababc")                 # expect: abab(c?) [(0, 4), (7, 12)]
show("Perl|Python", "PPerPerlPythoPython")       # expect: Perl|Python [(4, 8), (13, 19)]
show("(a?b|c*d)e", "ae be abe ccde e")           # expect: (a?b|c*d)e [(3, 5), (6, 9), (10, 14)]
show("(?:ab)*c", "abc ababc ab c")               # expect: (?:ab)*c [(0, 3), (4, 9), (13, 14)]
show("(?=b)..", "abcb")                          # expect: (?=b).. [(1, 3)]
show("[k]x", "kx Kx \u212ax", re.I)              # expect: [k]x [(0, 2), (3, 5), (6, 8)]
show("\u0416.|z", "z\u0416\u0416y")              # expect: Ж.|z [(0, 1), (1, 3)]
show("(x*?)y|", "xy")                            # expect: (x*?)y| [(0, 2), (2, 2)]
show("x{0}y", "xy")                              # expect: x{0}y [(1, 2)]
print(re.search(".*(Python)", "-" * 50 + "Python" + "-" * 50).span(1))          # expect: (50, 56)
print(re.search(".*?(?:[pP])(y)", "P" * 30 + "Py").span(1))                     # expect: (31, 32)
