"""What a meeting is about, and where or over what it is held."""

import re
from dataclasses import dataclass

LONGEST = 200

_QUOTED = re.compile(r"[\"“«]([^\"”»\n]{2,200})[\"”»]")
_CUE = re.compile(
    r"(?<!\w)(?:about(?! (?:\d|an? (?:hour|half)|half|noon))|regarding|concerning|re:|re(?= [A-Za-z])"
    r"|(?:on|around) the (?:topic|subject) of|with the (?:title|subject)|to (?:quickly |briefly"
    r" |further )?(?:discuss|talk about|chat about|speak about"
    r"|go over|go through|run through|review|walk through|talk through|brainstorm|plan|cover|finali[sz]e"
    r"|align on|catch up on|prepare(?: for)?|prep|work on|kick off|debrief)"
    r"|discussing|called|titled|entitled|named|(?:the )?(?:topic|subject|title|agenda)(?: is|:"
    r"| will be| being)|it's about|purpose:)\s+",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?<!\w)(?:with(?= (?:[A-Z]|me\b|us\b|[\w.]+@))|w/|and invite|please|pls|if possible|thanks"
    r"|thank you|preferably|ideally|at your|as soon|asap|so (?:please|can)|could you|can you|before"
    r" (?:the|we|i)\b|, and\b(?= (?:invite|book|add|make))|for (?=(?:an?|half|\d+|one|two)[ -]"
    r"(?:an |hour|half|min)))"
    r"|[\n.!?;()](?=[\s\u00b7]|$)|\u00b7|\s[-–—]\s",
    re.IGNORECASE,
)
_ADJECTIVE_BEFORE = re.compile(
    r"(?:\b(?:the|our|my|your|his|her|their|a|an|this|last|of|for|about|discuss|review|regarding|prepare)\s+)$",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(
    r"['’]s\b|\s+(?!(?:at|in|on|for|with|from|to|by|or|and|after|before|between|please|pls|afternoon"
    r"|morning|evening|if|until|sometime|preferably|ideally|is|works|would|around|week|noon)\b)[A-Za-z]"
)
_NO_PLACE = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|noon|midday|lunch|ten|nine|eight)"
)
_PLACE = re.compile(
    r"(?<!\w)(?:(?:on|via|over|by|through|using)(?: an?| the| a quick)? (?:zoom|(?:ms |microsoft"
    r" )?teams|google meet|skype|phone|webex|slack|video(?: call| conference)?|telephone)\b"
    r"|(?:(?:ms |microsoft )?teams|google meet|webex|skype|zoom)(?= (?:call|meeting|chat|session)s?\b)"
    r"|in (?:conference |meeting )?room [\w-]+|in (?:the |my |our |his |her |their )?(?:big |small"
    r" |main |large |ground floor |board |second floor |first floor )?(?:meeting |conference "
    r"|board)?(?:room|office|canteen|cafeteria|lobby|kitchen|boardroom)(?! hours)"
    r"(?: (?!(?:mon|tue|wed|thu|fri|sat|sun|to(?:day|morrow)))(?:(?-i:[A-Z])|\d)[\w-]*)?\b"
    r"|(?:at|in) (?:the |my |our |his |her |their )(?:office|caf[eé]|coffee shop|restaurant|headquarters"
    r"|hq|site|plant|factory|pub|hotel)\b"
    r"|(?:location|place|venue|where): ?[^.,;!?\n]{2,60}"
    r"|(?:in )?(?:meeting |conference )?room (?-i:[A-Z0-9])[\w-]*"
    rf"|at (?!{_NO_PLACE})(?-i:[A-Z])[\w&-]+(?: (?!{_NO_PLACE})(?-i:[A-Z])[\w&-]+){{0,3}}(?=\s*(?:[,.;!?\u00b7)]|$))"
    r"|face[ -]to[ -]face|in[ -]person|remotely|virtually|online)(?!\w)",
    re.IGNORECASE,
)


_TRAILING = re.compile(
    r"(?:[\s,]+(?:for|on|at|in|and|sometime|some time|any time|maybe|perhaps|say|around|roughly|ideally|preferably"
    r"|possibly|probably|please))+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words and where they stand; `start` and `end` include the words that lead in."""

    words: str
    start: int
    end: int


def place(text: str) -> Phrase | None:
    """Return where the meeting is, as it is said ("on Zoom", "in my office")."""
    match = _PLACE.search(text)
    return Phrase(" ".join(match.group().split()), match.start(), match.end()) if match else None


def topic(text: str, times: list[tuple[int, int]]) -> Phrase | None:
    """Return what it is about. `times` are the words of time and length in `text`, which end a topic.

    They do not where they belong to it: "about the Friday release next week" is about the Friday release.
    """
    quoted = _QUOTED.search(text)
    if quoted:
        lead = re.compile(
            r"(?:(?:about|called|titled|entitled|named|re|regarding|subject|title|topic)\s*:?\s*)$", re.IGNORECASE
        ).search(text[max(0, quoted.start() - 14) : quoted.start()])
        start = quoted.start() - (len(lead.group()) if lead else 0)
        return Phrase(quoted.group(1).strip(" .,"), start, quoted.end())
    cue = _CUE.search(text)
    if cue is None:
        return None
    end = min(len(text), cue.end() + LONGEST)
    stop = _ENDS.search(text, cue.end(), end)
    end = stop.start() if stop else end
    for since, until in times:
        if cue.end() <= since < end and not _belongs(text, cue.end(), since, until):
            end = since
            break
    words = _TRAILING.sub("", text[cue.end() : end].strip(" ,:-\n"))
    words = " ".join(words.split()).strip(" ,:-")
    return (
        Phrase(words, cue.start(), cue.end() + len(text[cue.end() : end].rstrip(" ,:-")))
        if re.search(r"\w", words)
        else None
    )


def _belongs(text: str, start: int, since: int, until: int) -> bool:
    led = (
        re.match(r"(?:the|our|my)\s", text[since:until], re.IGNORECASE)
        or _ADJECTIVE_BEFORE.search(text[max(0, since - 14) : since])
        or since == start
    )
    return bool(led and _NOUN_AFTER.match(text, until))
