#!/bin/bash
# root.sh: make target/e2e/root, a Debian 12 with the mail programs that the tests talk to, and
# target/e2e/layer/NAME for each MTA that Debian does not install beside Postfix.
#
# Nothing is installed on this machine and nothing in its /etc changes: debootstrap is fetched
# from the machine's own apt sources and unpacked under target/. The root is kept until the list
# below changes; one that was not finished has no stamp and is made again.
#
# Exit status: 0 the root is there, 77 it cannot be made here (1 under CI=true), 1 making it failed.
set -euo pipefail

suite=bookworm
packages=(
  postfix procmail maildrop fdm fetchmail getmail6 dovecot-imapd dovecot-lmtpd dovecot-sieve
  msmtp cron neomutt notmuch iproute2 python3-minimal
  mandoc  # no mail program: it proves the manual where the machine has none
  python3 # python3-minimal lacks email, imaplib and smtplib
)

# Unpacked, not installed, with what they need and the root lacks; enter.sh lays one over the root.
layers=(
  "exim exim4-daemon-light"
  "opensmtpd opensmtpd"
  "sendmail sendmail-bin sendmail-cf m4"
)

top=$(cd "$(dirname "$0")/../.." && pwd)
e2e=$top/target/e2e
root=$e2e/root
wanted=$(printf '%s\n' "$suite" "${packages[@]}" "${layers[@]}" | sha256sum | cut -d' ' -f1)

cannot() { # REASON...
  {
    echo "=================================================================="
    echo "  THE END-TO-END TESTS CANNOT RUN HERE"
    printf '  %s\n' "$@"
    echo "  No mail went through a real Postfix; nothing is proved about it."
    echo "=================================================================="
  } >&2
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

[ "$(id -u)" = 0 ] || cannot "They need root, for chroot and namespaces of their own."
for tool in unshare chroot setpriv; do
  command -v $tool >/dev/null || cannot "The command $tool is missing."
done
unshare -m -n -p -f true 2>/dev/null || cannot "unshare is refused: no namespaces for us here."

[ "$(cat "$root/.stamp" 2>/dev/null)" != "$wanted" ] || exit 0

for tool in apt-get dpkg; do
  command -v $tool >/dev/null || cannot "The command $tool is missing: this is no Debian."
done

rm -rf "$root" "$e2e/tools" "$e2e/layer"
mkdir -p "$e2e"/{tools,debs} "$e2e"/apt/{state/lists/partial,cache/archives/partial}

# The machine's apt sources, read with lists and caches of our own.
apt=(-qq -o "Dir::State=$e2e/apt/state" -o Dir::State::status=/var/lib/dpkg/status
  -o "Dir::Cache=$e2e/apt/cache" -o APT::Sandbox::User=root)
apt-get "${apt[@]}" update >&2 || cannot "apt-get update failed: no Debian mirror can be reached."
mirror=$(apt-get "${apt[@]}" indextargets --format '$(REPO_URI)' \
  "Origin: Debian" "Codename: $suite" "Component: main" "Created-By: Packages" | head -n 1)
[ -n "$mirror" ] || cannot "The apt sources of this machine name no mirror of Debian $suite."
(cd "$e2e/tools" && apt-get "${apt[@]}" download debootstrap >&2) ||
  cannot "debootstrap could not be fetched from $mirror."
dpkg -x "$e2e"/tools/debootstrap_*.deb "$e2e/tools"

echo "making $root from $mirror; this takes a minute or two, once" >&2
include=$(IFS=,; echo "${packages[*]}")
# Namespaces, so that neither a mount nor a daemon started by a package is left on the machine.
if ! DEBOOTSTRAP_DIR=$e2e/tools/usr/share/debootstrap DEBIAN_FRONTEND=noninteractive \
  setpriv --pdeathsig KILL unshare -m -p -f --kill-child \
  "$e2e/tools/usr/sbin/debootstrap" --variant=minbase --include="$include" \
  --cache-dir="$e2e/debs" "$suite" "$root" "$mirror" >"$e2e/debootstrap.log" 2>&1; then
  tail -n 20 "$e2e/debootstrap.log" >&2
  echo "root.sh: debootstrap failed; all of its output is in $e2e/debootstrap.log" >&2
  exit 1
fi

layer() { # NAME PACKAGE...
  local name=$1 debs=$e2e/debs/$1 into=$e2e/layer/$1; shift
  local install=("${apt[@]}" -o "Dir::State::status=$root/var/lib/dpkg/status" -t "$suite"
    --no-install-recommends -y install "$@")
  mkdir -p "$debs/partial" "$into"/usr/{bin,sbin,lib}
  local wanted
  wanted=$(apt-get --print-uris "${install[@]}" | cut -d' ' -f2) &&
    apt-get -o "Dir::Cache::archives=$debs" --download-only "${install[@]}" >>"$e2e/debootstrap.log" 2>&1 ||
    cannot "The packages of $name could not be fetched from $mirror."
  for deb in $wanted; do dpkg -x "$debs/$deb" "$into"; done # names of files, without spaces
  # In the root these are links into /usr, which a directory would cover.
  for merged in bin sbin lib; do
    [ ! -d "$into/$merged" ] || { cp -a "$into/$merged/." "$into/usr/$merged/"; rm -r "${into:?}/$merged"; }
  done
}
for words in "${layers[@]}"; do layer $words; done # NAME PACKAGE... are words

rm -rf "$root"/var/cache/apt/archives/*.deb "$e2e/apt"
echo "$wanted" >"$root/.stamp"
