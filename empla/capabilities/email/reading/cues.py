"""The words by which an intent is told; each pattern is tried on one sentence."""

import re

from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.slots import OBJECT

_I = re.IGNORECASE
_OBJ = OBJECT.pattern.removeprefix(r"(?<![\w-])").removesuffix(r"(?![\w-])")
POLITE = re.compile(
    r"^(?:(?:(?:and|so|but|plus|also|then|ok(?:ay)?|great|perfect|well|actually|yes|hi|hey|sorry|oh|alright"
    r"|right|sure|thanks|thank you|sadly|unfortunately|regrettably|(?:i |we )?regret to inform(?: you)?(?:"
    r" that)?)[,.!:-]*|(?:no|first(?:ly)?|second(?:ly)?|third(?:ly)?|finally|lastly|next|besides"
    r"|later|while you're at it|one more thing|ps|p\.s\.)[,.!:;–-]+)\s+)*"
    r"(?:(?:please|pls|plz|kindly|just|quick(?:ly)?|maybe)[,:]?\s+)*"
    r"(?:(?:can|could|would|will|might) (?:you|u|we|i)(?: (?:please|pls|kindly|possibly|maybe"
    r"|perhaps|also|just|mind|be able to|be so kind (?:as )?to|help me(?: to)?|try (?:to|and)|do the needful (?:to"
    r"|and|for)"
    r"|go ahead and|get us to|terribly|awfully|kindly))*\s+"
    r"|(?:i(?:'d| would)? (?:really )?(?:like|love|want|need|prefer|wish|have)(?: (?:you|us|for"
    r" you))? to\s+)|(?:i(?:'d| would) (?:really )?(?:like|love|appreciate)\s+)|i(?:'m| am) (?:hoping"
    r"|looking|trying) (?:to|for)\s+"
    r"|(?:i(?:'d| would| should)|it(?:'d| would)) (?:really )?(?:be )?(?:very |most |so |really "
    r"|extremely )?(?:grateful"
    r"|appreciate it|great|good|nice"
    r"|lovely|helpful|obliged|happy|kind) if (?:you|we) (?:can|could|would)\s+"
    r"|(?:we(?:'d| would)? (?:like|want|need|have|should|ought)(?: to)?\s+)|(?:need|want|gotta|have) to\s+|i (?:was "
    r"|am |'m )?wonder"
    r"(?:ing)? (?:if|whether) (?:you|we) (?:can|could|might|would)(?: (?:possibly|perhaps|please|kindly))?\s+|(?:i"
    r" (?:was |am )?)?wonder"
    r"(?:ing)? (?:if|whether) it (?:might|would|could|will) be possible(?: for (?:you|us))? to\s+|(?:is it|would it"
    r" be) possible to\s+|(?:do"
    r" you think|any chance) (?:you|we) (?:can|could)\s+|(?:be so kind (?:as )?to|feel free to|do the needful (?:to"
    r"|and)"
    r"|try to|go ahead and|let's|let us|it would be (?:great|good|nice) (?:if (?:you|we) could"
    r"|to)|would you mind|help me(?: to)?|can u|do me (?:a|the) (?:big |huge |small |quick )?favou?r(?: and|,)|be an"
    r" angel(?: and|,)|see (?:if|whether) you (?:can|could))\s+)?"
    r"(?:(?:please|pls|kindly|just|also|quickly|then|maybe|really|finally)\s+)*",
    _I,
)
"""Politeness before a request."""

