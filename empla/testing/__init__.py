"""Public test kit for authors of roles and capabilities.

    bodies      a plan's body driven by hand, step by step
    permits     permits for operations, made by the gate as always
    place       a workplace in memory: directory and kept bytes
    mailbox     a mailbox in memory, and a mail server that misbehaves on request
    calendars   calendars in memory, with conditional writes
    clock       a clock that stands still until it is told to go on

On top of all of them `employee` is a whole employee on a temporary store, with the real engine, gate and mind.
"""
