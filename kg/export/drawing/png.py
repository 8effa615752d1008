"""An SVG picture → PNG, by resvg, without a browser; the only file that imports it."""

import resvg_py

from kg.errors import ExportError
from kg.export.drawing.labels import FONTS
from kg.language.detect import CJK_RUN

_SCALE = 2  # sharp on today's screens
_GLYPH = f"""<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" font-family="{FONTS}">
<text y="26" font-size="24">{{}}</text></svg>"""
_INSTALL = (
    "install one (Debian, Ubuntu: apt-get install fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts), "
    "or export .svg or .html, which the reader's fonts draw"
)
_NOBODYS = "\U0010fffd"  # a private character, which no font has


def png(svg: str) -> bytes:
    """The picture in twice as many pixels as it is wide and high. Raises ExportError when no font has its characters."""
    for script, sample, wanted in (("Latin", "A", True), ("Chinese", "中", CJK_RUN.search(svg))):
        if wanted and not has_font(sample):
            raise ExportError(
                f"no font here has {script} characters: the picture would be without them", _INSTALL
            )
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_SCALE))
    except ValueError as error:
        raise ExportError(f"the picture cannot be drawn as PNG: {error}", "export .svg") from error


def has_font(character: str) -> bool:
    """Whether some font here draws a character: not as nothing, and not as the box that stands for what is missing."""
    drawn, missing, nothing = (
        resvg_py.svg_to_bytes(svg_string=_GLYPH.format(one)) for one in (character, _NOBODYS, " ")
    )
    return bytes(drawn) not in {bytes(missing), bytes(nothing)}
