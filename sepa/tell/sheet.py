"""Sheets of A4 with rows of words on them: where lines break, where a sheet ends, and how it is drawn.

Fonts are embedded; a sign that they lack is drawn as `�`.
"""

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec
from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
MARGIN = 56.0  # points, a little under 2 cm
TOP, BOTTOM = HEIGHT - MARGIN, MARGIN + 14.0
LINE = WIDTH - 2 * MARGIN

ACCENT, INK, SOFT, RULE = map(HexColor, ("#0b5d4e", "#1c2422", "#5b6663", "#d9dfdc"))
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
SIZE, SMALL, HEADING, TITLE = 9.0, 7.5, 10.5, 16.0
LEADING = 1.42
NO_GLYPH = "\N{REPLACEMENT CHARACTER}"


rl_config.useA85 = 0  # bytes as they are, a quarter smaller than in letters


class Run(msgspec.Struct, frozen=True):
    """Some words of one font at `x`; a right-aligned run ends there."""

    x: float
    text: str
    font: str = REGULAR
    size: float = SIZE
    colour: Color = INK
    right: bool = False


class Row(msgspec.Struct, frozen=True):
    """One line of a page: its height, its runs, and a rule above it or a bar beside it."""

    height: float
    runs: tuple[Run, ...] = ()
    rule: Color | None = None
    bar: Color | None = None


Group = list[Row]
"""Rows that stay on one page where they can."""


def sheets(groups: Iterable[Group]) -> list[Group]:
    """Groups laid out on sheets, each the rows of one.

    A group that does not fit begins a new sheet; one longer than a sheet is cut between rows.
    """
    laid: list[Group] = [[]]
    left = TOP - BOTTOM
    for group in groups:
        height = sum(row.height for row in group)
        if height > left and height <= TOP - BOTTOM:
            laid.append([])
            left = TOP - BOTTOM
        for row in group:
            if row.height > left:
                laid.append([])
                left = TOP - BOTTOM
            if laid[-1] or row.runs or row.rule:  # no sheet begins with a gap
                laid[-1].append(row)
                left -= row.height
    return laid


def draw(canvas: Canvas, rows: Group) -> None:
    """Draw the rows of one sheet from the upper margin down."""
    y = TOP
    for row in rows:
        if row.rule:
            canvas.setStrokeColor(row.rule)
            canvas.setLineWidth(2 if row.rule is ACCENT else 0.6)
            canvas.line(MARGIN, y, MARGIN + LINE, y)
        if row.bar:
            canvas.setFillColor(row.bar)
            canvas.rect(MARGIN, y - row.height, 2, row.height, stroke=0, fill=1)
        y -= row.height
        for run in row.runs:
            canvas.setFillColor(run.colour)
            canvas.setFont(run.font, run.size)
            write = canvas.drawRightString if run.right else canvas.drawString
            write(MARGIN + run.x, y + run.size * (LEADING - 1), _in_order_of_sight(run.text))


def draw_foot(canvas: Canvas, left: str, right: str) -> None:
    """The running foot, smaller and paler than all else."""
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, SMALL)
    canvas.drawString(MARGIN, MARGIN - 8, drawable(left, REGULAR))
    canvas.drawRightString(MARGIN + LINE, MARGIN - 8, right)


# --- words ---


def words(
    text: str,
    x: float = 0,
    width: float | None = None,
    *,
    font: str = REGULAR,
    size: float = SIZE,
    colour: Color = INK,
) -> Iterator[Row]:
    """The text in rows no wider than `width`, by default up to the right margin."""
    shown = drawable(text, font)
    for line in _wrapped(shown, font, size, LINE - x if width is None else width):
        yield Row(size * LEADING, (Run(x, line, font, size, colour),))


def _wrapped(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """Lines broken at blanks; a word that is wider than a line is broken where the line ends."""
    if width_of(text, font, size) <= width:
        yield text
        return
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, font, size) <= width:
            line = longer
            continue
        if line:
            yield line
        while width_of(word, font, size) > width and len(word) > 1:
            fits = _fitting(word, font, size, width)
            yield word[:fits]
            word = word[fits:]
        line = word
    yield line


def _fitting(word: str, font: str, size: float, width: float) -> int:
    """How many signs of `word` fit; at least one."""
    fits = 1
    while width_of(word[: fits + 1], font, size) <= width:
        fits += 1
    return fits


@functools.cache
def _fonts() -> dict[str, TTFont]:
    """DejaVu, which comes with matplotlib: every letter of the three languages, and many more."""
    place = find_spec("matplotlib")
    assert place is not None
    assert place.origin is not None
    folder = Path(place.origin).parent / "mpl-data" / "fonts" / "ttf"
    fonts = {name: TTFont(name, folder / f"{name}.ttf") for name in (REGULAR, BOLD)}
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    return fonts


def width_of(text: str, font: str, size: float) -> float:
    """Points that drawable text takes."""
    widths: dict[int, float] = _fonts()[font].face.charWidths
    return sum(map(widths.__getitem__, map(ord, text))) * size / 1000


def drawable(text: str, font: str) -> str:
    """The text with `�` for every sign that the font lacks."""
    widths: dict[int, float] = _fonts()[font].face.charWidths
    return "".join(sign if ord(sign) in widths else NO_GLYPH for sign in text)


def _in_order_of_sight(text: str) -> str:
    """Words of scripts that run from right to left, turned so that they read so; all else stays."""
    if text.isascii() or not any(map(_runs_left, text)):
        return text
    first = next(place for place, sign in enumerate(text) if _runs_left(sign))
    after = first
    for place in range(first, len(text)):
        if _runs_left(text[place]):
            after = place + 1
        elif text[place].isalnum():
            break
    return text[:first] + text[first:after][::-1] + _in_order_of_sight(text[after:])


def _runs_left(sign: str) -> bool:
    return unicodedata.bidirectional(sign) in ("R", "AL")
