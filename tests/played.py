"""Plays out the pairs beside the rules: a sound file, a few places changed, through the real reader and desk.

A change's place is an element (`Cdtr/Nm` of the order, `PmtInf/…` of its block, `GrpHdr/…` of the message), a
parameter of the profile (`batch.max_transactions`), a row of the bank's own tables (`payer's account`), or what is
done with the file (`received`, `signature`, `sent before`, `withdrawn on`).
"""

import csv
import functools
import hashlib
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml
from lxml import etree
from msgspec.structs import replace

from sepa.cli.examples import NOTHING_THERE, THE_FILE, Changes, Value, merged
from sepa.decide import Desk, Judging
from sepa.model.authorisation import Authorisation, AuthorisationOutcome
from sepa.model.finding import Finding, Findings
from sepa.model.journal import Decision, Delivery
from sepa.model.message import MessageHead, Piece
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.verdict import FileVerdict
from sepa.pipeline.acts import steps
from sepa.pipeline.desk import desk_for, judge_stream
from sepa.pipeline.home import read_instant
from sepa.rules.days import dating_of, refused_date
from sepa.rules.files import content_seen
from sepa.schedule import date_transfer
from sepa.store.profiles import load_profile
from sepa.store.reference import load_reference
from sepa.wire import element_path, read
from sepa.wire.schema import ISO_NAMESPACE
from tests.pipeline.house import House, StatusReport

SAMPLE = Path(__file__).resolve().parents[1] / "fixtures" / "sample-bank" / "reference"
_XS = "{http://www.w3.org/2001/XMLSchema}"

TRANSFER = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>MSG-1</MsgId>
<CreDtTm>2026-04-02T09:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>100.00</CtrlSum><InitgPty><Nm>Stavebniny</Nm>
</InitgPty></GrpHdr><PmtInf><PmtInfId>PMT-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>1</NbOfTxs>
<CtrlSum>100.00</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>
<ReqdExctnDt><Dt>2026-04-02</Dt></ReqdExctnDt><Dbtr><Nm>Stavebniny</Nm></Dbtr>
<DbtrAcct><Id><IBAN>SK3552000000003000000100</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>OTPVSKBX</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
<CdtTrfTxInf><PmtId><EndToEndId>E2E-1</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">100.00</InstdAmt></Amt>
<Cdtr><Nm>Energia Bratislava</Nm></Cdtr><CdtrAcct><Id><IBAN>SK3112000000198742637541</IBAN></Id></CdtrAcct>
</CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>"""

COLLECTION = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"><CstmrDrctDbtInitn><GrpHdr><MsgId>MSG-1</MsgId>
<CreDtTm>2026-04-02T09:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>50.00</CtrlSum><InitgPty><Nm>Energia</Nm>
</InitgPty></GrpHdr><PmtInf><PmtInfId>PMT-1</PmtInfId><PmtMtd>DD</PmtMtd><NbOfTxs>1</NbOfTxs>
<CtrlSum>50.00</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>CORE</Cd></LclInstrm>
<SeqTp>RCUR</SeqTp></PmtTpInf><ReqdColltnDt>2026-04-13</ReqdColltnDt><Cdtr><Nm>Energia Bratislava</Nm></Cdtr>
<CdtrAcct><Id><IBAN>SK3112000000198742637541</IBAN></Id></CdtrAcct>
<CdtrAgt><FinInstnId><BICFI>VZORSK22XXX</BICFI></FinInstnId></CdtrAgt><ChrgBr>SLEV</ChrgBr>
<CdtrSchmeId><Id><PrvtId><Othr><Id>SK36ZZZ70000000007</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id>
</CdtrSchmeId><DrctDbtTxInf><PmtId><EndToEndId>E2E-1</EndToEndId></PmtId><InstdAmt Ccy="EUR">50.00</InstdAmt>
<DrctDbtTx><MndtRltdInf><MndtId>MND-2026-001</MndtId><DtOfSgntr>2026-02-09</DtOfSgntr></MndtRltdInf></DrctDbtTx>
<DbtrAgt><FinInstnId><BICFI>OTPVSKBX</BICFI></FinInstnId></DbtrAgt><Dbtr><Nm>Domácnosť</Nm></Dbtr>
<DbtrAcct><Id><IBAN>SK9152000000002000145305</IBAN></Id></DbtrAcct></DrctDbtTxInf></PmtInf></CstmrDrctDbtInitn>
</Document>"""

