"""pyexpat and xml.etree: handlers that come back into their parser, leave it, or fail; trees that change while they are read."""
import io
import xml.etree.ElementTree as ET
import xml.parsers.expat as expat


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return type(e).__name__


parser = expat.ParserCreate()


def again(name, attributes):
    print(name, attempt(parser.Parse, b"<x/>"), attempt(parser.ParseFile, io.BytesIO(b"<x/>")))


parser.StartElementHandler = again
print(parser.Parse(b"<a><b/></a>", True))

# Handlers that leave while the library still means to call them.
dtd = b'<!DOCTYPE a SYSTEM "s" [<!-- c --><!ELEMENT a (b|c)><!ATTLIST a x CDATA #IMPLIED>]><a/>'
for leaving in "StartDoctypeDeclHandler", "ElementDeclHandler", "AttlistDeclHandler", "DefaultHandler", "CommentHandler":
    for where in "DefaultHandler", "StartDoctypeDeclHandler", "CommentHandler", "ElementDeclHandler":
        parser = expat.ParserCreate()
        for name in dir(parser):
            if name.endswith("Handler"):
                setattr(parser, name, lambda *args: 1)
        setattr(parser, where, lambda *args: setattr(parser, leaving, None) or 1)
        parser.Parse(dtd, True)

parser = expat.ParserCreate()
parser.buffer_text = True
seen = []


def text(data):
    parser.buffer_text = not parser.buffer_text
    parser.buffer_size += 1
    seen.append(data)


parser.CharacterDataHandler = text
parser.StartElementHandler = lambda *args: None
parser.Parse(b"<a>1<b>2</b>3\n4</a>", True)
print(seen)


# A parser of an external entity outlives its parent.
def entity_parsers():
    children = []
    parent = expat.ParserCreate()
    parent.ExternalEntityRefHandler = lambda context, *rest: children.append(parent.ExternalEntityParserCreate(context)) or 1
    parent.Parse(b'<!DOCTYPE a [<!ENTITY e SYSTEM "x">]><a>&e;</a>', True)
    return children


print([child.Parse(b"<b>text</b>", True) for child in entity_parsers()])


class Target:
    def start(self, tag, attributes):
        print(tag, attempt(xml.feed, "<x>"), attempt(xml.close), attempt(xml.__init__))


xml = ET.XMLParser(target=Target())
print(xml.feed("<a>"), attempt(xml.close))


# Children that go while they are looked at.
class Shy(str):
    def __eq__(self, other):
        root.clear()
        return False

    __hash__ = None


root = ET.Element("root")
root.extend([ET.Element("a"), ET.Element("b")])
print(root.find(Shy("c")), root.findall(Shy("c")), len(root))


class Index:
    def __index__(self):
        root.clear()
        return 2


root.extend([ET.Element("a"), ET.Element("b"), ET.Element("c")])
print(root[:Index()], attempt(root.__getitem__, Index()), attempt(root.__delitem__, Index()))
root = ET.fromstring("<a>1<b>2</b>3<!-- no --><c/>4</a>")
print("".join(root.itertext()), root[0].tail, [e.tag for e in root.iter()])
for i in range(100_000):
    outer = ET.Element("deep")
    outer.append(root)
    root = outer
del root, outer

# expect: a RuntimeError RuntimeError
# expect: b RuntimeError RuntimeError
# expect: 1
# expect: ['1', '2', '3\n4']
# expect: [1]
# expect: a RuntimeError RuntimeError RuntimeError
# expect: None ParseError
# expect: None [] 0
# expect: [] IndexError IndexError
# expect: 1234 3 ['a', 'b', 'c']
