"""story.py WIRING: one story of a contact, an agent and some strangers, through the real programs.

The names come from names.py by the environment. Each chapter checks its promises by itself.
"""
import base64
import glob
import json
import os
import pwd
import random
import re
import sys
import time

import leak
import people
import post
from promises import Promises

WIRING = sys.argv[1]
STARTED = time.monotonic()
E = os.environ
SUPPORT, SALES = "support@example.test", "sales@example.test"
CONTACT, STRANGER, BUYER = (f"{E[name]}@customer.test" for name in ("CONTACT", "STRANGER", "BUYER"))
SUBJECT = f"A question about {E['WORD']}"
FORGED = {"Postroom_Conversation": "999", "Postroom_Inbox": "sales", "Postroom_Class": "bounce"}

promises = Promises(WIRING)
check, equal = promises.check, promises.equal
dice = random.Random(int(E["SEED"]))


def secret():
    """16 random bytes in base32: in no mail by chance."""
    return base64.b32encode(dice.randbytes(16)).decode().rstrip("=")


NOTE = secret()


def texts(value):
    return json.dumps(value, ensure_ascii=False)


def holding(mail):
    """The conversations, by number, whose messages include this mail."""
    wanted = mail["Message-ID"].strip("<>")
    return [c["number"] for c in people.conversations()
            if wanted in texts(people.objects(people.DESK, "show", str(c["number"]), "--json"))]


def home(mail):
    numbers = holding(mail)
    equal(f"the mail '{mail['Subject']}' from {mail['From']} is in one conversation", len(numbers), 1)
    return numbers[0]


def conversation(number):
    return next(c for c in people.conversations() if c["number"] == number)


def shown(number):
    return texts(people.objects(people.DESK, "show", str(number), "--json"))


def events(number):
    return people.objects(people.DESK, "log", str(number), "--json")


def first_mail():
    """She writes; the rule that matches acts, the others do not."""
    mail = post.message(CONTACT, SUPPORT, SUBJECT, "Hello,\n\nhow does it work?\n", **FORGED)
    post.deliver(mail)
    number = home(mail)
    found = conversation(number)
    equal("it came to the inbox of its address", found["inbox"], "support")
    check("the rule that matches tagged it", E["TAG"] in found["tags"], found)
    check("the rules that do not match did not",
          E["OTHER_TAG"] not in found["tags"] and E["SALES_TAG"] not in found["tags"], found)
    check("it is assigned to the agent", E["AGENT"] in texts(found["assignee"]), found)
    check("the rule's note is there", f"noted by rule {E['RULE']}" in shown(number), shown(number))
    log = texts(events(number))
    check("the log names the rule that acted", E["RULE"] in log, log)
    check("the log names no other rule", E["OTHER_RULE"] not in log and E["SALES_RULE"] not in log, log)
    check("why names the rule", E["RULE"] in people.postroom(people.DESK, "why", str(number)).decode())
    return number, mail


def receipt(mail):
    """The machine's answer, as R121 wants it."""
    people.send()
    post.settle()
    got = post.received(E["CONTACT"])
    equal("one receipt is in her Maildir", len(got), 1)
    answer = got[0][1]
    for name, value in (("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Auto-Response-Suppress", "All"),
                        ("In-Reply-To", mail["Message-ID"]), ("To", CONTACT), ("MIME-Version", "1.0"), ("Return-Path", "<>")):
        equal(f"the receipt's {name}", answer[name], value)
    equal("the receipt is from the team's address", [a.addr_spec for a in answer["From"].addresses], [SUPPORT])
    check("the receipt's References end with her mail", answer["References"].split()[-1] == mail["Message-ID"], answer["References"])
    check("the receipt has a date and an id of its own",
          answer["Date"].datetime and answer["Message-ID"] not in (None, mail["Message-ID"]), answer.items())
    check("the receipt has one recipient and no attachment",
          not any(answer[name] for name in ("Cc", "Bcc")) and not list(answer.iter_attachments()), answer.items())
    check("the receipt quotes nothing of hers", "how does it work" not in answer.get_content() and E["WORD"] not in answer.get_content(),
          answer.get_content())
    arguments = post.handed_over()[-1][0]
    check("sendmail was called with an empty sender and one recipient after --",
          arguments[-2:] == ["--", CONTACT] and arguments[arguments.index("-f") + 1] in ("", "<>"), arguments)
    return answer


