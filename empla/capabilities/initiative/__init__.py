"""What an employee does unasked: what every employee knows, whatever its role.

| when | what |
|---|---|
| something was found (`look-ahead`) | it is weighed: told in the next brief, seen to, or only kept in mind |
| `daily-priorities` | goals are weighed anew by deadlines, risk and promises |
| `weekly-planning` | what the week holds, and strategies that it is time to think over |
| `weekly-reflection` | what came of promises is learned, and what went badly is noted |
| `monthly-goals` | goals that have not moved are marked, and asked about once |

Nobody is written to for its own sake: what is worth telling is a `remark`, which the next brief names once; one that
nobody has told within a week is let go. No model is asked.
"""
