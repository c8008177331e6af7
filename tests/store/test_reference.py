"""The reference folder: what the tables mean, and how every fault in them is told."""

import datetime
from pathlib import Path

import msgspec
import pytest

from sepa.model.compliance import Declaration, Stop, Switch
from sepa.model.limit import Limit
from sepa.model.rates import Deal, Rate, rates_at
from sepa.model.reference import Account, Authority, BankingDay, Block, Consent, Participant, Partner
from sepa.model.screening import Entry
from sepa.store import places
from sepa.store.banking_days import read_banking_days
from sepa.store.partners import AUTHORITY_KEYS, KEYS
from sepa.store.reference import COLUMNS, FILES, ReferenceFault, load_reference

A1 = "SK6552000000000005566783"
A2 = "SK9152000000002000145305"
CI1 = "SK36ZZZ70000000007"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference-data.md"

CONSENT = (
    f"id,debtor_iban,creditor_identifier,mandate_id,one_off,periodicity,limit,lodged_on\nC1,{A1},{CI1},M1,"
)


def folder(path: Path, **tables: str | bytes) -> Path:
    for name, content in tables.items():
        ending = "yaml" if name == "partners" else "csv"
        raw = content if isinstance(content, bytes) else content.encode()
        (path / f"{name}.{ending}").write_bytes(raw)
    return path


def test_no_table_is_none_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    nothing = load_reference(tmp_path)
    assert (nothing.accounts, nothing.consents, nothing.participants, nothing.partners) == (None,) * 4
    headers = {
        "accounts": "iban,owner,name,balance\n",
        "consents": CONSENT.splitlines()[0],
        "participants": "bic,country,national_code,name,credit_transfer,direct_debit_core,direct_debit_b2b\n",
        "partners": "partners: []\n",
    }
    empty = load_reference(folder(tmp_path, **headers))
    assert (empty.accounts, empty.consents, empty.participants, empty.partners) == ({}, {}, {}, {})
    assert empty.digest != nothing.digest


def test_accounts_with_their_blocks(tmp_path: Path) -> None:
    reference = load_reference(
        folder(
            tmp_path,
            accounts=(
                "name,iban,owner,balance,overdraft,product,closed_on,enforcement,retry_days\n"
                f'"Kováč, Ján",{A1},K1,-12.30,100,savings,,true,5\n\n'
                f"Eva,{A2},K2,1000.00,,,2026-04-01,,\n"
            ),
            blocks=f"iban,since,amount,until\n{A1},2026-01-31T10:00:00+01:00,5.00,\n{A1},2026-02-01T00:00:00Z,,\n",
        )
    )
    assert reference.accounts is not None
    assert reference.accounts[A2] == Account(
        iban=A2, owner="K2", name="Eva", balance_cents=100000, closed_on=datetime.date(2026, 4, 1)
    )
    first = reference.accounts[A1]
    assert (first.name, first.balance_cents, first.overdraft_cents) == ("Kováč, Ján", -1230, 10000)
    assert (first.product, first.enforcement, first.retry_days) == ("savings", True, 5)
    assert [block.amount_cents for block in first.blocks] == [500, None]
    assert first.blocks[0].since == datetime.datetime(2026, 1, 31, 9, tzinfo=datetime.UTC)


def test_the_moment_of_the_balances(tmp_path: Path) -> None:
    assert load_reference(folder(tmp_path)).balances_as_of is None
    written = folder(tmp_path, snapshot="balances_as_of\n2026-04-02T06:00:00+02:00\n")
    assert load_reference(written).balances_as_of == datetime.datetime(2026, 4, 2, 4, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("", id="none"),
        pytest.param("2026-04-02T06:00:00+02:00\n2026-04-03T06:00:00+02:00\n", id="two"),
        pytest.param("2026-04-02T06:00:00\n", id="without-offset"),
    ],
)
def test_a_snapshot_names_one_moment_with_its_offset(tmp_path: Path, lines: str) -> None:
    with pytest.raises(ReferenceFault, match=r"snapshot\.csv, line 2, column balances_as_of"):
        load_reference(folder(tmp_path, snapshot="balances_as_of\n" + lines))


