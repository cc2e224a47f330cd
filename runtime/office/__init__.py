"""The embedded mail and calendar server: the default workplace.

How to start one in a test (its own process, free ports on loopback, gone at the end of the block):

    from empla.config import Home
    from runtime.office.testing import running_office

    with running_office(Home(tmp_path)) as office:
        address, password = office.add("Anna Example")
        office.imap, office.smtp        # (host, port) each
        office.caldav                   # "http://127.0.0.1:PORT/"
        office.calendar_url(address)    # where her events lie

Accounts and calendar grants are made with `runtime.office.accounts`, whether or not the office runs. A person signs in
to IMAP and SMTP with the full address or with the part before the @, and so to CalDAV.

`python -m runtime.office --home DIR` runs it in the foreground; `runtime.office.process.main` is what the supervisor
starts.
"""
