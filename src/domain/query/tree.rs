//! How terms are joined: and, or, not.

use std::fmt;

/// Terms, joined. Queries hold it over what people wrote, bound ones over absolute values.
///
/// In a query no `And` holds an `And`, no `Or` an `Or`, no `Not` a `Not`, and only the empty
/// `And`, which is the whole of a query that matches everything, has fewer than two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree<T> {
    /// All of them; with none, everything.
    And(Vec<Tree<T>>),
    /// At least one of them.
    Or(Vec<Tree<T>>),
    /// Not this.
    Not(Box<Tree<T>>),
    /// One test.
    Term(T),
}

impl<T> Tree<T> {
    /// All of the parts, joined as flatly as they can be.
    pub(super) fn and(parts: Vec<Tree<T>>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Tree::And(inner) => inner,
            other => vec![other],
        });
        one_or(flat.collect(), Tree::And)
    }

    /// At least one of the parts, joined as flatly as they can be.
    pub(super) fn or(parts: Vec<Tree<T>>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part {
            Tree::Or(inner) => inner,
            other => vec![other],
        });
        one_or(flat.collect(), Tree::Or)
    }

    /// The opposite; of an opposite, the thing itself.
    pub(super) fn not(part: Tree<T>) -> Self {
        match part {
            Tree::Not(inner) => *inner,
            other => Tree::Not(Box::new(other)),
        }
    }

    /// Every term, in the order of writing, whether negated or not.
    #[must_use]
    pub fn terms(&self) -> Vec<&T> {
        match self {
            Tree::And(parts) | Tree::Or(parts) => parts.iter().flat_map(Tree::terms).collect(),
            Tree::Not(inner) => inner.terms(),
            Tree::Term(term) => vec![term],
        }
    }

    /// The same tree over other terms.
    pub(super) fn map<U>(&self, f: &impl Fn(&T) -> U) -> Tree<U> {
        let all = |parts: &[Tree<T>]| parts.iter().map(|part| part.map(f)).collect();
        match self {
            Tree::And(parts) => Tree::And(all(parts)),
            Tree::Or(parts) => Tree::Or(all(parts)),
            Tree::Not(inner) => Tree::Not(Box::new(inner.map(f))),
            Tree::Term(term) => Tree::Term(f(term)),
        }
    }
}

/// The part itself if there is just one.
fn one_or<T>(mut parts: Vec<Tree<T>>, join: fn(Vec<Tree<T>>) -> Tree<T>) -> Tree<T> {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// The canonical text: `a b`, `a or b`, `-a`, with parentheses only where they are needed.
impl<T: fmt::Display> fmt::Display for Tree<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::And(parts) => joined(f, parts, " "),
            Tree::Or(parts) => joined(f, parts, " or "),
            Tree::Not(inner) => match **inner {
                Tree::Term(ref term) => write!(f, "-{term}"),
                ref other => write!(f, "-({other})"),
            },
            Tree::Term(term) => term.fmt(f),
        }
    }
}

/// `or` binds looser than `and`: only within an `and` it needs parentheses.
fn joined<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parts: &[Tree<T>],
    between: &str,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        match part {
            Tree::Or(_) => write!(f, "({part})")?,
            other => write!(f, "{other}")?,
        }
    }
    Ok(())
}