_ARRANGE = (
    r"(?:book(?!ed|ing)|schedule|scheduling|booking|arranging|setting up|organi[sz]ing|finding"
    r"|give|spare|set\s?up|set (?:me |us )?up|arrange|organi[sz]e|put in|put|plan"
    r"|fix(?: up)?|find|get|grab|block(?: out| off)?|make|set|add|create|line up|squeeze in|squeeze"
    r"|pencil(?: in)?|slot(?: in)?|sort(?: out)?"
    r"|hold|pop|stick|throw|chuck|jot|send|invite|see about|look for|request|reserve|carve out|shoot|drop|do"
    r"|have|need|want"
    r"|like|coordinate|organize|confirm|ask for)"
)
_TALK = (
    r"(?:talk|speak|chat|meet(?: up)?|catch up|sit down|touch base|sync(?: up)?|connect|get together"
    r"|have a word|see|hop on|jump on|interview)"
)
SCHEDULE = (
    re.compile(rf"^{_ARRANGE}\b(?!-).{{0,80}}?(?<![\w-])(?:{_OBJ})(?![\w-])", _I),
    re.compile(rf"^{_ARRANGE} (?:me |us )?(?:in )?(?:some |a bit of |any |a good |a suitable |a |free )*time\b", _I),
    re.compile(
        rf"^{_TALK}(?: again| briefly| quickly)?(?: to| with| about)? (?!you\b|below|above|attached"
        rf"|me\b(?! and)|if |what )(?=\S)",
        _I,
    ),
    re.compile(
        rf"^(?:a |an |another |one |quick |short |brief |some |new |weekly |monthly |daily |regular"
        rf" |recurring )*(?:{_OBJ}|time)(?: request)?"
        rf"(?:[:,]| (?:with|w/|for|between|on|at|next|this|tomorrow|about|re)\b)",
        _I,
    ),
    re.compile(r"^(?:invite|get|bring)\s+\S+.{0,60}\b(?:to|for|in|together)\b", _I),
    re.compile(
        r"^(?:arrange|organi[sz]e|plan|fix it) (?:for|so that) .{2,60}? (?:to |can )?(?:meet|talk|speak|see)\b", _I
    ),
    re.compile(r"^something (?:with |w/ ?)\S.{0,60}\b(?:asap|today|tomorrow|week|\w+day|\d+ ?(?:h|min)|hour)", _I),
    re.compile(r"^get (?:me |us )in front of \S", _I),
    re.compile(r"^(?:put|set|get|find|book|arrange|organi[sz]e|sort) (?:me |us )?something\b", _I),
    re.compile(r"^ask \S+(?: \S+)? for (?:an? )?(?:\S+ )?(?:meeting|call|chat|catch-up|appointment|slot)\b", _I),
    re.compile(r"^(?:new |next )?(?:meeting|call|appointment|mtg)\s*:", _I),
    re.compile(
        rf"\b(?:i|we|bob and i) (?:really )?(?:need|want|have|ought|should|must|'d like|would like"
        rf"|'d love)(?: to)? (?:to )?{_TALK}\b",
        _I,
    ),
    re.compile(
        rf"\b(?:need|want|'d like|would like|require|have to have|could use|'d love|looking for)\b.{{0,30}}"
        rf"(?<![\w-])(?:{_OBJ}|time)(?![\w-])",
        _I,
    ),
    re.compile(
        r"\b(?:when|what time) (?:can|could|shall|should|do|would) (?:we|i|\w+ and i) (?:all )?"
        r"(?:meet|talk|speak|get together|catch up|see)\b",
        _I,
    ),
    re.compile(
        rf"^(?:is|does|do|would|will|how about|what about)\b.{{0,40}}\b(?:for|to have) (?:an? "
        rf"|the |our |quick |short )*(?:{_OBJ})(?![\w-])",
        _I,
    ),
    re.compile(rf"\b{_ARRANGE}\b(?!-).{{0,80}}?(?<![\w-])(?:{_OBJ})(?![\w-])", _I),
)
"""A meeting is wanted. The first five are tried after the politeness, the others anywhere."""

ARRANGE_ONLY = re.compile(
    r"(?:book|schedule|arrange|organi[sz]e|set up|plan|new meeting|meeting)(?: (?:this|the following|as follows))?:?",
    _I,
)
"""The request stands in the lines below."""

BARE_ARRANGE = re.compile(rf"^{_ARRANGE}\b", _I)
OTHER_THING = re.compile(
    r"(?<!\w)(?:(?:today's|tomorrow's|this morning's|my|the) (?:daily |morning )?brief(?:ing)?(?=(?: please"
    r"| pls)?$)|flights?|hotels?"
    r"|(?<!round a )(?<!round the )(?<!round my )table|taxi|cab|trains?|tickets?|restaurant"
    r"|trip|travel|visa|cars?"
    r"|car hire|room for (?!an?\b|\d|half)|parking|desk|dinner reservation|reservations?|holiday|vacation|leave"
    r"|way out|out of (?:the|my|that|this|it)|catering|flowers|gifts?|cake|invoices?|report|slides|deck"
    r"|document|contract|e-?mails?|letter"
    r"|memo|reminder|spreadsheet|presentation (?:for|to)|offer|proposal|budget (?:for|to)|numbers"
    r"|file|money|payment|expenses?|order|doctor|dentist|plumber|courier|package|parcel)(?!\w)",
    _I,
)
"""Things that are booked, sent or made, and are no meeting."""

