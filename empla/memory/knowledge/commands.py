"""Facts that people tell, correct and edit: what `command:memory` does to knowledge, each undone by `undo`.

Fields of the percept, besides `do`; all texts, but `at` and the times, which are instants:

    add       subject, predicate, object, and perhaps kind (of the subject: person, company, topic, ...), by, source
              (a Source), visibility (a name), valid_from, valid_to, rests_on (ids), key
    correct   fact ("f7") or subject and predicate (of which the one that counts is meant), object ("": it is just
              wrong), by, why, source, rests_on
    edit      memory ("f7") and what shall be otherwise: object, valid_from, valid_to, visibility (a name), confidence;
              or memory ("n3") and name, address or phone to add, `same_as` or `different_from` ("n5"); by, why

A subject is "n3", an address or a name. The old fact is closed with the reason, the new one says which it replaces;
each writes a row of `consolidation`: who, when, and before and after as JSON.
"""
