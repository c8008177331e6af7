"""Ask the advisory database about every pin of the lock, and say plainly what could not be asked.

`python -m tools.audit`. Ends with 1 when a pin has a known hole, with 0 otherwise, also where the database does not
answer: a build must not break because a network does.
"""

import json
import subprocess
import sys

from tools.locked import ROOT, locked

SECONDS = 15


def asked(*more: str) -> tuple[str, str]:
    """What pip-audit wrote on standard output and on standard error."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "requirements.lock")),
        *("--no-deps", "--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"),
        *("--timeout", str(SECONDS), *more),
    ]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    return made.stdout, made.stderr


def told(out: str, err: str, pins: int) -> tuple[int, list[str]]:
    """The exit code and the sentences for what pip-audit wrote, about `pins` pins."""
    try:
        answered = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        why = (err.strip().splitlines() or ["it gave no reason"])[-1][:200]
        return 0, [
            f"Not asked: the advisory database did not answer ({why}). Nothing is known about {pins} pins."
        ]
    sentences = []
    holes = 0
    for each in answered:
        if "skip_reason" in each:
            sentences.append(f"Not asked: {each['name']} ({each['skip_reason']}).")
        for hole in each.get("vulns", ()):
            holes += 1
            mended = ", ".join(hole.get("fix_versions") or ()) or "no version yet"
            sentences.append(f"{each['name']} {each['version']}: {hole['id']}, mended in {mended}.")
    asked_about = sum("skip_reason" not in each for each in answered)
    if asked_about + sum("skip_reason" in each for each in answered) < pins:
        sentences.append(f"Not asked: {pins - len(answered)} pins that are for other systems.")
    sentences.append(f"{asked_about} pins asked about, {holes} known holes.")
    return int(holes > 0), sentences


if __name__ == "__main__":
    code, sentences = told(*asked(), len(locked()))
    print("\n".join(sentences))  # noqa: T201  # a command's answer
    sys.exit(code)
