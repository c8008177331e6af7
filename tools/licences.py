"""Write docs/licences.md: the licence of every distribution in the lock, and who brings it along.

Run it after the lock changed: `python -m tools.licences`. A test fails while the page is not what this writes, and
while a licence stands in it that is neither permissive nor a known exception.
"""

import importlib.metadata
import re
from importlib.metadata import Distribution
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.locked import ROOT, declared, locked, reached

PAGE = ROOT / "docs" / "licences.md"
PERMISSIVE = frozenset(
    [
        "0BSD",
        "Apache-2.0",
        "Artistic-1.0-Perl",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
        "Unlicense",
        "Zlib",
    ]
)
EXCEPTIONS: dict[str, str] = {
    "psycopg": "LGPL-3.0-only: imported unchanged, and only where PostgreSQL is chosen",
    "psycopg-binary": "LGPL-3.0-only: the same driver, compiled",
    "python-stdnum": "LGPL-2.1-or-later: imported unchanged, and only in tests",
    "hypothesis": "MPL-2.0: only in tests",
    "pathspec": "MPL-2.0: brought along by Airflow; MPL binds changes to its own files alone",
    "fqdn": "MPL-2.0: brought along by Airflow, likewise",
    "pycountry": "LGPL-2.1-only: names of countries, brought along by schwifty; imported unchanged, as its own package",
    "certifi": "MPL-2.0: the list of certificate authorities; MPL binds changes to its own files alone",
}
"""What is not permissive, and why it may stay."""

UNREADABLE = {"atheris": "Apache-2.0"}
"""Distributions whose metadata name no licence, with the one in their licence file."""

_WORDS = (
    (r"apache", "Apache-2.0"),
    (r"mozilla public license 2|mpl-?2", "MPL-2.0"),
    (r"lesser general public license v2 or later|lgplv2\+", "LGPL-2.1-or-later"),
    (r"lesser general public license v3|lgplv3|lgpl-3", "LGPL-3.0-only"),
    (r"python software foundation|psf", "PSF-2.0"),
    (r"unlicense", "Unlicense"),
    (r"\bisc\b", "ISC"),
    (r"artistic", "Artistic-1.0-Perl"),
    (r"\bmit\b", "MIT"),
)


def licence_of(name: str) -> str:
    """The SPDX expression of an installed distribution; `unknown` where its metadata do not say it.

    Where several licences are offered, all stand with OR.
    """
    found = importlib.metadata.distribution(name)
    stated = found.metadata.get("License-Expression")
    if stated:
        return stated
    if canonicalize_name(name) in UNREADABLE:
        return UNREADABLE[canonicalize_name(name)]
    trove = [each for each in found.metadata.get_all("Classifier", []) if each.startswith("License ::")]
    told = [each.split("::")[-1] for each in trove] or [(found.metadata.get("License") or "").strip()[:60]]
    return " OR ".join(sorted({_spdx(found, each) for each in told if not _is_vague(each)})) or "unknown"


def _is_vague(told: str) -> bool:
    return not told.strip() or told.strip() in ("UNKNOWN", "OSI Approved")


def _spdx(found: Distribution, told: str) -> str:
    plain = told.strip().lower()
    if re.search(r"general public license v2 or later|\bgplv2\+", plain) and "lesser" not in plain:
        return "GPL-2.0-or-later"
    if re.search(r"general public license", plain) and "lesser" not in plain:
        return "GPL-1.0-or-later"
    if "bsd" in plain:
        return _which_bsd(found, plain)
    return next((spdx for words, spdx in _WORDS if re.search(words, plain)), told.strip())


def _which_bsd(found: Distribution, plain: str) -> str:
    """Two clauses or three: as it says itself, else by the words of its licence file."""
    if "2-clause" in plain:
        return "BSD-2-Clause"
    files = [file for file in found.files or () if re.search(r"licen[cs]e|copying", file.name, re.IGNORECASE)]
    texts = [
        Path(str(file.locate())).read_text("utf-8", "replace")
        for file in files
        if Path(str(file.locate())).is_file()
    ]
    two = any("Redistribution" in text for text in texts) and not any(
        re.search(
            r"[Nn]either\s+the\s+name|names?\s+of\s+.{0,80}may\s+not|used\s+to\s+endorse", text, re.DOTALL
        )
        for text in texts
    )
    return "BSD-2-Clause" if two else "BSD-3-Clause"


def is_permissive(expression: str) -> bool:
    """Whether one may take a licence of the expression that is permissive: any of an OR, every one of an AND."""
    return any(
        all(part.strip(" ()") in PERMISSIVE for part in re.split(r" AND ", choice))
        for choice in re.split(r" OR ", expression)
    )


def installed() -> dict[str, str]:
    """Version of each distribution that is installed, by canonical name."""
    return {canonicalize_name(each.name): each.version for each in importlib.metadata.distributions()}


def brought_by() -> dict[str, str]:
    """Who brings a distribution along: the first of core, the extras and dev that reaches it."""
    found: dict[str, str] = {}
    for group, roots in declared().items():
        for name in reached(roots):
            found.setdefault(name, group)
    return found


def page() -> str:
    """docs/licences.md."""
    pins, groups, here = locked(), brought_by(), installed()
    lines = [
        "# Licences",
        "",
        "Every distribution in `requirements.lock` with its licence, by the metadata that it is installed with.",
        "Written by `make licences`; a test fails while it is not up to date, and while a licence is neither",
        "permissive nor one of the exceptions below. `core` is what every desk needs, Airflow's own tree included.",
        "",
        "| Distribution | Licence | Brought by |",
        "|---|---|---|",
    ]
    elsewhere = []
    for name, pin in sorted(pins.items()):
        if name not in here:
            elsewhere.append(f"- {name}: {pin.marker or 'not installed'}")
            continue
        lines.append(f"| {name} | {licence_of(name)} | {groups.get(name, 'not reached')} |")
    lines += ["", "## Exceptions", "", *(f"- {name}: {why}" for name, why in sorted(EXCEPTIONS.items()))]
    if elsewhere:
        lines += [
            "",
            "## Not on this machine",
            "",
            "In the lock for other systems or versions of Python:",
            "",
            *elsewhere,
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
