"""Contrast as a picture shows it: text on what is really behind it, drawings, edges of fields.

WCAG 2.2, 1.4.3 and 1.4.11. Declines to judge what is switched off, as WCAG does.
"""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from typing import Any

from PIL import Image

Colour = tuple[int, int, int]
NUMBER = re.compile(r"[\d.]+")


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def wrong_colours(picture: bytes, asked: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What of the asked has too little contrast in the picture."""
    with Image.open(BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    found = []
    for one in asked:
        ratio = measured(image, one)
        # Rounding and the edges of letters cost a little of what the sheet says.
        if ratio is not None and ratio < one["need"] - 0.05:
            more = f"{ratio:.1f} of {one['need']}"
            rule = "faint" if one["kind"] == "text" else "vanishing"
            found.append({"rule": rule, "where": one["where"], "words": one["words"], "more": more})
    return found


def measured(image: Image.Image, one: dict[str, Any]) -> float | None:
    left, upper, right, lower = one["box"]
    if lower > image.height or right > image.width or left < 0 or upper < 0:
        return None
    if one["kind"] == "edge":
        return edge(image, (left, upper, right, lower))
    counted = colours_in(image, (left, upper, right, lower))
    behind = counted.most_common(1)[0][0]
    if one["kind"] == "text" and (own := parsed(one["colour"], one["opacity"], behind)):
        # What the sheet says counts only where it has arrived on the picture at all.
        shows = max(contrast(colour, behind) for colour in counted)
        return min(contrast(own, behind), shows * 2)
    return max(contrast(colour, behind) for colour in counted)


def edge(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """How far a field's outline, or its own ground, stands out from what is around it."""
    left, upper, right, lower = box
    middle = (upper + lower) // 2
    across = (max(0, left - 4), middle, min(image.width, left + 4), middle + 1)
    along = ((left + right) // 2, max(0, upper - 4), (left + right) // 2 + 1, upper + 4)
    best = 1.0
    for strip in (across, along):
        cut = image.crop(strip)
        outside = cut.getpixel((0, 0))
        assert isinstance(outside, tuple)
        best = max(
            best,
            *(contrast(colour, (outside[0], outside[1], outside[2])) for colour in counted_of(cut)),
        )
    return best


def colours_in(image: Image.Image, box: tuple[int, int, int, int]) -> Counter[Colour]:
    return counted_of(image.crop(box))


def counted_of(image: Image.Image) -> Counter[Colour]:
    counted: Counter[Colour] = Counter()
    for count, colour in image.getcolors(image.width * image.height) or []:
        assert isinstance(colour, tuple)
        counted[(colour[0], colour[1], colour[2])] = count
    return counted


def parsed(text: str, opacity: float, behind: Colour) -> Colour | None:
    """`rgb(…)` as it looks through its opacity on what is behind it; None for other notations."""
    if not text.startswith("rgb"):
        return None
    red, green, blue, *rest = (float(number) for number in NUMBER.findall(text))
    share = opacity * (rest[0] if rest else 1.0)
    mixed = [
        round(own * share + under * (1 - share))
        for own, under in zip((red, green, blue), behind, strict=True)
    ]
    return (mixed[0], mixed[1], mixed[2])
