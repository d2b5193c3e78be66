#!/usr/bin/env python3
"""The identity of messages, version 2, computed without any code of Postroom.

    identity.py FILE...           `SHA-256-identity  path` for each file
    identity.py --count DIR...    how many distinct messages the files hold

The tests compare what Postroom stored with what this says. It was written
from the definition, not from the Rust code; keep it so.

A line ends with LF or CRLF.
1. A first line that begins with "From " and goes on, blanks aside, with
   anything but ":" is an mbox envelope and no part of the message. Nor are
   lines of SP and TAB alone before the first field, unless what follows on
   them is no field, or one that ends beyond WINDOW.
2. The header is the lines until the first empty line, or until before the
   first line that is neither a field (name of printable ASCII without blank
   and colon, optional blanks, ":") nor a continuation of one (SP or TAB first),
   or behind MOST fields, or before a field that ends beyond the first WINDOW
   bytes. The body is what follows. An envelope that ends beyond them is none.
3. The fields of KEPT and all content-* count; if there is no message-id, all
   fields do but those of ADDED and all received before the last;
   these, too, where a CR stands within the value before anything but LF, and all
   where nothing but received is left. Sorted by lower-cased name, stably, each gives
   "name:value\n": the value without CR and LF, each run of SP and TAB as one
   SP, none at its ends.
4. Then "\n" and the body: runs of CR before LF dropped, no CR or LF at its end.
"""

import hashlib
import os
import re
import sys

KEPT = {b"from", b"to", b"cc", b"date", b"message-id", b"subject",
        b"in-reply-to", b"references", b"mime-version"}
ADDED = {b"authentication-results", b"delivered-to", b"envelope-to",
         b"received-spf", b"return-path", b"x-original-to"}
MOST = 10000
WINDOW = 4 << 20
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")


def split(raw):
    """The fields as [name, value] and the body."""
    at = 0
    first = raw[:raw.find(b"\n") + 1] or raw
    if raw.startswith(b"From ") and first[5:].strip(b" \t")[:1] != b":" and len(first) <= WINDOW:
        at = len(first)
    blanks = re.compile(rb"(?:[ \t]+\r?\n)+").match(raw, at)
    if blanks and blanks.end() < WINDOW:
        fields, body = split_at(raw, blanks.end())
        if fields:
            return fields, body
    return split_at(raw, at)


def split_at(raw, at):
    """The fields and the body, of a header that begins there."""
    fields, begun = [], at
    while at < len(raw):
        end = raw.find(b"\n", at) + 1 or len(raw)
        line = raw[at:end]
        if line in (b"\n", b"\r\n"):
            return fields, raw[end:]
        field = FIELD.match(line)
        continues = line[:1] in (b" ", b"\t") and fields
        if field and len(fields) == MOST or not field and not continues:
            break
        if field:
            begun = at
        if end > WINDOW:
            return fields if field else fields[:-1], raw[begun:]
        if field:
            fields.append([field.group(1).lower(), line[field.end():]])
        else:
            fields[-1][1] += line
        at = end
    return fields, raw[at:]


def identity(raw):
    """The identity of a message, in hexadecimal."""
    fields, body = split(raw)
    names = {name for name, _ in fields}
    if b"message-id" in names:
        fields = [f for f in fields if f[0] in KEPT or f[0].startswith(b"content-")]
    else:
        hops = sum(name == b"received" for name, _ in fields)
        own = []
        for name, value in fields:
            hops -= name == b"received"
            added = name in ADDED or name == b"received" and hops > 0
            if not added or re.search(rb"\r[^\n]", value.rstrip(b" \t\r\n\f"), re.S):
                own.append([name, value])
        if any(name != b"received" for name, _ in own):
            fields = own
    digest = hashlib.sha256()
    for name, value in sorted(fields, key=lambda field: field[0]):
        value = value.replace(b"\r", b"").replace(b"\n", b"")
        value = re.sub(rb"[ \t]+", b" ", value).strip(b" ")
        digest.update(name + b":" + value + b"\n")
    body = re.sub(rb"\r+\n", b"\n", body).rstrip(b"\r\n")
    digest.update(b"\n" + body)
    return digest.hexdigest()


def files(paths):
    """The files named, those below a folder in order of their names."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
        for folder, below, names in os.walk(path):
            below.sort()
            yield from (os.path.join(folder, name) for name in sorted(names))


def main(arguments):
    """Prints what the arguments ask for."""
    count = arguments[:1] == ["--count"]
    seen = set()
    for path in files(arguments[1:] if count else arguments):
        with open(path, "rb") as file:
            digest = identity(file.read())
        seen.add(digest)
        if not count:
            print(f"{digest}  {path}")
    if count:
        print(len(seen))


if __name__ == "__main__":
    main(sys.argv[1:])
