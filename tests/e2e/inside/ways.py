"""The wirings as the contract sees them: how a mail gets there, what makes them try again, what they
hold meanwhile, and what they know of the envelope."""
import glob
import os
import re
import subprocess

import people
import post

RECIPIENT = "support@example.test"


class Way:
    """A mail system that takes mail by SMTP and has a queue."""
    again_by = held_by = ()
    # What it tells of a mail to support+blue@: recipient and extension.
    knows = ("support+blue@example.test", "blue")
    # What `check --delivery` calls it.
    caller = ""
    # Whether our words reach the sender when a rule refuses a mail.
    bounces = False

    def __init__(self, name):
        self.name = name

    def hand(self, sender, mail):
        """A mail to support+blue@ comes in, with this envelope sender."""
        post.hand(sender, "support+blue@example.test", mail)

    def again(self):
        """Try what failed, now."""
        subprocess.run(self.again_by, check=True, capture_output=True, timeout=60)

    def held(self):
        """How many mails it holds."""
        raise NotImplementedError

    def failed(self, syslog):
        """How many deliveries failed so far, by its own log."""
        with open(self.log) as log:
            return sum(bool(re.search(self.failure, line)) for line in log)


class Postfix(Way):
    log, failure = "/var/log/e2e/postfix.log", "status=(deferred|bounced)"
    again_by = ("postqueue", "-f")

    def held(self):
        # By their ids: a mail may pass from one queue directory to the next while they are listed.
        return len({mail["queue_id"] for mail in post.queue()})


class Pipe(Postfix):
    caller = "Postfix pipe(8)"
    bounces = True


class Local(Postfix):
    """What Postfix local(8) runs, at once or in between."""
    caller = "Postfix local(8)"
    bounces = True


class Procmail(Local):
    caller = "procmail"
    bounces = False
    # procmail empties the environment.
    knows = (None, None)


class Maildrop(Local):
    caller = "maildrop"
    bounces = False


class Exim(Way):
    log, failure = "/var/log/exim4/mainlog", r" (==|\*\*) "
    caller = "Exim"
    again_by = ("exim4", "-qff")

    def held(self):
        # Not what Exim writes to postmaster when it freezes a mail.
        return subprocess.run(["exim4", "-bp"], capture_output=True, check=True).stdout.count(b"support+blue@")


class OpenSmtpd(Way):
    log, failure = "/var/log/e2e/opensmtpd.log", "result=.?(Temp|Perm)Fail"
    caller = "OpenSMTPD"
    again_by = ("smtpctl", "schedule", "all")

    def held(self):
        shown = subprocess.run(["smtpctl", "show", "queue"], capture_output=True, check=True).stdout
        return len(shown.splitlines())


class Sendmail(Way):
    caller = "Sendmail"
    again_by = ("sendmail", "-q")
    # An alias is given neither.
    knows = (None, None)

    def held(self):
        return len(glob.glob("/var/spool/mqueue/qf*"))

    def failed(self, syslog):
        return sum(bool(re.search("stat=(?!Sent)", line)) for line in syslog)


class Sieve(Postfix):
    """Pigeonhole keeps in INBOX what failed; the MTA is done with it."""
    caller = "Dovecot Sieve"

    def again(self):
        with open("/e2e/examples/sieve/crontab") as crontab:
            for line in crontab:
                if found := re.match(r"(?:\S+ ){5}(\S.*support\S*)", line):
                    people.cron(found[1])

    def held(self):
        return len(glob.glob("/var/mail/postroom/support/Maildir/*/[0-9]*"))

    def failed(self, syslog):
        return self.held()


class Fetched(Way):
    """A mailbox that a program fetches from when cron says so."""
    knows = (RECIPIENT, None)
    maildir = "/srv/mail/support/Maildir"

    def hand(self, sender, mail):
        for folder in ("new", "cur", "tmp"):
            os.makedirs(f"{self.maildir}/{folder}", exist_ok=True)
        trace = f"Return-Path: <{sender}>\r\nReceived: from x by imap.example.test; Mon, 1 Jun 2026 09:00:00 +0000\r\n"
        post.file(self.maildir, trace.encode() + bytes(mail), owner="contacts")
        subprocess.run(["chown", "-R", "contacts:contacts", "/srv/mail/support"], check=True)
        self.again()

    def again(self):
        self.said = people.run(people.DESK, *self.again_by, cwd="/home/desk")

    def held(self):
        return len(glob.glob(f"{self.maildir}/*/[0-9]*"))

    def failed(self, syslog):
        return self.held()


class Fdm(Fetched):
    caller = "fdm"
    again_by = ("/usr/bin/fdm", "-q", "fetch")


class Fetchmail(Fetched):
    caller = "fetchmail"
    again_by = ("/usr/bin/fetchmail", "--silent")


class Getmail(Fetched):
    caller = "getmail"
    again_by = ("/usr/bin/getmail", "--quiet")


WAYS = {"pipe": Pipe, "alias": Local, "procmail": Procmail, "maildrop": Maildrop, "exim": Exim,
        "opensmtpd": OpenSmtpd, "sendmail": Sendmail, "sieve": Sieve, "lda": Sieve, "fdm": Fdm,
        "fetchmail": Fetchmail, "getmail": Getmail}


def way(name):
    return WAYS[name](name)
