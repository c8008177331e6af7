"""U, the measure for everything else: one plain pass of the parser over a file, which clears each element and looks at
nothing.

`python -m bench.reading PATH` passes over one file, or over every file of a folder, and prints the seconds as JSON.
"""

import sys
from pathlib import Path

from lxml import etree

from bench.spent import spent, tell


def plain_pass(path: Path) -> None:
    """Parse once, clear each element, look at nothing."""
    for _, element in etree.iterparse(str(path)):
        element.clear()


def plain_passes(place: Path) -> None:
    """Pass over one file, or over every file of a folder."""
    for path in sorted(place.iterdir()) if place.is_dir() else [place]:
        plain_pass(path)


if __name__ == "__main__":
    tell({"U": spent(lambda: plain_passes(Path(sys.argv[1])))})
