"""Work in between, left by one process for another: whole or not there, and not trusted when its bytes changed."""

import hashlib
from functools import cache
from pathlib import Path

from sepa.store.files import draft_in, finish, make_folder

_DIGEST_BYTES = 32
_CODE = (".py", ".yaml", ".xsd")


def leave(folder: Path, name: str, content: bytes, *, drafts: Path) -> bool:
    """Leave `content` in `folder` under `name`. Whoever comes first stays; returns whether that was this call.

    It is there whole or not at all, whoever is killed. The draft lies in `drafts`, on the same disk.
    """
    make_folder(folder)
    with draft_in(drafts) as (out, draft):
        out.write(hashlib.sha256(content).digest())
        out.write(content)
        return finish(out, draft, folder / name)


def left(folder: Path, name: str) -> bytes | None:
    """What `leave` left; None when it is not there, or not as it was left."""
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        return None
    content, digest = content[_DIGEST_BYTES:], content[:_DIGEST_BYTES]
    return content if hashlib.sha256(content).digest() == digest else None


@cache
def code_digest() -> str:
    """The SHA-256, in hex, of the desk's own code: two machines with the same one judge alike."""
    package = Path(__file__).resolve().parents[1]
    whole = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in _CODE:
            whole.update(
                f"{path.relative_to(package)}\n".encode() + hashlib.sha256(path.read_bytes()).digest()
            )
    return whole.hexdigest()
