"""The words by which a standing rule is told, and what they ask for. Each pattern is matched at the sentence's start.

What a cue itself matches is read with it; the group `keep`, where there is one, holds times or people and is read
apart.
`clear`: the cue says by itself that it is meant of every time, and cannot be a wish for one meeting only.
"""

import re
from dataclasses import dataclass

from empla.capabilities.email.reading.times.words import NUMBER
from empla.capabilities.standing import RuleKind

_MEET = (
    r"(?:meetings?|mtgs?|calls?|appointments?|appts?|bookings?|one-on-ones?|1:1s?|anything|any ?one|things?|stuff)"
    r"(?: scheduled| booked| at all)?"
)
_INVITED = (
    r"(?:(?:all |any |every |each )?(?:of )?(?:my |the |their )?(?:meeting |calendar )?"
    r"(?:invitations?|invites?|requests?|meetings?|calls?)(?: requests?)?|everything|anything|whatever|everyone|anyone)"
)
_YOU = (
    r"(?:you (?:can|may|should|shall|could|must)(?: always| just| safely)? |i(?:'d| would) like you to "
    r"|i want you to )?"
)
_DO = r"(?:book|schedule|arrange|put|plan|set up|give|make|add|organi[sz]e|pencil|squeeze)"
_SLOT = rf"(?:(?: (?:me|us|my|in|down|any|more|new|an?|for me|into my \w+)\b)*(?: {_MEET})?(?: for me\b| in\b)?)"
_FREE = r"(?:free|clear|open|empty|unbooked|blocked|meeting[- ]?free)(?: (?:of|from) (?:any |all )?(?:meetings|calls))?"
_FOCUS = (
    r"(?:for )?(?:myself|me|focus(?:ed)?(?: time| work)?|deep work|quiet work|thinking|concentrat\w+|my own work|lunch"
    r"|no[- ]meetings?|writing|admin|paperwork|family|school run|sport|gym)"
)
_OFF = (
    r"(?:off[- ]limits|(?:a |my )?(?:meeting[- ]free|no[- ]meetings?|focus|quiet)(?: days?| time| zone)?|sacred|taboo"
    r"|(?:to be )?(?:kept|left) free|free of (?:meetings|calls)|not (?:available|bookable)|unavailable|no[- ]go"
    r"|reserved(?: for \w+(?: work| time)?)?)"
)
_AWAY = (
    r"(?:out of (?:the |my )?office|ooo|away|off(?: work)?|on (?:annual |parental |sick )?(?:vacation|holidays?|leave)"
    r"|on a (?:business )?trip|travell?ing|not (?:in|around|working|available|here)|unavailable)"
)
_PER_DAY = r"(?: (?:a|per|each|every|in a|in one|on any(?: one)?|on a single) day| daily)?"
_COUNT = rf"(?P<count>{NUMBER})"


@dataclass(frozen=True, slots=True)
class Cue:
    """How one sort of rule is said."""

    pattern: re.Pattern[str]
    kind: RuleKind
    soft: bool = False
    clear: bool = False
    away: bool = False


def _cue(pattern: str, kind: RuleKind, **more: bool) -> Cue:
    return Cue(re.compile(pattern, re.IGNORECASE), kind, **more)


MARKED = re.compile(
    r"\b(?:never|always|from now on(?:wards)?|from here on|going forward|in (?:the )?future|in general|generally"
    r"|as a (?:general )?rule|until further notice|any ?more|at all times|by default|permanently|for good|on principle"
    r"|every (?:single )?(?:day|week|mon|tues|wed|thurs|fri|sat|sun)|each (?:day|week|mon|tues|wed|thurs|fri|sat|sun)"
    r"|automatically|weekly|daily)(?!['\w])",
    re.IGNORECASE,
)
"""Words that say that something is meant of every time."""
LASTING = re.compile(
    r"\b(?:from now on(?:wards)?|from here on|going forward|in (?:the )?future|in general|generally|always"
    r"|as a (?:general )?rule|until further notice|by default|permanently|for good|on principle)(?!['\w])",
    re.IGNORECASE,
)
"""The same, where another meeting is spoken of beside: "never" and "Fridays" may be meant of that one."""
LEAD = re.compile(
    r"(?:(?:(?:(?:a )?(?:new|another|standing|general) )?rule|(?:please )?note|for the record|reminder)\s*[:,–-]\s*"
    r"|(?:from now on(?:wards)?|from here on|going forward|in (?:the )?future|in general|generally"
    r"|as a (?:general )?rule"
    r"|until further notice|also|and|by the way|btw|please|pls|one more thing|make sure(?: that)?(?: you"
    r"| there (?:are|is))?"
    r"|i(?:'d| would) like you to|i want you to|you should|you must)\s*[,:]?\s+)+",
    re.IGNORECASE,
)
"""What may stand before a rule."""

