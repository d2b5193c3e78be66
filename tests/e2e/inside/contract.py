"""contract.py WIRING: what is promised of a delivery by any wiring, with 100 MB in the store.

Mail comes in with its envelope. While the desk cannot take it, it is neither lost nor bounced, and
when the cause is gone it comes in once.
"""
import fcntl
import os
import random
import re
import sqlite3
import subprocess
import sys

import post
import ways
from promises import Promises, until
from devlog import Syslog

DESK = "/var/lib/postroom"
CONFIG = f"{DESK}/postroom.toml"
LOG = "/var/log/e2e/desk/log"
PROGRAM = "/usr/local/bin/postroom"

E = os.environ
way = ways.way(sys.argv[1])
promises = Promises(way.name)
check, equal = promises.check, promises.equal
dice = random.Random(E["SEED"])
syslog = Syslog()


def ask(sql, *values):
    """Rows of the store, past the program."""
    with sqlite3.connect(f"file:{DESK}/postroom.db?mode=ro", uri=True, timeout=30) as store:
        return store.execute(sql, values).fetchall()


def arrivals(mail):
    return ask("SELECT a.inbox, a.sender, a.recipient, a.extension FROM arrival AS a"
               " JOIN message AS m ON m.id = a.message WHERE m.message_id = ?", mail["Message-ID"].strip("<>"))


def letter(subject):
    return post.message(f"{E['CONTACT']}@customer.test", "support@example.test", subject, "Hello.\n")


def said(words, since=0):
    """Lines of the desk's log, wherever it went, that hold these words."""
    lines = list(syslog.read())
    if os.path.exists(LOG):
        lines += post.read(LOG).decode().splitlines()
    return [line for line in lines if words in line][since:]


def fill():
    """100 MB in the store: beyond what local(8) lets a file grow to."""
    block = b"".join(dice.randbytes(50).hex().encode() + b"\n" for _ in range(100000))
    for n in range(10):
        head = f"From: archive@customer.test\nTo: sales@example.test\nMessage-ID: <fill{n}@customer.test>\n\n"
        subprocess.run([PROGRAM, "ingest", "--sender", "archive@customer.test"], input=head.encode() + block,
                       user="desk", group="desk", check=True, env={}, timeout=120)
    check("the store holds 100 MB", os.path.getsize(f"{DESK}/postroom.db") > 100e6)


def configure():
    """Nobody waits long for a lock here, and no answer takes up the queue that we look at."""
    with open(CONFIG) as config:
        text = config.read()
    text = re.sub("(?m)^sendmail *=.*", 'sendmail = "/bin/true"\nlock-timeout = "1s"', text)
    with open(CONFIG, "w") as config:
        config.write(text)


def arrived(mail):
    return until(f"'{mail['Subject']}' arrives", lambda: arrivals(mail), 60)


def comes_in(subject, sender):
    """A mail comes in, with all that this wiring can know of its envelope."""
    mail = letter(subject)
    way.hand(sender, mail)
    recipient, extension = way.knows
    found = arrived(mail)
    equal(f"{subject} comes in, for the right inbox, with its envelope", found,
          [("support", sender, recipient or found[0][2], extension)])
    until("nothing is held any more", lambda: not way.held())


def survives(subject, cause, cure, evidence):
    """While `cause` holds a mail is kept; after `cure` it is there once. `evidence` are words of our
    log, or a function: they become more when a delivery has failed."""
    count = evidence if callable(evidence) else lambda: len(said(evidence))
    before = count()
    cause()
    mail = letter(subject)
    way.hand(f"{E['CONTACT']}@customer.test", mail)
    until(f"{subject} is felt", lambda: count() > before, 60)
    held = until("the mail is held", way.held)
    equal(f"{subject}: the mail is held, and not in the store", (held, arrivals(mail)), (1, []))
    cure()
    way.again()
    arrived(mail)
    until("nothing is held any more", lambda: not way.held())
    way.again()
    equal(f"{subject}: it came in once", len(arrivals(mail)), 1)


