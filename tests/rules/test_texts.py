"""Characters, references and names."""

from typing import Any

import pytest

from sepa.model.message import Address, Amendment, Mandate, Party, Remittance
from sepa.rules import names, texts
from tests.build import SEPA_2026, Built, case, collection, judged, profile, said, transfer

STRICT = profile(characters__text="reject")
OVERRIDE = "\u202eabc"


_LETTERS = [
    pytest.param({"creditor": Party(name="Ján Kováč")}, "creditor.name", id="name"),
    pytest.param({"creditor": Party(name="A & B")}, "creditor.name", id="ampersand"),
    pytest.param({"creditor": Party(name="Øresund Straße")}, "creditor.name", id="Ø and ß"),
    pytest.param(
        {"remittance": Remittance(unstructured=("nájom apríl",))}, "remittance.unstructured", id="message"
    ),
    pytest.param({"ultimate_debtor": Party(name="Šimon")}, "ultimate_debtor.name", id="ultimate debtor"),
    pytest.param(
        {"creditor": Party(name="B", address=Address(country="SK", town_name="Žilina"))},
        "creditor.address.town_name",
        id="town",
    ),
]


@pytest.mark.parametrize(("changes", "element"), _LETTERS)
def test_letters_with_a_likeness_are_sent_as_that_or_refused(changes: dict[str, Any], element: str) -> None:
    built = transfer(**changes)
    assert judged(texts.characters, built) == set()
    assert judged(texts.characters, built, bank=STRICT) == {("CHR-01", "RR10", element, "reject")}
    assert judged(texts.hidden_characters, built) == set()


_UNLIKE = [
    pytest.param({"creditor": Party(name="Ján #1")}, "creditor.name", id="number sign"),
    pytest.param({"creditor": Party(name="\u5c71\u7530")}, "creditor.name", id="Japanese"),
    pytest.param(
        {"remittance": Remittance(unstructured=("2 * 50",))}, "remittance.unstructured", id="asterisk"
    ),
]


@pytest.mark.parametrize(("changes", "element"), _UNLIKE)
def test_signs_without_a_likeness_are_told(changes: dict[str, Any], element: str) -> None:
    built = transfer(**changes)
    assert judged(texts.characters, built) == {("CHR-01", "RR10", element, "warn")}
    assert judged(texts.characters, built, bank=STRICT) == {("CHR-01", "RR10", element, "reject")}


def test_clean_texts_pass_unconverted() -> None:
    built = transfer(remittance=Remittance(unstructured=("rent April 2026 / flat (3), no. 7 + ':?-",)))
    assert judged(texts.characters, built, bank=STRICT) == set()
    assert judged(texts.characters, transfer(debtor=Party(name="Ján")), bank=STRICT) == set()


def test_the_blocks_own_texts_are_judged_once_on_the_block() -> None:
    named = transfer(debtor=Party(name="Ján #1"))
    assert judged(texts.block_characters, named) == {("CHR-01", "RR10", "party.name", "warn")}
    assert judged(texts.block_characters, named, bank=STRICT) == {("CHR-01", "RR10", "party.name", "reject")}
    assert judged(texts.block_characters, transfer(debtor=Party(name="Ján"))) == set()
    assert judged(texts.block_characters, transfer(), bank=STRICT) == set()


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        pytest.param({"creditor": Party(name=OVERRIDE)}, "creditor.name", id="direction override"),
        pytest.param({"creditor": Party(name="a\u200bb")}, "creditor.name", id="zero width space"),
        pytest.param({"creditor": Party(name="a\x07b")}, "creditor.name", id="control"),
        pytest.param({"end_to_end_id": "E2E\u200b1"}, "end_to_end_id", id="in a reference"),
    ],
)
def test_invisible_characters_are_always_refused(changes: dict[str, Any], element: str) -> None:
    built = transfer(**changes)
    assert judged(texts.hidden_characters, built) == {("CHR-02", "RR10", element, "reject")}
    assert judged(texts.characters, built) == set()
    assert judged(texts.references, built) == set()


def test_invisible_characters_on_a_block() -> None:
    assert judged(texts.block_hidden_characters, transfer(block={"id": "PMT\u200b1"})) == {
        ("CHR-02", "RR10", "id", "reject")
    }
    assert judged(texts.block_hidden_characters, transfer()) == set()


@pytest.mark.parametrize(
    ("reference", "refused"),
    [
        pytest.param("INV-7", False, id="plain"),
        pytest.param("INV/7", False, id="slash inside"),
        pytest.param("/VS1/SS/KS", False, id="SYM-07 symbols"),
        pytest.param("/INV", True, id="slash in front"),
        pytest.param("INV/", True, id="slash behind"),
        pytest.param("INV//7", True, id="two slashes"),
        pytest.param("INV_7", True, id="underscore"),
        pytest.param(" ", True, id="one blank"),
        pytest.param("   ", True, id="blanks"),
        pytest.param(" 7", False, id="a blank in front"),
    ],
)
def test_references(reference: str, refused: bool) -> None:
    mandate = Mandate(mandate_id=reference, signed_on="2025-06-02")
    lenient = profile(characters__reference="warn")
    for built, code, element in (
        (transfer(end_to_end_id=reference), "FF08", "end_to_end_id"),
        (transfer(instruction_id=reference), "RR10", "instruction_id"),
        (collection(mandate=mandate), "RR10", "mandate.mandate_id"),
    ):
        assert judged(texts.references, built) == (
            {("CHR-03", code, element, "reject")} if refused else set()
        )
        warned = {("CHR-03", code, element, "warn")} if refused else set()
        assert judged(texts.references, built, bank=lenient) == warned
    block = judged(texts.block_id, transfer(block={"id": reference}))
    assert block == ({("CHR-03", "RR10", "id", "warn")} if refused else set())
    head = transfer(head={"message_id": reference}).head
    message = said(texts.message_id.check(head, case()))
    assert message == ({("CHR-03", "RR10", "group_header.message_id", "warn")} if refused else set())


