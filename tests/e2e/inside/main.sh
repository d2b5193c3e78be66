#!/bin/bash
# main.sh WIRING: the first process inside the root. Brings the mail system up, tells the story
# once, takes it down. It ends with the status of the story.
set -euo pipefail
cd /e2e/inside

eval "$(python3 names.py "$SEED")"
ip link set lo up
postroom --version >/dev/null || { echo "the binary given does not run in a Debian 12 root"; exit 1; }

. ./accounts.sh
. ./desk.sh
. ./postfix.sh
. ./wirings.sh

trap 'postfix stop; doveadm stop' EXIT
wire_"$1"
wire_cron
dovecot -c /e2e/inside/dovecot.conf
postfix start
python3 story.py "$1"
