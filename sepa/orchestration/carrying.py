"""The two tasks of *Carry*: to and from object storage."""

from typing import Any

from sepa.orchestration.secrets import journal_url, masked
from sepa.orchestration.terms import home_path


@masked
def carry(bucket: str, way: str) -> dict[str, Any]:
    """Carry files from the bucket into the inboxes (`way` is `in`), or what left the desk into the bucket (`out`)."""
    from sepa.pipeline.carry import carry_in, carry_out
    from sepa.pipeline.home import open_home
    from sepa.store.bucket import Bucket

    with open_home(home_path(), journal_url=journal_url()) as home:
        done = (carry_in if way == "in" else carry_out)(home, Bucket(bucket))
    return {"carried": len(done.carried), "left": len(done.left)}