def second_mail(number, answer):
    """Joined by In-Reply-To alone; no second receipt."""
    before = conversation(number)["messages"]
    mail = post.message(CONTACT, SUPPORT, "Something else altogether", "One more thing.\n", In_Reply_To=answer["Message-ID"])
    post.deliver(mail)
    people.send()
    post.settle()
    equal("her second mail joins by In-Reply-To alone, under another subject", home(mail), number)
    equal("the conversation has one message more", conversation(number)["messages"], before + 1)
    equal("the second mail gets no receipt", (len(post.received(E["CONTACT"])), len(post.handed_over())), (1, 1))
    return mail


def reply(number, mail):
    """The agent answers under a uid of her own; the desk's owner sends."""
    people.postroom(E["AGENT"], "note", str(number), f"Not for her: {NOTE}")
    queued = people.postroom(E["AGENT"], "reply", str(number), stdin="Dear customer,\n\nlike this: żółw.\nFrom here on it is easy.\n").decode()
    check("reply says that it is queued", re.fullmatch(rf"{number}\to\d+\tqueued.*\n", queued), queued)
    equal("the agent's command handed nothing over", len(post.handed_over()), 1)
    equal("the agent may not hand over", people.run(E["AGENT"], "/usr/local/bin/postroom", "send").returncode, 77)
    equal("the owner's send is silent, from cron's environment", people.send(), (0, b""))
    post.settle()
    got = post.received(E["CONTACT"])
    equal("the reply is in her Maildir", len(got), 2)
    raw, answer = got[-1]
    equal("the reply's In-Reply-To", answer["In-Reply-To"], mail["Message-ID"])
    references = answer["References"].split()
    check("the reply's References begin with our token and end with her mail",
          references[0].endswith("@example.test>") and references[-1] == mail["Message-ID"], references)
    sender = answer["From"].addresses
    equal("the reply is from the team's address under the agent's name",
          [(a.addr_spec, a.display_name) for a in sender], [(SUPPORT, E["AGENT_NAME"])])
    check("the reply has no Sender and no mark of a machine",
          not any(answer[name] for name in ("Sender", "Auto-Submitted", "Precedence", "List-Id")), answer.items())
    check("the text came through whole", "żółw.\nFrom here on" in answer.get_content().replace("\r\n", "\n"), answer.get_content())
    traces = [word for word in (E["AGENT"], E["AGENT_UID"], "agents.test") if word.encode() in raw]
    equal("no trace of the agent's account", traces, [])
    equal("Postfix names the uid of the service and no other",
          re.findall(rb"userid (\d+)", raw), [str(pwd.getpwnam(people.DESK).pw_uid).encode()])
    check("the envelope sender is the team's", answer["Return-Path"].strip("<>").endswith("@example.test"), answer["Return-Path"])
    check("IMAP gives the same bytes", raw in post.by_imap(E["CONTACT"]), raw)
    return answer


def flipped(identifier):
    """The Message-ID with one letter or digit of its left side changed into another."""
    end = identifier.index("@")
    at = dice.choice([i for i in range(end) if identifier[i].isalnum()])
    other = dice.choice([c for c in "abcdefghijklmnopqrstuvwxyz234567" if c != identifier[at].lower()])
    return identifier[:at] + other + identifier[at + 1:]


def strangers(number, answer):
    """What joins and what does not: never the subject, only a participant or our signature."""
    token = answer["References"].split()[0]
    mail = post.message(STRANGER, SUPPORT, SUBJECT, "Me too.\n")
    post.deliver(mail)
    check("a stranger with the same subject does not join", home(mail) != number)
    for name, identifier in (("the token", token), ("the Message-ID", answer["Message-ID"])):
        bad = flipped(identifier)
        mail = post.message(STRANGER, SUPPORT, f"Re: {SUBJECT}", f"{secret()}\n", In_Reply_To=bad, References=bad)
        post.deliver(mail)
        check(f"{name} with one character flipped does not join", home(mail) != number, identifier, bad)
        good = post.message(STRANGER, SUPPORT, f"Re: {SUBJECT}", f"{secret()}\n", In_Reply_To=identifier, References=identifier)
        post.deliver(good)
        equal(f"{name} as we signed it joins, whoever has it", home(good), number)


def the_other_inbox():
    """The same word at sales@ is another inbox's matter."""
    mail = post.message(BUYER, SALES, SUBJECT, "How much?\n")
    post.deliver(mail)
    found = conversation(home(mail))
    equal("mail to sales@ is in sales", found["inbox"], "sales")
    check("only the rule of sales acted", found["tags"] == [E["SALES_TAG"]] and E["OTHER_AGENT"] in texts(found["assignee"]), found)
    people.send()
    post.settle()
    equal("an inbox without autoreply answers nothing", post.received(E["BUYER"]), [])


