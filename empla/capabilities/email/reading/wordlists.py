"""Lists of words that the reader by rules knows; what they are for stands below each."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACT_WORDS = _words("""
    said meant mean
    better best ideal perfect good great fine lovely nice do should three okay ok
    plenty enough sufficient for me us
    choose go i'd instead it's its looks make one ones perfect pick prefer rather say sounds take that's think
    well will
""")
"""What may stand beside a bare answer."""

CHOOSE_WORDS = _words("""
    # 1 1st 2 2nd 3 3rd 4 4th 5 5th 6 a afraid all alternative any are b both c choice choose d date dates
    different do does doesn't don't e f fifth fine first fit fits former fourth go going good great i'd i'll
    ideal is it's last latter like looks matter middle mind most neither no none not nr number one ones option
    options other perfect pick prefer proposal rather say second slot sorry sounds suggest suggestion sure take
    that them therefore these they think thinks third those three three. times two unfortunately up whatever
    whichever won't work works works. would yes you
""")
"""Words of choosing."""

MOVE_WORDS = _words("""
    prepone preponed pre-pone scheduled planned off
    advance advanced back bring brought bump change defer delay earlier forward instead it'll later make move
    moved out postpone postponed pull push pushed put re-book re-schedule rebook reschedule rescheduled
    rescheduling same shift shifted swap switch till today's tomorrow's until
""")
"""Words of moving."""

CANCEL_WORDS = _words("""
    nix ditch dump abandon lose same whatever anything scheduled planned bow back duck bail
    skip both no need needed more
    all anymore appointment attend axe bin called can't cancel canceled cancell cancelled cancle cannot clear
    commitments delete drop entire event every everything happening have it's kill longer make not off remove
    rid scrap scratch strike there's today's tomorrow's un-book unable unbook undo whole wipe won't
""")
"""Words of cancelling."""

AGENDA_WORDS = _words("""
    when's rundown breakdown seeing left looks run down like
    agenda am anything appointment appointments are booked busy call calls coming commitments complete day days
    doing else entire events first full give got happening how is last like list look looking looks lots many
    meetings next on overview packed plan planned planned plans pull quick read remind rest run schedule
    scheduled see shaping share show something summarise summarize summary tell there through today's tomorrow's
    upcoming walk week's what what's whats where who whole
""")
"""Words of asking what is on."""

FREE_WORDS = _words("""
    when's i've empty unbooked which days
    already am anything are aren't availability available booked busy calendar's capacity check clear day doing
    else enough find free gap gaps got if is isn't occupied open opening openings room see show slot slots space
    still tell tied whether wondering
""")
"""Words of asking whether somebody is free."""

ANSWER_WORDS = _words("""
    better ideal perfect good great fine lovely nice
    attendees course i'd instead it's make mean meant of only other people prefer rather say take that's who
""")
"""What may stand beside the slots of an answer."""

ENGLISH = _words("""
    a about above after afternoon again all am an and any are as at be because been book but by can cancel could
    day do does first for free from get give had half has have he help her him his hour how i if in is it its
    just know let like look make me meet meeting minutes month morning move my need next no not of on one or our
    out please put schedule second she should so some still than thank thanks that the their them then there
    these they third this time to today tomorrow up us was we week well were what when where which who will with
    works would yes you your
""")
"""Common English words, by which English is known."""

DAY_NAMES = _words("""
    apr april aug august dec december feb february fri friday jan january jul july jun june mar march mon monday
    nov november oct october saturday sep sept september sunday thu thur thurs thursday tue tues tuesday wed
    wednesday
