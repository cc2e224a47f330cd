"""The words by which a change of a meeting that stands is told; each pattern must match the whole of a sentence.

Groups: `which` says which meeting, `who` and `out` whom, `len` a length, `new` a title, `place` where.
"""

import re
from collections.abc import Callable

MASK = "\u00a4"
"""Stands for each character of a length, so that patterns may name a length without knowing how one is written."""

Match = Callable[[str], re.Match[str] | None]

IT = r"(?:it|this|that|this one|that one|the meeting|the call|the thing)"
DAYS = r"(?:today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_PART = r"(?!(?:place|location|venue|title|subject|name|length|duration|topic)\b)"
"""Its title is no meeting."""
_MEETING = (
    rf"(?P<which>(?:{IT}|(?:the|my|our|this|that|his|her|their)\s{_PART}\S.*?|{DAYS}['’]?s\s\S.*?"
    r"|[A-Z][\w-]+['’]s\s\S.*?))"
)
_WHO = r"(?P<who>.+?)"
_TOO = r"(?:,? (?P<too>too|also|as well|as (?:a|an) (?:guest|attendee|participant)))?"
_FOR = rf"(?: (?:to|in|into|on|for|at) {_MEETING})?"
_FROM = rf"(?: (?:of |from )?{_MEETING})?"
_SHALL = r"(?:should|shall|must|will|can|could|may|needs to|has to|wants to|would like to|only needs to)"
_NOT = r"(?:doesn['’]t|does not|don['’]t|do not|need not|needn['’]t)(?: need to| have to)?"
_THERE = r"(?: there| in it| at it)?"
_MORE = r"(?: any ?more)?"
_LEN = rf"(?P<len>{MASK}+)"
_NEW = r"[\"“«']?(?P<new>\w[^,;]*?)[\"”»']?"


def _whole(*pieces: str) -> Match:
    return re.compile("".join(pieces), re.IGNORECASE).fullmatch


FORBIDDEN = re.compile(r"(?:don['’]t|do not|never|stop|no need to)\b", re.IGNORECASE)
TAIL = re.compile(
    r"(?:,?\s+(?:please|pls|plz|thanks|thank you|thx|if possible|if you can|would you|ok|okay|cheers|asap))+[\s,.!?]*$",
    re.IGNORECASE,
)
"""Politeness after a request."""

SERIES = re.compile(
    r",?\s*(?:\b(?:and|for|with)\s+)?(?:(?P<all>\ball (?:the )?(?:following|future|later|coming|subsequent|next)"
    r"(?: ones| meetings| occurrences| times)?|\bfrom (?:now|then|there) on|\bthe (?:whole|entire) series|\bevery time"
    r"|\ball of them|\bpermanently|\bfor good)|(?P<one>\b(?:just|only) (?:this|that) (?:one|once|time|week|occurrence)"
    r"|\bjust this once|\bthis time only|\bonly this time))\b",
    re.IGNORECASE,
)
"""How much of a series is meant."""

AND = re.compile(r"\s*(?:,\s*(?:and\s+)?|\band\s+)(?:also |then |please )*(?=\w)", re.IGNORECASE)
POINTS = re.compile(rf"{IT}\s*", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"\b(?:calendar|diary|list|team|contacts|agenda|mailing|loop|group|invoice|report|file)\b", re.IGNORECASE
)
"""What people and things are put into that is no meeting."""
OWNED = re.compile(r"^(?P<name>[A-Z][\w-]+(?: [A-Z][\w-]+)?)['’]s\s")
NO_TOPICS = re.compile(r"(?:meeting|call|one|slot|session|appointment|thing)s?$", re.IGNORECASE)

