# postfix.sh: Postfix on the loopback: example.test is ours, customer.test holds the contacts'
# Maildirs, and no mail goes anywhere else. The wiring of the desk is added by wirings.sh.
#
# Deferred mail is tried again quickly, but not below 2 s: the queue manager takes up a mail one
# second early, perhaps while its first delivery is not quite over, and then lets it lie.

start_mta() { postfix start; }
stop_mta() { postfix stop; }

postconf -e \
  compatibility_level=3.6 \
  myhostname=mx.example.test mydomain=example.test myorigin=example.test \
  mydestination=example.test,localhost \
  inet_interfaces=loopback-only inet_protocols=ipv4 mynetworks=127.0.0.0/8 \
  smtp_dns_support_level=disabled smtpd_peername_lookup=no \
  'default_transport=error:no mail leaves the test' 'relay_transport=error:no mail leaves the test' \
  maillog_file=/var/log/e2e/postfix.log \
  alias_maps=hash:/etc/aliases recipient_delimiter=+ \
  virtual_mailbox_domains=customer.test virtual_mailbox_base=/srv/mail \
  'virtual_mailbox_maps=inline:{}' virtual_uid_maps=static:5000 virtual_gid_maps=static:5000 \
  queue_run_delay=1s minimal_backoff_time=2s maximal_backoff_time=4s
boxes=
for contact in "$CONTACT" "$STRANGER" "$BUYER"; do
  boxes+="$contact@customer.test=$contact/Maildir/ "
done
postconf -e "virtual_mailbox_maps=inline:{ $boxes}"

# Debian chroots most services, where they would not find sockets and tables outside the queue.
postconf -F '*/*/chroot=n'
echo 'postmaster: root' >/etc/aliases
