"""All fields of all transactions of a document at once: an XSLT stylesheet made from the field table.

It writes plain text, in the form that `sepa.wire.rows` describes and reads again.
"""

from functools import cache
from typing import Final

from lxml import etree

from sepa.model.message import Address
from sepa.wire.fields import Code, Field, Group, Identified, Presence, Reference, Table, Texts, Token, table
from sepa.wire.rows import COLUMN, SEPARATORS
from sepa.wire.schema import namespace


@cache
def stylesheet(name: str, separators: str = SEPARATORS) -> etree.XSLT:
    """Return the compiled stylesheet that writes one message's blocks and transactions as text."""
    places = table(name)
    sheet = _Sheet(separators)
    columns = sheet.columns
    block = f"/m:Document/m:{places.root}/m:PmtInf"
    return _compile(
        name,
        f'<xsl:variable name="foreign" select="boolean({_any_extra(places, block)})"/>'
        '<xsl:template match="/">'
        f'<xsl:for-each select="{block}">'
        f"{columns(places.block)}{sheet.mark(1)}"
        f"{sheet.each(f'm:{places.transaction_tag}', columns(places.transaction), 1)}"
        f"{sheet.mark(0)}</xsl:for-each></xsl:template>",
    )


@cache
def head_stylesheet(name: str, separators: str = SEPARATORS) -> etree.XSLT:
    """Return the compiled stylesheet that writes the one row of the GroupHeader."""
    places = table(name)
    return _compile(
        name,
        f'<xsl:template match="/"><xsl:for-each select="/m:Document/m:{places.root}/m:GrpHdr">'
        f"{_Sheet(separators).columns(places.group_header)}</xsl:for-each></xsl:template>",
    )


def _compile(name: str, templates: str) -> etree.XSLT:
    text = (
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'
        f' xmlns:m="{namespace(name)}"><xsl:output method="text" encoding="UTF-8"/>'
        f"{templates}{_SIZES}</xsl:stylesheet>"
    )
    return etree.XSLT(etree.fromstring(text))


# The length of each tag pair, attribute and text inside a Strd, parted by blanks.
_SIZES: Final = (
    '<xsl:template name="sizes"><xsl:for-each select=".//*">'
    '<xsl:value-of select="2 * string-length(local-name()) + 5"/><xsl:text> </xsl:text>'
    '<xsl:if test="not(*)"><xsl:value-of select="string-length(.)"/><xsl:text> </xsl:text></xsl:if>'
    '<xsl:for-each select="@*"><xsl:value-of select="string-length(local-name()) + string-length(.) + 4"/>'
    "<xsl:text> </xsl:text></xsl:for-each></xsl:for-each></xsl:template>"
)


def _xpath(path: str) -> str:
    """Give each step of a table's path the namespace prefix of the stylesheet."""
    return "/".join(step if step.startswith("@") else f"m:{step}" for step in path.split("/"))


def _any_extra(places: Table, block: str) -> str:
    """Whether any block or transaction holds an extra element; asked once a document, as hardly any does."""
    transaction = f"{block}/m:{places.transaction_tag}"
    roots = ((block, places.block["extras"]), (transaction, places.transaction["extras"]))
    return " or ".join(
        f"{root}/{_xpath(tag)}"
        for root, extras in roots
        if isinstance(extras, Presence)
        for tag in extras.tags
    )


class _Sheet:
    """Writes the instructions for a table's fields with given separators."""

    def __init__(self, separators: str) -> None:
        self.separators = separators

    def mark(self, level: int) -> str:
        return f"<xsl:text>&#{ord(self.separators[level])};</xsl:text>"

    def columns(self, fields: dict[str, Field], level: int = COLUMN) -> str:
        return self.mark(level).join(self.value(field, level + 1) for field in fields.values())

    def value(self, field: Field, level: int) -> str:
        """The instruction that writes one field; `level` is the separator it may use inside."""
        match field:
            case Group() if field.record is Address:
                return self.each(_xpath(field.path), self.mark(level) + self.children(level))
            case Group():
                return self.each(_xpath(field.path), self.columns(field.fields, level))
            case Texts():
                return self.each(_xpath(field.path), '<xsl:value-of select="."/>', level)
            case Reference():
                return self.each(_xpath(field.path), self.reference(level + 1), level)
            case Identified():
                return self.each(_xpath(field.path), self.identification(field.bic, level))
            case Presence():
                paths = " | ".join(_xpath(tag) for tag in field.tags)
                found = self.each(paths, '<xsl:value-of select="local-name()"/>', level)
                return f'<xsl:if test="$foreign">{found}</xsl:if>'
            case Code():
                return self.code(_xpath(field.path))
            case Token():
                return f'<xsl:value-of select="normalize-space({_xpath(field.path)})"/>'
            case _:
                return f'<xsl:value-of select="{_xpath(field.path)}"/>'

    def each(self, path: str, written: str, level: int | None = None) -> str:
        """Write each of several elements; with `level` each ends in that separator."""
        end = self.mark(level) if level is not None else ""
        return f'<xsl:for-each select="{path}">{written}{end}</xsl:for-each>'

    def children(self, level: int) -> str:
        """Name and text of each child that is there: an address has few of the fourteen it may have."""
        name = f'<xsl:value-of select="local-name()"/>{self.mark(level + 1)}'
        return self.each("*", f'{name}<xsl:value-of select="."/>', level)

    def code(self, path: str) -> str:
        return (
            f'<xsl:for-each select="{path}/*"><xsl:if test="self::m:Prtry">!</xsl:if>'
            '<xsl:value-of select="."/></xsl:for-each>'
        )

    def reference(self, level: int) -> str:
        part = self.mark(level)
        return (
            '<xsl:value-of select="m:CdtrRefInf/m:Ref"/>'
            f"{part}{self.code('m:CdtrRefInf/m:Tp/m:CdOrPrtry')}{part}"
            '<xsl:value-of select="m:CdtrRefInf/m:Tp/m:Issr"/>'
            f'{part}<xsl:call-template name="sizes"/>'
            f'{part}<xsl:if test="*[not(self::m:CdtrRefInf)]">1</xsl:if>'
        )

    def identification(self, bic: str, level: int) -> str:
        part = self.mark(level)

        def plain(form: str, path: str) -> str:
            write = f'<xsl:value-of select="{path}"/>'
            return f'<xsl:when test="{path}">{form}{part}{write}{part}{part}</xsl:when>'

        def other(form: str, path: str) -> str:
            scheme, issuer = self.code(f"{path}/m:SchmeNm"), f'<xsl:value-of select="{path}/m:Issr"/>'
            write = f'<xsl:value-of select="{path}/m:Id"/>{part}{scheme}{part}{issuer}'
            return f'<xsl:when test="{path}">{form}{part}{write}</xsl:when>'

        return (
            f"<xsl:choose>{plain('org-bic', f'm:OrgId/m:{bic}')}{plain('org-lei', 'm:OrgId/m:LEI')}"
            f"{other('org-other', 'm:OrgId/m:Othr[1]')}{other('private-other', 'm:PrvtId/m:Othr[1]')}"
            f"{plain('private-birth', 'm:PrvtId/m:DtAndPlcOfBirth/m:BirthDt')}</xsl:choose>"
        )
