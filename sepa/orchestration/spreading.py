"""The tasks of a large file that several workers judge; `sepa.pipeline.spread` does the work. Light, as `steps` is."""

from typing import Any

from sepa.orchestration.secrets import journal_url, masked
from sepa.orchestration.terms import home_path


@masked
def plan_shares(file_keys: list[str], share_bytes: int) -> list[dict[str, Any]]:
    """Plan the large files of a batch; returns one share for each task that is to judge."""
    import msgspec

    from sepa.pipeline.home import open_home
    from sepa.pipeline.spread import shares

    with open_home(home_path(), journal_url=journal_url()) as home:
        return [msgspec.to_builtins(share) for share in shares(home, file_keys, share_bytes)]


@masked
def judge_share(share: dict[str, Any]) -> int:
    """Judge one share and leave its parts in the home; returns how many lie there."""
    from sepa.pipeline.home import open_home
    from sepa.pipeline.spread import Share
    from sepa.pipeline.spread import judge_share as judge

    with open_home(home_path(), journal_url=journal_url()) as home:
        return judge(home, Share(**share))
