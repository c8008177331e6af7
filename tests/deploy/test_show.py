"""What the show of two workers is compared with: the same file in one stream, good orders and bad."""

from pathlib import Path

from bench.desk import make_home
from bench.orders import write_orders
from deploy.celery.show import MESSAGE, in_one_stream, quiet_windows


def test_a_file_with_bad_orders_is_judged_and_settled(tmp_path: Path) -> None:
    file = tmp_path / "orders.xml"
    write_orders(file, MESSAGE, 60, faults=0.2)
    left = []
    for name in ("one", "other"):
        make_home(tmp_path / name, 60)
        quiet_windows(tmp_path / name)
        left.append(in_one_stream(tmp_path / name, file))
    assert left[0] == left[1]
    assert any("pacs.008" in path for path in left[0][0])
