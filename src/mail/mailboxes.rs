//! Lists of mailboxes, read as leniently as they are written. An address is never put together of
//! pieces that may not belong together: an answer would go to somebody else.

use super::fields::Field;
use super::{clean, decode};
use crate::domain::{Address, Mailbox};

/// What may stand before an address in its brackets, in lower case.
const SCHEMES: [&str; 2] = ["mailto:", "smtp:"];

/// The mailboxes of a field that have a usable address.
pub(super) fn read(field: &Field<'_>) -> Vec<Mailbox> {
    let listed = decode::addresses(field).into_iter();
    let found: Vec<Mailbox> = listed.flat_map(|(name, word)| entry(&name, &word)).collect();
    if !found.is_empty() {
        return found;
    }
    // Not a list as RFC 5322 draws it: take what looks like an address.
    let text = decode::text(field);
    addresses_in(&text).map(|address| Mailbox { name: String::new(), address }).collect()
}

/// The words of a text that are addresses.
pub(super) fn addresses_in(text: &str) -> impl Iterator<Item = Address> {
    let words = text.split(|c: char| c.is_whitespace() || "<>(),;:\"'[]".contains(c));
    words.filter(|word| word.contains('@')).filter_map(|word| clean::word(word).parse().ok())
}

/// The mailboxes of an entry, which are several where commas are missing. Without brackets around the
/// address all of it is taken for one: `Erika Example erika@example.org`.
fn entry(name: &str, written: &str) -> Vec<Mailbox> {
    let is_outside = |c: char| c.is_whitespace() || "<>".contains(c);
    // Of doubled brackets the last one is left in the name.
    let name = if written.starts_with('<') { name.trim_end_matches(is_outside) } else { name };
    let written = written.trim_matches(is_outside);
    let named =
        |name: &str, word: &str| Some(Mailbox { name: name.to_owned(), address: one(word)? });
    let bare = bare(written);
    if let Some(found) = named(name, bare) {
        return vec![found];
    }
    match words(bare).as_slice() {
        [only] => named(name, only).into_iter().collect(),
        several if name.is_empty() && !written.contains('"') => {
            let (all, name): (Vec<&str>, Vec<&str>) =
                several.iter().map(String::as_str).partition(|word| word.contains('@'));
            let name = if all.len() == 1 { name.join(" ") } else { String::new() };
            all.into_iter().filter_map(|word| named(&name, word)).collect()
        }
        _ => Vec::new(),
    }
}

/// An address without a scheme, quotes around all of it, and a route (RFC 5322 section 4.4).
fn bare(written: &str) -> &str {
    let quoted = |quote| written.strip_prefix(quote)?.strip_suffix(quote);
    let text = quoted('\'').or_else(|| quoted('"')).unwrap_or(written);
    let scheme = SCHEMES.iter().find(|scheme| {
        text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    });
    let text = scheme.and_then(|scheme| text.get(scheme.len()..)).unwrap_or(text);
    match text.rsplit_once(':') {
        Some((route, address)) if route.starts_with('@') => address,
        _ => text,
    }
}

/// The words of an address: one, as blanks may stand beside its `@` and its dots.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut goes_on = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if goes_on || word.starts_with(['@', '.']) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        goes_on = word.ends_with('@') || word == ".";
    }
    words
}

/// The address that a word is. With a second `@` outside of quotes it is two, or none.
fn one(word: &str) -> Option<Address> {
    let word = word.trim_matches(['<', '>']);
    let signs = word.matches('@').count();
    word.parse().ok().filter(|_| signs == 1 || word.starts_with('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(list: &str) -> Vec<(String, String)> {
        let field = Field { name: "From", value: list.as_bytes() };
        let all = read(&field).into_iter();
        all.map(|mailbox| (mailbox.name, mailbox.address.to_string())).collect()
    }

    /// Each list is one mailbox: its name and its address.
    fn expect(cases: &[(&str, &str, &str)]) {
        for (list, name, address) in cases {
            assert_eq!(read_as(list), [((*name).to_owned(), (*address).to_owned())], "{list}");
        }
    }

    #[test]
    fn as_rfc_5322_draws_them() {
        expect(&[
            ("erika@x.org", "", "erika@x.org"),
            ("Erika Example <erika@x.org>", "Erika Example", "erika@x.org"),
            ("\"Example, Erika\" <erika@x.org>", "Example, Erika", "erika@x.org"),
            ("erika@x.org (Erika Example)", "Erika Example", "erika@x.org"),
            ("=?utf-8?q?M=C3=BCde?= <m@x.org>", "Müde", "m@x.org"),
            ("Erika <\"erika.example\"@x.org>", "Erika", "erika.example@x.org"),
            ("Erika <@a.org,@b.org:erika@x.org>", "Erika", "erika@x.org"),
            ("erika . example @ x . org", "", "erika.example@x.org"),
            ("Erika <erika@[192.0.2.1]>", "Erika", "erika@[192.0.2.1]"),
        ]);
        assert_eq!(read_as("Team: a@x.org, b@x.org;").len(), 2);
        assert_eq!(read_as("undisclosed-recipients:;"), []);
    }

    #[test]
    fn as_programs_write_them() {
        expect(&[
            ("Erika Example erika@x.org", "Erika Example", "erika@x.org"),
            ("Dr. Erika erika@x.org", "Dr. Erika", "erika@x.org"),
            ("erika@x.org Erika", "Erika", "erika@x.org"),
            ("Erika erika@x.org>", "Erika", "erika@x.org"),
            ("Erika <erika@x.org", "Erika", "erika@x.org"),
            ("\"Erika\" erika@x.org", "Erika", "erika@x.org"),
            ("\"Erika\" <<erika@x.org>>", "Erika", "erika@x.org"),
            ("Erika < erika@x.org >", "Erika", "erika@x.org"),
            ("Erika <erika@x .org>", "Erika", "erika@x.org"),
            ("Erika <mailto:erika@x.org>", "Erika", "erika@x.org"),
            ("Erika <SMTP:erika@x.org>", "Erika", "erika@x.org"),
            ("Erika <'erika@x.org'>", "Erika", "erika@x.org"),
            ("\"host\" <host.x.org root@x.org>", "", "root@x.org"),
        ]);
        let two = ["a@x.org", "b@y.org"].map(|address| (String::new(), address.to_owned()));
        assert_eq!(read_as("a@x.org b@y.org"), two);
        assert_eq!(read_as("A <a@x.org> <b@y.org>"), two);
        let quoted = ("Erika".to_owned(), "\"erika example\"@x.org".to_owned());
        assert_eq!(read_as("Erika <\"erika example\"@x.org>"), [quoted]);
        assert_eq!(read_as("\"erika example\"@x.org"), []);
    }
}
