"""What can be asked of an assistant in a mail, as its reader tells it apart."""

from dataclasses import dataclass
from enum import StrEnum

from empla.mind.codec import registered


class Intent(StrEnum):
    """What a mail is about; its slots are listed in the package's docstring."""

    SCHEDULE = "schedule"  # arrange a meeting
    CHOOSE = "choose"  # take one of the options that were offered
    FREE = "free"  # is somebody free
    AGENDA = "agenda"  # what is on
    CANCEL = "cancel"  # call a meeting off
    MOVE = "move"  # put a meeting at another time
    HELP = "help"  # what can you do
    THANKS = "thanks"  # needs no answer
    YES = "yes"  # agrees to what was asked
    NO = "no"  # does not
    ANSWER = "answer"  # a fragment that fills slots of a question that is open
    CHANGE = "change"  # another length, place, title or other people for a meeting that stands
    SWAP = "swap"  # let two meetings change places
    RULE = "rule"  # set a standing rule
    RULES = "rules"  # list the standing rules
    DROP_RULE = "drop-rule"  # drop one of them
    PREFER = "prefer"  # how something is to be done, always: how somebody is called, how long mails are
    PREFERENCES = "preferences"  # list these
    DROP_PREFERENCE = "drop-preference"  # drop one of them
    RESPOND = "respond"  # accept or decline an invitation that waits
    ERRAND = "errand"  # get something from somebody by some time
    REMIND = "remind"  # remind the writer of something at some time
    CHASE = "chase"  # ask somebody again who has not answered by some time
    SEQUENCE = "sequence"  # several mails, each sent only if the one before had no answer
    STATUS = "status"  # what are you working on, what became of something
    TRIAGE = "triage"  # that mail was important, or was not
    BRIEF = "brief"  # the morning's brief: now, at another hour, not at all
    ASK = "ask"  # what is remembered of somebody or something
    REMEMBER = "remember"  # that something is so
    SEVERAL = "several"  # more than one request
    INVITATION = "invitation"  # iTIP REQUEST, CANCEL and others
    INVITATION_REPLY = "invitation-reply"  # iTIP REPLY
    OTHER_REQUEST = "other-request"  # asks for something that is not known here
    FOREIGN = "foreign"  # written in another language
    UNKNOWN = "unknown"  # could not be understood


THRESHOLD = 0.7
"""Below this confidence a reading is asked about before anything is done."""

SENTENCES = (
    "Book half an hour with Bob next Tuesday afternoon.",
    "Set up an hour with Bob and Carla this week, not Friday, about the budget.",
    "Am I free on Thursday?",
    "What does my week look like?",
    "Move my meeting with Bob to Wednesday at 10.",
    "Cancel the meeting with Carla on Friday.",
    "The second one works.",
    "What can you do?",
)
"""Sentences that are certainly understood: for the introduction, and as the nearest sentence that is known."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Words that may mean two things, and the one question that settles it."""

    words: str
    question: str
