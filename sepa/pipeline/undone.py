"""One bad apple: when our own fault stops one piece of work, the rest is done all the same, and then we stop loudly."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")


class LeftUndone(Exception):
    """Work that failed by our own fault, after everything beside it was done; the text names each piece and why."""


def each_of(work: Iterable[Work], do: Callable[[Work], Done], name: Callable[[Work], str]) -> list[Done]:
    """Do every piece of work, whatever happens to the others. LeftUndone at the end when any failed.

    Nobody's orders wait at the cut-off because ours broke on somebody else's file.
    """
    done: list[Done] = []
    failed: list[tuple[str, Exception]] = []
    for piece in work:
        try:
            done.append(do(piece))
        except Exception as fault:
            failed.append((name(piece), fault))
    if failed:
        told = "; ".join(f"{what}: {type(fault).__name__}: {fault}" for what, fault in failed)
        raise LeftUndone(f"{len(done)} done, {len(failed)} left undone: {told}") from failed[0][1]
    return done
