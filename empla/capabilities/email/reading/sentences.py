"""The sentences of a mail, without greeting and vocative, and which of them only are polite."""

import re
from dataclasses import dataclass
from itertools import pairwise

from empla.capabilities.email.reading.listed import items, without_mark

_NOT_AN_END = re.compile(
    r"(?:\b(?:a|p)\.m|\be\.g|\bi\.e|\betc|\bapprox|\b(?:mr|mrs|ms|dr|prof|st|no|nr|vs|min|mins"
    r"|hr|hrs|tel|ext|dept|inc|ltd|co|jr|sr"
    r"|mon|tues?|wed|thurs?|thu|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|(?:^|\s)[A-Z])\.$",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}\.$")
_UNIT_ENDS = re.compile(r"\b(?:mins?|hrs?|a\.m|p\.m)\.$", re.IGNORECASE)
_BULLET = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+(?=\S)")
_END = re.compile(r"[.!?;…]+[)\"'”’]*(?=\s|$)")
_GREETING = re.compile(
    r"\s*(?:[Hh]i+|[Hh]ello|[Hh]ey+|[Hh]iya|[Dd]ear|[Gg]reetings|[Mm]orning(?! of)|[Aa]fternoon(?! of)|[Ee]vening(?!"
    r" of)|[Yy]o"
    r"|[Gg]ood (?:[Mm]orning|[Aa]fternoon|[Ee]vening|[Dd]ay))\b(?: (?:there|again|all|team|both|everyone|folks)\b)?"
    r"(?:,? (?!(?:Can|Could|Please|Book|Set|I|Am|What|When|Is|Do|Would|Will|Schedule|Find|Cancel"
    r"|Move|Let|Are|How|Need)\b)"
    r"[A-Z][\w.'’-]*){0,3}(?: [a-z][\w'’-]{1,20}(?=\s*[,!:–—]|\s*\n))?\s*(?:[,!.:–—-]+|\n|(?=\s)|$)\s*"
)
_VOCATIVE = re.compile(
    r"\s*(?!(?i:today|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?"
    r"|wed|thu|thurs|fri|sat|sun|next"
    r"|this|yes|no|nope|ok|okay|sorry|thanks|thank|also|then|great|perfect|sure|meetings?|half"
    r"|an|the|lunch|call|january|february"
    r"|march|july|september|october|november|december|one|two|fine|good|unfortunately|actually"
    r"|ideally|however|first|afterwards|later|"
    r"mornings?|afternoons?|anytime|if|when|once|maybe|cool|right|absolutely|definitely|alternatively"
    r"|otherwise|please|pls|add|invite|include|drop|remove|replace|swap|call|ask|tell|remind|with|me|and|not"
    r"|for|in|on|at|about|re)\b)"
    r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?\s*(?:[,:!–—]|\n|-(?= ))\s*"
    r"(?=(?i:new\b|please|pls|plz|can|could|would|will|book|set|schedule|find|arrange|organi[sz]e|move"
    r"|cancel|what|when|am|is|are|do|i|i'd|i'm"
    r"|let's|we|any|is|there|would|quick|put|grab|get|help|reschedule|push|need|have|how|plan"
    r"|invite|block|show|send)\b)",
)
_LABELS = re.compile(
    r"(?:people|who|with|when|time|date|duration|length|topic|subject|about|what|attendees)\s*[:,]", re.IGNORECASE
)
_REST = (
    r"(?:(?!\b(?:please|pls|book|cancel|move|schedule|set up|find|can you|could you|arrange|reschedule"
    r"|invite|but)\b).)*"
)
"""What may follow politeness: anything that asks for nothing."""

