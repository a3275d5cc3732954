from lxml import etree, html

root = etree.fromstring("<a x='1'><b>one</b><b>two</b><!-- c --></a>")
assert [b.text for b in root.iter("b")] == ["one", "two"] and root.xpath("count(//b)") == 2.0
style = etree.XSLT(etree.XML('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
                             '<xsl:template match="/"><n><xsl:value-of select="count(//b)"/></n></xsl:template></xsl:stylesheet>'))
assert etree.tostring(style(root).getroot()) == b"<n>2</n>"
assert html.fromstring("<p>hi <a href='/x'>there").xpath("//a/@href") == ["/x"]
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as e:
    assert e.lineno == 1
etree.SubElement(root, "c").text = "ü"
assert "ü" in etree.tostring(root, encoding="unicode")
