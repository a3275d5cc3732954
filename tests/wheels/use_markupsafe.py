"""Escaping by the C function: the three kinds of str storage, __html__, subclasses, formatting."""

import markupsafe
from markupsafe import Markup, _speedups, escape, escape_silent

assert markupsafe._escape_inner is _speedups._escape_inner
assert escape("<a b=\"c\" d='e'>&") == Markup("&lt;a b=&#34;c&#34; d=&#39;e&#39;&gt;&amp;")
assert escape("é<") == "é&lt;" and escape("\u20ac<") == "\u20ac&lt;" and escape("\U0001f600<") == "\U0001f600&lt;"
plain = "nothing to do"
assert _speedups._escape_inner(plain) is plain and type(escape(plain)) is Markup


class Thing:
    def __html__(self):
        return "<b>bold</b>"


assert escape(Thing()) == "<b>bold</b>" and escape_silent(None) == "" and escape(3.5) == "3.5"
assert Markup("<i>%s</i> {}") % "<" == "<i>&lt;</i> {}" and Markup("<i>{0}</i>").format("&") == "<i>&amp;</i>"
assert Markup("<p>") + "<" == "<p>&lt;" and Markup(" ").join(["<", Markup("<br>")]) == "&lt; <br>"
assert Markup("&lt;x&gt; <b>y</b>").striptags() == "<x> y" and Markup("&#34;").unescape() == '"'
assert len(escape("<" * 10000)) == 40000
