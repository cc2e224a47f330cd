"""Backing a home up while it runs, and restoring it.

    backup     cut: all databases are held for an instant, in which a view of each is opened   (cutting.py)
               archive: views, calendars and files are written into one file, with digests    (archive.py)
    restore    the archive is checked whole, unpacked beside the home, and takes its place    (restoring.py)

The cut is what makes a restored company exactly-once: its minds and its office are as a loss of power at that instant
would have left them all, so a mail that the office had taken is known to be taken, and one that it had not is sent.

The key to stored passwords (`secret.key`) is left out unless it is asked for: whoever finds a backup can then read
mail, but sign in nowhere. Without it nobody else can either: keep a copy of it elsewhere.
"""
