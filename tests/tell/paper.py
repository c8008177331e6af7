"""A notice in its three forms; and a PDF read back with somebody else's eyes, pypdfium2."""

import ctypes
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from sepa.model.notice import Notice
from sepa.tell.catalogue import Catalogue
from sepa.tell.notice import page
from sepa.tell.page import html, text
from sepa.tell.pdf import pdf


def notice_html(notice: Notice, catalogue: Catalogue) -> str:
    return html(page(notice, catalogue))


def notice_text(notice: Notice, catalogue: Catalogue) -> str:
    return text(page(notice, catalogue))


def notice_pdf(notice: Notice, catalogue: Catalogue) -> bytes:
    return pdf(page(notice, catalogue))


def words_of_pdf(content: bytes) -> str:
    """All text of all pages, the running foot left out, as a reader would copy it."""
    told = []
    document = pypdfium2.PdfDocument(content)
    for sheet in document:
        words = sheet.get_textpage()
        told.append(words.get_text_bounded(bottom=FOOT))
    return "\n".join(told)


def read_back(path: Path) -> str:
    """What a letter or report says, whatever its form."""
    return words_of_pdf(path.read_bytes()) if path.suffix == ".pdf" else path.read_text("utf-8")


FOOT = 60.0
"""Points from the lower edge, below which only the running foot stands."""


def signs_of_pdf(content: bytes) -> list[tuple[float, float, float, float]]:
    """The box of every sign of the document: left, bottom, right, top, in points."""
    boxes = []
    for sheet in pypdfium2.PdfDocument(content):
        words = sheet.get_textpage()
        boxes += [words.get_charbox(index) for index in range(words.count_chars())]
    return boxes


def fonts_of_pdf(content: bytes) -> dict[str, bool]:
    """Each font of the document by name, and whether it is embedded."""
    fonts = {}
    for sheet in pypdfium2.PdfDocument(content):
        for thing in sheet.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(thing.raw)
            name = ctypes.create_string_buffer(100)
            raw.FPDFFont_GetBaseFontName(font, name, 100)
            fonts[name.value.decode()] = bool(raw.FPDFFont_GetIsEmbedded(font))
    return fonts