_MY = r"(?:my|our|the|his|her|their|bob's|[A-Z]\w+'s|[a-z]+'s)"
_SEEN = (
    r"(?:week|day|days|calendar|schedule|diary|agenda|morning|afternoon|evening|month|plans?|monday"
    r"|tuesday|wednesday|thursday|friday|saturday|sunday|weekend)"
)
_EVENT = r"(?:meetings?|calls?|appointments?|reviews?|lunch|interviews?|sessions?|syncs?|1:1s?)"
AGENDA = (
    re.compile(
        rf"^(?:do|have|did|does) (?:i|we) (?:already |still )?(?:have|got|have got) (?:an? |the |any "
        rf"|my )?(?:\w+ )?{_EVENT}\b",
        _I,
    ),
    re.compile(rf"\bwhat(?:'s| is|s) (?:{_MY} )?(?:\w+ )?(?:{_SEEN}|today|tomorrow) (?:like|looking)\b", _I),
    re.compile(r"^when (?:do|am|are|will) (?:i|we) (?:next )?(?:meet|see|seeing|meeting|talking|speaking|due)\b", _I),
    re.compile(rf"^(?:at )?(?:what time|when) (?:is|are|does|do|'s) {_MY} ", _I),
    re.compile(r"^(?:am i|are we) (?:seeing|meeting|talking to|due to|supposed to|scheduled to)\b", _I),
    re.compile(r"\bwhat(?:'s| is|s) (?:still )?left\b", _I),
    re.compile(r"^remind (?:me|us) (?:what|who|when|where|which)\b(?!.* to )", _I),
    re.compile(r"\bwhat(?:'s| is| does| do)?\b.{0,40}\blook(?:s|ing)? like\b", _I),
    re.compile(rf"\bhow(?:'s| is| does| do| are| busy is)\b.{{0,30}}\b(?:look(?:s|ing)?|shaping up|{_SEEN})\b", _I),
    re.compile(
        rf"\bwhat(?:'s| is| are|s)? (?:(?:is |are )?on(?: for| in)?|happening|coming up|up|planned"
        rf"|scheduled|in|there|next)\b(?: {_MY} {_SEEN})?",
        _I,
    ),
    re.compile(
        r"\bwhat(?:'s| is|s)? (?:my|our|the|[\w']+s) (?:schedule|agenda|day|plan|week|calendar"
        r"|programme|diary|next meeting|first meeting|next appointment)",
        _I,
    ),
    re.compile(
        r"\bwhat (?:meetings|appointments|calls|events|else|all|do|have|am|are|is)\b.{0,30}\b"
        r"(?:have|got|booked|scheduled|planned|doing|on)\b",
        _I,
    ),
    re.compile(r"\b(?:what|which) (?:meetings|appointments|calls|events)\b", _I),
    re.compile(
        r"\b(?:who am i|who are we) (?:meeting|seeing|talking to)\b|\bwhere (?:am i|do i (?:have to|need to) be)\b", _I
    ),
    re.compile(
        r"\bwhen(?:'s| is| are) (?:my|our|the|[\w']+s) (?:next |first |last )?(?:meeting|call"
        r"|appointment|lunch|1:1|one-on-one|review|sync|interview|\w+ (?:meeting|call|review))",
        _I,
    ),
    re.compile(
        r"\b(?:do|does|have|did|has|is there|are there)\b(?: (?:i|we|you|she|he|\w+))?.{0,12}\b"
        r"(?:anything|something|any (?:meetings?|appointments?|calls?|events?|commitments?|plans)"
        r"|(?:many|lots of|much) (?:meetings|on)|meetings)\b(?! free)",
        _I,
    ),
    re.compile(
        r"^(?:show|send|give|tell|list|read|e-?mail|share|pull up|run me through|walk me through"
        r"|remind)(?: me)?(?: of| about)? (?:(?:with )?(?:my|our|the|all|[\w']+s|what|tomorrow's"
        r"|today's|an?) ).{0,40}\b(?:agenda|calendar|schedule|diary|day|week|meetings|appointments"
        r"|overview|plans?|have|on)\b",
        _I,
    ),
    re.compile(
        r"^(?:(?:my|our|the|tomorrow's|today's|this week's|next week's|[A-Z]\w+'s) )?(?:full )?"
        r"(?:agenda|schedule|calendar|diary|week overview|overview|meetings)\b"
        r"(?=(?: please| pls)?[\s,.]*$| (?:for (?!\d)|on|of|today|tomorrow|this|next|in|from|between"
        r"|mon|tue|wed|thu|fri|sat|sun))",
        _I,
    ),
    re.compile(r"^show (?:me|us) (?:next week|this week|today|tomorrow|[a-z]+day(?: morning| afternoon)?)$", _I),
    re.compile(r"^what(?:'s| is|s) the (?:first|next|last) (?:thing|one|item)\b", _I),
    re.compile(r"\bhow (?:busy|full|packed|many meetings)\b", _I),
    re.compile(
        r"^(?:is there )?anything(?: else)?(?: (?:planned|scheduled|happening))?(?= (?:on|for|at|this|next"
        r"|tomorrow|today|in)\b|$)",
        _I,
    ),
    re.compile(
        r"^(?:run|walk|talk|take) (?:me|us) through (?:my |the |our )?(?:today|tomorrow|week|day|calendar"
        r"|next|mon|tue|wed|thu|fri)",
        _I,
    ),
)
FREE = (
    re.compile(
        r"^(?:can|could|would|might|will) (?!you\b|i\b|we\b|u\b)[\w'’. ]{2,30}? (?:do|make|manage) (?!it\b"
        r"|the\b|a\b|an\b)",
        _I,
    ),
    re.compile(
        rf"^(?:does|would|will|is) (?!.*(?<![\w-])(?:{_OBJ})(?![\w-])).{{2,40}}? (?:work|suit|ok|okay|good"
        rf"|fine|convenient)\b",
        _I,
    ),
    re.compile(r"^when (?:would|does|do|will|might|could) .{2,30}? have\b", _I),
    re.compile(
        r"^when (?:can|could|would|might) .{2,40}? (?:do|make|manage|spare) (?:an hour|half an hour|an? \w+|\d+|"
        r"(?:one|two|three|fifteen|twenty|thirty|forty|ten) (?:hours?|min))",
        _I,
    ),
    re.compile(
        r"^when(?:'s| is) the (?:soonest|earliest|next time|first time|next day|first day)\b.{2,40}? (?:has|have|is|are"
        r"|can|could|am)\b",
        _I,
    ),
    re.compile(
        r"^(?:which|what) (?:days?|mornings?|afternoons?|evenings?|hours?|times?)\b.{0,40}?\b(?:free|empty|open|clear"
        r"|available|unbooked)\b",
        _I,
    ),
    re.compile(
        r"^(?:any chance|is it (?:true|right) that|do you know (?:if|whether)) (?:i|we)\b.{0,12}? (?:an? |some |any"
        r" )?free\b",
        _I,
    ),
    re.compile(
        r"^(?:check|look (?:at|in|into)|see|have a look at) [\w'’ ]+['’]s (?:calendar|diary|schedule|availability)\b",
        _I,
    ),
    re.compile(
        r"^(?:(?:do|does)\b.{1,40}?\b(?:have |got )|(?:have|has) (?:i|we|[a-z]+(?: and i)?) got )(?:an?"
        r"|half an|one|two|\d{1,3}) ?(?:spare "
        r"|free )?(?:hours?|min(?:ute)?s?)\b",
        _I,
    ),
    re.compile(r"\b(?:see|check|find out) (?:if|whether) .{1,40}?\b(?:can|could) (?:do|make|manage)\b", _I),
    re.compile(r"^is there (?:any |some |enough |still )*(?:room|space|time|a gap|a slot)\b", _I),
    re.compile(
        r"(?<!\w)(?:am|are|is|aren't|isn't|will|would|was)\b.{0,60}?(?<!\w)(?:free|available|around"
        r"|busy|booked|tied up|open|clear|occupied|in the office)(?!\w)",
        _I,
    ),
    re.compile(
        r"\b(?:do|does|have|has|will|would)\b(?: (?:i|we|you))?.{0,40}?\b(?:have )?(?:any |some"
        r" |enough |free |a |an )*(?:time|availability|room|space|gap|gaps|free slot|free slots"
        r"|opening|openings|capacity|free hour|hour free|free time|slot free)\b",
        _I,
    ),
    re.compile(r"\b(?:what|when)(?:'s| is| are| am)?\b.{0,30}\b(?:free|available|availability)\b", _I),
    re.compile(
        r"\b(?:check|see|find out|tell me|know|look|wonder(?:ing)?)\b.{0,12}\b(?:if|whether|when)\b.{0,50}\b"
        r"(?:free|available|busy|has time|have time|around|ha(?:s|ve) (?:an|half an|one|two|\d{1,3}) ?(?:hours?"
        r"|min(?:ute)?s?))\b",
        _I,
    ),
    re.compile(
        r"^(?:any |are there any |is there (?:a|any) )(?:gaps?|free (?:time|slots?)|openings?"
        r"|availability|space|room|time)\b",
        _I,
    ),
    re.compile(
        r"^(?:check|show|send|give me|what(?:'s| is))\b.{0,30}\bavailability\b|^(?:\w+'s |my |our )?availability\b", _I
    ),
    re.compile(r"^(?:free|busy|available)\b", _I),
    re.compile(r"^(?:i'm|i am|we're|we are|\w+ is|\w+'s) (?:free|available)\b.*\?$", _I),
)
ASKS_FREE = re.compile(
    r"(?:am|are|is|aren't|isn't|do|does|have|has|will|would|what|when|check|see|find out|tell"
    r" me|know|look|which|any chance|(?:free|busy|available)(?= \w+day| today| tomorrow| on| this| next| at)"
    r"|availability|can|could|show|send|give|let me know|if|whether)\b|\w+'s availability",
    _I,
)
"""How a question for somebody's time begins; "I am free on Thursday" is none."""

