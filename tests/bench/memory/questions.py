"""The figure of questions: by time, by person, over several hops, of now and of before; and what nobody can know.

The set is made from a seed: a year of a company with its customers. People have jobs, numbers, bosses and employers
that change, some of what was heard is corrected later, projects have budgets, and everybody writes mails about matters
of theirs. Facts rest on the mails that said them. What the right answer is, and which memory shows it, is known
from the making, not from any code that answers. An answer is right if its first statement says it and cites it.
"""

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from empla.memory.asking.answers import Answer
from empla.memory.asking.asker import ask
from empla.memory.episodes.writing import write
from empla.memory.knowledge.entities import add_entity, name_entity
from empla.memory.knowledge.recording import correct_fact, record_fact
from empla.memory.knowledge.statements import Statement
from empla.memory.memory import Memory
from empla.memory.model import EVERYTHING, Basis, Episode, EpisodeKind
from empla.store.opening import open_store
from empla.store.store import Store
from tests.bench.memory.measuring import auc, figure

SEED = 20270104
BEGAN = datetime(2026, 7, 1, 9, tzinfo=UTC)
NOW = datetime(2027, 7, 1, 9, tzinfo=UTC)
ASKER = "anna.berg@office.example"
EACH = 40
"""Questions of each kind."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Adam Beth Carl Dora Emil Fay Gwen Hugo Ines Jack Kate Liam Mona Nora Otto Paul Quin Rosa Seth Tara Ugo Vera Walt"
    " Xena Yves Zoe"
)
_LAST = _words("Ames Bell Cole Dean Eads Ford Gray Hale Ivey Judd Kerr Lane Moss Nash Odom Pace Reed Shaw Tate Vance")
_COMPANIES = _words("Norwind Calder Brixton Halden Veritor Osmond Pelican Tarnow")
_PROJECTS = _words("Atlas Borealis Cygnus Dorado Equinox Fornax Gemini Hydra Indigo Juniper")
_TOPICS = _words(
    "Kubernetes taxation welding logistics translation acoustics procurement cryptography catering insurance"
)
_MATTERS = (
    "parking garage", "summer party", "invoice template", "coffee machine", "training budget", "visitor badges",
    "printer contract", "fire drill", "cloud migration", "office plants", "price increase", "trade fair",
    "holiday calendar", "security audit", "delivery delay", "website redesign",
)  # fmt: skip
_JOBS = ("CFO", "head of sales", "buyer", "engineer", "lawyer", "product manager", "controller", "designer")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question with what its answer says and cites; nothing, if nobody can know."""

    kind: str
    words: str
    says: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass
class Year:
    """The company as it was made: `values` are the true values of (name, relation) with since when, in order."""

    store: Store
    chance: random.Random
    numbers: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, str], list[tuple[datetime, str, str]]] = field(default_factory=lambda: defaultdict(list))
    matters: list[tuple[datetime, str, str, str]] = field(default_factory=list)
    mails: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    corrected: list[tuple[str, str]] = field(default_factory=list)

    # making ---------------------------------------------------------------------------------------------------

    def named(self, kind: str, name: str, address: str = "") -> None:
        """Have somebody or something known."""
        self.numbers[name] = add_entity(self.store, kind, name, BEGAN)
        if address:
            name_entity(self.store, self.numbers[name], "address", address, BEGAN)
            self.addresses[name] = address

    def mail(self, at: datetime, author: str, subject: str, text: str) -> str:
        """Have a mail come; return its id."""
        address = self.addresses[author]
        key = f"mail:{len(self.mails)}:{at.isoformat()}:{address}:{subject}"
        people = (address, ASKER)
        kind, thread = EpisodeKind.MAIL, f"<{key}>"
        write(
            self.store,
            [
                Episode(
                    key=key, kind=kind, at=at, text=text, author=address, people=people, subject=subject, thread=thread
                )
            ],
            at,
        )
        name = f"e{self.store.find('episode', {'key': key}, ('seq',))[0].seq}"
        self.mails[author].append((at, name))
        return name

    def says(self, at: datetime, author: str, name: str, relation: str, value: str, text: str) -> int:
        """Have somebody write that something is so from now on; return the number of the fact."""
        episode = self.mail(at, author, f"About {name}", text)
        statement = Statement(
            key=f"{name}:{relation}:{at.isoformat()}",
            subject=self.numbers[name],
            predicate=relation,
            object="" if value in self.numbers else value,
            object_entity=self.numbers.get(value, 0),
            said_by=self.addresses[author],
            valid_from=at,
            rests_on=(episode,),
        )
        number = record_fact(self.store, statement, at)
        self.values[name, relation].append((at, value, f"f{number}"))
        return number

    def day(self, first: int, last: int) -> datetime:
        """Return a moment within days of the year."""
        return BEGAN + timedelta(days=self.chance.randint(first, last), minutes=self.chance.randint(0, 480))


