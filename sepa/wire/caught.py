"""From what the usual form caught (`sepa.wire.usual`) to the model's Transactions."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final, Literal

from sepa.model.message import (
    AccountId,
    Address,
    Agent,
    Mandate,
    Party,
    PaymentInformation,
    PaymentType,
    Remittance,
    StructuredReference,
    Transaction,
)
from sepa.wire.fields import table
from sepa.wire.usual import AMPERSAND, Form, usual_form

Order = re.Match[str]
Build = Callable[[Iterable[Order], PaymentInformation, Iterable[int]], list[Transaction]]
Level = Literal["block", "transaction", "both"]
Typed = tuple[PaymentType, Level | None]

_LEVELS: Final[dict[tuple[bool, bool], Level | None]] = {
    (False, False): None, (True, False): "transaction", (False, True): "block", (True, True): "both",
}  # fmt: skip
_ADDRESS: Final = tuple(field for field in Address.__struct_fields__ if field != "lines")
_PAYMENT_TYPE: Final = ("service_level", "local_instrument", "category_purpose")
_find_texts: Final = re.compile("<[A-Za-z]+>([^<]+)<").findall
TYPES_KEPT: Final = 1000


def typed(own: PaymentType | None, block: PaymentType | None) -> Typed:
    """The payment type of an order, and the levels that say it.

    Each element counts on its own: the order's if it says it, else the block's.
    """
    level = _LEVELS[own is not None, block is not None]
    if own is None or block is None:
        return own or block or PaymentType(), level
    return (
        PaymentType(
            own.instruction_priority or block.instruction_priority,
            own.service_level or block.service_level,
            own.local_instrument or block.local_instrument,
            own.sequence_type or block.sequence_type,
            own.category_purpose or block.category_purpose,
        ),
        level,
    )


@cache
def caught_orders(name: str) -> Build:
    """Return the function that makes Transactions of a message's usual orders, at the positions given for them."""
    return (_credit_transfers if table(name).kind == "credit-transfer" else _collections)(usual_form(name))


def _credit_transfers(form: Form) -> Build:
    places = form.places_of(
        "end_to_end_id", "amount", "currency", "creditor.name", "creditor.address",
        "creditor_account.iban", "creditor_account.other", "creditor_account.currency",
        "creditor_agent.bic", "creditor_agent.other", "instruction_id", "payment_type", "charge_bearer",
        "ultimate_debtor.name", "ultimate_creditor.name", "purpose", "purpose!",
        "remittance.unstructured", "remittance.unstructured+", "remittance.structured",
    )  # fmt: skip
    types_of, address, remitted = _types(form), _address(form, "creditor"), _remitted(form)

    def build(
        orders: Iterable[Order], block: PaymentInformation, positions: Iterable[int]
    ) -> list[Transaction]:
        typed_as = types_of(block.payment_type)
        built = []
        for order, position in zip(orders, positions, strict=True):
            caught: Any = _Unfolded(order).group if AMPERSAND in order[0] else order.group
            (
                end_to_end_id, amount, currency, name, with_address, iban, other, account_currency, bic,
                bank, instruction_id, type_text, charge_bearer, ultimate_debtor, ultimate_creditor,
                purpose, own_purpose, text, more, structured,
            ) = caught(*places)  # fmt: skip
            payment_type, level = typed_as(type_text, caught)
            built.append(
                Transaction(
                    position,
                    block.position,
                    end_to_end_id,
                    amount,
                    currency,
                    block.party,
                    block.account,
                    block.agent,
                    Party(name, address(caught) if with_address else None),
                    AccountId(iban, other, account_currency),
                    Agent(bic, bank),
                    instruction_id,
                    payment_type,
                    level,
                    charge_bearer or block.charge_bearer,
                    Party(ultimate_debtor) if ultimate_debtor else block.ultimate,
                    Party(ultimate_creditor) if ultimate_creditor else None,
                    _code(purpose, own_purpose),
                    remitted(text, more, structured, caught),
                )
            )
        return built

    return build