CANCEL = (
    re.compile(
        r"^(?:there(?:'s| is) )?no (?:longer (?:any )?|more )?need for (?:the|my|our|tomorrow's|today's|that)\b", _I
    ),
    re.compile(
        r"^(?:cancel|cancle|cancell|call off|scrap|drop|delete|remove|kill|axe|bin|get rid of"
        r"|scratch|skip|clear|un-?book|undo|nix|ditch|dump|abandon|lose)\b",
        _I,
    ),
    re.compile(
        r"^(?:take|call|wipe|strike)\b.{1,60}\boff\b|^(?:bow|back|drop|duck|bail) out of\b|^take out (?:the"
        r"|my|our)\b",
        _I,
    ),
    re.compile(
        r"\b(?:needs? to be|should be|must be|has to be|to be|be|gets?|is|want) (?:cancel(?:l)?ed|called off)\b", _I
    ),
    re.compile(
        r"\b(?:need|want|have|like) (?:you )?to cancel\b|\bcancel (?:my|the|our|tomorrow's|today's"
        r"|it|that|this|everything|all|[A-Z])",
        _I,
    ),
    re.compile(
        r"\b(?:can't|cannot|won't be able to|not able to|unable to|can not|won't) (?:make|attend|join"
        r"|do|go to|come to) (?:it to )?(?:the|my|our|tomorrow's|today's|that)\b.{0,40}\b(?:meeting"
        r"|call|appointment|lunch|review|sync|1:1|interview|session|\d ?(?:am|pm))",
        _I,
    ),
)
MOVE = (
    re.compile(
        r"^(?:move|re-?arrange|reorgani[sz]e|reschedul(?:e|ing)|re-schedule|shift|push|postpone|bring|pull"
        r"|delay|put back|pre-?pone"
        r"|rebook|re-book|defer|advance|swap|switch|bump)\b",
        _I,
    ),
    re.compile(r"^(?:change|make)\b.{0,60}\b(?:to|instead|back|forward|later|earlier|until|till)\b", _I),
    re.compile(
        r"\b(?:start|begin|be|happen|do|have|make)\b.{0,30}\b(?:minutes?|mins?|hours?|hrs?|days?"
        r"|weeks?|bit) (?:later|earlier)\b"
        r"|^(?:put|set) (?:it|this|that|the|my|our)\b.{0,40}\b(?:to|back|forward|later|earlier|off)\b"
        r"(?! (?:discuss|talk|go|review))",
        _I,
    ),
    re.compile(
        r"\b(?:instead of|rather than) (?:on |at |the )?(?:mon|tue|wed|thu|fri|sat|sun|tomorrow|today|next"
        r"|this|\d|noon|one"
        r"|two|three|four"
        r"|five|six|seven|eight|nine|ten|eleven|twelve)",
        _I,
    ),
    re.compile(
        r"\b(?:another|a different|a new|an alternative|a better) (?:time|slot|day|date) for (?:the|my|our"
        r"|tomorrow's)\b",
        _I,
    ),
    re.compile(
        r"^(?:the|my|our|tomorrow's|today's|[a-z]+day's|[A-Z]\w+'s) .{2,60}?\b(?:should|must|has to|have to"
        r"|needs to|need to"
        r"|ought to|had better) (?:now |rather |really )?(?:start|begin|be (?:at|on|moved)|happen|take place"
        r"|go to|go on|move)\b",
        _I,
    ),
    re.compile(r"^(?:the|my|our|tomorrow's|today's) .{2,60}?[:,–-]+ .{0,30}\bmake (?:it|that)\b", _I),
    re.compile(r"\b(?:need|want|have|like) (?:you )?to (?:move|reschedule|shift|push|postpone|delay|bring)\b", _I),
    re.compile(
        r"\b(?:move|reschedule|postpone|push back|bring forward) (?:my|the|our|it|that|tomorrow's|today's|this|[A-Z])",
        _I,
    ),
    re.compile(
        r"\b(?:needs?|has|have|ought) to (?:be )?(?:moved?|rescheduled?|postponed?|pushed?|shift"
        r"(?:ed)?)\b|\bbe (?:moved|rescheduled|postponed|pushed|shifted|brought forward)\b",
        _I,
    ),
)
_NTH = r"(?:first|second|third|fourth|fifth|sixth|last|latter|former|middle|1st|2nd|3rd|4th|5th)"
CHOOSE = (
    re.compile(
        rf"(?<![\w-])(?:the )?{_NTH}(?:(?:\s*(?:,|or|and|/|&)\s*)(?:the )?{_NTH})*(?: (?:one|option"
        rf"|slot|time|suggestion|choice|proposal|alternative|date|of (?:those|them|these)|works?"
        rf"|is|would|sounds|looks|suits|please|will|pls)\b|\s*$|\s*[,.!])",
        _I,
    ),
    re.compile(
        r"(?<!\w)(?:option|number|no\.?|nr\.?|slot|choice|proposal|suggestion|alternative|#)\s?#?"
        r"(?:\d{1,2}|[a-f]|one|two|three|four|five)(?!\w|:\d)",
        _I,
    ),
    re.compile(r"^#?(?:\d|[A-Fa-f])(?: please| works?| is (?:fine|good|great|best|perfect|ok)| pls| thanks)?$", _I),
    re.compile(
        r"\b(?:none|neither) (?:of (?:those|these|them|the .*?) )?(?:works?|suits?|is|are|fits?"
        r"|will|do|does|would|possible)?\b|^(?:none|neither)\b|\b(?:those|these|they) (?:don't"
        r"|do not|won't) work\b|\bno(?:ne)? of (?:those|these|them)\b|\bdifferent (?:times|options"
        r"|slots)\b|\bother (?:times|options|slots)\b",
        _I,
    ),
    re.compile(
        r"\b(?:any|all|either|each|whichever) (?:of (?:those|these|them)|one|option|slot|is|works?"
        r"|works for me|you (?:like|prefer|want|think))\b|^(?:any|either|whichever|all)\b(?: of"
        r" (?:those|these|them))?(?: (?:works?|is (?:fine|good|ok|okay)|suits?|are fine|are good"
        r"|work|you (?:like|prefer|want)))?(?:[,.!\s]+(?:please|thanks))?$|\byou (?:choose|pick"
        r"|decide)\b|\b(?:pick|choose) (?:one|any|whichever)\b|\b"
        r"(?:don't|do not) mind(?: which)?\b|\b(?:doesn't|does not) matter\b|\bup to you\b|\b"
        r"(?:they|those|these) all work\b",
        _I,
    ),
)
TAKE = re.compile(
    r"^(?:i'll take|i will take|i'd take|let's (?:go (?:with|for)|do|take|say|make it)|let us"
    r" (?:go with|take)|go (?:with|for)|take|pick|choose|i(?:'d)? (?:choose|pick|prefer|like)"
    r"|i'd like|prefer|make it|book|we can do|i can do|i'd go (?:with|for)|i'm going with|how"
    r" about|what about|say)\b",
    _I,
)
WORKS = re.compile(
    r"\b(?:works?|would work|is (?:fine|good|great|perfect|ok|okay|best|ideal|better)|suits?|sounds?"
    r" (?:good|great|fine|perfect)|looks? good|it is|would be (?:great|good|fine|perfect|best"
    r"|better)|will do|one|slot|option|perfect|fits?)\b",
    _I,
)
HELP = re.compile(
    r"^(?:help|help me|help please|\?+|info|instructions|commands|options|manual)$|\bwhat (?:can"
    r"|could|do|are) you (?:do|able to do|help|actually do|capable)\b|\bwhat (?:can|could|should"
    r"|may|do) i (?:ask|write|say|tell)\b|\bhow (?:do|does|can|should) (?:you|this|it|that|i)"
    r" (?:work|use|ask|talk|write)\b"
    r"|\b(?:what|which) (?:sorts?|kinds?|types?) of \w+ (?:can|do|could|may|should) (?:you|i)\b|\bwho are you\b"
    r"|\bwhat are"
    r" you\b|\bhow can you help\b|\bwhat (?:things|kinds? of (?:things"
    r"|requests?)|requests?|sentences|commands) (?:can|do|could) you\b|\bwhat (?:else )?(?:do"
    r"|can) you (?:understand|know|help|offer)\b|\b(?:list|show|tell)(?: me)? (?:your|what you"
    r" can|the) (?:commands|capabilities|skills|features|do)\b|\byour capabilities\b",
    _I,
)
_WELL = (
    r"(?:great|perfect|good|excellent|super|brilliant|lovely|wonderful|fantastic|nice|awesome|cool"
    r"|ok(?:ay)?|got it|noted|sounds good|yes|splendid|ace|fab|ideal|amazing)"
)
THANKS = re.compile(
    rf"^(?:(?:that's |that is |this is )?{_WELL}[,.! -]+)*(?:(?:many |much |lots of |big )?(?:thanks"
    rf"|thx|tnx|cheers|ta)|thank"
    rf" you|much appreciated|(?:i )?appreciate (?:it|that|your help))(?: (?:again|a lot|a million"
    rf"|so much|very much|ada|both|for (?:(?!\b(?:please|pls|can|could|cancel|book|move|but|find"
    rf"|set)\b)[^,;]){{1,60}}|that's (?:great|perfect|all)|great job|all good"
    rf"|indeed))*(?:[,.!\s]+(?:(?:that's |that is )?{_WELL}|that's all|much appreciated|you're the best|well done|great"
    rf" (?:job|work)|for (?:that|this|everything)|[A-Z]\w+))*$"
    rf"|^(?:well done|(?:great|good|nice|excellent|brilliant|amazing) (?:job|work)(?: (?:on|with) (?:this|that|it)(?:"
    rf" one)?)?"
    rf"(?:,? [A-Z]\w+)?[,.! ]+(?:(?:i )?(?:really )?appreciate (?:it|that|this)|(?:many )?thanks|thank you|much"
    rf" appreciated)"
    rf"|great (?:job|work)|good (?:job|work)|nice one|you're (?:the best|a star)"
    rf"|got it|noted|received|no worries|you're welcome|brilliant|excellent|wonderful|lovely|fantastic"
    rf"|awesome|super|amazing)$",
    _I,
)
YES = re.compile(
    r"^(?:(?:yes|yep|yeah|yup|sure|ok|okay|aye|absolutely|definitely|certainly|of course|correct"
    r"|right|exactly|confirmed?|agreed|approved?|affirmative|indeed|fine|perfect|great|alright"
    r"|all right|go ahead|go for it|do it|do that|please do|sounds (?:good|great|fine|perfect)"
    r"|that(?:'s| is)? (?:works?|fine|good|great|perfect|right|correct|ok|okay)|(?:that )?(?:works"
    r"|suits)(?: for me| me)?|looks? (?:good|great|fine)|good|cool|deal|by all means|happy with"
    r" that|fine (?:by|with) me|i (?:confirm|agree)|proceed|carry on|send it|book it|that would"
    r" be (?:great|good|fine|perfect)|please|y|yes please|👍|thanks|thank you)[\s,.!👍-]*)+(?:go"
    r" ahead|book it|with that|then|for me|by me|do so|ada|it)?[\s.!👍]*$",
    _I,
)
YES_FIRST = re.compile(
    r"^(?:yes|yep|yeah|yup|sure|ok(?:ay)?|absolutely|of course|perfect|great|correct|right|fine"
    r"|sounds good|agreed)\b[\s,.!:;–—-]*",
    _I,
)
NO = re.compile(
    r"^(?:(?:no|nope|nah|no way|negative|don't|do not|please don't|stop|not now|never mind|nevermind"
    r"|forget (?:it|that|about it)|leave it|drop it|not (?:yet|really|necessary|needed|required|today|any"
    r" ?more)|no need|no (?:thanks|thank you)|rather not|i'd rather not|cancel that request|scrap"
    r" that|no longer needed|let's not|wrong|that's (?:wrong|not right|not it)|incorrect|hold"
    r" off|wait|abort|i don't think so|that doesn't work|doesn't work|(?:definitely|certainly|absolutely"
    r"|of course|rather|better|please) not|not at all|thanks|thank you|sorry|please"
    r"|for now|it's (?:fine|ok|okay)|it|book it|do it|do that|any ?more|any longer)[\s,.!-]*)+$",
    _I,
)
REQUEST_VERB = re.compile(
    r"^(?:write|email|e-mail|mail|send|order|buy|draft|translate|prepare|print|find|research|look"
    r" up|look into|look at|check|tell|forward|pay|remind|update|review|summari[sz]e|call|phone"
    r"|text|message|reply|answer|respond|create|make|build|do|run|file|submit|sign|upload|download"
    r"|share|post|publish|transfer|calculate|compare|collect|get|fetch|give|show|explain|help"
    r"|book|reserve|rent|hire|ask|inform|notify|let|keep|follow up|chase|cc|add|put|set|turn|open"
    r"|close|start|stop|delete|remove|rename|copy|invite|order|register|sign up|subscribe|unsubscribe"
    r"|track|monitor|watch|record|transcribe|take|note|pick|write up|type|scan|search|google|plan"
    r"|organi[sz]e|clean|fix|change|contact|block|cancel|approve|reject|sort|deal with|handle"
    r"|negotiate|arrange|schedule|read|edit|proofread|correct|design|analy[sz]e|approach|introduce"
    r"|greet|wish|congratulate|apply|complete|fill|finish|convert|merge|attach|include)\b",
    _I,
)
HEDGED = re.compile(
    r"^[\W_]*(?:(?:hm+|well|so|and|but|ok(?:ay)?|i think|actually|or|ada)[\s,.]+)*(?:maybe|perhaps|possibly)\b"
    r"(?! you (?:can|could))"
    r"|(?<!if )\bi (?:might|may|could(?! (?:use|do with)))\b(?! (?:give|ask|send|use) you)|\b(?:i|we)(?:'m| am|'re|"
    r" are) (?:still )?(?:thinking"
    r"|considering|toying|pondering|debating"
    r"|not sure|unsure|undecided|tempted|in two minds|half inclined)\b"
    r"|\bwondering (?:if|whether) (?:i|we)\b(?! (?:could|can|might))"
    r"|\b(?:some ?day|one of these days|one day soon|at some point)\b|^should (?:i|we)\b"
    r"|\b(?:do|don't) you (?:think|reckon) (?:i|we) (?:should|ought|need|could)\b|\bi (?:suppose|guess|wonder(?!"
    r" (?:if|whether) (?:you|we|it) (?:can|could|might|would)))\b"
    r"|\b(?:not|never) (?:really |quite |entirely |too )?sure\b|\bwe (?:might|may|could(?! you))\b|\bin theory\b"
    r"|\bwhat if (?:i|we|you)\b|\b(?:it|that) (?:might|may) be (?:nice|good|worth|an idea|useful|helpful)\b"
    r"|\bi was (?:going to|about to)\b|\bor (?:maybe|perhaps) not\b"
    r"|\b(?:just an idea|just thinking|thinking (?:out )?aloud|if only)\b"
    r"|\bworth (?:a|an|having|meeting|moving|cancell?ing)\b.*\?",
    _I,
)
"""Says no more than maybe: asked about before anything is done."""
WAVERING = re.compile(
    r"\b(?:maybe|perhaps)\s*\?|\bactually,? no\b|\bno,? (?:wait|sorry|make (?:that|it))\b|\bscratch that\b"
    r"|\bcorrection\b|\bwhat do you (?:think|reckon|say)\b|\b(?:or )?(?:is|would|was) (?:that|this|it) (?:silly"
    r"|stupid|daft|crazy|a"
    r" bad idea"
    r"|unwise|too much|mad|wise|a good idea)\b|\b(?:any )?thoughts\?|\bor rather\b\W*(?:\.\.|…|hm|$)|\bi (?:can't"
    r"|cannot) decide\b"
    r"|\bwhat would you (?:do|suggest|recommend)\b|\bup to you whether\b",
    _I,
)
"""Asks for advice about what it says: nothing is done before that is settled."""
SARCASTIC = re.compile(
    r"\boh,? (?:great|joy|good|wonderful|perfect|goody|lovely|fantastic|no)\b[,!. ]|\byeah,? (?:right|sure)\b"
    r"|\bjust what i (?:always )?(?:need|want)|\bas if\b|\blucky me\b|\bnothing better to do\b"
    r"|^(?:how|what an?|isn't (?:it|that|this)) (?:lovely|wonderful|nice|exciting|joy|treat|pleasure|surprise)\b"
    r"|\b(?:thrilled|overjoyed|can't wait|cannot wait|yay|hooray|whoopee)\b|🙄|😒|(?<!\w)/s\b"
    r"|\bbecause (?:i|we) (?:just )?(?:love|adore|enjoy)\b"
    r"|\b(?:yet )?another (?:\S+ )?(?:meeting|call|session|workshop|review)\b(?! (?:on|at|for|next) )"
    r"|\blike i have (?:the )?time\b|\bwho needs\b|\bthanks for nothing\b"
    r"|\bmy favou?rite (?:thing|person|meeting)\b|\blove nothing more\b"
    r"|\b(?:ha|lol|haha|hah|jk|just kidding|kidding)\b",
    _I,
)
"""May be meant otherwise than it says: asked about before anything is done."""
_PRONOUN = (
    r"(?:i|we|he|she|they|it|that|this|there|you|both|everybody|everyone|somebody|someone|nobody)(?=['’ ])"
    r"(?:['’](?:m|re|s|ll|d|ve) (?!(?:like|love|prefer|free|appreciate|rather|need|want|looking for|hoping)\b))?"
)
_SUBJECT = (
    r"(?:(?:the|my|our|his|her|their|your|last|yesterday's|today's) (?!(?:topic|subject|title|purpose|agenda"
    r"|place|venue"
    r"|location|length|duration|date|time|day|attendees|participants|guests)\b)[^,.;?!]{2,50}?"
    r"|(?!(?:if|when|once|unless|as|in|should|provided|because|since|while|after|before|please|maybe|what|who|whose"
    r"|which|how|why|where|let|yes|no|ok|sure)\b)"
    r"(?-i:[A-Z])[\w-]{1,30}(?: (?:and|&) (?-i:[A-Z])?[\w-]{1,30}| (?-i:[A-Z])[\w-]{1,30}){0,4})"
)
_DID = (
    r"\b(?:had|met|was|were|will(?! you)|am|is|are|has|saw|went|spoke|talked|said|says|told|thinks?|asked|asks|wants"
    r"|likes|loves|agreed|decided|confirmed|called|wrote|writes|moved|cancell?ed|booked|declined|accepted|hated|enjoyed"
    r"|missed|used to|did|does|did not|didn't|does not|doesn't|don't|do not"
    r"|(?:already )?have (?:already |just )?(?:a|an|the|no|my|two|three|met|seen|had|been|spoken|agreed"
    r"|to (?:go|leave)))\b"
)
STATES = re.compile(
    r"^(?:(?:just )?(?:fyi|for your information|btw|by the way|note that|so you know|reminder:?|heads[- ]up:?)"
    r"[\s,:–—-]+|(?:and|so|but|also|well)\s+)*"
    r"(?:(?:just |now |currently |still |already )?(?:back (?:from|in)|off to|out of|on my way|heading"
    r"|stuck in|sitting in"
    r"|in a meeting|busy|swamped|packed|running late|long day|big day)\b"
    rf"|{_PRONOUN}(?:(?<= )|\s*{_DID})|{_SUBJECT}"
    rf"(?:['’]s (?:going|coming|away|busy|out|not|in|free|been|got|still|on)\b|\s*{_DID}))",
    _I,
)
"""Tells how things are, and asks for nothing."""
WISHES = re.compile(
    r"\b(?:need|needs|want|would like|'d like|like you to|please|pls|should|must|has to|have to|could you|can you"
    r"|will you|would you|let's|looking for|hoping|wants? (?:me|us|you) to"
    r"|to be (?:moved|cancell?ed|booked|rescheduled|postponed)|appreciate|grateful|prefer)\b",
    _I,
)
"""Words by which somebody wants something after all."""
INTENTS = (
    (Intent.CANCEL, CANCEL, True),
    (Intent.MOVE, MOVE, True),
    (Intent.AGENDA, AGENDA, False),
    (Intent.FREE, FREE, False),
    (Intent.SCHEDULE, SCHEDULE, True),
)
"""Intents with their patterns, in the order in which they are tried."""
