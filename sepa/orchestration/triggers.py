"""A wake-up for the sweep: tells that something lies in an inbox. It touches nothing and decides nothing."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

Seen = frozenset[tuple[str, int, int]]


class InboxTrigger(BaseEventTrigger):
    """Fires for each file that appears in any partner's inbox and was seen unchanged twice.

    An event is not a file: several may be merged into one run, or come late. The sweep lists the folders
    itself and decides for itself what is complete; waiting for quiet only spares it being woken in vain.
    """

    def __init__(self, directory: str, poke_interval: float = 2.0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.directory = directory
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "sepa.orchestration.triggers.InboxTrigger",
            {"directory": self.directory, "poke_interval": self.poke_interval},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        before: Seen = frozenset()
        told: Seen = frozenset()
        while True:
            found = await asyncio.to_thread(files_in, Path(self.directory))
            told &= found
            for file in sorted((found & before) - told):
                yield TriggerEvent({"name": file[0]})  # type: ignore[no-untyped-call]
            told |= found & before
            before = found
            await asyncio.sleep(self.poke_interval)


def files_in(inbox: Path) -> Seen:
    """What lies in the partners' inboxes: (name, size, time of change). Hidden and unfinished names do not count.

    Nor do links, pipes and folders. Names are made fit to be sent on as a text.
    """
    from sepa.pipeline.arrival import UNFINISHED
    from sepa.store.files import safe_name

    found = set()
    for file in inbox.glob("[!.]*/[!.]*"):
        if file.suffix.lower() in UNFINISHED:
            continue
        try:
            seen = file.lstat()
        except FileNotFoundError:
            continue  # taken by a sweep while we looked
        if stat.S_ISREG(seen.st_mode):
            name = f"{safe_name(file.parent.name)}/{safe_name(file.name)}"
            found.add((name, seen.st_size, seen.st_mtime_ns))
    return frozenset(found)