def test_consents_are_kept_by_debtor(tmp_path: Path) -> None:
    consents = load_reference(
        folder(
            tmp_path,
            consents=f"{CONSENT}false,monthly,50.00,2026-04-01\nC2,{A1},{CI1},M2,true,,7,2026-04-02\n",
        )
    ).consents
    assert consents is not None
    monthly, one_off = consents[A1]
    assert (monthly.periodicity, monthly.limit_cents, monthly.one_off) == ("monthly", 5000, False)
    assert (one_off.periodicity, one_off.limit_cents, one_off.one_off) == (None, 700, True)


def test_participants_are_found_by_country_and_bank_code(tmp_path: Path) -> None:
    header = "bic,country,national_code,name,credit_transfer,direct_debit_core,direct_debit_b2b,since,until\n"
    row = "TATRSKBX,SK,1100,Tatra,true,true,false,,2030-12-31\n"
    banks = load_reference(folder(tmp_path, participants=header + row)).participants
    assert banks == {
        ("SK", "1100"): Participant(
            bic="TATRSKBX",
            country="SK",
            national_code="1100",
            name="Tatra",
            until=datetime.date(2030, 12, 31),
        )
    }


def test_partners(tmp_path: Path) -> None:
    text = (
        f"partners:\n  - {{id: alfa, name: Alfa, accounts: ['*']}}\n"
        f"  - id: beta\n    name: Beta\n    accounts: [{A1}]\n    bic: TATRSKBX\n    generation: 2009\n"
        f"    settlement_account: {A2}\n    language: null\n    messages: [pain.001.001.03]\n"
        "    since: 2026-04-13\n    until: '2026-12-31'\n"
    )
    partners = load_reference(folder(tmp_path, partners=text)).partners
    assert partners == {
        "alfa": Partner(id="alfa", name="Alfa", accounts=("*",)),
        "beta": Partner(
            id="beta",
            name="Beta",
            accounts=(A1,),
            bic="TATRSKBX",
            generation="2009",
            settlement_account=A2,
            messages=("pain.001.001.03",),
            since=datetime.date(2026, 4, 13),
            until=datetime.date(2026, 12, 31),
        ),
    }


def test_partners_whose_rights_begin_and_end(tmp_path: Path) -> None:
    text = (
        f"partners:\n- id: a\n  name: A\n  accounts:\n  - {A1}\n"
        f"  - {{iban: {A2}, since: '2026-01-01T00:00:00+01:00', until: null, in_doubt: true}}\n"
        "  revoked_at: 2026-04-01T15:00:00+02:00\n  in_doubt: true\n"
        "  blocked_at: 2026-04-02T10:00:00+02:00\n  unblocked_at: 2026-04-03T10:00:00+02:00\n"
    )

    def at(told: str) -> datetime.datetime:
        return datetime.datetime.fromisoformat(told)

    assert load_reference(folder(tmp_path, partners=text)).partners == {
        "a": Partner(
            id="a",
            name="A",
            accounts=(A1, A2),
            authorities=(Authority(A2, since=at("2026-01-01T00:00:00+01:00"), in_doubt=True),),
            revoked_at=at("2026-04-01T15:00:00+02:00"),
            in_doubt=True,
            blocked_at=at("2026-04-02T10:00:00+02:00"),
            unblocked_at=at("2026-04-03T10:00:00+02:00"),
        )
    }


def test_an_accounts_marks_in_electronic_banking(tmp_path: Path) -> None:
    text = (
        "iban,owner,name,balance,barred_creditors,ebanking,ebanking_until\n"
        f"{A1},o,O,0,{CI1} SK36ZZZ70000000007,passive,2026-04-02T11:00:00+02:00\n{A2},o,O,0,,,\n"
    )
    accounts = load_reference(folder(tmp_path, accounts=text)).accounts or {}
    marked = accounts[A1]
    assert (marked.barred_creditors, marked.ebanking) == ((CI1, CI1), "passive")
    assert marked.ebanking_until == datetime.datetime.fromisoformat("2026-04-02T11:00:00+02:00")
    plain = accounts[A2]
    assert (plain.barred_creditors, plain.ebanking, plain.ebanking_until) == ((), "active", None)


