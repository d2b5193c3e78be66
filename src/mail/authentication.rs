//! What our own mail server found out about the sender: Authentication-Results (RFC 8601).

use super::comment;
use super::fields::{Field, Fields};

/// What a check said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It passed.
    Pass,
    /// It failed, softly or not.
    Fail,
    /// It was not made, came to no result, or is not to be believed.
    #[default]
    None,
}

impl Verdict {
    /// The word in the store; none where nothing is known.
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Verdict::Pass => Some("pass"),
            Verdict::Fail => Some("fail"),
            Verdict::None => None,
        }
    }
}

/// The verdicts on the sender of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Authentication {
    /// Whether the domain of From stands behind the mail (RFC 7489).
    pub dmarc: Verdict,
    /// Whether the envelope sender's domain lets this server send (RFC 7208).
    pub spf: Verdict,
}

/// Reads the verdicts of the server that is configured as `authserv_id`; without one, nothing is
/// believed (R75).
///
/// Only fields of that id count, and only above the first foreign Received: one that was not
/// written `by` that host or a host below it. Servers put their results beneath their own
/// Received, so they have to remove forged fields of their id (RFC 8601 section 5); in case they do
/// not, the topmost result of a method counts, which is theirs. That DMARC passed is believed of the
/// topmost field alone: it is found out last, and below a field that does not tell of it a stranger
/// may.
#[must_use]
pub fn verdict(fields: &Fields<'_>, authserv_id: Option<&str>) -> Authentication {
    let mut found = Authentication::default();
    let Some(own) = authserv_id.filter(|id| !id.is_empty()) else { return found };
    let trusted = fields.above_received(|received| is_by(received, own));
    let results: Vec<Vec<(String, Verdict)>> = trusted
        .iter()
        .filter(|field| field.is("Authentication-Results"))
        .filter_map(|field| results(field, own))
        .collect();
    found.dmarc = match topmost(&results, "dmarc") {
        Verdict::Pass => topmost(results.get(..1).unwrap_or_default(), "dmarc"),
        told => told,
    };
    found.spf = topmost(&results, "spf");
    found
}

/// Whether a Received field was written by this host or one below it.
fn is_by(received: &str, host: &str) -> bool {
    let bare = bare(received).to_lowercase();
    let mut words = bare.split([' ', ';']).skip_while(|word| *word != "by");
    let by = words.nth(1).unwrap_or_default().trim_end_matches('.');
    let host = host.to_lowercase();
    by == host || by.strip_suffix(&host).is_some_and(|below| below.ends_with('.'))
}

/// The results in one field, if it is of our server.
fn results(field: &Field<'_>, own: &str) -> Option<Vec<(String, Verdict)>> {
    let text = bare(&field.unfolded()).to_lowercase();
    let mut clauses = text.split(';');
    // A version may follow the id: "mx.example.org 1".
    let id = clauses.next()?.split_whitespace().next()?;
    if !id.eq_ignore_ascii_case(own) {
        return None;
    }
    Some(clauses.filter_map(result).collect())
}

/// `method=result`, with or without a version of the method, before its properties.
fn result(clause: &str) -> Option<(String, Verdict)> {
    let (method, rest) = clause.split_once('=')?;
    let method = method.split('/').next()?.trim();
    let verdict = match rest.split_whitespace().next()? {
        "pass" => Verdict::Pass,
        "fail" | "softfail" | "hardfail" => Verdict::Fail,
        _ => Verdict::None,
    };
    Some((method.to_owned(), verdict))
}

/// The verdict of the topmost field that tells of a method; of several results, the best.
fn topmost(results: &[Vec<(String, Verdict)>], method: &str) -> Verdict {
    let told = results.iter().find(|field| field.iter().any(|(name, _)| name == method));
    let verdicts = told.into_iter().flatten().filter(|(name, _)| name == method);
    let verdicts: Vec<Verdict> = verdicts.map(|(_, verdict)| *verdict).collect();
    let best_first = [Verdict::Pass, Verdict::Fail];
    best_first.into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or_default()
}

/// A value without its comments and what it quotes: these may hold any `;` and `=`.
fn bare(value: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let mut is_bare = |c: char| {
        let is_end = c == '"' && !escaped;
        quoted ^= is_end;
        escaped = c == '\\' && !escaped;
        !quoted && !is_end
    };
    comment::without(value).chars().filter(|c| is_bare(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "Received: from x by mx.example.org (Postfix) with ESMTP; Mon\n";

    fn dmarc(header: &str) -> Verdict {
        verdict(&Fields::scan(header.as_bytes()), Some("mx.example.org")).dmarc
    }

    fn results(text: &str) -> String {
        format!("Authentication-Results: {text}\n")
    }

    #[test]
    fn what_our_server_says() {
        for (text, wanted) in [
            ("mx.example.org; dmarc=pass header.from=x.org", Verdict::Pass),
            ("MX.example.org 1; spf=pass; DMARC=Fail (p=none) header.from=x", Verdict::Fail),
            ("mx.example.org;\n\tdkim=pass;\n\tdmarc/1=pass", Verdict::Pass),
            ("mx.example.org (x; dmarc=fail); dmarc = pass", Verdict::Pass),
            ("mx.example.org; spf=pass reason=\"; dmarc=pass\"", Verdict::None),
            ("mx.example.org; dmarc=temperror", Verdict::None),
            ("mx.example.org; none", Verdict::None),
            ("mx.example.org", Verdict::None),
            ("mx.example.com; dmarc=pass", Verdict::None),
            ("evil.mx.example.org; dmarc=pass", Verdict::None),
            ("", Verdict::None),
        ] {
            assert_eq!(dmarc(&results(text)), wanted, "{text}");
        }
    }

    #[test]
    fn where_it_is_believed() {
        let pass = results("mx.example.org; dmarc=pass");
        let fail = results("mx.example.org; dmarc=fail");
        let spf = results("mx.example.org; spf=pass");
        let foreign = "Received: from mx.example.org by evil.example; Mon\n";
        let inner = "Received: from mx by imap.mx.example.org with LMTP; Mon\n";
        for (header, wanted) in [
            (format!("{pass}{OURS}"), Verdict::Pass),
            (format!("{OURS}{pass}{foreign}"), Verdict::Pass),
            (format!("{inner}{OURS}{fail}{foreign}"), Verdict::Fail),
            (format!("{OURS}{foreign}{pass}"), Verdict::None),
            (format!("{foreign}{pass}"), Verdict::None),
            (format!("{OURS}{fail}{pass}"), Verdict::Fail),
            (format!("{OURS}{spf}{pass}"), Verdict::None),
            (format!("{OURS}{spf}{fail}"), Verdict::Fail),
            (format!("{OURS}{pass}{spf}"), Verdict::Pass),
            (format!("Received: x (by mx.example.org)\n{pass}"), Verdict::None),
        ] {
            assert_eq!(dmarc(&header), wanted, "{header}");
        }
        let unconfigured = verdict(&Fields::scan(pass.as_bytes()), None);
        assert_eq!(unconfigured, Authentication::default());
    }

    #[test]
    fn the_best_of_several_counts() {
        for (text, wanted) in [
            ("mx.example.org; spf=fail smtp.helo=a; spf=pass smtp.mailfrom=b", Verdict::Pass),
            ("mx.example.org; spf=none smtp.helo=a; spf=softfail", Verdict::Fail),
        ] {
            let text = results(text);
            let found = verdict(&Fields::scan(text.as_bytes()), Some("mx.example.org"));
            assert_eq!((found.spf, found.dmarc), (wanted, Verdict::None), "{text}");
        }
    }
}
