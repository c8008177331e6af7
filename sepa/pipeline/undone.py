"""One bad apple: when our own fault stops one piece of work, the rest is done all the same, and then we stop loudly."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")

TOGETHER = 200
"""Most small pieces that are done together: a fraction of a second for those who wait for their turn."""
SMALL_BYTES = 256 * 1024
"""A larger file is work enough for itself."""


class LeftUndone(Exception):
    """Work that failed by our own fault, after everything beside it was done; the text names each piece and why."""


def each_of(work: Iterable[Work], do: Callable[[Work], Done], name: Callable[[Work], str]) -> list[Done]:
    """Do every piece of work, whatever happens to the others. LeftUndone at the end when any failed.

    Nobody's orders wait at the cut-off because ours broke on somebody else's file.
    """
    return each_in_groups(([piece] for piece in work), do, name, lambda _: nullcontext())


def each_in_groups(
    groups: Iterable[Sequence[Work]],
    do: Callable[[Work], Done],
    name: Callable[[Work], str],
    together: Callable[[Sequence[Work]], AbstractContextManager[Any]],
) -> list[Done]:
    """As `each_of`, a group at a time inside `together`, which ends a group as a whole, or undoes all of it.

    Where it cannot end a group, its pieces are done again one by one, so that a single one cannot spoil the others.
    """
    done: list[Done] = []
    failed: list[tuple[str, Exception]] = []

    def attempt(group: Sequence[Work]) -> None:
        well: list[Done] = []
        badly: list[tuple[str, Exception]] = []
        try:
            with together(group):
                for piece in group:
                    try:
                        well.append(do(piece))
                    except Exception as fault:
                        badly.append((name(piece), fault))
        except Exception as fault:
            if len(group) == 1:
                failed.append((name(group[0]), fault))
            for piece in group if len(group) > 1 else ():
                attempt([piece])
        else:
            done.extend(well)
            failed.extend(badly)

    for group in groups:
        attempt(group)
    if failed:
        told = "; ".join(f"{what}: {type(fault).__name__}: {fault}" for what, fault in failed)
        raise LeftUndone(f"{len(done)} done, {len(failed)} left undone: {told}") from failed[0][1]
    return done


def in_groups(work: Iterable[Work], small: Callable[[Work], bool] = lambda _: True) -> Iterator[list[Work]]:
    """Pieces in their order: those that are `small` together, TOGETHER at most, every other one alone."""
    group: list[Work] = []
    for piece in work:
        alone = not small(piece)
        if group and (alone or len(group) == TOGETHER):
            yield group
            group = []
        if alone:
            yield [piece]
        else:
            group.append(piece)
    if group:
        yield group
