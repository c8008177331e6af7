"""What is fuzzed: for each target a function that takes any bytes and fails where something that must hold does not.

A refusal in the words of the reader's own contract (None, an Unreadable, a ReferenceFault, a ProfileFault, a
ValueError where that is promised) is an answer. Everything else that is raised is a crash.
"""

import base64
import copy
import datetime
import io
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import astuple

from sepa.model.authorisation import SigningKey
from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead, Piece, Transaction
from sepa.pipeline.home import read_instant
from sepa.scheme.bic import bic_fault
from sepa.scheme.characters import (
    SEPA_CHARACTERS,
    hidden_fault,
    reference_fault,
    surely_travels,
    text_fault,
    to_sepa_text,
)
from sepa.scheme.creditor_id import creditor_id_fault
from sepa.scheme.creditor_reference import creditor_reference_fault
from sepa.scheme.iban import iban_fault
from sepa.scheme.letters import SHOWN_CHARS, inert
from sepa.scheme.money import amount_text, cents
from sepa.scheme.name_key import name_key
from sepa.scheme.rates import rate_text, rate_units
from sepa.scheme.symbols import build_symbols, parse_symbols, symbol_fault
from sepa.signatures import identify, verify
from sepa.signatures.packet import signature_packet
from sepa.store import banking_days, cells, compliance, limits, profiles, reference
from sepa.store.csv_table import ReferenceFault
from sepa.store.files import NAME_BYTES, NAME_CHARS, safe_name
from sepa.store.partners import read_partners
from sepa.tell.mask import clean, mask_account, mask_accounts, mask_numbers, mask_within_name, shown_file_name
from sepa.wire import read
from sepa.wire.gate import gate
from sepa.wire.original import originals
from sepa.wire.schema import READABLE, is_known
from sepa.wire.stream import stream
from tests.signatures.signers import certificate

LARGEST = 1 << 20
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?", re.ASCII)
SCRATCH = Path(tempfile.mkdtemp(prefix="fuzz-"))


def gate_target(content: bytes) -> None:
    """The gate answers, twice the same; what it lets through is what it says."""
    first, second = (gate(io.BytesIO(content), offered=READABLE, size_bytes_max=LARGEST) for _ in range(2))
    assert first == second
    if isinstance(first, Unreadable):
        _told(first)
        return
    content.decode("utf-8")
    assert b"<!DOCTYPE" not in content
    assert b"<!ENTITY" not in content
    assert b"\0" not in content
    assert first.message_name in READABLE
    if first.plain:
        behind = content.removeprefix(b"\xef\xbb\xbf")
        behind = behind[behind.index(b"?>") + 2 :] if behind.startswith(b"<?xml") else behind
        assert b"<!" not in behind
        assert b"<?" not in behind


def _told(refused: Unreadable) -> None:
    """A refusal is short, and its message is one that exists."""
    for text in (refused.where, refused.found, refused.message_id or ""):
        assert len(text) <= 4 * SHOWN_CHARS
    assert refused.message_id is None or refused.message_id.isprintable()
    assert refused.message_name is None or refused.message_name.isascii()
    assert is_known("pain.001.001.09")


