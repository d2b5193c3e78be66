//! Reading columns as words of the domain.

use std::fmt::Display;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};

use crate::domain::{Address, EnvelopeSender, Time};

/// A text column that holds a word with a form of its own.
pub(super) fn word<T>(row: &Row<'_>, column: usize) -> Result<T>
where
    T: FromStr,
    T::Err: Display,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error: T::Err| unreadable(column, &error))
}

/// The same, where NULL means none.
pub(super) fn word_or_none<T>(row: &Row<'_>, column: usize) -> Result<Option<T>>
where
    T: FromStr,
    T::Err: Display,
{
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|error: T::Err| unreadable(column, &error))).transpose()
}

/// A column that holds an instant, or NULL for none.
pub(super) fn time_or_none(row: &Row<'_>, column: usize) -> Result<Option<Time>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Time))
}

/// What stands in the column of an envelope sender: NULL where nobody told, '' for the null sender.
pub(super) fn of_sender(sender: &EnvelopeSender) -> Option<&str> {
    match sender {
        EnvelopeSender::Unknown => None,
        EnvelopeSender::Null => Some(""),
        EnvelopeSender::Address(address) => Some(address.as_str()),
    }
}

/// A column that holds an envelope sender.
pub(super) fn sender(row: &Row<'_>, column: usize) -> Result<EnvelopeSender> {
    let text: Option<String> = row.get(column)?;
    Ok(match text.as_deref() {
        None => EnvelopeSender::Unknown,
        Some("") => EnvelopeSender::Null,
        Some(_) => {
            word_or_none(row, column)?.map_or(EnvelopeSender::Unknown, EnvelopeSender::Address)
        }
    })
}

/// A column that holds a recipient; none where it is empty.
pub(super) fn recipient(row: &Row<'_>, column: usize) -> Result<Option<Address>> {
    let text: String = row.get(column)?;
    if text.is_empty() { Ok(None) } else { word(row, column).map(Some) }
}

/// The error of a column whose value this version cannot read.
pub(super) fn unreadable(column: usize, error: &dyn Display) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, error.to_string().into())
}
