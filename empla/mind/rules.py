"""Standing rules in the mind: how they are held, and how a person's command about them arrives."""

RULE = "rule"
"""Functor of the rules that are held: (number, StandingRule)."""
RULE_DROPPED = "rule-dropped"
"""Functor of the rules that were: (number, StandingRule, why). A number is never used again."""
RULES_COMMAND = "rules-command"
"""Kind of the percept of a command about rules; fields `rule` (StandingRule, to be set), `drop` (numbers), `by`."""
