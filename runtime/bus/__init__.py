"""The bus: wake-ups, presence, telemetry and news of events between employees, supervisor and whoever watches.

It never carries the only copy of anything. `wake` says no more than "look into your inbox", and the inbox is a table;
`events` says how far an employee's tables have grown, and what happened is read there. So a bus that loses a message,
or is gone for an hour, loses nothing: whoever hears that there was a gap looks into the tables.

    contract    what a bus does, topics, and what a queue does when it is full
    backlog     the queue of one subscriber
    local       in one process: the supervisor's own
    hub         the supervisor's socket, `home/bus.sock`
    client      an employee's end of that socket
    mqtt        the same by way of a broker
    groups      readers that share the events between them, durably
    events      the events themselves, read from the tables by offset
"""
