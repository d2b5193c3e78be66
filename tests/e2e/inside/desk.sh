# desk.sh: a desk with two inboxes, two agents and rules of which one must match and two must not.

install -d -o desk -g desk -m 2770 /var/lib/postroom
ln -s /var/lib/postroom /etc/postroom
as desk postroom init /var/lib/postroom --quiet --group desk \
  --inbox support=support@example.test --inbox sales=sales@example.test

# All that sendmail gets is kept here, see sendmail-recorder.
install -d -o desk -g desk -m 2770 /var/log/e2e/desk /var/log/e2e/desk/sent

cat >/var/lib/postroom/postroom.toml <<S
[desk]
timezone = "Europe/Amsterdam"
fallback = "support"
sendmail = "/e2e/inside/sendmail-recorder"
log      = "/var/log/e2e/desk/log"

[inbox.support]
name      = "Example Support"
address   = ["support@example.test"]
autoreply = { receipt = "receipt" }

[inbox.sales]
address = ["sales@example.test"]

[agent.$AGENT]
name  = "$AGENT_NAME"
email = ["$AGENT@agents.test"]
login = "$AGENT"
inbox = { support = "full", sales = "full" }

[agent.$OTHER_AGENT]
name  = "$OTHER_AGENT"
email = ["$OTHER_AGENT@agents.test"]
login = "$OTHER_AGENT"
inbox = { sales = "full" }
S

cat >/var/lib/postroom/rules/20-e2e.toml <<S
[[rule]]
name = "$OTHER_RULE"
when = 'inbox:support subject:/$OTHER_WORD/'
then = ["tag +$OTHER_TAG"]

[[rule]]
name = "$RULE"
when = 'inbox:support subject:/$WORD/'
then = ["tag +$TAG", "assign $AGENT", "note 'noted by rule $RULE'", "set priority=high"]

[[rule]]
name = "$SALES_RULE"
when = 'inbox:sales subject:/$WORD/'
then = ["tag +$SALES_TAG", "assign $OTHER_AGENT"]
S
chown desk:desk /var/lib/postroom/postroom.toml /var/lib/postroom/rules/*
