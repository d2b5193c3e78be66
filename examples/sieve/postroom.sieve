# /etc/dovecot/postroom.sieve; then sievec /etc/dovecot/postroom.sieve, as root.
require "vnd.dovecot.pipe";

# Sieve tells no exit status apart. Whatever fails, 75 too, ends the script, and the mail is kept in
# INBOX; the MTA is told "delivered" and does not come again. The line of the crontab takes it from
# there. Never ":try": then a failure counts as delivered, and the mail is gone.
pipe "postroom";
