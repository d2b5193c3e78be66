//! By which indexes SQLite answers what is asked for each mail: nothing may grow with the desk.

use rusqlite::Connection;

use super::event;

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
    for (sql, first) in [(
        event::of_message().as_str(),
        "SEARCH event USING INDEX event_message (conversation=? AND <expr>=?)",
    )] {
        let plan = plan(&connection, sql);
        assert_eq!(plan.first().map(String::as_str), Some(first), "{sql}: {plan:#?}");
        assert!(!plan.iter().any(|line| line.starts_with("SCAN ")), "{sql}: {plan:#?}");
    }
}
