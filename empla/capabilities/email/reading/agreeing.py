"""Yes, no, thanks and "what can you do?" in more words than the short list of `cues` knows.

A sentence is taken only if it is wholly made of such phrases: "Yes please, that would be lovely", "Leave it as it is",
"Noted with thanks", "Approved, kindly proceed".
"""

import re

from empla.capabilities.email.reading.families import Understood
from empla.capabilities.email.reading.intents import Intent
from empla.capabilities.email.reading.slots import Setting
from empla.mind.readings import Mail

LONGEST = 160
"""Characters of a sentence that is looked at."""

_I = re.IGNORECASE
_NICE = (
    r"(?:great|perfect|good|excellent|super|brilliant|lovely|wonderful|fantastic|nice|awesome|cool|splendid|fine|ideal"
    r"|amazing|ok|okay|alright|all right|marvellous|terrific|superb|smashing|kind|helpful|most welcome|much better)"
)
_VERY = r"(?:(?:very|so|really|just|absolutely|quite|all|totally|perfectly|most|too|entirely|also) )*"
_IT = r"(?:it|that|this|these|those|them|both|all|everything)"
_OURS = r"(?:me|us|my (?:side|end|part)|our (?:side|end|part)|here)"
_SMALL = (
    r"(?:please|pls|plz|kindly|then|ada|for now|at all|indeed|so|and|oh|well|ah|hi|hello|for me|for us|as well|though"
    r"|again|now|right away|asap|today|mate|sir|my friend|from my side|by me|with me|in that case|just|also|really)"
)
"""Words that say nothing of their own."""

