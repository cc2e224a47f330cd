"""Tasks that the company assigns, and promises whose time has come: plans that every employee knows, whatever its role.

A task (`empla.mind.tasks`) is taken up as a commitment to whoever assigned it. It is acknowledged with what was
understood and by when, done by the plans for its kind, and reported on when it is over:

| goal | built-in plan |
|---|---|
| `task-memory` | remembers what was said, or tells what is remembered |
| `task-decision` | puts it to the manager as a question with its options, and notes the answer |
| `task-action`, `task-coordination` | has it done by the plans for a mail with these words |
| `task-research` | none: a role or a plug-in brings one, else it is put to the manager |

A plan of a role or of a plug-in for one of these goals goes before the built-in one. Its bindings are `task` (Task) and
`mail`, the words as a `Mail`; what it returns, a sentence or a `TaskResult`, is the result that is reported.
"""
