"""What a second sentence adds to an errand, a reminder or a chase: "I need it by Thursday.", "Would you tell him?"."""

import re
from dataclasses import replace

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.followups import reports_silence
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.phrases import AT, cut_time
from empla.capabilities.email.reading.plainer import plainer
from empla.capabilities.email.reading.slots import Setting

_I = re.IGNORECASE
_WANTED = re.compile(
    r"^(?:(?:i|we)(?:'d| would|'ll| will)? (?:really |urgently |do )?(?:need|want|must have|have to have|expect"
    r"|would like)"
    r"(?: to have)? (?:it|them|this|that|these|those|the answer|an answer|everything)|(?:it(?:'s| is)|that(?:'s| is)"
    r"|they(?:'re| are)) (?:needed|due|wanted|required|urgent,? i need it)|(?:the )?deadline(?: is|:)?|latest"
    r"|needed|due"
    r"|(?:for|to) (?=(?:tomorrow|today|mon|tue|wed|thu|fri)))\s+(?P<when>\S.*)$",
    _I,
)
_ENOUGH = re.compile(
    r"^(?P<when>\S.{2,40}?) (?:is|would be|will be|will do|would do|works|suits|is early|is soon|is time)"
    r"(?: (?:early|soon|good|fine|ok|okay|great|perfect|best|enough|time))*(?: (?:enough|for me|please))*$",
    _I,
)
_ECHO = re.compile(
    r"^(?:(?:would|could|can|will) you (?:please )?)?(?:please )?(?:tell|ask|let|remind|inform|write(?: to)?|mail"
    r"|chase|nudge|see to"
    r"|take care of|handle|do|arrange|sort(?: out)?) (?:him|her|them|that|this|it)(?: (?:know|that|so|for it"
    r"|for them|for me|out"
    r"|about (?:it|that)))*$",
    _I,
)
_WAITS = re.compile(
    r"^(?:please )?(?:keep an eye (?:out )?(?:on|for)|watch(?: out)? for|look out for|wait for|monitor"
    r"|track) .*\b(?:reply|answer"
    r"|response|reaction)\b",
    _I,
)
_TELLS_MORE = frozenset([Intent.ERRAND, Intent.REMIND, Intent.CHASE, Intent.SEQUENCE])


def echoes(words: str) -> bool:
    """Return whether a request only says again that the one before it is to be seen to: "Would you tell him?"."""
    return _ECHO.match(words.strip(" .?!")) is not None


def waits(words: str) -> bool:
    """Return whether words only ask to look out for an answer, which whoever asks again without one does anyhow."""
    return _WAITS.match(words.strip(" .?!")) is not None


def added(understood: Understood, words: str, setting: Setting) -> Understood | None:
    """Return a request with what another sentence adds to it; None if it does not speak of it."""
    if understood.intent not in _TELLS_MORE or "drop" in understood.slots:
        return None
    plain = plainer(words.strip(" .!?"))
    if echoes(words):
        return understood
    if understood.intent is Intent.CHASE and waits(plain):
        return understood
    if understood.intent in (Intent.CHASE, Intent.ERRAND) and reports_silence(plain):
        return understood
    if understood.intent is Intent.REMIND and "what" in understood.slots:
        told = understood.slots["what"].words.strip(" .!?")
        if told and told == words.replace("’", "'").strip(" .!?"):
            return understood  # what it reminds of was told in that sentence
    name = "due" if understood.intent is Intent.ERRAND else "window"
    wanted = _WANTED.match(plain) if understood.intent is Intent.ERRAND else None
    said = wanted or _ENOUGH.match(plain)
    if said is None or name in understood.slots:
        return None
    cut = cut_time(said["when"], setting, AT)
    if cut.window is None or cut.rest:
        return None
    slot = cut.slot()
    return (
        replace(understood, slots={**understood.slots, name: replace(slot, start=-1, end=-1)}, doubts=())
        if slot
        else None
    )
