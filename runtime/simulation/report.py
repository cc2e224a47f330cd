"""What is told of one run: mails, how soon they were answered, promises, acts, deaths, and what the oracle found."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import compat32
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

from runtime.simulation.inside import Counts, examine
from runtime.simulation.play import Outcome

PLOTS_HINT: Final = "pip install 'empla[plots]' draws pictures into the report"
_BAR: Final = 40
_SPANS: Final = (
    (1, "within a second"),
    (60, "within a minute"),
    (3600, "within an hour"),
    (8 * 3600, "within 8 hours"),
    (24 * 3600, "within a day"),
    (float("inf"), "later"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run, ready to be told. `latencies_s` are from a mail's arrival to the first answer to it, simulated."""

    seed: int
    days: int
    crashes: str
    command: str
    trace: str
    cpu_s: float
    mails: Mapping[str, int]
    a_day: Sequence[int]
    latencies_s: Sequence[float]
    counts: Mapping[str, Counts]
    deaths: Mapping[str, Sequence[tuple[datetime, str]]]
    suppressed: int
    faults: Sequence[str]

    @property
    def passed(self) -> bool:
        """Whether the oracle found nothing."""
        return not self.faults


def report(outcome: Outcome, command: str) -> Report:
    """Examine a run, and return what is to be told of it; `command` is what plays it again."""
    counts = examine(outcome)
    kinds = Counter(post.kind for post in outcome.script.deeds)
    delivered = outcome.office.delivered
    days: Counter[int] = Counter((mail.at - outcome.began).days for mail in delivered)
    by_employees = sum(mail.account in outcome.script.employees for mail in delivered)
    return Report(
        seed=outcome.seed,
        days=outcome.days,
        crashes=outcome.crashes,
        command=command,
        trace=outcome.trace,
        cpu_s=round(outcome.cpu_s, 1),
        mails={"delivered": len(delivered), "of the scenario": kinds.total(), "of employees": by_employees, **kinds},
        a_day=[days[day] for day in range(outcome.days)],
        latencies_s=sorted(latencies(outcome)),
        counts=counts,
        deaths={lived.slug: lived.deaths for lived in outcome.employees},
        suppressed=outcome.office.suppressed,
        faults=[str(fault) for fault in outcome.faults],
    )


def latencies(outcome: Outcome) -> Iterator[float]:
    """Return how long each mail to an employee that was answered waited for its first answer, in simulated seconds."""
    came: dict[str, datetime] = {}
    for delivered in outcome.office.delivered:
        mail = message_from_bytes(delivered.raw.partition(b"\r\n\r\n")[0], policy=compat32)
        if delivered.recipient in outcome.script.employees:
            came.setdefault(str(mail["Message-ID"] or "").strip(), delivered.at)
        elif delivered.account in outcome.script.employees:
            answered = came.pop(str(mail["In-Reply-To"] or "").strip(), None)
            if answered is not None:
                yield (delivered.at - answered).total_seconds()


def text(found: Report) -> list[str]:
    """Return a report as lines of text."""
    verdict = "Nothing is wrong." if found.passed else f"{len(found.faults)} things are wrong:"
    return [
        f"{found.days} days, seed {found.seed}, crashes {found.crashes}; {found.cpu_s} s of processor time",
        f"played again by: {found.command}",
        f"trace {found.trace[:16]}",
        "",
        *_numbers(found),
        "",
        "Answers, by how long a mail waited (simulated)",
        *_bars(_waited(found.latencies_s)),
        *_percentiles(found.latencies_s),
        "",
        "Mails a day",
        *_bars([(f"day {day}", count) for day, count in enumerate(found.a_day, 1)]),
        "",
        verdict,
        *(f"  {fault}" for fault in found.faults),
    ]


