"""Reason codes: one table of every code we write or read, and where each may stand.

Kept by ISO 20022 (external code sets, 2Q2026). The schemes allow banks among themselves fewer:
EPC135-18 for credit transfers, EPC173-14 for direct debits; "bank lists" are codes that banks
publish beside those. Own checks: sets of ISO, and the codes bank terms suggest.

A code that is not in the table is a KeyError: it is never guessed and never passed on.
"""

from typing import Literal

import msgspec

Use = Literal["pain.002", "sct", "sdd-core", "sdd-b2b"]

# The bank's own answer when a scheme has no word for the reason; every scheme has it.
UNSPOKEN = "MS03"


class Reason(msgspec.Struct, frozen=True):
    """One code. `uses` are reports and rejects before settlement in which it may stand.

    `narrower` is the code nearest to it among those that banks use with each other.
    """

    code: str
    name: str
    uses: frozenset[Use]
    narrower: str | None
    source: str


def reason_name(code: str) -> str:
    """What the code means, in a few English words."""
    return REASONS[code].name


def is_permitted(code: str, use: Use) -> bool:
    """Whether the code may stand in a customer's report, or in a reject between banks of one scheme."""
    if use not in _LETTERS:
        raise ValueError(f"no table of reasons for {use!r}")
    return use in REASONS[code].uses


def narrowed(code: str, use: Use) -> str:
    """The code to write in `use`: itself where permitted, else the narrower one, else MS03 (unspoken)."""
    if is_permitted(code, use):
        return code
    narrower = REASONS[code].narrower
    return narrower if narrower is not None and is_permitted(narrower, use) else UNSPOKEN


_LETTERS: dict[Use, str] = {"pain.002": "P", "sct": "T", "sdd-core": "C", "sdd-b2b": "B"}

