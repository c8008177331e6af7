"""Read a payment file: one head, then pieces of transactions, or the reason why it cannot be read.

The gate looks at the bytes; a plain file takes the fast road, every other one the slow road; both build the
same records from the same field table. The fast road can only say yes. When it doubts, the slow road starts
again from the beginning, passes over what was already handed out, and goes on from there or says what is
wrong.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from sepa.model.finding import Unreadable
from sepa.model.message import MessageHead, PaymentInformation, Piece
from sepa.wire.chunks import Chunk, chunks
from sepa.wire.gate import gate
from sepa.wire.pieces import FastRoadLeft, slabs
from sepa.wire.records import Builder, message_head
from sepa.wire.schema import READABLE
from sepa.wire.stream import stream

PIECE_BYTES: Final = 262144


class Plan(msgspec.Struct, frozen=True):
    """How a large plain file may be read in parts: its head, its first LocalInstrument, and its chunks in order."""

    head: MessageHead
    first_local_instrument: str | None
    chunks: tuple[Chunk, ...]


class Doubt(Exception):
    """A chunk is not what the plan took it for. Nothing is wrong yet: `read` decides about the whole file."""


def read(
    source: BinaryIO, *, offered: tuple[str, ...], size_bytes_max: int, piece_bytes: int = PIECE_BYTES
) -> Iterator[MessageHead | Piece | Unreadable]:
    """Yield the MessageHead, then Pieces in file order. An Unreadable may come first, or last instead of
    more pieces.

    After an Unreadable the whole file is refused, and everything read before is void. `source` is an opened,
    seekable file; `offered` are the messages this bank takes, each of which must be one of
    `sepa.wire.schema.READABLE` (else ValueError); `piece_bytes` is the rough size of the parts that are
    parsed at once. A Piece never spans two blocks, and all Pieces of a block share one PaymentInformation.
    Whatever a file holds, it raises nothing; an OSError is the disk's and passes through.
    """
    unknown = set(offered) - set(READABLE)
    if unknown:
        raise ValueError(f"offered, but there is no reader for it: {', '.join(sorted(unknown))}")
    return _read(source, offered, size_bytes_max, piece_bytes)


def plan(source: BinaryIO, *, offered: tuple[str, ...], size_bytes_max: int, chunk_bytes: int) -> Plan | None:
    """Plan to read a file in chunks of about `chunk_bytes` bytes; None where only `read` can tell what it is.

    The bytes are looked at, and no more than the first transactions parsed. What is not as the plan says is
    found when its chunk is read.
    """
    admitted = gate(source, offered=offered, size_bytes_max=size_bytes_max)
    if isinstance(admitted, Unreadable) or not admitted.plain:
        return None
    name = admitted.message_name
    try:
        first = next(slabs(source, name, 1))
        head, piece = (
            message_head(first.document, name),
            Builder(name).pieces(first.document, continued=False)[0],
        )
        instrument = piece.transactions[0].payment_type.local_instrument
        return Plan(head, instrument, tuple(chunks(source, name, chunk_bytes)))
    except FastRoadLeft:
        return None


def read_chunk(
    source: BinaryIO, name: str, chunk: Chunk, *, piece_bytes: int = PIECE_BYTES
) -> Iterator[Piece]:
    """Yield the Pieces of one chunk of a planned file, as `read` would. Doubt where it is not as planned."""
    source.seek(chunk.start)
    text = source.read(chunk.end - chunk.start)
    builder = Builder(name, transactions=chunk.transaction - 1, blocks=chunk.block - 1)
    try:
        for slab in slabs(io.BytesIO(chunk.before + text + chunk.after), name, piece_bytes):
            yield from builder.pieces(slab.document, continued=slab.continued, usual=slab.usual)
    except FastRoadLeft as doubt:
        raise Doubt(str(doubt)) from doubt
    if builder.transactions != chunk.transaction + chunk.transactions - 1:
        raise Doubt("the tags do not count what was read")


def _read(
    source: BinaryIO, offered: tuple[str, ...], size_bytes_max: int, piece_bytes: int
) -> Iterator[MessageHead | Piece | Unreadable]:
    admitted = gate(source, offered=offered, size_bytes_max=size_bytes_max)
    if isinstance(admitted, Unreadable):
        yield admitted
        return
    name = admitted.message_name
    builder = Builder(name)
    headed = False
    if admitted.plain:
        try:
            for slab in slabs(source, name, piece_bytes):
                if not headed:
                    headed = True
                    yield message_head(slab.document, name)
                yield from builder.pieces(slab.document, continued=slab.continued, usual=slab.usual)
            return
        except FastRoadLeft:
            pass
    slow = stream(source, name, admitted.message_id)
    yield from _behind(slow, builder.transactions, builder.block, headed=headed)


def _behind(
    items: Iterator[MessageHead | Piece | Unreadable],
    reached: int,
    block: PaymentInformation | None,
    *,
    headed: bool,
) -> Iterator[MessageHead | Piece | Unreadable]:
    """Leave out the head and the transactions up to `reached`, handed out before, and keep the open block."""
    for item in items:
        if isinstance(item, MessageHead):
            if not headed:
                yield item
        elif isinstance(item, Unreadable) or item.transactions[0].position > reached:
            yield _in_block(item, block)
        elif item.transactions[-1].position > reached:
            rest = tuple(transaction for transaction in item.transactions if transaction.position > reached)
            yield _in_block(Piece(item.payment_information, rest), block)


def _in_block(item: Piece | Unreadable, block: PaymentInformation | None) -> Piece | Unreadable:
    """Give a piece of the block that was open the very PaymentInformation that its earlier pieces have."""
    if block is None or isinstance(item, Unreadable) or item.payment_information.position != block.position:
        return item
    return Piece(block, item.transactions)
