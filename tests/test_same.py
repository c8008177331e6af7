"""What is made of the very same thing is made once, and nothing else takes its place."""

from sepa.model.same import _REMEMBERED, Same


def test_the_very_same_thing_is_put_together_once() -> None:
    made: list[int] = []
    double = Same(lambda thing: made.append(1) or [*thing, *thing])
    thing = [1]
    assert double(thing) is double(thing)
    assert double([1]) == [1, 1]
    assert len(made) == 2


def test_what_is_remembered_is_bounded_and_never_taken_for_another() -> None:
    told = Same(lambda thing: str(thing[0]))
    for number in range(3 * _REMEMBERED):
        assert told([number]) == str(number)
        assert len(told._made) <= _REMEMBERED
