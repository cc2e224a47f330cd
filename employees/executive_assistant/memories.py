"""What is remembered, by mail: asked for, corrected, and told to be remembered.

The manager is answered at once. A colleague is told only what they may see, and as every mail to others that no request
of the manager covers, it goes out when the manager has agreed. Only the manager's word changes what is remembered: what
somebody else says against an answer is put to the manager.
"""

from collections.abc import Generator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from empla.capabilities.directory import Person
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.steps import reply, send
from empla.capabilities.tasks.doing import REMEMBERED, TaskResult
from empla.capabilities.tasks.understanding import recalled
from empla.memory.asking.answers import Answer, Cited
from empla.memory.asking.corrections import Correction, kept, meant, shown, understood
from empla.memory.asking.following import Followed
from empla.memory.asking.told import told as facts_in
from empla.memory.asking.wording import worded
from empla.mind.beliefs import BeliefBase
from empla.mind.kinds import SAID_LAST, BeliefKind, Category
from empla.mind.plans import PlanLibrary, Trigger, goal, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Do, Now, Step, query
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.declining import pass_on
from employees.executive_assistant.guests import people_at
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.talking import PATIENCE, answer, asked

library = PlanLibrary()

TOLD_FROM_MEMORY = "told-from-memory"
"""Functor of what was answered in a thread: (thread, what it cited, the fact that was asked for)."""
ANSWERED_FOR = timedelta(days=30)
"""How long an answer may be corrected by answering it."""
MOST_OFFERED = 6
_UNCHANGED = "What I remember is as it was."
_MAY_CORRECT = frozenset(
    {Intent.UNKNOWN, Intent.NO, Intent.ANSWER, Intent.OTHER_REQUEST, Intent.CHOOSE, Intent.STATUS, Intent.YES}
)
"""Intents of words that say something against an answer, as the reader knows them; any other is another request."""

library.declare(
    BeliefKind(
        functor=TOLD_FROM_MEMORY,
        category=Category.DOMAIN,
        policy=SAID_LAST,
        says="what was answered out of memory in a conversation, so that it can be corrected there",
    )
)


# asking ---------------------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="ask"), when=from_manager, goal="tell what is remembered")
def tell_from_memory(event: Trigger) -> Steps:
    """Answer the manager out of memory, with what it rests on."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    found: Answer = yield Do(operation="memory.ask", arguments=_question(mail, me.manager))
    hint = "If any of this is wrong, just answer with what is so." if found.known else ""
    yield answer(event, words.paragraphs(worded(found, me.zone, ids=False), hint))
    yield from _noted(mail.thread, shown(found), found.fact)


def recall(mail: Mail, by: Address, question: str) -> Generator[Step, Any, Answer]:
    """Ask memory what a mail asks besides, and note what is answered so that it can be corrected."""
    found: Answer = yield Do(operation="memory.ask", arguments={"question": question, "by": by, "mail": mail.key})
    if found.known:
        yield from _noted(mail.thread, shown(found), found.fact)
    return found


def _question(mail: Mail, by: Address) -> dict[str, Any]:
    return {"question": told(mail, "question") or words.said(mail, 400), "by": by, "mail": mail.key}


def _noted(thread: str, cited: Sequence[Cited], fact: str) -> Generator[Step, Any, None]:
    now = yield Now()
    yield Believe(functor=TOLD_FROM_MEMORY, arguments=(thread, tuple(cited), fact), until=now + ANSWERED_FOR)


def _colleague_asks(beliefs: BeliefBase, event: Trigger) -> bool:
    return intent(event.mail) == Intent.ASK and _is_of_the_house(beliefs, event)


def _is_of_the_house(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the server vouches that a mail is from somebody with an address of our own domain, not the manager."""
    mail: Mail = event.mail
    own = [b.arguments[1] for b in beliefs.matching("profile", "address")]
    if mail.authenticated is None or mail.inbox_of is not None or mail.automatic or from_manager(beliefs, event):
        return False
    return any(one.value.rpartition("@")[2] == mail.authenticated.value.rpartition("@")[2] for one in own)


