"""names.py SEED: the names of this run as shell assignments, so that no check knows one by heart."""
import random
import shlex
import sys

random = random.Random(int(sys.argv[1]))


def word(syllables=3):
    return "".join(random.choice("bdfgklmnprstvz") + random.choice("aeiou") for _ in range(syllables))


def words(count):
    drawn = set()
    while len(drawn) < count:
        drawn.add(word(random.randint(3, 4)))
    return random.sample(sorted(drawn), count)


names = ("AGENT", "OTHER_AGENT", "CONTACT", "STRANGER", "BUYER", "WORD", "OTHER_WORD",
         "TAG", "OTHER_TAG", "SALES_TAG", "RULE", "OTHER_RULE", "SALES_RULE")
run = dict(zip(names, words(len(names))))
# A first name outside ASCII: it must be encoded on the way out and come back whole.
run["AGENT_NAME"] = "Zoë " + word().capitalize()
run["AGENT_UID"] = random.randint(30000, 39999)
run["DESK_UID"] = random.randint(20000, 29999)

for name, value in run.items():
    print(f"export {name}={shlex.quote(str(value))}")
