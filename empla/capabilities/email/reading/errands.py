"""Errands: what is to be got from somebody or asked of them, and by when.

"Get me an hour with Ben" is a meeting and none of these; "get Ben to send the slides" is an errand. Besides the slots
of the table in the package's docstring an errand may carry `also: True` (the same of somebody else), `from_whom: True`
(it says what, but not of whom), and like reminders and sequences `drop: True`: it is wanted no more.
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.followups import EVERY
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.phrases import (
    BY,
    PRONOUN,
    Cut,
    cut_time,
    only_people,
    people_slot,
    whom,
    words_slot,
)
from empla.capabilities.email.reading.slots import OBJECT, Setting
from empla.mind.readings import Mail, Slot

_I = re.IGNORECASE
_ME = r"(?:me|us|myself|anna|my boss)"
_MEETING = re.compile(
    r"(?<![\w-])(?:(?:half )?an hour|(?:\d+|half an?|one|two|a few|some|more) ?(?:min(?:ute)?s?|hours?|hrs?|h|time)"
    r"|time|slots?|invited?|invitation to)(?![\w-])",
    _I,
)
_NOT_TO_GET = re.compile(
    r"(?<!\w)(?:flights?|hotels?|tables?|taxis?|cabs?|trains?|tickets?|coffees?|lunch|dinner|food|cake|flowers|car"
    r"|rooms?|loan|job|visa|going|rid|back to|started|ready|out|up|on|off|it done|well)(?!\w)",
    _I,
)
_THING = re.compile(
    r"(?:the|my|our|this|that|these|those|his|her|their|last|latest|all|any|some|an?|\d+|[\"“])\b|[A-Z]", _I
)
_CLAUSE = re.compile(r"(?:whether|if|when|what|where|which|who|whom|how|why)\b", _I)

_GET = re.compile(
    rf"^(?:let(?= me have)|chase(?: up| down)?|follow up on|get|fetch|obtain|collect|request|retrieve|procure"
    rf"|gather|grab"
    rf"|track down|pull|secure"
    rf"|solicit|pick up)"
    rf"(?: (?P<to>{_ME}|for {_ME}))?(?: hold of| have)? (?P<what>.+?)(?: (?:from|off|out of|of) (?P<who>\S.*))?$",
    _I,
)
_ASK = re.compile(r"^(?:(?:also|then) )?(?:ask|tell|get|have|let|request|beg|urge|make)(?: (?:also|both))? (?=\S)", _I)
_ASK_WHO = re.compile(
    r"^(?:(?:also|then) )?(?:ask|contact|reach out to|get in touch with|approach|e-?mail|mail|message|check with"
    r"|enquire with|inquire with|consult|chase(?: up)?|nudge|ping|press|poke|bug"
    r"|follow up with|check in with|get back to|write to|hear from|find out from) (?=\S)",
    _I,
)
_DROP_A_LINE = re.compile(
    r"^(?:please )?(?:drop|send|write|shoot) (?=\S.* (?:an? (?:line|note|mail|e-?mail"
    r"|message)) )",
    _I,
)
_AND_ASK = re.compile(
    r"^(?: an? (?:quick |short )?(?:line|note|mail|e-?mail|message))?,? (?:(?:and|to) (?:ask|see|find out|check)|asking"
    r"|and enquire)(?: (?:him|her|them))?(?=,? (?:for|about|on|whether|if|when|what|where|which|who|how|why|to)\b)",
    _I,
)
_AND_REQUEST = re.compile(
    r"^,? (?:(?:and|to) (?:request|get|obtain|collect|fetch)|requesting) (?P<what>(?:the|my|our|his|her|their|an?"
    r"|all)\b.+)$",
    _I,
)
_OWES = re.compile(r"^ (?:still )?owes? (?:me|us) (?P<what>\S.+)$", _I)
_ENSURE = re.compile(r"^(?:please )?(?:make sure|ensure|see to it|see|take care)(?: that)? (?=\S)", _I)
_SENDS = re.compile(
    r"^ (?P<verb>sends|gives|delivers|submits|provides|shares|forwards|returns|signs|completes|confirms|answers"
    r"|prepares)"
    r" (?P<what>\S.+)$",
    _I,
)
_WANT = re.compile(r"^(?:i|we)(?:'d like| want| would like| need|'d love|'d want) (?=\S)", _I)
_TO_DO = re.compile(r"^,? (?:please )?to (?!(?:meet|join|attend|come|the|a|my|our)\b)(?P<what>\w.+)$", _I)
_KNOW = re.compile(
    r"^ know (?:that )?(?:i|we)(?:'d| would)? (?:still |urgently |really )?(?:need|want|expect|am waiting for"
    r"|are waiting for)"
    r" (?P<what>(?:his|her|their|the|that|your|those|this|an?)\b.+)$",
    _I,
)
"""What somebody is told that it is wanted of them: "let Carla know I need her feedback"."""
_TOLD_NEED = re.compile(_KNOW.pattern.replace("^ know (?:that )?", "^,? (?:that )?"), _I)
_BARE_DO = re.compile(
    r"^ (?P<what>(?:send|give|provide|share|forward|mail|email|e-mail|deliver|submit|write|prepare|finish|confirm|check"
    r"|upload|complete|sign|return|approve|review|update|draft|supply|hand in|fill in|fill out|let me know)\b.+)$",
    _I,
)
_FOR = re.compile(r"^,? (?P<how>for|about|on|regarding|concerning|re:?|where|over) (?P<what>\S.+)$", _I)
_WH = re.compile(r"^,? (?P<what>(?:whether|if|when|what|where|which|who|how|why)\b.+)$", _I)
_NEED = re.compile(
    r"^(?:(?:i|we)(?:'d| would|'m|'re| am| are| still| really| do| also| urgently)* |(?:still |urgently "
    r"|also )?(?=need|missing|waiting))"
    r"(?:need|want|like|require|missing|waiting for|lack|short of|after)(?: to (?:have|get|see|receive))?(?: (?:for"
    r"|on))?"
    r" (?P<what>.+?) (?:from|of) (?P<who>\S.*)$",
    _I,
)
_NEED_BARE = re.compile(
    r"^(?:i|we)(?: still| really| urgently)? need(?: to have)? (?P<what>(?:the|that|this|those) .+)$", _I
)
_SHOULD = re.compile(
    r"^ (?:should|must|has to|have to|needs to|need to|is to|are to|shall|is supposed to|are supposed to|was to"
    r"|ought to|promised to) (?:please )?(?P<what>(?:send|give|provide|share|forward|mail|email|deliver|submit"
    r"|write|let"
    r"|tell|get|confirm|return|prepare)\b.+)$",
    _I,
)
_FIND_OUT = re.compile(
    r"^(?:find out|see|check|learn|clarify)(?: (?:from|with) (?P<who>.+?))?,? (?P<what>(?:whether|if|when|what|where"
    r"|which|how|why|who)\b.+?)(?: (?:from|with) (?P<late>\S+(?: \S+)?))?$",
    _I,
)
_OWNED = re.compile(
    r"^(?i:get|collect|obtain|ask for|request|fetch|gather|chase|(?:i|we)(?:'d like| would like| need| want))(?: (?:me"
    r"|us))? (?P<who>[A-Z].*?)['’]s? (?P<what>(?:\w+ )?"
    r"(?:feedback|comments?|input|answers?|numbers?|figures?|approval|ok|okay|sign-?off|opinion|views?|report|slides"
    r"|estimates?|confirmation|reply|thoughts|signature|draft|list|data|quote|offer|cv|invoice)\b.*)$"
)
_ALSO = re.compile(
    r"^(?:(?:please )?(?:also|and) (?:ask|get it from|try) (?P<a>\S.*?)(?: (?:too|as well|please))?"
    r"|(?:ask|try) (?P<b>\S.*?) (?:too|as well|also|instead))$",
    _I,
)
_REASON = re.compile(r",? (?:otherwise|or else|because|since we|as we) .+$", _I)
_MIND = re.compile(r"^(?:would|do) you mind (?P<verb>asking|collecting|requesting|fetching)\b", _I)
_NEEDED = re.compile(
    r"[,;]? *(?:(?:and|since|because|as|so) )?(?:(?:i|we)(?:'d|'ll| will| would)? )?(?:(?:really |urgently "
    r"|do )?(?:need|want)"
    r"|must have|have to have|have to know|must know)(?: to (?:know|have))?(?: (?:it|them|this|that|these|those"
    r"|the answer))?$"
    r"|[,;]? *(?:(?:it|that|this|they)(?:'s| is|'re| are| was)? )?(?:needed|required|due|wanted)$",
    _I,
)
"""What says of the thing no more than that it is wanted: "I need them by Thursday"."""
_FREE_TIME = re.compile(r"\b(?:free|available|busy|time|make it|meet)\b", _I)
_FREE = re.compile(r"\b(?:free|available|busy|around|time|attend|come to|join|make it|meet)\b", _I)

# dropping ------------------------------------------------------------------------------------------------------------

_DROP = re.compile(
    r"^(?:never ?mind(?: about)?|forget(?: about)?|don't bother (?:with|about)|drop|leave|you can (?:forget|drop"
    r"|leave))"
    r" (?P<what>the .+|my .+|this .+|that .+|about .+)$",
    _I,
)
_STOP = re.compile(
    r"^(?:please )?(?:(?:and |now )?you (?:can|may|could) )?(?:now |also )*(?:stop|cancel|end|quit|drop|call off"
    r"|abort|halt|pause|no more|delete|remove|scrap)(?: with)?"
    r"(?: (?:the|my|that|this|your|any|all|those|these))*"
    r" (?P<kind>follow(?:ing|-|\s)?\s?ups?|chas(?:e|es|ing|er|ers)|nudg\w+|remind(?:er|ers|ing)?|errands?|sequences?"
    r"|asking|pestering|bugging|writing to|mailing|emailing|pinging|inquiry|inquiries)\b(?P<rest>.*)$",
    _I,
)
_NO_NEED = re.compile(
    r"^(?:(?:there is |there's )?no need|you (?:don't|do not|needn't|no longer) (?:need|have)?|you no longer need"
    r"|don't)"
    r"(?: to)? (?P<kind>ask|chase|remind|follow up|nudge|ping|write to|bother(?! me| us))\b(?P<rest>.*)$",
    _I,
)
_HAVE = re.compile(
    r"^(?:i|we)(?:'ve| have)? (?:already |just |now )*(?:got|have|received|found) (?P<what>(?:the|it|that|this|his"
    r"|her|my)\b.*?)"
    r"(?: (?:already|now|by now|meanwhile|in the meantime|myself))+(?: from (?P<who>.+))?$",
    _I,
)


def errand(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Read what is to be got from somebody, or asked of them, and until when; or that it is wanted no more."""
    plain = _MIND.sub(lambda mind: mind["verb"].removesuffix("ing"), _REASON.sub("", sentence.strip()))
    known = _dropped(plain, setting) or _also(plain, setting)
    if known is not None:
        return known
    if re.search(r"\b(?:if|unless|in case)\b.+\b(?:answer|repl|respond|hear|heard)", plain, _I) or EVERY.search(plain):
        return None
    cut = cut_time(plain, setting, BY)
    if cut.window is None and (soon := _SOON.search(plain)) is not None:
        cut = cut_time(plain, setting, re.escape(soon["when"]))
    found = _asked(cut, setting) or (_asked(Cut(plain), setting) if cut.window is not None else None)
    if found is None:
        return None
    people, what, of_whom = found
    if _TOLD.match(plain) and _GET_THEM.search(mail.text.rpartition(plain)[2]):
        return None  # "Carla owes me the receipts. Please get them from her."
    if cut.window is None and not _CLAUSE.match(what):
        late = cut_time(what, setting, "today|tomorrow|tonight|this week|next week|asap|this (?:morning|afternoon)")
        if late.window is not None and late.rest and what.rstrip().endswith(late.words):
            cut, what = Cut(plain, late.window, late.words), late.rest
    what, to = _for_whom(_matter(_NEEDED.sub("", what), mail), setting)
    slots = {"what": words_slot(what, sentence)}
    if people:
        slots["people"] = people_slot(people)
    if of_whom:
        slots["from_whom"] = Slot(value=True, words=what)
    if to:
        slots["to"] = people_slot(to)
    if (due := cut.slot()) is not None:
        slots["due"] = due
    return Understood(intent=Intent.ERRAND, slots=slots)


