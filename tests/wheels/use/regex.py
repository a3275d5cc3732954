import regex

assert regex.findall(r"\p{Lu}\p{Ll}+", "Über Straße") == ["Über", "Straße"]
assert regex.fullmatch(r"(?:ab){e<=1}", "ax") and regex.sub(r"(?<n>\d+)", lambda m: str(int(m["n"]) + 1), "a1b22") == "a2b23"
assert regex.match(r"(\((?:[^()]|(?1))*\))", "(a(b)c)d")[0] == "(a(b)c)" and regex.split(r"(?V1)(?=b)", "abab") == ["a", "ba", "b"]
