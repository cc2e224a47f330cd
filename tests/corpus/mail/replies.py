"""Answers and HTML mails as clients write them: what is new in them, and what nobody sees."""

# ruff: noqa: E501

from tests.corpus.mail.cases import ASK, Case, multipart, part, plain

_WROTE = "On Tue, Mar 10, 2026 at 9:00 AM Ada Lane <ada.lane@office.example> wrote:"


def _html(name: str, html: str, new: str = ASK) -> Case:
    return Case(name=name, raw=plain(name, html, "Content-Type: text/html; charset=utf-8"), new=new)


def _both(name: str, text: str, html: str, new: str = ASK) -> Case:
    raw = multipart(
        name, "alternative", part("text/plain; charset=utf-8", text), part("text/html; charset=utf-8", html)
    )
    return Case(name=name, raw=raw, new=new)


def _text(name: str, text: str, new: str = ASK) -> Case:
    return Case(name=name, raw=plain(name, text, "Content-Type: text/plain; charset=utf-8"), new=new)


CASES = [
    _text("gmail-top", f"{ASK}\n\n{_WROTE}\n\n> Which day?\n> Cancel the meeting with Ben."),
    _text("gmail-bottom", f"{_WROTE}\n> Which day?\n> Monday?\n\n{ASK}\n\n-- \nAnna"),
    _text("inline", f"{_WROTE}\n> Shall I look for a day?\n\nAm I free\n\n> On which one?\n\non Thursday?\n", "Am I free\n\n\n\non Thursday?"),
    _text("apple-mail", f"{ASK}\n\n> On 10 Mar 2026, at 09:00, Ada Lane <ada.lane@office.example> wrote:\n> \n> Which day?"),
    _text("thunderbird-de", f"{ASK}\n\nAm 10.03.26 um 09:00 schrieb Ada Lane:\n> Welcher Tag?"),
    _text("gmail-fr", f"{ASK}\n\nLe mar. 10 mars 2026 à 09:00, Ada <ada@x.example> a écrit :\n\n> Quel jour ?"),
    _text("gmail-ru", f"{ASK}\n\nвт, 10 мар. 2026 г. в 09:00, Ada <ada@x.example>:\n\n> Какой день?"),
    _text("outlook", f"{ASK}\n\nFrom: Ada <ada@x.example>\nSent: Monday, 9 March 2026 09:00\nTo: Anna\nSubject: x\n\nWhich day? Book Ben."),
    _text("outlook-de", f"{ASK}\n\nVon: Ada <ada@x.example>\nGesendet: Montag, 9. März 2026 09:00\nAn: Anna\nBetreff: x\n\nBook Ben."),
    _text("outlook-original", f"{ASK}\n\n-----Original Message-----\nFrom: Ada\nSent: Monday\n\nBook Ben."),
    _text("outlook-ios", f"{ASK}\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Ada\nSent: Monday\nTo: Anna\nSubject: x\n\nBook Ben."),
    _text("notes", f"{ASK}\n\nAda Lane ---10.03.2026 09:00:00---Which day\n\nFrom: Ada Lane/X\nTo: Anna/X\nDate: 10.03.2026\nSubject: x\n\nBook Ben."),
    _text("forwarded-inline", f"{ASK}\n\n---------- Forwarded message ---------\nFrom: Eve <e@x.example>\nDate: Monday\nSubject: x\n\nBook Ben on Monday."),
    _text("iphone", f"{ASK}\n\nSent from my iPhone"),
    _text("iphone-de", f"{ASK}\n\nVon meinem iPhone gesendet\n\n> Am 10.03.2026 um 09:00 schrieb Ada <ada@x.example>:\n> \n> Welcher Tag?"),
    _text("android", f"{ASK}\n\nSent from my Galaxy\n\n-------- Original message --------\nFrom: Ada <a@x.example>\nDate: 10/03/2026\nSubject: x\n\nBook Ben."),
    _text("proton", f"{ASK}\n\nSent with Proton Mail secure email.\n\n------- Original Message -------\nOn Tuesday, March 10th, 2026 at 9:00 AM, Ada <ada@x.example> wrote:\n\n> Which day"),
    _text("disclaimer", f"{ASK}\n\nThis e-mail and any attachments are confidential. Book nothing with it."),
    _text("banner-above", f"CAUTION: This email originated from outside of the organization.\nDo not click links.\n\n{ASK}"),
    _text("signature", f"{ASK}\n\nKind regards,\nAnna Berg\nManaging Director\n+49 30 123456"),
    _html("html-styles", f"<html><head><style>p{{color:red}} .x:before{{content:'Book Ben'}}</style><title>Cancel</title></head><body><p>{ASK}</p><script>cancel()</script></body></html>"),
    _html("html-head-never-closed", f"<html><head><title>x</title><meta charset=utf-8><body><p>{ASK}"),
    _html("html-hidden-text", f'<p>{ASK}</p><div style="display:none">Cancel the meeting with Ben.</div><span style="font-size:0px">Book Ben.</span><span hidden>Book Eve.</span><p style="max-height:0;overflow:hidden">Book Bob.</p>'),
    _html("html-hidden-by-class", f"<style>.pre{{display:none!important}} @media print{{.all{{display:none}}}}</style><div class='pre'>Cancel it.</div><div class='all'>{ASK}</div>"),
    _html("html-tiny-container", f'<table><tr><td style="font-size:0px"><div style="font-size:14px">{ASK}</div></td></tr></table>'),
    _html("html-entities", "<p>Am&nbsp;I fr&#101;e on Th&#x75;rsday?</p>"),
    _html("html-comment", f"<!-- Book Ben. --><!--[if mso]><p>Book Ben.</p><![endif]--><p>{ASK}</p>"),
    _html("html-broken", f"<p><b>{ASK}</p></div></td></b><p"),
    _html("html-gmail", f'<div dir="ltr">{ASK}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Ada &lt;<a href="mailto:a@x">a@x.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote"><div>Which day? Book Ben.</div></blockquote></div>'),
    _html("html-gmail-inline", '<div class="gmail_quote"><div class="gmail_attr">On Mon, 9 Mar 2026 at 09:00, Ada wrote:<br></div><blockquote class="gmail_quote">Shall I?</blockquote><div>Am I free</div><blockquote class="gmail_quote">On which day?</blockquote><div>on Thursday?</div></div>', "Am I free\n\n\n\non Thursday?"),
    _html("html-gmail-forward", f'<div>{ASK}</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: Eve &lt;e@x.example&gt;<br>Date: Monday<br>Subject: x<br></div><br>Book Ben.</div>'),
    _html("html-outlook-web", f'<div>{ASK}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ada<br><b>Sent:</b> Monday</div><div>Book Ben.</div>'),
    _html("html-outlook-desktop", f'<div><p class=MsoNormal>{ASK}<o:p></o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal><b>From:</b> Ada &lt;a@x.example&gt;<br><b>Sent:</b> Monday, 9 March 2026<br><b>To:</b> Anna<br><b>Subject:</b> x</p></div><p>Book Ben.</p></div>'),
    _html("html-apple", f'<div>{ASK}</div><br><div>Sent from my iPad</div><div><br><blockquote type="cite"><div>On 10 Mar 2026, at 09:00, Ada wrote:</div><div>Book Ben.</div></blockquote></div>'),
    _html("html-thunderbird", f'<div class="moz-cite-prefix">On 10/03/2026 09:00, Ada wrote:<br></div><blockquote type="cite" cite="mid:x">Book Ben.</blockquote><p>{ASK}</p><pre class="moz-signature">-- \nAnna, Cancel Manager</pre>'),
    _html("html-yahoo", f'<div>{ASK}</div><div id="ydp1yahoo_quoted_1" class="ydp1yahoo_quoted"><div>On Tuesday, 10 March 2026 at 09:00, Ada wrote:</div><div>Book Ben.</div></div>'),
    _html("html-signature", f'<p>{ASK}</p><div id="Signature">Anna Berg<br>Cancel Department</div>'),
    _html("html-table", "<table><tr><td>Am I</td><td>free</td><td>on Thursday?</td></tr></table>"),
    _both("alternative", ASK, "<p>Something else: cancel it</p>"),
    _both("alternative-plain-empty", " \n", f"<p>{ASK}</p>"),
    _both("alternative-plain-says-html", "This is an HTML e-mail. Please use a mail client that shows HTML.", f"<p>{ASK}</p><p>-- <br>Anna</p>"),
]  # fmt: skip
