"""Mail from outside: SMTP in, Maildirs and IMAP out, and what was given to sendmail."""
import email
import email.policy
import email.utils
import glob
import imaplib
import json
import os
import shutil
import smtplib
import socket
import subprocess
import time
from email.message import EmailMessage

from promises import until

SENT = "/var/log/e2e/desk/sent"


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def message(sender, recipient, subject, text, **headers):
    """A mail as a person's program writes it; In_Reply_To=... becomes In-Reply-To."""
    mail = EmailMessage(policy=email.policy.SMTP.clone(max_line_length=998))
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
    mail["Date"] = email.utils.localtime()
    mail["Message-ID"] = email.utils.make_msgid(domain="customer.test")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def listens():
    """Whether the mail system takes connections."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", 25)) == 0


def submit(mail):
    """Hand a mail to the mail system by SMTP, with the envelope that its header says."""
    with smtplib.SMTP("127.0.0.1", 25, timeout=30) as smtp:
        smtp.send_message(mail)


def hand(sender, recipient, mail):
    """The same with an envelope; the empty sender is null."""
    with smtplib.SMTP("127.0.0.1", 25, timeout=30) as smtp:
        smtp.sendmail(sender, [recipient], bytes(mail))


def deliver(mail):
    """Submit a mail and wait until it, and all it set off, is delivered."""
    submit(mail)
    settle()


def queue():
    """What Postfix holds, one object a mail."""
    listed = subprocess.run(["postqueue", "-j"], capture_output=True, check=True).stdout
    return [json.loads(line) for line in listed.splitlines()]


def outcome():
    """Wait until Postfix has tried all it holds: the reasons why some of it was deferred."""
    def tried():
        # Twice, and the same twice: a listing misses a mail that is taken up again meanwhile.
        first, second = ({mail["queue_id"]: mail for mail in queue()} for _ in range(2))
        tries = [*first.values(), *second.values()]
        return all(mail["queue_name"] == "deferred" for mail in tries) and first.keys() == second.keys() and (first, second)
    held, _ = until("Postfix has tried all mail", tried)
    return [recipient.get("delay_reason", "") for mail in held.values() for recipient in mail["recipients"]]


def file(maildir, mail, owner="desk"):
    """Put a mail in a Maildir as a delivery agent of this account would."""
    path = f"{maildir}/new/{time.time_ns()}.e2e.mx"
    with open(path, "xb") as new:
        new.write(bytes(mail).replace(b"\r\n", b"\n"))
    shutil.chown(path, owner, owner)


def settle():
    """Wait until nothing is in Postfix's queue; what is deferred is tried every few seconds."""
    until("Postfix's queue is empty", lambda: not outcome())


def received(contact):
    """All mail in a contact's Maildir, oldest first, as (bytes, parsed)."""
    paths = glob.glob(f"/srv/mail/{contact}/Maildir/*/*")
    paths = sorted((p for p in paths if "/tmp/" not in p and "/dovecot" not in p), key=os.path.getmtime)
    return [(raw, parse(raw)) for raw in map(read, paths) if raw]


def by_imap(user):
    """All mail in a mailbox as IMAP gives it, line ends as LF."""
    with imaplib.IMAP4("127.0.0.1", 143) as imap:
        imap.login(user, "secret")
        imap.select("INBOX", readonly=True)
        _, found = imap.search(None, "ALL")
        return [imap.fetch(n, "(BODY.PEEK[])")[1][0][1].replace(b"\r\n", b"\n") for n in found[0].split()]


def handed_over():
    """All that sendmail was given so far, oldest first: (arguments, bytes)."""
    paths = sorted(glob.glob(f"{SENT}/*/argv"), key=os.path.getmtime)
    return [(read(p).decode().splitlines(), read(p.removesuffix("argv") + "eml")) for p in paths]


def read(path):
    with open(path, "rb") as file:
        return file.read()
