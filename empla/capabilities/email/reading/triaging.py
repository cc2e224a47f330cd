"""What is said about mails themselves: "that one was important", "this is not spam", "mails from x@... can wait".

Slots: `important: bool`; `kind: str` ("spam", or "fine": they mean no harm); which mails: `about: str` (a sender's
address, domain or name), `topic: str` (words of their subject), `ordinals` (1-based, -1 is the last, of a list that was
sent), none of them: the mail spoken of in this thread; `forget: bool` (what was learned of them); `learned: bool` (asks
what was learned).

Only sentences that name mails are taken, or that can be said of nothing else: "that is fine" is an answer, "it is
important" a remark on something else.
"""

import re
from collections.abc import Mapping

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_LEAD = (
    r"^(?:(?:please|pls|from now on|in (?:the )?future|going forward|henceforth|btw|by the way|actually|sorry|well"
    r"|no|oh|hey|hi|and|also|but|so|note that|for the record|ada)"
    r"[,:]?\s+)*(?:i (?:think|believe|guess|said)(?: that)? )?"
)
_TAIL = (
    r"(?:,? (?:please|to me|for me|for us|in (?:the )?future|from now on|now on|any ?more|again|thanks|thank you|though"
    r"|as well|too|at all|by the way|really|either|whatever they say|at once|immediately|straight away|right away"
    r"|when they come|if you can|please (?:always |do )?(?:show|tell|flag|forward) (?:me |to me )?(?:such|those"
    r"|these|them|it)(?: mails)?"
    r"(?: (?:in future|from now on))?))*\s*$"
)
_MAILS = (
    r"(?:e-?mails?|mails?|messages?|newsletters?|mailings?|notifications?|alerts?|reports?|letters?|invites?"
    r"|invitations?|adverts?|ads|offers?|invoices|bills|statements|receipts|digests|promos|promotions|surveys|updates"
    r"|bulletins|circulars|announcements|memos)"
)
_ORDINALS: Mapping[str, int] = {
    **{word: n for n, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh"), 1)},
    **{"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1, "latest": -1},
}
_ORDINAL = "|".join(_ORDINALS)
_FROM = (
    rf"(?:all |any |every |each )?(?:the |those |these |that |this )?(?:{_MAILS}|everything|anything|whatever|what"
    r"|those)(?: (?:that|which))?(?: (?:comes?|came|coming|i get))? (?:from|by|of) (?P<who>[^,;]{2,80}?)"
)
_OWNER = rf"(?P<owner>[A-Z][\w@.+-]*(?: [A-Z][\w-]+)?)['’]s {_MAILS}"
_TOPIC = (
    rf"(?:all |any |every )?(?:the |those |these )?(?:{_MAILS}|everything|anything)"
    r"(?: (?:about|on|regarding|concerning)|(?: with|,)? the subject|(?: that)? mention(?:s|ing)?)"
    r" (?P<topic>[^,;]{2,60}?)"
)
_THAT = (
    r"(?:(?:that|this|the)(?: very)? (?:one|e-?mail|mail|message|newsletter|sender|warning)"
    rf"|(?:the |that )?(?P<ordinal>{_ORDINAL})(?: (?:one|e-?mail|mail|message))?"
    r"|(?:e-?mail |mail |message |number |no\. ?|# ?)(?P<number>\d{1,2}))"
)
_THESE = rf"(?:these|those|such|(?:{_MAILS}|things|stuff) like (?:this|that|these|those))(?: {_MAILS}| ones)?"
_ADDRESS = r"(?P<address>@?[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@[\w-]+(?:\.[\w-]+)+)"
_STUFF = (
    rf"(?:(?:the|those|these|all|all the|any|that) )?(?P<stuff>(?!morning\b|daily\b|that\b|these\b|the\b|any\b|my\b"
    rf"|your\b|more\b|such\b)[\w.&-]{{2,40}}"
    rf"(?: [A-Z]\w+)?) (?:stuff|{_MAILS})"
)
_NAMED = rf"(?:{_FROM}|{_OWNER}|{_TOPIC}|{_THAT}|{_THESE}|{_ADDRESS}|{_STUFF})"
_VERY = r"(?:(?:really|very|quite|rather|pretty|actually|always|all|still|super|extremely|just|only|so) )*"
_IMPORTANT = re.compile(
    rf"{_VERY}(?:(?:an? )?(?:important|urgent|relevant|interesting)(?: (?:one|mail|e-?mail|message|sender))?"
    r"|(?:useful|helpful|valuable|of (?:interest|value)|worthwhile)|worth (?:keeping|having|reading|seeing|my time"
    r"|looking at|a look)|(?:a |top |high |of high )*priority)$",
    _I,
)
_UNIMPORTANT = re.compile(
    rf"{_VERY}(?:unimportant|irrelevant|uninteresting|useless|rubbish|pointless|boring|not worth (?:reading"
    rf"|my time)|noise|a waste of (?:my )?time|low priority|of no interest|clutter"
    rf"|(?:an? )?(?:newsletters?|advertising|advertisements?|ads?|marketing|mass mail(?:ing)?s?))$",
    _I,
)
_SPAM = re.compile(
    rf"{_VERY}(?:an? )?(?:spam|junk|scam|phishing|fraud|fake|suspicious|dangerous|malicious|harmful)"
    r"(?: (?:one|mail|e-?mail|message)s?)?$",
    _I,
)
_HONEST = re.compile(
    rf"{_VERY}(?:an? )?(?:harmless|legit(?:imate)?|genuine|safe|real|trustworthy|honest)"
    r"(?: (?:one|mail|e-?mail|message|sender)s?)?$",
    _I,
)
_FINE = re.compile(rf"{_VERY}(?:fine|ok|okay|all right|alright|good|welcome|wanted)$", _I)
_COPULA = (
    r"(?: (?:is|are|was|were|should be|must be|will be|would be)(?P<no> (?:not|never|no|hardly))?|['’](?:s|re)"
    r"(?P<no2> (?:not|never|no))?| ?(?P<no3>(?:is|are|was|were)n['’]?t)"
    r"| (?P<can>can|may|should)(?P<no4>not|['’]t| not)?)"
)
_BECAUSE = (
    r"(?:[,;:] (?:please (?:always |do )?(?:show|tell|flag|forward)\b[^.;,]{0,40}"
    r"|(?:it|that|he|she|they|this|i)(?:['’]s|['’]re| is| are| was| comes?| know)\b[^.;]{0,80}))?"
)
_STATED = re.compile(rf"{_LEAD}{_NAMED}{_COPULA} (?P<said>.+?){_BECAUSE}{_TAIL}", _I)
_BARE = re.compile(rf"{_LEAD}(?:these|those) ?(?:is|are|was|were)\b", _I)
_PLAIN = re.compile(
    rf"{_LEAD}(?:that|this|it|they|these|those){_COPULA} (?P<said>.+?)(?: (?:mail|one|message))?{_BECAUSE}{_TAIL}", _I
)
_WAIT = re.compile(
    r"(?:(?:always|all|safely|usually|also) )?(?:wait|be ignored|be skipped|be left out|be deleted|go)$", _I
)
_BOTHER = re.compile(
    rf"{_LEAD}(?:(?:you )?(?:do not|don['’]?t|never|stop|no need to|need not|don['’]?t (?:have|need) to)"
    r"(?: ever)? (?:bother(?:ing)?|disturb(?:ing)?|annoy(?:ing)?|trouble|troubling|tell(?:ing)?|inform(?:ing)?"
    r"|flag(?:ging)?|highlight(?:ing)?|mark(?:ing)?|star(?:ring)?|alert(?:ing)?|report(?:ing)?|list(?:ing)?"
    r"|ping(?:ing)?"
    r"|notify(?:ing)?|warn(?:ing)?|forward(?:ing)?|show(?:ing)?|send(?:ing)?|pass(?:ing)? on|mention(?:ing)?)(?: me)?"
    r"(?: (?:with|about|of|to))?|spare me|i (?:do not|don['’]?t|never) (?:want|need|care|wish)(?: to)?"
    r"(?: (?:see|hear|read|get|know))?(?: (?:about|of|for))?|(?:you (?:can|may) )?(?:ignore|skip))"
    rf" (?:{_NAMED}|(?P<pronoun>this|that|it|them)){_TAIL}",
    _I,
)
_WANTED = re.compile(
    rf"{_LEAD}(?:(?:you )?(?:should|could|ought to|might) have (?:shown|told|flagged|informed|alerted|forwarded"
    rf"|warned|passed on|mentioned)"
    rf"(?: me| to me)?(?: (?:about|of))?|(?:why|how come)(?: did(?:n['’]?t| not) you| you did(?:n['’]?t"
    rf"| not)) (?:show|tell|flag|inform|alert"
    rf"|forward|warn|mention)(?: me| to me)?(?: (?:about|of))?|i (?:wish|wanted) (?:you had told me"
    rf"|to know) (?:about|of)"
    rf"|(?:always|do|please always|never miss|don['’]?t miss|watch out for|keep an eye (?:out )?(?:for|on)"
    rf"|look out for|let me know (?:about|of)"
    rf"|make sure (?:that )?i see|prioriti[sz]e)(?= )(?: (?:show|tell|inform|alert|notify|forward|warn|pass on"
    rf"|flag)(?: me| to me)?(?: (?:about|of))?)?"
    r"|i (?:always )?(?:do )?(?:want|would like|['’]d like|like|need)(?: to)?(?: (?:always|know))?"
    rf" (?:see|hear|read|get|about)(?: (?:about|of))?) {_NAMED}{_TAIL}",
    _I,
)
_MARKED = re.compile(
    rf"{_LEAD}(?:mark|treat|file|consider|flag|count|handle|regard|sort|take) {_NAMED}"
    rf" (?:as )?(?P<said>[^,;]+?){_TAIL}",
    _I,
)
_FORGET = re.compile(
    rf"{_LEAD}(?:forget|undo|unlearn|drop|delete|take back)(?: (?:again|everything|all))?"
    r"(?: (?:what|that|everything|all)(?: that)?)? ?(?:"
    r"(?:(?:you|i)(?: have|['’]ve)? )?(?:said|told you|learned|learnt|noted)"
    rf" (?:about|of|on) (?:my |the )?(?:{_NAMED}|(?P<all>{_MAILS}))"
    r"|(?:you(?: have|['’]ve)? )?(?:learned|learnt) (?:about|of) (?P<name>[^,;]{2,60}?))"
    rf"{_TAIL}",
    _I,
)
_LEARNED = re.compile(
    r"^(?:and |so )?(?:what (?:have|did) you (?:learn(?:ed|t)?|note[d]?|been told|remember(?:ed)?) (?:about|of|on)"
    rf" (?:my |the )?{_MAILS}|how do you (?:sort|triage|weigh|judge|classify) my {_MAILS}"
    rf"|which (?:{_MAILS}|senders|people)(?: do you| does it)?"
    r" (?:think |consider |take for |treat as |are |to be )*(?:important|unimportant|spam)"
    rf"|(?:list|show me|tell me) what you (?:have )?(?:learned|learnt|know) about my {_MAILS}){_TAIL}",
    _I,
)


def triaging(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return what a sentence says about mails themselves, None if it is about something else."""
    text = sentence.strip().strip('"“”').rstrip(".!? ")
    if len(text) > 200:
        return None
    if _LEARNED.match(text):
        return Understood(intent=Intent.TRIAGE, slots={"learned": _whole(True, sentence)})
    if found := _FORGET.match(text):
        return _understood(sentence, found, forget=True)
    if (found := _BOTHER.match(text)) and _serious(found):
        return _understood(sentence, found, important=False)
    if found := _WANTED.match(text):
        return _understood(sentence, found, important=True) if _which(found) else None
    return _stated(sentence, text, mail)


def _stated(sentence: str, text: str, mail: Mail) -> Understood | None:
    """Read "X is ..." and "mark X as ..."."""
    found = _MARKED.match(text) or _STATED.match(text)
    named = found is not None and (bool(mail.in_reply_to) or _BARE.match(text) is None)
    found = found or _PLAIN.match(text)
    if found is None:
        return None
    parts = found.groupdict()
    denied = any(parts.get(name) for name in ("no", "no2", "no3", "no4"))
    said = found["said"].strip()
    if parts.get("can"):
        waits = _WAIT.match(said) is not None and named and not denied
        return _understood(sentence, found, important=False) if waits else None
    if _SPAM.match(said):
        return _understood(sentence, found, kind="fine" if denied else "spam")
    if _HONEST.match(said):
        return _understood(sentence, found, kind="spam" if denied else "fine")
    if named and _FINE.match(said) and {"about", "topic"} & _which(found).keys() and not denied:
        return _understood(sentence, found, kind="fine")
    # "That was important" is about a mail only in answer to one; "it is important" never is.
    heard = named or (bool(mail.in_reply_to) and re.search(r"(?:that|these|those|this|they) (?:was|were)", text, _I))
    if not heard:
        return None
    if _IMPORTANT.match(said):
        return _understood(sentence, found, important=not denied)
    return _understood(sentence, found, important=False) if _UNIMPORTANT.match(said) and not denied else None


def _serious(found: re.Match[str]) -> bool:
    """Whether "don't ... me with it" is about mails: of a bare "that" only if it is bothering that is spoken of."""
    return not found["pronoun"] or bool(re.search(r"bother|spare|annoy|disturb|trouble", found.group(), _I))


def _which(found: re.Match[str]) -> dict[str, Slot]:
    """Return which mails are meant; nothing for the one that is spoken of."""
    parts = {name: value for name, value in found.groupdict().items() if value}
    slots: dict[str, Slot] = {}
    for name in ("who", "owner", "address", "stuff", "name"):
        if name in parts:
            words = re.sub(
                r"^(?:the |my |anybody at |anyone at |people at |our )+", "", parts[name].strip('"“” '), flags=_I
            )
            slots["about"] = Slot(value=words, words=parts[name], start=found.start(name), end=found.end(name))
    if "topic" in parts:
        words = re.sub(r"^(?:the|our|my) ", "", parts["topic"].strip('"“”: '), flags=_I)
        slots["topic"] = Slot(value=words, words=parts["topic"], start=found.start("topic"), end=found.end("topic"))
    number = _ORDINALS.get(parts.get("ordinal", "").lower(), int(parts.get("number", 0)))
    if number:
        said = parts.get("ordinal") or parts["number"]
        slots["ordinals"] = Slot(value=(number,), words=said)
    return slots


def _understood(sentence: str, found: re.Match[str], **values: object) -> Understood:
    slots = {name: _whole(value, sentence) for name, value in values.items()}
    return Understood(intent=Intent.TRIAGE, slots={**slots, **_which(found)})


def _whole(value: object, sentence: str) -> Slot:
    return Slot(value=value, words=sentence.strip(), start=0, end=len(sentence))
