"""Sentences as the families know them: shorthand written out, politeness taken off, other words for the same.

"can u gimme a shout abt the visa tmrw" is "remind me about the visa tomorrow". Only what means the same in every
request is turned; what is told of the world ("if", "not", names, numbers, times) stays as it is.
"""

import re
from functools import lru_cache

_I = re.IGNORECASE
_SHORTHAND = {
    **{"u": "you", "ur": "your", "abt": "about", "bout": "about", "pls": "please", "plz": "please", "plse": "please"},
    **{"tmrw": "tomorrow", "tmw": "tomorrow", "tmr": "tomorrow", "tmrow": "tomorrow", "2morrow": "tomorrow"},
    **{"'em": "them", "em": "them", "hes": "he's", "shes": "she's", "whats": "what's", "wheres": "where's"},
    **{"thats": "that's", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't", "hasnt": "hasn't"},
    **{"havent": "haven't", "isnt": "isn't", "arent": "aren't", "wasnt": "wasn't", "cant": "can't", "wont": "won't"},
    **{"shouldnt": "shouldn't", "im": "I'm", "ive": "I've", "whos": "who's", "til": "until", "till": "until"},
    **{"b4": "before", "bc": "because", "cuz": "because", "coz": "because", "cob": "end of day", "wk": "week"},
    **{"kindly": "please", "henceforth": "from now on", "gimme": "give me", "lemme": "let me", "regd": "about"},
    **{"reg": "about", "rgd": "about", "rgdg": "about", "msg": "message", "mtg": "meeting", "mtgs": "meetings"},
    **{"ppl": "people", "gonna": "going to", "wanna": "want to", "gotta": "have to", "w": "with", "fwd": "forward"},
    **{"asap": "asap", "whn": "when", "thx": "thanks", "thnx": "thanks", "ty": "thanks", "n": "and", "&": "and"},
    **{"eow": "end of the week", "everyday": "every day", "anymore": "any more"},
}
_WORD = re.compile(
    r"(?<![\w@./'’-])(?:"
    + "|".join(re.escape(w) for w in sorted(_SHORTHAND, key=len, reverse=True))
    + r")(?![\w@/'’-])",
    _I,
)
_WITH = re.compile(r"(?<!\w)w/ ?(?=\w)", _I)
_WISH = (
    r"(?:would|could|will|can|might) you (?:please )?be (?:so |very )?(?:good|kind|nice|lovely)(?: enough)?(?: as)? to"
    r"|(?:would|do) you mind|(?:do|could you do) me a (?:small |quick |big )?favou?r(?:,? and|:|;|,)?"
    r"|i(?:['’]d| would)? (?:be )?(?:need|like|want|ask|appreciate|love) (?:it if you (?:could|would)|you to)"
    r"|(?:could|can|may|might) i (?:just |please )?(?:ask|get|trouble|bother|beg) you to"
    r"|(?:it(?:['’]d| would)|that would|i(?:['’]d| would|['’]m| am)) (?:be )?(?:really |very |most |so |much )*"
    r"(?:great|good|nice|lovely|helpful|grateful|glad|happy|obliged|kind|appreciated|appreciate(?: it)?|super|fab)"
    r" if you (?:could|would|can|were able to)"
    r"|(?:when(?:ever)?|if|once|as soon as) you(?:['’]ve| have)? (?:get|have|got|find) (?:a |some |the )?(?:spare "
    r"|free )?"
    r"(?:chance|minute|min|moment|sec|second|time|mo)(?: (?:today|later))?,?"
    r"|(?:(?:just )?(?:a )?quick (?:one|question|thing|ask|favou?r|note)|one (?:more|last|quick) thing|small (?:ask"
    r"|request)"
    r"|(?:my |a )?(?:request|ask)|question)\s*[:,–-]+"
    r"|any chance (?:that )?you(?:['’]d| could| can| would| might)(?: be able to)?|(?:you )?(?:might"
    r"|may) (?:want to|please)"
    r"|(?:please )?(?:be sure|remember|take care|try|do not forget|don['’]t forget) to(?= (?:ask|get|chase|remind"
    r"|follow|check"
    r"|nudge|ping))|(?:please )?go ahead and|i need you to|please(?: do)?|you (?:could|should|can) (?:please )?"
    r"|(?:and|also|so|ok|okay|then|now|plus|next|well|right|hey|hi|yo|oh|btw|by the way|fyi|finally|lastly|firstly"
    r"|first"
    r"|secondly|second|thirdly|third|further(?:more)?|additionally|moreover|besides)\s*,"
    r"|(?:can|could|would|will) (?:you|we)(?: (?:please|just|also|maybe|possibly|perhaps|quickly|then))*(?= [a-z])"
    r"|if (?:it(?:['’]s| is) )?(?:possible|you (?:can|could|would|don['’]t mind|wouldn['’]t mind)),"
)
_LEAD = re.compile(rf"^(?:(?:{_WISH})\s+)+(?=\S)", _I)
_TRAIL = re.compile(
    r"[\s,.;–-]+(?:(?:can|could|would|will) you (?:please )?(?:tell|ask|let) (?:him|her|them)(?: know)?(?: that"
    r"| so)?|please|thanks(?: a lot| so much| in advance)?|thank you(?: (?:so|very) much)?|cheers|ta|would you"
    r"|will you|could you|can you|if you (?:would|could|can|don['’]t mind|wouldn['’]t mind|please|get a chance"
    r"|have time)"
    r"|when(?:ever)? you (?:can|get a (?:chance|minute|moment)|have (?:a (?:minute|moment|sec|second)|time))"
    r"|if (?:that['’]s|that is|it['’]s|it is) (?:ok|okay|alright|all right|fine|possible|no trouble)(?: (?:with"
    r"|for) you)?"
    r"|if (?:at all )?possible|ok|okay|right|much appreciated|no rush|(?:it['’]s )?(?:rather |quite |very )?urgent)"
    r"(?:[\s,.!?]*)$",
    _I,
)
_DOING = {
    **{"asking": "ask", "reminding": "remind", "chasing": "chase", "getting": "get", "checking": "check"},
    **{"finding": "find", "following": "follow", "nudging": "nudge", "pinging": "ping", "collecting": "collect"},
    **{"writing": "write", "telling": "tell", "sending": "send", "requesting": "request", "emailing": "email"},
    **{"obtaining": "obtain", "fetching": "fetch", "contacting": "contact", "giving": "give", "reaching": "reach"},
}
_GERUND = re.compile(rf"^(?:{'|'.join(_DOING)})(?= (?!is\b|was\b|me a\b))", _I)
_NUDGE = r"(?:shout|nudge|ping|poke|buzz|heads[- ]up|kick|prod|reminder|push|bump|tap on the shoulder|hint|jog)"
_SOFT = r"(?:(?:another|a|one more|an? (?:\w+ly|quick|little|short|soft|small|kind|second|further)(?: little)?) )"
_SAME: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, _I), turned)
    for pattern, turned in (
        (rf"^(?:give|shoot|drop|send|throw|do) (me|us) {_SOFT}{_NUDGE}", r"remind \1"),
        (r"^(?:drop|shoot|send|write) (me|us) (?:a|another) (?:quick |short )?(?:note|line|e-?mail|mail|message)"
         r"(?= (?:on|at|tomorrow|next|this|in \d|in an?|tonight|mon|tue|wed|thu|fri|sat|sun)\b)", r"remind \1"),
        (r"^(?:make sure|ensure|see to it|see|take care)(?: that)? (i|we) (?:don['’]t forget|do not forget|remember"
         r"|think of)"
         r"(?: (?=to\b))?", "remind me "),
        (r"^(?:help me(?: to)?|let me) (?:remember|not forget|think of)", "remind me"),
        (r"^(?:i|we)(?:['’]d like| would like| want| need| have|['’]ve got| must)? (?:to )?be reminded", "remind me"),
        (r"^jog my memory", "remind me"),
        (r"^i (?:must not|mustn['’]t|can['’]t|cannot|shouldn['’]t|should not|may not|better not) forget,?(?: about)?"
         r"(?=.* (?:on|at|tomorrow|tonight|by|next|today|in)\b)", "remind me about"),
        (r"^remind (me|us) about (?=to\b|that\b)", r"remind \1 "),
        (r"^tell (me|us) (?=(?:again )?(?:on|at|tomorrow|tonight|next|in \d|in an?|this)\b.{2,30}? (?:to|that)\b)",
         r"remind \1 "),
        (r"^(?:flag|note|put|park|mark) (?:it |this |that )?(?:to|for|with) me (?=(?:on|for|next|tomorrow)\b)",
         "remind me "),
        (r"\bwhen it(?:['’]?s| is) (?=\d)", "at "),
        (rf"^(?:give|shoot|drop|send) (?!me\b|us\b)(\S+(?: [A-Z][\w-]+)?) {_SOFT}(?:nudge|ping|poke|prod|push|bump|kick"
         r"|chaser|follow-?up)\b", r"chase \1"),
        (r"^(?:send|give|write|drop) (him|her|them) (?:an? |another )(?:\w+ )?(?:reminder|note|line)(?: again)?$",
         r"chase \1"),
        (r"\b(?:does|do|did|has|have) not revert(?:ed)?(?: back)?\b", "does not reply"),
        (r"\b(?:doesn['’]t|don['’]t|didn['’]t|hasn['’]t) revert(?:ed)?(?: back)?\b", "doesn't reply"),
        (r"\breverts(?: back)?\b", "replies"),
        (r"\bin the event(?: that)?\b|\bshould it be that\b|\bin case (?:that )?(?=\S)", "if "),
        (r"^re(?:mind|mnd|mid) ", "remind "),
        (r"\bremind(s?) (me|us) at (?=(?:mon|tues|wednes|thurs|fri|satur|sun)day)", r"remind\1 \2 on "),
        (r"\btowards? (?:the )?end of (?=the week|week|day|the day)", "by the end of "),
        (r"(?<=[a-z]) re:? (?=[a-z])", " about "),
        (r"\b(?:with (?:respect|regards?) to|in regards? to|w/?r/?t|wrt|pertaining to|as regards|as for|in re) ",
         "about "),
        (r",? and (?:then )?(?:follow up|chase|nudge|ping|write|remind|try|ask)(?: (?:him|her|them|again|with|up))*"
         r" (?=every |daily|weekly)", " "),
        (r"^(?:give|allow) (\S+(?: [A-Z]\w+)?) (?:time )?until (.+?)(?: to (?:answer|reply|respond"
         r"|react))?,? (?:and )?then"
         r" (?:follow up|chase|ask again|nudge|ping)(?: (?:with )?(?:him|her|them))?(?: again)?(?= |$)",
         r"if \1 has not answered by \2, chase \1"),
        (r"^wait (?:until|till) (.+?) for (\S+?)(?:'s? (?:answer|reply|response))?,? (?:and )?then"
         r" (?:follow up|chase|ask again|nudge|ping)(?: (?:with )?(?:him|her|them))?(?: again)?(?= |$)",
         r"if \2 has not answered by \1, chase \2"),
        (r"^touch base with\b", "check in with"),
        (r"^(?:reach|get) (?:out )?(?:to|hold of|in touch with|on to) (?=.{2,60} (?:and|to) (?:ask|request|get|see"
         r"|find)\b)",
         "contact "),
        (r"^remind myself\b", "remind me"),
        (r"\s{2,}", " "),
    )
)  # fmt: skip


@lru_cache(maxsize=512)
def plainer(sentence: str) -> str:
    """Return a sentence in plain words."""
    sentence = _WITH.sub("with ", sentence)
    said = _WORD.sub(lambda word: _SHORTHAND[word.group().lower()], sentence.replace("’", "'").strip())
    while (shorter := _TRAIL.sub("", said)) != said and len(shorter.split()) > 1:
        said = shorter
    if (lead := _LEAD.match(said)) is not None:
        said = said[lead.end() :]
    said = _GERUND.sub(lambda verb: _DOING[verb.group().lower()], said)
    for pattern, turned in _SAME:
        said = pattern.sub(turned, said)
    return said.strip()