_OLD = r"(?:old|original|former|previous|first)"
UNDO = _whole(
    rf"(?:(?:undo|revert|reverse|roll back)(?: (?:{IT}|(?:the|my|your) (?:last |latest )?(?:change|move|swap|step)",
    r"|what you (?:just )?(?:did|changed)|everything|your change))?|take (?:it|that|this) back",
    rf"|(?:put|move|change|set|switch|bring|swap|shift|turn) (?:{IT}|them|everything|both) back(?: again)?",
    r"(?:,? (?:to )?(?:where|how|when|what|as|the way|the time) (?:it|they) (?:was|were|had been)(?: before)?",
    rf"| to (?:the|its|their) {_OLD} (?:times?|slots?|places?|hours?))?",
    rf"|(?:go |change |switch )?back to (?:the|its) {_OLD} (?:time|slot|place|hour)",
    rf"|restore (?:it|that|(?:the|its) {_OLD} (?:time|slot|place)))",
)

_PLACES_OF = r"(?:places?|times?|slots?)"
_PAIR = r"(?P<pair>.+?)"
SWAPS = (
    _whole(
        rf"(?:swap|switch|exchange|interchange|flip|trade)(?: around| round| over)? {_PAIR}(?: around| round| over)?"
    ),
    _whole(rf"(?:let|have|make) {_PAIR} (?:change|swap|trade|switch|exchange) {_PLACES_OF}(?P<rest> .+)?"),
    _whole(rf"{_PAIR} {_SHALL} (?:change|swap|trade|switch) {_PLACES_OF}(?P<rest> .+)?"),
    _whole(rf"(?:can|could|may|shall) {_PAIR} (?:change|swap|trade|switch) {_PLACES_OF}(?P<rest> .+)?"),
)
BOTH = _whole(
    r"(?:the|these|those|my|our|both)? ?(?:two|both|them|they|the two of them|(?<=the )meetings|(?<=my )meetings)",
    r"(?: of (?:them|those|these))?(?: meetings?| calls?| appointments?)?(?P<rest> (?!with\b|and\b).+)?",
)
BETWEEN = re.compile(r"\s+(?P<word>and|with|for)\s+", re.IGNORECASE)
MEETINGS_WITH = re.compile(r"(?:the |my |our )?(?:two )?(?:meetings?|calls?|appointments?) with ", re.IGNORECASE)
HOUR = re.compile(r"(?:my|the|our)\s+(?P<hour>\d{1,2}(?:[:.]\d\d)?)(?: o['’]?clock)?(?P<rest>\s.*)?", re.IGNORECASE)

ADDS = (
    _whole(rf"(?:add|include|put|bring|loop|get|cc)(?: also)?(?: in)? {_WHO}(?: in| on board| along)?{_FOR}{_TOO}"),
    _whole(rf"invite(?: also)? {_WHO}{_FOR}{_TOO}"),
    _whole(
        rf"(?:have|let) {_WHO} (?:join|attend|come(?: along)?)(?: us| me)?(?:(?: to| in| at| on| for)?"
        rf" {_MEETING})?{_TOO}"
    ),
    _whole(
        rf"(?:{_WHO} {_SHALL}|(?:can|could|may|should|shall) (?P<who2>.+?)) (?:also )?(?:join|attend|come|be there"
        rf"|be in it)(?: us| me)?(?:(?: to| in| at| on| for)? {_MEETING})?{_TOO}",
    ),
    _whole(rf"{_WHO} {_SHALL} (?:also )?be (?:in|at|on|part of) {_MEETING}{_TOO}"),
    _whole(rf"(?:with )?{_WHO} (?P<too>too|as well)"),
)
REMOVES = (
    _whole(
        rf"(?:remove|drop|take|kick|delete|cut|leave|strike|exclude) {_WHO} (?:off|out|from|out of|off of){_FROM}",
    ),
    _whole(rf"(?:(?:un-?|dis-?)invite|exclude|(?:take|leave) out) {_WHO}(?: (?:from|to|of) {_MEETING})?"),
    _whole(rf"(?:(?:do|have|hold|make) {_MEETING} )?without {_WHO}"),
    _whole(
        rf"{_WHO} {_NOT} (?:come|join|attend|be there|be in it)(?:(?: to| in| at| for)? {_MEETING})?{_MORE}",
    ),
    _whole(rf"{_WHO} {_NOT} (?:be (?:in|at|on|part of)|sit in on|take part in) {_MEETING}{_MORE}"),
    _whole(rf"(?:we|i) (?:don['’]t|do not) need {_WHO}{_THERE}(?: (?:in|at|for) {_MEETING})?{_MORE}"),
    _whole(rf"{_WHO} (?:is|are) (?:not|no longer) needed{_THERE}(?: (?:in|at|for) {_MEETING})?{_MORE}"),
)
_OUT = r"(?P<out>.+?)"
INSTEAD = (
    _whole(rf"(?:replace|exchange|substitute) {_OUT} (?:with|by|for) {_WHO}(?: (?:in|at|for) {_MEETING})?"),
    _whole(rf"(?:swap|switch|trade) {_OUT} for {_WHO}(?: (?:in|at|on|for) {_MEETING})?"),
    _whole(
        rf"(?:invite|take|have|use|add|with|make it)? ?{_WHO},? (?:instead|in place) of {_OUT}",
        rf"(?: (?:to|in|at|for) {_MEETING})?",
    ),
    _whole(rf"not {_OUT},? but {_WHO}"),
)
OTHER_GUEST = INSTEAD[1]
"""Says that one is to come for another; with meetings instead of people it lets them change places."""
LAST_DAY = re.compile(rf"\b(?:on |this |next )?{DAYS}$", re.IGNORECASE)
NO_MEETING = re.compile(
    r"\b(?:seats?|desks?|rooms?|cars?|phones?|laptops?|jobs?|shifts?|roles?|offices?|numbers?|tickets?|words?|files?"
    r"|names?)$",
    re.IGNORECASE,
)
DAY_HOUR = re.compile(rf"(?P<day>{DAYS}) (?P<hour>\d{{1,2}}(?:[:.]\d\d)?)$", re.IGNORECASE)
AN_HOUR = re.compile(r"\b(?:at )?\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|o['’]?clock|h)?\s*$", re.IGNORECASE)

