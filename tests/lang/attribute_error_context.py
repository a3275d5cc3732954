"""What AttributeError says about an attribute of an instance that is missing: deleting it leaves obj and name unset, reading it does not."""


class A:
    pass


def context(what, *args):
    try:
        what(*args)
    except AttributeError as e:
        return str(e), e.obj, e.name
    return None


a = A()
for with_dict in (False, True):
    if with_dict:
        a.__dict__["y"] = 1
    assert context(delattr, a, "x") == ("'A' object has no attribute 'x'", None, None)
    assert context(getattr, a, "x") == ("'A' object has no attribute 'x'", a, "x")
assert context(setattr, object(), "x", 1)[2] == "x"
print("ok")  # expect: ok
