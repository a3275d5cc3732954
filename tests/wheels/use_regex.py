"""Regular expressions by the C engine: Unicode properties, captures, fuzzy matching, recursion, sets, timeouts, splitting, substitution."""

import regex

assert regex.findall(r"\p{Lu}\p{Ll}+", "Ännchen von Tharau 12") == ["Ännchen", "Tharau"]
assert regex.fullmatch(r"(?:a(?P<n>b)?)+", "aabab").captures("n") == ["b", "b"]
m = regex.search(r"(?:colour){e<=2}", "a coler box")
assert m and sum(m.fuzzy_counts) <= 2
assert regex.fullmatch(r"\((?:[^()]|(?R))*\)", "(a(b)(c(d)))") and not regex.fullmatch(r"\((?:[^()]|(?R))*\)", "(a(b)")
assert regex.findall(r"[[a-z]--[aeiou]]+", "banana", regex.V1) == ["b", "n", "n"]
assert regex.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", "1234567") == "1,234,567"
assert regex.split(r"(?<=\.)\s", "One. Two. Three.") == ["One.", "Two.", "Three."]
assert [m.span() for m in regex.finditer(r"\w{2}", "abcd", overlapped=True)] == [(0, 2), (1, 3), (2, 4)]
assert regex.sub(r"\w+", lambda m: m[0].title(), "two words") == "Two Words"
assert regex.match(rb"\x00+", b"\0\0a").end() == 2 and regex.findall(r"\X", "e\u0301a") == ["e\u0301", "a"]
assert regex.match(r"(?i)strasse", "STRASSE") and regex.fullmatch(r"(?if)strasse", "stra\N{LATIN SMALL LETTER SHARP S}e")
assert regex.search(r"\L<words>", "my dog", words=["cat", "dog"])[0] == "dog"
try:
    regex.search(r"(a+)+$", "a" * 40 + "b" + "a" * 40 + "c", timeout=0.05) or regex.search(r"(?:(?:a|b|ab)+)+\d(?:x|y)+z", "ab" * 200, timeout=0.0001)
except TimeoutError:
    pass
try:
    regex.compile(r"(unclosed")
except regex.error as e:
    assert e.pos is not None and "missing )" in str(e)
else:
    raise AssertionError("no error")