def test_accounts_say_what_was_agreed_for_deposits(tmp_path: Path) -> None:
    given = (
        "iban,owner,name,balance,term_months,withdrawal_requested_on,withdrawable_from\n"
        f"{A1},o,Deposit,0.00,1,2026-03-02,2026-04-02\n{A2},o,Plain,0.00,,,\n"
    )
    (tmp_path / "accounts.csv").write_text(given, "utf-8")
    accounts = load_reference(tmp_path).accounts
    assert accounts is not None
    told = [
        (each.term_months, each.withdrawal_requested_on, each.withdrawable_from) for each in accounts.values()
    ]
    assert told == [(1, datetime.date(2026, 3, 2), datetime.date(2026, 4, 2)), (None, None, None)]


ACCOUNT = "iban,owner,name,balance"
BANK = "bic,country,national_code,name,credit_transfer,direct_debit_core,direct_debit_b2b"
FAULTS = [
    pytest.param("accounts", "", "accounts.csv: found 'an empty file', expected a header row", id="empty"),
    pytest.param(
        "accounts", f"{ACCOUNT},colour\n", "accounts.csv, line 1, column colour:", id="unknown column"
    ),
    pytest.param("accounts", f"{ACCOUNT},name\n", "accounts.csv, line 1, column name:", id="column twice"),
    pytest.param(
        "accounts", "iban,owner,name\n", "accounts.csv, line 1, column balance:", id="column missing"
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT}\n{A1},K1,Eva,12,30\n",
        "accounts.csv, line 2: found '5 cells', expected 4, as in the header",
        id="comma in an amount",
    ),
    pytest.param(
        "accounts",
        f'{ACCOUNT}\n{A1},K1,Eva,1.00\n\n{A2},K1,Eva,"12,30"\n',
        "accounts.csv, line 4, column balance: found '12,30', expected an amount such as 12.30 or -12.30",
        id="amount",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT}\n{A1},K1,Eva,--1.00\n",
        "accounts.csv, line 2, column balance:",
        id="two signs",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT},overdraft\n{A1},K1,Eva,1,-1\n",
        "accounts.csv, line 2, column overdraft:",
        id="signed",
    ),
    pytest.param(
        "accounts", f"{ACCOUNT}\n{A1},K1,Eva,\n", "accounts.csv, line 2, column balance:", id="no balance"
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT}\nSK6652000000000005566783,K1,Eva,1\n",
        "accounts.csv, line 2, column iban: found 'SK6652000000000005566783', expected check digits",
        id="check digits",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT}\n{A1.lower()},K1,Eva,1\n",
        f"accounts.csv, line 2, column iban: found '{A1.lower()}', expected capital letters only",
        id="small letters",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT}\n{A1},K1,Eva,1\n{A2},K1,Eva,1\n{A1},K1,Eva,1\n",
        f"accounts.csv, line 4, column iban: found '{A1}', expected each once; line 2 has it already",
        id="account twice",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT},opened_on\n{A1},K1,Eva,1,20260402\n",
        "accounts.csv, line 2, column opened_on: found '20260402', expected a date such as 2026-01-31",
        id="date",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT},opened_on\n{A1},K1,Eva,1,2026-02-30\n",
        "accounts.csv, line 2, column",
        id="30 Feb",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT},consumer\n{A1},K1,Eva,1,yes\n",
        "accounts.csv, line 2, column consumer: found 'yes', expected true or false",
        id="truth",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT},product\n{A1},K1,Eva,1,gold\n",
        "accounts.csv, line 2, column product:",
        id="product",
    ),
    pytest.param(
        "accounts",
        f"{ACCOUNT},retry_days\n{A1},K1,Eva,1,٣\n",
        "accounts.csv, line 2, column retry_days:",
        id="٣",
    ),
    pytest.param(
        "accounts", f"{ACCOUNT}\n{A1},K1, Eva,1\n", "accounts.csv, line 2, column name:", id="blank"
    ),
    pytest.param("accounts", f'{ACCOUNT}\n{A1},K1,"Eva" x,1\n', "accounts.csv, line 2: found", id="quotes"),
    pytest.param(
        "accounts",
        f"{ACCOUNT}\n{A1},K1,Žofia,1\n".encode("cp1250"),
        "accounts.csv, line 2: found",
        id="not UTF-8",
    ),
    pytest.param(
        "blocks",
        f"iban,since\n{A1},2026-01-31T10:00:00\n",
        "blocks.csv, line 2, column since:",
        id="no offset",
    ),
    pytest.param(
        "blocks",
        f"iban,since\n{A1},2026-01-31T10:00:00Z\n",
        f"blocks.csv, line 2, column iban: found '{A1}', expected an account of accounts.csv",
        id="block of no account",
    ),
    pytest.param(
        "consents",
        f"{CONSENT}false,,5,2026-04-01\n",
        "consents.csv, line 2, column periodicity: found '', expected an empty cell for a one-off consent",
        id="DD-02 recurring without periodicity",
    ),
    pytest.param(
        "consents",
        f"{CONSENT}true,monthly,5,2026-04-01\n",
        "consents.csv, line 2, column periodicity",
        id="one-off",
    ),
    pytest.param(
        "consents", f"{CONSENT}true,,,2026-04-01\n", "consents.csv, line 2, column limit", id="DD-02 limit"
    ),
    pytest.param(
        "participants",
        f"{BANK}\nTATRSKBX,SK,1100,T,true,true,true\nTATRSKBX,SK,1100,T,true,true,true\n",
        "participants.csv, line 3, column national_code: found 'SK 1100', expected each once; line 2 has it",
        id="bank twice",
    ),
    pytest.param(
        "participants",
        f"{BANK}\nTATRXXBX,SK,1,T,true,true,true\n",
        "participants.csv, line 2, column bic",
        id="BIC",
    ),
    pytest.param(
        "participants",
        f"{BANK}\nTATRSKBX,XX,1,T,true,true,true\n",
        "participants.csv, line 2, column c",
        id="XX",
    ),
    pytest.param(
        "screening",
        "list,version,kind,name\nUN,3,sanction,\n",
        "screening.csv, line 2, column name: found '', expected a name, an IBAN, a BIC",
        id="HLD-02 a line that means nobody",
    ),
    pytest.param(
        "screening",
        "list,version,kind,name\nUN,3,sanction,...\n",
        "screening.csv, line 2, column name: found '...', expected a text with letters or digits",
        id="HLD-02 a name without a word",
    ),
    pytest.param(
        "screening",
        "list,version,kind,country,valid_from,valid_until\nUN,3,sanction,RU,2026-04-02,2026-04-01\n",
        "screening.csv, line 2, column valid_until",
        id="HLD-02 a line that never counts",
    ),
    pytest.param(
        "stops",
        "scope,since,until,decided_by\nall,2026-04-01T00:00:00Z,2026-04-01T00:00:00Z,state\n",
        "stops.csv, line 2, column until",
        id="HLD-08 a stop without a moment",
    ),
    pytest.param(
        "switches",
        f"iban,effective_on\n{A1},2026-04-09\n{A1},2026-04-10\n",
        "switches.csv, line 3, column iban",
        id="SWI-01 an account twice",
    ),
    pytest.param(
        "limits",
        "partner,valid_from,per_order\nalfa,2026-04-01T08:00:00+02:00,10\nalfa,2026-04-01T06:00:00Z,20\n",
        "limits.csv, line 3, column valid_from",
        id="EB-03 two limits that begin at once",
    ),
    pytest.param(
        "limits",
        f"partner,valid_from,account,per_day\nalfa,2026-04-01T08:00:00+02:00,{A1},1000\n",
        "limits.csv, line 2, column per_day: found '1000.00', expected an empty cell",
        id="EB-04 a day's limit of one account",
    ),
    pytest.param(
        "limits",
        "partner,valid_from,device\nalfa,2026-04-01T08:00:00+02:00,fiel\n",
        "limits.csv, line 2, column device: found 'fiel', expected one of file",
        id="EB-03 unknown device",
    ),
    pytest.param(
        "account", "iban\n", "account.csv: found 'account.csv', expected a table named", id="table name"
    ),
    pytest.param("partners", "", "partners.yaml, line 1: found", id="no partners"),
    pytest.param("partners", "partners: {}", "partners.yaml, line 1: found", id="no list of partners"),
    pytest.param("partners", "partners: [", "partners.yaml, line 1: found", id="no YAML"),
    pytest.param("partners", "partners:\n- alfa\n", "partners.yaml, line 2: found 'alfa'", id="only a name"),
    pytest.param(
        "partners",
        "partners:\n- id: a\n  name: A\n",
        "partners.yaml, line 2, column accounts:",
        id="no accounts",
    ),
    pytest.param(
        "partners",
        "partners:\n- id: a\n  nmae: A\n",
        "partners.yaml, line 3, column nmae: found 'nmae'",
        id="key",
    ),
    pytest.param(
        "partners",
        "partners:\n- id: ../a\n",
        "partners.yaml, line 2, column id: found '../a'",
        id="id as a path",
    ),
    pytest.param(
        "partners",
        f"partners:\n- id: a\n  accounts: {A1}\n",
        "partners.yaml, line 3, column accounts",
        id="no list",
    ),
    pytest.param(
        "partners",
        "partners:\n- {id: a, name: A, accounts: ['*']}\n- {id: a, name: A, accounts: ['*']}\n",
        "partners.yaml, line 3, column id: found 'a', expected each partner once",
        id="partner twice",
    ),
    pytest.param(
        "partners",
        "partners:\n- {id: a, name: A, accounts: [{since: 2026-01-01}]}\n",
        "partners.yaml, line 2, column since: found '2026-01-01', expected a moment with its offset",
        id="authority from a day",
    ),
    pytest.param(
        "partners",
        "partners:\n- id: a\n  name: A\n  accounts:\n  - {in_doubt: true}\n",
        "partners.yaml, line 5, column iban: found 'nothing'",
        id="authority without an account",
    ),
    pytest.param(
        "partners",
        f"partners:\n- {{id: a, name: A, accounts: [{{iban: {A1}, colour: red}}]}}\n",
        "partners.yaml, line 2, column colour: found 'colour'",
        id="unknown key of an authority",
    ),
    pytest.param(
        "partners",
        "partners:\n- {id: a, name: A, accounts: ['*'], in_doubt: null}\n",
        "partners.yaml, line 2, column in_doubt: found 'null'",
        id="neither in doubt nor not",
    ),
    pytest.param(
        "partners",
        "partners:\n- {id: a, name: A, accounts: ['*'], until: 2026-02-30}\n",
        "partners.yaml, line 2, column until: found '2026-02-30', expected a date",
        id="partner until no day",
    ),
]


