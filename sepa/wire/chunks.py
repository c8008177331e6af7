"""Chunks: a plain file cut for several readers.

It is cut as for slabs (`sepa.wire.pieces`), into larger parts. Prologue, head of the open block, chunk and closing
tags are a plain file again, so each chunk is read as one, and what proves slabs to stand for the whole file holds for
the slabs of all chunks as well.
"""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from sepa.wire.pieces import cuts


class Chunk(msgspec.Struct, frozen=True):
    """Consecutive transactions of a plain file: its bytes from `start` to `end`.

    `before` and `after` make a plain file of them. `transaction` and `block` are the positions in the file of the
    first transaction and of the first block; `transactions` is how many there are, `continued` whether the first
    block began in an earlier chunk.
    """

    start: int
    end: int
    before: bytes
    after: bytes
    transaction: int
    transactions: int
    block: int
    continued: bool


def chunks(source: BinaryIO, name: str, chunk_bytes: int) -> Iterator[Chunk]:
    """Yield where the file may be cut into chunks of about `chunk_bytes` bytes. FastRoadLeft at any doubt.

    The counts are those of the tags in the bytes; who reads a chunk must hold them against what was read.
    """
    start, transaction, block = 0, 1, 1
    for cut in cuts(source, name, chunk_bytes):
        start = start or len(cut.before)  # before the first is the prologue alone
        end = start + len(cut.text)
        yield Chunk(start, end, cut.before, cut.after, transaction, cut.transactions, block, cut.continued)
        start, transaction = end, transaction + cut.transactions
        block += cut.blocks - cut.ends_inside