def _collections(form: Form) -> Build:
    places = form.places_of(
        "end_to_end_id", "amount", "currency", "debtor.name", "debtor.address",
        "debtor_account.iban", "debtor_account.other", "debtor_account.currency",
        "debtor_agent.bic", "debtor_agent.other", "instruction_id", "payment_type", "charge_bearer",
        "ultimate_debtor.name", "ultimate_creditor.name", "purpose", "purpose!",
        "remittance.unstructured", "remittance.unstructured+", "remittance.structured",
        "mandate", "creditor_identifier", "creditor_identifier_scheme", "creditor_identifier_scheme!",
    )  # fmt: skip
    types_of, address, remitted = _types(form), _address(form, "debtor"), _remitted(form)
    mandated = form.places_of(
        "mandate.mandate_id", "mandate.signed_on", "mandate.amended", "mandate.electronic_signature"
    )

    def mandate(caught: Any) -> Mandate:
        mandate_id, signed_on, amended, signature = caught(*mandated)
        return Mandate(mandate_id, signed_on, amended in ("true", "1") if amended else None, None, signature)

    def build(
        orders: Iterable[Order], block: PaymentInformation, positions: Iterable[int]
    ) -> list[Transaction]:
        typed_as = types_of(block.payment_type)
        built = []
        for order, position in zip(orders, positions, strict=True):
            caught: Any = _Unfolded(order).group if AMPERSAND in order[0] else order.group
            (
                end_to_end_id, amount, currency, name, with_address, iban, other, account_currency, bic,
                bank, instruction_id, type_text, charge_bearer, ultimate_debtor, ultimate_creditor,
                purpose, own_purpose, text, more, structured, with_mandate, identifier, scheme, own_scheme,
            ) = caught(*places)  # fmt: skip
            payment_type, level = typed_as(type_text, caught)
            built.append(
                Transaction(
                    position,
                    block.position,
                    end_to_end_id,
                    amount,
                    currency,
                    Party(name, address(caught) if with_address else None),
                    AccountId(iban, other, account_currency),
                    Agent(bic, bank),
                    block.party,
                    block.account,
                    block.agent,
                    instruction_id,
                    payment_type,
                    level,
                    charge_bearer or block.charge_bearer,
                    Party(ultimate_debtor) if ultimate_debtor else None,
                    Party(ultimate_creditor) if ultimate_creditor else block.ultimate,
                    _code(purpose, own_purpose),
                    remitted(text, more, structured, caught),
                    mandate(caught) if with_mandate else None,
                    identifier or block.creditor_identifier,
                    _code(scheme, own_scheme) if identifier else block.creditor_identifier_scheme,
                )
            )
        return built

    return build


class _Unfolded:
    """An order with `&` in its texts again."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def group(self, *places: int) -> tuple[str | None, ...]:
        return tuple(text and text.replace(AMPERSAND, "&") for text in self._order.group(*places))


def _code(listed: str | None, own: str | None) -> str | None:
    return f"!{own}" if own else listed


def _types(form: Form) -> Callable[[PaymentType | None], Callable[[str | None, Any], Typed]]:
    """What reads the payment types of one block's orders: they are few, and known again by their text."""
    choices = [
        form.places_of(*(f"payment_type.{field}{own}" for field in _PAYMENT_TYPE)) for own in ("", "!")
    ]
    singles = form.places_of("payment_type.instruction_priority", "payment_type.sequence_type")

    def of_block(block: PaymentType | None) -> Callable[[str | None, Any], Typed]:
        known: dict[str | None, Typed] = {None: typed(None, block)}

        def read(text: str | None, caught: Any) -> Typed:
            found = known.get(text)
            if found is None:
                priority, sequence = caught(*singles)
                service, instrument, category = map(_code, *(caught(*choice) for choice in choices))
                found = typed(PaymentType(priority, service, instrument, sequence, category), block)
                if len(known) < TYPES_KEPT:
                    known[text] = found
            return found

        return read

    return of_block


def _address(form: Form, party: str) -> Callable[[Any], Address]:
    places = form.places_of(*(f"{party}.address.{field}" for field in (*_ADDRESS, "lines", "lines+")))

    def read(caught: Any) -> Address:
        *parts, line, more = caught(*places)
        parts.append((line, *_find_texts(more)) if line else ())
        return Address(*parts)

    return read


def _remitted(form: Form) -> Callable[[str | None, str | None, str | None, Any], Remittance | None]:
    named = [f"remittance.structured.{field}" for field in ("reference", "type", "type!", "issuer")]
    places = form.places_of(*named)

    def read(text: str | None, more: str | None, structured: str | None, caught: Any) -> Remittance | None:
        if structured is None:
            if text is None:
                return None
            return Remittance((text, *_find_texts(more)) if more else (text,))
        reference, listed, own, issuer = caught(*places)
        size = _size("CdtrRefInf", "")
        if listed or own:
            size += _size("Tp", "") + _size("CdOrPrtry", "") + _size("Cd", listed) + _size("Prtry", own)
        size += _size("Issr", issuer) + _size("Ref", reference)
        return Remittance(
            (text, *_find_texts(more or "")) if text else (),
            (StructuredReference(reference, _code(listed, own), issuer, size),),
        )

    return read


def _size(tag: str, text: str | None) -> int:
    """How many characters an element takes with its tags; none where it is not there."""
    return 2 * len(tag) + 5 + len(text) if text is not None else 0
