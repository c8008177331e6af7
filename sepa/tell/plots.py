"""Three pictures of a day as SVG, the same bytes for the same figures. matplotlib is loaded late."""

import datetime
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from sepa.model.day import FileFigures, Refusal, Tally
from sepa.scheme.phrase import Phrase
from sepa.tell.day_words import STATES as WORDS_OF_STATES
from sepa.tell.parts import Say

INK, SOFT, LINE = "#1c2422", "#5b6663", "#d9dfdc"
ACCENT, ALARM = "#0b5d4e", "#b3261e"
STATES = {
    "paid": "#0b5d4e",
    "waiting": "#5fa897",
    "held": "#e0a526",
    "routed": "#7a8ca3",
    "handed_over": "#4b5f78",
    "rejected": "#b3261e",
    "unsettled": "#d98880",
    "revoked": "#b9c1be",
}
REASONS_MAX = 12
Words = Mapping[str, str]
Number = Callable[[int], str]
MINUTES_OF_DAY = 24 * 60


def arrivals(
    files: Sequence[FileFigures], cutoff: datetime.time | None, words: Words, say: Say, number: Number
) -> str:
    """Orders received so far through the day as a staircase, against the cut-off."""
    figure, axes = _canvas("arrivals", 2.6)
    steps = [(0, 0)]
    for file in sorted(files, key=lambda file: (file.received_at, file.partner, file.name)):
        steps.append((_minute(file.received_at.time()), steps[-1][1] + file.received.count))
    steps.append((MINUTES_OF_DAY, steps[-1][1]))
    minutes, counts = zip(*steps, strict=True)
    axes.fill_between(minutes, counts, step="post", color=ACCENT, alpha=0.12, linewidth=0)
    axes.step(minutes, counts, where="post", color=ACCENT, linewidth=1.8)
    axes.plot(minutes[1:-1], counts[1:-1], "o", color=ACCENT, markersize=4)
    top = max(counts[-1], 1)
    if cutoff is not None:
        axes.axvline(_minute(cutoff), color=ALARM, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.text(
            _minute(cutoff) - 12,
            top * 1.08,
            say(Phrase("cut-off {time}", {"time": f"{cutoff:%H:%M}"})),
            color=ALARM,
            ha="right",
            va="center",
        )
    axes.set_xlim(0, MINUTES_OF_DAY)
    axes.set_ylim(0, top * 1.2)
    axes.set_xticks(range(0, MINUTES_OF_DAY + 1, 180), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.set_major_formatter(lambda count, _: number(int(count)))
    axes.set_ylabel(words["orders_so_far"])
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    return _svg(figure, "arrivals", words["received_through"])


def money(states: Sequence[tuple[str, Tally]], words: Words, say: Say) -> str:
    """What became of the euro received: one bar, its parts in the colours of `STATES`."""
    figure, axes = _canvas("money", 1.5)
    total = sum(tally.cents for _, tally in states)
    left = 0
    for name, tally in states:
        if tally.cents:
            axes.barh(
                0, tally.cents, left=left, height=0.62, color=STATES[name], edgecolor="white", linewidth=1.2
            )
            if 14 * tally.cents >= total:
                share = (200 * tally.cents + total) // (2 * total)
                axes.text(
                    left + tally.cents / 2,
                    0,
                    f"{share} %",
                    color="white",
                    ha="center",
                    va="center",
                    weight="bold",
                )
            left += tally.cents
    shown = [(name, tally) for name, tally in states if tally.cents]
    patches = [_patch(STATES[name]) for name, _ in shown]
    if patches:
        columns = min(len(patches), 4)
        axes.legend(
            patches,
            [say(WORDS_OF_STATES[name]) for name, _ in shown],
            loc="upper center",
            bbox_to_anchor=(0.5, -0.02),
            ncols=columns,
            frameon=False,
            handlelength=1,
            handleheight=1,
        )
    axes.set_xlim(0, max(total, 1))
    axes.set_axis_off()
    named = [(say(WORDS_OF_STATES[name]), tally) for name, tally in shown]
    return _svg(figure, "money", f"{words['money_in_words']}: {_in_words(named, total)}")


def refusals(reasons: Sequence[Refusal], words: Words, number: Number) -> str:
    """Refused orders by ISO code and rule, most frequent on top; beyond twelve the rest is one bar."""
    ranked = sorted(reasons, key=lambda reason: (-reason.total.count, reason.code, reason.rule))
    counts = Counter[str]()
    for reason in ranked:
        counts[f"{reason.code} · {reason.rule}"] += reason.total.count
    bars = counts.most_common()
    if len(bars) > REASONS_MAX:
        bars = [
            *bars[: REASONS_MAX - 1],
            (words["all_others"], sum(count for _, count in bars[REASONS_MAX - 1 :])),
        ]
    figure, axes = _canvas("refusals", 0.55 + 0.3 * max(len(bars), 1))
    axes.barh([name for name, _ in bars], [count for _, count in bars], color=ALARM, alpha=0.85, height=0.62)
    most = max((count for _, count in bars), default=1)
    for place, (_, count) in enumerate(bars):
        axes.text(count + most / 100, place, number(count), va="center", ha="left", color=INK)
    axes.set_xlim(0, most * 1.1)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return _svg(figure, "refusals", words["refused_by_reason"])


def _canvas(name: str, height_inches: float) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height_inches), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=SOFT, length=3, labelsize=9)
    axes.yaxis.label.set_color(SOFT)
    return figure, axes


def _svg(figure: Any, name: str, title: str) -> str:
    """The figure as an `<svg>` element for a page; ids start with `name`, so that several go together."""
    import matplotlib

    settings: dict[Any, Any] = {
        "svg.hashsalt": name,
        "svg.fonttype": "none",
        "text.parse_math": False,
        "font.size": 9,
    }
    out = io.StringIO()
    with matplotlib.rc_context(settings):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawing = out.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{name}-", drawing)
    title = escape(title)
    drawing = re.sub(r'<svg ([^>]*?)width="[^"]*"|<svg ', r"<svg \1", drawing, count=1)
    return drawing.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1).strip()


def _patch(color: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(color=color)


def _minute(time: datetime.time) -> int:
    return time.hour * 60 + time.minute


def _in_words(shown: Sequence[tuple[str, Tally]], total: int) -> str:
    return ", ".join(f"{name} {(200 * tally.cents + total) // (2 * total)} %" for name, tally in shown) or "–"