SENDER = {"transfer": "stavebniny", "collection": "vzorova-banka"}
RECEIVED = "2026-04-02T10:00"

# --- the elements of a file, each in the place its schema gives it ---


class Shape:
    """What may stand in an element of one message: names in their order, and whether one stands instead of others."""

    def __init__(self, message: str) -> None:
        text = files("sepaxml").joinpath("schemas", f"{message}.xsd").read_bytes()
        self._types = {each.get("name"): each for each in etree.fromstring(text).iter(f"{_XS}complexType")}

    @functools.cache  # noqa: B019  # one Shape a message lives as long as the tests
    def below(self, type_name: str) -> tuple[dict[str, str], bool]:
        kind = self._types.get(type_name)
        found = [] if kind is None else list(kind.iter(f"{_XS}element"))
        chosen = kind is not None and kind.find(f"{_XS}choice") is not None
        return {each.get("name") or "": each.get("type") or "" for each in found}, chosen


@functools.cache
def shape(message: str) -> Shape:
    return Shape(message)


class Sheet:
    """One file being changed, and one order of it."""

    def __init__(self, base: str) -> None:
        compact = re.sub(r">\s+<", "><", base)
        self.root = etree.fromstring(compact.encode())
        self.namespace = etree.QName(self.root).namespace
        self.message = self.namespace.removeprefix(ISO_NAMESPACE)
        self.order_tag = "CdtTrfTxInf" if self.message.startswith("pain.001") else "DrctDbtTxInf"

    def one(self, path: str) -> Any:
        return self.root.find(".//{*}" + path.replace("/", "/{*}"))

    def text(self, path: str) -> str:
        found = self.one(path)
        return "" if found is None else found.text or ""

    def change(self, place: str, value: Value, order: Any = None) -> None:
        """Put `value` at a path of tags; `none` takes the element away, a list puts several side by side."""
        path, _, attribute = place.partition("/@")
        first, _, rest = path.partition("/")
        if first in ("GrpHdr", "PmtInf"):
            start, path = self.one(first), rest
        else:
            start = order if order is not None else self.one(self.order_tag)
        *parents, last = path.split("/")
        if value == NOTHING_THERE and not attribute:
            for found in start.findall("/".join("{*}" + step for step in (*parents, last))):
                found.getparent().remove(found)
            return
        for step in parents:
            start = self._child(start, step)
        if attribute:
            self._child(start, last).set(attribute, str(value))
            return
        texts = value if isinstance(value, list) else [value]
        for found in start.findall("{*}" + last):
            if len(texts) > 1:
                start.remove(found)
        for number, text in enumerate(texts):
            self._child(start, last, another=number > 0).text = expanded(str(text))

    def _child(self, parent: Any, tag: str, *, another: bool = False) -> Any:
        name, _, index = tag.partition("[")
        known = parent.findall("{*}" + name)
        wanted = int(index[:-1]) if index else 1
        if len(known) >= wanted and not another:
            return known[wanted - 1]
        names, chosen = shape(self.message).below(self._type_of(parent))
        if chosen:
            for other in list(parent):
                parent.remove(other)
        order = list(names)
        if name not in order:
            raise ValueError(f"{name} has no place in {etree.QName(parent).localname}")
        before = [each for each in parent if order.index(etree.QName(each).localname) <= order.index(name)]
        made = etree.Element(f"{{{self.namespace}}}{name}")
        parent.insert(len(before), made)
        return made

    def _type_of(self, element: Any) -> str:
        steps = [etree.QName(each).localname for each in (element, *element.iterancestors())][::-1]
        name = "Document"
        for step in steps[1:]:
            name = shape(self.message).below(name)[0][step]
        return name

    def add_order(self) -> Any:
        last = self.root.findall(f".//{{*}}{self.order_tag}")[-1]
        made = deepcopy(last)
        last.addnext(made)
        (end_to_end_id,) = made.findall(".//{*}EndToEndId")
        end_to_end_id.text = f"E2E-{len(self.root.findall(f'.//{{*}}{self.order_tag}'))}"
        return made

    def add_block(self) -> Any:
        last = self.root.findall(".//{*}PmtInf")[-1]
        made = deepcopy(last)
        last.addnext(made)
        made.find("{*}PmtInfId").text = "PMT-2"
        made.find(".//{*}EndToEndId").text = "E2E-2"
        return made

    def count(self) -> None:
        """Fill in numbers and sums as they are, wherever they stand."""
        for level in (self.root.find(".//{*}GrpHdr"), *self.root.iter("{*}PmtInf")):
            inside = self.root if etree.QName(level).localname == "GrpHdr" else level
            orders = inside.findall(f".//{{*}}{self.order_tag}")
            amounts = [each.text for order in orders for each in order.iter("{*}InstdAmt")]
            for tag, text in (("NbOfTxs", str(len(orders))), ("CtrlSum", _sum(amounts))):
                if level.find("{*}" + tag) is not None:
                    level.find("{*}" + tag).text = text

    def bytes(self) -> bytes:
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")


