"""The kinds of belief that an executive assistant holds, and for how long what no plan lets go of itself.

There are three ends for what does not say one where it is held. What has none here says its own there, is let go by the
plan that holds it, or is a single one; what was said last counts, whoever said it.
"""

from datetime import timedelta

from empla.mind.kinds import SAID_LAST, BeliefKind, Category
from empla.mind.plans import PlanLibrary

MARKED = timedelta(days=7)
"""For a mark of what was done with one mail. No plan asks for it; it is there for a week for whoever looks, as it is
why a mail got no answer, and then the history tells it."""
UNTIL_TAKEN = timedelta(days=90)
"""For what waits for the plan that takes it. That one takes it at once, unless it waits for a person's word just then;
no question stays open that long."""
ONE_MATTER = timedelta(days=400)
"""For what belongs to a meeting or an errand: until that is over, and somebody may still come back to it. People ask
for meetings a year ahead, have them moved, and write of them once more afterwards."""

library = PlanLibrary()


def _declare(category: Category, kinds: dict[str, str], lasts: timedelta | None = None) -> None:
    for functor, says in kinds.items():
        library.declare(BeliefKind(functor=functor, category=category, policy=SAID_LAST, lasts=lasts, says=says))


# marks ---------------------------------------------------------------------------------------------------------------

_declare(
    Category.DOMAIN,
    {
        "wanted": "that a mail wanted a meeting, with whom and how long",
        "declined": "that a mail asked for what it cannot do",
        "thanked": "that a mail was thanks, a nod or a “done”, and wanted no answer",
        "agenda-told": "that a mail asked what is on, and how many entries it was told",
    },
    MARKED,
)

# meetings ------------------------------------------------------------------------------------------------------------

_declare(
    Category.DOMAIN,
    {
        # A proposal of another time, or a wish to have the invitation again, counts only for a meeting that is known.
        "arranged": "a meeting that it has arranged",
        # By it a mail moves or calls off "it", and is known to be no stranger's and no new matter.
        "spoken-of": "which meeting a conversation speaks of",
        # The plan that keeps the meeting asks for these two whenever it wakes, until the meeting begins.
        "moved": "to when a meeting was moved",
        "called-off": "a meeting that was called off",
        # So that the manager hears of it once for each person and meeting.
        "reply-refused": "an answer to an invitation that did not count, of which the manager knows",
        "counter-refused": "a proposal by somebody who is not invited, of which the manager knows",
    },
    ONE_MATTER,
)
library.declare(
    # Of each guest and meeting the last answer counts; what they had answered before it does not stay besides.
    BeliefKind(
        functor="answered",
        category=Category.COLLEAGUES,
        key=(0, 1),
        policy=SAID_LAST,
        lasts=ONE_MATTER,
        says="what somebody has answered to an invitation",
    ),
)
_declare(
    Category.DOMAIN,
    {
        "kept": "a meeting that it keeps until it begins",
        "changed": "how a meeting was before it was changed, to put it back",
        "was-called-off": "how a meeting was that was called off, to book it again",
        "invitation-waiting": "an invitation in the calendar that the manager has not answered",
        "invitation-open": "an invitation that waits for the manager's word",
        "invitation-answered": "what it has answered to an invitation for the manager",
        "attended": "the newest version of an invitation that it has seen",
        "unvouched-invitation": "a question about an invitation for which no server vouches, by day",
    },
)
_declare(
    Category.COLLEAGUES,
    {
        "replied": "an answer to an invitation that is not yet in the calendar",
        "answers-for": "for whom somebody answers invitations",
        "asks-again": "who wants an invitation sent once more",
        "countered": "another time that somebody has proposed",
        "counter-not-taken": "another time proposed for the manager that was not taken",
    },
)

# errands, follow-ups, reminders --------------------------------------------------------------------------------------

_declare(
    Category.DOMAIN,
    {
        # A promise is remembered for 90 days after it is over, and an errand may run for months before that.
        "errand-mail": "which mail it wrote for an errand",
        "errand-thread": "in which conversation with the manager an errand is spoken of",
        "errand-subject": "under which subject it asked somebody",
        "errand-question": "in which mail it put somebody's question to the manager",
        "errand-instead": "in which mail it told whom somebody names in their place",
        "errand-away": "that the manager knows of an absence on an errand",
        "sequence-mail": "which mail it wrote for a follow-up",
        "sequence-away": "that the manager knows of an absence on a follow-up",
    },
    ONE_MATTER,
)
_declare(
    Category.DOMAIN,
    {
        "errand-news": "what has come for an errand",
        "chase-news": "what has come for somebody who is to be asked again",
        "sequence-news": "what has come for a follow-up",
        "reminder-news": "what the manager has said of a reminder",
    },
    UNTIL_TAKEN,
)
_declare(
    Category.DOMAIN,
    {
        "errand-open": "an errand under way",
        "chase": "who is asked again if there is no answer",
        "sequence": "a follow-up under way",
        "reminder-thread": "a reminder that is to come",
        "reminded": "a reminder that has come, to have it once more",
    },
)

# others --------------------------------------------------------------------------------------------------------------

_declare(
    Category.COLLEAGUES,
    {
        "negotiating": "who has asked for a meeting with the manager, which is being sorted out",
        "stranger-said": "what they have written meanwhile",
        "closed-with": "whose request ended without a meeting",
        "looking-for-times": "for whom times are looked for just now",
        "passed-on": "that a mail was passed on to the manager, by day",
    },
)
_declare(Category.TIME, {"asked-about": "that the manager was asked about a request, by day"})

# the manager's word, and its own duties ------------------------------------------------------------------------------

_declare(
    Category.DOMAIN,
    {
        "taught": "what the manager has taught about mails in a conversation",
        "counted": "that a mail showed how much mails like it matter",
        "rule-number": "the highest number that a standing rule has had",
        "preference-number": "the highest number that a preference has had",
        "brief-wanted": "how the manager wants the brief",
        "language-told": "that it has said which language it understands",
        "to-warn": "a mail that means harm, of which the manager is to be warned",
        "warned": "when it has warned the manager of such mails",
        "gathering-warnings": "until when it gathers such mails, to warn of them together",
        "set-aside-told": "when it has told of a mail that it cannot read",
        "set-aside-since": "how many more of these have come since",
    },
)
# As long as its plan holds it, where it is held; where the rule is there already, a month as well.
_declare(Category.DOMAIN, {"rule-spoken-of": "which standing rule a conversation is about"}, timedelta(days=30))
_declare(
    Category.SELF,
    {
        "duty": "a duty that it sees to of its own accord",
        "leaving": "that it leaves, and what becomes of its meetings",
        "handed-over": "what became of a meeting when it left",
    },
)
_declare(
    Category.TIME,
    {
        "absent": "from when to when it was not running",
        "brief-sent": "when it has sent the last brief",
        "brief-missed": "a brief that was due while it was not running",
        "prepared": "that a meeting is prepared for",
    },
)
