"""`sepa check --against`: what of a file would end differently under other terms or at another instant."""

import json
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sepa.cli import main
from sepa.model.reference import Reference
from sepa.pipeline.check import Checked, check_file
from sepa.pipeline.compare import Comparison, FileChanged
from sepa.pipeline.home import read_instant
from sepa.store.places import fixtures_folder
from sepa.store.profiles import load_profile
from tools.sample_bank import B1, FR, GOOD, ONE, TRADER, order, transfers

BANK = fixtures_folder() / "sample-bank"
DATA = ("--data", BANK / "reference")
AT = ("--at", "2026-04-02T10:00")
SCHEME = ("--against", "sepa-2026")
LINES = "<AdrLine>Hlavná 1</AdrLine><AdrLine>81101 Bratislava</AdrLine>"
BAD = order("BAD", "1.00", "X", B1[:-1] + "0")
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


class Ended(NamedTuple):
    """How a check ended: exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def differences(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.out.splitlines()) if line["kind"] == "difference"]

    @property
    def orders(self) -> list[tuple[Any, ...]]:
        """The orders that differ, as: position, outcome, rules, outcome against, rules against."""
        return [
            (
                line["position"],
                line["outcome"],
                line["decided_by"],
                line["against"]["outcome"],
                line["against"]["decided_by"],
            )
            for line in self.differences
            if line["level"] == "payment"
        ]

    @property
    def file(self) -> dict[str, Any]:
        (line,) = [line for line in map(json.loads, self.out.splitlines()) if line["kind"] == "file"]
        assert isinstance(line, dict)
        return line


Check = Callable[..., Ended]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["sepa", "check", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return run


def wrote(folder: Path, content: str) -> Path:
    path = folder / "orders.xml"
    path.write_text(content, "utf-8")
    return path


# --- two profiles ---


@pytest.mark.parametrize(
    ("drop", "orders"),
    [
        pytest.param(
            "stavebniny/25-no-bic-abroad", [(1, "rejected", ["IDN-04"], "accepted", [])], id="no BIC abroad"
        ),
        pytest.param(
            "stavebniny/30-dollar-account-batch",
            [(each, "rejected", ["SC-07"], "accepted", []) for each in (1, 2)],
            id="a block refused as a whole",
        ),
        pytest.param(
            "vzorova-banka/01-collections",
            [
                (4, "not-executed", ["DD-01"], "accepted", []),
                (7, "not-executed", ["DD-06"], "accepted", []),
            ],
            id="consents",
        ),
        pytest.param(
            "vzorova-banka/02-too-late", [(1, "not-executed", ["DDL-01"], "accepted", [])], id="lead times"
        ),
        pytest.param(
            "vzorova-banka/05-for-our-customer",
            [(1, "rejected", ["SC-08"], "accepted", [])],
            id="our own customer collects",
        ),
        pytest.param("stavebniny/01-suppliers", [], id="nothing"),
        pytest.param("stavebniny/10-one-bad-iban", [], id="refused by both alike"),
        pytest.param("stavebniny/40-empty", [], id="no message in either"),
    ],
)
def test_the_banks_terms_against_the_scheme(check: Check, drop: str, orders: list[Any]) -> None:
    ended = check("--json", *AT, *DATA, *SCHEME, BANK / "drops" / f"{drop}.xml")
    assert ended.orders == orders
    assert (ended.code, ended.err) == (bool(orders), "")
    assert ended.file["differing"] == len(orders)


def test_the_alias_of_a_charge_bearer(check: Check, tmp_path: Path) -> None:
    path = wrote(tmp_path, GOOD.replace("SLEV", "SHAR"))
    ended = check("--json", *AT, *DATA, *SCHEME, path)
    ((_, outcome, by, against, by_against),) = ended.orders
    assert (outcome, by, against) == ("accepted", [], "rejected")
    assert ended.file["rules"] == dict.fromkeys(by_against, 1)
    assert by_against


def test_where_an_order_ends_alike_by_other_rules_that_is_only_counted(check: Check) -> None:
    drop = BANK / "drops" / "vzorova-banka" / "04-wrong-creditor-id.xml"
    ended = check("--json", *AT, *DATA, *SCHEME, drop)
    assert (ended.code, ended.differences) == (0, [])
    assert (ended.file["differing"], ended.file["by_other_rules"]) == (0, 1)
    assert "1 more would end alike, by other rules" in check(*AT, *DATA, *SCHEME, drop).out


def test_a_difference_is_the_payments_line_with_the_other_end_beside_it(check: Check) -> None:
    drop = BANK / "drops" / "stavebniny" / "25-no-bic-abroad.xml"
    plain = [json.loads(line) for line in check("--json", *AT, *DATA, drop).out.splitlines()]
    other = [
        json.loads(line) for line in check("--json", *AT, *DATA, "--bank", "sepa-2026", drop).out.splitlines()
    ]
    ended = check("--json", *AT, *DATA, *SCHEME, drop)
    assert [line["level"] for line in ended.differences] == ["file", "payment_information", "payment"]
    for line, first, second in zip(ended.differences, plain, other, strict=True):
        assert line["path"] == str(drop)
        assert {name: line[name] for name in first if name not in ("kind", "path")} == {
            name: value for name, value in first.items() if name not in ("kind", "path")
        }
        ends = {name: value for name, value in line["against"].items() if name != "decided_by"}
        assert ends == {name: second[name] for name in ends}
        assert "reasons" in ends
    summed = ended.file
    assert (summed["status"], summed["against"]["status"]) == ("RJCT", "ACCP")
    assert (summed["profile"], summed["against"]["profile"]) == ("otp-sk", "sepa-2026")
    assert summed["received_at"] == summed["against"]["received_at"] == "2026-04-02T10:00:00+02:00"
    assert (summed["orders"], summed["differing"], summed["rules"]) == (1, 1, {"IDN-04": 1})


def test_a_profile_may_be_a_file(check: Check, tmp_path: Path) -> None:
    terms = tmp_path / "mine.yaml"
    terms.write_text("extends: otp-sk\nidentifiers: {cross_border_bic: required_outside_eea}\n")
    drop = BANK / "drops" / "stavebniny" / "25-no-bic-abroad.xml"
    assert check("--json", *AT, *DATA, "--against", terms, drop).orders == [
        (1, "rejected", ["IDN-04"], "accepted", [])
    ]
    shown = check(*AT, *DATA, "--against", terms, drop)
    assert "--bank" in shown.out, "both profiles have the same name, so the options tell them apart"


def test_a_neighbour_pays_through_the_clearing_what_the_bank_pays_in_its_books(
    check: Check, tmp_path: Path
) -> None:
    terms = tmp_path / "neighbour.yaml"
    terms.write_text('extends: otp-sk\nprofile: {id: neighbour}\nbank: {national_bank_code: "1100"}\n')
    words = (*AT, "--against", terms, BANK / "drops" / "mzdy" / "salaries-march.xml")
    ended = check("--json", *words)
    assert ended.orders == [(each, "accepted", [], "accepted", []) for each in (10, 20, 30, 40)]
    routes = {(line["route"], line["against"]["route"]) for line in ended.differences}
    assert routes == {("on-us", "clearing")}
    shown = check(*words).out.splitlines()
    assert [line.split() for line in shown].count(["on-us", "clearing"]) == 4
    assert shown[-1].strip() == "4 of 40 orders would end differently"


# --- refused as a whole ---


@pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param("otp-sk", "mine", id="unread under the other"), pytest.param("mine", "otp-sk", id="here")],
)
def test_a_message_that_only_one_of_them_offers(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("extends: otp-sk\nintake: {messages: [pain.001.001.03]}\n")
    banks = [f"{name}.yaml" if name == "mine" else name for name in (first, second)]
    path = wrote(tmp_path, transfers("P", TRADER, [*ONE, BAD]))
    ended = check("--json", *AT, *DATA, "--bank", banks[0], "--against", banks[1], path)
    assert ended.code == 1
    whole, block, paid = ended.differences  # BAD is refused by both: it ends alike
    unread = whole["against"] if first == "otp-sk" else whole
    assert (unread["status"], len(unread["decided_by"])) == ("RJCT", 1)
    for line, levels in ((block, "payment_information"), (paid, "payment")):
        assert line["level"] == levels
        sides = [line, line["against"]] if first == "otp-sk" else [line["against"], line]
        assert sides[0]["decided_by"] == []
        assert (sides[1]["decided_by"], sides[1]["reasons"]) == (unread["decided_by"], [])
    assert (paid["position"], {paid["outcome"], paid["against"]["outcome"]}) == (1, {"accepted", "rejected"})
    assert (ended.file["orders"], ended.file["differing"], ended.file["by_other_rules"]) == (2, 1, 1)
    shown = check(*AT, *DATA, "--bank", banks[0], "--against", banks[1], path)
    assert "2 orders" in shown.out
    assert unread["decided_by"][0] in shown.out


def test_a_block_that_one_of_them_refuses_and_its_neighbour_that_both_accept(
    check: Check, tmp_path: Path
) -> None:
    content = transfers("P", TRADER, ONE, blocks=[(TRADER, ONE)]).replace("SLEV", "SHAR", 1)
    ended = check("--json", *AT, *DATA, *SCHEME, wrote(tmp_path, content))
    blocks = [line for line in ended.differences if line["level"] == "payment_information"]
    assert [(line["position"], line["status"], line["against"]["status"]) for line in blocks] == [
        (1, "ACCP", "RJCT")
    ]
    assert [each[0] for each in ended.orders] == [1]
    assert ended.file["against"]["status"] == "PART"


# --- two instants ---


@pytest.mark.parametrize(
    ("due", "early", "late", "ends"),
    [
        pytest.param(
            "2026-04-02",
            "2026-04-02T21:00:00",
            "2026-04-02T21:00:01",
            ("accepted", [], "rolled", ["DAT-09"]),
            id="the cut-off missed by a second",
        ),
        pytest.param(
            "2026-04-02",
            "2026-04-02T18:00:00",
            "2026-04-02T21:00:00",
            None,
            id="the cut-off met, by much and by nothing",
        ),
        pytest.param(
            "2026-11-13",
            "2026-11-13T10:00",
            "2026-11-13T21:00:01",
            ("accepted", [], "rejected", ["ADR-01"]),
            id="settled from 2026-11-15 on, free lines are refused",
        ),
        pytest.param(
            "2026-11-12",
            "2026-11-12T10:00",
            "2026-11-12T21:00:01",
            ("accepted", [], "rolled", ["DAT-09"]),
            id="settled on the last day of free lines",
        ),
    ],
)
def test_one_profile_at_two_instants(
    check: Check, tmp_path: Path, due: str, early: str, late: str, ends: tuple[Any, ...] | None
) -> None:
    content = transfers("P", TRADER, [order("E", "1.00", "Stavba", B1, address=LINES)], due=due)
    path = wrote(tmp_path, content)
    ended = check("--json", *DATA, "--at", early, "--at-against", late, path)
    assert ended.orders == ([(1, *ends)] if ends else [])
    assert ended.code == (1 if ends else 0)
    assert (ended.file["profile"], ended.file["against"]["profile"]) == ("otp-sk", "otp-sk")
    assert late in ended.file["against"]["received_at"]


def test_where_only_dates_differ_they_are_shown(check: Check, tmp_path: Path) -> None:
    path = wrote(tmp_path, GOOD)
    words = (*DATA, *AT, "--at-against", "2026-04-02T18:00", path)
    ((line,), shown) = (check("--json", *words).differences, check(*words).out)
    assert (line["outcome"], line["against"]["outcome"]) == ("accepted", "accepted")
    assert (line["settlement_date"], line["against"]["settlement_date"]) == ("2026-04-02", "2026-04-07")
    assert line["booking_date"] == line["against"]["booking_date"]
    assert "settled 2026-04-02" in shown
    assert "settled 2026-04-07" in shown
    assert "booked" not in shown


def test_where_an_order_rolls_the_day_is_shown(check: Check, tmp_path: Path) -> None:
    shown = check(*DATA, *AT, "--at-against", "2026-04-02T21:00:01", wrote(tmp_path, GOOD)).out
    assert [line.split() for line in shown.splitlines() if "booked" in line] == [
        ["booked", "2026-04-02", "booked", "2026-04-07"]
    ]


def test_where_both_move_a_date_the_moving_rules_are_named(check: Check, tmp_path: Path) -> None:
    path = wrote(tmp_path, transfers("P", TRADER, ONE, due="2026-12-23"))
    ended = check("--json", "--at", "2026-12-23T21:00:01", *DATA, *SCHEME, path)
    assert ended.orders == [(1, "rolled", ["DAT-09"], "rolled", ["DAT-09"])]
    (line,) = ended.differences
    days = line["booking_date"], line["against"]["booking_date"]
    assert days == ("2026-12-28", "2026-12-24"), "Christmas Eve is a holiday for the bank, not between banks"


def test_two_profiles_at_two_instants(check: Check, tmp_path: Path) -> None:
    path = wrote(tmp_path, transfers("P", TRADER, ONE, due="2026-05-07"))
    ended = check(
        "--json", "--at", "2026-05-07T10:00", *DATA, *SCHEME, "--at-against", "2026-05-08T10:00", path
    )
    assert ended.orders == [(1, "accepted", [], "rejected", ["DAT-03"])]


# --- nothing differs ---


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--against", "otp-sk"), id="the same profile"),
        pytest.param(("--at-against", "2026-04-02T08:00:00Z"), id="the same instant, written otherwise"),
    ],
)
def test_identical_terms_change_nothing(check: Check, words: tuple[str, ...]) -> None:
    drops = sorted((BANK / "drops" / "stavebniny").iterdir())
    ended = check("--json", *AT, *DATA, *words, *drops)
    assert (ended.code, ended.differences) == (0, [])
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["path"] for line in lines] == list(map(str, drops))
    assert {line["differing"] + line["by_other_rules"] for line in lines} == {0}
    shown = check(*AT, *DATA, *words, *drops)
    assert shown.code == 0
    assert f"In all {len(drops)} files nothing would end differently" in shown.out


# --- for people ---


def test_a_person_sees_a_table_and_a_sum(check: Check) -> None:
    drops = [
        BANK / "drops" / "stavebniny" / name
        for name in ("25-no-bic-abroad.xml", "30-dollar-account-batch.xml")
    ]
    ended = check(*AT, *DATA, *SCHEME, *drops)
    rows = [line.split() for line in ended.out.splitlines()]
    assert ended.code == 1
    for row in (
        "order end-to-end id amount otp-sk by sepa-2026 by",
        "1 BIC-1 20.00 EUR rejected IDN-04 accepted ·",
        "block BAD-0030-1 11.00 RJCT SC-07 ACCP ·",
        "2 FX-2 6.00 EUR rejected SC-07 accepted ·",
        "2 of 2 orders would end differently; by SC-07 (2)",
        "In all 2 files 3 of 3 orders would end differently; by SC-07 (2), IDN-04 (1)",
    ):
        assert row.split() in rows


def test_a_long_table_is_cut_and_says_so(check: Check, tmp_path: Path) -> None:
    path = wrote(tmp_path, transfers("P", TRADER, [order(f"E{each}", "1.00", "X", FR) for each in range(30)]))
    ended = check(*AT, *DATA, *SCHEME, path)
    assert "... and 11 more; --json shows them all" in ended.out
    assert "30 of 30 orders would end differently; by IDN-04 (30)" in ended.out
    assert len(check("--json", *AT, *DATA, *SCHEME, path).orders) == 30


def test_a_strangers_text_cannot_steer_the_terminal(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J\u202e[red].xml"
    path.write_text(transfers("M", TRADER, [order("E", "1.00", "X", FR)]), "utf-8")
    shown = check(*AT, *DATA, *SCHEME, path)
    assert shown.code == 1
    assert "evil<U+001B>[2J<U+202E>[red].xml" in shown.out
    machines = check("--json", *AT, *DATA, *SCHEME, path)
    assert machines.file["path"] == str(path)
    assert UNSEEN.findall(shown.out + machines.out + shown.err + machines.err) == []


# --- wrong usage ---


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(("--against", "nix"), "no profile nix: give one of otp-si", id="unknown profile"),
        pytest.param(("--at-against", "soon"), "--at-against 'soon' is no instant", id="no instant"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(
    check: Check, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    ended = check(*words, wrote(tmp_path, GOOD))
    assert (ended.code, ended.out) == (2, "")
    assert sentence in " ".join(ended.err.split())


# --- the comparison itself ---


def checked(path: Path, bank: str) -> Checked:
    profile = load_profile(bank)
    at = read_instant("2026-04-02T10:00", profile)
    return check_file(path, profile=profile, reference=Reference(), received_at=at)


def test_a_file_that_changed_between_the_checks_is_not_compared(tmp_path: Path) -> None:
    first = checked(wrote(tmp_path, GOOD), "otp-sk")
    second = checked(wrote(tmp_path, GOOD + "<!-- -->"), "otp-sk")
    with pytest.raises(FileChanged, match="changed while it was checked"):
        Comparison(first, second)


def peak_of_comparing(path: Path, count: int) -> int:
    """Bytes at the highest while a file of `count` orders is checked twice and compared; each of them differs."""
    one = order("NOTPROVIDED", "1.00", "X", FR)
    head, end = transfers("P", TRADER, [one]).split(one)
    head = head.replace("<NbOfTxs>1<", f"<NbOfTxs>{count}<").replace(
        "<CtrlSum>1.00<", f"<CtrlSum>{count}.00<"
    )
    with path.open("w", encoding="utf-8") as out:
        out.write(head)
        out.writelines(one + " " * 1_500 for _ in range(count))  # the more pieces to read the file in
        out.write(end)
    tracemalloc.start()
    comparison = Comparison(checked(path, "otp-sk"), checked(path, "sepa-2026"))
    found = sum(1 for difference in comparison.differences() if difference.level == "payment")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found, comparison.orders, dict(comparison.rules)) == (count, count, {"IDN-04": count})
    return peak


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    few, many = peak_of_comparing(path, 1_000), peak_of_comparing(path, 3_000)
    assert many - few < 500_000
