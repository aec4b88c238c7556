"""Contact sheets: a screen in all its ways on one picture, and all rings of petals in grey.

Declines to judge: a person looks at them.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tests.looks.combinations import WAYS

NARROW, BROAD = 296, 504
"""Pixels across of a phone and of anything wider, on the sheet."""
TALLEST, GAP, LABEL = 700, 12, 16
ACROSS = 1560
"""Pixels that a screen shows at once."""
GROUND, INK = (120, 120, 120), (255, 255, 255)


def sheets(folder: Path, onto: Path, *, grey: bool = False) -> None:
    """The pictures in the folder: phones on one sheet, whatever is wider on another."""
    for kind, broad in (("phones", False), ("broad", True)):
        ways = [way for way in WAYS if (way.width > 500) is broad]
        pictures = [
            (str(way), thumbnail(path, way.width, grey=grey))
            for way in ways
            if (path := folder / f"{way}.png").exists()
        ]
        if pictures:
            laid(pictures).save(onto / f"{folder.name}.{kind}.png")


def laid(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """In rows, each under what it is."""
    places, left, top, tallest = [], GAP, GAP, 0
    for label, image in pictures:
        if left + image.width + GAP > ACROSS:
            left, top, tallest = GAP, top + tallest + LABEL + GAP, 0
        places.append((left, top, label, image))
        left, tallest = left + image.width + GAP, max(tallest, image.height)
    canvas = Image.new("RGB", (ACROSS, top + tallest + LABEL + GAP), GROUND)
    draw = ImageDraw.Draw(canvas)
    for left, top, label, image in places:
        draw.text((left, top), label, fill=INK)
        canvas.paste(image, (left, top + LABEL))
    return canvas


def thumbnail(path: Path, width: int, *, grey: bool) -> Image.Image:
    with Image.open(path) as opened:
        image = opened.convert("L").convert("RGB") if grey else opened.convert("RGB")
    across = NARROW if width < 500 else BROAD
    small = image.resize(
        (across, max(1, image.height * across // image.width)),
        Image.Resampling.LANCZOS,
        reducing_gap=2.0,
    )
    return small.crop((0, 0, small.width, min(small.height, TALLEST)))
