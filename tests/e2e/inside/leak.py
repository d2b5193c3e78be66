"""Does a mail hold a secret, in any form in which a reader could find it?"""
import base64
import binascii
import quopri
import re

import post


def forms(raw):
    """The mail as it is, every part decoded, and everything decoded whatever its headers say."""
    yield raw
    mail = post.parse(raw)
    for part in mail.walk():
        for value in part.values():
            yield str(value).encode("utf-8", "surrogateescape")
        if not part.is_multipart():
            yield part.get_payload(decode=True) or b""
    yield quopri.decodestring(raw)
    for run in re.findall(rb"(?:[A-Za-z0-9+/]{4,}={0,2}\s*)+", raw):
        packed = re.sub(rb"\s", b"", run)
        for start in range(4):
            text = packed[start:]
            try:
                yield base64.b64decode(text[: len(text) // 4 * 4])
            except binascii.Error:
                continue


def holds(raw, secret):
    """True when the secret is in any form, in any case, also with line breaks inside."""
    wanted = secret.lower().encode()
    return any(wanted in re.sub(rb"\s", b"", form).lower() for form in forms(raw))
