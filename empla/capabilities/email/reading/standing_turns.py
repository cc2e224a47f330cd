"""Other ways to say a standing rule, turned into those that its cues know: "if Carla invites me, say yes"."""

import re

_WHOM = r"(?P<who>[^,:]{2,60}?)"
_TIMES = r"(?P<t>.{3,80}?)"
_INVITES = (
    r"(?:invites? me(?: to (?:a meeting|anything|something))?|sends? (?:me )?(?:an? |any )?(?:invitations?|invites?"
    r"|meeting"
    r" requests?)|wants? (?:to (?:meet|see) me|a meeting)|asks? (?:me )?for a meeting)"
)
_WORD = (
    r"(?:(?P<yes>accept|say yes|agree|it's a yes|take it|confirm)|(?P<no>decline|say no|reject|refuse|turn (?:it"
    r"|them) down)"
    r"|(?P<ask>ask me|check with me|come to me|let me decide))(?: first| it| them| before you accept| always)*"
)
_DO_SO = r"(?:then )?(?:please )?(?:you (?:can|may|should) )?(?:always |just |automatically )*"
_SENT = r"(?:invitations?|invites?|meetings?|meeting requests?|everything|anything|whatever)"
_BE = (
    r"(?:(?:can|may|should|shall|must|are to|is to|will)(?: always| automatically)* be"
    r"|(?:are|is)(?: always| automatically)*)"
)
_THEIRS = r"(?P<who>[A-Z][\w.-]+(?: [A-Z][\w.-]+)?)'s (?:invitations|invites|meetings|meeting requests)"
_FROM = "invitations from {who}"
_REST_OF_DAY = r"(?: (?:off|any ?more|in general|at all|ever|for me|please))*"
_OWN = (
    r"(?:my own(?: work)?|focus(?:ed)?(?: time| work)?|deep work|quiet work|thinking|concentrat\w+|writing|admin"
    r"|paperwork"
    r"|planning|preparation|reading|my (?:family|kids|children)|family|sport|the gym|the school run|lunch|myself)"
)

_TURNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), turned)
    for pattern, turned in (
        (rf"(?:if|when|whenever|every time|any ?time|should) {_WHOM} {_INVITES},? {_DO_SO}{_WORD}", _FROM),
        (rf"{_DO_SO}{_WORD} (?:if|when|whenever|every time|any ?time) {_WHOM} {_INVITES}", _FROM),
        (
            r"(?:if|when|whenever) (?:an invitation|an invite|a meeting|it|something|anything)(?:'s| is| takes| lasts)"
            rf" (?P<t>[^,]{{3,60}}),? {_DO_SO}{_WORD}",
            "anything {t}",
        ),
        (rf"{_SENT} (?:from|by) {_WHOM}(?::| –| -|,) {_DO_SO}{_WORD}", _FROM),
        (rf"{_DO_SO}(?:{_WORD})(?: to)? {_THEIRS}", _FROM),
        (rf"{_DO_SO}{_WORD}(?: to)? what(?:ever)? {_WHOM} sends(?: me| us)?", _FROM),
        (rf"{_DO_SO}{_WORD}(?: to)? what(?:ever)? comes from {_WHOM}", _FROM),
        (rf"{_THEIRS} {_BE} (?P<yes>accepted|fine|ok|okay|welcome|a yes)", _FROM),
        (rf"{_THEIRS} {_BE} (?P<no>declined|rejected|refused|a no)", _FROM),
        (rf"{_SENT} (?:from|by) {_WHOM} {_BE} (?P<no>declined|rejected|refused|a no|turned down)", _FROM),
        (rf"{_SENT} (?:from|by) {_WHOM} (?:gets?|deserves?) a (?:(?P<yes>yes)|(?P<no>no))", _FROM),
        (r"(?!.*\b(?:without|unless)\b)(?:don't|do not|never) accept (?:any )?(?:invitations?|meetings?|calls?"
         r"|anything) (?=(?:on|before|after"
         r"|in|during"
         r"|between|over|at|for|this|next|tomorrow)\b)(?P<t>.+)", "no meetings {t}"),
        (r"only accept (?:meetings?|invitations?|calls?|anything) (?=(?:on|before|after|in|during|between"
         r"|at)\b)(?P<t>.+)",
         "only book meetings {t}"),
        (r"(?:(?:there (?:should|must|are to|shall)(?: always)? be|schedule|book|plan|i(?:'d like| would like"
         r"| want)(?: to have)?"
         r"|have|put) )(?:me )?no (?:meetings?|calls?)(?: for me)?\b ?(?P<t>.*)", "no meetings {t}"),
        (r"no (?:meetings?|calls?) (?:are |is |to be )?(?:allowed|permitted|possible|scheduled|booked|taken"
         r"|accepted) (?P<t>.+)",
         "no meetings {t}"),
        (r"(?:that )?(?:nothing|no meetings?|no calls?|nobody|no one) (?:(?:is|are|shall be|should be|gets|will be"
         r"|must be)(?: ever)?"
         r" (?:booked|scheduled|planned|put|arranged|in my calendar)|(?:books?|can book|schedules?|may book) me)"
         r"(?: in my calendar| for me| in)?\b ?(?P<t>.+)", "no meetings {t}"),
        (r"(?:don't|do not|never) let (?:anyone|anybody|people|them|others|someone|somebody) (?:book|schedule"
         r"|invite|meet|put)(?: me"
         r"| anything| in)*(?: for)? (?P<t>.+)", "no meetings {t}"),
        (r"(?:i (?:don't|do not|never) (?:want|like|wish) to|i (?:must|should|can|may) not"
         r"|don't want me to) be (?:booked|scheduled"
         r"|disturbed|put in meetings|in meetings|called)(?: for anything)? (?P<t>.+)", "no meetings {t}"),
        (r"(?:meetings?|calls?|appointments?|anything|everything) " + _TIMES + r" (?:is|are) (?:not (?:ok|okay|fine"
                                                                               r"|possible|allowed"
         r"|acceptable|an option|good|welcome|wanted|on)|impossible|forbidden|taboo|off(?: limits)?|a no(?:-go)?"
         r"|no good|too (?:early"
         r"|late)(?: for me)?|bad)" + _REST_OF_DAY, "no meetings {t}"),
        (r"(?:meetings?|calls?|appointments?) " + _TIMES + r" (?:don't|do not|doesn't|does not|never|won't) (?:work"
                                                           r"|suit|do)(?: for me"
         r"| me)?" + _REST_OF_DAY, "no meetings {t}"),
        (r"(?P<t>[^:]{3,60}?): no (?:meetings?|calls?)(?: please)?", "no meetings {t}"),
        (rf"(?:my )?{_TIMES} (?:is|are) (?:reserved |kept |there |only )?for {_OWN}", "keep {t} free"),
        (r"i(?:'d| would)? (?:want|like|need|prefer|love)(?: to (?:have|keep))?(?: my| all)? " + _TIMES
         + r" (?:without (?:any )?(?:meetings|calls)|(?:to|for) myself|free(?: of (?:meetings|calls))?"
           r"|meeting[- ]free)", "keep {t} free"),
        (r"(?:my )?" + _TIMES + r" (?:belongs? to me|(?:is|are) mine|(?:is|are) my own)", "keep {t} free"),
        (r"(?:treat|consider|mark|regard|count)(?: my| all)? " + _TIMES + r"(?: as)? (?:blocked|busy|taken"
                                                                          r"|unavailable|off limits|closed"
         r"|booked|out of bounds)", "keep {t} free"),
        (r"(?:leave)(?: my| all)? " + _TIMES + r" (?:alone|untouched)", "keep {t} free"),
        (r"(?:stay away from|hands off|keep off|don't touch|do not touch|nobody (?:gets|touches|has)"
         r"|spare me)(?: my| all| on)? "
         r"(?P<t>.{3,80})", "keep {t} free"),
        (r"(?:reserve|block|hold|save)(?: out| off| me| my| all)* (?P<t>(?:every |each |all ).{3,60}?"
         r"|[^,]{0,40}?\b(?:mon|tues|wednes"
         r"|thurs|fri|satur|sun)days\b[^,]{0,30}?|[^,]{0,20}?(?:morning|afternoon|evening)s\b)(?: for [a-z ]{3,40})?",
         "keep {t} free"),
        (r"(?:my )?(?:working|office|business|work) hours are(?: from)? (?P<t>\d.+)", "only book meetings from {t}"),
        (r"i (?:only |just )?work (?P<t>\d.+?)(?: only)?", "only book meetings from {t}"),
        (r"i (?:only |just )?work (?!from home)(?:only )?(?P<t>(?:from |between |on |mon|tue|wed|thu|fri"
         r"|\d).{2,60}?)(?: only)?",
         "only book meetings {t}"),
        (r"no (?P<side>internal|external) (?:meetings?|calls?)\b ?(?P<t>.*)", "no meetings with {side} people {t}"),
        (r"(?:cap|limit|restrict)(?: me| my)*(?: number of)?(?: daily)? (?:meetings?|calls?)? ?(?:at"
         r"|to) (?P<t>\w+)(?: meetings?)?"
         r"(?: (?:a|per|each|every) day| daily)", "at most {t} meetings a day"),
        (r"(?P<t>\w+) (?:meetings?|calls?) (?:a|per|each|every) day,? (?:and )?(?:not (?:one )?more|no more"
         r"|at (?:the )?most|max(?:imum)?"
         r"|tops|that's (?:it|all|my limit))", "at most {t} meetings a day"),
        (r"(?:my|the) (?:daily )?(?:limit|max(?:imum)?)(?: number of meetings)? is (?P<t>\w+)(?: (?:meetings?"
         r"|calls?))?(?: (?:a|per|each)"
         r" day)?", "at most {t} meetings a day"),
        (r"(?:i (?:always )?(?:need|want|would like)|i'd like|leave|give me|put|there (?:should|must) be"
         r"|always)(?: always)?"
         r" an? (?:break|gap|buffer|pause|breather)(?: of)?(?: at least)? (?P<t>.{3,25}?) (?:between|after|before"
         r"|around)"
         r"(?: my| all| any| two| each| every| the| of)* (?:meetings?|calls?)", "leave {t} between meetings"),
        (r"(?:never|don't|do not) (?:put|book|schedule|plan|place)(?: me| my)? (?:two |any |several )?(?:meetings?"
         r"|calls?|things) (?:back[- ]to[- ]back|one (?:right )?after (?:the|an)other|in a row|without a (?:break"
         r"|gap))",
         "no back-to-back meetings"),
        (r"we(?:'re| are) closed (?P<t>.+)|the (?:office|company) is closed (?P<u>.+)", "i'm away {t}"),
    )
)  # fmt: skip


def turned(text: str) -> str:
    """Return a sentence as the cues of rules know it, or as it is."""
    for pattern, into in _TURNS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        groups = {name: words or "" for name, words in match.groupdict().items()}
        groups["t"] = groups.get("t") or groups.get("u") or ""
        made = into.format(**{"who": "", "side": "", **groups}).strip()
        if not {"yes", "no", "ask"} & groups.keys():
            return made
        verb = next((v for v in ("yes", "no", "ask") if groups.get(v)), "")
        return {"yes": "always accept ", "no": "always decline ", "ask": "ask me before accepting ", "": ""}[
            verb
        ] + made
    return text
