"""A page as its parts, already in its reader's language, and the two ways to lay it out: HTML and plain text.

Both are made from the same parts, so neither can say more than the other.
"""

import functools
import textwrap

import jinja2
import msgspec

TEXT_COLUMNS = 72


class Fact(msgspec.Struct, frozen=True):
    """A label and its value. `quoted`: the value is a stranger's text, shown between quotation marks."""

    label: str
    value: str
    quoted: bool = False


class Reason(msgspec.Struct, frozen=True):
    """One fault told: the sentence, its facts, what to do (may be empty), and where it is written."""

    sentence: str
    facts: tuple[Fact, ...]
    advice: str
    small: str


class Section(msgspec.Struct, frozen=True):
    """One order. `anchor` is its key, by which a link finds it."""

    anchor: str
    counter: str
    heading: str
    amount: str
    facts: tuple[Fact, ...]
    reasons: tuple[Reason, ...]
    remarks: tuple[Reason, ...]
    closing: str


class Block(msgspec.Struct, frozen=True):
    """A heading and its paragraphs at the foot of a page."""

    heading: str
    paragraphs: tuple[str, ...]


class Labels(msgspec.Struct, frozen=True):
    """The words the layout itself needs. `quotes` are the opening and closing marks of the language."""

    reason: str
    remark: str
    advice: str
    overview: str
    quotes: tuple[str, str]


class Page(msgspec.Struct, frozen=True):
    """A whole document for one reader."""

    language: str
    sender: str
    title: str
    remark: str | None
    lead: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    foot: tuple[Block, ...]
    labels: Labels


def html(page: Page) -> str:
    """The page as one self-contained HTML document; every text is escaped."""
    return template("notice.html").render(page=page, labels=page.labels)


def text(page: Page) -> str:
    """The page as plain text, no line wider than 72 columns."""
    lines = [page.sender, *_wrap(page.title.upper()), "=" * TEXT_COLUMNS, ""]
    if page.remark:
        lines += [*_wrap(page.remark), ""]
    for paragraph in page.lead:
        lines += [*_wrap(paragraph), ""]
    lines += _facts(page.facts, page.labels, "")
    for section in page.sections:
        lines += _section(section, page.labels)
    for block in page.foot:
        lines += ["", "-" * TEXT_COLUMNS, *_wrap(block.heading)]
        for paragraph in block.paragraphs:
            lines += ["", *_wrap(paragraph)]
    return "\n".join(lines) + "\n"


def _section(section: Section, labels: Labels) -> list[str]:
    lines = ["", "-" * TEXT_COLUMNS]
    if section.heading:
        lines += [*_wrap(f"{section.counter}  {section.heading}"), *_wrap(section.amount, "     "), ""]
    lines += _facts(section.facts, labels, "  ")
    for heading, reasons in ((labels.reason, section.reasons), (labels.remark, section.remarks)):
        if reasons:
            lines += [*([] if lines[-1] == "" else [""]), *_wrap(heading)]
        for reason in reasons:
            lines += _wrap(reason.sentence, "  ")
            lines += _facts(reason.facts, labels, "    ")
            if reason.advice:
                lines += _wrap(reason.advice, f"  {labels.advice}: ", "  ")
            lines += [*_wrap(f"[{reason.small}]", "  "), ""]
    if section.closing:
        return [*lines, *([] if lines[-1] == "" else [""]), *_wrap(section.closing)]
    return lines[:-1] if lines[-1] == "" else lines


def _facts(facts: tuple[Fact, ...], labels: Labels, indent: str) -> list[str]:
    width = max((len(fact.label) for fact in facts), default=0) + 2
    lines = []
    for fact in facts:
        value = fact.value.join(labels.quotes) if fact.quoted else fact.value
        head = f"{indent}{fact.label}:".ljust(len(indent) + width)
        if max(map(len, value.split(" "))) > TEXT_COLUMNS - len(head):
            lines += [head.rstrip(), *_wrap(value, f"{indent}  ")]
        else:
            lines += _wrap(value, head, " " * len(head))
    return lines


def _wrap(paragraph: str, first: str = "", rest: str | None = None) -> list[str]:
    later = first if rest is None else rest
    wrapped = textwrap.wrap(
        paragraph, TEXT_COLUMNS, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
    )
    return wrapped or [first.rstrip()]


@functools.cache
def template(name: str) -> jinja2.Template:
    """A template of ours; everything put into it is escaped, and a name it does not get is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sepa.tell", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