@library.plan(on("mail"), when=_colleague_asks, rank=-12, goal="tell a colleague what they may know")
def tell_a_colleague(event: Trigger) -> Steps:
    """Answer a colleague with what they may see; what is not known to them is the manager's to answer."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    who = mail.authenticated
    assert who is not None, "that was the condition"
    known = yield from people_at(who)
    found: Answer | None = None
    if known and not known[0].digital:
        found = yield Do(operation="memory.ask", arguments=_question(mail, who))
    if found is None or not found.known:
        yield from pass_on(event)
        return
    yield reply(mail, worded(found, me.zone, ids=False))
    yield from _noted(mail.thread, shown(found), found.fact)


def _task_asks(_beliefs: BeliefBase, event: Trigger) -> bool:
    return bool(recalled(event.task.text))


@library.plan(goal("task-memory"), when=_task_asks, name="tell-task-from-memory", quiet=True)
def tell_task(event: Trigger) -> Steps:
    """Do a task that asks what is remembered."""
    me: Profile = yield from profile()
    asks = {"question": event.task.text, "by": event.task.creditor, "mail": event.mail.key}
    found: Answer = yield Do(operation="memory.ask", arguments=asks)
    return TaskResult(sentence=worded(found, me.zone, ids=False))


# remembering ----------------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="remember"), when=from_manager, goal="remember what is said")
def remember_told(event: Trigger) -> Steps:
    """Remember what the manager says; plain statements also as the facts that they state."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    text: str = told(mail, "what")
    now = yield Now()
    yield Believe(functor=REMEMBERED, arguments=(mail.key, text, me.manager.value, now))
    for fact in facts_in(text, by=me.manager.value, at=now, zone=me.zone):
        subject = fact.subject
        if "@" not in subject and fact.kind in ("", "person"):
            subject = yield from _of_whom(subject)
        kind = "" if fact.kind == "person" else fact.kind  # whatever has that name may have a phone number
        arguments = {"subject": subject, "predicate": fact.predicate, "value": fact.value, "kind": kind}
        with suppress(ActionFailed):  # the words are remembered all the same
            yield Do(operation="memory.add", arguments={**arguments, "by": me.manager, "mail": mail.key})
    yield answer(event, f"I remember from now on: {words.sentence(text, 300)}")


def _of_whom(name: str) -> Generator[Step, Any, str]:
    """Return the address of the one person in the directory whom a name means, else the name."""
    found = yield Do(operation="people.find", arguments={"words": name})
    known: tuple[Person, ...] = found.people
    return known[0].address.value if len(known) == 1 else name


# correcting -----------------------------------------------------------------------------------------------------------


def _of_an_answer(beliefs: BeliefBase, event: Trigger) -> bool:
    mail: Mail = event.mail
    if not beliefs.matching(TOLD_FROM_MEMORY, mail.thread):
        return False
    return intent(mail) in _MAY_CORRECT and understood(mail.text) is not None


def _corrects(beliefs: BeliefBase, event: Trigger) -> bool:
    return from_manager(beliefs, event) and _of_an_answer(beliefs, event)


