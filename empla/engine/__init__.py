"""The durable shell around the mind: inbox, cycle runner, outbox, timers, replay."""
