//! A figure as a shape: a bar of block characters, exact to an eighth of a column.

/// One column in eighths, from one eighth to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar for `value`, where `most` would fill `width` columns. What is not zero is always seen.
#[must_use]
pub fn bar(value: u64, most: u64, width: usize) -> String {
    if value == 0 || most == 0 || width == 0 {
        return String::new();
    }
    let room = width.saturating_mul(8);
    let share = u128::from(value.min(most)) * (room as u128) / u128::from(most);
    let eighths = usize::try_from(share).unwrap_or(room).max(1);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).and_then(|rest| EIGHTHS.get(rest)));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars() {
        for (value, most, width, wanted) in [
            (0, 10, 4, ""),
            (10, 10, 4, "████"),
            (5, 10, 4, "██"),
            (1, 1000, 4, "▏"),
            (9, 16, 2, "█▏"),
            (15, 16, 2, "█▉"),
            (20, 10, 2, "██"),
            (1, 0, 4, ""),
            (1, 1, 0, ""),
            (u64::MAX, u64::MAX, 1, "█"),
        ] {
            assert_eq!(bar(value, most, width), wanted, "{value} of {most} in {width}");
        }
    }
}
