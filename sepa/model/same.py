"""What is said of the very same thing is put together once."""

from collections.abc import Callable
from typing import Generic, TypeVar

_REMEMBERED = 512

Thing = TypeVar("Thing")
Made = TypeVar("Made")


class Same(Generic[Thing, Made]):
    """`make`, with its last results remembered by identity, for things that cannot be compared cheaply.

    Whatever is remembered is kept alive meanwhile, so no other thing takes its identity.
    """

    def __init__(self, make: Callable[[Thing], Made]) -> None:
        self._make = make
        self._made: dict[int, tuple[Thing, Made]] = {}

    def __call__(self, thing: Thing) -> Made:
        known = self._made.get(id(thing))
        if known is not None:
            return known[1]
        made = self._make(thing)
        if len(self._made) == _REMEMBERED:
            self._made.clear()
        self._made[id(thing)] = thing, made
        return made