def _sum(amounts: list[str | None]) -> str:
    try:
        return str(sum(Decimal(amount or "0") for amount in amounts))
    except InvalidOperation:
        return "0"


def expanded(text: str) -> str:
    """`141 × x` written out; every other text as it is."""
    times = re.fullmatch(r"(\d+) × (.+)", text)
    return times[2] * int(times[1]) if times else text


# --- the words beside elements ---

PAYER, PAYEE = "@DbtrAcct/Id/IBAN", "@CdtrAcct/Id/IBAN"
ROWS: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    # word → table, columns that say which row is meant (@: what stands there in the file), what a new row needs
    "payer's account": (
        "accounts.csv",
        {"iban": PAYER},
        {"owner": "o-payer", "name": "Platiteľ", "balance": "1000.00"},
    ),
    "payee's account": (
        "accounts.csv",
        {"iban": PAYEE},
        {"owner": "o-payee", "name": "Príjemca", "balance": "0.00"},
    ),
    "payer's account blocked": (
        "blocks.csv",
        {"iban": PAYER, "amount": ""},
        {"since": "2026-04-01T08:00:00+02:00"},
    ),
    "payer's account switched": ("switches.csv", {"iban": PAYER}, {}),
    "limit": (
        "limits.csv",
        {"partner": "stavebniny"},
        {"valid_from": "2026-04-01T08:00:00+02:00"},
    ),
    "rate": ("rates.csv", {"currency": "USD"}, {}),
    "deal": ("deals.csv", {"iban": PAYER, "currency": "USD"}, {}),
    "stop": ("stops.csv", {"decided_by": "supervisor"}, {}),
    "payer's bank": ("participants.csv", {"bic": PAYER}, {}),
    "payee's bank": ("participants.csv", {"bic": PAYEE}, {}),
    "consent": ("consents.csv", {"id": "c-power"}, {}),
}
LATER = "later "
"""Before a word: the bank's tables say so only after the file was judged."""
AGREEMENT = ("agreement", "right to the account")
ORDER_WORDS = ("another order", "another block")
FILE_WORDS = ("file", "cut off after", "encoding", "document type", "root element", "namespace", "nested")
TIMED = {"stopped": "hold", "withdrawn": "revoke", "settled": ""}
ACTS = ("an earlier file", *TIMED)
SETTINGS = ("received", "sender", "signature")


class Scene(msgspec.Struct):
    """All that is needed to play one side of a pair."""

    base: str
    content: bytes
    profile: Profile
    profile_changes: dict[str, Any]
    folder: Path
    later: Path | None
    received: str
    sender: str
    signature: str
    acts: dict[str, Value]
    as_read: Value


