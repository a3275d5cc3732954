"""Trees: parsing, XPath with a Python function, XSLT, schemas, errors, proxies that outlive their tree, HTML, objectify, incremental parsing."""

import gc
import io

from lxml import etree, html, objectify

root = etree.fromstring(b'<a xmlns:n="urn:n"><b x="1">one</b><n:b x="2">two</n:b>tail</a>')
assert root.xpath("//b/@x") == ["1"] and root.xpath("string(//n:b)", namespaces={"n": "urn:n"}) == "two"
assert etree.tostring(root.xpath("//b")[0]) == b'<b xmlns:n="urn:n" x="1">one</b>'
functions = etree.FunctionNamespace("urn:f")
functions["shout"] = lambda context, nodes: nodes[0].text.upper()
assert root.xpath("f:shout(b)", namespaces={"f": "urn:f"}) == "ONE"

sheet = etree.XSLT(etree.XML("""<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:param name="who"/><xsl:template match="/"><r><xsl:value-of select="concat(/a/b, '-', $who)"/></r></xsl:template></xsl:stylesheet>"""))
assert str(sheet(root, who=etree.XSLT.strparam("me"))).endswith("<r>one-me</r>\n")

schema = etree.RelaxNG(etree.XML('<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"><zeroOrMore><element name="b">'
                                 '<text/></element></zeroOrMore></element>'))
assert schema.validate(etree.XML("<a><b>x</b></a>")) and not schema.validate(etree.XML("<a><c/></a>"))
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as e:
    assert e.position[0] == 1 and "mismatch" in str(e)
else:
    raise AssertionError("no XMLSyntaxError")

child = etree.fromstring("<x><y><z k='v'/></y></x>")[0][0]
gc.collect()
assert child.getparent().getparent().tag == "x" and dict(child.attrib) == {"k": "v"}
for i in range(200):
    etree.SubElement(root, "n", i=str(i)).text = str(i)
assert sum(int(e.text) for e in root.iter("n")) == 19900 and len(root.findall("n[@i='7']")) == 1
root.remove(root[0])
assert root[0].tag == "{urn:n}b"

events = [(event, e.tag) for event, e in etree.iterparse(io.BytesIO(b"<a><b/><c/></a>"), events=("start", "end"))]
assert events == [("start", "a"), ("start", "b"), ("end", "b"), ("start", "c"), ("end", "c"), ("end", "a")]


class Target:
    def __init__(self):
        self.seen = []

    def start(self, tag, attrib):
        self.seen.append(tag)

    def end(self, tag):
        pass

    def data(self, data):
        self.seen.append(data)

    def close(self):
        return self.seen


assert etree.fromstring("<a>t<b/></a>", etree.XMLParser(target=Target())) == ["a", "t", "b"]
page = html.fromstring("<p>See <a href='/x'>this<br>and</a> that")
assert [link[2] for link in page.iterlinks()] == ["/x"] and page.text_content() == "See thisand that"
thing = objectify.fromstring("<o><n>3</n><n>4</n><f>1.5</f></o>")
assert thing.n[1] + thing.f == 5.5
