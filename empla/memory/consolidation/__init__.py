"""Consolidation: what is made of experience while nothing else is to do.

    reading       facts, relations and preferences out of new episodes (rules; a reader with a model fits in their
    place) summarising   a thread that has been quiet for a day becomes a summary that rests on its turns merging
    what says the same stands once fading        what nobody used for long is recalled no more, and can be brought back
    retiring      what the company's settings have forgotten, and caps

`due.consolidate_if_due` does a piece of some milliseconds in each transaction. Everything that it changes is kept with
what was before (`changes`) and can be put back (`undoing`). Every number stands in `rates`.
"""