_THINK = r"(?:(?:i (?:should |would )?(?:think|say|imagine|reckon)|i['’]d (?:say|think)),? (?:that )?)?"
_ONLY = r"(?:only |just |for |to |at |up to )*"
_SHORTEN = r"(?:shorten|cut|reduce|trim|extend|lengthen|limit|prolong|stretch|cap|expand|restrict)"
LENGTHS = (
    _whole(
        rf"(?:make|keep|have|let|book|leave) {_MEETING} (?:last |be |take |run )?(?:an? )?{_ONLY}{_LEN}(?: (?:call"
        rf"|meeting|one|slot))?"
        rf"(?: long| in length| only)?(?: instead(?: of {MASK}+)?| rather than {MASK}+)?",
    ),
    _whole(rf"{_MEETING}\s*[:,–—-]+\s*(?:please |pls |can you |could you )*(?:make|keep) (?:it|that) {_ONLY}{_LEN}"),
    _whole(rf"(?:change|set|put|adjust) {_MEETING} (?:from {MASK}+ )?to {_LEN}(?: long)?(?: instead)?"),
    _whole(rf"(?:change|set|put|adjust) (?:the |its )?(?:length|duration)(?: of {_MEETING})? to {_LEN}"),
    _whole(rf"{_SHORTEN}(?: down)? {_MEETING}(?: down)? (?:to|at|until)(?: only| just)? {_LEN}"),
    _whole(rf"{_MEETING} {_SHALL} {_ONLY}(?:be|last|take|run) {_ONLY}{_LEN}(?: long)?"),
    _whole(rf"(?:can|could|may|shall) {_MEETING} {_ONLY}(?:be|last|take|run) {_ONLY}{_LEN}(?: long)?(?: instead)?"),
    _whole(rf"(?:we|i) {_ONLY}need {_ONLY}{_LEN} for {_MEETING}"),
    _whole(
        rf"{_THINK}{_LEN} (?:is|are|will be|would be|should be|ought to be)(?: quite| more than| perfectly| really)?"
        rf" (?:enough|plenty|sufficient|ample|fine) for {_MEETING}"
    ),
    _whole(rf"{_THINK}{_LEN} (?:should|will|would|ought to) do(?: it)? for {_MEETING}"),
    _whole(rf"{_SHORTEN}(?: down)? {_MEETING}(?: down)? (?:to|at)(?: only| just)? (?P<len>[1-9][05])"),
)
BY = (
    _whole(rf"(?P<way>{_SHORTEN})(?: down)? {_MEETING}(?: down)? by(?: another)? {_LEN}"),
    _whole(rf"(?:make|have|let|can|could|may|should) {_MEETING} (?:be |last |run )?{_LEN} (?P<way>longer|shorter)"),
    _whole(rf"{_MEETING} {_SHALL} (?:be |last |run )?{_LEN} (?P<way>longer|shorter)"),
    _whole(rf"(?P<way>add|take|cut)(?: another| an extra| extra)? {_LEN} (?:more )?(?:to|from|off|on to) {_MEETING}"),
)
LESS = frozenset(["shorten", "cut", "reduce", "trim", "shorter", "take", "limit", "cap", "restrict"])
OPEN_LENGTH = (
    _whole(rf"(?:make|have|let) {_MEETING} (?:be |a bit |a little |somewhat |much )*(?:longer|shorter)"),
    _whole(rf"(?:shorten|extend|lengthen|prolong) {_MEETING}(?: a bit| a little)?"),
)

