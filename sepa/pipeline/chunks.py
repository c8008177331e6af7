"""A large file is judged in chunks, on all cores; verdicts and journal are those of one stream, byte for byte.

Workers are forks of this process: they read, judge, and hand back the journal's lines. Here each chunk is taken in its
turn, judged once more where earlier ones touched what it rests on (see `sepa.decide.chunk`), and written down.
"""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence, Set
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path

import msgspec

from sepa.decide import Desk, Judging, Opening, Part
from sepa.model.message import MessageHead
from sepa.model.verdict import FileVerdict
from sepa.pipeline.beside import begin_fork
from sepa.pipeline.desk import together
from sepa.pipeline.patience import Measured
from sepa.store.journal import Journal, Sealing
from sepa.wire.chunks import Chunk
from sepa.wire.read import Plan, read_chunk

CHUNK_BYTES = 1 << 20
WORTH_BYTES = 8 * CHUNK_BYTES
"""A smaller file is judged in one stream: by then it is done."""

Judged = tuple[Part, list[bytes]]
JudgeChunk = Callable[[Chunk, Opening], Judged]
InTurn = Callable[[Sequence[Chunk], Opening], Iterator[Judged]]


class ChunkedFile(msgspec.Struct, frozen=True):
    """What every worker needs to judge any chunk of one file."""

    path: Path
    head: MessageHead
    desk: Desk
    file_key: str

    def judge(
        self, chunk: Chunk, opening: Opening, *, journal: Journal, seen: Callable[[Collection[str]], Set[str]]
    ) -> Judged:
        """Judge a chunk upon its opening; the journal's lines come piece by piece. Doubt as in `read_chunk`."""
        judging = Judging(self.desk, self.file_key, opening=opening)
        judging.head(self.head)
        with Measured(self.path) as source:
            lines = [
                journal.order_lines(self.file_key, [*chain(*judging.pieces(pieces, seen))])
                for pieces in together(read_chunk(source, self.head.name, chunk))
            ]
        return judging.part(), lines


def judge_chunks(
    file: ChunkedFile, planned: Plan, in_turn: InTurn, *, sealing: Sealing, journal: Journal
) -> FileVerdict:
    """Judge a planned file: `in_turn` judges its chunks, here they are put together and written down."""
    judging = Judging(file.desk, file.file_key, sealing.ordered)
    judging.head(file.head)
    opening = Opening(first_local_instrument=planned.first_local_instrument)
    for chunk, (part, lines) in zip(planned.chunks, in_turn(planned.chunks, opening), strict=True):
        if not judging.stands(part):
            part, lines = file.judge(chunk, judging.opening_for(part), journal=journal, seen=sealing.seen)
        judging.absorb(part)
        for each in lines:
            sealing.add_lines(each)
    return judging.close()


def alone(judge: JudgeChunk) -> InTurn:
    """One chunk after the other, in this process."""
    return lambda chunks, opening: (judge(chunk, opening) for chunk in chunks)


@contextmanager
def crew(workers: int, file: ChunkedFile, journal: Journal) -> Iterator[InTurn]:
    """Workers that judge chunks of `file` side by side; what they judged comes in the order of the chunks."""
    context = multiprocessing.get_context("fork")
    gc.freeze()  # what is there stays shared with the workers, instead of being copied when they collect
    try:
        with ProcessPoolExecutor(workers, context, _begin, (file, journal, os.getpid())) as pool:
            yield partial(_in_turn, pool, workers)
    finally:
        gc.unfreeze()


def _in_turn(
    pool: ProcessPoolExecutor, workers: int, chunks: Sequence[Chunk], opening: Opening
) -> Iterator[Judged]:
    under_way: deque[Future[Judged]] = deque()
    try:
        for chunk in chunks:
            if len(under_way) > workers:
                yield under_way.popleft().result()
            under_way.append(pool.submit(_judge, chunk, opening))
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


_judge_here: JudgeChunk


def _begin(file: ChunkedFile, journal: Journal, parent: int) -> None:
    """Get a worker ready."""
    global _judge_here
    begin_fork(journal, parent)
    _judge_here = partial(file.judge, journal=journal, seen=partial(journal.seen, file.file_key))


def _judge(chunk: Chunk, opening: Opening) -> Judged:
    return _judge_here(chunk, opening)
