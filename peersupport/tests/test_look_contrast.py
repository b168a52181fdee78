"""Contrast of the tokens, after WCAG 2.2: 4.5 for text (1.4.3), 3 for borders and focus (1.4.11)."""

import re

import pytest
from django.conf import settings

COLOUR = re.compile(r"--([\w-]+): var\(--light, (#\w{6})\) var\(--dark, (#\w{6})\);")

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "surface", "sunk")),
    *(("primary", ground) for ground in ("paper", "surface")),
    *(("primary-strong", ground) for ground in ("paper", "surface")),
    ("on-primary", "primary"),
    ("on-primary", "primary-strong"),
    *((f"{tone}-ink", f"{tone}-soft") for tone in ("primary", "accent", "good", "late", "info")),
    *(("late-ink", ground) for ground in ("paper", "surface")),
    *(("accent-ink", ground) for ground in ("paper", "surface")),
    ("good-ink", "surface"),
    ("on-accent", "accent"),
    ("on-late", "late"),
    ("ink", "primary-soft"),
    ("ink", "accent-soft"),
    ("ink-soft", "primary-soft"),
]
SHAPES = [
    *(
        (shape, ground)
        for shape in ("line-strong", "primary", "late", "accent", "focus")
        for ground in ("paper", "surface")
    ),
    ("focus", "sunk"),
]


def tokens():
    source = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    return {name: {"light": light, "dark": dark} for name, light, dark in COLOUR.findall(source)}


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink, ground, theme):
    assert contrast(tokens()[ink][theme], tokens()[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(shape, ground, theme):
    assert contrast(tokens()[shape][theme], tokens()[ground][theme]) >= 3