_NAME_IT = r"(?:re-?name|re-?title|title|entitle)"
_TITLE = r"(?:title|subject|name)"
TITLES = (
    _whole(rf"{_NAME_IT} {_MEETING} (?:to|as|into) {_NEW}"),
    _whole(
        rf"(?:{_NAME_IT}|call) (?P<which>it|this|that|this one|that one) (?:to |as )?(?!off\b|a day\b|quits\b|back\b)",
        _NEW,
    ),
    _whole(rf"call (?P<which>(?:the|my|our) (?:meeting|call)(?: with [A-Z]\w+)?) (?!off\b|back\b){_NEW}"),
    _whole(rf"(?:change|set|put) (?:the |its )?(?:{_TITLE}|topic)(?: of {_MEETING})? (?:to|into) {_NEW}"),
    _whole(rf"(?:the |its )?(?:new )?{_TITLE}(?: of {_MEETING})? (?:should|shall|must|is to) (?:be|read) {_NEW}"),
    _whole(rf"(?:make|let) (?:the |its ){_TITLE}(?: of {_MEETING})? (?:be )?{_NEW}"),
)
_ROOM = (
    r"(?P<place>(?:(?:in|at|on|to|over|via|by|into|through) )?"
    r"(?:(?:the |my |our |your |his |her |a )?(?:(?!(?:to|in|into|at|with|and)\b)\w+ ){0,2}?"
    r"(?:room|office|canteen|cafeteria|lobby|kitchen|boardroom|café|cafe|restaurant|headquarters|hq|site|plant|library"
    r"|auditorium)(?: \d\w*| [A-Z]\w*)?"
    r"|(?:a )?(?:video|phone|zoom|teams|conference) ?call|zoom|(?:ms |microsoft )?teams|google meet|skype|phone|webex"
    r"|telephone|video|online|remotely|virtual(?:ly)?|in person|face[ -]to[ -]face))"
)
_WHERE = r"(?:place|location|venue|room)"
_NOW = r"(?: now)?(?: instead)?"
PLACES = (
    _whole(
        rf"(?:move|put|make|have|hold|do|relocate|shift|switch|change|transfer) {_MEETING} (?:to |into )?{_ROOM}{_NOW}"
    ),
    _whole(
        rf"(?:change|set|make) (?:the |its )?{_WHERE}(?: of {_MEETING})? (?:to |be |: ?)?(?P<place>\w.*?){_NOW}",
    ),
    _whole(
        rf"(?:the |its )?(?:new )?{_WHERE}(?: of {_MEETING})? (?:is|should be|shall be|will be|must be) ",
        rf"(?P<place>\w.*?){_NOW}",
    ),
    _whole(rf"(?:meet|do it|have it) {_ROOM} instead"),
    _whole(rf"{_MEETING} {_SHALL} (?:be|take place|happen) {_ROOM}{_NOW}"),
)