_YES = (
    rf"(?:yes|yep|yeah|yup|yea|ya|sure(?: thing)?|ok(?:ay|ie|ey)?|okey|kk?|aye|absolutely|definitely|certainly|of"
    rf" course"
    rf"|gladly|correct|exactly|confirm(?:ed)?(?: from {_OURS})?|(?:that['’]?s |all )settled|i have no objections?(?:"
    rf" whatsoever| at all)?|no problem(?: at all)?|i (?:can )?confirm|agreed|i agree|approved?|i approve|affirmative"
    rf"|perfect"
    rf"|granted|roger(?: that)?|sgtm|lgtm|\+1|👍|👌|✅|very well|spot on|by all means|why not|no objections?(?: from"
    rf" {_OURS})?"
    rf"|you have my (?:ok|okay|blessing|approval|go[- ]ahead|permission|consent)|green light|good idea|great idea"
    rf"|alright"
    rf"|all right|fair enough|as you (?:say|suggest|propose)|exactly (?:so|that)|quite right|that['’]?s (?:it|the one"
    rf"|him"
    rf"|her|them|the plan)"
    rf"|(?:do |please )?(?:proceed|go ahead|carry on)(?: (?:with|and (?:do|book|send|confirm)) {_IT})?|go on(?:"
    rf" then)?|go"
    rf"|go for it|(?:send|fire|book) away|off you go|ship it|(?:please )?(?:do|book|send|confirm|schedule|arrange)"
    rf" {_IT}(?: (?:out|off|in|up))?|do so|please"
    rf" do(?: so)?"
    rf"|let['’]?s (?:do|go with|go for|have|book) {_IT}|make it so|happy (?:with|to do) {_IT}|you may|you can|you"
    rf" should"
    rf"|(?:i['’]?m|i am|we['’]?re|we are) (?:{_VERY})(?:happy|fine|good|ok|okay|on board|in agreement) (?:with {_IT})?"
    rf"|(?:{_IT} |it all )?(?:sounds?|looks?|seems?) {_VERY}{_NICE}(?: (?:to|for|from|with) {_OURS})?"
    rf"|(?:{_IT}|it)(?:['’]?s| is| are| would be| will be|['’]d be) {_VERY}(?:{_NICE}|right|correct|approved|confirmed)"
    rf"(?: (?:to|for|from|with|by|on) {_OURS})?"
    rf"|(?:all )?(?:good|fine|ok|okay|great|perfect)(?: (?:to|for|from|with|by|on) {_OURS})?"
    rf"|(?:(?:{_IT}|it) )?(?:all )?(?:works?|suits?|will do|would work|would suit|will work|would do)(?:"
    rf" {_VERY}(?:well|fine"
    rf"|perfectly|nicely|great))?(?: (?:for )?{_OURS})?(?: {_NICE}(?:ly)?)?"
    rf"|makes sense(?: to {_OURS})?|(?:please |kindly )?do the needful|(?:that['’]?s |just |exactly |precisely )*what"
    rf" i (?:had in mind|meant|wanted|want|need|needed|said|was after|hoped for))"
)
_NO = (
    r"(?:no|nope|nah|negative|no way|never|not (?:now|yet|necessary|needed|required|today|any ?more|at all|this time"
    r"|really"
    r"|for me|interested|just now|at the moment|for now)|absolutely not|certainly not|definitely not|of course not"
    r"|i(?:['’]?m| am) afraid not|i (?:think|guess) not|i don['’]?t think so|better not|rather not|under no"
    r" circumstances"
    r"|(?:that|it) (?:won['’]?t|will not|is not|isn['’]?t) (?:be )?(?:necessary|needed|required)|no (?:need|go|good)"
    r"(?: for (?:it|that|this))?|not a good (?:idea|plan)|(?:please )?refrain(?: from (?:it|that|this|(?:doing"
    r"|sending|booking) (?:so|it|that|this)))?|never ?mind|don['’]?t bother|do not bother|forget (?:about"
    r" )?(?:it|that)"
    rf"|(?:please )?leave {_IT}(?: (?:be|alone|there|as (?:it|they) (?:is|are|stands?|was|were)|as is|unchanged|out))?"
    rf"|(?:please )?keep {_IT} (?:as (?:it|they) (?:is|are|stands?|was|were)|as is|unchanged)"
    r"|(?:better |i['’]d )?leave (?:it|that)|i['’]?d (?:rather|prefer|sooner) (?:not(?: to)?|you (?:didn['’]?t|did"
    r" not)|that you did"
    rf"(?: not|n['’]?t))|(?:please )?(?:don['’]?t|do not)(?: do (?:{_IT}|so)| proceed| send (?:{_IT}|anything)| book"
    rf" (?:{_IT}|anything)| go ahead| change anything)?"
    r"|let['’]?s not(?: do (?:it|that|this))?|hold off(?: on (?:it|that|this))?|(?:i['’]?ll |i will |i shall )?pass"
    r"(?: on (?:it|that|this))?|skip (?:it|that)|drop it|scrap that|abort|stop|refuse[d]?|rejected|declined|denied"
    r"|thanks but no thanks|(?:that|it) does(?:n['’]?t| not) work(?: for me)?|that['’]?s (?:wrong|not right|not it"
    r"|incorrect)|wrong|incorrect|not (?:correct|right|ok|okay|approved|agreed)|disapproved|i (?:disagree|refuse))"
)
_THANKS = (
    rf"(?:(?:many |much |lots of |big |huge |a million |warm )*(?:thanks|thx|tnx|cheers|ta|tanks|ty|tysm)(?: (?:a lot"
    rf"|a lots"
    rf"|a million|a ton|a bunch|so much|very much|muchly|ever so much|again|in advance|indeed|for (?:this|that"
    rf"|everything"
    rf"|all(?: your help| of this)?|(?:your|the) (?:(?:quick|kind|fast|great|prompt|swift) )*(?:help|reply|update|info"
    rf"|information|support|response|reminder|heads[- ]up|work|effort|assistance|confirmation|note)(?: with (?:this"
    rf"|that))?"
    rf"|(?:sorting|arranging|doing|handling|organi[sz]ing|booking|letting me know|taking care of|looking after|fixing"
    rf"|checking|confirming)(?: {_IT}| out| this out| it all)*)|to you(?: too)?))*"
    rf"|thank you(?: (?:so|very|ever so|kindly|much|again|both|all|in advance|for (?:this|that|everything|all your help"
    rf"|(?:your|the) (?:(?:quick|kind|fast|great|prompt|swift) )*(?:help|reply|update|support|response|reminder|work"
    rf"|assistance|confirmation|note)|(?:sorting|arranging|doing|handling|organi[sz]ing|booking|letting me know"
    rf"|taking care"
    rf" of|fixing|checking|confirming)(?: {_IT}| out)*)))*"
    rf"|(?:much|greatly|really|very much|highly|truly) (?:obliged|appreciated)|appreciated|noted(?: with(?: many)?(?:"
    rf" thanks)?)?"
    rf"|(?:i )?(?:really |very much |do )?appreciate (?:it|that|this|your help|the help)|(?:i['’]?m |i am )?(?:most "
    rf"|very |so"
    rf" |really )*grateful|i owe you(?: one)?|you(?:['’]?re| are) (?:a |an )?(?:absolute )?(?:star|legend|gem|lifesaver"
    rf"|treasure|angel|hero|the best|amazing|brilliant|wonderful|fantastic|too kind|very kind)|you rock|legend|good"
    rf" to know"
    rf"|well done|(?:great|good|nice|excellent|fine) (?:job|work|stuff)|nice one|got it|received|understood"
    rf"|acknowledged"
    rf"|(?:that['’]?s |that is |this is |how )?{_VERY}(?:{_NICE})(?: (?:of you|news|job|work))?|no worries|you['’]?re"
    rf" welcome"
    rf"|have a (?:great|good|nice|lovely|wonderful|pleasant) (?:weekend|day|evening|one|week|rest of (?:the|your)"
    rf" (?:day|week))"
    rf"|(?:enjoy|happy) (?:the|your) (?:weekend|day|evening)|(?:see (?:you|ya)|speak|talk|chat|until|till|catch you)"
    rf" (?:then|there|soon|tomorrow|later|next week|(?:on )?(?:mon|tues|wednes|thurs|fri)day)|see you"
    rf"|speak soon|best(?: wishes| regards)?|(?:kind|warm|best) regards|regards|really helpful|very helpful|that"
    rf" helps(?: a lot)?"
    rf"|(?:that was|you were) {_VERY}(?:quick|fast|{_NICE})|what would i do without you|as always|sorted|all sorted"
    rf"|i(?:['’]ll| will) take it from here|no further (?:questions|action)(?: needed)?)"
)
_SEP = r"[\s,.!;:👍🙏😊🙂)–—-]*"


