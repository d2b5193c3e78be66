# opensmtpd.sh: OpenSMTPD on the loopback; the example makes it deliver example.test.

for account in opensmtpd opensmtpq; do
  groupadd --system $account
  useradd --system --gid $account --home-dir /run/opensmtpd --shell /usr/sbin/nologin $account
done
chgrp opensmtpq /usr/sbin/smtpctl && chmod g+s /usr/sbin/smtpctl
install -d -m 711 /var/spool/smtpd
install -d -m 755 /run/opensmtpd /var/empty
echo mx.example.test >/etc/mailname
cat >/etc/smtpd.conf <<'S'
listen on lo port 25
S

start_mta() {
  smtpd -v -d -f /etc/smtpd.conf >/var/log/e2e/opensmtpd.log 2>&1 &
}

stop_mta() {
  kill %1
}
