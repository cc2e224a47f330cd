"""Understanding a mail by rules: from raw bytes to a `Mail`, and from a `Mail` to a `Reading`.

    mail = parse(raw, key, authenticated=..., own=...)        # facts only; raises Unreadable: quarantine it
    reading = read(mail, now, zone, manager)                  # what is asked, with the words it came from

Both run outside the mind and are recorded (contract 4). The reader only reads: it looks nobody up, checks no calendar
and acts on nothing. Below `THRESHOLD` of confidence, or with words left in `Reading.unread`, or with a slot `doubts`,
one precise question is asked instead of acting.

Values: `Who` is a person as mentioned (words, and the address if one stands there; the directory resolves it),
`Window` is when (absolute spans in UTC with the exclusions already taken out; see `times.model`), `Doubt` is one thing
that could be meant in two ways with the question to ask. Slots per intent; every slot may be missing:

| intent | slots |
|---|---|
| schedule | people: tuple[Who, ...]; minutes: int; window: Window; topic: str; place: str; without_me: bool |
| choose | ordinals: tuple[int, ...] (1-based, -1 is the last); window: Window; none: bool; any: bool |
| free | window: Window; people: tuple[Who, ...] (missing: the sender); with_me: bool; minutes: int |
| agenda | window; people (whose; missing: the sender's); attendees: tuple[Who, ...] (only meetings with them) |
| cancel | people; window; topic; all: bool |
| move | people; window; topic (which one); to: Window (where to); shift: int (minutes; negative: earlier); minutes |
| errand | people (whom to ask); what: str; due: Window; to (for whom besides); also: bool; drop: bool; from_whom |
| remind | what; window; people (missing: the writer); again: bool (the one that has just come); drop: bool |
| chase | people; what; window (by when an answer is due) |
| sequence | people; what; given: bool (`what` is the text itself); every_days: int; times: int; window; drop: bool |
| status | kind: str (now, open, done, promises, about); about: str; people; window: str |
| invitation-reply | uid: str; sequence: int; attendee: Address; partstat: str (RFC 5545, upper case) |
| invitation | uid; sequence; method: str (upper case); organizer: Address; topic; spans: tuple[Span, ...] |
| answer | any slot of schedule or choose: a fragment that only says something when a question is open |
| ask | question: str (as it was asked of memory) |
| remember | what: str (what is so) |
| other-request | what: str (the request in the person's own words) |
| foreign | language: str (ISO 639-1) |
| several | parts: tuple[Reading, ...], each with a slot `text`: the words of that request (mails of the manager only) |
| help, thanks, yes, no, unknown | none |

Somebody else's mail carries `reply: Reply`: what it is as an answer to a request (see `responses`).
Besides these, any intent may carry `doubts: tuple[Doubt, ...]` (ask the first), `context: str` (sentences that say
nothing to act on), and `yes: bool` (it began with a yes: "Yes, Tuesday works"). The intents of families have the slots
that stand in the modules of their families.
"""

from empla.capabilities.email.reading.intents import SENTENCES, THRESHOLD, Doubt, Intent
from empla.capabilities.email.reading.mime import Unreadable, parse
from empla.capabilities.email.reading.nearest import nearest
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.rules import READER, VERSION, read
from empla.capabilities.email.reading.times.grammar import Times, times
from empla.capabilities.email.reading.times.model import Hours, Span, Window, narrow

__all__ = [
    "READER",
    "SENTENCES",
    "THRESHOLD",
    "VERSION",
    "Doubt",
    "Hours",
    "Intent",
    "Span",
    "Times",
    "Unreadable",
    "Who",
    "Window",
    "narrow",
    "nearest",
    "new_text",
    "parse",
    "read",
    "times",
]
