"""Strings, formatting, bytes."""
name, n, pi = "adder", 42, 3.14159265
print(f"{name!r:>10}|{n:08b}|{n:#x}|{pi:.3f}|{pi:10.2e}|{n:,}|{10**9:_}|{name:^11}|{n=}")
print("%s %5d %-5s| %05.1f %x %c" % (name, n, "ab", pi, 255, "z"))
print("{0} {1!r} {key:>{w}}".format(1, "two", key="k", w=4))
print("héllo wörld".title(), "ÄÖ".lower(), "straße".upper(), "ǆ".title(), "İ".lower())
print("a,b,,c".split(","), " x y  z ".split(), "a-b-c".rsplit("-", 1), "line1\nline2\r\n".splitlines())
print("abcabc".find("c", 3), "abc".replace("b", "XX"), "aXbX".partition("X"), "abc"[::-1], "ab" * 3)
print("éa\u20ac\U0001f600".encode(), b"\xc3\xa9".decode(), ascii("é\u20ac"), "x".join("abc"))
print(b"bytes"[1:3], bytearray(b"ab") + b"c", bytes(3), b"%d" % 5, b"a,b".split(b","))
print("tab\tnew\\n", r"raw\n", "\N{GREEK SMALL LETTER ALPHA}", "\x41\u0042")
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("\x00\x7f\xa0"))
print("10".zfill(5), "abc".center(9, "*"), "Hello".swapcase(), "a1".isalnum(), "٣".isdigit(), int("٣"))
print("abc" < "abd", max("hello"), sorted("hello"), "é" == "e\u0301")

# expect:    'adder'|00101010|0x2a|3.142|  3.14e+00|42|1_000_000_000|   adder   |n=42
# expect: adder    42 ab   | 003.1 ff z
# expect: 1 'two'    k
# expect: Héllo Wörld äö STRASSE ǅ i̇
# expect: ['a', 'b', '', 'c'] ['x', 'y', 'z'] ['a-b', 'c'] ['line1', 'line2']
# expect: 5 aXXc ('a', 'X', 'bX') cba ababab
# expect: b'\xc3\xa9a\xe2\x82\xac\xf0\x9f\x98\x80' é '\xe9\u20ac' axbxc
# expect: b'yt' bytearray(b'abc') b'\x00\x00\x00' b'5' [b'a', b'b']
# expect: tab	new\n raw\n α AB
# expect: "it's" 'say "hi"' 'both \' and "' '\x00\x7f\xa0'
# expect: 00010 ***abc*** hELLO True True 3
# expect: True o ['e', 'h', 'l', 'l', 'o'] False
