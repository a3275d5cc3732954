import markupsafe._speedups
from markupsafe import Markup, escape

assert escape("<a & 'b'>") == "&lt;a &amp; &#39;b&#39;&gt;" and escape(Markup("<b>")) == "<b>"
assert Markup("<i>%s</i>") % "<" == "<i>&lt;</i>" and Markup("a &lt; b").unescape() == "a < b" and escape("ü" * 9) == "ü" * 9
