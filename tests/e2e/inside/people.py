"""The accounts of the root and the commands they run: the desk's owner and the agents."""
import json
import os
import pwd
import re
import subprocess

DESK = "desk"


def run(user, *command, stdin="", cwd="/"):
    """Run a command as `user` with what cron would give: no locale, a bare PATH."""
    account = pwd.getpwnam(user)
    environment = {"HOME": account.pw_dir, "LOGNAME": user, "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    return subprocess.run(command, input=data, capture_output=True, cwd=cwd, env=environment,
                          user=user, group=account.pw_gid, umask=0o077, timeout=60,
                          extra_groups=os.getgrouplist(user, account.pw_gid))


def postroom(user, *words, stdin=""):
    """The output of a command that must succeed."""
    done = run(user, "/usr/local/bin/postroom", *words, stdin=stdin)
    if done.returncode:
        raise RuntimeError(f"postroom {' '.join(words)} by {user}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def objects(user, *words):
    """The JSON Lines that a command prints."""
    return [json.loads(line) for line in postroom(user, *words).splitlines()]


def conversations(*query):
    return objects(DESK, "list", "--json", *query)


def cron_lines():
    """The commands of the example crontab, as cron(8) would hand them to sh -c."""
    with open("/e2e/examples/cron/crontab") as crontab:
        return [match[1] for line in crontab if (match := re.match(r"(?:\S+ ){5}(\S.*)", line)) and line[0] != "#"]


def cron(command):
    """Run a line of the crontab; its output is what cron would mail."""
    done = run(DESK, "/bin/sh", "-c", command, cwd=pwd.getpwnam(DESK).pw_dir)
    return done.returncode, done.stdout + done.stderr


def send():
    """Hand over what is due, by the line of the example crontab."""
    return cron(cron_lines()[0])
