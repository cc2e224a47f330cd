"""From the manager's words to a meeting that can be looked for: who, how long, when.

What the words leave open is asked: one question at a time, at most `MOST_QUESTIONS`; every answer continues the same
intention.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from empla.capabilities.email.reading.intents import THRESHOLD, Doubt
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Window, narrow
from empla.capabilities.email.steps import reply
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import Raise, Step
from employees.executive_assistant import words
from employees.executive_assistant.guests import Guest, people
from employees.executive_assistant.knowing import Profile, clauses, intent, told
from employees.executive_assistant.talking import asked, dropped

MOST_QUESTIONS = 5
UNDONE = "Nothing is booked."
_USUAL = {"lunch": 60, "dinner": 120, "drinks": 60, "breakfast": 60}
USUAL_MINUTES = 30
"""How long a meeting is when nobody says, unless one eats at it."""
_ASKS_WHEN = re.compile(r"^(?:when|what times?|which (?:day|time)s?)\b[^.!]*\?", re.IGNORECASE | re.MULTILINE)
_LIMITS = re.compile(
    r"\b(?:can(?:'|’)?t|cannot|can not|not|only|must|before|after|until|unless|except|but|prefers?)\b", re.IGNORECASE
)
_GROUP = re.compile(r"(?:the|my|our|his|her) |every(?:one|body)$|all ", re.IGNORECASE)
_EITHER = re.compile(r"\bor\b|^(?:which|when|how|who|what)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is known of the meeting so far.

    `mail` is the manager's last one, the one to answer, and `opening` is what that answer says first. `unplaced` are
    those of `whom` who are nobody in particular. `left_over` is a second request in the same mail, which is not done.
    `asks_when`: the manager wants to hear which times there are, rather than have one booked.
    `undone` says what holds as long as it is not booked.
    """

    mail: Mail
    opening: str = ""
    whom: tuple[Who, ...] = ()
    guests: tuple[Guest, ...] = ()
    unplaced: tuple[Who, ...] = ()
    minutes: int | None = None
    window: Window | None = None
    topic: str = ""
    place: str = ""
    without_me: bool = False
    doubts: tuple[Doubt, ...] = ()
    unread: tuple[str, ...] = ()
    sure: bool = True
    left_over: str = ""
    asks_when: bool = False
    undone: str = UNDONE

    @property
    def length(self) -> int:
        """Return how many minutes it takes."""
        return self.minutes or _USUAL.get(self.topic.lower(), USUAL_MINUTES)

    @property
    def names(self) -> str:
        """Return the guests' names as a person would list them, or their words as long as nobody is placed."""
        return words.listed([g.name for g in self.guests] + [w.words for w in self.unplaced])

    @property
    def what(self) -> str:
        """Return "half an hour with Ben Stone"; "a meeting" where nobody has said how long it takes."""
        meal = self.topic.lower() if self.topic.lower() in _USUAL else "a meeting"
        kind = meal if self.minutes is None else words.length(self.minutes)
        return f"{kind} with {self.names}" if self.names else kind

    @property
    def matter(self) -> str:
        """Return what it is about, in words that name it: "half an hour with Ben Stone on Friday, 4 December 2026"."""
        when = words.when(self.window) if self.window is not None else ""
        return f"{self.what} {when}".strip()

    def said(self, text: str) -> str:
        """Return an answer's text with what it has to say first."""
        return words.paragraphs(self.opening, text)


