"""Write a bill of materials as CycloneDX JSON: what a desk runs with, with digests, licences and who needs whom.

`python -m tools.bom FILE`. The file is not kept in the repository: it is made from the lock and the installed
packages whenever it is asked for, so it cannot go stale.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tools.locked import ROOT, Locked, locked, running


class OutOfStep(Exception):
    """What is installed is not what the lock says; the text says what to do."""


def bill(python: str = sys.executable) -> dict[str, Any]:
    """The bill of what `python` has installed, as far as the lock knows it. The same lock gives the same bill."""
    command = [
        *(
            sys.executable,
            "-m",
            "cyclonedx_py",
            "environment",
            "--output-reproducible",
            "--no-validate",
            "--of",
            "JSON",
        ),
        *("--pyproject", str(ROOT / "pyproject.toml"), python),
    ]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    pins, run = locked(), running()
    return only_locked(json.loads(made.stdout), {name: pin for name, pin in pins.items() if name in run})


def only_locked(document: dict[str, Any], pins: dict[str, Locked]) -> dict[str, Any]:
    """Keep the components that the lock knows, and add its digests. OutOfStep where a version is another."""
    kept = []
    for component in document["components"]:
        pin = pins.get(canonicalize_name(component["name"]))
        if pin is None:
            continue
        if component["version"] != pin.version:
            raise OutOfStep(
                f"{pin.name} {component['version']} is installed, the lock says {pin.version}; run make again first"
            )
        digests = [{"alg": "SHA-256", "content": digest} for digest in pin.sha256]
        kept.append(component | {"hashes": digests})
    refs = {component["bom-ref"] for component in kept} | {document["metadata"]["component"]["bom-ref"]}
    needs = [
        each
        | ({"dependsOn": [ref for ref in each["dependsOn"] if ref in refs]} if "dependsOn" in each else {})
        for each in document["dependencies"]
        if each["ref"] in refs
    ]
    return document | {"components": kept, "dependencies": needs}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("Say which file to write: python -m tools.bom FILE")
    try:
        made = bill()
    except OutOfStep as fault:
        sys.exit(str(fault))
    Path(sys.argv[1]).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(made['components'])} components written to {sys.argv[1]}.")  # noqa: T201  # a command's answer


if __name__ == "__main__":
    main()
