//! Good queries and their canonical text, bad ones and what is said of them.

use proptest::prelude::*;

use super::super::arbitrary::wild_query;
use super::super::{Is, Query, Term};
use super::read;

#[test]
fn canonical_texts() {
    for (text, canonical) in [
        ("", ""),
        (" \n", ""),
        ("is:open", "is:open"),
        ("IS:Open  Has:ATTACHMENT", "is:open has:attachment"),
        ("is:open and inbox:support", "is:open inbox:support"),
        ("a or b c", "a or b c"),
        ("(a or b) c", "(a or b) c"),
        ("a OR (b AND c)", "a or b c"),
        ("(a b) (c (d))", "a b c d"),
        ("not a", "-a"),
        ("- a", "!"),
        ("-a", "-a"),
        ("--a", "a"),
        ("not not not a", "-a"),
        ("-(a or b)", "-(a or b)"),
        ("-(a)", "-a"),
        ("not a b", "-a b"),
        ("-a or b", "-a or b"),
        ("\"open invoice\"", "\"open invoice\""),
        ("\"invoice\"", "invoice"),
        ("\"or\" \"-a\" \"/a\"", "\"or\" \"-a\" \"/a\""),
        ("12:30", "\"12:30\""),
        (r#""a \" \\ \n""#, r#""a \" \\ \\n""#),
        ("e-mail erika@example.org a/b", "e-mail erika@example.org a/b"),
        ("/rechnung|invoice/", "/rechnung|invoice/"),
        (r"/a\/b\\/", r"/a\/b\\/"),
        ("subject:/a (b|c)\"/", "subject:/a (b|c)\"/"),
        ("-subject:/a/", "-subject:/a/"),
        ("tag:\"billing\" tag:none tag:billing/eu", "tag:billing tag:none tag:billing/eu"),
        ("assignee:me assignee:NONE assignee:anna", "assignee:me assignee:none assignee:anna"),
        ("team:finance", "team:finance"),
        ("from:\"Erika Muster\"", "from:\"Erika Muster\""),
        (
            "from:erika@example.org to:@Bücher.example",
            "from:erika@example.org to:@xn--bcher-kva.example",
        ),
        ("from:/@example\\.(org|com)/", "from:/@example\\.(org|com)/"),
        ("id:142 id:m881 id:\"<a!b@c>\" id:<a@c>", "id:142 id:m881 id:\"a!b@c\" id:a@c"),
        (
            "priority:high priority:High.. priority:low..normal priority:..low",
            "priority:high priority:high.. priority:low..normal priority:..low",
        ),
        ("field.Order:A-77 FIELD.x:any field.x:none", "field.Order:A-77 field.x:any field.x:none"),
        ("field.x:\"any\" field.x:\"\" field.x:/^a/", "field.x:\"any\" field.x:\"\" field.x:/^a/"),
        ("field.x:a*", "field.x:\"a*\""),
        ("date:2026-05-01", "date:2026-05-01"),
        ("date:2026-05-01..2026-05-31", "date:2026-05-01..2026-05-31"),
        ("date:2026-05-01.. date:..2026-05", "date:2026-05-01.. date:..2026-05"),
        ("date:2026 date:2024..2026-05", "date:2026 date:2024..2026-05"),
        (
            "date:Today date:yesterday..today date:2024-02-29",
            "date:today date:yesterday..today date:2024-02-29",
        ),
        ("age:90s.. idle:..2h idle:2h..2d", "age:1m30s.. idle:..2h idle:2h..2d"),
        ("subject:东京 text:\"naïve\"", "subject:东京 text:naïve"),
    ] {
        if canonical == "!" {
            assert!(text.parse::<Query>().is_err(), "{text}");
            continue;
        }
        assert_eq!(read(text).to_string(), canonical, "{text}");
        assert_eq!(read(canonical), read(text), "{text}");
    }
}

#[test]
fn mistakes_are_pointed_at() {
    for (text, column, says) in [
        (
            "subjekt:x",
            1,
            "there is no term 'subjekt'; did you mean subject:? If it is text, put it in quotes",
        ),
        ("is:open ibnox:x", 9, "did you mean inbox:?"),
        ("owner:anna", 1, "did you mean assignee:?"),
        ("a müde: x", 3, "there is no term 'müde'"),
        ("http://example.org", 1, "the terms are age, assignee, date, field.NAME,"),
        ("Re:", 1, "there is no term 'Re'"),
        ("a tag: x", 7, "the value after 'tag:' is missing; write it without a blank"),
        ("subject:(a b)", 9, "in quotes"),
        ("is:opne", 4, "did you mean is:open? it takes open, pending, snoozed, closed, spam, un"),
        ("is:/open/", 4, "a regex can stand alone or after subject: text: from: to: field.NAME:"),
        ("has:image", 5, "the one value of has: is attachment"),
        ("inbox:142", 7, "digits only"),
        ("assignee:team:finance", 10, "write team:finance"),
        ("tag:\"a b\"", 5, "only letters, digits"),
        ("tag:any", 5, "has a meaning of its own"),
        ("priority:hihg", 10, "'hihg' is not a priority: low, normal, high or urgent"),
        ("priority:low..top", 15, "'top' is not a priority"),
        ("priority:high..low", 10, "ends before it starts"),
        ("priority:..", 10, "needs a start or an end"),
        (
            "date:2026-5-1",
            6,
            "'2026-5-1' is no day: write 2026-05-01, 2026-05, 2026, today or yesterday",
        ),
        ("date:2026-02-29", 6, "is no day"),
        ("date:today..yesterday", 6, "ends before it starts"),
        ("date:2026-05..2026-04-30", 6, "ends before it starts"),
        ("date:2027..2026-12", 6, "ends before it starts"),
        ("date:2026-05-01..x", 18, "'x' is no day"),
        ("date:1..2..3", 6, "is no day"),
        ("age:2d", 5, "write age:2d.. for at least, age:..2d for at most"),
        ("idle:2y..", 6, "'2y' is not a span of time"),
        ("idle:2d..2h", 6, "ends before it starts"),
        ("idle:soon", 6, "write it as a range: idle:2d.."),
        ("id:x881", 4, "write 142, m881 or a Message-ID"),
        ("from:@", 6, "is not a domain"),
        ("from:@a@b", 6, "is not a domain"),
        ("field.:x", 7, "it is empty"),
        ("field.142:x", 7, "digits only"),
        ("/a(/", 3, "this is no regex: unclosed group"),
        ("subject:/a{1000}{1000}{1000}/", 10, "too large"),
        ("//", 2, "empty regex"),
        ("/a", 1, "this regex is not closed; end it with /"),
        ("/etc/passwd", 6, "put a blank before this 'p'"),
        ("a \"b", 3, "this quote is not closed; end it with \""),
        ("a\"b\"", 2, "put a blank before this quote"),
        ("a(b)", 2, "put a blank before this '('"),
        ("fac*", 1, "use a /regex/"),
        ("subject:!!!", 9, "no letter or digit"),
        ("a (b", 3, "this '(' is not closed; add a ')'"),
        ("a) b", 2, "this ')' closes nothing; remove it"),
        ("()", 2, "a term is missing before this ')'"),
        ("or a", 1, "a term is missing before 'or'"),
        ("a and or b", 7, "a term is missing before 'or'; to look for the word, write \"or\""),
        ("a or", 5, "a term is missing at the end"),
        ("a not", 6, "a term is missing at the end"),
        ("a - b", 3, "right after the '-'"),
    ] {
        let why = text.parse::<Query>().expect_err(text);
        assert!(why.message.contains(says), "{text}: {why}");
        assert_eq!(why.column(text), column, "{text}: {why}");
        assert!(!why.message.ends_with('.') && !why.message.contains('\n'), "{why}");
    }
}

#[test]
fn sizes_are_limited() {
    let nested = |deep: usize| format!("{}a{}", "(".repeat(deep), ")".repeat(deep));
    assert_eq!(read(&nested(64)), read("a"));
    assert_eq!(nested(65).parse::<Query>().unwrap_err().offset, 65);
    assert!("not ".repeat(65).parse::<Query>().is_err());
    assert!("(".repeat(16_000).parse::<Query>().unwrap_err().message.contains("64 deep"));
    assert_eq!(read(&"ab ".repeat(5_000)).terms().len(), 5_000);
    assert_eq!("é".repeat(9_000).parse::<Query>().unwrap_err().offset, 16_384);
    // Each word gets quotes in the canonical text, which would be too long.
    assert!("1:2 ".repeat(4_000).parse::<Query>().is_err());
    assert!(format!("\"{}\"", "a ".repeat(65)).parse::<Query>().is_err());
}

#[test]
fn queries_join() {
    assert_eq!(read("a or b").and(read("c d")).to_string(), "(a or b) c d");
    assert_eq!(Query::all().and(read("a")), read("a"));
    assert_eq!(Query::all().and(Query::all()), Query::all());
}

/// The manual page: what it shows can be typed, and it names every term.
#[test]
fn the_manual_page_is_right() {
    let page = include_str!("../../../../man/postroom-query.7");
    let examples = page.lines().filter(|line| line.starts_with("postroom "));
    let plain = examples.map(|line| line.replace("\\(aq", "'").replace("\\-", "-"));
    let queries: Vec<String> =
        plain.map(|line| line.split('\'').nth(1).unwrap().to_owned()).collect();
    assert!(queries.len() >= 7, "{queries:?}");
    queries.iter().for_each(|query| drop(read(query)));
    for name in Term::NAMES.map(|name| name.trim_end_matches("NAME")) {
        assert!(
            page.contains(&format!("Cm {name} ")) || page.contains(&format!("Cm {name}:")),
            "{name}"
        );
    }
    for is in Is::ALL {
        assert!(page.contains(is.as_str()), "{is}");
    }
    // Every diagnostic is one that can come.
    for (text, says) in [
        (
            "subjekt:x",
            "there is no term 'subjekt'; did you mean subject:? If it is text, put it in quotes",
        ),
        ("/etc/passwd", "put a blank before this 'p'"),
        ("fac*", "'*' stands for nothing here: words compare whole; use a /regex/"),
        ("age:2d", "write age:2d.. for at least, age:..2d for at most"),
    ] {
        assert!(page.contains(&format!(".It {says}\n")), "{says}");
        assert_eq!(text.parse::<Query>().unwrap_err().message, says);
    }
}

proptest! {
    #[test]
    fn canonical_text_reads_back(query in wild_query()) {
        let text = query.to_string();
        let again = text.parse::<Query>();
        prop_assert_eq!(again.as_ref(), Ok(&query), "{}", text);
    }

    #[test]
    fn whatever_is_read_reads_back(text in prop::collection::vec(prop_oneof![
        prop::sample::select(&[
            "(", ")", " ", " ", "-", "not ", " or ", " and ", "\"", "/", "\\", "..", ":", "@", "<", ">",
            "tag:", "from:", "to:@", "id:", "date:", "age:", "priority:", "field.a:", "subject:", "any",
            "none", "me", "2d", "2026-05", "today", "high", "a", "b@c.d", "ü", "東京", "*", "。",
        ][..]).prop_map(str::to_owned),
        "\\PC{1,3}",
    ], 0..12)) {
        let text = text.concat();
        match text.parse::<Query>() {
            Err(why) => prop_assert!(text.is_char_boundary(why.offset), "{why:?}"),
            Ok(query) => prop_assert_eq!(query.to_string().parse::<Query>(), Ok(query)),
        }
    }
}
