"""Questions to the employee's memory, and what it is told to remember.

    ask        question: str (as it was asked)
    remember   what: str (what is so)

Only sentences that can mean nothing else: what is asked of the calendar, of the employee's own work or of a matter that
it has in hand is read by the families of these. "Please note that he is in on Tuesday" beside a request is part of that
request, so only what stands first is taken for something to remember.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_WE = r"(?:you|we|i|you and i)"
_ON = r"(?:about|of|regarding|concerning)"
_NAME = r"(?-i:[A-ZÀ-Þ][\w.&'’-]+)"
_LED = re.compile(
    r"^(?:(?:hi|so|and|also|btw|by the way|one (?:more )?question|quick question|please|now)[,:;]? )*"
    r"(?:(?:can|could|would) you (?:please )?(?:tell|remind) me,? |(?:please )?(?:tell"
    r"|remind) me(?: again)?,? (?=wh|how)"
    r"|do you (?:happen to )?(?:know|remember|recall),? (?=wh|how)|i(?:'d| would) like to know,? )?",
    _I,
)
_SAY = (
    r"(?:say|said|tell|told|write|wrote|written|ask|asked|mention|mentioned|report|reported|suggest|suggested|answer"
    r"|answered|reply|replied)"
)
_WHEN = r"(?:today|yesterday|(?:this|last) (?:\w+)|on \w+day|in the last .{2,20}|since .{2,30}|lately|recently)"
_OWN_MAIL = r"(?:my|the) (?:e-?)?(?:mails?|inbox)\b"
"""What was learned of it is what triage goes by, and told from there."""
_MATTER = re.compile(
    rf"what (?:else )?(?:do|did) {_WE} (?:know|remember|recall)(?: so far)? (?:{_ON}|on) .+"
    rf"|what have {_WE} (?:heard|learned|learnt|noted|remembered|stored|kept) (?:{_ON}|on) (?!{_OWN_MAIL}).+"
    rf"|(?:tell me |give me |show me )?(?:all|everything|what(?:ever)?)(?: that)? {_WE} (?:know"
    rf"|remember) (?:{_ON}|on) .+"
    rf"|(?:do|did) {_WE} (?:know|remember|recall) (?:anything|something|much) (?:{_ON}|on) .+"
    rf"|when did {_WE} last (?:speak|talk|hear|write|meet|exchange mails?|have contact|correspond)\b.+"
    rf"|when was the last time (?:that )?{_WE} (?:spoke|talked|heard|wrote|met|had contact)\b.+"
    r"|(?:when was )?(?:our|my|your) last (?:contact|conversation|exchange|call) with .+"
    r"|who(?: here| of us| else)? knows? (?:(?:anything|something|most|a lot|best|more) )?about .+"
    r"|who (?:is|are|'s) (?:the |our |an? )?(?:experts?|specialists?) (?:on|for|in|about) .+"
    r"|who has (?:any )?(?:experience|expertise) (?:with|in) .+"
    rf"|what (?:did|have) {_WE} (?:discuss(?:ed)?|talk(?:ed)? about|speak about|agree(?:d)?|decide(?:d)?)\b.+"
    rf"|what was (?:said|discussed|agreed|decided) (?:{_ON}|on|with) .+"
    rf"|what (?:did|have|had) {_WE} {_SAY}(?: (?:to )?(?:you|me|us|{_NAME}(?: {_NAME})*))?(?: {_WHEN})?"
    rf"(?: (?:about|on|regarding|concerning) .+)?(?: {_WHEN})?"
    rf"|how do {_WE} know {_NAME}.*"
    r"|how (?:are|is) .+ (?:and|to|with) .+ (?:connected|related|linked)"
    r"|what(?: is|'s) the (?:connection|link|relation) between .+ and .+"
    r"|(?:the )?last time .+,? what did (?:we|you|i) do(?: then| about it)?"
    r"|what did (?:we|you|i) do (?:the )?last time .+",
    _I,
)
_OF_SOMEBODY = re.compile(
    rf"(?:whom?) (?:does|did) {_NAME}(?: {_NAME})* (?:report to|work for)"
    rf"|who (?:reports? to|works? for|looks after|is responsible for|is our contact (?:at|for)) {_NAME}.*"
    rf"|where (?:does|did) {_NAME}(?: {_NAME})* (?:work|live)"
    rf"|who(?: is|'s| was) {_NAME}(?: {_NAME}){{0,3}}"
    rf"|who(?: is|'s| was) {_NAME}(?: {_NAME})*['’]s? (?:boss|manager|assistant|deputy|supervisor|husband|wife)"
    rf"|who(?: is|'s| was| are| were) {_NAME}(?: {_NAME})*['’]s? (?:colleagues?|co-?workers?)"
    rf"|who (?:is|are|was|were) (?:the |an? )?(?:colleagues?|co-?workers?) of {_NAME}.*"
    rf"|(?:what|when)(?: is|'s| was| are) (?:{_NAME} ?)+['’]s? (?:(?:new|old|current|former|direct|mobile"
    rf"|contract|job|time"
    r"|phone|account) )?(?:phone|mobile|number|address|title|role|birthday|job|position|zone|renewal|budget|price"
    r"|deadline|owner|manager|company|employer)"
    rf"|(?:what|when)(?: is|'s| was) the (?:[a-z]+ ){{0,2}}(?:number|title|role|birthday|renewal|budget|price|deadline"
    rf"|renewal date|owner) of {_NAME}.*"
    rf"|when (?:is|was) {_NAME}(?: {_NAME})* (?:up for renewal|renewed)",
    _I,
)
_REMEMBER = re.compile(
    r"(?:please |pls )?(?:(?:remember|keep in mind|bear in mind|do not forget|don't forget)(?: please)?,? that\s+"
    r"|(?:remember|keep in mind|make a note|note down|for your memory|to remember)(?: of this)?\s*:\s*"
    r"|(?:make a note|note down) that\s+)(?P<what>\S.*)",
    _I | re.DOTALL,
)
_BEFORE = 40
"""Characters of a greeting that may stand before what is to be remembered."""


def recalling(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read what is asked of memory, or to be remembered."""
    plain = " ".join(sentence.split()).strip(" .?!")
    told = _REMEMBER.fullmatch(plain)
    if told is not None:
        if not _stands_first(sentence, mail):
            return None
        return _understood(Intent.REMEMBER, "what", told["what"], sentence)
    asked = _LED.sub("", plain)
    if _MATTER.fullmatch(asked) or _OF_SOMEBODY.fullmatch(asked):
        return _understood(Intent.ASK, "question", asked, sentence)
    return None


def _stands_first(sentence: str, mail: Mail) -> bool:
    said = new_text(mail.text)
    place = said.find(sentence[:40])
    return place <= _BEFORE and "?" not in said[: max(place, 0)]


def _understood(intent: Intent, name: str, words: str, sentence: str) -> Understood:
    start = sentence.find(words)
    end = start + len(words) if start >= 0 else -1
    return Understood(intent=intent, slots={name: Slot(value=words, words=words, start=start, end=end)})
