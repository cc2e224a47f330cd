"""The words by which standing rules are listed, dropped, and put right."""

import re

_RULES = (
    r"(?:(?:current|standing|calendar|meeting|scheduling|booking|general|existing|active|own|ground|house) )*"
    r"(?:rules?|standing (?:instructions|orders)|guidelines|restrictions)"
)
_HAVE = (
    r"(?:(?:that )?(?:do |are |have |did |would |will )?(?:you|i|we)(?:'ve| have| are| did)?(?: currently| still| now"
    r"| actually| already)* (?:have|follow|know|keep|apply|obey|use|using|work(?:ing)?(?: with| by| to)?|got|set"
    r"|given?(?: you)?|gave(?: you)?|told(?: you)?|stick to|go by|go(?:ing)? by|remember|noted|observe)"
    r"|(?:are|is) (?:there|set|in force|active|in place|still (?:in force|active|valid|on))"
    r"|(?:still |currently )?(?:apply|applies|stand|hold|exist)|from me|of mine|right now|at the moment"
    r"|now|today|currently|again|so far|for me|for my (?:calendar|meetings)|please|set up|about (?:my )?meetings)"
)
_MINE = r"(?: (?:all|my|the|your|our|of|those|these|which|what))*"
LISTS = re.compile(
    rf"(?:(?:what|which)(?:'s| are| is| were)?{_MINE} {_RULES}(?: {_HAVE})*"
    r"|(?:show|list|tell|give|send|remind|read|write|summari[sz]e|recap|go through|repeat)(?: me| us)?"
    rf"(?: of| about| with)?(?: an? (?:overview|list|summary) of)?{_MINE} {_RULES}(?: {_HAVE})*"
    rf"|do (?:i|you|we) (?:still |currently )?have any {_RULES}(?: {_HAVE})*|(?:are|is) there any {_RULES}(?: {_HAVE})*"
    rf"|(?:i(?:'d| would) like to (?:see|know)|let me see|can i see|may i see){_MINE} {_RULES}(?: {_HAVE})*"
    rf"|(?:my |all |all my |current )*{_RULES}(?: {_HAVE})?|how many {_RULES}(?: {_HAVE})*"
    rf"|an? (?:overview|list|summary) of{_MINE} {_RULES})(?:,? please)?",
    re.IGNORECASE,
)
"""What asks for the rules that are set."""

