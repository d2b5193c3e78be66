//! The language, and what it means.

use super::Query;

mod language;
mod meaning;

fn read(text: &str) -> Query {
    match text.parse() {
        Ok(query) => query,
        Err(why) => panic!("{why}\n{}", why.excerpt(text)),
    }
}
