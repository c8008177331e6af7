"""Reading a PDF back with somebody else's eyes: pypdfium2."""

import ctypes

import pypdfium2
from pypdfium2 import raw


def words_of_pdf(content: bytes) -> str:
    """All text of all pages, the running foot left out, as a reader would copy it."""
    told = []
    document = pypdfium2.PdfDocument(content)
    for page in document:
        text = page.get_textpage()
        told.append(text.get_text_bounded(bottom=FOOT))
    return "\n".join(told)


FOOT = 60.0
"""Points from the lower edge, below which only the running foot stands."""


def signs_of_pdf(content: bytes) -> list[tuple[float, float, float, float]]:
    """The box of every sign of the document: left, bottom, right, top, in points."""
    boxes = []
    for page in pypdfium2.PdfDocument(content):
        text = page.get_textpage()
        boxes += [text.get_charbox(index) for index in range(text.count_chars())]
    return boxes


def fonts_of_pdf(content: bytes) -> dict[str, bool]:
    """Each font of the document by name, and whether it is embedded."""
    fonts = {}
    for page in pypdfium2.PdfDocument(content):
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(thing.raw)
            name = ctypes.create_string_buffer(100)
            raw.FPDFFont_GetBaseFontName(font, name, 100)
            fonts[name.value.decode()] = bool(raw.FPDFFont_GetIsEmbedded(font))
    return fonts
