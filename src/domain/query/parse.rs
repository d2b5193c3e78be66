//! The grammar: `or` binds looser than `and`, which may be left out, and `not` tightest.
//!
//! ```text
//! query = [ or ]
//! or    = and { "or" and }
//! and   = not { [ "and" ] not }
//! not   = ( "not" | "-" ) not | "(" or ")" | term
//! ```

use super::lex::{Kind, Token, lex};
use super::read;
use super::term::Term;
use super::tree::Tree;
use crate::domain::Located;

/// How deep parentheses and negations may nest.
const DEEPEST: usize = 64;

/// Reads a whole query.
pub(super) fn parse(text: &str) -> Result<Tree<Term>, Located> {
    let mut parser = Parser { tokens: lex(text)?.into_iter().peekable(), end: text.len() };
    if parser.tokens.peek().is_none() {
        return Ok(Tree::And(Vec::new()));
    }
    let tree = parser.or(0)?;
    match parser.tokens.next() {
        None => Ok(tree),
        Some(token) => Err(Located::new(token.at, "this ')' closes nothing; remove it")),
    }
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'a>>>,
    end: usize,
}

impl Parser<'_> {
    fn or(&mut self, depth: usize) -> Result<Tree<Term>, Located> {
        let mut parts = vec![self.and(depth)?];
        while self.tokens.next_if(|token| matches!(token.kind, Kind::Or)).is_some() {
            parts.push(self.and(depth)?);
        }
        Ok(Tree::or(parts))
    }

    fn and(&mut self, depth: usize) -> Result<Tree<Term>, Located> {
        let mut parts = vec![self.not(depth)?];
        loop {
            let is_said = self.tokens.next_if(|token| matches!(token.kind, Kind::And)).is_some();
            let ends = |token: &Token<'_>| matches!(token.kind, Kind::Or | Kind::Close);
            if !is_said && self.tokens.peek().is_none_or(ends) {
                return Ok(Tree::and(parts));
            }
            parts.push(self.not(depth)?);
        }
    }

    fn not(&mut self, depth: usize) -> Result<Tree<Term>, Located> {
        let Some(Token { at, kind }) = self.tokens.next() else {
            return Err(Located::new(self.end, "a term is missing at the end"));
        };
        if depth > DEEPEST {
            return Err(Located::new(at, format!("this is nested more than {DEEPEST} deep")));
        }
        match kind {
            Kind::Not => self.not(depth + 1).map(Tree::not),
            Kind::Open => self.group(at, depth + 1),
            Kind::Term { name, value } => read::term(name, at, &value).map(Tree::Term),
            Kind::Close => Err(Located::new(at, "a term is missing before this ')'")),
            Kind::And => Err(missing_before(at, "and")),
            Kind::Or => Err(missing_before(at, "or")),
        }
    }

    /// What stands in parentheses; the opening one, at `open`, is taken.
    fn group(&mut self, open: usize, depth: usize) -> Result<Tree<Term>, Located> {
        let tree = self.or(depth)?;
        match self.tokens.next() {
            Some(_) => Ok(tree),
            None => Err(Located::new(open, "this '(' is not closed; add a ')'")),
        }
    }
}

fn missing_before(at: usize, word: &str) -> Located {
    let what = format!("a term is missing before '{word}'; to look for the word, write \"{word}\"");
    Located::new(at, what)
}