_SOON = re.compile(
    r"(?:from|of) \S+(?: [A-Z]\w+)?,? (?P<when>today|tonight|tomorrow|this (?:week|morning"
    r"|afternoon)|next week)(?: \w+)?$",
    _I,
)
_TOLD = re.compile(
    r"(?:i|we|you)\b(?!.*\bto (?:ask|get)\b)|(?!please\b)\S+(?: [A-Z]\w+)?(?: still)? (?:owes?"
    r"|should|has|needs?)\b",
    _I,
)
_GET_THEM = re.compile(
    r"\b(?:get|ask|chase|request|collect|fetch|tell|nudge|ping|remind)\b[^.?!]{0,40}\b(?:him|her|them|it|those"
    r"|these)\b",
    _I,
)
_THEM = re.compile(r"(?:it|them|that|this|those|these)", _I)
_MISSED = re.compile(
    r"(?:owes? (?:me|us)|missing|need|needs?|lack|waiting (?:for|on)|haven't (?:got|received|had|seen)"
    r"|promised (?:me|us)"
    r"|was going to send(?: me| us)?|has) (?P<what>(?:the|my|our|his|her|their|that|this|those|some|two|an?"
    r"|[A-Z]\w+'s)\b"
    r"[^.!?;,]{3,80})",
    _I,
)