def _numbers(found: Report) -> Iterator[str]:
    for name, count in found.mails.items():
        yield f"  {name + ' mails' if name in ('delivered',) else 'mails ' + name:28} {count:6}"
    for slug, counts in found.counts.items():
        yield f"{slug}"
        yield f"  {'cycles':28} {counts.cycles:6}"
        yield f"  {'acts':28} {counts.acts.total():6}"
        yield f"  {'occurrences':28} {counts.occurrences['fired']:6}"
        for standing, count in sorted(counts.commitments.items()):
            yield f"  {'commitments ' + standing:28} {count:6}"
        yield f"  {'calls of a model':28} {counts.model_calls:6}"
        yield f"  {'deaths survived':28} {len(found.deaths[slug]):6}"
    yield f"{'suppressed submissions':30} {found.suppressed:6}"
    yield f"{'tokens, money':30} {0:6}" if not any(c.model_calls for c in found.counts.values()) else ""


def _waited(latencies_s: Sequence[float]) -> list[tuple[str, int]]:
    found, before = [], -1.0
    for most, words in _SPANS:
        found.append((words, sum(before < each <= most for each in latencies_s)))
        before = most
    return found


def _percentiles(latencies_s: Sequence[float]) -> Iterator[str]:
    if len(latencies_s) > 1:
        cut = quantiles(latencies_s, n=20)
        yield f"  half within {cut[9]:.1f} s, 95 of 100 within {cut[18]:.1f} s, the last after {latencies_s[-1]:.1f} s"


def _bars(rows: Sequence[tuple[str, int]]) -> Iterator[str]:
    most = max((count for _, count in rows), default=0) or 1
    for name, count in rows:
        yield f"  {name:16} {count:6} {'#' * round(_BAR * count / most)}".rstrip()


def write(found: Report, folder: Path) -> list[Path]:
    """Write `report.md`, `report.json` and, with the extra `plots`, pictures into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = _plots(found, folder) if find_spec("matplotlib") is not None else []
    lines = ["# A simulated month" if found.days >= 28 else f"# {found.days} simulated days", ""]
    lines += ["```text", *text(found), "```", ""]
    lines += [f"![{picture.stem}]({picture.name})" for picture in pictures] or [f"No pictures: `{PLOTS_HINT}`."]
    (folder / "report.md").write_text("\n".join([*lines, ""]))
    (folder / "report.json").write_text(json.dumps(as_data(found), indent=1, default=str))
    return [folder / "report.md", folder / "report.json", *pictures]


def as_data(found: Report) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "seed": found.seed,
        "days": found.days,
        "crashes": found.crashes,
        "command": found.command,
        "trace": found.trace,
        "cpu_s": found.cpu_s,
        "passed": found.passed,
        "faults": list(found.faults),
        "mails": dict(found.mails),
        "mails_a_day": list(found.a_day),
        "latencies_s": [round(each, 3) for each in found.latencies_s],
        "suppressed": found.suppressed,
        "employees": {
            slug: {
                "cycles": counts.cycles,
                "percepts": dict(counts.percepts),
                "acts": dict(counts.acts),
                "intentions": dict(counts.intentions),
                "occurrences": dict(counts.occurrences),
                "commitments": dict(counts.commitments),
                "expectations": dict(counts.expectations),
                "model_calls": counts.model_calls,
                "deaths": [[at.isoformat(), where] for at, where in found.deaths[slug]],
            }
            for slug, counts in found.counts.items()
        },
    }


def _plots(found: Report, folder: Path) -> list[Path]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pictures = []
    waited = _waited(found.latencies_s)
    deaths: Counter[str] = Counter(where for each in found.deaths.values() for _, where in each)
    for name, rows in (
        ("mails a day", [(str(day), count) for day, count in enumerate(found.a_day, 1)]),
        ("how long mails waited", waited),
        ("where processes died", deaths.most_common(15)),
    ):
        figure, axes = pyplot.subplots(figsize=(9, 3.2))
        axes.bar([label for label, _ in rows], [count for _, count in rows], color="#4a6fa5")
        axes.set_title(name)
        axes.tick_params(axis="x", labelrotation=0 if len(rows) > 20 else 30, labelsize=7)
        figure.tight_layout()
        pictures.append(folder / f"{name.replace(' ', '-')}.png")
        figure.savefig(pictures[-1], dpi=110)
        pyplot.close(figure)
    return pictures