@pytest.mark.parametrize(("table", "content", "told"), FAULTS)
def test_a_fault_names_file_line_column_found_and_expected(
    tmp_path: Path, table: str, content: str | bytes, told: str
) -> None:
    with pytest.raises(ReferenceFault) as caught:
        load_reference(folder(tmp_path, **{table: content}))
    assert str(caught.value).startswith(told)


def test_lists_are_kept_under_what_they_are_found_by(tmp_path: Path) -> None:
    header = "list,version,kind,name,iban,bic,country,exposed,amount_from,action"
    lines = [f"L,1,unusual,{cells},hold" for cells in (
        '"Petrov, Iván",,,,,', f",{A1},,,,", ",,TATRSKBXXXX,,,", ",,,RU,,12.30", ",,,,true,"
    )]  # fmt: skip
    lists = load_reference(folder(tmp_path, screening="\n".join([header, *lines]) + "\n")).screening
    assert lists is not None
    assert (set(lists.names), set(lists.ibans)) == ({"IVAN PETROV"}, {A1})
    assert (set(lists.bics), set(lists.countries)) == ({"TATRSKBX"}, {"RU"})
    assert ([each.exposed for each in lists.exposed], lists.versions) == ([True], ("L 1",))
    assert lists.countries["RU"][0].amount_from_cents == 1_230
    assert len(lists.digest) == 64


