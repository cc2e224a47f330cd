"""Sentences about standing rules without what only leads on to them, gives a reason, or says that they hold always."""

import re

_I = re.IGNORECASE
_LEADS = re.compile(
    r"^(?:(?:in principle|(?:please |just |do )?(?:note|remember|be aware|bear in mind|keep in mind)(?: that)?"
    r"|(?:just )?so"
    r" (?:that )?you know|for (?:your|the) (?:information|record)|fyi|just|as (?:a )?(?:matter of )?(?:principle"
    r"|policy)|also"
    r"|by the way|btw|please|one rule|rule of thumb|my rule(?: is)?|note to self|i(?:'d| would) (?:like|want"
    r"|ask) you to"
    r"|from (?:now|here) on(?:wards)?,? (?:please )?(?=(?:no|never|don't|i|keep|only|nothing)\b))\s*[:,–-]?\s+)+(?=\S)",
    _I,
)
_SO = re.compile(
    r"^(?!.*\b(?:this|next|tomorrow|today)\b)[^,;]{4,90}(?:[,;]| -)? (?:so|therefore|hence|that's why) (?:please )?"
    r"(?=(?:don't|do not|no|never|nothing|keep|only|block|leave|avoid)\b)",
    _I,
)
_BECAUSE = re.compile(
    r"(?:,| -| –)? \(?(?:because|since|as(?= (?:i|we|my|that)\b)|cause|due to|so (?:that )?(?:i|we) can|i (?:have"
    r"|need|pick|want)"
    r"|that's (?:when|my|our)|it's (?:when|my|our)) ?[^,;]{3,80}$",
    _I,
)
_TAILS = re.compile(
    r"(?:[,;.]| -| –) ok(?:ay)?$|(?:[,;.]| -| –)? (?:please (?:keep|stick) to (?:that|it)|no exceptions?"
    r"|without exceptions?|that's (?:a|my|the)"
    r" (?:new )?rule|full stop|period|got it|understood|under any circumstances|whatever happens|no matter what|ever"
    r"|on any (?:week|working )?day|on all days|any day|all days|(?:each|every) (?:single )?day(?= *$)"
    r"|for me(?: please)?"
    r"|i(?:'m| am) serious|seriously|thanks?|please|if you (?:can|could) help it)$",
    _I,
)
_NUMBERED = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "7th": 7, "8th": 8, "9th": 9,
}  # fmt: skip
_NTH = re.compile(
    rf"\b(?:my |the )?(?P<n>{'|'.join(_NUMBERED)}) rule\b(?: (?:on|from|of|in) (?:the|my|your) list)?", _I
)
_DURING = re.compile(r"\b(?:during|in between|between)(?: the time)? (\d[\d:.]* ?(?:[ap]m)? (?:to|until|-) )", _I)
_AND_RULE = re.compile(r"\brules? (?:no\.? ?|number )?(\d+)(?:,| and|, and) rule (?:no\.? ?|number )?(\d+)\b", _I)
_UNASKED = re.compile(
    r",? (?:without (?:asking|checking with|bothering|consulting)(?: me)?(?: first)?|automatically|straight ?away"
    r"|right away|no questions asked"
    r"|unasked|by default)$",
    _I,
)
_CALLS = r"(?:meetings?|calls?|appointments?|bookings?)"
_SAME: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, _I), turned)
    for pattern, turned in (
        (rf"(?:{_CALLS} )?not (?P<a>before .{{1,14}}?)(?:,? (?:and|or|nor) (?:also )?(?:not"
         rf"|never)? ?(?P<b>after .{{1,14}}))?",
         r"no meetings \g<a> and \g<b>"),
        (rf"(?:{_CALLS} )?not (?P<a>after .{{1,14}}?)(?:,? (?:and|or|nor) (?:also )?(?:not"
         rf"|never)? ?(?P<b>before .{{1,14}}))?",
         r"no meetings \g<a> and \g<b>"),
        (r"(?:block|keep|reserve|protect|guard|hold)(?: out| off)? (?:my )?(?:daily )?lunch(?: ?break|time| hour)?"
         r"(?: free)?[,:]? ?(?:from |between )?(?P<a>\d[\d:.apm ]*?) ?(?:to|-|–|until|and) ?(?P<b>\d[\d:.apm ]*?)"
         r"(?: (?:every|each) (?:day|weekday)| daily)?(?: free)?", r"no meetings between \g<a> and \g<b>"),
        (r"(?:my )?lunch(?: ?break|time| hour)? is (?:always |daily )?(?:from |between )?(?P<a>\d[\d:.apm ]*?)"
         r" ?(?:to|-|–|until|and) ?(?P<b>\d[\d:.apm ]*?)", r"no meetings between \g<a> and \g<b>"),
        (r"(?:keep|leave|hold|block) (?P<a>.{3,40}?) (?P<b>free|clear|open)(?: of \w+)? for me (?P<c>every week"
         r"|always)",
         r"keep \g<a> \g<b> \g<c>"),
        (rf"{_CALLS} (?P<a>with (?!me\b).{{2,40}}?),? only (?P<b>(?:in|on|before|after|between|at)\b.+)",
         r"only book meetings \g<a> \g<b>"),
        (rf"only {_CALLS} (?P<a>(?:in|on|before|after|between|at|with)\b.+)", r"only book meetings \g<a>"),
        (r"(?P<a>(?:[A-Z][\w.-]+(?: [A-Z][\w.-]+)?|\S+@\S+)) (?:can|may) always (?:book|have|get|take)(?: me"
         r"| (?:some |a )?(?:time|slot)s?"
         r"(?: with me)?)", r"always accept invitations from \g<a>"),
        (r"(?:always )?(?:let) (?P<a>(?-i:[A-Z])[\w.-]+(?: (?-i:[A-Z])[\w.-]+)?|\S+@\S+) (?:always )?(?:in|through"
         r"|book me|have (?:a|any) slots?)"
         r"(?: always| any ?time)?", r"always accept invitations from \g<a>"),
        (r"i(?:'m| am)? (?:don't|do not|never|no longer|not|won't) (?:longer )?(?:be )?(?:do|doing|take|taking|have"
         r"|having) "
         rf"(?P<a>{_CALLS}|anything)(?: any ?more| any longer)? (?P<b>(?:on|before|after|in|at|over|during)\b.+)",
         r"no \g<a> \g<b>"),
        (r"(?:no (?:calls|meetings) )?(?P<a>before \S+(?: ?[ap]m)?) (?:is|are) (?:too early|off|taboo|not on"
         r"|a no(?:-go)?)(?: for me)?",
         r"no meetings \g<a>"),
        (r"(?P<a>after \S+(?: ?[ap]m)?) (?:is|are) (?:too late|off|taboo|not on|a no(?:-go)?|family time"
         r"|mine)(?: for me)?",
         r"no meetings \g<a>"),
        (rf"(?:please )?(?:do not|don't|never) (?:let (?:people|anyone|anybody|them) )?(?:put|accept|plan|place"
         rf"|book|schedule|arrange)"
         rf"(?: any)?(?: more)? {_CALLS} (?:for me |in my (?:calendar|diary) )(?P<a>\S.+)", r"don't book meetings"
         r" \g<a>"),
        (r"i(?:'m| am) (?:only )?(?:free|available|reachable) for (?P<a>meetings|calls) only (?P<b>.+)",
         r"only book \g<a> \g<b>"),
        (r"(?P<a>\d+|one|two|three|four|five|six|seven) (?:meetings?|calls?) (?:per|a|each) day (?:max(?:imum)?"
         r"|at most|tops)",
         r"at most \g<a> meetings a day"),
        (r"(?:no|not) more than (?P<a>\w+) (?:hours?|h) of (?:meetings|calls) .*", r"\g<0>"),
        (r"(?P<a>(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?: (?:morning|afternoon|evening)s?)?|mornings"
         r"|afternoons|evenings|lunch\w*)"
         r" ?(?:=|:|–|-|->|=>|means?|are for|is for) ?no (?:meetings?|calls?)", r"no meetings on \g<a>"),
        (r"(?:always )?(?:keep|leave|have|allow|ensure|maintain|make sure there's|plan"
         r"|put)(?: me)?(?: always)? an? (?:gap|break|buffer|pause|breather|breathing space)"
         r" of (?:at least )?(?P<a>.{3,20}?) (?:between|before|after|around) (?:(?:all|any|my|each|every|two"
         r"|of) ?)*(?:meetings?|calls?|appointments?)",
         r"leave \g<a> between meetings"),
        (r"before (?:accepting|you accept|saying yes to|you say yes to|confirming"
         r"|you confirm) (?P<a>.{3,60}?),? (?:please )?(?:always )?"
         r"(?:check with|ask|consult|talk to|come to) me(?: first)?", r"ask me before accepting \g<a>"),
        (r"i(?:'ve| have)? changed my mind (?:about|on) (?:the |my )?(?P<a>.{3,50}?) rules?(?:[,;.]| and"
         r"| -)* (?:please )?(?:drop|delete|forget|remove|scrap|lift) (?:it|them|that)",
         r"drop the \g<a> rule"),
        (r"(?:invitations?|invites?|meetings?|requests?|anything|everything) (?P<a>(?:from|by) \S+?),?:? ?(?:are "
         r"|is )?(?:always|automatically|generally) (?:a )?"
         r"(?:no|declined?|refused?|rejected?)", r"always decline invitations \g<a>"),
        (r"(?:invitations?|invites?|meetings?|requests?|anything|everything) (?P<a>(?:from|by) \S+?),?:? ?(?:are "
         r"|is )?(?:always|automatically|generally) (?:a )?"
         r"(?:yes|accept(?:ed)?|fine|ok(?:ay)?)", r"always accept invitations \g<a>"),
        # which there are
        (r"(?:and )?(?:what|which)(?: all)? (?:did|have|had) i (?:tell|told|say|said|ask|asked|forbid|forbidden"
         r"|instruct\w*)(?: (?:to )?you)?"
         r"(?: (?:about|not to|never to|to|that you))(?: (?:my )?(?:book|accept|schedule|keep|calendar|meetings"
         r"|decline|free|do|with|avoid"
         r"|anything|invitations|when|should|shouldn't|are|not|to|block|in|my|general))*(?: (?:again|free"
         r"|in general|so far))*",
         "list my rules"),
        (r"(?:remind|tell|show) me(?: of| again)? what (?:my|the|your) (?P<a>standing (?:instructions|orders)|rules"
         r"|preferences|guidelines)"
         r"(?: are| say| were)?(?: again)?", "list my rules"),
        (r"(?:what|which)(?: are|'s| is|'re)? (?:all )?my (?:meeting |calendar |booking |scheduling )?preferences"
         r"(?:,? as far as you know(?: them)?| again| at the moment| do you (?:have|know))*", "list my rules"),
        (r"(?:what|which) (?:meeting |calendar |booking |scheduling )?(?:preferences|instructions|limits"
         r"|limitations|blocks|times)"
         r" (?:do you (?:have|know|keep|follow)|have i (?:set|given)|did i (?:set|give))(?: you)?(?: (?:for|about"
         r"|of) (?:me|my \w+))?",
         "list my rules"),
        (r"(?:what|when) (?:do|are) (?:you|i) (?:keep free|not (?:allowed to book|supposed to book|bookable)"
         r"|know about how i like my meetings)",
         "list my rules"),
        # which are over
        (r"(?:the |my )?(?P<a>lunch|no[- ]?\w+|\w+day(?: (?:morning|afternoon|evening))?s?|morning|afternoon"
         r"|evening)(?: ?break)? (?:block(?:er)?|ban|embargo"
         r"|restriction|limit) (?P<b>(?:is|can|does|isn't|has).+)", r"the \g<a> rule \g<b>"),
        (r"(?P<v>drop|lift|remove|cancel|scrap|end|forget|delete)(?: the| my)? (?P<a>.{3,30}?) (?:block|ban|embargo"
         r"|limit)",
         r"\g<v> the \g<a> rule"),
        (r"(?P<v>(?:please )?(?:drop|lift|remove|cancel|scrap|end|forget|delete|kill)) (?:number|no\.?|nr\.?"
         r"|#) ?(?P<a>\d+)(?: (?:on|from|of) the (?:rules|list).*)?",
         r"\g<v> rule \g<a>"),
        (r"(?P<a>.{3,40}?) (?:can|may) be (?:booked|used) again(?: for (?:meetings|calls))?|(?:you (?:can"
         r"|may) )?(?:book|use) (?P<b>.{3,40}?) again",
         r"book \g<a>\g<b> again"),
    )
)  # fmt: skip


def plain_rule(text: str) -> str:
    """Return a sentence with the words that the cues of rules know; as it is if there is nothing to be turned."""
    said = _LEADS.sub("", text.strip())
    said = _SO.sub("", said)
    for pattern in (_TAILS, _BECAUSE, _TAILS):
        shorter = pattern.sub("", said)
        said = shorter if len(shorter.split()) > 1 else said
    said = _DURING.sub(r"from \1", said)
    said = _AND_RULE.sub(r"rules \1 and \2", said)
    if not re.match(r"(?:don't|do not|never)\b", said, _I):
        said = _UNASKED.sub("", said)
    said = re.sub(r"\bno-[\w-]*\d[\w:]*", lambda name: name.group().replace("-", " "), said)
    said = _NTH.sub(lambda nth: f"rule {_NUMBERED[nth['n'].lower()]}", said)
    for pattern, turned in _SAME:
        if (match := pattern.fullmatch(said)) is not None:
            return re.sub(r" and $", "", match.expand(turned)).strip()
    return said
