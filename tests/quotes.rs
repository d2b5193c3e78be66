//! T3.7c: forty replies back and forth, each with all that was said before as its quote.
//!
//! What comes is kept byte for byte: until a sweep the database cannot be smaller than that, and must
//! not be three times as large. A sweep packs the mail: then all of the desk, with its index, grows
//! with what was said, as what a reader sees does.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

mod common;

use common::Desk;

/// Words of one reply; long enough that headers weigh little.
const WORDS: usize = 300;

/// What the nth person says: words that nobody said before.
fn own_words(n: usize) -> String {
    let words: Vec<String> = (0..WORDS).map(|word| format!("w{}x", n * WORDS + word)).collect();
    words.chunks(10).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
}

fn quoted(text: &str) -> String {
    let marked = text.lines().map(|line| match line.starts_with('>') {
        true => format!(">{line}\n"),
        false => format!("> {line}\n"),
    });
    format!(
        "On Mon, 1 Jun 2026 at 09:00, Erika <erika@customer.test> wrote:\n{}",
        marked.collect::<String>()
    )
}

fn mail(n: usize, text: &str) -> Vec<u8> {
    let last = n.saturating_sub(1);
    format!(
        "From: Erika <erika@customer.test>\nTo: support@example.test\nSubject: Re: Order\n\
         Message-ID: <{n}@customer.test>\nReferences: <0@customer.test> <{last}@customer.test>\n\n{text}\n"
    )
    .into_bytes()
}

/// Bytes of the database.
fn size(desk: &Desk) -> usize {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    usize::try_from(desk.number(sql)).unwrap()
}

#[test]
fn forty_replies_with_full_quotes() {
    let desk = Desk::new();
    let empty = size(&desk);
    let (mut text, mut said, mut came) = (String::new(), 0, 0);
    let mut sizes = Vec::new();
    for n in 0..40 {
        let own = own_words(n);
        said += own.len();
        text = if n == 0 { own } else { format!("{own}\n\n{}", quoted(&text)) };
        let raw = mail(n, &text);
        came += raw.len();
        desk.ingest(&raw);
        if n % 20 == 19 {
            desk.run(["list", "text:nothing"]).expect_success();
            sizes.push((came, size(&desk)));
        }
    }
    assert_eq!(desk.number("SELECT count(*) FROM conversation"), 1);

    let [(half_came, half), (all_came, all)] = sizes[..] else { panic!("two sizes") };
    assert!(all < 3 * all_came, "{all} bytes for {all_came}");
    assert!(all - half < 3 * (all_came - half_came), "{half}, then {all} bytes");

    desk.run(["sweep", "--all", "--vacuum"]).expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM raw"), 0);
    let packed = usize::try_from(desk.number("SELECT sum(length(bytes)) FROM pack")).unwrap();
    assert!(packed < 3 * said, "{packed} bytes are kept of {said}");
    let index = usize::try_from(desk.number("SELECT sum(length(block)) FROM search_data")).unwrap();
    let grown = size(&desk) - empty - index;
    common::say(&format!(
        "quotes: {said} bytes said, {came} came, {packed} packed, {grown} more of all, and an index \
         of {index}"
    ));
    assert!(grown + index < 3 * said, "the desk has grown by {grown} and {index} bytes for {said}");

    let page = desk.run(["show", "1"]).expect_success().text();
    assert!(page.len() < 3 * said, "{} bytes are printed of {said}", page.len());
    assert_eq!(page.matches("w0x ").count(), 1, "each word is seen once");
    let whole = desk.run(["show", "--full", "1"]).expect_success().text();
    assert_eq!(whole.matches("w0x ").count(), 40, "and is there in each mail");
}

/// The conversations that have these words.
fn found(desk: &Desk, query: &str) -> Vec<String> {
    let lines = desk.run(["list", "--numbers", query]).expect_success().text();
    lines.lines().map(str::to_owned).collect()
}

#[test]
fn what_is_quoted_is_found_where_it_was_said() {
    let desk = Desk::new();
    let question = own_words(0);
    let answer = mail(1, &format!("yes of course\n\n{}", quoted(&question)));
    desk.ingest(&mail(0, &question));
    desk.ingest(&answer);
    assert!(found(&desk, "text:nothing").is_empty(), "and all is indexed");
    for (query, numbers) in [
        ("text:w150x", &["1"][..]),
        ("text:course", &["1"]),
        // It begins in the reply and ends in its quote, or in the line above it.
        ("text:\"yes of course on mon 1 jun 2026 at\"", &["1"]),
        ("text:\"customer test wrote w0x w1x w2x w3x w4x w5x w6x w7x w8x w9x w10x w11x\"", &["1"]),
        ("text:\"customer test wrote w0x w1x w2x w3x w4x w5x w6x w7x w8x w9x w10x w12x\"", &[]),
        ("text:\"w0x w2x\"", &[]),
    ] {
        assert_eq!(found(&desk, query), numbers, "{query}");
    }

    // The same mail comes to an inbox where the question never came.
    desk.feed(["ingest", "--inbox", "sales"], &answer).expect_success();
    assert_eq!(desk.number("SELECT count(*) FROM message WHERE indexed = 0"), 1);
    assert_eq!(found(&desk, "text:w150x"), ["2", "1"]);
    assert_eq!(desk.number("SELECT count(*) FROM message WHERE indexed = 0"), 0);
    assert_eq!(found(&desk, "text:w150x inbox:sales"), ["2"]);

    // The question is forgotten where it was said; where it is quoted it stays.
    desk.run(["purge", "--yes", "1"]).expect_success();
    assert_eq!(found(&desk, "text:w150x"), ["2"]);
}