def made(store: Store) -> Year:
    """Make the year."""
    year = Year(store, random.Random(SEED))
    chance = year.chance
    pairs = [(first, last) for first in _FIRST for last in _LAST]
    chance.shuffle(pairs)
    people = [" ".join(pair) for pair in pairs[:60]]
    with store.transaction("made"):
        for company in _COMPANIES:
            year.named("company", company)
        for project in _PROJECTS:
            year.named("project", project)
        for topic in _TOPICS:
            year.named("topic", topic)
        for name in people:
            year.named("person", name, f"{name.lower().replace(' ', '.')}@mail.example")
    with store.transaction("year"):
        _jobs(year, people)
        _things(year, people)
        _matters(year, people)
    return year


def _jobs(year: Year, people: list[str]) -> None:
    chance = year.chance
    for place, name in enumerate(people):
        boss = people[(place // 4) * 4]
        company = _COMPANIES[place // 4 % len(_COMPANIES)]
        year.says(year.day(0, 20), name, name, "works_for", company, f"I work for {company} now.")
        number = f"030 {chance.randint(1000, 9999)}"
        year.says(year.day(0, 30), name, name, "phone", number, f"My phone number is {number}.")
        job = chance.choice(_JOBS)
        year.says(year.day(0, 30), name, name, "title", job, f"I am {job} there.")
        if name != boss:
            year.says(year.day(0, 30), name, name, "reports_to", boss, f"I report to {boss}.")
        if place % 3 == 0:
            other = f"030 {chance.randint(1000, 9999)}"
            year.says(
                year.day(120, 300), name, name, "phone", other, f"My phone number has changed, it is {other} now."
            )
        if place % 7 == 0:
            away = chance.choice([c for c in _COMPANIES if c != company])
            year.says(year.day(120, 300), name, name, "works_for", away, f"I have left {company} and work for {away}.")
        if place % 6 == 0:
            topic = _TOPICS[place // 6]
            year.says(year.day(10, 300), name, name, "knows_about", topic, f"I have years of experience with {topic}.")
        if place % 5 == 1:
            _corrected(year, name, f"030 {chance.randint(1000, 9999)}")


def _corrected(year: Year, name: str, number: str) -> None:
    """Have the manager put the last number right."""
    at, _, fact = year.values[name, "phone"].pop()
    later = max(at + timedelta(days=3), BEGAN + timedelta(days=310))
    new = Statement(
        key=f"{name}:corrected",
        subject=year.numbers[name],
        predicate="phone",
        object=number,
        basis=Basis.CORRECTED,
        said_by=ASKER,
    )
    fresh, _ = correct_fact(year.store, int(fact[1:]), new, "wrong", later)
    year.values[name, "phone"].append((at, number, f"f{fresh}"))
    year.corrected.append((name, number))


def _things(year: Year, people: list[str]) -> None:
    chance = year.chance
    for company in _COMPANIES:
        owner = chance.choice(people)
        year.says(year.day(0, 30), owner, company, "account_owner", owner, f"I look after {company}.")
        date = f"2028-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        year.says(year.day(0, 200), owner, company, "renewal_date", date, f"{company} is renewed on {date}.")
        if chance.random() < 0.6:
            other = chance.choice([p for p in people if p != owner])
            year.says(
                year.day(210, 330), other, company, "account_owner", other, f"I look after {company} from now on."
            )
    for project in _PROJECTS:
        lead = chance.choice(people)
        year.says(
            year.day(0, 60), lead, project, "budget", f"{chance.randint(10, 99)} 000 euros", f"{project} has money."
        )
        year.says(year.day(0, 60), lead, lead, "works_on", project, f"I work on {project}.")


def _matters(year: Year, people: list[str]) -> None:
    for name in people:
        for matter in year.chance.sample(_MATTERS, 4):
            at, word = year.day(30, 360), f"item {year.chance.randint(100, 999)}"
            text = (
                f"Hello Anna,\n\nas to the {matter}: I would take {word} and close it soon.\n\nBest,\n{name.split()[0]}"
            )
            year.matters.append((at, name, matter, word))
            year.mails[f"{name}/{matter}"].append((at, year.mail(at, name, matter.capitalize(), text)))


# asking ---------------------------------------------------------------------------------------------------------------


def _now(year: Year, name: str, relation: str) -> tuple[str, str]:
    return year.values[name, relation][-1][1:]


def _said(value: str) -> str:
    try:
        at = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return value
    return f"{at.day} {at:%B %Y}"


def asked(year: Year) -> Iterator[Wanted]:
    """Yield every question that the year gives an answer to, and those to which it gives none."""
    names = list(year.addresses)
    for name in names:
        value, fact = _now(year, name, "phone")
        kind = "corrected" if (name, value) in year.corrected else "current value"
        yield Wanted(kind, f"What is {name}'s phone number?", (value,), (fact,))
        value, fact = _now(year, name, "works_for")
        yield Wanted("current value", f"Who does {name} work for?", (value,), (fact,))
        boss, company = year.values.get((name, "reports_to")), _now(year, name, "works_for")[0]
        if boss:
            yield Wanted(
                "several hops", f"What is the phone number of {name}'s boss?", *_pair(year, boss[-1][1], "phone")
            )
        yield Wanted(
            "several hops",
            f"What is the phone number of the account owner of the company that {name} works for?",
            *_pair(year, _now(year, company, "account_owner")[0], "phone"),
        )
        yield from _before(year, name, "phone", "phone number")
        yield from _before(year, name, "works_for", "employer")
    for company in _COMPANIES:
        yield Wanted("current value", f"When is {company} up for renewal?", *_pair(year, company, "renewal_date"))
        yield Wanted("current value", f"Who looks after {company}?", *_pair(year, company, "account_owner"))
        owner = _now(year, company, "account_owner")[0]
        yield Wanted("several hops", f"Who is the boss of the account owner of {company}?", *_boss(year, owner))
        yield from _before(year, company, "account_owner", "account owner")
    for (name, relation), found in sorted(year.values.items()):
        if relation == "works_on":
            wanted = _pair(year, found[-1][1], "budget")
            yield Wanted("several hops", f"What is the budget of the project that {name} works on?", *wanted)
        if relation == "knows_about":
            yield Wanted("person", f"Who knows about {found[-1][1]}?", (name,), (found[-1][2],))
    yield from _of_mails(year, names)
    yield from _unknown(year, names)


def _pair(year: Year, name: str, relation: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    value, fact = _now(year, name, relation)
    return (_said(value),), (fact,)


def _boss(year: Year, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = year.values.get((name, "reports_to"))
    return ((known[-1][1],), (known[-1][2],)) if known else ((), ())


def _before(year: Year, name: str, relation: str, noun: str) -> Iterator[Wanted]:
    """Yield questions about what is so no longer: before, and at a time at which it was."""
    values = year.values[name, relation]
    if len(values) < 2:
        return
    (since, old, fact), (until, _, _) = values[-2:]
    yield Wanted("former value", f"What was {name}'s {noun} before?", (old,), (fact,))
    day = since + (until - since) / 2
    yield Wanted("time", f"What was {name}'s {noun} on {day.day} {day:%B %Y}?", (old,), (fact,))


def _of_mails(year: Year, names: list[str]) -> Iterator[Wanted]:
    for at, name, matter, word in year.matters:
        cites = tuple(episode for when, episode in year.mails[f"{name}/{matter}"] if when == at)
        yield Wanted("person", f"What did {name} say about the {matter}?", (word,), cites)
        alone = [m for m in year.matters if m[1] == name and (m[0].year, m[0].month) == (at.year, at.month)]
        others = [a for a, _ in year.mails[name] if (a.year, a.month) == (at.year, at.month)]
        if len(alone) == len(others) == 1:
            yield Wanted("time", f"What did I discuss with {name} in {at:%B %Y}?", (word,), cites)
    for name in names:
        at, episode = max(year.mails[name])
        yield Wanted("time", f"When did we last hear from {name}?", (f"{at.day} {at:%B %Y}",), (episode,))


def _unknown(year: Year, names: list[str]) -> Iterator[Wanted]:
    chance = random.Random(SEED + 1)
    for name in names:
        of = {matter for _, who, matter, _ in year.matters if who == name}
        matter = chance.choice([m for m in _MATTERS if m not in of])
        yield Wanted("unanswerable", f"What did {name} say about the {matter}?")
        yield Wanted(
            "unanswerable", f"What is {name}'s {chance.choice(['shoe size', 'birthday', 'time zone', 'budget'])}?"
        )
        last = name.split()[-1]
        stranger = f"{chance.choice(_FIRST)} {last[::-1].capitalize()}"
        yield Wanted("unanswerable", f"What is {stranger}'s phone number?")
        months = {(at.year, at.month) for at, _ in year.mails[name]}
        free = [m for m in ((2026, n) for n in range(8, 13)) if m not in months]
        if free:
            month = datetime(*free[0], 1, tzinfo=UTC)
            yield Wanted("unanswerable", f"What did I discuss with {name} in {month:%B %Y}?")


# the figure ----------------------------------------------------------------------------------------------------------


def is_right(wanted: Wanted, answer: Answer) -> bool:
    """Return whether an answer says what is so, in its first statement, and cites the very memory that shows it."""
    if not wanted.says:
        return not answer.known
    first = answer.said[0]
    return answer.known and all(word in first.text for word in wanted.says) and set(wanted.cites) <= set(first.cites)


def chosen(year: Year) -> list[Wanted]:
    """Return as many questions of each kind, by chance."""
    kinds = defaultdict(list)
    for one in asked(year):
        if one.says or one.kind == "unanswerable":
            kinds[one.kind].append(one)
    chance = random.Random(SEED + 2)
    return [one for kind in sorted(kinds) for one in chance.sample(kinds[kind], min(EACH, len(kinds[kind])))]


def run() -> list[dict[str, Any]]:
    """Return the figures."""
    with (
        tempfile.TemporaryDirectory(prefix="empla-bench-") as folder,
        closing(open_store(Path(folder) / "mind.db", "clara.diaz")) as store,
    ):
        store.take_lease(1, "bench")
        year = made(store)
        with closing(Memory(store, Path(folder) / "recall")) as memory:
            memory.catch_up()
            return _figures(year, memory)


def _figures(year: Year, memory: Memory) -> list[dict[str, Any]]:
    right: dict[str, list[bool]] = defaultdict(list)
    sure, known, took = [], [], []
    for wanted in chosen(year):
        began = perf_counter()
        answer = ask(memory, wanted.words, viewer=EVERYTHING, at=NOW, zone="UTC", asker=(ASKER,))
        took.append(perf_counter() - began)
        right[wanted.kind].append(is_right(wanted, answer))
        sure.append(answer.known + answer.answerable)
        known.append(bool(wanted.says))
    answerable = [one for kind, some in right.items() if kind != "unanswerable" for one in some]
    of = f"questions: right, with the right citation, of {len(answerable)}"
    rows = [figure(of, _share(answerable), "%", 95, better="higher")]
    for kind, some in sorted(right.items()):
        rows.append(figure(f"questions: {kind}, of {len(some)}", _share(some), "%", better="higher"))
    rows.append(figure("questions: whether there is an answer, AUC", auc(sure, known), "", 0.85, better="higher"))
    rows.append(figure("questions: an answer, median", sorted(took)[len(took) // 2] * 1000, "ms"))
    return rows


def _share(some: list[bool]) -> float:
    return 100 * sum(some) / len(some)


if __name__ == "__main__":
    for row in run():
        print(row)
