//! The first step of reading: text to tokens with their places.

use super::read;
use crate::domain::Located;

/// One token and the byte offset where it begins.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `name:value`, or a value alone.
    Term {
        name: Option<&'a str>,
        value: Value<'a>,
    },
}

/// What is looked for, and how it was written.
#[derive(Debug)]
pub(super) struct Value<'a> {
    pub(super) at: usize,
    pub(super) form: Form<'a>,
}

#[derive(Debug)]
pub(super) enum Form<'a> {
    /// Without quotes.
    Bare(&'a str),
    /// What the quotes held, its escapes resolved.
    Quoted(String),
    /// What stands between the slashes, as written.
    Regex(&'a str),
}

/// Cuts a text into tokens.
pub(super) fn lex(text: &str) -> Result<Vec<Token<'_>>, Located> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn token(&mut self) -> Result<Option<Token<'a>>, Located> {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.take(blanks);
        let at = self.at;
        let kind = match self.rest().chars().next() {
            None => return Ok(None),
            Some('(') => self.sign(Kind::Open),
            Some(')') => self.sign(Kind::Close),
            Some('-') => self.minus()?,
            Some('"' | '/') => Kind::Term { name: None, value: self.value()? },
            Some(_) => self.bare_or_named()?,
        };
        if !matches!(kind, Kind::Open | Kind::Close | Kind::Not) {
            self.end_of_term()?;
        }
        Ok(Some(Token { at, kind }))
    }

    fn sign(&mut self, kind: Kind<'a>) -> Kind<'a> {
        self.take(1);
        kind
    }

    fn minus(&mut self) -> Result<Kind<'a>, Located> {
        let at = self.at;
        self.take(1);
        if self.rest().chars().next().is_none_or(char::is_whitespace) {
            return Err(Located::new(at, "write what to leave out right after the '-'"));
        }
        Ok(Kind::Not)
    }

    fn bare_or_named(&mut self) -> Result<Kind<'a>, Located> {
        if let Some(name) = name(self.rest()) {
            // First, or else "http://a" would be blamed for its regex.
            read::check_name(name).map_err(|why| Located::new(self.at, why))?;
            self.take(name.len() + 1);
            if self.rest().chars().next().is_none_or(ends_bare) && !self.rest().starts_with('"') {
                let what = format!(
                    "the value after '{name}:' is missing; write it without a blank, in quotes if it has any"
                );
                return Err(Located::new(self.at, what));
            }
            return Ok(Kind::Term { name: Some(name), value: self.value()? });
        }
        let value = self.value()?;
        let is = |keyword: &str| matches!(value.form, Form::Bare(word) if word.eq_ignore_ascii_case(keyword));
        Ok(match () {
            () if is("and") => Kind::And,
            () if is("or") => Kind::Or,
            () if is("not") => Kind::Not,
            () => Kind::Term { name: None, value },
        })
    }

    fn value(&mut self) -> Result<Value<'a>, Located> {
        let at = self.at;
        let form = match self.rest().chars().next() {
            Some('"') => Form::Quoted(unescaped(self.delimited('"', "quote")?)),
            Some('/') => Form::Regex(self.delimited('/', "regex")?),
            _ => {
                let length = self.rest().find(ends_bare).unwrap_or(self.rest().len());
                Form::Bare(self.take(length))
            }
        };
        Ok(Value { at, form })
    }

    /// What stands up to the next `mark` that no backslash is before.
    fn delimited(&mut self, mark: char, what: &str) -> Result<&'a str, Located> {
        let at = self.at;
        self.take(mark.len_utf8());
        let mut is_escaped = false;
        for (length, c) in self.rest().char_indices() {
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                _ if c == mark => {
                    let inner = self.take(length);
                    self.take(mark.len_utf8());
                    return Ok(inner);
                }
                _ => {}
            }
        }
        Err(Located::new(at, format!("this {what} is not closed; end it with {mark}")))
    }

    /// A term ends at a blank, at the end, or at a closing parenthesis.
    fn end_of_term(&self) -> Result<(), Located> {
        match self.rest().chars().next() {
            None | Some(')') => Ok(()),
            Some(c) if c.is_whitespace() => Ok(()),
            Some('"') => Err(Located::new(self.at, "put a blank before this quote")),
            Some(c) => Err(Located::new(self.at, format!("put a blank before this '{c}'"))),
        }
    }
}

fn ends_bare(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

/// The name of a term: a letter, then letters, digits and what names may hold, before a colon.
fn name(rest: &str) -> Option<&str> {
    let (name, _) = rest.split_once(':')?;
    let fits = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    (name.starts_with(char::is_alphabetic) && name.chars().all(fits)).then_some(name)
}

/// In quotes `\"` is a quote and `\\` a backslash; any other backslash is itself.
fn unescaped(inner: &str) -> String {
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(escaped @ ('"' | '\\'))) => {
                plain.push(escaped);
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}
