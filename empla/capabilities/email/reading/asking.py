"""Questions about the employee's own work: what it is at, what became of something, what was promised.

Slots: `kind: str` (now, open, done, promises, about), `about: str` (the matter), `people`, and for what was done
`window`. Questions about a calendar ("what is on today", "is Ben free") are none of these.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.phrases import PRONOUN, cut_time, only_people, people_slot, whom, words_slot
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_TAIL = r"(?: (?:for me|at the moment|right now|now|currently|today|these days|please|so far|then|still|exactly|ada))*"
_DONE_VERB = (
    r"(?:done|did|do|sen[dt]|ask(?:ed)?|book(?:ed)?|g[eo]t|remind(?:ed)?|writ(?:e|ten)|wrote|finish(?:ed)?"
    r"|manag(?:e|ed)"
    r"|hear|heard|move|moved|invite[d]?|cancel(?:l?ed)?|tell|told|reach(?:ed)?|arrange[d]?|schedule[d]?|chase[d]?"
    r"|follow(?:ed)? up|forward(?:ed)?|pass(?:ed)?|contact(?:ed)?|speak|spoken|check(?:ed)?|find|found|sort(?:ed)?"
    r"|handle[d]?|e?mail(?:ed)?|receive[d]?|answer(?:ed)?|order(?:ed)?|accept(?:ed)?|decline[d]?)"
)
_NOW = re.compile(
    rf"^(?:and )?(?:what (?:are you|have you been|r you|re you) (?:working (?:on|at)|doing|up to|busy with|at"
    rf"|handling|dealing"
    rf" with)|what(?:'s| is) on your (?:plate|desk|list|to-?do(?: list)?)|what(?:'s| is) keeping you busy"
    rf"|(?:give me (?:a|the|your) |send me (?:a|the|your) |your |a )?(?:short |quick |brief )?status(?: report"
    rf"| update)?"
    rf"|what do you have (?:in hand|on your (?:plate|desk|list)|in the works|in progress|under way)"
    rf"|(?:what(?:'s| is) )?your (?:current )?status|where do (?:things|we) stand|how(?:'s| is) (?:everything"
    rf"|work) going)"
    rf"{_TAIL}$",
    _I,
)
_OPEN = re.compile(
    r"^(?:and )?(?:what(?:'s| is| are|'re)?|which|anything|is anything|is there anything|are there any|any"
    r"|show me(?: what(?:'s| is)?)?"
    r"|list|tell me what(?:'s| is)?)(?: (?:(?:items?|things?|tasks?|questions?|requests?|matters?|points|still|the"
    r"|all|your|my|of|that"
    r"|is|are|there|errands?|reminders|follow-?ups?|sequences))*)* ?(?:open|outstanding|pending|unfinished"
    r"|unanswered|undone"
    r"|not done|left to do|missing|in progress|waiting|on hold|active|running|due)(?: (?:items?|things?|tasks?"
    r"|questions?|requests?"
    r"|matters?|points|errands?|reminders|follow-?ups|loops?|ends?))?(?: (?:yet|still|with you|on your side))*"
    rf"{_TAIL}$"
    r"|^(?:which|what|list|show me)(?: all| the| your| my| open)* (?:reminders|follow-?ups|errands|sequences|tasks"
    r"|to-?dos)"
    r"(?: (?:do you have|are there|have you got|are set|did i set|are running|have i got|do i have))?(?: open| set"
    r"| for me)*$"
    rf"|^(?:what|who|whom|which \w+) (?:are|is|am) (?:you|we|i|it) (?:still )?waiting (?:for|on){_TAIL}$",
    _I,
)
_DONE = re.compile(
    r"^(?:and )?(?:what (?:have you (?:already )?(?:done|finished|achieved|sent|got done|accomplished|completed)"
    r"|did you (?:do|get done|send|finish|achieve|accomplish)|all have you done|was done|got done|happened)"
    r"|list (?:what|everything) you (?:did|have done)|what(?:'s| is| has been) (?:been )?done"
    r"|(?:give me |send me )?(?:a |the )?(?:summary|recap|report|overview) of (?:what you (?:did|have done)"
    r"|your (?:day|work|week)))"
    r"(?: for me| so far| already)*(?P<when> .{1,40})?$",
    _I,
)
_PROMISES = re.compile(
    r"^(?:and )?(?:what (?:have|had|did) you (?:promised?|committed? to|commit to)|what do you owe"
    r"|list (?:all )?(?:your|the|my)"
    r" (?:open )?(?:promises|commitments)|what (?:are )?your (?:open )?(?:promises|commitments)|what (?:promises"
    r"|commitments) (?:do you"
    r" have|have you made|are open|did you make)|who (?:still )?(?:owes|has promised|promised) (?:me|us"
    r"|you) (?:what|anything"
    r"|something|things?)|what (?:do|does) (?:people|others|everybody) owe (?:me|us)|what (?:was|were|have i been"
    r"|has been) promised"
    r"|what (?:is|'s) (?:still )?(?:owed|promised)|(?:your|the) (?:promises|commitments))"
    r"(?: (?:to whom|and to whom|to whom and when|to everyone|me|us|to me|to us|anybody|anyone|others|to others"
    r"|so far|by whom|and to whom|please))*$",
    _I,
)
_WHO_OWES = re.compile(
    r"^(?:who (?:has|have|did)(?:n't| not) (?:yet )?(?:answered|replied|responded|answer|reply|respond"
    r"|got back)(?: (?:yet|to me|to you|to us))*"
    r"|(?:whose|which) (?:answers?|repl(?:y|ies)) (?:is|are) (?:still )?(?:missing|outstanding|pending|open))$",
    _I,
)
_SAYS = (
    r"(?:say|said|answer|answered|reply|replied|write|wrote|written|send|sent|tell|told|ask|asked|mention|mentioned"
    r"|report|reported|suggest|suggested)"
)
_SAYING = rf"(?!(?:i|we|you)\b)(?:\S+ ){{1,3}}{_SAYS}\b"
"""What somebody said: where nothing is known of it from work in hand, memory may know (slot `question`)."""
_BECAME = re.compile(
    r"^(?:and )?(?:what(?:'s|s| is| has| ever)? (?:happened|happening|became|become|come|came) (?:with|to|of|about"
    r"|regarding)"
    r"|what(?:'s| is) (?:the )?(?:status|state|latest|news|progress|situation|story|deal|update)(?: (?:of|on|with"
    r"|about|regarding|for|from))?"
    r"|what(?:'s| is) (?:going on|up|new|the matter) with|how (?:is|are|'s|far are you (?:with)?|far is|did"
    r"|about) (?=(?:the|my|that|our|it)\b)"
    r"|how far (?:are (?:you|we)|have you got(?:ten)?)(?: with| on)|where (?:are|do) (?:we|you"
    r"|things)(?: stand)? (?:with|on)"
    r"|where (?:is|'s|are) (?=(?:the|my|our|that)\b)|any (?:news|update|word|progress|development|luck|answer|reply"
    r"|response|feedback|sign)s?"
    r"(?: (?:yet|already|so far))?(?: (?:on|about|of|with|regarding|from|for|to))?|(?:status|update|progress"
    r"|news) (?:of|on|about|regarding|for|from)"
    r"|(?:is|are) there (?:any |an |already )*(?:news|update|word|progress|answer|reply|response|feedback)(?: (?:on"
    r"|about|from|of|to))?"
    r"|(?:tell me|let me know|update me|give me an update|brief me|keep me posted) (?:what (?:happened"
    r"|became) (?:with|to|of)|about the status"
    r" of|on (?=(?:the|my|our)\b)|how it went with)"
    rf"|what (?:did|has|had) (?={_SAYING}))\s*(?P<rest>.*)$",
    _I,
)
_HAVE_YOU = re.compile(
    rf"^(?:and )?(?:(?:have|had|did) (?:you|u|we)(?: (?:already|yet|ever|actually|manage to|been able to|able to"
    rf"|also|just))*"
    rf" {_DONE_VERB}\b(?: back)?)\s*(?P<rest>.*)$",
    _I,
)
_IS_DONE = re.compile(
    r"^(?:and )?(?:is|was|are|has|have|were) (?P<rest>(?!anything|there|it\b).+?) (?:been |already )*(?:booked"
    r"|confirmed|done|sent"
    r"|arranged|set up|answered|scheduled|on track|sorted|moved|cancell?ed|finished|settled)(?: yet| already| now"
    r"| out)*$",
    _I,
)
_HAS_SAID = re.compile(
    r"^(?:and )?(?:has|have|did|hasn't|haven't|didn't|does) (?P<rest>(?!(?:you|u|we|i)\b)\S.*?) (?:already |yet "
    r"|ever |also "
    r"|finally )*(?P<verb>answer(?:ed)?"
    r"|repl(?:y|ied)|respond(?:ed)?|g[eo]t(?:ten)? back|come back|came back|write|written|wrote|sen[dt]"
    r"|confirm(?:ed)?|accept(?:ed)?"
    r"|decline[d]?|react(?:ed)?|deliver(?:ed)?|sign(?:ed)?|say|said)\b(?P<after>.*)$",
    _I,
)
_INDIRECT = re.compile(
    r"^(?:(?:i(?:'m| am| was)? )?(?:just |only )*(?:wonder(?:ing)?|curious)|(?:(?:do|would) )?you (?:happen to )?know"
    r"|(?:please )?(?:tell me|let me know|check)|(?:i(?:'d| would) like|i want|i need) to know|any idea|no idea)"
    r" (?:whether|if) (?P<who>(?:anyone|anybody|somebody|someone|[A-Z]\w+(?: [A-Z]\w+)?|\S+@\S+|he|she|they))"
    r" (?:has |have |had |did )?",
    _I,
)
_MAY_KNOW = re.compile(
    r"^(?:(?:may|can|could|might) i (?:please )?(?:know|ask|have|get)|i(?:'d"
    r"| would) like to know|(?:please )?tell me)"
    r"(?= (?:what|where|how|who|the status|the state|the latest|any|an update))(?: (?=the|an))?",
    _I,
)
_LED = re.compile(
    r"^(?:(?:so|hey|btw|by the way|just checking|quick check|out of curiosity|now|and)[,:;]? )+(?=\w+ )", _I
)
_STILL_OPEN = re.compile(
    r"^(?:is there|do (?:i|we)(?: still)? have|have (?:i|we) got) (?:anything|something|any (?:mails?|questions?"
    r"|requests?|points?|things?))"
    r"(?: (?:that|which))? ?(?:(?:i|we)(?:'ve| have)? )?(?:still |yet )*(?:have to|need to|must|to|got to|should)"
    r" (?:answer|reply to|respond to|decide|approve|react to|get back on|sign off)(?: to| on)?(?: (?:yet|today"
    r"|still))*$"
    r"|^(?:what|which (?:questions|mails|points)) (?:do (?:i|you|we)|(?:are|is) there)(?: (?:still"
    r"|that))* (?:have to|need to|need|still need)"
    r" (?:answer|reply to|decide|from me|my (?:answer|decision|ok|okay))(?: on| to| for)*(?: (?:still|yet))*$"
    r"|^what (?:do you (?:still )?need|are you (?:still )?(?:missing|waiting for)) from me(?: still)?$"
    r"|^who (?:still )?owes (?:me|us|you) (?:an?|any|the) (?:answer|reply|response|reaction)s?(?: still)?$"
    r"|^who(?: all)? (?:(?:still|yet) )?(?:hasn't|haven't|has not|have not|didn't)(?: (?:still|yet))? (?:answer"
    r"|repl(?:y|ied)|respond|got(?:ten)? back"
    r"|come back|react|written back)(?:ed)?(?: (?:yet|to (?:me|you|us)|so far|back))*$"
    r"|^(?:who (?:is|'s)|whose answers? (?:is|are)|from whom (?:is|are)) (?:still )?(?:missing|outstanding|pending"
    r"|owing (?:me|us))(?: an (?:answer|reply))?(?: still)?$"
    r"|^(?:(?:give|send|show|get|let)(?: me)?(?: have)? )?(?:an? |the )?(?:short |quick |brief |full )?(?:overview"
    r"|list|summary|rundown|run-down|update|report|status)"
    r" (?:of|on|about) (?:everything|all(?: things)?|anything|whatever|what)?(?:(?: (?:that|which))?(?:'s| is"
    r"| are) |(?: the| your| my)? ?(?:things |items |tasks |points )?)"
    r"(?:still |currently )?(?:open|pending|outstanding|unanswered|in progress|on your (?:plate|desk)|going on"
    r"|unfinished|not done)"
    r"(?: (?:items|things|tasks|points|matters|requests|issues))?(?: (?:on your side|with you|at your end|right now"
    r"|at the moment|for me))*$"
    r"|^(?:what|anything)(?:'s| is| are)? (?:still )?(?:left|undone|not (?:yet )?(?:done|closed"
    r"|finished))(?: (?:open|to do|on your list))?$",
    _I,
)
_END = re.compile(r"(?:\s+(?:yet|already|so far|now|please|today|back|at all|then|any ?more|up to now|done|going"
    r"|coming(?: along| on)?"
                  r"|stand|doing|getting on|progressing))+$", _I)  # fmt: skip
_LEAD = re.compile(r"^(?:from|with|of|on|about|regarding|for|to|by|in|concerning)\s+", _I)
_CALENDAR = re.compile(
    r"\b(?:my|our|the) (?:day|week|calendar|schedule|diary|agenda|afternoon|morning)\b|\bfree\b|\bbusy\b", _I
)


def status(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read what the manager wants to know of the employee's work."""
    plain = sentence.strip(" .?!")
    plain = _INDIRECT.sub(lambda asked: f"has {asked['who']} ", plain)
    plain = _MAY_KNOW.sub("", _LED.sub("", plain)).strip()
    plain = re.sub(
        r"^how (?:are (?:we|you|things)|is it) (?:doing|going|looking|coming along|getting on) (?:on"
        r"|with) ",
        "status of ",
        plain,
        flags=_I,
    )
    plain = re.sub(
        r"^(?i:is|are) ((?:the|my|our|[A-Z]\w+'s) .+?) (?:back|here|there|in|ready|through|finished"
        r"|complete)(?: (?:yet|already|now))*$",
        r"status of \1",
        plain,
    )
    plain = re.sub(r"^anything (?:new |yet |back |in )?(?=(?:from|about|regarding) )", "any news ", plain, flags=_I)
    plain = re.sub(
        r"^(?:have|has|did) (?:we|you|i) (?:had|have|got|get|received|receive|seen) (?:already )?(?:an?"
        r"|any) "
        r"(?=(?:reply|answer|response|word|news|reaction|feedback)\b)",
        "any ",
        plain,
        flags=_I,
    )
    plain = re.sub(
        r"^(?:the )?(?:status|state|progress) of (?:all )?(?:my|your|the|our)? ?(?:errands|requests"
        r"|tasks|reminders"
        r"|follow-?ups|things|work|to-?dos)$",
        "what is open",
        plain,
        flags=_I,
    )
    for kind, pattern in (
        ("promises", _PROMISES),
        ("open", _STILL_OPEN),
        ("open", _WHO_OWES),
        ("now", _NOW),
        ("open", _OPEN),
    ):
        if pattern.match(plain):
            return _status(kind, {})
    if (done := _DONE.match(plain)) is not None and not _BECAME.match(plain):
        when = (done["when"] or "").strip()
        cut = cut_time(when, setting, r"today|yesterday|this|last|since|on|in|so far|the") if when else None
        if when and (cut is None or cut.window is None) and not _PAST.fullmatch(when):
            return None
        return _status("done", {"window": words_slot(when, sentence)} if when else {})
    for pattern in (_HAS_SAID, _IS_DONE, _HAVE_YOU, _BECAME):
        match = pattern.match(plain)
        if match is not None:
            return _about(match, sentence, setting, mail)
    return None