_POLITE = re.compile(
    rf"(?:i )?(?:hope (?:you(?:'re| are)|this|all|the|that)\b{_REST}|trust you{_REST}|how(?:'s it going|"
    rf" are you| are things| is it going)\b{_REST}"
    rf"|(?:many |much |lots of )?(?:thanks|thx|tnx|cheers|ta)(?: (?:a lot|a million|so much|again"
    rf"|in advance|for (?:your help|this|that|everything|all{_REST}|the{_REST})|very much|ada|max))*"
    rf"|thank you(?: (?:so much|very much|again|in advance|for {_REST}|kindly))*|much appreciated|(?:i"
    rf"(?:'d)? )?(?:really )?appreciate (?:it|that|your help)"
    rf"|sorry (?:for|about|to) {_REST}|apologies {_REST}|have a (?:great|good|nice|lovely){_REST}"
    rf"|happy (?:monday|friday|new year){_REST}"
    rf"|(?:please )?(?:let me know|confirm|lmk)(?!.*\b(?:if|whether|when) (?!you\b|that\b|this\b|it\b).*\b(?:free"
    rf"|available|busy)\b)(?: (?:if|when|what|once|whether|please|how|which"
    rf"|asap)\b{_REST})?|(?:just )?(?:let|tell) me (?:know)?{_REST}(?:works?|done|booked)"
    rf"|(?:does|would|will) that work(?: for you)?|is that (?:ok|okay|possible|doable|feasible)"
    rf"|ok(?:ay)? for you|yours (?:sincerely|faithfully|truly|ever)(?:,? [A-Z]\w+){{0,3}}"
    rf"|(?:would|will|could|can) you\??|if you (?:would|could|please|don't mind|wouldn't mind)"
    rf"|(?:please )?(?:book|schedule|arrange|put) (?:it|that|this|them|these)(?: up| in)?"
    rf"(?: (?:please|for me|for us|then|if (?:so|yes|possible|it (?:does|works)|that works|(?:they|he|she) (?:is|are"
    rf"|can))))*"
    rf"|(?:can|could|would|will) you (?:please )?(?:book|schedule|arrange|set(?: up)?) (?:it|that|this)"
    rf"(?: up)?(?: for (?:me|us))?(?: please)?"
    rf"|(?:can|could) you (?:do|manage|arrange|sort|handle|help with) (?:that"
    rf"|this|it)(?: for me)?(?: please)?"
    rf"|(?:it's |it is |this is )?(?:quite |rather |very |a bit |fairly |pretty )?urgent|no (?:rush|hurry"
    rf"|worries|pressure)(?: though| at all| on this| here)*|take your time|much obliged|sent from my .*"
    rf"|i owe you(?: one)?|you're (?:a star|the best|a lifesaver)|(?:please )?let me know if (?:there(?:'s| is"
    rf"| are)|you have|anything|that)\b{_REST}"
    rf"|not urgent|if (?:possible|you can|you could)|whenever you (?:can|have time){_REST}|please|pls"
    rf"|(?:cheers|best|thanks|thx|ta|br|rgds|regards|yours),? [A-Z]\.?|[A-Z]\.|cheers|best|(?:(?:best|kind"
    rf"|warm|many) )*(?:regards|wishes|thanks|cheers)(?:,? [A-Z]\w+){{0,2}}"
    rf"|looking forward{_REST}|nice to meet you|welcome{_REST}|(?:hi|hello|hey)(?: there)?|as (?:discussed"
    rf"|agreed|usual){_REST}|see (?:below|above)|fyi|please and thank you|would be great|that would"
    rf" be (?:great|good|lovely|helpful|perfect|fantastic)"
    rf"|(?:i )?(?:hope|trust) (?:so|all is well|you{_REST})|all good here|hope (?:you )?(?:had|have|having) {_REST})",
    re.IGNORECASE,
)
_THANKS = re.compile(r"\b(?:thanks|thank you|thx|tnx|cheers|ta|appreciated?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its words and where it stands in the text."""

    text: str
    start: int
    end: int

    @property
    def polite(self) -> bool:
        """Whether it says nothing but politeness."""
        return bool(_POLITE.fullmatch(self.text.strip(" \n\t.,!?;…)")))

    @property
    def thanks(self) -> bool:
        """Whether it thanks."""
        return self.polite and bool(_THANKS.search(self.text))

    @property
    def question(self) -> bool:
        """Whether it ends with a question mark."""
        return self.text.rstrip(" )\"'”’").endswith("?")


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of `text`, greeting and vocative left out. Lines that only wrap are one sentence."""
    found: list[Sentence] = []
    start = _greeting_ends(text)
    for first, last in _paragraphs(text, start):
        begin = first
        for match in _END.finditer(text, first, last):
            before = text[max(first, match.start() - 8) : match.start() + 1]
            unit = _UNIT_ENDS.search(before) and text[match.end() : match.end() + 2].strip()[:1].isupper()
            dated = _DATED.search(before) and text[match.end() : match.end() + 2].strip()[:1].islower()
            if match.end() < last and (dated or (_NOT_AN_END.search(before) and not unit)):
                continue
            found += _clauses(text, begin, match.end())
            begin = match.end()
        found += _clauses(text, begin, last)
    return found


_ASKS_MORE = (
    r"(?:please |pls |kindly |can you |could you |would you )?(?:also |please |actually |just )?"
    r"(?:cancel|move|reschedule|postpone|push|delay|shift|skip|book|schedule|set up|arrange|tell|send|remind"
    r"|let|find|ask|check|order|write"
    r"|email|call off|buy|print|forward|am i|are we|do i|is (?!he|she|it)\w+ (?:free|available)|what's"
    r"|what does|what do|who's free"
    r"|who is free|get (?:me|us|the|my|hold)|fetch|chase|swap|block|show me|list|drop|follow up|put|invite|add"
    r"|make (?:it|that|this|the|my|our|sure)|when(?:'s| is) (?:my|our|the)|never book|always (?:accept|decline|book)"
    r"|keep (?:my|every|all|mon|tue|wed|thu|fri|sat|sun)|decline|accept|pencil|organi[sz]e|plan)\b(?! up\b)"
)
_JOINT = r"(?:and|then|plus|but|also|(?<!if )so)(?: (?:actually|then|also|please|after that|while you're at it,?))*"
_CLAUSE = re.compile(rf"(?:[,;]?\s+{_JOINT}|[,;]|\s[–—-]+(?! make (?:it|that)\b))\s+(?={_ASKS_MORE})", re.IGNORECASE)
_CLAUSE_APART = re.compile(
    rf"(?:,\s+{_JOINT}|,?\s+(?:and|then|plus|but) (?:also|please|then)|\s+(?:and|plus|but)(?= (?:can|could|would) you))"
    rf"\s+(?!(?:follow up|(?:remind|chase|ask) (?:him|her|them|again))\b)(?={_ASKS_MORE})",
    re.IGNORECASE,
)
_TAKES_CLAUSES = re.compile(
    r"(?:(?:and|also|then|please|pls|can you|could you|would you|will you|i'd like you to|i want you to)[\s,]+)*"
    r"(?:remind|ask|tell|inform|write|email|e-mail|message|have|get \w+ to|chase|follow up|let \w+ know"
    r"|contact|mail|ping|nudge|reach out|get in touch|(?:give|allow) \w+ (?:time )?until|wait"
    r"|before (?:accepting|you accept|confirming|saying yes)"
    r"|when(?!'s| is| are| am| do| does| can)|once|as soon as|send|find out|check with)\b",
    re.IGNORECASE,
)
"""What is to be remembered, asked or passed on may hold an "and" of its own; a comma parts the next request from it."""
_CONDITION = re.compile(
    r"(?:and |also |please )*(?:if|unless|in case|should|provided|whenever|every time|any ?time)\b", re.IGNORECASE
)
_PLEASE_TOO = re.compile(
    rf",?\s+(?:and|plus|but) (?:also|please)(?: (?:also|please))*\s+(?={_ASKS_MORE})", re.IGNORECASE
)


def _clauses(text: str, start: int, end: int) -> list[Sentence]:
    """ "Book an hour with Bob and cancel my lunch" asks for two things."""
    found: list[Sentence] = []
    position = start
    while match := _joint(text, start).search(text, position, end):
        words = text[start : match.start()].split()
        short = _NO_MORE.fullmatch(text[start : match.start()].strip()) or _BEGINS.match(text, start)
        if len(words) >= 3 or (words and not short):
            found += _sentence(text, start, match.start())
            start = match.end()
        position = match.end()
    return found + _sentence(text, start, end)


def _joint(text: str, start: int) -> re.Pattern[str]:
    while start < len(text) and text[start].isspace():
        start += 1
    if _CONDITION.match(text, start):
        return _PLEASE_TOO
    return _CLAUSE_APART if _TAKES_CLAUSES.match(text, start) else _CLAUSE


_BEGINS = re.compile(rf"[\s,]*(?:{_ASKS_MORE}|please\b|pls\b|can\b|could\b|would\b|will\b|find\b|get\b)", re.IGNORECASE)
"""A verb and no more is not yet a request: "Book and confirm it"."""
_NO_MORE = re.compile(
    r"(?:(?:also|and|then|plus|but|so|not now|not yet|ok(?:ay)?|yes|yep|yeah|sure|great|perfect|fine|right|well|oh"
    r"|thanks|no"
    r"|hi|hey|sorry"
    r"|actually|finally|first|firstly|second|secondly|lastly|next|one more thing|ps|p\.s\.)[\s,.!:]*)+",
    re.IGNORECASE,
)
"""Words that only lead on to what follows."""

_COUNTED = re.compile(
    r"(?:(?:just |only )?(?:one|two|three|four|five|a few|some|a couple of|several) (?:more |quick |small |other )*"
    r"(?:things?|requests?|questions?|favou?rs?|points|items)(?: (?:for (?:you|today|me)|please|from me))*"
    r"|to-?dos?|for today)\s*[:–—-]\s*",
    re.IGNORECASE,
)


_LEADS_ON = re.compile(
    r"(?:(?:so|listen|look|right|ok(?:ay)?|well|anyway|also|and|hey|hi|btw|by the way|fyi|oh|ah|hm+|now|basically"
    r"|first of all|firstly|secondly|thirdly|fourthly|lastly|finally|last but not least"
    r"|(?:first|second|third|last)(?=, (?:thanks|thank you|please|pls|can|could|book|cancel|move|remind|ask|get))"
    r"|quick (?:one|question|favou?r|thing)|one (?:more |other |last )?(?:thing|question)|another thing|as you know"
    r"|actually|besides|ps|p\.s\.)\s*[,:;–—-]+\s+)+",
    re.IGNORECASE,
)
"""What leads on to a sentence and says nothing in it."""


def _sentence(text: str, start: int, end: int) -> list[Sentence]:
    while start < end and (text[start].isspace() or text[start] in ",;:–—"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    for lead in (_COUNTED, _LEADS_ON):
        if (found := lead.match(text, start, end)) and found.end() < end:
            start = found.end()
    return [Sentence(text[start:end], start, end)] if re.search(r"\w|👍", text[start:end]) else []


def _greeting_ends(text: str) -> int:
    end = 0
    if match := _GREETING.match(text):
        end = match.end()
    if (match := _VOCATIVE.match(text, end)) and not _LABELS.match(text, end):
        end = match.end()
    return end


def _paragraphs(text: str, start: int) -> list[tuple[int, int]]:
    """Return the stretches within which a line break is only a space."""
    found: list[tuple[int, int]] = []
    begin, position = start, start
    while (end := text.find("\n", position)) >= 0:
        line, after = text[text.rfind("\n", 0, end) + 1 : end], text[end + 1 : end + 80]
        wraps = len(line) >= 55 or after[:1].islower()
        if not line.strip() or not after.split("\n", 1)[0].strip() or not wraps or _BULLET.match(after):
            found.append((begin, end))
            begin = end + 1
        position = end + 1
    found.append((begin, len(text)))
    return [
        (_after_bullet(text, a), b) for first, last in found for a, b in _items(text, first, last) if text[a:b].strip()
    ]


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    marks = items(text, start, end)
    edges = [start, *marks, end]
    ends = pairwise(edges)
    return [(without_mark(text, a, b) if a in marks else a, b) for a, b in ends] if marks else [(start, end)]


def _after_bullet(text: str, start: int) -> int:
    match = _BULLET.match(text, start)
    return match.end() if match else start
