# wirings.sh: the files under examples/, as printed but for the domain, put where they say.

example() { # FILE: its text, with our domain
  sed 's/example\.org/example.test/g' "/e2e/examples/$1"
}

wire_pipe() {
  example postfix-pipe/main.cf >>/etc/postfix/main.cf
  example postfix-pipe/master.cf >>/etc/postfix/master.cf
  example postfix-pipe/transport >/etc/postfix/transport
  postmap /etc/postfix/transport
  newaliases
}

wire_alias() {
  example postfix-alias/main.cf >>/etc/postfix/main.cf
  example postfix-alias/aliases >>/etc/aliases
  newaliases
}

wire_procmail() {
  example procmail/main.cf >>/etc/postfix/main.cf
  example procmail/aliases >>/etc/aliases
  example procmail/procmailrc >/etc/postfix/procmailrc
  newaliases
}

# The lines are run by story.py as cron would run them, without waiting for the minute.
wire_cron() {
  install -d -o desk -g desk -m 700 /var/mail/support /var/mail/support/{new,cur,tmp}
  example cron/crontab | crontab -u desk -
}