_PAST = re.compile(
    r"(?:so far )?(?:today|yesterday|this (?:morning|afternoon|week|month)|last (?:week|night|month)|since .{2,30}"
    r"|lately|recently|on \w+day|in the last .{2,20})(?: so far)?",
    _I,
)


_ANYONE = re.compile(r"any(?:one|body)(?: else)?|some(?:one|body)|every(?:one|body)|all of them|they all", _I)


def _about(match: re.Match[str], sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read the matter and the people of a question about something in particular."""
    rest = _END.sub("", match["rest"].strip())
    if _CALENDAR.search(rest):
        return None
    has_said = match.re is _HAS_SAID
    rest = re.sub(r"\s+(?:ever|still|finally|actually)$", "", rest)
    if has_said and _ANYONE.fullmatch(rest):
        about = re.sub(
            r"^(?:(?:me|us|you|back|to (?:me|us|you)|on|about|to|regarding|for|with)\b\s*)+",
            "",
            _END.sub("", match["after"].strip()),
            flags=_I,
        )
        return _status("about", {"about": words_slot(about, sentence)}) if about else _status("open", {})
    people = only_people(_LEAD.sub("", rest), setting)
    about = "" if people else rest
    if has_said:
        if not people and not PRONOUN.fullmatch(rest):
            return None
        about = _END.sub("", match["after"].strip())
        about = re.sub(r"^(?:me|us|you|back|to (?:me|us|you))\b\s*", "", about, flags=_I)
    elif not people:
        about, people = _apart(about, setting)
    about = re.sub(r"^(?:to|on|about|of|for|with|the question of)\s+", "", about, flags=_I).strip(" ,")
    if (
        match.re is _BECAME
        and not people
        and not about
        and not mail.in_reply_to
        and not re.match(r"any|is there|are there", match.group(), _I)
    ):
        return None
    slots: dict[str, Slot] = {}
    if people:
        slots["people"] = people_slot(people)
    if about and not PRONOUN.fullmatch(about):
        slots["about"] = words_slot(about, sentence)
    if not slots and match.re is _HAVE_YOU and not mail.in_reply_to:
        return None
    if _ASKS_SAYING.match(match.group()):
        slots["question"] = words_slot(sentence.strip(), sentence)
    return _status("about" if slots or mail.in_reply_to else "open", slots)


_ASKS_SAYING = re.compile(rf"^(?:and )?what (?:did|has|had) {_SAYING}", _I)


def _apart(words: str, setting: Setting) -> tuple[str, tuple[Who, ...]]:
    """Part the matter from those who are named with it: "the meeting with Carla"."""
    plain = _LEAD.sub("", words)
    first, end = whom(plain, 0, setting)
    if first:
        verb = re.match(rf"\s+{_SAYS}\b(?: (?:to )?(?:me|us|you)\b)?\s*(?P<rest>.*)$", plain[end:], _I)
        rest = verb["rest"] if verb is not None else re.sub(r"^['’]s\s+", "", plain[end:])
        return rest.strip(" ,"), first
    if (named := re.search(r"\s(?:with|from|by|to|of)\s(?P<who>\S.*)$", plain, _I)) is not None:
        people = only_people(named["who"], setting)
        if people:
            return plain[: named.start()].strip(" ,"), people
    return plain, ()


def _status(kind: str, slots: dict[str, Slot]) -> Understood:
    return Understood(intent=Intent.STATUS, slots={"kind": Slot(value=kind, words=""), **slots})
