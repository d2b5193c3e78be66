# sendmail.sh: Sendmail on the loopback; example.test is ours. The example's lines go into the middle
# of the .mc file, see wirings.sh.

ln -sf /usr/libexec/sendmail/sendmail /usr/sbin/sendmail-mta
for account in smmta smmsp; do
  groupadd --system $account
  useradd --system --gid $account --home-dir /var/lib/sendmail $account
done
install -d -m 700 /var/spool/mqueue
install -d /var/lib/sendmail/host_status /run/sendmail/mta /etc/mail/smrsh
echo example.test >/etc/mail/local-host-names
: >/etc/mail/aliases
for link in /usr/sbin/sendmail /usr/sbin/newaliases; do
  ln -sf /usr/libexec/sendmail/sendmail $link
done

start_mta() {
  {
    cat <<'S'
divert(0)dnl
define(`_USE_ETC_MAIL_')dnl
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`debian')dnl
DOMAIN(`debian-mta')dnl
define(`confDOMAIN_NAME', `mx.example.test')dnl
define(`ALIAS_FILE', `/etc/mail/aliases')dnl
define(`STATUS_FILE', `/var/lib/sendmail/sendmail.st')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Port=smtp, Addr=127.0.0.1')dnl
FEATURE(`use_cw_file')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`nocanonify')dnl
S
    cat /etc/mail/wired.mc
    printf '%s\n' "MAILER(\`local')dnl" "MAILER(\`smtp')dnl"
  } >/etc/mail/sendmail.mc
  m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf
  newaliases
  sendmail -bd -X /var/log/e2e/sendmail-smtp.log
}

stop_mta() {
  kill "$(head -n 1 /run/sendmail/mta/sendmail.pid)"
}