def broken_configuration():
    def cause():
        os.rename(CONFIG, CONFIG + ".sound")
        with open(CONFIG, "w") as config:
            config.write("[desk\n")

    survives("a broken configuration", cause, lambda: os.rename(CONFIG + ".sound", CONFIG), "deferred: ")


def held_lock():
    lock = open(f"{DESK}/lock", "r+")
    survives("a lock held by another", lambda: fcntl.flock(lock, fcntl.LOCK_EX), lock.close,
             "another postroom process has been writing")


def replaced(script):
    """The program gives way to a script, for `survives`."""
    def cause():
        os.rename(PROGRAM, PROGRAM + ".real")
        if script:
            with open(PROGRAM, "w") as file:
                file.write(f"#!/bin/sh\n{script}\n")
            os.chmod(PROGRAM, 0o755)

    return cause, lambda: os.rename(PROGRAM + ".real", PROGRAM)


def killed():
    """The system kills it, out of memory: no program can say 75 then."""
    witness = f"{E['WORD']} killed"
    cause, cure = replaced(f"echo '<20>{witness}' | python3 -c 'import socket, sys; socket.socket(1, 2).sendto(sys.stdin.buffer.read(), \"/dev/log\")'; kill -9 $$")
    survives("a program that is killed", cause, cure, witness)


def missing():
    """It is not there, as while its package is upgraded."""
    survives("a program that is missing", *replaced(None), lambda: way.failed(syslog.read()))


def checked():
    """`check --delivery` stands where `ingest` stood, for one mail: it tells who calls it, and as whom."""
    words = f'[ "$1" != ingest ] || {{ shift; set -- check --delivery "$@"; }}\nexec {PROGRAM}.real "$@"'
    survives("check --delivery in place of ingest", *replaced(words), "stands where 'ingest' has to")
    lines = [line.split("check --delivery: ", 1)[1] for line in said("check --delivery: ")]
    for line in (f"caller: {way.caller}, by: ", f"user: desk ({E['DESK_UID']})", "file size: no limit", "inbox: support"):
        check(f"check --delivery says '{line}'", any(found.startswith(line) for found in lines), "\n".join(lines))


def limited_files():
    """local(8) as it is by default: the database is beyond what it lets a file grow to."""
    def limit(value):
        subprocess.run(["postconf", "-e", f"mailbox_size_limit={value}"], check=True, capture_output=True)
        subprocess.run(["postfix", "reload"], check=True, capture_output=True)

    survives("a limit on the size of files", lambda: limit(51200000), lambda: limit(0), "RLIMIT_FSIZE")


def refused():
    """A rule of the administrator: the sender reads its words in a bounce, and the desk has nothing."""
    words, rule = f"No {E['WORD']} is taken here.", f"{DESK}/rules/05-refuse.toml"
    with open(rule, "w") as file:
        file.write(f"[[refuse]]\nname = 'contract'\nwhen = 'subject:refusal'\ntext = '{words}'\n")
    mail = letter("a refusal")
    way.hand(f"{E['CONTACT']}@customer.test", mail)
    bounces = until("the refused mail comes back", lambda: [
        raw for raw, _ in post.received(E["CONTACT"]) if words.encode() in raw.replace(b"\n    ", b" ")])
    status = re.search(rb"(?m)^Status: (\S+)", bounces[0])
    equal("a refused mail comes back with the words of the rule", (len(bounces), status[1]), (1, b"5.7.1"))
    equal("a refused mail is not in the store", (arrivals(mail), way.held()), ([], 0))
    os.remove(rule)


def main():
    until("the mail system listens", post.listens)
    fill()
    configure()
    comes_in("a mail", f"{E['CONTACT']}@customer.test")
    comes_in("a mail with the null sender", "")
    broken_configuration()
    held_lock()
    killed()
    missing()
    checked()
    if isinstance(way, ways.Local):
        limited_files()
    if way.bounces:
        refused()
    return promises.failed > 0


sys.exit(main())
