"""Convert an SVG picture to PNG with resvg, without a browser."""

import resvg_py

from kg.errors import ExportError
from kg.export.drawing.labels import FONTS
from kg.language.detect import CJK_RUN

# Pixels for each unit of the SVG, so that the picture is sharp on today's screens.
_SCALE = 2
# A picture of a single character, by which it is found out whether a font has it.
_GLYPH = f"""<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" font-family="{FONTS}">
<text y="26" font-size="24">{{}}</text></svg>"""
# A private character, which no font has.
_UNASSIGNED = "\U0010fffd"
_INSTALL = (
    "install one (Debian, Ubuntu: apt-get install fonts-noto-cjk;"
    " Fedora: dnf install google-noto-sans-cjk-fonts), "
    "or export .svg or .html, which the reader's fonts draw"
)


def render_png(svg: str) -> bytes:
    """Return the picture at twice its size. Raises ExportError without a suitable font."""
    for script, sample, is_needed in (("Latin", "A", True), ("Chinese", "中", CJK_RUN.search(svg))):
        if is_needed and not has_font(sample):
            raise ExportError(
                f"no font here has {script} characters: the picture would be without them", _INSTALL
            )
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_SCALE))
    except ValueError as error:
        raise ExportError(f"the picture cannot be drawn as PNG: {error}", "export .svg") from error


def has_font(character: str) -> bool:
    """Tell whether a font here draws a character: neither nothing nor the missing-glyph box."""
    picture, missing, nothing = (
        resvg_py.svg_to_bytes(svg_string=_GLYPH.format(glyph))
        for glyph in (character, _UNASSIGNED, " ")
    )
    return bytes(picture) not in {bytes(missing), bytes(nothing)}