def test_lists_may_be_empty_or_not_given(tmp_path: Path) -> None:
    assert load_reference(folder(tmp_path)).screening is None
    lists = load_reference(folder(tmp_path, screening="list,version,kind\n")).screening
    assert lists is not None
    assert {**lists.names, **lists.ibans, **lists.bics, **lists.countries} == {}
    assert lists.exposed == ()


def test_declarations_stops_and_switches_may_be_missing(tmp_path: Path) -> None:
    nothing = load_reference(tmp_path)
    assert (nothing.declarations, nothing.stops, nothing.switches) == ({}, (), {})
    given = load_reference(
        folder(
            tmp_path,
            declarations=f'iban,owner,valid_from\n{A1},"Nový, Ján",2026-01-01\n{A1},Eva,2026-01-01\n',
            stops="scope,since,decided_by\nall,2026-04-01T00:00:00+02:00,state\n",
            switches=f"iban,effective_on\n{A1},2026-04-09\n",
        )
    )
    assert [each.owner for each in given.declarations[A1]] == ["JAN NOVY", "EVA"]
    assert [(each.scope, each.until) for each in given.stops] == [("all", None)]
    assert given.switches[A1].effective_on == datetime.date(2026, 4, 9)


LIMITS = "partner,valid_from,account,per_order,per_day\n"
OF_ALFA = "partners:\n- {id: alfa, name: A, accounts: ['*']}\n"


