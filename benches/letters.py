"""Mail to measure with: made, always the same for the same number, of the mixture
that a support inbox gets, in words as often as in real text. Mean 15 kB, median 5 kB; a third answers an earlier one;
one in eight has an attachment, one in twelve is from a machine.
"""

import base64
import itertools
import math
import random

LITTLE = """the a an and or but not with without from to in on at for is was has have does did can
could would bij van het een niet wir haben die der das und nicht you please""".split()
TOPICS = """order invoice parcel printer account password refund broken screen thank hello delivery
address number yesterday today again still waiting answer question customer service bitte danke
commande facture merci bonjour pedido gracias""".split()


def vocabulary(size):
    """So many words and how often each comes: as in real text the n-th one 1/n times as often as the
    first, which are the little ones; what mails are about comes in a few of a hundred."""
    rng = random.Random(0)
    syllables = [c + v for c in "b c d f g h k l m n p r s t v w z st tr".split() for v in "a e i o u".split()]
    made = list(dict.fromkeys("".join(rng.choices(syllables, k=rng.randint(2, 5))) for _ in range(2 * size)))
    words = [*LITTLE, *made[:1000], *TOPICS, *made[1000:]][:size]
    return words, list(itertools.accumulate(1 / n for n in range(1, len(words) + 1)))


WORDS, OFTEN = vocabulary(30_000)


def text(rng, size):
    """About so many bytes of words, in lines and paragraphs."""
    lines, length = [], 0
    while length < size:
        line = " ".join(rng.choices(WORDS, cum_weights=OFTEN, k=rng.randint(4, 12)))
        lines.append(line if rng.random() > 0.15 else "")
        length += len(lines[-1]) + 1
    return "\n".join(lines)


def letter(n, size=None, unlike=""):
    """The mail of this number; with about so many bytes of text, if size is given. `unlike` makes
    it another mail."""
    rng = random.Random(n)
    sender, name = rng.randrange(5000), f"{n}{unlike}"
    person = f"person{sender}@customer{sender % 97}.test"
    subject = " ".join(rng.choices(WORDS, cum_weights=OFTEN, k=rng.randint(2, 7)))
    fields = [
        f"Return-Path: <{person}>",
        f"Received: from mx{sender % 97}.customer.test by mail.example.test with ESMTPS; Mon, 01 Jun 2026 09:00:00 +0000",
        f"DKIM-Signature: v=1; a=rsa-sha256; d=customer{sender % 97}.test; s=k; b={base64.b64encode(rng.randbytes(180)).decode()}",
        f"From: Person {sender} <{person}>",
        "To: Support <support@example.test>",
        f"Date: Mon, 01 Jun 2026 09:{n // 60 % 60:02}:{n % 60:02} +0000",
        f"Message-ID: <{name}@customer.test>",
        "MIME-Version: 1.0",
    ]
    if n > 20 and rng.random() < 0.33:
        earlier = rng.randrange(n // 2, n)
        fields += [f"In-Reply-To: <{earlier}@customer.test>", f"References: <{earlier}@customer.test>"]
        subject = f"Re: {subject}"
    if rng.random() < 0.08:
        fields.append("Auto-Submitted: auto-generated")
    fields.append(f"Subject: {subject}")
    body = text(rng, size or min(60_000, math.exp(rng.gauss(7.6, 1.0))))
    plain = f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    kind = rng.random()
    if size is not None or kind < 0.45:
        return ("\n".join(fields) + f"\n{plain}").encode()
    paragraphs = "".join(f"<p>{line}</p>\n" for line in body.split("\n\n"))
    page = f"<html><head><style>p {{ margin: 1em }}</style></head><body>{paragraphs}</body></html>"
    parts = [plain, f"Content-Type: text/html; charset=utf-8\n\n{page}\n"]
    if kind > 0.875:
        data = base64.encodebytes(rng.randbytes(rng.randrange(5_000, 120_000))).decode()
        parts.append(f"Content-Type: image/jpeg; name=photo{n}.jpg\nContent-Transfer-Encoding: base64\n\n{data}")
    shape = "mixed" if kind > 0.875 else "alternative"
    inner = "".join(f"--frontier{n}\n{part}" for part in parts) + f"--frontier{n}--\n"
    return ("\n".join(fields) + f"\nContent-Type: multipart/{shape}; boundary=frontier{n}\n\n{inner}").encode()
