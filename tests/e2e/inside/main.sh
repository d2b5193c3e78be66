#!/bin/bash
# main.sh WIRING: the first process inside the root. Brings the mail system up, tells the story
# where Postfix has all of it, proves the delivery contract, and takes all down. It ends with the
# status of the proofs.
set -euo pipefail
cd /e2e/inside

eval "$(python3 names.py "$SEED")"
ip link set lo up
hostname mx.example.test
: >/etc/resolv.conf # nobody is there to be asked
printf '127.0.0.1 mx.example.test imap.example.test localhost\n' >/etc/hosts
postroom --version >/dev/null || { echo "the binary given does not run in a Debian 12 root"; exit 1; }

case $1 in
exim | opensmtpd | sendmail) mta=$1 ;;
*) mta=postfix ;;
esac
. ./accounts.sh
. ./desk.sh
. ./$mta.sh
. ./wirings.sh

trap 'stop_mta; doveadm stop' EXIT
install -m 644 dovecot*.conf /etc/dovecot
install -m 666 /dev/null /var/log/e2e/dovecot.log # dovecot-lda writes there as the desk's account
wire_"$1"
wire_cron
dovecot
start_mta
status=0
case $1 in
pipe | alias | procmail) python3 story.py "$1" || status=1 ;;
esac
python3 contract.py "$1" || status=1
exit $status