def test_limits_are_kept_by_partner_and_age(tmp_path: Path) -> None:
    assert load_reference(tmp_path).limits == {}
    first = "alfa,2026-04-01T10:00:00+02:00"
    lines = f"alfa,2026-04-02T10:00:00+02:00,,2000,\n{first},,1000,5000\n{first},{A1},5,\n"
    found = load_reference(folder(tmp_path, limits=LIMITS + lines)).limits["alfa"]
    assert [(each.account, each.per_order_cents, each.per_day_cents) for each in found] == [
        (None, 100_000, 500_000),
        (A1, 500, None),
        (None, 200_000, None),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(f"beta,2026-04-02T10:00:00+02:00,{A1},1,", "column partner: found 'beta'", id="partner"),
        pytest.param(
            f"alfa,2026-04-02T10:00:00+02:00,{A2},1,", f"column account: found '{A2}'", id="account"
        ),
    ],
)
def test_limits_are_of_partners_and_accounts_that_there_are(tmp_path: Path, line: str, told: str) -> None:
    accounts = f"{ACCOUNT}\n{A1},K1,Eva,1.00\n"
    with pytest.raises(ReferenceFault) as caught:
        load_reference(folder(tmp_path, limits=f"{LIMITS}{line}\n", partners=OF_ALFA, accounts=accounts))
    assert str(caught.value).startswith(f"limits.csv, line 2, {told}")


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ReferenceFault, match="expected a folder"):
        load_reference(tmp_path / "reference")


def test_the_digest_moves_with_every_byte_and_with_the_name(tmp_path: Path) -> None:
    text = f"{ACCOUNT}\n{A1},K1,Eva,1.00\n"
    first = load_reference(folder(tmp_path, accounts=text)).digest
    assert load_reference(folder(tmp_path, accounts=text)).digest == first
    assert load_reference(folder(tmp_path, accounts=text.replace("1.00", "1.01"))).digest != first


