//! By which indexes SQLite answers what is asked for each mail: nothing may grow with the desk.

use rusqlite::Connection;

use super::{autoreply, bounce, copy, entry, key, line};

/// How SQLite goes about a statement: a line for each table.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = explain.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get(3).unwrap());
    }
    lines
}

#[test]
fn what_each_mail_asks() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(include_str!("schema.sql")).unwrap();
    for (sql, first) in [
        (entry::WITH_MESSAGE_ID, "message USING COVERING INDEX message_message_id (message_id=?)"),
        (entry::REFERRERS, "reference USING COVERING INDEX reference_message_id (message_id=?)"),
        (
            entry::SIBLINGS,
            "reference USING COVERING INDEX reference_message_id (message_id=? AND message<?)",
        ),
        (entry::MESSAGES_OF, "entry USING COVERING INDEX entry_conversation (conversation=?)"),
        (entry::ANSWERED, "reference USING PRIMARY KEY (message=?)"),
        (entry::SENT_TO, "sent USING INTEGER PRIMARY KEY (rowid=?)"),
        (copy::ORIGINALS, "message USING INDEX message_message_id (message_id=?)"),
        (
            key::OF_KEY,
            "correlation USING COVERING INDEX correlation_key (inbox=? AND rule=? AND key=?)",
        ),
        (
            key::LAST_WRITTEN,
            "correlation USING COVERING INDEX correlation_written (inbox=? AND rule=? AND key=? AND written>?)",
        ),
        (entry::UNROUTED_OF, "unrouted USING PRIMARY KEY (conversation=?)"),
        (bounce::UNREACHABLE, "message_bounce USING INDEX message_bounce_person (person=?)"),
        (line::LINE, "shown USING INTEGER PRIMARY KEY (rowid=?)"),
        (
            autoreply::TEXTS,
            "autoreply USING COVERING INDEX autoreply_person (person=? AND inbox=?)",
        ),
        (autoreply::SENDER_DAY, "autoreply USING COVERING INDEX autoreply_person (person=?)"),
        (autoreply::DOMAIN_HOUR, "autoreply USING INDEX autoreply_at (at>?)"),
        (autoreply::INBOX_HOUR, "autoreply USING INDEX autoreply_at (at>?)"),
        (autoreply::DESK_HOUR, "autoreply USING INDEX autoreply_at (at>?)"),
        (autoreply::ANSWERED, "autoreply USING PRIMARY KEY (message=?)"),
        (autoreply::COMPLAINED, "report USING COVERING INDEX message_report (class=?)"),
    ] {
        let plan = plan(&connection, sql);
        let wanted = format!("SEARCH {first}");
        let first = plan.iter().find(|line| line.starts_with("SEARCH "));
        assert_eq!(first, Some(&wanted), "{sql}: {plan:#?}");
        // The few messages that a statement names first are gone through one by one.
        let is_scan = |line: &String| {
            line.starts_with("SCAN ") && !["SCAN named", "SCAN found"].contains(&line.as_str())
        };
        assert!(!plan.iter().any(is_scan), "{sql}: {plan:#?}");
    }
}