def _made_of(*phrases: str) -> re.Pattern[str]:
    one = "|".join(phrases)
    return re.compile(rf"{_SEP}(?:(?:{one})(?![\w'’]){_SEP})+", _I)


_SAYS_YES, _SAYS_NO = re.compile(rf"(?<![\w'’])(?:{_YES})(?![\w'’])", _I), re.compile(rf"(?<!\w)(?:{_NO})(?!\w)", _I)
_SAYS_THANKS = re.compile(rf"(?<!\w)(?:{_THANKS})(?!\w)", _I)
_ALL_YES = _made_of(_YES, _THANKS, _SMALL)
_ALL_NO = _made_of(
    _NO, _THANKS, _SMALL, r"(?:it|that)(?:['’]?s| is) (?:fine|ok|okay|good)(?: as (?:it )?is)?|sorry|fine|ok"
)
_ALL_THANKS = _made_of(_THANKS, _SMALL)
_GRATEFUL = re.compile(
    r"\b(?:thanks|thx|tnx|cheers|ta|ty|thank|appreciat\w+|obliged|grateful|noted|star|legend|done)\b", _I
)
_EITHER_WAY = re.compile(rf"(?:{_NICE}|{_SMALL}|{_SEP})+", _I)
"""A yes alone, and no more than thanks if thanks follow: the general cues see the whole sentence."""
_ABLE = (
    r"(?:do|able to do|capable of|help (?:me |us )?with|handle|take on|manage|offer|take care of|arrange"
    r"|assist (?:me )?with)"
)
_HELP = re.compile(
    rf"(?:and |so |but |explain |tell me |show me |list |describe |let me know )*"
    rf"(?:what (?:else |all |exactly |other things )*(?:can|could|do|are|would) (?:you|u) (?:be )?(?:also |actually "
    rf"|all )?{_ABLE}"
    rf"(?: for (?:me|us))?(?: exactly| then| actually| at all| besides(?: that| this)?)*"
    rf"|(?:what|which) (?:sorts?|kinds?|types?) of (?:tasks?|things?|requests?|jobs?|work|stuff|help)"
    rf" (?:(?:can|could|may|might|should|do) )?(?:i|we|you)(?: (?:may|can|could|might|should))? (?:give|ask|send|hand"
    rf"|assign"
    rf"|delegate|{_ABLE})(?: (?:to )?you)?(?: (?:for|to do|with))?"
    r"|(?:what (?:are|about)|which are) (?:all )?your (?:features?|skills?|capabilit(?:y|ies)|abilit(?:y|ies)"
    r"|functions?"
    r"|options|limits|limitations|talents|duties|responsibilities|tasks)"
    r"|how (?:can|do|should|may|could) (?:i|we|one) (?:best )?(?:use|work with|make use of|get the most out of|talk to"
    r"|instruct) you|what (?:are you|can you be) (?:good|useful) (?:at|for)|what (?:may|can|should|could|might) (?:i"
    r"|we)"
    r" (?:ask|use|expect)(?: (?:from |of )?you)?(?: (?:for|to do|about))?|help(?: me| please| needed)?|your"
    r" capabilities|(?:is there|do you have|have you got) (?:a |an |any |some )*(?:manual|guide|help|instructions?"
    r"|documentation|user guide|handbook|cheat sheet)(?: (?:for|to|about|on) you(?:rself)?)?)",
    _I,
)


def agreeing(sentence: str, setting: Setting, mail: Mail) -> Understood | None:
    """Return the yes, no or thanks of a sentence that says nothing else, or that it asks for help; else None."""
    bare = sentence.strip(" \t\n.!?")
    if not bare or len(bare) > LONGEST:
        return None
    if _HELP.fullmatch(bare):
        return Understood(intent=Intent.HELP)
    if _EITHER_WAY.fullmatch(bare):
        return None
    thanks = bool(_ALL_THANKS.fullmatch(bare) and _SAYS_THANKS.search(bare))
    if thanks and _GRATEFUL.search(bare):
        return Understood(intent=Intent.THANKS)
    if _ALL_YES.fullmatch(bare) and _SAYS_YES.search(bare):
        return Understood(intent=Intent.YES)
    if thanks:
        return Understood(intent=Intent.THANKS)
    if _ALL_NO.fullmatch(bare) and _SAYS_NO.search(bare):
        return Understood(intent=Intent.NO)
    return None
