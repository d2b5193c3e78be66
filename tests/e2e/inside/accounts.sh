# accounts.sh: the people of this run. The desk's account owns the database and runs what mail
# comes in; the agents work under uids of their own, in its group. Contacts have mailboxes only.

groupadd --gid "$DESK_UID" desk
useradd --uid "$DESK_UID" --gid desk --create-home --shell /bin/sh desk
useradd --uid "$AGENT_UID" --user-group --groups desk --create-home --shell /bin/sh "$AGENT"
useradd --user-group --groups desk --create-home --shell /bin/sh "$OTHER_AGENT"

useradd --uid 5000 --user-group --home-dir /srv/mail --create-home contacts

# as USER COMMAND...: with nothing in the environment but what login gives.
as() {
  local user=$1; shift
  (cd / && setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups env -i \
    HOME="/home/$user" LOGNAME="$user" USER="$user" SHELL=/bin/sh PATH=/usr/local/bin:/usr/bin:/bin "$@")
}
