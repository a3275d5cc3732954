"""Images: drawing, filters, resizing, formats and their bundled libraries, pixel access, buffers, palettes, fonts, bad files."""

import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps, UnidentifiedImageError, features

picture = Image.new("RGB", (64, 48), "white")
draw = ImageDraw.Draw(picture)
draw.rectangle((8, 8, 40, 30), fill=(255, 0, 0), outline="blue")
draw.ellipse((20, 10, 60, 44), fill="#00ff00")
assert picture.getpixel((10, 10)) == (255, 0, 0) and picture.getpixel((40, 27)) == (0, 255, 0)
assert picture.rotate(90, expand=True).size == (48, 64) and picture.resize((32, 24), Image.Resampling.LANCZOS).size == (32, 24)
blurred = picture.filter(ImageFilter.GaussianBlur(2))
assert blurred.tobytes() != picture.tobytes() and blurred.getextrema()[0][1] == 255
assert picture.convert("L").point(lambda v: 255 - v).getpixel((0, 0)) == 0
assert ImageOps.mirror(ImageOps.mirror(picture)).tobytes() == picture.tobytes()
assert picture.histogram()[255] > 0 and len(picture.histogram()) == 768

for kind, lossless in (("PNG", True), ("BMP", True), ("TIFF", True), ("PPM", True), ("WEBP", False), ("JPEG", False)):
    if kind == "WEBP" and not features.check("webp"):
        continue
    f = io.BytesIO()
    blurred.save(f, kind)
    f.seek(0)
    back = Image.open(f)
    assert back.format == kind and back.size == (64, 48), kind
    back = back.convert("RGB")
    worst = max(high for _, high in ImageChops.difference(back, blurred).getextrema())
    assert worst == 0 if lossless else worst < 60, (kind, worst)

view = picture.load()
view[0, 0] = (1, 2, 3)
assert picture.getpixel((0, 0)) == (1, 2, 3)
gray = Image.frombuffer("L", (4, 2), bytes(range(8)), "raw", "L", 0, 1)
assert [gray.getpixel((x, 1)) for x in range(4)] == [4, 5, 6, 7]
red, green, blue = picture.split()
assert Image.merge("RGB", (blue, green, red)).getpixel((0, 0)) == (3, 2, 1)
assert picture.quantize(8).convert("RGB").size == picture.size
assert picture.transform((64, 48), Image.Transform.AFFINE, (1, 0, 1, 0, 1, 0)).getpixel((9, 10)) == (255, 0, 0)
left, top, right, bottom = ImageDraw.Draw(picture).textbbox((0, 0), "Adder", font=ImageFont.load_default())
assert right > left and bottom > top
try:
    Image.open(io.BytesIO(b"no picture at all"))
except UnidentifiedImageError:
    pass
else:
    raise AssertionError("no UnidentifiedImageError")
f = io.BytesIO()
picture.save(f, "PNG")
try:
    Image.open(io.BytesIO(f.getvalue()[:100])).load()
except OSError as e:
    assert "truncated" in str(e)
else:
    raise AssertionError("no OSError")
