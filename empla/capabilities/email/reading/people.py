"""People as a mail mentions them; who they are is for the directory to say."""

import re
from dataclasses import dataclass

from empla.capabilities.email.reading.wordlists import DAY_NAMES, NO_NAMES
from empla.mind.codec import registered
from empla.mind.values import Address, Origin

MOST = 50
"""People of one mail that are looked at."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody mentioned: the words, the address if they are one, and where the words come from."""

    words: str
    origin: Origin
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Those who were mentioned together; `me`: the writer is one of them. `used` are the characters read."""

    people: tuple[Who, ...] = ()
    me: bool = False
    either: bool = False  # "Bob or Carla"
    between: bool = False  # "between Bob and Carla": of these and nobody else
    used: tuple[tuple[int, int], ...] = ()


EMAIL = re.compile(r"<?\b(?:mailto:)?([A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})\b>?")
_CUE = re.compile(
    r"(?<![\w'])(?P<cue>together with|along with|with|w/|w(?= [a-z]+\b)|between|among|inviting"
    r"|invite|including|include|incl\.?|plus|join(?:ed by)?"
    r"|attendees:?|people:?|who:|participants:?|for(?= (?:me|us|myself|both of us) and\b)"
    r"|for(?= [a-z]{2,20}(?:, [a-z]{2,20}){0,3},? and (?:me|myself|i)\b)|cc'?ing|loop in|bring in|in front of"
    r"|(?:two|three|four|five|six) of us ?[(:]"
    r"|(?:talk|speak|chat|catch up|meet up|sit down|sync(?: up)?|touch base|connect|get together)"
    r"(?: again| briefly| quickly)?(?: to| with)"
    r"|(?:meet|see|seeing|ring|interview|phone)(?= (?:[A-Z]|[\w.]+@)))(?: both| also| just| only| either)?"
    r"(?:\s+|(?<=[/(])(?=\S))",
    re.IGNORECASE,
)
_ALSO_NAMES = frozenset(["per", "will", "may", "april", "june", "august"])
_PARTICLES = frozenset(
    ["de", "van", "von", "der", "den", "la", "le", "di", "da", "del", "al", "el", "bin", "ter", "zu"]
)
_GROUP = re.compile(
    r"(?:the|my|our|his|her) (?:[\w&-]+ ){0,2}?(?:team|group|board|committee|department|crew|client"
    r"|customer|vendor|boss|manager|assistant|designers?|developers?|engineers?"
    r"|people|folks|auditors?|lawyers?|leads?|managers|directors?|candidate|cto|ceo|cfo|coo|partners?)\b"
    r"|(?:everyone|everybody|all of us|the whole team|all hands)\b",
    re.IGNORECASE,
)
_ALL_OF = re.compile(r"(?:everyone|everybody|all|the people) (?:in|from|on|of) (?=(?:the|my|our) )", re.IGNORECASE)
_PREPOSITION = r"(?:at|in|on|for|from|of|and|or|about|with|to|by|after|before|next|this|who|whom|that|via|over|re)\b"
_ROLE = re.compile(
    r"(?:(?:the|our|my|his|her|their|ext\.?|external)(?: new| old| ext\.)?"
    rf"(?: (?!{_PREPOSITION})[a-z][a-z&-]+){{1,3}}"
    r"|(?:ext\. |external |our )?(?:consultant|advisor|adviser|lawyer|accountant|freelancer|contractor|colleague"
    r"|friend))"
    r"(?: (?=[A-Z][a-z])| (?=[\w.+-]+@\w)|, (?=[A-Z][\w.-]+(?: [A-Z][\w.-]+)?\s*(?:[,.;!?\n\u00b7]|$)(?! ?(?:and"
    r"|or) )))"
)
"""What somebody is, in front of the name: the name says who is meant."""
_BELONGS = re.compile(
    r" (?:(?:from|at|of|over at) (?:the |our )?(?!the\b|our\b|my\b|noon|midday|lunch)[a-z][\w&-]+(?: [a-z][\w&-]+)?"
    r"|(?:from|at|of|in) (?:the |our )?[A-Z][\w&-]+(?: [A-Z][\w&-]+)?(?: (?:office|team|branch))?)"
    r"(?=\s*(?:[,.;!?\n\u00b7]|$|and\b|on\b|for\b|about\b))"
)
"""Where somebody belongs, behind the name: "Mrs Becker from the works council", "Kate in London"."""
_ME = re.compile(r"(?:me|myself|i|us|the (?:two|three) of us|both of us|mine)\b(?!')(?: and)?", re.IGNORECASE)
_YOU = re.compile(r"(?:you|yourself)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’.-]*", re.UNICODE)
_JOINT = re.compile(
    r"\s*(?:,\s*(?:and|&|plus|as well as)?|&|\+|/|;|\band\b|\bplus\b|\bas well as\b|\bor\b)\s*"
    r"(?:also |both |maybe |with |of course |then )?",
    re.IGNORECASE,
)


def party(text: str, origin: Origin, *, alone: bool = False) -> Party:
    """Return those whom `text` mentions as taking part, in order, each once.

    Words of time and of the topic must have been blanked out (by characters that are no letters). With `alone` the text
    is nothing but the people: "Bob, Carla and me".
    """
    found = Party()
    if alone:
        return _list(text, _skip(text, 0), origin)[0]
    position = 0
    while (cue := _CUE.search(text, position)) and len(found.people) < MOST:
        more, end = _list(text, cue.end(), origin)
        if more.people or more.me:
            before = _before(text, cue.start(), origin)
            found = _joined(found, before, more, (cue.start(), cue.end()), cue["cue"].lower() in ("between", "among"))
        position = max(end, cue.end())
    return _stray_addresses(text, found, origin)


def named_at(text: str, start: int, origin: Origin) -> tuple[Party, int]:
    """Return the people listed from `start` on, and where the list ends: for "is Bob free", "Bob's calendar"."""
    return _list(text, start, origin)


def _skip(text: str, at: int) -> int:
    match = re.compile(
        r"[\s,.:;!-]*(?:with |it's |its |i meant |i mean |that's |that is |and |just )?", re.IGNORECASE
    ).match(text, at)
    return match.end() if match else at


def _before(text: str, end: int, origin: Origin) -> Party:
    """ "Bob and I with Carla" is rare; but "me and Bob" before "with" says that the writer takes part."""
    match = re.search(r"\b(?:me|us|myself) (?:and )?$", text[max(0, end - 12) : end], re.IGNORECASE)
    return Party(me=bool(match))


def _joined(found: Party, before: Party, more: Party, cue: tuple[int, int], between: bool) -> Party:
    known = {_same(w) for w in found.people}
    new = tuple(w for w in more.people if _same(w) not in known)
    return Party(
        (*found.people, *new),
        found.me or before.me or more.me,
        found.either or more.either,
        found.between or between,
        (*found.used, cue, *more.used),
    )


def _same(who: Who) -> str:
    return who.address.value if who.address else who.words.lower()


def _list(text: str, start: int, origin: Origin) -> tuple[Party, int]:
    people: list[Who] = []
    used: list[tuple[int, int]] = []
    me = either = False
    position = start
    while len(people) < MOST:
        one = _one(text, position, origin)
        if one is None:
            break
        who, end = one
        if isinstance(who, Who):
            if _same(who) not in {_same(p) for p in people}:
                people.append(who)
        else:
            me = me or who
        used.append((start if not used else position, end))
        start = end
        joint = _JOINT.match(text, end)
        if joint is None:
            position = end
            break
        used.append((end, joint.end()))
        if (
            me
            and isinstance(who, bool)
            and joint.group().strip() == ","
            and text[joint.end() : joint.end() + 1].islower()
        ):
            used.pop()  # "for dana and me, budget planning"
            position = end
            break
        position = joint.end()
        either = either or bool(re.search(r"\bor\b", joint.group(), re.IGNORECASE))
    if used and position > used[-1][1] - 1 and len(used) % 2 == 0:
        used.pop()  # a joint that nobody follows belongs to what comes after
    return Party(tuple(people), me, either and len(people) > 1, used=tuple(used)), used[-1][1] if used else position


def _one(text: str, at: int, origin: Origin) -> tuple[Who | bool, int] | None:
    """Return one person from `at` on (True for the writer, False for the reader, who need not be invited)."""
    if match := _ME.match(text, at):
        return True, match.end() - (4 if match.group().endswith(" and") else 0)
    if match := _YOU.match(text, at):
        return False, match.end()
    if match := EMAIL.match(text, at):
        return _addressed(match, match.group(1), origin), match.end()
    if match := _ALL_OF.match(text, at):
        at = match.end()
    if match := _ROLE.match(text, at):
        at = match.end()  # "our tax adviser Dr Hoffmann", "the new designer, Amara"
        if address := EMAIL.match(text, at):
            return _addressed(address, address.group(1), origin), address.end()
    if match := _GROUP.match(text, at):
        return Who(words=match.group(), origin=origin), match.end()
    words, end = _name(text, at)
    if not words:
        return None
    if belongs := _BELONGS.match(text, end):
        return Who(words=words, origin=origin), belongs.end()
    bracket = re.compile(r"\s*[(<\[]?\s*").match(text, end)
    address = EMAIL.match(text, bracket.end()) if bracket and bracket.end() > end else None
    if address:
        tail = re.compile(r"\s*[)\]>]?").match(text, address.end())
        return _addressed(address, words, origin), tail.end() if tail else address.end()
    return Who(words=words, origin=origin), end


def _addressed(match: re.Match[str], words: str, origin: Origin) -> Who:
    return Who(words=words, origin=origin, address=Address(match.group(1).lower(), origin))


def _name(text: str, at: int) -> tuple[str, int]:
    """Return a name: words with capitals (and particles between), or at most two words without."""
    words: list[str] = []
    if honorific := _HONORIFIC.match(text, at):
        at = honorific.end()
    position = at
    while len(words) < 4 and (match := _WORD.match(text, position)):
        word = match.group().rstrip(".-'’")
        bare = re.sub(r"['’]s$", "", word)
        capital = bare[:1].isupper()
        if not bare or _is_no_name(bare, capital):
            break
        if words and not capital and bare.lower() not in _PARTICLES and words[0][:1].isupper():
            break
        if words and not words[0][:1].isupper() and len(words) == 2:
            break
        words.append(bare)
        position = match.start() + len(bare)
        if bare != word:
            break
        gap = re.compile(r"\.? (?=[^\W\d_])").match(text, position)
        if gap is None:
            break
        position = gap.end()
    while words and words[-1].lower() in _PARTICLES:
        words.pop()
    if not words:
        return "", at
    name = " ".join(words)
    found = re.compile(r"\.?\s+".join(re.escape(w) for w in words)).match(text, at)
    return name, found.end() if found else at


_HONORIFIC = re.compile(r"(?:Mrs?|Ms|Dr|Prof|Miss|Sir|Professor)\b\.?\s+(?=[A-Z])")


def _is_no_name(word: str, capital: bool) -> bool:
    small = word.lower().replace("’", "'")
    if small.startswith(("i'", "it'", "that'", "we'", "you'", "he'", "she'", "they'", "there'", "let'", "what'")):
        return True
    return (small in DAY_NAMES or small in NO_NAMES) and not (capital and small in _ALSO_NAMES)


def _stray_addresses(text: str, found: Party, origin: Origin) -> Party:
    """An address that stands anywhere in a request is somebody to meet, whatever word is before it."""
    known = {w.address.value for w in found.people if w.address}
    people, used = list(found.people), list(found.used)
    for match in EMAIL.finditer(text):
        if match.group(1).lower() not in known and len(people) < MOST:
            people.append(_addressed(match, match.group(1), origin))
            known.add(match.group(1).lower())
            used.append(match.span())
    return Party(tuple(people), found.me, found.either, found.between, tuple(used))
