"""Who pays and who is paid in the files of `bench.orders`: banks, accounts with right check digits, names,
addresses. Everything follows from the number of an order.
"""

from typing import Final, NamedTuple


class Bank(NamedTuple):
    """A bank with how it numbers its accounts; `national` is None where the country adds no check digits."""

    country: str
    code: str
    bic: str
    national: str | None


class Town(NamedTuple):
    name: str
    post_code: str
    streets: tuple[str, ...]


OWN: Final = Bank("SK", "5200", "OTPVSKBX", "modulus 11")
BANKS: Final = (
    Bank("SK", "1100", "TATRSKBX", "modulus 11"),
    Bank("SK", "0900", "GIBASKBX", "modulus 11"),
    Bank("CZ", "0800", "GIBACZPX", "modulus 11"),
    Bank("SK", "0200", "SUBASKBX", "modulus 11"),
    Bank("AT", "20111", "GIBAATWWXXX", None),
    Bank("SK", "1111", "UNCRSKBX", "modulus 11"),
    Bank("DE", "70150000", "SSKMDEMMXXX", "german 00"),
    OWN,
    Bank("CZ", "0100", "KOMBCZPP", "modulus 11"),
    Bank("SK", "7500", "CEKOSKBX", "modulus 11"),
    Bank("DE", "70050000", "BYLADEMMXXX", None),
    Bank("FR", "30004", "BNPAFRPPXXX", "french key"),
    Bank("BE", "539", "HBKABE22", "belgian 97"),
)
"""An order's creditor is at the bank of its number, in turn: about half stay in Slovakia, one in 13 with us."""

NAMES: Final = {
    "SK": (
        "Ľubomír Kováčik - elektroinštalácie", "Stavebniny Žilina, s.r.o.", "Mária Ďurišová", "Obec Veľké Úľany",
        "Tatranská mliekareň, a.s.", "Štefan Hruška", "Pekáreň Šišolák & synovia", "Zuzana Tóthová",
        "Agro Čierna Voda s.r.o.",
    ),
    "CZ": ("Jiří Dvořák", "Plzeňské pečivo, s.r.o.", "Věra Šťastná", "Řeznictví Kříž", "AUTO Hradec a.s."),
    "DE": ("Müller & Söhne GmbH", "Jörg Weiß", "Bäckerei Schäfer KG", "Nord-Süd Spedition GmbH", "Jürgen Größl"),
    "AT": ("Österreichische Holz GmbH", "Käthe Grünwald", "Wiener Druckhaus AG", "Franz Löffler"),
    "FR": ("Société Générale des Vins", "François Lefèvre", "Hélène Garçon", "Atelier du Bois SARL"),
    "BE": ("Brasserie Éphémère SA", "Jan Peeters", "Chocolaterie Liège SPRL"),
}  # fmt: skip

TOWNS: Final = {
    "SK": (Town("Košice", "04001", ("Hlavná", "Dlhý rad")), Town("Žilina", "01001", ("Námestie slobody", "Národná"))),
    "CZ": (Town("Plzeň", "30100", ("Americká", "Sady Pětatřicátníků")), Town("Brno", "60200", ("Údolní",))),
    "DE": (Town("München", "80331", ("Bahnhofstraße", "Rosental")), Town("Passau", "94032", ("Ludwigstraße",))),
    "AT": (Town("Wien", "1010", ("Kärntner Ring", "Graben")), Town("Linz", "4020", ("Landstraße",))),
    "FR": (Town("Lille", "59000", ("Rue de Béthune",)), Town("Besançon", "25000", ("Grande Rue",))),
    "BE": (Town("Liège", "4000", ("Rue Léopold",)), Town("Gent", "9000", ("Veldstraat",))),
}  # fmt: skip


def bank_of(number: int) -> Bank:
    return BANKS[number % len(BANKS)]


def name_of(country: str, number: int) -> str:
    """A name that no other order of the country has."""
    names = NAMES[country]
    return f"{names[number % len(names)]} {number}"


def iban(bank: Bank, number: int) -> str:
    """The account of this number: a different one for each, with all check digits right."""
    account = bank.code + _ACCOUNTS[bank.national](bank, number)
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{bank.country}00")
    return f"{bank.country}{98 - int(digits) % 97:02d}{account}"


_BASE_WEIGHTS = (6, 3, 7, 9, 10, 5, 8, 4, 2)


def _modulus_11(bank: Bank, number: int) -> str:
    """Prefix and base, each divisible by 11 when weighted. Some nine digits lead to no check digit: the next do."""
    for last in (0, 1):
        base = f"{number:08d}{last}"
        check = -sum(weight * int(digit) for weight, digit in zip(_BASE_WEIGHTS, base, strict=True)) % 11
        if check < 10:
            return f"{'000019' if number % 3 else '000000'}{base}{check}"
    raise ValueError(f"no account has the number {number}")


def _german_00(bank: Bank, number: int) -> str:
    """Nine digits, every other one doubled from the right, and what is missing to a full ten."""
    account = f"{number:09d}"
    weighted = (int(digit) * (2 - place % 2) for place, digit in enumerate(account))
    return f"{account}{-sum(value // 10 + value % 10 for value in weighted) % 10}"


def _french_key(bank: Bank, number: int) -> str:
    branch = 1 + number % 900
    return f"{branch:05d}{number:011d}{97 - (89 * int(bank.code) + 15 * branch + 3 * number) % 97:02d}"


def _belgian_97(bank: Bank, number: int) -> str:
    account = f"{number:07d}"
    return f"{account}{int(bank.code + account) % 97 or 97:02d}"


def _unproven(bank: Bank, number: int) -> str:
    return f"{number:011d}" if bank.country == "AT" else f"{number:010d}"


_ACCOUNTS = {
    "modulus 11": _modulus_11,
    "german 00": _german_00,
    "french key": _french_key,
    "belgian 97": _belgian_97,
    None: _unproven,
}
