"""What analysis knows of English: forms that follow no rule, words that say nothing, and endings."""

from typing import Final

_FORMS: Final = """
am is are was were been being: be
has had having: have
does did done doing: do
goes went gone going: go
gets got gotten: get
made: make
took taken: take
came: come
saw seen: see
knew known: know
thought: think
gave given: give
found: find
told: tell
became: become
left: leave
felt: feel
brought: bring
began begun: begin
kept: keep
held: hold
wrote written: write
stood: stand
heard: hear
meant: mean
met: meet
ran: run
paid: pay
sat: sit
spoke spoken: speak
led: lead
grew grown: grow
lost: lose
fell fallen: fall
sent: send
built: build
understood: understand
drew drawn: draw
broke broken: break
spent: spend
rose risen: rise
drove driven: drive
bought: buy
wore worn: wear
chose chosen: choose
ate eaten: eat
drank drunk: drink
sang sung: sing
swam swum: swim
rode ridden: ride
won: win
taught: teach
caught: catch
sold: sell
slept: sleep
flew flown: fly
forgot forgotten: forget
threw thrown: throw
fought: fight
sought: seek
shown: show
lit: light
bitten: bite
hid hidden: hide
stole stolen: steal
shook shaken: shake
woke woken: wake
dug: dig
hung: hang
stuck: stick
struck: strike
blew blown: blow
froze frozen: freeze
dealt: deal
lent: lend
said: say
bent: bend
fed: feed
shot: shoot
shone: shine
sank sunk: sink
sprang sprung: spring
swore sworn: swear
tore torn: tear
arose arisen: arise
bound: bind
fled: flee
forgave forgiven: forgive
laid: lay
lain: lie
mistook mistaken: mistake
overcame: overcome
proven: prove
rang rung: ring
swept: sweep
swung: swing
underwent: undergo
withdrew withdrawn: withdraw
children kid kids: child
men: man
women: woman
people: person
feet: foot
teeth: tooth
lives: life
halves: half
leaves: leaf
better best: good
worse worst: bad
dying died: die
tying tied: tie
photos photograph photographs pic pics: photo
mom moms mum: mother
dad dads: father
"""

IRREGULAR: Final = {
    form: base.strip()
    for forms, _, base in (line.partition(":") for line in _FORMS.split("\n"))
    for form in forms.split()
}
"""Forms that follow no rule, and words that are used for one another, by what they are a form of."""

STOP: Final = frozenset(
    """a an the and or but if of at by for with about into to from in on out up down over then there here when where why
    how what who whom which whose is be have do i me my mine myself you your yours our us we they them their he him his
    she her it its this that these those am so than too very can could will would shall should may might must just not
    no nor as some any all both each more most other own same s t d ll m re ve don didn doesn isn aren wasn weren hasn
    haven hadn won wouldn couldn shouldn ain does did get also ever""".split()  # noqa: SIM905
)
"""Words that say nothing of what a text is about."""

SUFFIXES: Final = tuple(
    """ization isation fulness ousness iveness ational ation ition ement ingly ment ness ance ence able ible
    ship hood ical ious ist ism ful ous ive ant ent ion ity ize ise ary ery ial al er or ic ly ty y i""".split()  # noqa: SIM905
)
"""Endings that make one word of another, the longer first."""