def scene(base: str, changes: Changes, folder: Path) -> Scene:
    """Build the file, the profile and the bank's tables that `changes` describe; `folder` is where tables may lie."""
    sheet = Sheet(TRANSFER if base == "transfer" else COLLECTION)
    tags = {place: value for place, value in changes.items() if place[0].isupper()}
    own_totals = {place for place in tags if place.endswith(("NbOfTxs", "CtrlSum"))}
    words = {place: value for place, value in changes.items() if place not in tags}
    for place, value in tags.items():
        if place not in own_totals:
            sheet.change(place, value)
    for word in ORDER_WORDS:
        if word in words:
            _add(sheet, word, words.pop(word))
    sheet.count()
    for place in own_totals:
        sheet.change(place, tags[place])
    content = _written(sheet, {word: words.pop(word) for word in FILE_WORDS if word in words})
    parameters = {place: words.pop(place) for place in list(words) if _is_parameter(place)}
    tables = {word: words.pop(word) for word in list(words) if word in ROWS or word in AGREEMENT}
    later = {word.removeprefix(LATER): words.pop(word) for word in list(words) if word.startswith(LATER)}
    settings = {word: str(words.pop(word)) for word in SETTINGS if word in words}
    acts = {word: words.pop(word) for word in ACTS if word in words}
    as_read = words.pop("as read", {})
    if words:
        raise ValueError(f"no such place: {', '.join(words)}")
    profile, changed = _profile(parameters)
    sender = settings.get("sender", SENDER[base])
    return Scene(
        base,
        content,
        profile,
        changed,
        _tables(sheet, tables, sender, folder / "now") if tables else SAMPLE,
        _tables(sheet, merged(tables, later), sender, folder / "later") if later else None,
        settings.get("received", RECEIVED).replace(" ", "T"),
        sender,
        settings.get("signature", ""),
        acts,
        as_read,
    )


def _add(sheet: Sheet, word: str, value: Value) -> None:
    made = sheet.add_order() if word == "another order" else sheet.add_block()
    assert isinstance(value, dict)
    for place, text in value.items():
        if word == "another block":
            target = made.find("{*}" + place.replace("/", "/{*}"))
            target.text = text
        else:
            sheet.change(place, text, made)


def _is_parameter(place: str) -> bool:
    return "." in place and " " not in place


def _written(sheet: Sheet, words: Mapping[str, Value]) -> bytes:
    content = sheet.bytes()
    for word, value in words.items():
        text = str(value)
        match word:
            case "file":
                content = b"" if text in ("", "empty") else expanded(text).encode()
            case "cut off after":
                content = content[: content.index(text.encode()) + len(text)]
            case "encoding":
                content = content.decode().replace("UTF-8", text).encode(text)
            case "document type":
                content = content.replace(b"<Document", f"{text}<Document".encode(), 1)
            case "root element":
                content = content.replace(b"<Document", f"<{text}".encode()).replace(
                    b"</Document", f"</{text}".encode()
                )
            case "namespace":
                content = content.replace(sheet.namespace.encode(), text.encode())
            case "nested":
                depth = int(text)
                content = content.replace(b"<GrpHdr>", b"<GrpHdr>" + b"<a>" * depth + b"</a>" * depth)
    return content


def _profile(parameters: Mapping[str, Value]) -> tuple[Profile, dict[str, Any]]:
    changed: dict[str, Any] = {}
    for path, value in parameters.items():
        *sections, key = path.split(".")
        target = changed
        for section in sections:
            target = target.setdefault(section, {})
        value = "null" if value == NOTHING_THERE else value
        hour = isinstance(value, str) and re.fullmatch(r"\d\d:\d\d:\d\d", value)
        target[key] = value if hour else yaml.safe_load(str(value))  # YAML 1.1 would count an hour in seconds
    return _laid_over(msgspec.to_builtins(load_profile("otp-sk")), changed), changed