def _matter(what: str, mail: Mail) -> str:
    """Return what is meant by "them" in "Carla still owes me the receipts. Get them from her by Friday"."""
    if not _THEM.fullmatch(what.strip(" .,")):
        return what
    before, _, _ = mail.text.replace("’", "'").partition("\n\n")
    told = _MISSED.search(before)
    return re.sub(r"^[A-Z]\w+'s\b", "the", told["what"]).strip() if told is not None else what


def _asked(cut: Cut, setting: Setting) -> tuple[tuple[Who, ...], str, bool] | None:
    """Return of whom, what, and whether of whom has to be asked; None if this is no errand."""
    text = cut.rest
    for read in (_owned, _asks, _gets, _wants, _needs, _should, _ensures, _finds_out):
        found = read(text, setting)
        if found is not None:
            people, what = found
            return people, what, False
    return _of_nobody(cut)


def _owned(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    match = _OWNED.match(text)
    if match is None:
        return None
    people = only_people(match["who"], setting)
    return (people, f"{'your ' if len(people) == 1 else 'the '}{match['what']}") if people else None


def _asks(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    verb = _ASK.match(text)
    if verb is not None:
        people, end = whom(text, verb.end(), setting)
        if people:
            rest = text[end:]
            to_do = _TO_DO.match(rest) or (
                _BARE_DO.match(rest) if not verb.group().lower().startswith("tell") else None
            )
            if to_do is not None and not _BOOKS.search(to_do["what"]):
                return people, f"to {to_do['what']}"
            wanted = _KNOW.match(rest) or _TOLD_NEED.match(rest)
            if wanted is not None and not _MEETING.search(wanted["what"]):
                return people, re.sub(r"^(?:his|her|their)\b", "your", wanted["what"], flags=_I)
    text = re.sub(r" and ask\b(?: (?:him|her|them))?", " asking", text, flags=_I)
    asking = _ASK_WHO.match(text) or _DROP_A_LINE.match(text)
    if asking is None:
        return None
    people, end = whom(text, asking.end(), setting)
    rest = _AND_ASK.sub("", text[end:])
    if not people:
        return None
    if (requests := _AND_REQUEST.match(rest)) is not None and not _MEETING.search(requests["what"]):
        return people, requests["what"]
    if (clause := _WH.match(rest)) is not None and not _FREE_TIME.search(clause["what"]):
        return people, clause["what"]
    thing = _FOR.match(rest)
    if (
        thing is None
        or _MEETING.search(thing["what"])
        or (thing["how"].lower() == "for" and OBJECT.search(thing["what"]))
    ):
        return None
    if thing["how"].lower() == "for":
        return people, thing["what"]
    return people, f"about {thing['what']}"


_MORE = re.compile(r" (?:for|about|on|regarding|concerning|of|as) \S.*", _I)
_BOOKS = re.compile(r"^(?:meet|have (?:an? )?(?:meeting|call|chat)|book|schedule)\b|\b(?:meeting|call) with me\b", _I)


def _gets(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    match = _GET.match(text)
    if match is None or match["who"] is None:
        return None
    people, end = whom(match["who"], 0, setting)
    tail = match["who"][end:]
    more = _MORE.fullmatch(tail)
    if not people or (tail.strip(" .,!") and more is None):
        return None
    if _MEETING.search(match["what"]) or not _is_thing(match["what"]):
        return None
    return people, f"{match['what']}{tail if more is not None else ''}".strip()


def _needs(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    match = _NEED.match(text)
    if match is None:
        return None
    people = only_people(match["who"], setting)
    return (people, match["what"]) if people and not _MEETING.search(match["what"]) else None


def _wants(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    """ "I want Ben to send me the draft"."""
    match = _WANT.match(text)
    people, end = whom(text, match.end(), setting) if match is not None else ((), 0)
    to_do = _TO_DO.match(text[end:]) if people else None
    return (people, f"to {to_do['what']}") if to_do is not None and not _BOOKS.search(to_do["what"]) else None


def _ensures(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    """ "Make sure Carla sends me the slides"."""
    match = _ENSURE.match(text)
    people, end = whom(text, match.end(), setting) if match is not None else ((), 0)
    does = _SENDS.match(text[end:]) if people else None
    return (people, f"to {does['verb'][:-1]} {does['what']}") if does is not None else None


def _should(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    people, end = whom(text, 0, setting)
    owes = _OWES.match(text[end:]) if people else None
    if owes is not None and not _MEETING.search(owes["what"]):
        return people, owes["what"]
    match = _SHOULD.match(text[end:]) if people else None
    return (people, f"to {match['what']}") if match is not None else None


def _finds_out(text: str, setting: Setting) -> tuple[tuple[Who, ...], str] | None:
    match = _FIND_OUT.match(text)
    if match is None or _FREE.search(match["what"]):
        return None
    if source := match["who"] or match["late"]:
        people = only_people(source, setting)
        return (people, match["what"]) if people else None
    clause = re.match(r"(?:whether|if) ", match["what"], _I)
    people, end = whom(match["what"], clause.end(), setting) if clause else ((), 0)
    known = re.match(
        r" (?:has|have|had|can|could|is able|knows?|got|received|sent|finished|will)\b", match["what"][end:], _I
    )
    return (people, match["what"]) if people and known else None


def _of_nobody(cut: Cut) -> tuple[tuple[Who, ...], str, bool] | None:
    """ "Get me the report": something definite that somebody must have; who, has to be asked."""
    match = _GET.match(cut.rest)
    if (
        match is not None
        and match["to"]
        and re.match(r"(?:the|my|our|that|this|those|these|last|latest)\b", match["what"], _I)
    ):
        what = match["what"] if match["who"] is None else f"{match['what']} from {match['who']}"
    elif (need := _NEED_BARE.match(cut.rest)) is not None and cut.window is not None:
        what = need["what"]
    else:
        return None
    if OBJECT.search(what) or _MEETING.search(what) or _NOT_TO_GET.search(what):
        return None
    return (), what, True


def _is_thing(what: str) -> bool:
    return bool(_THING.match(what)) or not _NOT_TO_GET.match(what)


def _for_whom(what: str, setting: Setting) -> tuple[str, tuple[Who, ...]]:
    """ "the list for Carla": also for somebody else."""
    match = re.search(
        r"(?:,? and (?:pass|send|forward) (?:it|them) (?:on )?to| for) (?P<who>[A-Z][\w.-]*(?: [A-Z][\w-]*)?)$", what
    )
    if match is None:
        return what, ()
    people = only_people(match["who"], setting)
    certain = "and" in match.group()
    return (what[: match.start()], people) if people and certain else (what, ())


def _also(text: str, setting: Setting) -> Understood | None:
    match = _ALSO.match(text)
    people = only_people(match["a"] or match["b"], setting) if match is not None else ()
    if not people:
        return None
    slots = {"people": people_slot(people), "also": Slot(value=True, words=text)}
    return Understood(intent=Intent.ERRAND, slots=slots)


def _dropped(text: str, setting: Setting) -> Understood | None:
    stop = _STOP.match(text) or _NO_NEED.match(text)
    if stop is not None:
        kind = stop["kind"].lower()
        is_reminder = kind.startswith("remind") and not re.match(
            r"\s*(?!me\b|of\b|about\b|to\b|for\b)[A-Za-z]", stop["rest"]
        )
        rest = re.sub(
            r"^\s*(?:ups?\b)?\s*(?:with|to|for|of|about|on|me|from|at|any ?more)?\s*", "", stop["rest"], flags=_I
        )
        rest = re.sub(r"\s*(?:any ?more|any longer|please|now)$", "", rest, flags=_I)
        intent = (
            Intent.REMIND if is_reminder else Intent.SEQUENCE if kind.startswith(("follow", "seq")) else Intent.ERRAND
        )
        return _drop(intent, rest, setting, text)
    have = _HAVE.match(text)
    if have is not None:
        return _drop(Intent.ERRAND, have["what"], setting, text)
    match = _DROP.match(text)
    if match is None or OBJECT.search(match["what"]) or _MEETING.search(match["what"]):
        return None
    is_reminder = re.search(r"\breminders?\b", match["what"], _I)
    return _drop(Intent.REMIND if is_reminder else Intent.ERRAND, match["what"], setting, text)


def _drop(intent: Intent, rest: str, setting: Setting, text: str) -> Understood:
    slots = {"drop": Slot(value=True, words=text)}
    people, end = whom(rest, 0, setting)
    about = re.sub(r"^\s*(?:for|about|on|to|of)\s+", "", rest[end:] if people else rest, flags=_I).strip(" ,.")
    if people:
        slots["people"] = people_slot(people)
    if about and not PRONOUN.fullmatch(about):
        slots["what"] = words_slot(about, text)
    return Understood(intent=intent, slots=slots)
