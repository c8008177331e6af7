"""What the DAG files must know of the bank's terms before anything runs: its clock and its windows."""

import os
from pathlib import Path
from typing import Any


def home_path() -> Path:
    """The home the tasks work in: `SEPA_HOME`, else `./var`."""
    return Path(os.environ.get("SEPA_HOME") or "var").absolute()


def bank_timezone() -> str:
    """The zone of the bank's clock, for schedules. Read from the home's profile, or ours while there is no home yet."""
    zone: str = versions()[-1].bank.timezone
    return zone


def window_crons() -> list[str]:
    """The clearing windows of every version of the bank's terms as cron lines in the bank's zone.

    A run that the version of its day does not know does nothing (`seal_window`).
    """
    windows = {window for version in versions() for window in version.clearing.windows}
    return [f"{window.minute} {window.hour} * * *" for window in sorted(windows)]


def share_bytes() -> int | None:
    """How much of a large file one task judges: `SEPA_SPREAD_BYTES`. Without it None, and no file is spread."""
    told = os.environ.get("SEPA_SPREAD_BYTES", "")
    if told and not (told.isascii() and told.isdigit() and int(told)):
        raise ValueError(f"SEPA_SPREAD_BYTES is {told!r}; a number of bytes from 1 on is expected")
    return int(told) if told else None


def bucket() -> str | None:
    """The URL of the bucket from which files come and into which they leave: `SEPA_BUCKET`; None without one."""
    return os.environ.get("SEPA_BUCKET") or None


def versions() -> Any:
    """Every version of the bank's terms, oldest first; ours while there is no home yet."""
    from sepa.store.profiles import load_versions

    return load_versions(sorted((home_path() / "reference").glob("profile*.yaml")) or ["otp-sk"])