_DROP = (
    r"(?:(?:you (?:can|may|could|should) )?(?:please )?(?:forget|drop|delete|remove|cancel|scrap|scratch|lift|discard"
    r"|revoke|clear|get rid of|withdraw|undo|turn off|disable|ignore|never mind|abolish|retire|take (?:away|out|back)"
    r"|end|kill|strike|no more))"
)
_GONE = (
    r"(?:can go|is (?:off|over|obsolete|gone|done|dead|void|history|no more)|are (?:off|over|obsolete|gone|done)"
    r"|(?:is|are) no longer (?:needed|valid|wanted|necessary|in force|required)|no longer (?:applies|apply|holds?"
    r"|counts?)"
    r"|(?:doesn't|does not|don't|do not) (?:apply|hold|count) any ?(?:more|longer)"
    r"|(?:is|are) not (?:needed|necessary|valid) any ?(?:more|longer))"
)
_ABOUT = r"(?: (?:about|for|on|with|regarding|of|that says?|to|not to|saying|concerning))?"
_NUMBERS = r"(?:numbers?|no\.?|nr\.?|#)?\s?(?P<n>\d{1,3}(?:(?:\s*,\s*(?:and )?|\s+and\s+)\d{1,3})*)"
_THE = r"(?: (?:my|the|your|that|this|our))?(?: standing)?"
_NOT_NEEDED = r"i (?:don't|do not|no longer) (?:need|want)"
_NEEDLESS = (
    r"(?:(?:there is |there's )?no need to|you (?:no longer need to|don't (?:need|have) to|do not (?:need|have) to"
    r"|needn't))"
)
DROPS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DROP}(?: about)? (?P<all>all|every)(?: of)?(?: my| the| your| these| those)*(?: standing)? rules?",
        rf"(?P<all>all|every)(?: of)?(?: my| the| your)* rules? {_GONE}",
        rf"{_DROP}(?: about)?{_THE} rules? {_NUMBERS}(?: again| please| from now on)?",
        rf"rules? {_NUMBERS} {_GONE}",
        rf"(?:the |my )?(?:rule|restriction)s?{_ABOUT} (?P<about>.+?) {_GONE}",
        rf"(?:the |my )?(?P<about>.+?) (?:rule|restriction)s? {_GONE}",
        rf"{_NOT_NEEDED}{_THE} (?:rule|restriction)s?{_ABOUT} (?P<about>.+?)(?: any ?(?:more|longer))?",
        rf"{_NOT_NEEDED}{_THE} (?P<about>.+?) (?:rule|restriction)s?(?: any ?(?:more|longer))?",
        rf"{_DROP}(?: about)? (?:that i (?:said|told you|asked(?: for| you)?|wanted)(?: about| that| to)?"
        r"|what i (?:said|told you|asked for|wanted) (?:about|on|for|regarding)|about(?= (?:keeping|leaving|my) ))"
        r"(?: keeping| leaving| never| no meetings| not| no)* (?P<about>.+?)(?: free)?",
        rf"{_DROP}(?: about)?{_THE} (?:rule|restriction)s?{_ABOUT} (?P<about>.+?)(?: from now on)?",
        rf"{_DROP}(?: about)?{_THE} (?P<about>.+?) (?:rule|restriction)s?(?: again| from now on)?",
        rf"{_DROP}{_THE} (?:no-meeting|meeting-free|free) (?P<about>.+)",
        r"(?:you (?:can|may|could|are free to) )?(?:book|schedule|plan|use|take|accept)(?: me| my| meetings?| calls?"
        r"| anything| things| invitations?)*(?P<about> .+?) again",
        r"(?:meetings? |calls? )?(?P<about>.+?) (?:is|are) (?:fine|ok|okay|available|free|open|bookable|possible"
        r"|allowed"
        r"|all right|normal|back)(?: for (?:meetings?|calls?|booking))? again",
        r"(?P<about>.+?) (?:can|may) be (?:used|booked|scheduled|taken|filled|planned)(?: for (?:meetings?"
        r"|calls?))? again",
        r"i (?:work|am in|take meetings|do meetings|have meetings|take calls)(?P<about> .+?) again",
        rf"{_NEEDLESS} (?:keep|leave|hold|protect|block)(?: my)? (?P<about>.+?)(?: free| clear| open)?"
        r"(?: any ?more| any longer| now)?",
        r"(?:stop|quit) (?:keeping|leaving|holding|protecting|blocking)(?: my)? (?P<about>.+?)(?: free| clear| open)?",
        r"(?:stop|quit|no longer|don't(?= (?:auto|always)|.* any ?(?:more|longer)$))(?: automatically| auto-?"
        r"| always)* (?P<kind>accept|declin)(?:ing|e)?(?: all"
        r"| any| every)*(?: invitations| invites| everything| anything| meetings)? (?P<about>(?:from|by) .+?)"
        r"(?: any ?more| automatically)?",
        rf"(?:{_NEEDLESS}|stop) (?P<kind>ask)(?:ing)? me(?: first)?(?: about| before(?: accepting)?)? (?P<about>.+?)"
        r"(?: any ?more| any longer)?",
    )
)
"""What drops rules: by number (`n`), all of them (`all`), by what they are about (`about`), only of a kind (`kind`)."""

CHANGES = re.compile(
    r"(?:(?:change|make|set|correct|amend|update|adjust) rule (?:number |no\.? ?|#)?(?P<a>\d{1,3})(?: to(?: say)?"
    r"| into|:)?"
    r"|rule (?:number |no\.? ?|#)?(?P<b>\d{1,3})(?: (?:should|shall|must) (?:be|say|read)|:| is now|,)) ?(?P<new>.+)",
    re.IGNORECASE,
)
"""What changes the rule of a number."""

CLOCK = re.compile(
    r"(?:(?:no|sorry|actually|oh),? )*(?:(?:make|let) (?:that|it|this)(?: be)?|i meant?(?: to say)?|that should be"
    r"|it's|to"
    r"|rather|better)? ?(?:(?:not )?(?:before|after|until|from|at) )?(?P<time>\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|h"
    r"|o'clock)?"
    r"|noon|midday)(?:,? (?:not|instead of|rather than|and not) .+| please| instead)*",
    re.IGNORECASE,
)
"""What puts the hour of a rule right: "make that 10, not 9"."""