def test_the_profile_of_the_bank_may_lie_beside_its_tables(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text("extends: otp-sk\n")
    assert load_reference(tmp_path).digest == load_reference(folder(tmp_path)).digest


RATES = (
    "currency,valid_from,rate\nUSD,2026-04-02T09:00:00+02:00,1.0800\nUSD,2026-04-02T11:00:00+02:00,1.0900\n"
)


@pytest.mark.parametrize(
    ("at", "rates"),
    [
        pytest.param("08:59:59", {}, id="before the sheet"),
        pytest.param("09:00:00", {"USD": 1_080_000}, id="EXE-09 1.0800 at 09:00"),
        pytest.param("10:59:59", {"USD": 1_080_000}, id="until the next"),
        pytest.param("11:00:00", {"USD": 1_090_000}, id="EXE-09 1.0900 at booking"),
    ],
)
def test_the_rate_in_force_at_an_instant(tmp_path: Path, at: str, rates: dict[str, int]) -> None:
    head, first, second = RATES.splitlines()
    sheet = load_reference(folder(tmp_path, rates="\n".join((head, second, first)))).rates
    assert rates_at(sheet, datetime.datetime.fromisoformat(f"2026-04-02T{at}+02:00")) == rates


def test_a_rate_that_ended_leaves_none_behind_it(tmp_path: Path) -> None:
    """An earlier line does not come back: the bank ended the rate on purpose."""
    sheet = (
        "currency,valid_from,rate,until\nUSD,2026-04-01T09:00:00Z,1.07,\nUSD,2026-04-02T09:00:00Z,1.08,{}\n"
    )
    rates = load_reference(folder(tmp_path, rates=sheet.format("2026-04-02T10:00:00Z"))).rates
    at = datetime.datetime(2026, 4, 2, 9, 59, 59, tzinfo=datetime.UTC)
    assert rates_at(rates, at) == {"USD": 1_080_000}
    assert rates_at(rates, at + datetime.timedelta(seconds=1)) == {}


def test_a_rate_agreed_for_an_account_may_begin_with_the_sheets_but_stands_once(tmp_path: Path) -> None:
    sheet = (
        f"currency,valid_from,rate,iban\nUSD,2026-04-01T09:00:00Z,1.07,\nUSD,2026-04-01T09:00:00Z,1.05,{A1}\n"
    )
    rates = load_reference(folder(tmp_path, rates=sheet)).rates
    assert [each.iban for each in rates or ()] == [None, A1]
    with pytest.raises(ReferenceFault, match="each once; line 3 has it already"):
        load_reference(folder(tmp_path, rates=f"{sheet}USD,2026-04-01T09:00:00Z,1.06,{A1}\n"))


def test_no_sheet_of_rates_is_none_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    assert load_reference(tmp_path).rates is None
    assert load_reference(folder(tmp_path, rates=RATES.splitlines()[0])).rates == ()
    assert rates_at(None, datetime.datetime(2026, 4, 2, tzinfo=datetime.UTC)) == {}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("EUR,2026-04-02T12:00:00+02:00,1.0900", "another currency than EUR", id="euro"),
        pytest.param("USD,2026-04-02T12:00:00+02:00,0", "units for one euro above zero", id="zero"),
        pytest.param("USD,2026-04-02T12:00:00,1.09", "a moment with its offset", id="no offset"),
        pytest.param(
            "USD,2026-04-02T07:00:00Z,1.07", "each once; line 2 has it already", id="the same instant"
        ),
    ],
)
def test_a_fault_in_the_sheet_of_rates(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ReferenceFault, match=told):
        load_reference(folder(tmp_path, rates=f"{RATES}{line}\n"))


DAYS = "day,opened_at,closed_at"
THURSDAY = "2026-04-09,2026-04-09T03:02:00+02:00,2026-04-09T21:40:00+02:00"