""")
"""Names of days and months, which are no people."""

NO_NAMES = _words("""
    pm am eod cob tbd tbc asap idk dunno na whatever whichever whoever speak
    jawohl oui si ja nein non genau klar gerne danke merci gracias grazie bitte passt prima ciao tak obrigado
    check look tell show list ask write email remind follow chase anything something nothing anybody somebody nobody
    depends probably presumably hopefully likely unlikely doubtful whatever unsure undecided eventually sometimes
    seriously honestly sadly luckily agreed understood noted received interesting
    hmm hm oh ah uh um eh wow well start starts begin
    1:1 a about above after afternoon again all also am an and any anyone are around as asap at available be
    because because been before best between both breakfast briefly busy but by call can can't cancel cannot
    catch chat coffee come concerning could day days did dinner discuss discussing do does don't drinks during
    each early either else end evening everybody's except find fine first for fourth free from get give go good
    great had half has have he her here him him his hope hour hours how i ideally if important in instead into
    invite is isn't it its just know last late later let like long lunch make may maybe maybe me meet meeting
    mins minute minutes month more morning most move mtg much my myself need new next no noon not now of off
    office ok okay on once one online only only option or other our out over per perhaps person phone please pls
    plz possible possibly preferably put quick quickly re regarding remotely review room same sat schedule
    second see send set sharp she should skype slot so some someone sometime soon sun sync talk tbd teams than
    thank thanks that the their them them then there these they third this those though thx time tmrw to today
    together tomorrow tonight too two unless until up urgent us via video was we week weeks well were what when
    whenever where which while who whole whose why will with without wk won't work works would yes you your zoom
""")
"""Words that are no name, wherever they stand."""

NO_TITLES = _words("""
    one two three four five six several separate both multiple another
    video phone conference zoom teams quick short brief team
    actually after before bring bump call cancel cancelled change clear daily delay delete drop every first from
    join last monthly move next postpone pull push remove reschedule second shift swap today today's tomorrow
    tomorrow's urgent weekly what when where which who
""")
"""Words before the kind of meeting that are no title of it."""

FILLERS = _words("""
    o'clock gap
    hole tops max maximum usual proper properly real nice decent bit soonish urgently grateful sincerely faithfully
    truly chance chances something anything overdue due latest moment spot pop stick throw chuck jot come came coming
    front sort pencil
    scheduling booking arranging organising organizing finding give giving spare
    what's reserve request carve coordinate jump hop squeeze pencil fit ideal better diary
    something plenty enough sufficient
    1:1 a ability able about add again all also am an and another any anytime are around arrange as asap ask asking at
    attend attendees available back base be been been begin being best best between block book both brief
    briefly but by calendar calendars call can catch chat cheers convenient could create date day days diary did
    do does down duration early early. either enough everybody's everyone's face find fine fix for free
    from get go going gonna good got gotten grab great had happen has have having having he he's head heads
    hello help her here hey hi his hold hope hoping hour hours how i i'd i'll i'm id ideally im in into invite
    is it it's its join just kindly know last lasting least length let let's lets like line long look looking
    love make makes manage may maybe me meet meeting meetings might min mind mins minutes more much must my need
    needed needs new normal now of ok okay on one onto open or organise organize other our out over participants
    pencil people perhaps plan please pls plz possible possible possibly preferably put quick quickly re really
    regular requested required required. run say saying says schedule schedule see send sense set shall she sit
    she's short should should've slot so some sometime somewhere soon sort speak spend squeeze start starting
    starts still suit suitable suits suits sure sync take takes taking talk tentative tentatively thank thanks
    that that's the their them then there there's these they they're think thinking this those thx time time's
    to together too touch try trying until up up. us usual wanna want wants was we we'd we're week well what
    when whenever where wherever whether which who will with wonder wondering work working works would you
    you're your
""")
"""Words of a request that say nothing of their own once the rest has been read."""

SMALL_WORDS = _words("""
    a an and at can could do for i in is it me my of on or please the to with would you your
""")
"""Words that make no two sentences alike."""

REQUEST_WORDS = _words("""
    schedule reschedule meeting meetings appointment calendar cancel cancelled postpone please remind reminder invite
    invitation arrange organise organize available important discuss between conference presentation instead everything
    anything interview
""")
"""Words by which requests are told, in which slips of the pen are mended."""

LIKE_REQUEST_WORDS = _words("""
    meaning melting seating heating greeting invited invites inviting reminded reminds reminders arranged arranges
    cancels scheduled schedules rescheduled discussed discusses pleased pleases pleasing organised organized calendars
    appointments invitations interviews interviewed presentations conferences unavailable unimportant importantly
    postponed postpones appointed importance disgust
""")
"""Words that look like them and are none."""
