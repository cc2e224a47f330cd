"""Short forms of first names, and the formal ones that they may stand for: common English and German usage."""

from collections.abc import Mapping
from typing import Final

_GROUPS: Final = """
    abigail: abby, gail            albert: al, bert               alexander: alex, al, sascha, xander
    alexandra: alex, sandra, sasha alfred: alf, fred              amanda: mandy
    andrew: andy, drew             andreas: andi, andy            angela: angie
    ann: annie, nan                anthony: tony                  arthur: art
    barbara: barb, babs            benjamin: ben, benny           bernard: bernie
    bradley: brad                  catherine: cathy, cath, kate, katie, cat
    charles: charlie, chuck        christian: chris               christina: chris, tina, christy
    christine: chris, chrissy      christopher: chris, kit        clifford: cliff
    cynthia: cindy                 daniel: dan, danny             david: dave, davey
    deborah: deb, debbie           donald: don, donny             dorothy: dot, dottie
    douglas: doug                  edward: ed, eddie, ted, ned    eleanor: ellie, nell, nora
    elizabeth: liz, lizzie, beth, betty, eliza, lisa, libby       emily: em, emmy
    eugene: gene                   florence: flo                  frances: fran, frankie
    francis: frank                 franklin: frank                frederick: fred, freddie
    friedrich: fritz               gabriel: gabe                  gerald: gerry, jerry
    gregory: greg                  harold: harry, hal             heinrich: heinz, heiner
    helen: nell                    henry: harry, hank, hal        isabella: bella, izzy
    jacob: jake                    jacqueline: jackie             james: jim, jimmy, jamie
    janet: jan                     jeffrey: jeff                  jennifer: jen, jenny
    jessica: jess, jessie          johannes: hannes, hans         john: jack, johnny, jon
    jonathan: jon, jonny           joseph: joe, joey              joshua: josh
    judith: judy                   julia: jules                   katharina: kathi, kati, katja
    katherine: kate, kathy, katie, kat, kit                       kenneth: ken, kenny
    kimberly: kim                  lawrence: larry                leonard: leo, len, lenny
    lillian: lily                  louis: lou                     madeleine: maddie
    manfred: manni                 margaret: maggie, meg, peggy, greta
    maria: mia                     marjorie: marge                martin: marty
    matthew: matt                  matthias: matze                maximilian: max
    maxwell: max                   melissa: mel, missy            michael: mike, mick, mickey, micha
    mildred: millie                mitchell: mitch                nancy: nan
    natalie: nat                   nathan: nate                   nathaniel: nate, nat
    nicholas: nick, nicky          nicole: nicky, nikki           nikolaus: klaus, niko
    oliver: ollie                  pamela: pam                    patricia: pat, patty, tricia
    patrick: pat, paddy            peter: pete                    philip: phil
    rachel: rae                    raymond: ray                   rebecca: becky, becca
    richard: rick, rich, dick, ricky                              robert: bob, bobby, rob, robbie, bert
    roger: rodge                   ronald: ron, ronnie            rosemary: rosie
    rudolf: rudi                   russell: russ                  samantha: sam
    samuel: sam, sammy             sandra: sandy                  sebastian: seb, basti
    sharon: shari                  sophia: sophie                 stanley: stan
    stephanie: steph, steffi       stephen: steve                 steven: steve
    susan: sue, susie              susanne: susi                  suzanne: sue, suzy
    teresa: terry, tess            terence: terry                 theodore: ted, teddy, theo
    theresa: tess, resi            thomas: tom, tommy             timothy: tim, timmy
    ulrich: uli                    valerie: val                   victor: vic
    victoria: vicky, tori          vincent: vince, vinny          virginia: ginny
    walter: walt, wally            william: will, bill, billy, willy, liam
    winifred: winnie               wolfgang: wolf                 zachary: zach
"""


def _short() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for short, names in FORMAL.items():
        for name in names:
            found.setdefault(name, {name}).add(short)
    return {name: frozenset(shorts) for name, shorts in found.items()}


def _formal() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    name = ""
    for word in _GROUPS.replace(",", " ").split():
        if word.endswith(":"):
            name = word[:-1]
            found.setdefault(name, set()).add(name)
        else:
            found.setdefault(word, {word}).add(name)
    return {short: frozenset(names) for short, names in found.items()}


FORMAL: Final[Mapping[str, frozenset[str]]] = _formal()
"""By first name, short or formal, the formal names it may stand for, and itself."""
SHORT: Final[Mapping[str, frozenset[str]]] = _short()
"""By formal first name its short forms, and itself."""