def lexers_target(content: bytes) -> None:
    """Amounts, dates and identifiers: what is read means what is written, and is written back as one thing only."""
    text = content.decode("utf-8", "replace")
    amount = cents(text)
    if amount is not None:
        assert Decimal(text) * 100 == amount
        assert cents(amount_text(amount)) == amount
    rate = rate_units(text)
    if rate is not None:
        assert rate > 0
        assert Decimal(text) * 1_000_000 == rate
        assert rate_units(rate_text(rate)) == rate
    for fault, form in (
        (iban_fault, r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"),
        (bic_fault, r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"),
        (creditor_id_fault, r"[A-Z]{2}[0-9]{2}[A-Z0-9+?/:().,'-]{3}.{1,28}"),
    ):
        if fault(text) is None:
            assert re.fullmatch(form, text.upper(), re.ASCII), (fault, text)
    if iban_fault(text) is None:
        number = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
        assert int(number) % 97 == 1
    creditor_reference_fault(text)
    _calendar(text)
    _symbols(text)
    _characters(text)


def _calendar(text: str) -> None:
    with suppress(cells.Unfit):
        assert cells.day(text).isoformat() == text
    with suppress(cells.Unfit):
        assert cells.instant(text).utcoffset() is not None
    with suppress(ValueError):
        assert read_instant(text, PROFILE).tzinfo == datetime.UTC
    for read_cell in (
        cells.count,
        cells.amount,
        cells.signed_amount,
        cells.truth,
        cells.country,
        cells.creditor_identifiers,
    ):
        with suppress(cells.Unfit):
            assert read_cell(text) == read_cell(text)


def _symbols(text: str) -> None:
    symbols = parse_symbols(text)
    if symbols is not None and all(symbol_fault(symbol, 10) is None for symbol in astuple(symbols)):
        assert parse_symbols(build_symbols(symbols.vs, symbols.ss, symbols.ks)) == symbols


def _characters(text: str) -> None:
    sent = to_sepa_text(text)
    assert set(sent) <= SEPA_CHARACTERS
    assert len(sent) <= len(text)
    assert bool(sent) == bool(text)
    assert to_sepa_text(sent) == sent
    if text_fault(text) is None:
        assert sent == text
        assert hidden_fault(text) is None
    if surely_travels(text):
        assert hidden_fault(text) is None
    if reference_fault(text) is None:
        assert "//" not in text
    words = name_key(text).split(" ")
    assert words == sorted(words)


Read = tuple[MessageHead | None, list[tuple[Any, Transaction]], Unreadable | None]


def _flat(items: Any) -> Read:
    head, orders, refused = None, [], None
    for item in items:
        assert refused is None, "something follows a refusal"
        if isinstance(item, MessageHead):
            assert head is None
            head = item
        elif isinstance(item, Piece):
            assert head is not None
            orders += [(item.payment_information, order) for order in item.transactions]
        else:
            refused = item
    return head, orders, refused


def message_target(content: bytes) -> None:
    """The fast road and the slow road read the same, in pieces of any size; what one refuses the other does not pay."""
    piece, content = (content[0] * 16 + 1, content[1:]) if content else (1, content)
    admitted = gate(io.BytesIO(content), offered=READABLE, size_bytes_max=LARGEST)
    found = _flat(read(io.BytesIO(content), offered=READABLE, size_bytes_max=LARGEST, piece_bytes=piece))
    if isinstance(admitted, Unreadable):
        assert found == (None, [], admitted)
        return
    slow = _flat(stream(io.BytesIO(content), admitted.message_name, admitted.message_id))
    assert (found[2] is None) == (slow[2] is None), (found[2], slow[2])
    if found[2] is not None:
        _told(found[2])
        assert found[2] == slow[2]
        return
    assert found == slow
    assert [order.position for _, order in found[1]] == list(range(1, len(found[1]) + 1))
    again = _flat(read(io.BytesIO(content), offered=READABLE, size_bytes_max=LARGEST))
    assert found == again


def original_target(content: bytes) -> None:
    """Each order of a file that was read can be cut out of it, and reads as itself again."""
    _, orders, refused = _flat(read(io.BytesIO(content), offered=READABLE, size_bytes_max=LARGEST))
    if refused is not None:
        return
    positions = range(1, min(len(orders), 20) + 1)
    for position, alone in zip(positions, originals(io.BytesIO(content), positions), strict=True):
        _, found, fault = _flat(read(io.BytesIO(alone), offered=READABLE, size_bytes_max=2 * LARGEST))
        assert fault is None, fault
        ((block, order),) = found
        first_block, first = orders[position - 1]
        assert (block.id, block.party, block.account) == (
            first_block.id,
            first_block.party,
            first_block.account,
        )
        assert _alike(order, first)


def _alike(one: Transaction, other: Transaction) -> bool:
    """Whether two orders say the same, but for where they stand in their file."""
    parts = ((name, getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    return all(mine == theirs for name, mine, theirs in parts if name not in ("position", "block"))


TABLES = [name for name in reference.FILES if name.endswith(".csv")]
_READERS: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "accounts.csv": reference._accounts,
    "banking_days.csv": banking_days.banking_days_in,
    "blocks.csv": lambda contents: reference._accounts(contents | {"accounts.csv": ACCOUNTS}),
    "consents.csv": reference._consents,
    "deals.csv": reference._deals,
    "declarations.csv": compliance.declarations_in,
    "limits.csv": lambda contents: limits.limits_in(contents, None, None),
    "participants.csv": reference._participants,
    "rates.csv": reference._rates,
    "screening.csv": compliance.lists_in,
    "snapshot.csv": reference._balances_as_of,
    "stops.csv": compliance.stops_in,
    "switches.csv": compliance.switches_in,
}


def tables_target(content: bytes) -> None:
    """Every table of the bank and its partners' list: read twice the same, or refused in one short sentence."""
    if not content:
        return
    number, content = content[0] % (len(TABLES) + 1), content[1:]
    try:
        if number == len(TABLES):
            assert read_partners("partners.yaml", content) == read_partners("partners.yaml", content)
        else:
            name = TABLES[number]
            found = [_READERS[name]({name: content}) for _ in range(2)]
            assert found[0] == found[1]
    except ReferenceFault as fault:
        _one_sentence(fault)


def _one_sentence(fault: Exception) -> None:
    """What a person at a screen is told."""
    assert 0 < len(str(fault)) < 10_000, len(str(fault))


def profile_target(content: bytes) -> None:
    """A profile is read twice the same, or refused in a sentence that names the file."""
    path = SCRATCH / "profile.yaml"
    path.write_bytes(content)
    try:
        first = profiles.load_profile(path)
    except profiles.ProfileFault as fault:
        _one_sentence(fault)
        return
    assert profiles.profile_digest(first) == profiles.profile_digest(profiles.load_profile(path))


_OWN = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = _OWN.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_SIGNED = b"<Document/>"
TRUE_SIGNATURE = _OWN.sign(_SIGNED)
RECEIVED = datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC)
KEY = ec.derive_private_key(1_000_003, ec.SECP256R1())
CERTIFICATE = certificate(KEY)
"""Of a key that has signed nothing."""


def signatures_target(content: bytes) -> None:
    """No bytes but the signature itself are one, in whatever form; no bytes but a key are a key."""
    signed = SCRATCH / "signed.xml"
    if not signed.exists():
        signed.write_bytes(_SIGNED)
    own = SigningKey(file="own.pem", pem=PEM, digest=identify("plain", PEM))
    found = verify(signed, content, form="plain", own=[own], others=[], received=RECEIVED)
    assert found.outcome in ("verified", "wrong", "missing")
    if found.outcome == "verified":
        assert content == TRUE_SIGNATURE or base64.b64decode(b"".join(content.split())) == TRUE_SIGNATURE
    with suppress(ValueError):
        assert len(identify("plain", content)) == 64
    packet = signature_packet(content)
    assert packet is None or signature_packet(packet.content) == packet
    certified = SigningKey(file="own.pem", pem=CERTIFICATE, digest=identify("xml", CERTIFICATE))
    found = verify(signed, content, form="xml", own=[certified], others=[], received=RECEIVED)
    assert found.outcome in ("wrong", "missing", "unfit")


def told_target(content: bytes) -> None:
    """Whatever a sender writes leaves as one harmless line."""
    text = content.decode("utf-8", "surrogateescape")
    name = safe_name(text)
    assert name
    assert len(name) <= NAME_CHARS
    assert len(name.encode()) <= NAME_BYTES
    assert not name.startswith(".")
    assert safe_name(name) == name
    assert not set(name) & set('/\\:*?"<>|\0\n\r')
    for made in (clean, mask_account, mask_accounts, mask_numbers, mask_within_name, shown_file_name):
        told = made(text)
        told.encode("utf-8")
        assert all(sign.isprintable() or sign.isspace() for sign in told), (made, told)
        assert not set(told) & set("\n\r\x1b\x07\x9b\u202e\u2066\u2028")
    assert not inert(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def _quick_layers() -> None:
    """Read the profiles that come with the desk once: they are large, and nobody fuzzes them."""
    slow, known = profiles._mapping, dict[tuple[str, str], dict[str, Any]]()

    def quick(name: str, text: str) -> dict[str, Any]:
        if name.endswith("profile.yaml"):
            return slow(name, text)
        if (name, text) not in known:
            known[name, text] = slow(name, text)
        return copy.deepcopy(known[name, text])

    profiles._mapping = quick


PROFILE = profiles.load_profile("otp-sk")
ACCOUNTS = (Path(__file__).resolve().parents[2] / "fixtures/sample-bank/reference/accounts.csv").read_bytes()
_quick_layers()

TARGETS: dict[str, Callable[[bytes], None]] = {
    "gate": gate_target,
    "lexers": lexers_target,
    "message": message_target,
    "original": original_target,
    "tables": tables_target,
    "profile": profile_target,
    "signatures": signatures_target,
    "told": told_target,
}
