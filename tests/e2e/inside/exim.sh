# exim.sh: Exim as Debian configures it, in many files, on the loopback; example.test is ours, and
# what is not delivered is tried again by whoever says so.

groupadd --system Debian-exim
useradd --system --gid Debian-exim --home-dir /var/spool/exim4 Debian-exim
install -d -o Debian-exim -g Debian-exim -m 750 /var/spool/exim4 /var/log/exim4 /var/lib/exim4
install -d -o root -g Debian-exim -m 755 /run/exim4
echo mx.example.test >/etc/mailname
echo 'postmaster: root' >/etc/aliases
cat >/etc/exim4/update-exim4.conf.conf <<S
dc_eximconfig_configtype='internet'
dc_other_hostnames='example.test'
dc_local_interfaces='127.0.0.1'
dc_readhost=''
dc_relay_domains=''
dc_minimaldns='true'
dc_relay_nets=''
dc_smarthost=''
CFILEMODE='644'
dc_use_split_config='true'
dc_hide_mailname=''
dc_mailname_in_oh='true'
dc_localdelivery='maildir_home'
S

start_mta() {
  update-exim4.conf
  exim4 -bd & # whose parent is process 1 does not go to the background by itself
}

stop_mta() {
  kill %1
}