def test_the_core_systems_days(tmp_path: Path) -> None:
    assert load_reference(tmp_path).banking_days is None
    assert read_banking_days(tmp_path) is None
    still_open = "2026-04-10,2026-04-10T03:07:00+02:00,"
    place = folder(tmp_path, banking_days=f"{DAYS}\n{THURSDAY}\n{still_open}")
    found = load_reference(place).banking_days
    assert found is not None
    assert found == read_banking_days(place)
    assert [str(each.day) for each in found] == ["2026-04-09", "2026-04-10"]
    assert found[1].closed_at is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("2026-04-09,2026-04-10T03:00:00+02:00,", "a day after", id="the same day"),
        pytest.param(
            "2026-04-10,2026-04-09T21:39:59+02:00,", "after closed_at", id="opened before the close"
        ),
        pytest.param(
            "2026-04-10,2026-04-10T03:00:00+02:00,2026-04-10T03:00:00+02:00",
            "after opened_at",
            id="closed at once",
        ),
        pytest.param(",2026-04-10T03:00:00+02:00,", "day", id="no day"),
    ],
)
def test_a_fault_in_the_core_systems_days(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ReferenceFault, match=told):
        load_reference(folder(tmp_path, banking_days=f"{DAYS}\n{THURSDAY}\n{line}"))


def test_no_day_opens_while_the_one_before_is_open(tmp_path: Path) -> None:
    still_open = "2026-04-08,2026-04-08T03:07:00+02:00,"
    with pytest.raises(ReferenceFault, match="after closed_at of the line before"):
        load_reference(folder(tmp_path, banking_days=f"{DAYS}\n{still_open}\n{THURSDAY}"))


@pytest.mark.parametrize(
    ("file", "kind", "elsewhere"),
    [
        pytest.param("accounts.csv", Account, {"blocks"}, id="accounts"),
        pytest.param("blocks.csv", Block, set(), id="blocks"),
        pytest.param("consents.csv", Consent, set(), id="consents"),
        pytest.param("participants.csv", Participant, set(), id="participants"),
        pytest.param("screening.csv", Entry, set(), id="screening"),
        pytest.param("declarations.csv", Declaration, set(), id="declarations"),
        pytest.param("stops.csv", Stop, set(), id="stops"),
        pytest.param("switches.csv", Switch, set(), id="switches"),
        pytest.param("limits.csv", Limit, set(), id="limits"),
        pytest.param("rates.csv", Rate, set(), id="rates"),
        pytest.param("deals.csv", Deal, set(), id="deals"),
        pytest.param("banking_days.csv", BankingDay, set(), id="banking days"),
    ],
)
def test_every_field_has_its_column_and_every_column_its_place_in_the_guide(
    file: str, kind: type[msgspec.Struct], elsewhere: set[str]
) -> None:
    assert {column.field for column in COLUMNS[file]} - {"iban"} == (
        set(kind.__struct_fields__) - elsewhere - {"iban"}
    )
    guide = DOCS.read_text("utf-8").split(f"## {file}")[1].split("\n## ")[0]
    for column in COLUMNS[file]:
        assert f"\n| `{column.name}` |" in guide


def test_every_key_of_a_partner_is_in_the_guide() -> None:
    assert set(KEYS) == set(Partner.__struct_fields__) - {"authorities"}
    assert set(AUTHORITY_KEYS) == set(Authority.__struct_fields__)
    guide = DOCS.read_text("utf-8").split("## partners.yaml")[1]
    assert all(f"\n| `{key}` |" in guide for key in (*KEYS, *AUTHORITY_KEYS))
    assert set(FILES) == {*COLUMNS, "partners.yaml"}


def test_a_place_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "__file__", str(tmp_path / "sepa" / "store" / "places.py"))
    with pytest.raises(places.PlaceMissing, match="no folder schemas/"):
        places.schemas_folder()
    (tmp_path / "fixtures").mkdir()
    assert places.fixtures_folder() == tmp_path / "fixtures"