# Code | P pain.002, T transfer reject, C Core reject, B B2B reject | narrower between banks | name | source.
# A code with no letter is only read: in recalls and returns.
_TABLE = """
AC01 | PTCB |      | account number wrong                                     | EPC135-18, EPC173-14
AC02 | P    | AC01 | debtor's account number wrong                            | ISO 20022
AC03 | P    | AC01 | creditor's account number wrong                          | ISO 20022
AC04 | PCB  |      | account closed                                           | EPC173-14
AC05 | P    | AC04 | debtor's account closed                                  | ISO 20022
AC06 | PCB  |      | account blocked                                          | EPC173-14
AC07 | P    | AC04 | creditor's account closed                                | ISO 20022
AC10 | P    | AG01 | debtor's account is in another currency                  | ISO 20022
AC11 | P    | AG01 | creditor's account is in another currency                | ISO 20022
AC13 | PCB  |      | debtor's account is a consumer's                         | EPC173-14
AG01 | PTCB |      | such payments are not allowed on this account            | EPC135-18, EPC173-14
AG02 | PTCB |      | kind or form of payment not offered by the receiver      | EPC135-18, EPC173-14
AG03 | P    | AG01 | kind of payment not offered on this account              | ISO 20022
AG04 | P    |      | country of a bank not reached                            | ISO 20022
AG05 | P    | DNOR | country of the debtor's bank not reached                 | ISO 20022
AG06 | P    | CNOR | country of the creditor's bank not reached               | ISO 20022
AG08 | P    |      | no right to use this account or service                  | ISO 20022
AM01 | P    | FF01 | amount is zero                                           | ISO 20022
AM02 | P    |      | amount larger than allowed                               | ISO 20022
AM03 | P    | FF01 | currency not allowed                                     | ISO 20022
AM04 | PCB  |      | not enough money                                         | EPC173-14
AM05 | PTCB |      | duplicate                                                | EPC135-18, EPC173-14
AM06 | P    |      | amount smaller than agreed                               | ISO 20022
AM07 | P    | AC06 | amount is blocked                                        | ISO 20022
AM09 | P    |      | amount received is not the amount agreed                 | ISO 20022
AM10 | P    | FF01 | control sum is not the sum of the amounts                | ISO 20022
AM12 | P    | FF01 | amount missing or not a valid amount                     | ISO 20022
AM14 | P    | SL01 | amount over the limit agreed with the bank               | ISO 20022
AM18 | P    | FF01 | number of transactions is not what was counted           | ISO 20022
AM21 | P    | SL01 | amount over the customer's limit                         | ISO 20022
BE01 | P    |      | name and account do not belong together                  | ISO 20022
BE04 | P    | RR03 | creditor's address missing or wrong                      | ISO 20022
BE05 | PCB  |      | creditor identifier wrong                                | EPC173-14
BE06 | P    |      | customer not known                                       | ISO 20022
BE07 | P    | RR02 | debtor's address missing or wrong                        | ISO 20022
BE08 | P    | RR02 | debtor's name missing                                    | ISO 20022
BE16 | P    | RR01 | debtor's identification wrong                            | ISO 20022
BE17 | P    | FF01 | creditor's identification wrong                          | ISO 20022
BE19 | P    | AG02 | charge bearer wrong                                      | ISO 20022
BE20 | P    | FF01 | name too long                                            | ISO 20022
BE21 | P    | FF01 | name missing                                             | ISO 20022
BE22 | P    | RR03 | creditor's name missing                                  | ISO 20022
CERI | T    |      | extended remittance not marked                           | EPC135-18
CH03 | P    | DT01 | requested date too far ahead                             | ISO 20022
CH04 | P    | DT01 | requested date in the past                               | ISO 20022
CH10 | P    | MD02 | details of the changed mandate missing                   | ISO 20022
CH11 | P    | BE05 | creditor identifier wrong                                | ISO 20022
CH15 | P    | FF01 | structured remittance too long                           | ISO 20022
CH16 | P    | FF01 | content of an element wrong                              | ISO 20022
CH17 | P    | FF01 | element not allowed                                      | ISO 20022
CH19 | P    |      | date moved to the next settlement day                    | ISO 20022
CH20 | P    | FF01 | more decimals than the currency has                      | ISO 20022
CH21 | P    | FF01 | required element missing                                 | ISO 20022
CNOR | PTCB |      | creditor's bank not registered in the clearing           | EPC135-18, EPC173-14
CUST |      |      | asked for by the customer                                | EPC135-18
DNOR | PTCB |      | debtor's bank not registered in the clearing             | EPC135-18, EPC173-14
DS02 | P    |      | order cancelled                                          | ISO 20022
DS03 | P    |      | order not cancelled                                      | ISO 20022
DS0A | P    |      | signature needed                                         | ISO 20022
DS0B | P    |      | signature not valid                                      | ISO 20022
DS0G | P    |      | signer may not order this kind of payment                | ISO 20022
DS0H | P    |      | signer may not use this account                          | ISO 20022
DS27 | P    |      | user not active, or not yet                              | ISO 20022
DT01 | PTC  |      | date wrong                                               | EPC135-18, bank lists
DT02 | P    | FF01 | date of creation wrong                                   | ISO 20022
DT03 | P    | DT01 | date is not a working day                                | ISO 20022
DT04 | P    | DT01 | a later date is not offered                              | ISO 20022
DT06 | P    |      | date of execution changed                                | ISO 20022
DU01 | P    | AM05 | message identification used before                       | ISO 20022
DU02 | P    | AM05 | payment information identification used before           | ISO 20022
DU03 | P    | AM05 | transaction sent before                                  | ISO 20022
DU04 | P    | AM05 | end-to-end identification used before                    | ISO 20022
DU05 | P    | AM05 | instruction identification used before                   | ISO 20022
DUPL |      |      | sent twice                                               | EPC135-18
ED03 | P    |      | information about the balance needed                     | ISO 20022
ED05 | PTCB |      | settlement failed                                        | EPC135-18, EPC173-14
ERIN |      |      | extended remittance not supported                        | EPC135-18
FF01 | PTCB |      | form of the file or message wrong                        | EPC135-18, EPC173-14
FF03 | P    | FF01 | payment type wrong                                       | ISO 20022
FF04 | P    | AG02 | service level wrong                                      | ISO 20022
FF05 | PCB  | FF01 | local instrument wrong                                   | bank lists
FF06 | P    | FF01 | category purpose wrong                                   | ISO 20022
FF07 | P    | FF01 | purpose wrong                                            | ISO 20022
FF08 | P    | FF01 | end-to-end identification wrong                          | ISO 20022
FF10 | P    |      | technical fault at the bank                              | ISO 20022
FOCR |      |      | returned after a recall                                  | EPC135-18
FRAD |      |      | fraud suspected                                          | EPC135-18
MD01 | PCB  |      | no valid mandate or consent                              | EPC173-14
MD02 | PCB  |      | mandate details missing or wrong                         | EPC173-14
MD06 | P    | MS02 | disputed by the debtor                                   | ISO 20022
MD07 | PCB  |      | account holder has died                                  | EPC173-14
MS02 | PCB  |      | refused by the customer, no reason given                 | EPC173-14
MS03 | PTCB |      | refused by the bank, no reason given                     | EPC135-18, EPC173-14
NARR | P    |      | reason given in words                                    | ISO 20022
RC01 | PTCB |      | BIC wrong                                                | EPC135-18, EPC173-14
RC03 | P    | DNOR | debtor's bank not identified                             | ISO 20022
RC04 | P    | CNOR | creditor's bank not identified                           | ISO 20022
RC06 | P    | RC01 | BIC of the debtor's bank wrong                           | ISO 20022
RC07 | P    | RC01 | BIC of the creditor's bank missing or wrong              | ISO 20022
RC12 | P    | BE05 | creditor identifier wrong or not registered              | ISO 20022
RR01 | PTCB |      | debtor's account or identification missing               | EPC135-18, EPC173-14
RR02 | PTCB |      | debtor's name or address missing                         | EPC135-18, EPC173-14
RR03 | PTCB |      | creditor's name or address missing                       | EPC135-18, EPC173-14
RR04 | PTCB |      | regulatory reason                                        | EPC135-18, EPC173-14
RR05 | P    | RR04 | regulatory details missing or wrong                      | ISO 20022
RR07 | P    | FF01 | remittance information wrong                             | ISO 20022
RR08 | P    |      | remittance information cut short                         | ISO 20022
RR10 | P    | FF01 | characters outside the agreed set                        | ISO 20022
SL01 | PC   |      | special service of the debtor's bank                     | EPC173-14
SL11 | P    | SL01 | creditor not on the debtor's list of allowed creditors   | ISO 20022
SL12 | P    | SL01 | creditor on the debtor's list of blocked creditors       | ISO 20022
SL13 | P    | SL01 | more collections in the period than the debtor allows    | ISO 20022
SL14 | P    | SL01 | amount over the debtor's limit for collections           | ISO 20022
TECH |      |      | technical problem of the sender                          | EPC135-18
TM01 | PTCB |      | arrived after the cut-off                                | EPC135-18, bank lists
"""


def _reason(line: str) -> Reason:
    code, letters, narrower, name, source = (cell.strip() for cell in line.split("|"))
    uses = frozenset(use for use, letter in _LETTERS.items() if letter in letters)
    return Reason(code, name, uses, narrower or None, source)


REASONS = {reason.code: reason for reason in map(_reason, _TABLE.strip().splitlines())}
