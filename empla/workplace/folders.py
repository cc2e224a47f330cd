"""The folders of a mailbox: their names as people see them, and which of them is for what.

Servers mark some folders by their use (RFC 6154); others are known by the names that mail clients give them, in many
languages and below a prefix ("INBOX.Sent"). On the wire names are in modified UTF-7 (RFC 3501, 5.1.3).
"""

import base64
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from empla.workplace.imap import ImapSession
from empla.workplace.imap_wire import Response

_ENCODED = re.compile(rb"&([^-]*)-")
_PLAIN_RUN = re.compile(r"[\x20-\x7e]+|[^\x20-\x7e]+")
_NOT_THERE = frozenset({b"\\noselect", b"\\nonexistent"})


class Use(Enum):
    """What a folder is for: how servers mark it, and what clients call it."""

    SENT = b"\\sent"
    DRAFTS = b"\\drafts"


_USUAL = {
    Use.SENT: (
        *("Sent", "Sent Items", "Sent Messages", "Sent Mail", "Sent Mails", "Sent Objects"),
        *("Gesendet", "Gesendete Objekte", "Gesendete Elemente", "Gesendete Nachrichten"),
        *("Éléments envoyés", "Envoyés", "Messages envoyés", "Objets envoyés"),
        *("Enviados", "Elementos enviados", "Mensajes enviados", "Enviadas", "Itens enviados", "Mensagens enviadas"),
        *("Posta inviata", "Inviata", "Inviati", "Messaggi inviati", "Verzonden", "Verzonden items"),
        *("Skickat", "Skickade", "Skickade objekt", "Sendt", "Sendte", "Sendte elementer", "Sendt post"),
        *("Lähetetyt", "Wysłane", "Elementy wysłane", "Odeslané", "Odeslaná pošta", "Odoslané", "Elküldött"),
        *("Elküldött elemek", "Trimise", "Gönderilmiş", "Gönderilmiş Öğeler", "Gönderilenler", "Απεσταλμένα"),
        *("Отправленные", "Надіслані", "Изпратени", "Poslano", "送信済み", "送信済みアイテム", "已发送", "已发送邮件"),
        *("寄件備份", "보낸편지함", "보낸 편지함"),
    ),
    Use.DRAFTS: (
        *("Drafts", "Draft", "Entwürfe", "Brouillons", "Borradores", "Rascunhos", "Bozze", "Concepten", "Utkast"),
        *("Kladder", "Luonnokset", "Robocze", "Wersje robocze", "Kopie robocze", "Koncepty", "Rozepsané"),
        *(
            "Piszkozatok",
            "Schițe",
            "Taslaklar",
            "Πρόχειρα",
            "Черновики",
            "Чернетки",
            "Чернови",
            "下書き",
            "草稿",
            "草稿箱",
        ),
        *("임시 보관함", "임시보관함"),
    ),
}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server lists it: its name on the wire, what separates levels in it, and how it is marked."""

    name: bytes
    separator: str = ""
    marks: frozenset[bytes] = frozenset()

    @property
    def shown(self) -> str:
        """The name as people read it."""
        return decoded(self.name)

    @property
    def last(self) -> str:
        """The last level of the name, to be compared: case and composition do not count."""
        last = self.shown.rpartition(self.separator)[2] if self.separator else self.shown
        return _comparable(last)


async def listed(session: ImapSession) -> list[Folder]:
    """Return the folders that can be opened; Refused if the server does not list them."""
    extended = {b"LIST-EXTENDED", b"SPECIAL-USE"} <= session.capabilities  # these mark folders only if asked to
    answers = await session.command(b'LIST "" "*"' + (b" RETURN (SPECIAL-USE)" if extended else b""))
    found = [folder for answer in answers if (folder := _folder(answer)) is not None]
    return [folder for folder in found if not folder.marks & _NOT_THERE]


def used_for(folders: Iterable[Folder], use: Use) -> Folder | None:
    """Return the folder for this use: the one marked so, else the first by a usual name; None if there is none."""
    folders = list(folders)
    marked = next((folder for folder in folders if use.value in folder.marks), None)
    if marked is not None:
        return marked
    by_name = {folder.last: folder for folder in reversed(folders)}
    return next((by_name[name] for usual in _USUAL[use] if (name := _comparable(usual)) in by_name), None)


def named(folders: Iterable[Folder], name: str) -> Folder | None:
    """Return the folder that a person names, by its whole name as it is shown or as it is on the wire."""
    wanted = _comparable(name)
    return next((f for f in folders if wanted in (_comparable(f.shown), _comparable(f.name.decode("latin-1")))), None)


def on_wire(name: str) -> bytes:
    """Return a folder's name as it is sent; a name in ASCII is taken to be so already, as servers list it."""
    return name.encode() if name.isascii() else encoded(name)


def encoded(name: str) -> bytes:
    """Return a name in modified UTF-7."""
    parts = []
    for run in _PLAIN_RUN.findall(name):
        if run.isascii() and run.isprintable():
            parts.append(run.replace("&", "&-").encode())
        else:
            parts.append(b"&" + base64.b64encode(run.encode("utf-16-be"), b"+,").rstrip(b"=") + b"-")
    return b"".join(parts)


def decoded(name: bytes) -> str:
    """Return a name that is in modified UTF-7; what is not stays as it is."""
    return _ENCODED.sub(_decoded_run, name).decode("utf-8", "replace")


def _decoded_run(match: re.Match[bytes]) -> bytes:
    run = match[1]
    if not run:
        return b"&"
    try:
        return base64.b64decode(run + b"=" * (-len(run) % 4), b"+,", validate=True).decode("utf-16-be").encode()
    except (ValueError, UnicodeError):
        return match[0]


def _comparable(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _folder(response: Response) -> Folder | None:
    if response.words()[:1] != [b"LIST"]:
        return None
    match response.tokens():
        case [_, list() as marks, separator, bytes() as name, *_]:
            shown = separator.decode("latin-1") if isinstance(separator, bytes) else ""
            return Folder(name, shown, frozenset(mark.lower() for mark in marks if isinstance(mark, bytes)))
    return None
