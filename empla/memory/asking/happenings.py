"""Answers out of what happened: who said what, when there was contact last, what was done in a situation like this."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from empla.capabilities.email.reading.times.words import MONTHS
from empla.memory.asking.looking import CONTACT, Looked, Looking, address_like
from empla.memory.asking.parts import Part, addresses_of, cited_episode, cited_fact, own_question
from empla.memory.asking.questions import ASKER, EMPLOYEE, Kind, Question, understood
from empla.memory.asking.wording import day, listed, quote, short
from empla.memory.model import Cue, EpisodeKind, Recalled, Recollection
from empla.memory.text.analysis import roots

TOLD: Final = (*CONTACT, EpisodeKind.TOLD, EpisodeKind.TASK, EpisodeKind.DECISION)
OWN_WORDS: Final = (EpisodeKind.SENT, EpisodeKind.QUESTION)
ENOUGH: Final = 0.6
"""Share of a question, by the weight of its words, that what answers it has in it and around it."""
NEARLY: Final = 0.5
"""Share of a question from which what is of the same names may be its answer, though it is not certain."""
SURE: Final = 0.5
"""From how sure recall is on that the answer is among what it found."""
_SHOWN, _LISTED, _NEAREST = 3, 8, 3
_LOOKED_AT: Final = 30
_LONGEST_QUESTION: Final = 240


def found_for(looking: Looking, cue: Cue, part: Part) -> list[Recollection]:
    """Recall for a cue, without questions to memory and its own answers; how that came about goes into the part."""
    recalled: Recalled = looking.recall(replace(cue, limit=max(cue.limit, _LOOKED_AT)))
    part.answerable = recalled.answerable
    part.left_out = recalled.left_out
    episodes = looking.episodes(hit.id for hit in recalled.hits)
    own = own_question(looking, list(episodes.values()))
    kept = [hit for hit in recalled.hits if hit.id not in own and not _is_question(hit, cue)]
    part.scores |= {hit.id: dict(hit.parts) for hit in kept}
    return kept


def _is_question(hit: Recollection, cue: Cue) -> bool:
    """Whether it is itself no more than a question to memory: it has the words, and answers nothing."""
    # What was made of a task begins with what the task is; its heading is the task alone.
    text = (hit.subject if hit.kind == EpisodeKind.TASK else hit.text).strip()
    if len(text) > _LONGEST_QUESTION or "?" not in text:
        return False
    asked = re.split(r"(?<=\?)", text)[0]
    lines = [line for line in asked.splitlines() if line.strip()]
    return bool(lines) and understood(lines[-1], cue.at, cue.zone).kind is not Kind.OPEN


def covered(hit: Recollection) -> float:
    """Return how much of the question is found in something and around it."""
    return hit.parts.get("covered", 0.0)


def own_share(hit: Recollection, words: str) -> float:
    """Return which share of the words that count is in something itself."""
    wanted = set(roots(words))
    return len(wanted & _own_roots(hit)) / len(wanted) if wanted else 1.0


def _own_roots(hit: Recollection) -> set[str]:
    """Return the roots of all that is known of something by itself, what came of it too."""
    return set(roots(f"{hit.subject} {hit.text} {hit.came_of}"))


def addresses_named(looking: Looking, names: Iterable[str]) -> Sequence[tuple[str, ...]]:
    """Return for each name the addresses of whom it means: of a company those of its people; none where unknown."""
    found: list[tuple[str, ...]] = []
    for name in names:
        if address_like(name):
            found.append((name.lower(),))
            continue
        entities = list(looking.named(name))
        people = [
            person
            for one in entities
            if one.kind == "company"
            for known in looking.facts(one.number, "works_for", back=True)
            if (person := looking.entity(known.fact.subject)) is not None
        ]
        found.append(addresses_of([*entities, *people]))
    return found


# what was said --------------------------------------------------------------------------------------------------------


def of_saying(looking: Looking, question: Question, part: Part, zone: str, asker: Sequence[str]) -> None:
    """Answer what was said: with whom, by whom, about what, when; `asker` are the addresses of "I"."""
    people = addresses_named(looking, question.people)
    if any(not addresses for addresses in people):
        _nobody(question, part)
        return
    if question.topic:
        hits = _about_topic(looking, question, people, part, zone)
    else:
        addresses = [address for some in people for address in some]
        hits = _latest(looking, question, addresses or asker)
    if question.by == EMPLOYEE:
        hits = [hit for hit in hits if hit.kind in OWN_WORDS]
    elif question.by:
        theirs = set(asker) if question.by == ASKER else set(people[0])
        hits = [hit for hit in hits if hit.author in theirs]
    _quote(looking, hits[:_LISTED], question.topic, part)


def _about_topic(
    looking: Looking, question: Question, people: Sequence[Sequence[str]], part: Part, zone: str
) -> list[Recollection]:
    cue = Cue(
        words=f"{question.by if question.by not in (ASKER, EMPLOYEE) else ''} {question.topic}".strip(),
        at=looking.at,
        zone=zone,
        people=tuple(some[0] for some in people),
        since=question.since,
        until=question.until,
        kinds=TOLD,
    )
    hits = found_for(looking, cue, part)
    good = [hit for hit in hits if own_share(hit, question.topic) >= ENOUGH]
    if not good:
        for hit in hits[:_NEAREST]:
            part.near(_quoted(looking, hit, question.topic), cited_episode(looking, hit, question.topic))
    return sorted(good[:_SHOWN], key=lambda hit: hit.at or looking.at, reverse=True)


def _latest(looking: Looking, question: Question, addresses: Sequence[str]) -> list[Recollection]:
    found = looking.together(addresses, since=question.since, until=question.until, kinds=TOLD, limit=_LOOKED_AT)
    own = own_question(looking, found)
    return [one.hit for one in found if one.hit.id not in own]


def _nobody(question: Question, part: Part) -> None:
    names = listed(question.people, "or")
    part.say(f"I know nobody called {names}.")


def _quote(looking: Looking, hits: Sequence[Recollection], words: str, part: Part) -> None:
    for hit in hits:
        part.known = True
        _tell(looking, hit, words, part)


def _tell(looking: Looking, hit: Recollection, words: str, part: Part) -> None:
    """Quote something, and where the words are of what came of it, tell that too: apart, for nobody said it."""
    cited = cited_episode(looking, hit, words)
    part.say(_quoted(looking, hit, words), cited)
    wanted = set(roots(words))
    if wanted & set(roots(hit.came_of)) - set(roots(f"{hit.subject} {hit.text}")):
        part.say(f"What came of it: {_line(hit.came_of.splitlines())}.", cited)


def _quoted(looking: Looking, hit: Recollection, words: str) -> str:
    return quote(cited_episode(looking, hit, words).text or short(hit.subject))


# the last contact -----------------------------------------------------------------------------------------------------


def of_contact(looking: Looking, question: Question, part: Part, zone: str) -> None:
    """Answer when there was contact last: from them, to them, and together."""
    addresses = [address for some in addresses_named(looking, question.people) for address in some]
    if not addresses:
        _nobody(question, part)
        return
    if question.topic:
        people = [tuple(addresses)]
        hits = _about_topic(looking, question, people, part, zone)[:1]
        for hit in hits:
            part.known = True
            part.say(f"The last time about that was {_on(looking, hit, zone)}: {_quoted(looking, hit, question.topic)}",
                     cited_episode(looking, hit, question.topic))  # fmt: skip
        return
    found = looking.together(addresses, since=question.since, until=question.until, limit=_LOOKED_AT)
    own = own_question(looking, found)
    found = [one for one in found if one.hit.id not in own]
    if not found:
        return
    part.known = True
    newest = found[0].hit
    part.say(f"The last time was {_on(looking, newest, zone)}: {_quoted(looking, newest, '')}",
             cited_episode(looking, newest))  # fmt: skip
    theirs = next((one.hit for one in found if one.hit.author in addresses), None)
    if theirs is not None and theirs.id != newest.id:
        part.say(f"{looking.name_of(theirs.author)} wrote last {_on(looking, theirs, zone)}: "
                 f"{_quoted(looking, theirs, '')}", cited_episode(looking, theirs))  # fmt: skip


def _on(looking: Looking, hit: Recollection, zone: str) -> str:
    return f"on {day(hit.at or looking.at, zone)}"


# situations -----------------------------------------------------------------------------------------------------------


def of_likeness(looking: Looking, question: Question, part: Part, zone: str) -> None:
    """Answer what was done the last time that it was like this: the episode, and what came after it."""
    hits = found_for(looking, Cue(words=question.topic, at=looking.at, zone=zone), part)
    hits = [hit for hit in hits if hit.id.startswith("e") and own_share(hit, question.topic) >= ENOUGH]
    threads: dict[str, Recollection] = {}
    for hit in hits:
        threads.setdefault(hit.thread or hit.id, hit)
    last = max(threads.values(), key=lambda hit: hit.at or looking.at, default=None)
    if last is None:
        return
    part.known = True
    part.say(f"The last time was {_on(looking, last, zone)}: {_quoted(looking, last, question.topic)}",
             cited_episode(looking, last, question.topic))  # fmt: skip
    done = list(looking.after(last))
    own = next(iter(looking.episodes([last.id]).values()), None)
    if own is not None and (own.outcome or own.rationale):
        part.say(f"What came of it: {_came_of(own)}.", cited_episode(looking, last, question.topic))
    for one in done:
        cited = cited_episode(looking, one.hit, question.topic)
        part.say(f"Then, {_on(looking, one.hit, zone)}: {_quoted(looking, one.hit, question.topic)}", cited)
        if one.rationale:
            part.say(f"What came of that: {_came_of(one)}.", cited)


def _came_of(one: Looked) -> str:
    return _line((one.outcome, one.rationale))


def _line(parts: Iterable[str]) -> str:
    return short("; ".join(text.rstrip(". ") for text in parts if text))


# who knows, by what was written --------------------------------------------------------------------------------------


def of_writers(looking: Looking, question: Question, part: Part, zone: str, without: Sequence[str]) -> None:
    """Answer who knows about something by who has written about it, the most first."""
    hits = found_for(looking, Cue(words=question.topic, at=looking.at, zone=zone, kinds=CONTACT), part)
    theirs = [
        hit
        for hit in hits
        if hit.kind == EpisodeKind.MAIL and hit.author not in without and own_share(hit, question.topic) >= 1.0
    ]
    count = Counter(hit.author for hit in theirs)
    for author, number in sorted(count.items(), key=lambda one: (-one[1], one[0]))[:_SHOWN]:
        best = next(hit for hit in theirs if hit.author == author)
        part.known = True
        mails = "mail" if number == 1 else "mails"
        part.say(f"{looking.name_of(author)} has written about it in {number} {mails}: "
                 f"{_quoted(looking, best, question.topic)}", cited_episode(looking, best, question.topic))  # fmt: skip


# anything else --------------------------------------------------------------------------------------------------------


def of_anything(looking: Looking, question: Question, part: Part, zone: str) -> None:
    """Answer by what is recalled, if that is sure enough; else what is nearest."""
    words = question.topic if question.kind is Kind.OPEN and question.topic else question.words
    cue = Cue(words=words, at=looking.at, zone=zone, since=question.since, until=question.until)
    hits = found_for(looking, cue, part)
    names = names_in(words, question.about)
    hits = [hit for hit in hits if all(_is_of(looking, hit, name) for name in names)]
    part.answerable = part.answerable if hits else 0.0
    good = [hit for hit in hits if _fits(looking, hit, words, names)][:_SHOWN]
    if part.answerable < SURE or not good:
        said = [hit for hit in hits if names and not hit.id.startswith("f")]
        may = next((hit for hit in said if _share_besides(hit, words, names) >= NEARLY), None)
        if may is not None:
            part.unsure(_quoted(looking, may, words), cited_episode(looking, may, words))
        for hit in hits[:_NEAREST]:
            if hit is not may:
                _near(looking, hit, words, part)
        return
    for hit in sorted(good, key=lambda one: not one.id.startswith("f")):
        part.known = True
        known = looking.fact(int(hit.id[1:])) if hit.id.startswith("f") else None
        if known is not None:
            part.say(f"{hit.text.rstrip('.')}.", cited_fact(looking, known, part))
        else:
            _tell(looking, hit, words, part)


def _fits(looking: Looking, hit: Recollection, words: str, names: Sequence[str]) -> bool:
    """Whether something has what a question says besides the names in it, and is so now."""
    known = looking.fact(int(hit.id[1:])) if hit.id.startswith("f") else None
    if known is not None and (known.overruled or not known.holds(looking.at, looking.at + _INSTANT)):
        return False
    return _share_besides(hit, words, names) >= ENOUGH


def _share_besides(hit: Recollection, words: str, names: Sequence[str]) -> float:
    """Return which share of what a question says besides names is in something.

    Who asks how much something costs says "cost" or "pay" or "spend", and who answers writes a sum of money, with none
    of these words: so a sum stands for them. It stands for nothing else, and the names have to be met all the same.
    """
    besides = set(roots(words)) - {root for name in names for root in roots(name)}
    if _HOW_MUCH.search(words) and _SUM.search(hit.text):
        besides -= _OF_MONEY
    return len(besides & _own_roots(hit)) / len(besides) if besides else covered(hit)


_HOW_MUCH: Final = re.compile(r"\bhow (?:much|expensive)\b|\bwhat .*\b(?:costs?|price|limit)\b", re.IGNORECASE)
_SUM: Final = re.compile(
    r"(?:[€$£]|\b(?:eur|usd|gbp|chf)) ?\d|\d[\d.,  ]*(?:[€$£]|(?:k|euros?|eur|dollars?|usd|pounds?|gbp|francs?|chf)\b)",
    re.IGNORECASE,
)
_OF_MONEY: Final = frozenset(
    roots("much cost price pay paid spend spent charge expensive amount money sum limit allowed maximum most")
)


_INSTANT: Final = timedelta(microseconds=1)
_NAME: Final = re.compile(r"(?<=[\w,’'] )[A-ZÀ-Þ][\w&-]+(?: [A-ZÀ-Þ][\w&-]+)*")
_NO_NAMES: Final = re.compile(r"I|I'm|(?:mon|tues|wednes|thurs|fri|satur|sun)day|" + "|".join(MONTHS), re.IGNORECASE)


def names_in(words: str, about: str = "") -> tuple[str, ...]:
    """Return the names that stand in a question: what answers it has to be of all of them."""
    found = [match.group() for match in _NAME.finditer(words) if not _NO_NAMES.fullmatch(match.group())]
    if about[:1].isupper() and not any(about in name or name in about for name in found):
        found.append(about)
    return tuple(dict.fromkeys(found))


def _is_of(looking: Looking, hit: Recollection, name: str) -> bool:
    """Whether something is of somebody or something: it says the name, or they took part."""
    wanted = set(roots(name))
    if wanted <= _own_roots(hit):
        return True
    theirs = {address for some in addresses_named(looking, [name]) for address in some}
    return bool(theirs & {hit.author, *hit.people})


def _near(looking: Looking, hit: Recollection, words: str, part: Part) -> None:
    known = looking.fact(int(hit.id[1:])) if hit.id.startswith("f") else None
    if known is not None:
        part.near(f"{hit.text.rstrip('.')}.", cited_fact(looking, known, part))
    elif hit.id.startswith("e"):
        part.near(_quoted(looking, hit, words), cited_episode(looking, hit, words))


def of_beginning(looking: Looking, question: Question, part: Part, zone: str) -> None:
    """Answer how somebody or something is known by the first that was heard of it."""
    addresses = [address for some in addresses_named(looking, [question.about]) for address in some]
    first = [one.hit for one in looking.together(addresses, newest=False, limit=1)]
    if not first:
        hits = found_for(looking, Cue(words=question.about, at=looking.at, zone=zone), part)
        named = [hit for hit in hits if hit.id.startswith("e") and own_share(hit, question.about) >= 1.0]
        first = sorted(named, key=lambda hit: hit.at or looking.at)[:1]
    for hit in first:
        part.known = True
        part.say(f"The first I know of was {_on(looking, hit, zone)}: {_quoted(looking, hit, question.about)}",
                 cited_episode(looking, hit, question.about))  # fmt: skip
