"""Adapters to real accounts: mail by IMAP and SMTP, calendars by CalDAV, the directory, and kept bytes.

They speak the standards and know no particular server, the office included; `place.connect` puts them together.
"""