def first_wish(event: Trigger) -> Wish:
    """Return what a request says."""
    mail: Mail = event.mail
    reading = mail.reading
    assert reading is not None
    return Wish(
        mail=mail,
        opening=event.get("before") or "",
        whom=tuple(told(mail, "people") or ()),
        minutes=told(mail, "minutes"),
        window=told(mail, "window"),
        topic=told(mail, "topic") or "",
        place=told(mail, "place") or "",
        without_me=bool(told(mail, "without_me")),
        doubts=tuple(told(mail, "doubts") or ()),
        unread=reading.unread,
        sure=reading.confidence >= THRESHOLD and reading.intent == "schedule",
        asks_when=bool(_ASKS_WHEN.search(words.said(mail, 1000))),
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """What has to be asked next, and which part of the wish it is about."""

    about: str
    question: str


def clarified(wish: Wish, me: Profile) -> Generator[Step, Any, Wish | None]:
    """Ask until the wish is clear, and return it; None if it is over: let go, unanswered, or another came instead."""
    before = ""
    for _ in range(MOST_QUESTIONS):
        wish = yield from _placed(wish, me)
        gap = yield from _gap(wish)
        if gap is None:
            return wish
        again = "I could not take that from your answer. " if gap.question == before else ""
        answer = yield from asked(me, wish.mail, wish.said(f"{again}{gap.question}"), wish.matter, wish.undone)
        if answer is None:
            return None
        before = gap.question
        wish = replace(wish, opening="")
        if lets_go(answer):
            yield reply(answer, f"All right, I leave it. {wish.undone}")
            return None
        if is_another_wish(wish, answer):
            yield Raise(kind="mail", fields={"mail": answer, "before": dropped(wish.matter)})
            return None
        wish = yield from _answered(wish, gap.about, answer)
    yield reply(wish.mail, _GIVEN_UP)
    return None


_GIVEN_UP = (
    f"I am sorry, I still do not understand it well enough. {UNDONE} "
    "Please write the whole request once more in one sentence, such as:\n\n"
    "  - Book half an hour with Bob next Tuesday afternoon."
)


def lets_go(answer: Mail) -> bool:
    """Return whether an answer lets the matter go."""
    return intent(answer) in ("no", "cancel")


def is_another_wish(wish: Wish, answer: Mail) -> bool:
    """Return whether an answer asks for a meeting of its own: with others, and with a length or a time."""
    whom = told(answer, "people") or ()
    if intent(answer) != "schedule" or not whom or not wish.whom:
        return False
    known = _words_of(wish.whom) | {word.lower() for guest in wish.guests for word in guest.name.split()}
    whole = told(answer, "minutes") is not None or told(answer, "window") is not None
    return whole and not known & _words_of(whom)


def _words_of(whom: Sequence[Who]) -> set[str]:
    names = {word.lower() for who in whom for word in who.words.split()}
    return names | {who.address.value for who in whom if who.address is not None}


# taking answers in ---------------------------------------------------------------------------------------------------


def amended(wish: Wish, answer: Mail) -> Wish:
    """Return the wish with what an answer adds or changes; who it names comes besides those known so far."""
    later: Window | None = told(answer, "window")
    window = later if wish.window is None or later is None else narrow(wish.window, later)
    known = _words_of(wish.whom)
    named = (*(told(answer, "people") or ()), *(told(answer, "add") or ()))
    more = tuple(who for who in named if not _words_of([who]) <= known)
    gone = _words_of(told(answer, "remove") or ())
    kept = tuple(who for who in wish.whom if not _words_of([who]) & gone)
    return replace(
        wish,
        mail=answer,
        whom=named if named and told(answer, "instead") else (*kept, *more),
        minutes=told(answer, "minutes") or wish.minutes,
        window=window if window is not None and window.spans else wish.window,
        asks_when=wish.asks_when and later is None,
        topic=told(answer, "title") or wish.topic or told(answer, "topic") or "",
        place=told(answer, "place") or wish.place,
    )


def _answered(wish: Wish, about: str, answer: Mail) -> Generator[Step, Any, Wish]:
    """Return the wish with the answer to the question about one part of it."""
    whom: tuple[Who, ...] = tuple(told(answer, "people") or told(answer, "add") or ())
    after = replace(amended(wish, answer), doubts=tuple(told(answer, "doubts") or ()))
    if about == "doubt":
        return replace(after, doubts=after.doubts or _remaining(wish, answer))
    after = replace(after, doubts=after.doubts or wish.doubts)
    if about == "who":
        after = replace(after, topic=wish.topic)
        found = yield from _named(wish.unplaced[0], whom, answer)
        kept = tuple(w for w in wish.whom if w != wish.unplaced[0])
        return replace(after, whom=(*kept, *found)) if found else replace(after, whom=wish.whom)
    if about == "second" and intent(answer) == "yes":
        return replace(after, unread=(), sure=True, left_over=wish.unread[0])
    settled = intent(answer) in ("yes", "schedule") or after.matter != wish.matter
    if about in ("unread", "second"):
        return replace(after, unread=wish.unread[1:], sure=about == "unread" and (wish.sure or settled))
    return replace(after, sure=wish.sure or (about == "sure" and settled))


def _remaining(wish: Wish, answer: Mail) -> tuple[Doubt, ...]:
    """Return the doubts that an answer leaves: a plain yes settles no question of this or that."""
    if told(answer, "window") is not None:
        return ()
    adds = any(told(answer, slot) for slot in ("minutes", "people", "topic", "place"))
    settled = adds or (intent(answer) == "yes" and not _EITHER.search(wish.doubts[0].question))
    return wish.doubts[1:] if settled else wish.doubts


def _named(asked_for: Who, whom: tuple[Who, ...], answer: Mail) -> Generator[Step, Any, tuple[Who, ...]]:
    """Return whom the manager meant by a name: named anew, by address, or by place in the list of those it may be."""
    places: tuple[int, ...] = told(answer, "ordinals") or ()
    if not whom and places:
        candidates = yield from people(asked_for)
        chosen = [candidates[p - 1 if p > 0 else p] for p in places if 0 < abs(p) <= len(candidates)]
        return tuple(Who(words=g.name, origin=g.address.origin, address=g.address) for g in chosen)
    topic: str = told(answer, "topic") or ""
    if not whom and topic:  # "the one called Young"
        named = Who(words=topic, origin=asked_for.origin)
        return (named,) if (yield from people(named)) else ()
    if len(whom) == 1 and whom[0].address is not None and "@" in whom[0].words:
        return (replace(whom[0], words=asked_for.words),)
    return whom


# what is open --------------------------------------------------------------------------------------------------------


def _placed(wish: Wish, me: Profile) -> Generator[Step, Any, Wish]:
    """Look up everybody who is mentioned; keep apart those who are nobody, or more than one."""
    guests: dict[str, Guest] = {}
    unplaced = []
    for who in wish.whom:
        found = yield from people(who)
        if len(found) == 1 and (not found[0].digital or found[0].address.value == me.address.value):
            guests[found[0].address.value] = found[0]
        else:
            unplaced.append(who)
    own = (me.manager.value, me.address.value)
    kept = tuple(guest for address, guest in guests.items() if address not in own)
    return replace(wish, guests=kept, unplaced=tuple(unplaced))


def _gap(wish: Wish) -> Generator[Step, Any, _Open | None]:
    """Return the one question to ask next, None if everything needed is known."""
    if wish.unplaced:
        return _Open("who", (yield from _who_is(wish.unplaced[0])))
    if wish.doubts:
        return _Open("doubt", wish.doubts[0].question)
    if wish.unread:
        return _about_unread(wish)
    if not wish.guests:
        known = "" if wish.matter == "a meeting" else f"I understand: {wish.matter}. "
        return _Open("people", f"{known}Who should be there besides you?")
    if not wish.sure:
        return _Open("sure", f"I understand: {wish.matter}. Shall I book that?")
    return None


def _about_unread(wish: Wish) -> _Open:
    left = wish.unread[0]
    whole = left in clauses(wish.mail)
    if whole and _LIMITS.search(left):
        return _Open("unread", f"You also write “{words.sentence(left)}” How does that change it: {wish.matter}?")
    if whole and not wish.sure:
        question = (
            f"I do one thing for each mail, and yours asks for more. Shall I go on with {wish.matter}? "
            f"Then please send me the other in a mail of its own: “{words.sentence(left)}”"
        )
        return _Open("second", question)
    meeting = f" for {wish.matter}" if wish.guests else ""
    return _Open("unread", f"I could not place “{words.sentence(left)}”. What does it mean{meeting}?")


def _who_is(who: Who) -> Generator[Step, Any, str]:
    found = yield from people(who)
    if len(found) == 1:
        return f"{found[0].name} is a digital assistant and comes to no meetings. Whom shall I invite instead?"
    if found:
        choices = words.listed((f"{g.name} ({g.address})" for g in found), "or")
        return f"Which {who.words} do you mean: {choices}?"
    if _GROUP.match(who.words):
        return f"I do not know who belongs to “{who.words}”. Whom shall I invite?"
    if who.address is None and "@" not in who.words:
        return f"I find nobody called “{who.words}” in the directory. What is the e-mail address, or whom do you mean?"
    return f"I cannot use the address “{who.words}”. What is the right one?"