def _laid_over(settings: dict[str, Any], changes: Mapping[str, Any]) -> Profile:
    def lay(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
        return below | {
            key: lay(below[key], value)
            if isinstance(value, dict) and isinstance(below.get(key), dict)
            else value
            for key, value in above.items()
        }

    return msgspec.convert(lay(settings, changes), Profile)


# --- the bank's own tables ---


def _tables(sheet: Sheet, words: Mapping[str, Value], sender: str, folder: Path) -> Path:
    """The sample bank's tables in `folder`, with the rows that the words mean changed, added or taken away."""
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    for word, value in words.items():
        if word in AGREEMENT:
            _change_partner(folder / "partners.yaml", sender, word, value, sheet.text(PAYER[1:]))
            continue
        table, key, fresh = ROWS[word]
        key = {name: sheet.text(text[1:]) if text[:1] == "@" else text for name, text in key.items()}
        if "bic" in key:
            key["bic"] = _bank_of(folder / table, key["bic"])
        _change_row(folder / table, key, fresh, value)
    return folder


def _bank_of(path: Path, iban: str) -> str:
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    found = [
        row["bic"] for row in rows if row["country"] == iban[:2] and iban[4:].startswith(row["national_code"])
    ]
    return found[0] if found else ""


def _change_row(path: Path, key: Mapping[str, str], fresh: Mapping[str, str], value: Value) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8")))) if path.exists() else []
    meant = [row for row in rows if all(row.get(name) == text for name, text in key.items())]
    if value == NOTHING_THERE:
        rows = [row for row in rows if row not in meant]
    else:
        assert isinstance(value, dict), value
        if not meant:
            meant = [dict(fresh) | dict(key)]
            rows += meant
        meant[0].update(value)
    names = list(dict.fromkeys(name for row in rows or [key] for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), "utf-8")


def _change_partner(path: Path, sender: str, word: str, value: Value, iban: str) -> None:
    assert isinstance(value, dict), value
    listed = yaml.safe_load(path.read_text("utf-8"))
    (partner,) = [each for each in listed["partners"] if each["id"] == sender]
    if word == "right to the account":
        partner["accounts"] = [{"iban": iban} | value]
    else:
        partner |= {name: yaml.safe_load(text) for name, text in value.items()}
        listed_partner = {name: each for name, each in partner.items() if each != NOTHING_THERE}
        partner.clear()
        partner.update(listed_partner)
    path.write_text(yaml.safe_dump(listed, allow_unicode=True), "utf-8")


# --- playing ---


class Said(msgspec.Struct):
    """Everything that was found, with the message it was found in, and what became of each order."""

    findings: list[Finding]
    outcomes: list[str]
    message: str

    def of(self, id: str, name: str) -> list[Finding]:
        return [each for each in self.findings if (each.rule, each.name) == (id, name)]

    def element(self, finding: Finding) -> str:
        """The field a finding names, which has a path in this message; or the file where no message was read."""
        if not self.message:
            return THE_FILE
        assert element_path(finding.element, self.message)
        return finding.element


@functools.cache
def _sample_tables() -> Reference:
    return load_reference(SAMPLE)


def play(scene: Scene, root: Path) -> Said:
    """Judge the scene's file at the desk; where something is done with it later, in a home of its own in `root`."""
    return _in_a_home(scene, root) if scene.acts or scene.later else _at_the_desk(scene)


def _at_the_desk(scene: Scene) -> Said:
    reference = _sample_tables() if scene.folder == SAMPLE else load_reference(scene.folder)
    found: list[Finding] = []
    outcomes: list[str] = []

    def add(_: Any, verdicts: list[Any]) -> None:
        for verdict in verdicts:
            found.extend(verdict.findings)
            outcomes.append(verdict.outcome)

    desk = desk_for(scene.profile, reference, read_instant(scene.received, scene.profile), scene.sender)
    if scene.signature:  # of a sender who must sign; how it is verified is tested with real keys
        assert desk.partner is not None
        must_sign = replace(desk.partner, authorisation="electronic_signature")
        outcome = msgspec.convert(scene.signature, AuthorisationOutcome)
        desk = replace(desk, partner=must_sign, authorisation=Authorisation("electronic_signature", outcome))
    if scene.as_read:
        verdict = _judged_as_read(scene, desk, add)
        if scene.as_read == {"requested_date": NOTHING_THERE}:
            found += _dated_without_a_date(desk)
    else:
        verdict = judge_stream(
            io.BytesIO(scene.content),
            desk,
            "0" * 64,
            add=add,
            discard=found.clear,
            seen=lambda _: frozenset(),
        )
    found += verdict.findings
    for block in verdict.blocks:
        found += block.findings
    return Said(found, outcomes, verdict.head.name if verdict.head else "")


def _judged_as_read(scene: Scene, desk: Desk, add: Callable[[Any, list[Any]], None]) -> FileVerdict:
    """What the schema never lets through, put into the records that were read instead."""
    assert isinstance(scene.as_read, dict)
    changes = {name: None if text == NOTHING_THERE else text for name, text in scene.as_read.items()}
    judging = Judging(desk, "0" * 64)
    for item in read(io.BytesIO(scene.content), offered=desk.profile.intake.messages, size_bytes_max=1 << 20):
        if isinstance(item, Piece):
            block = _with(item.payment_information, changes)
            orders = tuple(_with(each, changes) for each in item.transactions)
            add(item, judging.piece(Piece(block, orders)))
        elif isinstance(item, MessageHead):
            judging.head(item)
    return judging.close()


def _dated_without_a_date(desk: Desk) -> Findings:
    """What the calendar says of a transfer that names no day; the desk itself refuses it before."""
    dated = date_transfer(
        None,
        desk.received_at,
        profile=desk.profile,
        account_currency="EUR",
        route="clearing",
        on_us_conversion=False,
    )
    dating = dating_of(dated)
    return dating.moved if dating is not None else (refused_date(dated),)


def _with(record: Any, changes: Mapping[str, str | None]) -> Any:
    return replace(
        record, **{name: text for name, text in changes.items() if name in record.__struct_fields__}
    )


def _in_a_home(scene: Scene, root: Path) -> Said:
    house = House.new(root, sample=False)
    _lay(scene.folder, root)
    if scene.profile_changes:
        house.set_profile(**scene.profile_changes)
    found: list[Finding] = []
    earlier = scene.acts.get("an earlier file")
    if earlier is not None:
        assert isinstance(earlier, dict)
        house.drop(scene.sender, "earlier.xml", _changed(scene.content, earlier))
        house.run(scene.received)
        house.drop(scene.sender, "file.xml", scene.content)
        (again,) = house.run(scene.received.replace("10:00", "10:01")).deliveries
        if not again.first:
            found += _refusal_of_repeat(house, again)
    key = house.drop(scene.sender, "file.xml", scene.content) if earlier is None else _key(scene.content)
    house.run(scene.received)
    if scene.later is not None:
        _lay(scene.later, root)
    for when, act in sorted(
        (str(scene.acts[act]).replace(" ", "T"), act) for act in TIMED if act in scene.acts
    ):
        if act == "settled":
            house.run(when)
        else:
            found += _decided(house, key, TIMED[act], when)
    found += _of_file(house, key)
    return Said(found, [order.state for order in house.orders(key)], house.file(key).message_name or "")


def _lay(tables: Path, root: Path) -> None:
    for table in tables.iterdir():
        shutil.copy(table, root / "reference" / table.name)


def _decided(house: House, key: str, act: str, when: str) -> list[Finding]:
    """Carry out a person's decision about the only order; return what was said, whether it moved or stays."""
    (order,) = house.orders(key)
    with house.open() as home:
        decision = Decision("0" * 24, house.at(when), "operator", act, order.key, "asked by telephone")  # type: ignore[arg-type]
        said = [each for step in steps(home, decision, house.file(key), order) for each in findings_in(step)]
    house.reprocess(act, when, key=order.key)  # type: ignore[arg-type]
    return said


def _refusal_of_repeat(house: House, again: Delivery) -> list[Finding]:
    """What the sender of the same bytes is told, found again in the report on the repeat."""
    reports = [
        StatusReport(path)
        for path in house.published(again.file_key, "repeat")
        if path.name[:8] == "pain.002"
    ]
    finding = content_seen(again.name)
    return [finding for report in reports if report.group == "RJCT" and report.codes == [finding.code]]


def _key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def findings_in(record: Any) -> Iterator[Finding]:
    """Every Finding a record of ours holds, however deep."""
    if isinstance(record, Finding):
        yield record
    elif isinstance(record, msgspec.Struct):
        for name in record.__struct_fields__:
            yield from findings_in(getattr(record, name))
    elif isinstance(record, (list, tuple)):
        for each in record:
            yield from findings_in(each)


def _of_file(house: House, key: str) -> Iterator[Finding]:
    with house.open() as home:
        file = home.journal.file(key)
        yield from findings_in(file)
        for order in home.journal.orders(key):
            yield from findings_in(order)
            for event in home.journal.story(order.key):
                yield from event.findings


def _changed(content: bytes, changes: Mapping[str, str]) -> bytes:
    sheet = Sheet(content.decode().split("?>", 1)[1])
    for place, text in changes.items():
        sheet.change(place, text)
    sheet.count()
    return sheet.bytes()
