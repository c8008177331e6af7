"""Who may order what, and whether two words are those of two people."""

import re
import unicodedata
from collections.abc import Mapping
from typing import get_args

import msgspec

from sepa.model.journal import Act

FOR_OTHERS = "for-others"
RIGHTS: tuple[str, ...] = (*get_args(Act), "correct", "purge", FOR_OTHERS)
"""What a role may give: each act, and to enter what somebody else has ordered."""

TABLE = "reference/roles.yaml"
_FOR = " for "


class NotAllowed(Exception):
    """Somebody may not order this; the text says who and what. Nothing was changed."""


class Roles(msgspec.Struct, frozen=True):
    """The bank's table of roles: the `rights` of each person, and every name by which one is known (`names`).

    Without a table `rights` is None: whoever reaches the home may order everything, also for others.
    """

    rights: Mapping[str, frozenset[str]] | None = None
    names: Mapping[str, str] = {}

    def recorded(self, by: str, act: str, for_whom: str = "") -> str:
        """The name under which an act is written down: `by`, or `BY for WHOM`. NotAllowed without the right to it.

        `by` is proven, `for_whom` only said: so nobody gains a right by naming somebody else. Both need the right
        to the act, and `by` the one to order for others.
        """
        by, whom = _plain(by), _plain(for_whom)
        if not whom or self._person(whom) == self._person(by):
            self._refuse(by, act)
            return by
        self._refuse(by, FOR_OTHERS)
        self._refuse(by, act)
        self._refuse(whom, act)
        return f"{by}{_FOR}{whom}"

    def same_person(self, one: str, other: str) -> bool:
        """Whether anybody stands behind both of two recorded names, as the one who ordered or as the one it was for.

        Spaces, capitals and other names of the same person tell nobody apart.
        """
        return not self._behind(one).isdisjoint(self._behind(other))

    def _behind(self, recorded: str) -> frozenset[str]:
        return frozenset(map(self._person, re.split(_FOR, _plain(recorded), flags=re.IGNORECASE)))

    def _person(self, name: str) -> str:
        key = folded(name)
        return self.names.get(key, key)

    def _refuse(self, name: str, right: str) -> None:
        if self.rights is None:
            return
        held = self.rights.get(self._person(name))
        if held is None:
            raise NotAllowed(f"{name} stands in no line of {TABLE}, so nothing was done.")
        if right not in held:
            what = "order for others" if right == FOR_OTHERS else f"order {right}"
            raise NotAllowed(f"No role of {name} in {TABLE} may {what}, so nothing was done.")


def folded(name: str) -> str:
    """A name as it is compared: without capitals, spare spaces and other forms of the same letters."""
    return _plain(unicodedata.normalize("NFKC", name)).casefold()


def _plain(name: str) -> str:
    return " ".join(name.split())
