"""Picture files of others, made by Pillow 13.0.0, with the pixels that Pillow reads from them. Run from the harness folder:
python src/test/python/golden_pictures.py; writes src/test/resources/golden/pictures.json."""

import base64
import io
import json
import pathlib

import PIL
from PIL import Image, ImageOps

PARAMETERS = "a red barn, größer\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 24x16"


def soft(width, height):
    """Smooth in both directions and different in every corner, so that lossy formats stay near and turns are told apart."""
    return Image.frombytes("RGB", (width, height), bytes(
        v for y in range(height) for x in range(width)
        for v in (255 * x // width, 255 * y // height, 120 + 60 * (x > y))))


def comment(big_endian):
    """UserComment as piexif writes it (A1111): UTF-16 in big-endian order whatever the file's order is."""
    return b"UNICODE\0" + PARAMETERS.encode("utf-16-be" if big_endian else "utf-16-le")


def exif(orientation=None, user_comment=None, camera=None):
    data = Image.Exif()
    if orientation:
        data[0x0112] = orientation
    if user_comment:
        data.get_ifd(0x8769)[0x9286] = user_comment
    if camera:
        data[0x010F], data[0x0110] = camera
    return data.tobytes()


def entry(name, image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    read = ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue()))).convert("RGB")
    return {"name": name, "file": base64.b64encode(out.getvalue()).decode(), "width": read.width, "height": read.height,
            "rgb": base64.b64encode(read.tobytes()).decode()}


picture = soft(24, 16)
with_alpha = picture.convert("RGBA")
with_alpha.putalpha(Image.linear_gradient("L").resize(picture.size))
grey = picture.convert("L")
ascii_comment = b"ASCII\0\0\0" + PARAMETERS.encode("utf-8")
entries = [
    entry("lossless.webp", picture, "WEBP", lossless=True),
    entry("alpha-lossless.webp", with_alpha, "WEBP", lossless=True, exact=True),
    entry("lossy.webp", picture, "WEBP", quality=90),
    entry("alpha-lossy.webp", with_alpha, "WEBP", quality=90),
    entry("odd-lossy.webp", soft(23, 15), "WEBP", quality=90),
    entry("parameters.webp", picture, "WEBP", quality=90, exif=exif(user_comment=comment(True))),
    entry("comfyui.webp", picture, "WEBP", lossless=True, exif=exif(camera=('workflow:{"nodes": []}', 'prompt:{"1": {}}'))),
    entry("turned.webp", picture, "WEBP", lossless=True, exif=exif(orientation=6)),
    entry("plain.jpg", picture, "JPEG", quality=95, subsampling=0),
    entry("grey.jpg", grey, "JPEG", quality=95),
    entry("progressive.jpg", picture, "JPEG", quality=95, subsampling=0, progressive=True),
    entry("parameters.jpg", picture, "JPEG", quality=95, subsampling=0, exif=exif(user_comment=comment(True))),
    entry("parameters-le.jpg", picture, "JPEG", quality=95, subsampling=0, exif=exif(user_comment=comment(False))),
    entry("parameters-ascii.jpg", picture, "JPEG", quality=95, subsampling=0, exif=exif(user_comment=ascii_comment)),
] + [entry(f"turned-{o}.jpg", picture, "JPEG", quality=95, subsampling=0, exif=exif(orientation=o)) for o in range(1, 9)] + [
    entry(f"turned-{o}.png", picture, "PNG", exif=exif(orientation=o)) for o in range(1, 9)
] + [
    entry("turned-alpha.png", with_alpha, "PNG", exif=exif(orientation=5)),
    entry("turned-grey.png", grey, "PNG", exif=exif(orientation=8)),
    entry("one-frame.png", picture, "PNG", save_all=True, exif=exif(orientation=3)),
]

animation = io.BytesIO()
picture.save(animation, "WEBP", save_all=True, append_images=[ImageOps.invert(picture)], duration=100)
apng = io.BytesIO()
picture.save(apng, "PNG", save_all=True, append_images=[ImageOps.invert(picture)], duration=100)
cmyk = io.BytesIO()
picture.convert("CMYK").save(cmyk, "JPEG")
refused = {"animation.webp": animation, "animation.png": apng, "cmyk.jpg": cmyk}

golden = {"pillow": PIL.__version__, "parameters": PARAMETERS, "pictures": entries,
          "refused": {name: base64.b64encode(file.getvalue()).decode() for name, file in refused.items()}}
path = pathlib.Path("src/test/resources/golden/pictures.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
