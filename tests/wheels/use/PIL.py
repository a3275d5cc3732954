import io

from PIL import Image, ImageDraw, ImageFilter

im = Image.new("RGB", (64, 48), "white")
ImageDraw.Draw(im).ellipse((8, 8, 40, 40), fill=(200, 10, 10))
for kind in "PNG", "JPEG", "GIF", "WEBP":
    f = io.BytesIO()
    im.save(f, kind)
    assert Image.open(io.BytesIO(f.getvalue())).size == (64, 48), kind
assert im.resize((8, 8)).filter(ImageFilter.BLUR).getpixel((3, 3))[0] > 150 and len(im.convert("L").histogram()) == 256