def the_note_stays_inside(number):
    """Looked for in all that sendmail got and in all that anybody received."""
    outside = [b" ".join(map(str.encode, arguments)) + b"\n\n" + raw for arguments, raw in post.handed_over()]
    outside += [raw for name in ("CONTACT", "STRANGER", "BUYER") for raw, _ in post.received(E[name])]
    check("the note is in the conversation", NOTE in shown(number), shown(number))
    check("what was sent can be searched", any(leak.holds(raw, "Fromhereon") for raw in outside))
    for name, text in (("note", NOTE), ("rule's note", f"notedbyrule{E['RULE']}")):
        check(f"the {name} is in nothing that left the house", not any(leak.holds(raw, text) for raw in outside))


def report():
    """The first response is the agent's, not the receipt."""
    (figures,) = people.objects(people.DESK, "report", "--json")
    first = figures["total"]["first_response"]
    equal("the report counts one first response", first["n"], 1)
    passed = 1000 * (time.monotonic() - STARTED)
    check("it took some time, and less than this run", 0 < first["median_ms"] < passed, first, passed)
    equal("the report counts one reply of a person", figures["total"]["replies"], 1)


def a_broken_desk():
    """While the desk is broken the mail waits in Postfix; nobody is told, nothing is lost."""
    config = "/var/lib/postroom/postroom.toml"
    os.rename(config, config + ".away")
    mail = post.message(BUYER, SALES, "While you were out", "Anybody there?\n")
    post.submit(mail)
    reasons = post.outcome()
    check("Postfix keeps the mail of a broken desk for another try", len(reasons) == 1, reasons)
    check("the reason names nothing of the inside", not re.search("/var/lib|/etc/postroom|toml", str(reasons)), reasons)
    os.rename(config + ".away", config)
    post.settle()
    home(mail)
    equal("the contact of a broken desk gets no bounce", post.received(E["BUYER"]), [])


def a_maildir_by_cron():
    """What another program filed is taken in by the example's line, once, and nobody is answered."""
    mail = post.message(STRANGER, SUPPORT, "By way of a Maildir", "Hello.\n")
    post.file("/var/mail/support", mail)
    sent = len(post.handed_over())
    for turn in ("first", "second"):
        equal(f"cron's {turn} ingest of the Maildir is silent", people.cron(people.cron_lines()[1]), (0, b""))
        equal("the mail in the Maildir came to the inbox of its address", conversation(home(mail))["inbox"], "support")
    equal("what is in shows as seen", [os.path.basename(path)[-4:] for path in glob.glob("/var/mail/support/*/*e2e*")], [":2,S"])
    people.send()
    post.settle()
    equal("without an envelope nobody is answered by machine", len(post.handed_over()), sent)


def marked_copy(number, mail):
    """procmail handed on what the filter gave: our marks on top, the sender's forged ones gone."""
    copies = [raw for raw in post.by_imap(people.DESK) if mail["Message-ID"].encode() in raw]
    equal("the filtered mail is in the desk's mailbox once", len(copies), 1)
    marked = post.parse(copies[0])
    equal("it is marked with its conversation and inbox", (marked.get_all("Postroom-Conversation"), marked.get_all("Postroom-Inbox")),
          ([str(number)], ["support"]))
    check("it is marked with a class, and not the forged one", len(marked.get_all("Postroom-Class")) == 1 and marked["Postroom-Class"] != "bounce",
          marked.get_all("Postroom-Class"))
    check("its text is unaltered", "how does it work?" in marked.get_content(), copies[0])


def a_mailbox_that_fails():
    """procmail's second step fails after the first has stored: the mail comes again and adds nothing."""
    mailbox = os.path.join(pwd.getpwnam(people.DESK).pw_dir, "Maildir")
    os.chmod(mailbox, 0)
    mail = post.message(STRANGER, SUPPORT, "Twice", "Is this there once?\n\nOr how does it work?\n")
    post.submit(mail)
    reasons = post.outcome()
    check("Postfix keeps the mail that procmail could not hand on", len(reasons) == 1, reasons)
    number = home(mail)
    log = events(number)
    os.chmod(mailbox, 0o700)
    post.settle()
    equal("the second try adds no event", events(number), log)
    marked_copy(number, mail)


def main():
    number, mail = first_mail()
    if WIRING == "procmail":
        marked_copy(number, mail)
    answer = receipt(mail)
    follow_up = second_mail(number, answer)
    answer = reply(number, follow_up)
    strangers(number, answer)
    the_other_inbox()
    a_broken_desk()
    if WIRING == "procmail":
        a_mailbox_that_fails()
    a_maildir_by_cron()
    the_note_stays_inside(number)
    report()
    return promises.failed > 0


sys.exit(main())
