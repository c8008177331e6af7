"""Fuzz one target, guided by what of `sepa` it reaches: `python -m tests.fuzz.run message --seconds 60`.

What it starts from lies in `tests/fuzz/corpus/TARGET`, what it finds in `.cache/fuzz/TARGET`, which git ignores.
Bytes that fail lie in `tests/fuzz/crashers` afterwards, to be mended and kept: `test_crashers.py` plays them again.
"""

import argparse
import random
import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "fuzz"
MEGABYTES_MAX = 1_024
SECONDS_EACH_MAX = 10


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("target")
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument(
        "--runs", type=int, default=-1, help="at most so many; -1 is as many as there is time for"
    )
    asked.add_argument("--seed", type=int, default=0, help="0 is another one each time")
    options = asked.parse_args()
    with atheris.instrument_imports(include=["sepa"]):
        from tests.fuzz.targets import TARGETS
    from tests.fuzz.mutations import MUTATIONS

    found = CACHE / options.target
    crashers = HERE / "crashers"
    for folder in (found, crashers):
        folder.mkdir(parents=True, exist_ok=True)
    mutation = MUTATIONS.get(options.target)

    def mutate(content: bytes, size_max: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311
        if mutation is None or chance.random() < 0.3:
            return bytes(atheris.Mutate(content, size_max))
        return mutation(content, chance)[:size_max]

    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={options.seconds}",
            f"-runs={options.runs}",
            f"-rss_limit_mb={MEGABYTES_MAX}",
            f"-timeout={SECONDS_EACH_MAX}",
            f"-seed={options.seed}",
            f"-artifact_prefix={crashers}/{options.target}-",
            "-max_len=65536",
            "-print_final_stats=1",
            "-verbosity=0",
            str(found),
            str(HERE / "corpus" / options.target),
        ],
        TARGETS[options.target],
        custom_mutator=mutate,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
