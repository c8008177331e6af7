"""What a desk has sent out, for comparing two desks."""

import hashlib
from pathlib import Path


def left_in(root: Path, *, day: str = "") -> dict[str, str]:
    """Path → digest of all reports, notices and settlement files; of the desk's own reports those of `day` alone.

    Seals are left out: they tell in which order everything was written, and that may differ.
    """
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("outbox", "clearing")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
        and not path.name.startswith("seal_")
        and (not day or path.parent.name != "desk" or path.name.startswith(f"day_{day}"))
    }