@library.plan(on("mail"), when=_corrects, rank=18, goal="correct what is remembered")
def correct_memory(event: Trigger) -> Steps:
    """Put right what the manager says is wrong, and tell everything that followed."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    correction = understood(mail.text)
    assert correction is not None, "that was the condition"
    chosen = yield from _chosen(me, mail, correction)
    if chosen is None:
        return
    cited, mail = chosen
    done = yield from _done(me, mail, correction, cited)
    yield reply(mail, _told_of(done, me, cited))
    yield from _renoted(mail, done, cited)


def _chosen(me: Profile, mail: Mail, correction: Correction) -> Generator[Step, Any, tuple[Cited, Mail] | None]:
    """Return what a correction means, and the mail to answer; asks once where that is not clear."""
    _, cited, fact = (yield query(TOLD_FROM_MEMORY, mail.thread))[-1]
    may = meant(correction, cited, fact) or _episodes(correction, cited)
    if len(may) == 1:
        return may[0], mail
    offered = (may or tuple(one for one in cited if one.kind == "fact") or tuple(cited))[:MOST_OFFERED]
    if not offered:
        yield reply(mail, f"I do not know what you mean: my answer rested on nothing. {_UNCHANGED}")
        return None
    listed = "\n".join(f"  {number}. {one.text}" for number, one in enumerate(offered, 1))
    question = f"Which of these is wrong? Please answer with the number.\n\n{listed}"
    said: Mail | None = yield from asked(me, mail, question, "what is wrong in my answer", _UNCHANGED, for_words=True)
    if said is None:
        return None
    places: tuple[int, ...] = tuple(told(said, "ordinals") or ())
    plain = words.said(said, 20).strip(" .!#")
    number = places[0] if places else int(plain) if plain.isdigit() else 0
    if 1 <= number <= len(offered):
        return offered[number - 1], said
    yield reply(said, f"All right, I leave it. {_UNCHANGED}")
    return None


def _episodes(correction: Correction, cited: Sequence[Cited]) -> tuple[Cited, ...]:
    """Return the episodes of which a correction says that somebody was taken for somebody else."""
    if not correction.instead:
        return ()
    first = correction.instead.split()[0].lower()
    return tuple(one for one in cited if one.kind != "fact" and first in one.who.lower())


def _done(me: Profile, mail: Mail, correction: Correction, cited: Cited) -> Generator[Step, Any, Followed]:
    """Have it corrected, and return what came of it."""
    arguments = {
        "memory": cited.id,
        "value": kept(correction.value),
        "instead": correction.instead,
        "by": me.manager,
        "mail": mail.key,
    }
    try:
        key: str = yield Do(operation="memory.correct", arguments=arguments)
        done: Followed = yield Do(operation="memory.changed", arguments={"key": key, "memory": cited.id})
    except ActionFailed as failure:
        return Followed(why=failure.outcome.sentence or failure.code)
    return done


def _told_of(done: Followed, me: Profile, cited: Cited) -> str:
    """Say what was changed, everything that followed, and how it is put back."""
    if done.why:
        return f"I could not correct that: {done.why.rstrip('. ')}. {_UNCHANGED}"
    now = [text for _, text in done.now]
    gone = [text for one, text in done.no_longer if one != cited.id]
    first = (
        f"I have corrected that. Until now I had: {cited.text}." if cited.kind == "fact" else "I have corrected that."
    )
    so = _section("From now on:", now)
    with_it = _section("And with it I no longer believe:", gone)
    return words.paragraphs(first, so, with_it, f"To put it back: empla memory undo “{me.name}” {cited.id}")


def _section(title: str, lines: Sequence[str]) -> str:
    listed = "\n".join(f"  - {line}." for line in lines)
    return f"{title}\n\n{listed}" if lines else ""


def _renoted(mail: Mail, done: Followed, cited: Cited) -> Generator[Step, Any, None]:
    """Note what stands in the place of what was corrected, so that it can be corrected again."""
    if done.now:
        fresh = tuple(Cited(id=one, kind="fact", text=text, predicate=cited.predicate) for one, text in done.now)
        yield from _noted(mail.thread, fresh, fresh[0].id)


# what others say against an answer -----------------------------------------------------------------------------------


def _another_corrects(beliefs: BeliefBase, event: Trigger) -> bool:
    return _is_of_the_house(beliefs, event) and _of_an_answer(beliefs, event)


@library.plan(on("mail"), when=_another_corrects, rank=-11, goal="ask about a correction")
def put_correction(event: Trigger) -> Steps:
    """Ask the manager whether what a colleague says against an answer is to be remembered."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    correction = understood(mail.text)
    assert correction is not None, "that was the condition"
    _, cited, fact = (yield query(TOLD_FROM_MEMORY, mail.thread))[-1]
    may = meant(correction, cited, fact)
    if len(may) != 1 or not correction.value:
        yield from pass_on(event)
        return
    text = words.paragraphs(
        f"{mail.authenticated} says that something I told them is wrong. I had: {may[0].text}.",
        f"They write:\n\n“{words.said(mail, 300, whole=True)}”",
        f"Shall I remember “{correction.value}” instead? Please answer yes or no; until then nothing is changed.",
    )
    question = send(me.manager, f"A correction by {mail.authenticated}", text)
    said: Mail | None = yield Ask(who=me.manager, by=question, patience=PATIENCE, allowed=("yes", "no"))
    if said is None:
        return
    if intent(said) != Intent.YES:
        yield reply(said, f"All right. {_UNCHANGED}")
        return
    done = yield from _done(me, said, correction, may[0])
    yield reply(said, _told_of(done, me, may[0]))
