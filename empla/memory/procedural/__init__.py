"""Procedural memory: how things are done. It lives in the mind, as beliefs, so that plans and the writer obey at once.

Preferences and corrections (`empla.mind.preferences`), standing rules (`empla.mind.rules`) and what was learned of
plans (`empla.mind.learning`) are beliefs like any other: replayed, explained, and undone by a word. Here they are shown
together, as people ask for them.
"""