CUES: tuple[Cue, ...] = (
    # how near, how many, how long
    _cue(r"(?:always )?(?:there (?:should|must) (?:always )?be |leave|keep|give|allow|put|add|plan|schedule|include"
         r"|i (?:always )?"
         r"(?:need|want|require|would like)|i'd (?:always )?like|always)?(?: me| us)?(?: always)?(?: at least"
         r"| a minimum of)? ?"
         r"(?P<keep>(?:\w+[ -]){1,5}?(?:minutes?|mins?|hours?|hrs?))[- ]?(?:'s? |s' )?(?: ?(?:free|gap|break|buffer"
         r"|pause"
         r"|breather|rest|off|spare|of (?:a )?(?:buffer|free time|air|break"
         r"|travel time)))*(?: time)? (?:in )?(?:between|around"
         r"|after|before) (?:(?:my|all|any|two|each|every|the|of) ?)*(?:meetings?|calls?|appointments?|bookings?)\b",
         RuleKind.APART, clear=True),
    _cue(r"(?:no|never|(?:please )?avoid|(?:i )?(?:don't|do not) (?:like|want|do|book|schedule|have))(?: me| book"
         r"| schedule"
         r"| any| my)*(?: meetings?| calls?| appointments?)*,? ?back[- ]to[- ]back(?:s| meetings?| calls?"
         r"| appointments?)?\b",
         RuleKind.APART, clear=True),
    _cue(rf"(?:{_DO}(?: me)? |i (?:want|take|do|have) |limit (?:me |my \w+ )?to |accept )?(?:at most|(?:no|not"
         rf"|never) more than"
         rf"|(?:a )?max(?:imum)?(?: of)?|up to|(?:don't|do not|never) {_DO}(?: me)? more than|only) "
         rf"{_COUNT} (?:meetings?|calls?|appointments?)\b{_PER_DAY}", RuleKind.MOST, clear=True),
    _cue(rf"(?:limit|restrict|keep) (?:my |the )?(?:number of )?(?:meetings|calls)(?: per day)? (?:to|at|under"
         rf"|below) (?:at most "
         rf"|max(?:imum)? )?{_COUNT}(?! ?(?:min|hour|hr|h\b|am|pm|:)){_PER_DAY}", RuleKind.MOST, clear=True),
    _cue(rf"{_COUNT} (?:meetings?|calls?)(?: a| per| each)? day (?:is|are) (?:enough|plenty|(?:my|the) (?:limit"
         rf"|max(?:imum)?|most)"
         rf"|all i (?:can|want))", RuleKind.MOST, clear=True),
    _cue(r"(?:keep|limit|restrict|cap) (?:my |all |the )*(?:meetings|calls) (?:to|at|under|below"
         r"|shorter than)(?: at most"
         r"| a maximum of| max(?:imum)?)? (?P<longest>(?:\w+[ -]){1,5}?(?:minutes?|mins?|hours?|hrs?)\b)",
         RuleKind.AVOID, clear=True),
    _cue(r"(?:my |all )?(?:meetings?|calls?) (?:(?:should|must|may|can)(?: not| never)? (?:be|last|take"
         r"|run) )?(?:at most|(?:no|never)"
         r" (?:longer|more) than|(?:longer|more) than|max(?:imum)?(?: of)?|up to) "
         r"(?P<longest>(?:\w+[ -]){1,5}?(?:minutes?|mins?|hours?|hrs?)\b)", RuleKind.AVOID, clear=True),
    # invitations
    _cue(rf"(?:always )?(?:ask|check with|consult|come to|run (?:it|them|that) (?:by|past)) me(?: first"
         rf"| always)?(?:,? (?:before"
         rf"|if|when|about)) (?:you (?:are )?)?(?:accept(?:ing)?|say(?:ing)? yes to|confirm(?:ing)?|tak(?:e|ing)"
         rf"|answer(?:ing)?)? ?"
         rf"{_INVITED}", RuleKind.ASK, clear=True),
    _cue(rf"(?:don't|do not|never) (?:accept|confirm|say yes to"
         rf"|answer) (?P<keep>{_INVITED}.*?),? (?:without (?:asking|checking with)"
         rf"|before (?:asking|you ask(?:ed)?|checking with)"
         rf"|unless you ask(?:ed)?) me(?: first)?$", RuleKind.ASK, clear=True),
    _cue(rf"(?:always )?ask me (?:first )?about {_INVITED}", RuleKind.ASK, clear=True),
    _cue(rf"{_YOU}(?:always |automatically |auto-?)(?:accept|say yes to|confirm|take|agree to)(?: {_INVITED})?",
         RuleKind.ACCEPT, clear=True),
    _cue(rf"{_YOU}(?:accept|say yes to|confirm|take|agree to) (?:(?:all|any|every|each)\b(?: of)?(?: my| the| their)?"
         r"(?: meeting| calendar)? ?(?:invitations?|invites?|requests?|meetings?)?|everything|anything|whatever"
         r"|invitations|invites|meeting requests)\b", RuleKind.ACCEPT),
    _cue(rf"{_INVITED} (?P<keep>(?:from|by) .+?) (?:(?:can|may|should|shall|must) (?:always "
         rf"|automatically )?be accepted"
         r"|(?:are|is) (?:always |automatically )?(?:accepted|fine|ok|okay|welcome"
         r"|a yes))$", RuleKind.ACCEPT, clear=True),
    _cue(rf"{_YOU}(?:always |automatically |auto-?)(?:decline|reject|refuse|turn down|say no to"
         rf"|ignore)(?: {_INVITED})?",
         RuleKind.DECLINE, clear=True),
    _cue(rf"{_YOU}(?:decline|reject|refuse|turn down|say no to) (?:(?:all|any|every|each)\b(?: of)?(?: my| the| their)?"
         r"(?: meeting| calendar)? ?(?:invitations?|invites?|requests?|meetings?)?|everything|anything|whatever"
         r"|invitations|invites|meeting requests)\b", RuleKind.DECLINE),
    _cue(rf"(?:never|don't ever|do not ever|(?:don't|do not)(?= accept (?:any|inv))) (?:accept|say yes to|confirm|take)"
         rf"(?: {_INVITED})? (?=(?:from|by)\b)", RuleKind.DECLINE, clear=True),
    _cue(rf"{_INVITED} (?P<keep>(?:from|by) .+?) (?:(?:can|may|should|shall|must) (?:always "
         rf"|automatically )?be (?:declined"
         r"|rejected|refused)|(?:are|is) (?:always |automatically )?(?:declined|a no))$", RuleKind.DECLINE, clear=True),
    # in these times only
    _cue(rf"{_YOU}only {_DO}{_SLOT}", RuleKind.ONLY),
    _cue(r"(?:my )?(?:meetings|calls)(?: please)? only\b|(?:meetings|calls) (?:should|must|may|can"
         r"|are to) only (?:be|happen"
         r"|take place|possible)(?: \w+ed)?\b|i(?:'m| am) only (?:available|free|reachable"
         r"|bookable)(?: for (?:meetings|calls))?"
         r"|i (?:only|just) (?:take|do|have|accept|want)(?: any)?(?: meetings| calls)", RuleKind.ONLY),
    _cue(r"i(?:'d| would)? (?:prefer|rather have|like)(?: to (?:have|take|do))?(?: my)? (?:meetings|calls)(?: to be)?"
         r"|prefer(?:ably)?(?: my)? (?:meetings|calls)|(?:meetings|calls),? (?:preferably|ideally|rather)"
         r"|i prefer (?=(?:the )?(?:morning|afternoon|evening|mon|tues|wednes|thurs"
         r"|fri)\w*s\b)", RuleKind.ONLY, soft=True),
    # not in these times
    _cue(rf"(?:i(?:'d| would)? (?:rather|prefer)(?: to have)? (?:not(?: have| take| do)?|no)|preferably (?:no|not)"
         rf"|ideally,? (?:no"
         rf"|not)|i(?:'d| would) rather (?:not|avoid)|(?:if (?:at all )?possible|if you can),? (?:no|don't {_DO}"
         rf"|avoid)|try (?:not to"
         rf" {_DO}|to avoid|to keep(?= .+ free))|(?:please )?avoid|i (?:don't|do not) (?:like|love"
         rf"|enjoy)(?: to have| having)?)"
         rf"(?: {_DO}(?:ing)?)?{_SLOT}", RuleKind.AVOID, soft=True),
    _cue(rf"(?:never(?! mind)(?: ever)?|don't ever|do not ever)(?: {_DO}{_SLOT}| (?:accept|take|have"
         rf"|do)(?: any)?(?: {_MEET})?)?",
         RuleKind.AVOID),
    _cue(r"(?:i|we) (?:don't|do not|never|won't|will not|can't|cannot|am not able to)(?: ever"
         r"| really)? (?:want(?: to (?:have|take"
         rf"|do))?|take|do|have|accept|hold|attend|work|meet)(?: any)?(?: more)?(?: {_MEET})?", RuleKind.AVOID),
    _cue(rf"(?:don't|do not|stop) {_DO}(?:ing)?{_SLOT}", RuleKind.AVOID),
    _cue(r"no (?:more )?(?:meetings|calls|appointments|bookings|meeting)(?: for me)?(?: please)?\b"
         r"|no (?=(?:\w+days|weekends|mornings|afternoons|evenings|lunchtimes)\b)|nothing(?: please)?\b"
         r"(?= (?:before|after|on|between|in|over|from|longer|over|at|past|with))", RuleKind.AVOID),
    _cue(rf"(?:keep|leave|hold|protect|guard|reserve|block(?: out| off)?|save)(?: me| my| all| the"
         rf"| our)* (?P<keep>.+?) "
         rf"(?:{_FREE}|{_FOCUS})(?: please)?(?P<tail> (?:until|till|from|through|for (?:the )?(?:next|coming|rest)"
         r"|in general|generally|every|each|this|next|in future|any ?more|only)\b.*)?$", RuleKind.AVOID),
    _cue(r"(?:protect|guard)(?: my| the)* (?P<keep>.+)$", RuleKind.AVOID),
    _cue(rf"(?:make|declare|treat) (?P<keep>.+?) (?:as )?{_OFF}$", RuleKind.AVOID),
    _cue(rf"(?P<keep>.+?)(?:'s|'re| is| are| shall be| should be| must be| stays?| remains?)(?: my| always"
         rf"| strictly)* {_OFF}"
         r"(?P<tail> (?:until|till|from|through)\b.*)?$", RuleKind.AVOID),
    _cue(rf"(?:i(?:'m| am|'ll be| will be|'m going to be)|we(?:'re| are)) (?:{_AWAY})(?: for (?:meetings|calls))?",
         RuleKind.AVOID, away=True),
    _cue(r"(?:i(?:'m| am) (?:taking|having)|i (?:take|have|took)|i'(?:ve|ll) (?:have|take|got)) (?P<keep>.+?) off$",
         RuleKind.AVOID, away=True),
    _cue(r"(?:my )?(?:vacation|holidays?|annual leave|out of (?:the )?office|ooo)(?: is| are| will be|:)?(?= )",
         RuleKind.AVOID, away=True),
)  # fmt: skip

BEGINS = re.compile(
    r"(?:my (?:working |work )?day|i) (?:(?:only|usually|always) )?(?:starts?|begins?|start work(?:ing)?|come in"
    r"|am in|get in)"
    r"(?: work| working)? (?:at|from) (?P<at>.+)$",
    re.IGNORECASE,
)
ENDS = re.compile(
    r"(?:my (?:working |work )?day|i) (?:(?:usually|always) )?(?:ends?|finish(?:es)?|stops?|leave|go home"
    r"|stop work(?:ing)?)"
    r"(?: work| working| the office)? (?:at|by) (?P<at>.+)$",
    re.IGNORECASE,
)
