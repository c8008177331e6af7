"""The two pictures of docs/performance.md, as SVG on a ground of their own: the same bytes for the same figures."""

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bench.figures import Figure, Figures
from bench.table import seconds

GROUND, INK, SOFT, LINE, ALARM = "#fdfdfb", "#1c2422", "#5b6663", "#d9dfdc", "#b3261e"
STAGES = ("#4b5f78", "#0b5d4e", "#e0a526")
LINES = {
    "intake": ("intake, two cores", "#0b5d4e", "o"),
    "one-core": ("intake, one core", "#4b5f78", "s"),
    "refused": ("all refused", "#d98880", "v"),
    "settlement": ("settlement", "#c98a10", "D"),
}
PANELS = (
    ("intake", "Intake on two cores", 2.0),
    ("one-core", "Intake on one core", 3.5),
    ("settlement", "Settlement on two cores", 1.0),
)
MEGABYTES_MOST = 400


def time_plot(found: Figures) -> str:
    """For each of three cases a bar a size: its stages on each other, in U, and the target."""
    figure = _canvas(10.0, 4.4)
    shown = [panel for panel in PANELS if found.get(panel[0])]
    for place, (case, title, target) in enumerate(shown):
        axes = figure.add_subplot(1, len(shown), place + 1)
        _bars(axes, list(found[case].values()), title, target)
        if place == 0:
            axes.set_ylabel("time in U", color=SOFT, fontsize=9)
    return _svg(figure, "time")


def _bars(axes: Axes, sizes: Sequence[Figure], title: str, target: float) -> None:
    tops = [0.0] * len(sizes)
    for color, stage in zip(STAGES, sizes[0].best.stages, strict=True):
        heights = [each.best.stages[stage].wall / each.unit.wall for each in sizes]
        axes.bar(
            range(len(sizes)), heights, bottom=tops, color=color, label=stage, width=0.62, edgecolor=GROUND
        )
        tops = [top + height for top, height in zip(tops, heights, strict=True)]
    highest = max(target, *tops)
    behind = {"facecolor": GROUND, "edgecolor": "none", "pad": 1}
    for place, (top, each) in enumerate(zip(tops, sizes, strict=True)):
        words = f"{top:.2f} U\n{seconds(each.whole.wall)}"
        axes.text(
            place, top + highest * 0.02, words, ha="center", va="bottom", color=INK, fontsize=8, bbox=behind
        )
    axes.axhline(
        target, color=ALARM, linewidth=1.2, linestyle=(0, (4, 3)), label=f"target {target:g} U", zorder=1.5
    )
    axes.set_xticks(range(len(sizes)), [f"{each.orders:,}" for each in sizes])
    axes.set_xlim(-0.6, len(sizes) - 0.4)
    axes.set_ylim(0, highest * 1.2)
    axes.set_xlabel("orders", color=SOFT, fontsize=9)
    axes.set_title(title, color=INK, fontsize=10, loc="left")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), frameon=False, fontsize=8, labelcolor=INK)
    _quiet(axes)


def memory_plot(found: Figures) -> str:
    """Peak memory of all processes against the number of orders."""
    figure = _canvas(10.0, 3.6)
    axes = figure.add_subplot()
    sizes: set[int] = set()
    for case, (name, color, mark) in LINES.items():
        if figures := found.get(case):
            held = [each.megabytes for each in figures.values()]
            axes.plot(list(figures), held, color=color, marker=mark, linewidth=1.8, label=name)
            sizes |= figures.keys()
    axes.axhline(MEGABYTES_MOST, color=ALARM, linewidth=1.2, linestyle=(0, (4, 3)), label="target 400 MB")
    axes.set_xscale("log")
    axes.set_xticks(sorted(sizes), [f"{each:,}" for each in sorted(sizes)])
    axes.xaxis.set_minor_locator(matplotlib.ticker.NullLocator())
    axes.set_ylim(bottom=0, top=max(MEGABYTES_MOST * 1.1, axes.dataLim.y1 * 1.1))
    axes.set_xlabel("orders", color=SOFT, fontsize=9)
    axes.set_ylabel("MB, all processes together", color=SOFT, fontsize=9)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9, labelcolor=INK)
    _quiet(axes)
    return _svg(figure, "memory")


def _canvas(width: float, height: float) -> Canvas:
    layout = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15)
    figure = Canvas(figsize=(width, height), layout=layout, facecolor=GROUND)
    FigureCanvasSVG(figure)
    return figure


def _quiet(axes: Axes) -> None:
    axes.set_facecolor(GROUND)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=SOFT, length=3, labelsize=8)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def _svg(figure: Canvas, name: str) -> str:
    """Letters are drawn, so that it looks the same everywhere."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
