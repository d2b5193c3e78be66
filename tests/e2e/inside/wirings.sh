# wirings.sh: the files under examples/, as printed but for the domain, put where they say.

example() { # FILE: its text, with our domain
  sed 's/example\.org/example.test/g; s/example\[.\]org/example[.]test/g' "/e2e/examples/$1"
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

wire_maildrop() {
  example maildrop/main.cf >>/etc/postfix/main.cf
  example maildrop/aliases >>/etc/aliases
  example maildrop/mailfilter | install -o desk -m 644 /dev/stdin /etc/postfix/mailfilter
  newaliases
}

wire_exim() {
  example exim/router >/etc/exim4/conf.d/router/350_postroom
  example exim/transport >/etc/exim4/conf.d/transport/30_postroom
}

wire_opensmtpd() {
  example opensmtpd/smtpd.conf >>/etc/smtpd.conf
}

wire_sendmail() {
  example sendmail/sendmail.mc >/etc/mail/wired.mc
  example sendmail/aliases >>/etc/mail/aliases
  install -m 755 /e2e/examples/sendmail/postroom /etc/mail/smrsh/postroom
}

# The fetchers find the mail of support@ in a mailbox of Dovecot, by TLS, with a certificate that
# this machine trusts.
imap_server() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=imap.example.test \
    -addext subjectAltName=DNS:imap.example.test -keyout /etc/dovecot/e2e.key \
    -out /etc/dovecot/e2e.pem 2>/dev/null
  cat /etc/dovecot/e2e.pem >>/etc/ssl/certs/ca-certificates.crt
  ln -s ca-certificates.crt /etc/ssl/certs/$(openssl x509 -hash -noout -in /etc/dovecot/e2e.pem).0
  echo '!include dovecot-tls.conf' >>/etc/dovecot/dovecot.conf
}

wire_fdm() {
  imap_server
  example fdm/fdm.conf | install -o desk -g desk -m 600 /dev/stdin /home/desk/.fdm.conf
}

wire_fetchmail() {
  imap_server
  example fetchmail/fetchmailrc | install -o desk -g desk -m 600 /dev/stdin /home/desk/.fetchmailrc
}

wire_getmail() {
  imap_server
  as desk mkdir -p /home/desk/.config/getmail
  example getmail/getmailrc | install -o desk -g desk -m 600 /dev/stdin /home/desk/.config/getmail/getmailrc
}

dovecot_with_sieve() {
  example sieve/dovecot.conf >/etc/dovecot/95-postroom.conf
  echo '!include 95-postroom.conf' >>/etc/dovecot/dovecot.conf
  rm /etc/dovecot/dovecot-contacts.conf # it would answer for the inboxes, too
  sed -i 's/^protocols = .*/protocols = imap lmtp/' /etc/dovecot/dovecot.conf
  example sieve/postroom.users >/etc/dovecot/postroom.users
  example sieve/postroom.sieve >/etc/dovecot/postroom.sieve
  sievec /etc/dovecot/postroom.sieve
  install -D -m 755 /e2e/examples/sieve/postroom /etc/dovecot/sieve-pipe/postroom
  install -d -o desk -g desk -m 700 /var/mail/postroom
}

wire_sieve() {
  example sieve/main.cf >>/etc/postfix/main.cf
  example sieve/transport >/etc/postfix/transport
  postmap /etc/postfix/transport
  newaliases
  dovecot_with_sieve
}

# The same behind dovecot-lda.
wire_lda() {
  example sieve-lda/main.cf >>/etc/postfix/main.cf
  example sieve-lda/master.cf >>/etc/postfix/master.cf
  example sieve-lda/transport >/etc/postfix/transport
  postmap /etc/postfix/transport
  newaliases
  dovecot_with_sieve
}
