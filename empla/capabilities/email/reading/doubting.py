"""Signs that a mail is not to be acted on as it reads: what was asked is taken back, yes stands beside no, or a
question only asks about something that could be done.

Such a mail is asked about, whatever else was understood of it.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Doubt, Intent
from empla.capabilities.email.reading.people import party
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot

ASKED = 0.6
"""Confidence of what is asked about: below the threshold."""

LONGEST = 240
"""Characters of a sentence that is looked at."""

_I = re.IGNORECASE
_TAKEN_BACK = re.compile(
    r"(?:^|[.!?;,…–—-]\s*|\n\s*|\b(?:or|and|but) )(?:(?:oh|ah|hm+|no|sorry|actually|or|but|hang on|wait|well|ok|hold"
    r" on|on"
    r" second thoughts?|thinking about it|come to think of it|then again|i mean)[\s,.!–—-]+)*"
    r"(?:(?:no,? )?wait(?:,? no)?|scratch that|strike that|forget (?:it|that|what i (?:said|wrote))|never ?mind"
    r"|disregard"
    r"(?: (?:that|this|it|my .*))?|ignore (?:that|this|it|my .*)|(?:just |please )?(?:keep|leave) (?:it|that|this"
    r"|them|everything)"
    r"(?: (?:as (?:it|they) (?:is|are|was|were|stands?)|as is|there|be|alone|in|on|where (?:it|they) (?:is|are)))?"
    r"|i(?:['’]ve| have) changed my mind|i take (?:it|that) back|don['’]t (?:do (?:it|that)|bother|cancel it|move"
    r" it)(?: after all)?"
    r"|maybe not|perhaps not|or not|hold (?:off|that)|hang on|hold on|no,? (?:don['’]t|do not|leave it|keep it)|not"
    r" after all"
    r"|on second thoughts?|(?:it|that)(?:['’]s| is) (?:fine|ok|okay|sorted|done)(?: (?:now|as it is|already|after all))"
    r"|no need(?: (?:any ?more|now|after all))?|then again|cancel that(?: request)?|undo that)"
    r"(?=\s*(?:$|[.!?;,…\n–—-]))",
    _I,
)
_BOTH = re.compile(
    r"\bor (?:was it|is it|maybe|perhaps|should i|shall i)\b|"
    r"^\W*(?:(?:yes|yep|yeah|sure|ok(?:ay)?)\b[\s,.!;–—-]+(?:(?:and|but|well|or|then|actually|wait|hm+"
    r"|sorry)[\s,.!–—-]+)*(?:no|nope|not"
    r" really)\b(?! (?:problem|problems|worries|objections?|issues?|need|rush|hurry|later|more|less|earlier|longer"
    r"|doubt|question|changes?)\b)"
    r"|(?:no|nope)\b[\s,.!;–—-]+(?:(?:and|but|well|or|then|actually|wait|hm+|sorry|i mean|i meant|make"
    r" that)[\s,.!–—-]+)*(?:yes|yep|sure)\b)",
    _I,
)
_ABOUT_IT = re.compile(
    r"(?:and |but |so |or |hm+,? )*(?:"
    r"do (?:we|i|you) (?:really |still |even |actually |ever )*(?:need|want|require|have to)\b(?! (?:anything|to know"
    r"|me to|help))"
    r"|(?:would|will|is|was|might) (?:that|it|this|he|she|they) (?:not )?(?:be |have been |all )*(?:ok|okay|fine|good"
    r"|alright|all right"
    r"|possible|acceptable|suitable|convenient) (?:with|for|by) (?!me\b|us\b|you\b)"
    r"|(?:is|are|was|will|would) (?:\d+|an?|half|one|two) .{1,25} (?:be )?(?:enough|sufficient|plenty|too (?:long"
    r"|short|much|little))"
    r"|(?:isn['’]?t|wasn['’]?t|hasn['’]?t|haven['’]?t|didn['’]?t|aren['’]?t)"
    r"(?!.*\b(?:free|available|busy|around|time)\b) .{2,80}"
    r"|(?:can|could|will|would) (?!(?:you|we|i|u)\b)(?-i:[A-Z])[\w'’-]+ (?:move|cancel|reschedule|postpone|swap"
    r"|switch|shift)(?: .*)?"
    r"|(?:does|did|do|has|have|will|would) (?!(?:you|we|i|u)\b)(?-i:[A-Z])[\w'’-]+ (?:want|prefer|mind|object|agree"
    r"|know|need|like|accept"
    r"|confirm|cancel|move|take|choose|pick|reply|answer|say|mean)\w*\b.*"
    r").*",
    _I,
)


_PUT_OFF = frozenset(
    [Intent.YES, Intent.ANSWER, Intent.CHOOSE, Intent.MOVE, Intent.CANCEL, Intent.SCHEDULE, Intent.CHANGE, Intent.SWAP]
)
_LET_ME_SEE = re.compile(
    r"\blet me (?:first |just |quickly )*(?:think|check|see|get back|sleep|ask|consult|confirm with|look|speak|talk"
    r"|clear)\b"
    r"|\b(?:i|we)(?:['’]ll| will| shall|['’]d| would)? (?:first )?(?:have to|need to|must|want to|would like to)"
    r" (?:first )?(?:think"
    r"|check|sleep|ask|consult|see if|confirm with)\b|\b(?:i|we)(?:['’]ll| will) (?:think|check|get back|come back"
    r"|let you know|revert"
    r"|see|confirm later|decide)\b|\b(?:will|shall) (?:revert|get back|let you know|confirm (?:later|soon|shortly))\b"
    r"|\bgive me (?:a|some|until|till|one|two|an?other)\b|\bbear with me\b|\btbc\b|\bto be confirmed\b|\bundecided\b"
    r"|\b(?:haven['’]?t|not) (?:yet )?decided\b|\bdon['’]?t know yet\b|\bdepends\b",
    _I,
)
"""Says that it is not decided yet."""


_DROPPED = re.compile(
    r"(?i:drop|skip|delete|scratch|remove|lose|ditch) (?P<who>(?-i:[A-Z])[\w'’-]+(?: [A-Z][\w'’-]+)?)"
)


def doubting(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Take a question about what could be done, or about what others want: it asks for nothing that is known."""
    bare = sentence.strip(" \t\n.!?")
    if (match := _DROPPED.fullmatch(bare)) is not None and party(match["who"], setting.origin, alone=True).people:
        who = match["who"]
        question = f"Shall I take {who} out of the meeting, or call off the meeting with {who}?"
        return Understood(intent=Intent.CANCEL, doubts=(Doubt(words=bare, question=question),))
    if len(bare) > LONGEST or not _ABOUT_IT.fullmatch(bare):
        return None
    return Understood(
        intent=Intent.OTHER_REQUEST, slots={"what": Slot(value=bare[:200], words=bare[:200])}, confidence=0.85
    )


def taken_back(text: str, intent: str) -> bool:
    """Return whether a mail takes back or puts off what it asked for, or says yes and no in one."""
    if intent in _PUT_OFF and _LET_ME_SEE.search(text):
        return True
    if intent in (Intent.YES, Intent.NO, Intent.ANSWER, Intent.CHOOSE, Intent.THANKS) and _BOTH.search(text):
        return True
    if intent in (Intent.NO, Intent.THANKS, Intent.UNKNOWN, Intent.HELP, Intent.DROP_RULE):
        return False
    match = _TAKEN_BACK.search(text)
    return match is not None and bool(re.search(r"\w{3}", text[: match.start()]))