def test_a_blank_reference_is_said_to_be_blank() -> None:
    built = transfer(end_to_end_id=" ")
    (found,) = texts.references.check(built.transaction, case(built))
    assert (str(found.message), str(found.expected)) == (
        "A reference is blank.",
        "a reference that is not blank",
    )


def test_what_a_mandate_held_before_travels_too() -> None:
    def amended(**change: str) -> Built:
        return collection(mandate=Mandate("MND-1", "2025-06-02", True, Amendment(**change)))

    assert judged(texts.references, amended(mandate_id="OLD//1")) == {
        ("CHR-03", "RR10", "mandate.amendment.mandate_id", "reject")
    }
    assert judged(texts.references, amended(mandate_id="OLD/1")) == set()
    assert judged(texts.hidden_characters, amended(creditor_name="Ener\u200bgia")) == {
        ("CHR-02", "RR10", "mandate.amendment.creditor_name", "reject")
    }
    assert judged(texts.characters, amended(creditor_name="Energia Ω∞")) == {
        ("CHR-01", "RR10", "mandate.amendment.creditor_name", "warn")
    }
    for rule in (texts.characters, texts.hidden_characters, texts.references):
        assert rule.quiet_if is not None
        odd = amended(creditor_name="Energia ∞", mandate_id="OLD//1")
        assert not rule.quiet_if(odd.transaction, case(odd))


def test_an_invisible_message_id_is_refused() -> None:
    head = transfer(head={"message_id": "MSG\u200b1"}).head
    assert said(texts.message_id.check(head, case(bank=profile(characters__reference="warn")))) == {
        ("CHR-03", "RR10", "group_header.message_id", "reject")
    }


@pytest.mark.parametrize(
    ("length", "refused"), [pytest.param(70, False, id="70"), pytest.param(71, True, id="71")]
)
def test_name_length(length: int, refused: bool) -> None:
    long = Party(name="x" * length)
    payee = judged(names.length, transfer(creditor=long))
    payer = judged(names.length, collection(debtor=long))
    own = judged(names.block_length, transfer(debtor=long))
    ultimate = judged(names.length, transfer(ultimate_creditor=long))
    assert payee == ({("CHR-04", "BE20", "creditor.name", "reject")} if refused else set())
    assert payer == ({("CHR-04", "BE20", "debtor.name", "reject")} if refused else set())
    assert own == ({("CHR-04", "BE20", "party.name", "reject")} if refused else set())
    assert ultimate == ({("CHR-04", "BE20", "ultimate_creditor.name", "reject")} if refused else set())


@pytest.mark.parametrize(
    ("length", "told"), [pytest.param(70, False, id="70"), pytest.param(71, True, id="71")]
)
def test_the_name_of_the_initiating_party_is_only_remarked_on(length: int, told: bool) -> None:
    head = transfer(head={"initiating_party": Party(name="x" * length)}).head
    found = said(names.initiating_party.check(head, case()))
    assert found == ({("CHR-04", "BE20", "group_header.initiating_party.name", "warn")} if told else set())


def test_ct_05_the_payees_name_is_needed_where_the_profile_says_so() -> None:
    nameless = transfer(creditor=Party())
    assert judged(names.creditor, nameless) == set()
    assert judged(names.creditor, nameless, bank=SEPA_2026) == {("CT-05", "BE22", "creditor.name", "reject")}
    assert judged(names.creditor, transfer(), bank=SEPA_2026) == set()


@pytest.mark.parametrize("blank", [" ", "   ", "\u00a0", "\u2003\u3000"])
def test_a_name_of_blanks_is_no_name(blank: str) -> None:
    blanks = Party(name=blank)
    assert judged(names.creditor, transfer(creditor=blanks), bank=SEPA_2026) != set()
    assert judged(names.account_holder, transfer(debtor=blanks)) != set()
    letter = Party(name=f"{blank}a")
    assert judged(names.creditor, transfer(creditor=letter), bank=SEPA_2026) == set()
    assert judged(names.account_holder, transfer(debtor=letter)) == set()


def test_the_account_holder_is_named() -> None:
    assert judged(names.account_holder, transfer(debtor=Party())) == {
        ("SCH-12", "BE21", "party.name", "reject")
    }
    assert judged(names.account_holder, collection(creditor=Party())) == {
        ("SCH-12", "BE22", "party.name", "reject")
    }
    assert judged(names.account_holder, transfer()) == set()
