//! What is wrong with a message: recorded and shown, never a reason to refuse it (R7).

use std::fmt;

/// One thing that is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// Not one header field.
    NoHeader,
    /// More bytes than are looked at (R36).
    TooLarge,
    /// More header than is looked at.
    TooMuchHeader,
    /// A header that ends at a line that is no field, with fields behind it.
    BrokenHeader,
    /// No From field with an address.
    NoAuthor,
    /// More than one From field.
    SeveralFrom,
    /// More than one author in From, and Sender does not say which (R78).
    SeveralAuthors,
    /// The display name of the author shows another address (R78).
    NameShowsAddress,
    /// More than one Subject field.
    SeveralSubject,
    /// More than one Message-ID field (R52).
    SeveralMessageId,
    /// A Date field that is no date.
    BadDate,
    /// More parts than are looked at.
    TooManyParts,
    /// Parts nested deeper than is looked at.
    TooDeep,
    /// A multipart whose boundary is missing or never comes.
    NoBoundary,
    /// A character set that nobody knows, or bytes that are not in it.
    BadCharset,
    /// Bytes that are not in the transfer encoding of their part.
    BadEncoding,
    /// A transfer encoding that nobody knows.
    UnknownEncoding,
    /// A winmail.dat: Outlook packed its text or attachments in a form of its own (MS-OXTNEF).
    Tnef,
    /// More visible text than is kept.
    TextCut,
    /// Our parser failed on it: a bug of ours.
    ParserFault,
}

impl Defect {
    /// Every defect.
    pub const ALL: [Defect; 20] = [
        Defect::NoHeader,
        Defect::TooLarge,
        Defect::TooMuchHeader,
        Defect::BrokenHeader,
        Defect::NoAuthor,
        Defect::SeveralFrom,
        Defect::SeveralAuthors,
        Defect::NameShowsAddress,
        Defect::SeveralSubject,
        Defect::SeveralMessageId,
        Defect::BadDate,
        Defect::TooManyParts,
        Defect::TooDeep,
        Defect::NoBoundary,
        Defect::BadCharset,
        Defect::BadEncoding,
        Defect::UnknownEncoding,
        Defect::Tnef,
        Defect::TextCut,
        Defect::ParserFault,
    ];

    /// The stable word, for the store, JSON and queries.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.told().0
    }

    /// The sentence for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        self.told().1
    }

    fn told(self) -> (&'static str, &'static str) {
        match self {
            Defect::NoHeader => ("no-header", "There is no header field at all."),
            Defect::TooLarge => (
                "too-large",
                "It is too large to be understood whole; only its beginning was read.",
            ),
            Defect::TooMuchHeader => {
                ("too-much-header", "The header is too large; only its beginning was read.")
            }
            Defect::BrokenHeader => (
                "broken-header",
                "A line that is no field ends the header; the fields behind it were read as text.",
            ),
            Defect::NoAuthor => ("no-author", "No From field names an address."),
            Defect::SeveralFrom => {
                ("several-from", "There are several From fields; the first one counts.")
            }
            Defect::SeveralAuthors => (
                "several-authors",
                "From names several authors and Sender does not say which; the first one counts.",
            ),
            Defect::NameShowsAddress => (
                "name-shows-address",
                "The name of the author shows an address that is not the author's.",
            ),
            Defect::SeveralSubject => {
                ("several-subject", "There are several Subject fields; the first one counts.")
            }
            Defect::SeveralMessageId => {
                ("several-message-id", "There are several Message-IDs; the first one counts.")
            }
            Defect::BadDate => ("bad-date", "The Date field is no date."),
            Defect::TooManyParts => {
                ("too-many-parts", "It has too many parts; only the first ones were read.")
            }
            Defect::TooDeep => {
                ("too-deep", "Its parts are nested too deeply; the inner ones were not read.")
            }
            Defect::NoBoundary => {
                ("no-boundary", "A multipart lacks its boundary; it was read as text.")
            }
            Defect::BadCharset => {
                ("bad-charset", "A character set is unknown or wrong; some letters are guessed.")
            }
            Defect::BadEncoding => {
                ("bad-encoding", "A part is not encoded as it says; some of it may be missing.")
            }
            Defect::UnknownEncoding => (
                "unknown-encoding",
                "A part is encoded in a way that nobody knows; it is as it came.",
            ),
            Defect::Tnef => (
                "tnef",
                "Outlook packed what it holds into a winmail.dat (TNEF), which was not unpacked.",
            ),
            Defect::TextCut => ("text-cut", "The text is very long; only its beginning was kept."),
            Defect::ParserFault => {
                ("parser-fault", "Our parser failed on this message; please report it.")
            }
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_stable_and_distinct() {
        let words: BTreeSet<_> = Defect::ALL.iter().map(|defect| defect.as_str()).collect();
        assert_eq!(words.len(), Defect::ALL.len());
        for word in words {
            assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{word}");
        }
    }
}
