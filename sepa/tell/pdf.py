"""A page drawn as PDF, A4, for the printer and the archive: the same parts that HTML and plain text show.

The same page always gives the same bytes.
"""

import io
from collections.abc import Iterator

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sepa.tell.page import Block, Fact, Labels, Page, Reason, Section
from sepa.tell.sheet import (
    ACCENT,
    BOLD,
    HEADING,
    INK,
    LEADING,
    LINE,
    REGULAR,
    RULE,
    SIZE,
    SMALL,
    SOFT,
    TITLE,
    Group,
    Row,
    Run,
    draw,
    draw_foot,
    drawable,
    sheets,
    width_of,
    words,
)

GAP = 18.0
STEP = 12.0
LABEL_MAX = 190.0


def pdf(page: Page) -> bytes:
    """The page as one PDF document, numbered, with its title and language in the document's properties."""
    laid = sheets(_groups(page))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, lang=page.language)
    canvas.setTitle(page.title)
    canvas.setAuthor(page.sender)
    canvas.setSubject(", ".join(f"{fact.label}: {fact.value}" for fact in page.facts))
    canvas.setCreator("sepa")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for number, rows in enumerate(laid, start=1):
        draw(canvas, rows)
        draw_foot(canvas, f"{page.sender} · {page.title}", f"{number}/{len(laid)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _groups(page: Page) -> Iterator[Group]:
    head = [
        Row(14, rule=ACCENT),
        *words(page.sender, font=BOLD, colour=ACCENT),
        *words(page.title, font=BOLD, size=TITLE),
        Row(6),
    ]
    yield head
    for paragraph in ((page.remark,) if page.remark else ()) + page.lead:
        yield [*words(paragraph, colour=SOFT if paragraph == page.remark else INK), Row(5)]
    yield [Row(4), *_facts(page.facts, page.labels, 0)]
    for section in page.sections:
        yield from _section(section, page)
    yield [row for block in page.foot for row in _block(block)]


def _section(section: Section, page: Page) -> Iterator[Group]:
    """The head of an order stays with its first reason, the rest follows reason by reason."""
    group: Group = [Row(GAP), Row(STEP, rule=RULE)]
    if section.heading:
        group += _heading(section)
    group += _facts(section.facts, page.labels, 0)
    for heading, reasons, bar in (
        (page.labels.reason, section.reasons, ACCENT),
        (page.labels.remark, section.remarks, RULE),
    ):
        for number, reason in enumerate(reasons):
            if not number:
                group += [Row(7), *words(heading, font=BOLD, size=SMALL, colour=ACCENT), Row(2)]
            yield [*group, *_reason(reason, page.labels, bar)]
            group = [Row(6)]
    if section.closing:
        group += [Row(3), *words(section.closing, size=SMALL, colour=SOFT)]
    yield group


def _heading(section: Section) -> Group:
    """Number, words and, at the right margin, the amount. A long amount gets a line of its own."""
    number = f"{section.counter}  "
    indent = width_of(number, REGULAR, HEADING)
    amount = Run(LINE, drawable(section.amount, BOLD), BOLD, HEADING, right=True)
    wide = width_of(amount.text, BOLD, HEADING) + STEP
    room = LINE - indent - wide
    apart = room < LINE / 3
    rows = list(words(section.heading, indent, LINE - indent if apart else room, font=BOLD, size=HEADING))
    first = Run(0, number, REGULAR, HEADING, SOFT)
    rows[0] = Row(rows[0].height, (first, *rows[0].runs))
    if not apart:
        rows[-1] = Row(rows[-1].height, (*rows[-1].runs, amount))
    else:
        rows += words(section.amount, indent, LINE - indent, font=BOLD, size=HEADING)
    return [*rows, Row(4)]


def _reason(reason: Reason, labels: Labels, bar: Color) -> Group:
    rows = [*words(reason.sentence, STEP, font=BOLD), *_facts(reason.facts, labels, STEP)]
    if reason.advice:
        rows += [Row(2), *words(f"{labels.advice}: {reason.advice}", STEP)]
    rows += [Row(1), *words(reason.small, STEP, size=SMALL, colour=SOFT)]
    return [Row(row.height, row.runs, row.rule, bar) for row in rows]


def _block(block: Block) -> Group:
    rows: Group = [Row(GAP), Row(STEP, rule=RULE), *words(block.heading, font=BOLD)]
    for paragraph in block.paragraphs:
        rows += [Row(2), *words(paragraph)]
    return rows


def _facts(facts: tuple[Fact, ...], labels: Labels, x: float) -> Group:
    """Labels in one column, values in another; where a label is too long, its value stands below it."""
    rows: Group = []
    column = (
        max((width_of(drawable(fact.label, REGULAR), REGULAR, SIZE) for fact in facts), default=0.0) + STEP
    )
    column = min(column, LABEL_MAX)
    for fact in facts:
        value = fact.value.join(labels.quotes) if fact.quoted else fact.value
        lines = list(words(value, x + column, LINE - x - column))
        label = list(words(fact.label, x, column - STEP, colour=SOFT))
        for each in range(max(len(lines), len(label))):
            runs = label[each].runs if each < len(label) else ()
            runs += lines[each].runs if each < len(lines) else ()
            rows.append(Row(SIZE * LEADING, runs))
    return rows
