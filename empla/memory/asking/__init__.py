"""Asking memory: what a question wants, what was recalled for it, and an answer that cites what it says.

    answer = ask(memory, "When is Acme's renewal?", asker)    # `Answer`: statements, and what they cite
    print(worded(answer, zone))

No model is needed: a question is told apart by rules (`questions`), facts and episodes are asked for (`asker`), and
sentences are made of them (`answering`, `wording`). What is not remembered is said to be not known.
"""
