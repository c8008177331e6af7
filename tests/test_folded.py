"""Blocks kept in small are the blocks that were put in."""

import pytest
from msgspec.structs import replace

from sepa.decide.folded import Blocks
from sepa.model.message import AccountId, Agent, Party, PaymentInformation
from sepa.model.verdict import BlockVerdict

FEW, MANY = 3, 1203


def block(position: int) -> BlockVerdict:
    information = PaymentInformation(
        position, f"B{position}", "TRF", "2026-04-02", Party("Ján"), AccountId("SK65"), Agent()
    )
    return BlockVerdict(information, "PART", (), position, "1.00")


def blocks(count: int) -> tuple[Blocks, list[BlockVerdict]]:
    put_in = [block(position) for position in range(1, count + 1)]
    kept = Blocks()
    for each in put_in:
        kept.add(each)
    return kept, put_in


@pytest.mark.parametrize("count", [0, FEW, 500, MANY])
def test_blocks_come_out_as_they_were_put_in(count: int) -> None:
    kept, put_in = blocks(count)
    assert list(kept) == list(kept) == put_in
    assert len(kept) == count
    assert kept == put_in
    assert kept != [*put_in, block(1)]


def test_a_block_is_found_by_its_place() -> None:
    kept, put_in = blocks(MANY)
    assert [kept[0], kept[500], kept[-1]] == [put_in[0], put_in[500], put_in[-1]]
    assert kept[499:502] == put_in[499:502]
    with pytest.raises(IndexError):
        kept[MANY]


@pytest.mark.parametrize("count", [FEW, MANY])
def test_of_a_refused_message_every_block_is_refused(count: int) -> None:
    kept, put_in = blocks(count)
    kept.refuse()
    assert list(kept) == [replace(each, status="RJCT") for each in put_in]
