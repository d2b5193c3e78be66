#!/usr/bin/env python3
"""Compares the attachments that `postroom inspect` lists with those that Python's email package
finds: how many have a file name, and the SHA-256 of each one's bytes (T3.7b).

    tests/attachments.py POSTROOM CORPUS

Prints what differs; exit status 1 if that is more than three mails in a hundred of those that have any.
The two read broken MIME differently, and neither is always right; sound mail must be read alike.
"""

import email
import email.policy
import hashlib
import json
import os
import subprocess
import sys

# What is hostile on purpose is read by nobody in the one right way.
PURPOSES = ("auto", "bounces", "human", "parse", "replies", "threads")


def named_leaves(part):
    """The leaf parts with a file name; a message within a message is a leaf."""
    if part.get_content_maintype() == "message":
        if part.get_filename():
            yield None  # its bytes are re-made by Python, so only the count compares
    elif part.is_multipart():
        for child in part.get_payload():
            yield from named_leaves(child)
    elif part.get_filename():
        yield part.get_payload(decode=True)


def of_python(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.compat32)
    return list(named_leaves(message))


def shapes(data):
    """The digests that these bytes have in the ways in which line ends are read."""
    lines = data.replace(b"\r\n", b"\n").rstrip(b"\n")
    ends = [(lines.replace(b"\n", end), end) for end in (b"\n", b"\r\n")]
    return {hashlib.sha256(shape).hexdigest()
            for shape in (data, *(body + tail for body, end in ends for tail in (b"", end)))}


def main():
    postroom, corpus = sys.argv[1:]
    with open(os.path.join(corpus, "manifest.jsonl"), encoding="utf-8") as manifest:
        lines = [json.loads(line) for line in manifest if line.strip()]
    paths = [line["path"] for line in lines if line["purpose"] in PURPOSES]
    told = subprocess.run([os.path.abspath(postroom), "inspect", "--json", *paths], cwd=corpus,
                          stdout=subprocess.PIPE).stdout
    have = differ = 0
    for line in told.decode("utf-8").splitlines():
        seen = json.loads(line)
        ours = [a for a in seen["attachments"] if a["filename"]]
        theirs = of_python(os.path.join(corpus, seen["path"]))
        if not ours and not theirs:
            continue
        have += 1
        digests = {a["sha256"] for a in ours}
        same = len(ours) == len(theirs) and all(
            data is None or digests & shapes(data) for data in theirs)
        if not same:
            differ += 1
            print(f"{seen['path']}: {len(ours)} named attachments, Python finds {len(theirs)}")
    print(f"{have} mails with named attachments, {differ} read differently")
    sys.exit(1 if have < 100 or differ * 100 > have * 3 else 0)


if __name__ == "__main__":
    main()
