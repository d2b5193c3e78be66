-- The store of a desk, version 2. Times are UTC milliseconds; names are those of postroom.toml.
--
-- Of more than two words, a CHECK says "x = 'a' OR x = 'b'": for an IN of three SQLite makes a table
-- at each row that it writes.
--
-- Three kinds of tables:
--   the record      message, raw, pack, arrival, dropped, event, note, outbox: what came, was done
--   the projection  conversation*, entry, copy, related, correlation, participant:
--                   folded from events, rebuilt by `check --rebuild`
--   operation       unrouted, autoreply, position, search: neither undone nor rebuilt

CREATE TABLE desk (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    made  INTEGER NOT NULL,
    clock TEXT    NOT NULL CHECK (clock IN ('system', 'test'))
) STRICT;

-- Each configuration that was used for writing, once.
CREATE TABLE config (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       BLOB    NOT NULL UNIQUE,
    first_used INTEGER NOT NULL,
    text       TEXT    NOT NULL
) STRICT;

-- One RFC 5322 mail, with what was understood of it when it came.
CREATE TABLE message (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    identity         BLOB    NOT NULL UNIQUE,
    identity_version INTEGER NOT NULL,
    raw_hash         BLOB    NOT NULL,               -- SHA-256 of the raw bytes
    size             INTEGER NOT NULL,               -- of the raw bytes
    direction        TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
    received         INTEGER NOT NULL,               -- our clock
    date             INTEGER,                        -- the Date field, shown only
    message_id       TEXT,                           -- the first, without angle brackets
    subject          TEXT    NOT NULL,
    class            TEXT    NOT NULL,
    signal           TEXT,                           -- what decided the class
    attachments      INTEGER NOT NULL,
    indexed          INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1)),
    purged           INTEGER REFERENCES event (id)   -- by which it was forgotten, but for its identity
) STRICT;
CREATE INDEX message_message_id ON message (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX message_received   ON message (received);        -- date: the few of a day among all
CREATE INDEX message_report     ON message (class) WHERE class = 'bounce' OR class = 'abuse-report';
CREATE INDEX message_unindexed  ON message (id) WHERE indexed = 0;

-- The bytes as they came, in rows of at most 1 MiB, until they are packed.
CREATE TABLE raw (
    message INTEGER NOT NULL REFERENCES message (id),
    chunk   INTEGER NOT NULL,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (message, chunk)
) STRICT;

-- The bytes of messages that rest, one behind the other in one frame, so that what replies quote is
-- kept once. No row is ever changed: to pack otherwise is to make another.
CREATE TABLE pack (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    size  INTEGER NOT NULL,                          -- of what is in it
    bytes BLOB    NOT NULL                           -- Zstandard (RFC 8878)
) STRICT;

-- Where the bytes of a message begin in what is in a pack; no row of raw is left of it then.
CREATE TABLE packed (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    pack    INTEGER NOT NULL REFERENCES pack (id),
    offset  INTEGER NOT NULL
) STRICT;
CREATE INDEX packed_pack ON packed (pack, offset);

-- Who stands in the header of a message; and, as 'recipient' at the id of the arrival, whom an
-- incoming one arrived for, so that one index answers to: for all of them.
CREATE TABLE message_address (
    message  INTEGER NOT NULL REFERENCES message (id),
    role     TEXT    NOT NULL
             CHECK (role = 'from' OR role = 'sender' OR role = 'reply-to' OR role = 'to' OR role = 'cc'
                    OR role = 'recipient'),
    position INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    address  TEXT    NOT NULL,
    key      TEXT    NOT NULL,                       -- folded; with extension
    person   TEXT    NOT NULL,                       -- folded; without extension
    domain   TEXT    NOT NULL,                       -- folded
    ours     INTEGER NOT NULL CHECK (ours IN (0, 1)),  -- of an inbox or an agent, when it came
    PRIMARY KEY (message, role, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_address_person ON message_address (domain, person, message);  -- from:@example.org, too

-- Message-IDs that a message refers to, known or not; nearest first.
CREATE TABLE reference (
    message    INTEGER NOT NULL REFERENCES message (id),
    position   INTEGER NOT NULL,
    message_id TEXT    NOT NULL,
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_message_id ON reference (message_id, message);

-- Further Message-IDs that a message claims: others may refer to it by any.
CREATE TABLE message_alias (
    message    INTEGER NOT NULL REFERENCES message (id),
    message_id TEXT    NOT NULL,
    PRIMARY KEY (message_id, message)
) STRICT, WITHOUT ROWID;

-- What could not be understood of a message.
CREATE TABLE message_defect (
    message INTEGER NOT NULL REFERENCES message (id),
    defect  TEXT    NOT NULL,
    PRIMARY KEY (message, defect)
) STRICT, WITHOUT ROWID;

-- What a report says became of a mail, for each recipient that it names (RFC 3464).
CREATE TABLE message_bounce (
    message    INTEGER NOT NULL REFERENCES message (id),
    position   INTEGER NOT NULL,
    recipient  TEXT    NOT NULL,                     -- whom the mail was for in the end
    original   TEXT,                                 -- whom it was sent to, where that is another
    person     TEXT    NOT NULL,                     -- whom it was sent to: folded, without extension
    action     TEXT    NOT NULL
               CHECK (action = 'failed' OR action = 'delayed' OR action = 'delivered'
                      OR action = 'relayed' OR action = 'expanded'),
    status     TEXT,                                 -- 5.1.1
    derived    INTEGER NOT NULL CHECK (derived IN (0, 1)),  -- no code stood there, we made it
    diagnostic TEXT,                                 -- what the refusing system said
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_bounce_person ON message_bounce (person, message);

-- One coming-in of a message.
CREATE TABLE arrival (
    id             INTEGER PRIMARY KEY,
    message        INTEGER NOT NULL REFERENCES message (id),
    inbox          TEXT    NOT NULL,
    recipient      TEXT    NOT NULL,                 -- as given; '' when none was
    received       INTEGER NOT NULL,
    sender         TEXT,                             -- envelope; NULL unknown, '' the null sender
    extension      TEXT,
    wiring         TEXT    NOT NULL
                   CHECK (wiring = 'stdin' OR wiring = 'file' OR wiring = 'maildir' OR wiring = 'mbox'),
    trace          TEXT    NOT NULL,                 -- what machines put on top, where raw has it not
    dmarc          TEXT,                             -- pass or fail, where a trusted field says so
    spf            TEXT,
    UNIQUE (message, inbox, recipient)
) STRICT;
CREATE INDEX arrival_forged ON arrival (message) WHERE dmarc = 'fail';  -- few, or none

-- What [[drop]] kept out of an inbox, and [[refuse]] where no answer could be given: all that is kept
-- of it. It is no message, and comes in if the rule is gone when it comes again.
CREATE TABLE dropped (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    identity   BLOB    NOT NULL,
    message_id TEXT,                                 -- NULL when it has none, or was purged
    inbox      TEXT    NOT NULL,
    recipient  TEXT    NOT NULL,                     -- '' when none was known, or it was purged
    sender     TEXT,                                 -- envelope; NULL unknown or purged, '' the null sender
    rule       TEXT    NOT NULL,
    place      TEXT    NOT NULL,                     -- of the rule: file:line
    config     INTEGER NOT NULL REFERENCES config (id),
    UNIQUE (identity, inbox)
) STRICT;

CREATE TABLE conversation (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox         TEXT    NOT NULL,
    status        TEXT    NOT NULL
                  CHECK (status = 'open' OR status = 'pending' OR status = 'snoozed'
                         OR status = 'closed' OR status = 'spam'),
    snoozed_until INTEGER,
    keep_on_reply INTEGER NOT NULL DEFAULT 0,
    assignee      TEXT,                              -- 'anna' or 'team:finance'
    priority      INTEGER NOT NULL,                  -- 0 low, 1 normal, 2 high, 3 urgent
    root          INTEGER NOT NULL,                  -- where it is shown: itself, until it is merged
    first_message INTEGER REFERENCES message (id),
    opened        INTEGER NOT NULL,
    closed        INTEGER,
    purged        INTEGER,
    waiting_since INTEGER,
    last_person   INTEGER NOT NULL,
    changed       INTEGER NOT NULL,
    seq           INTEGER NOT NULL
) STRICT;
-- Of what is shown, in the order of a page: the table itself is not looked at.
CREATE INDEX conversation_status   ON conversation (status, changed)
    WHERE root = number AND purged IS NULL;
CREATE INDEX conversation_changed  ON conversation (changed) WHERE root = number AND purged IS NULL;
CREATE INDEX conversation_assignee ON conversation (assignee, status) WHERE assignee IS NOT NULL;
CREATE INDEX conversation_waiting  ON conversation (waiting_since) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversation_root     ON conversation (root) WHERE root <> number;

-- What is shown at a conversation: itself, and those that are merged into it.
CREATE VIEW member (root, conversation) AS
    SELECT number, number FROM conversation
    UNION ALL
    SELECT root, number FROM conversation WHERE root <> number;

CREATE TABLE conversation_tag (
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    tag          TEXT    NOT NULL,
    PRIMARY KEY (conversation, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_tag_tag ON conversation_tag (tag, conversation);

CREATE TABLE conversation_field (
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    name         TEXT    NOT NULL,
    value        TEXT    NOT NULL,
    PRIMARY KEY (conversation, name)
) STRICT, WITHOUT ROWID;
-- With the value, so that comparing the values of one field reads nothing else.
CREATE INDEX conversation_field_name ON conversation_field (name, value);

-- Where a message has its home; it is shown at the root of that conversation.
CREATE TABLE entry (
    message      INTEGER NOT NULL REFERENCES message (id),
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    event        INTEGER NOT NULL REFERENCES event (id),             -- by which it came there
    PRIMARY KEY (message, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_conversation ON entry (conversation, message);

-- Mail that came twice, straight and by a list.
CREATE TABLE copy (
    message  INTEGER NOT NULL REFERENCES message (id),
    original INTEGER NOT NULL REFERENCES message (id),   -- that came first
    PRIMARY KEY (message, original)
) STRICT, WITHOUT ROWID;

-- Conversations that have to do with each other; how is the word of a step, or 'same' where a
-- message belongs to both and they are offered for merge.
CREATE TABLE related (
    conversation INTEGER NOT NULL REFERENCES conversation (number),  -- that of the message
    other        INTEGER NOT NULL REFERENCES conversation (number),
    how          TEXT    NOT NULL
                 CHECK (how = 'stranger' OR how = 'foreign-token' OR how = 'closed-too-long'
                        OR how = 'same'),
    message      INTEGER NOT NULL REFERENCES message (id),           -- that says so
    PRIMARY KEY (conversation, other, how)
) STRICT, WITHOUT ROWID;
CREATE INDEX related_other ON related (other, conversation);

-- The keys that [[correlate]] found in messages, in the inbox where it did.
CREATE TABLE correlation (
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    message      INTEGER NOT NULL REFERENCES message (id),
    inbox        TEXT    NOT NULL,
    rule         TEXT    NOT NULL,
    key          TEXT    NOT NULL,                   -- lower case, parts joined by TAB
    written      INTEGER,                            -- its Date, where that tells the order
    PRIMARY KEY (conversation, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX correlation_key     ON correlation (inbox, rule, key, message);
CREATE INDEX correlation_written ON correlation (inbox, rule, key, written);

-- Outside people on a conversation: the contact it began with, and third parties.
CREATE TABLE participant (
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    person       TEXT    NOT NULL,
    role         TEXT    NOT NULL CHECK (role IN ('contact', 'third-party')),
    name         TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    PRIMARY KEY (conversation, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    effective    INTEGER NOT NULL,
    actor        TEXT    NOT NULL,
    via          TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    cause        INTEGER REFERENCES event (id),
    batch        INTEGER NOT NULL,                   -- the first event of the same command
    config       INTEGER NOT NULL REFERENCES config (id),
    kind         TEXT    NOT NULL,
    v            INTEGER NOT NULL,
    data         TEXT    NOT NULL,
    UNIQUE (conversation, seq)
) STRICT;
-- The events of a command behind its first two, which a new conversation begins with.
CREATE INDEX event_batch ON event (batch) WHERE batch < id - 1;

-- Internal text. No query that composes mail to a participant reads this table.
CREATE TABLE note (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    at           INTEGER NOT NULL,
    author       TEXT    NOT NULL,
    text         TEXT    NOT NULL
) STRICT;
CREATE INDEX note_conversation ON note (conversation, id);

-- Mail recorded; its bytes are those of the message. States as in R141.
CREATE TABLE outbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    message      INTEGER NOT NULL UNIQUE REFERENCES message (id),
    kind         TEXT    NOT NULL
                 CHECK (kind = 'reply' OR kind = 'receipt' OR kind = 'closed'),
    sender       TEXT    NOT NULL,                   -- envelope; '' the null sender
    state        TEXT    NOT NULL
                 CHECK (state = 'queued' OR state = 'sending' OR state = 'accepted'
                        OR state = 'failed' OR state = 'uncertain'),
    attempts     INTEGER NOT NULL,
    doubts       INTEGER NOT NULL DEFAULT 0,         -- how often sendmail's answer was lost
    due          INTEGER NOT NULL,                   -- next attempt, when queued or uncertain
    since        INTEGER NOT NULL,                   -- in this state
    code         INTEGER,                            -- exit status of the last attempt
    error        TEXT                                -- what sendmail said of it
) STRICT;
CREATE INDEX outbox_due ON outbox (due) WHERE state IN ('queued', 'sending', 'uncertain');
CREATE INDEX outbox_conversation ON outbox (conversation);

CREATE TABLE outbox_recipient (
    outbox   INTEGER NOT NULL REFERENCES outbox (id),
    position INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    address  TEXT    NOT NULL,
    person   TEXT    NOT NULL,
    PRIMARY KEY (outbox, position)
) STRICT, WITHOUT ROWID;

-- Arrivals that no rule has seen yet.
CREATE TABLE unrouted (
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    message      INTEGER NOT NULL REFERENCES message (id),
    PRIMARY KEY (conversation, message)
) STRICT, WITHOUT ROWID;

-- Whether a machine answered a message, and why not: asked once per message and conversation.
-- The answered ones are the memory of R115-R118.
CREATE TABLE autoreply (
    message      INTEGER NOT NULL REFERENCES message (id),
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    at           INTEGER NOT NULL,
    inbox        TEXT    NOT NULL,
    person       TEXT,                               -- who was answered
    domain       TEXT,
    text         TEXT,                               -- the text that was sent
    outbox       INTEGER REFERENCES outbox (id),
    refused      TEXT,                               -- the reason code, when nothing was sent
    PRIMARY KEY (message, conversation)
) STRICT, WITHOUT ROWID;
-- A person gets three of them a day at most, all together as many an hour as the brake lets through:
-- to count those of a person, or of an hour, is to read few.
CREATE INDEX autoreply_person ON autoreply (person, inbox, text, at) WHERE person IS NOT NULL;
CREATE INDEX autoreply_at     ON autoreply (at) WHERE person IS NOT NULL;

-- How far an mbox was read, so that an import that was ended goes on.
CREATE TABLE position (
    path     BLOB    NOT NULL,                       -- from the root
    manner   TEXT    NOT NULL,                       -- the options that say what becomes of its messages
    device   INTEGER NOT NULL,                       -- the file as it stood then
    inode    INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    modified INTEGER NOT NULL,                       -- in nanoseconds
    offset   INTEGER NOT NULL,                       -- all messages that begin before it are in
    prefix   BLOB    NOT NULL,                       -- state of a SHA-256 over the whole blocks before it
    PRIMARY KEY (path, manner)
) STRICT, WITHOUT ROWID;

-- Folded words (domain::words), joined by blanks: the tokenizer has nothing left to decide. A bullet
-- stands between two recipients, and where words of a body are left out since the message that it
-- answers has them (domain::repeat); being no word, it keeps a phrase from reaching across. Each word
-- of a recipient begins with an angle quote (U+203A), so that the word alone does not mean it.
CREATE VIRTUAL TABLE search USING fts5 (
    subject, author, recipients, body, content = '', contentless_delete = 1, tokenize = 'ascii'
);
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);  -- bytes; a batch is one segment
