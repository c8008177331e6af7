"""Opening the home that a command works in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sepa.cli.options import REFUSED, Stop
from sepa.model.profile import Profile
from sepa.model.reference import Reference
from sepa.model.roles import NotAllowed
from sepa.pipeline.home import Home, NoHome, home_root, open_home
from sepa.store.keys import refuse_unoffered
from sepa.store.profiles import ProfileFault
from sepa.store.reference import ReferenceFault, load_reference


@contextmanager
def opened(given: Path | None) -> Iterator[Home]:
    """Open the home named on the command line; a missing one is a mistake of usage, told in a sentence.

    So is what the person at the terminal may not order.
    """
    try:
        with open_home(home_root(given)) as home:
            yield home
    except (NoHome, ProfileFault, ReferenceFault) as fault:
        raise Stop(str(fault)) from None
    except NotAllowed as refused:
        raise Stop(str(refused), REFUSED) from None


def reference_for(data: Path | None, *profiles: Profile) -> Reference:
    """The reference data of a folder, to be judged by `profiles`; none without a folder. ReferenceFault as it comes."""
    reference = load_reference(data) if data else Reference()
    for profile in profiles:
        refuse_unoffered(reference, profile)
    return reference
