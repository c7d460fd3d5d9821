//! Equality and order of terms, as Erlang has them for the keys of a map: types before values, integers before floats.

use super::value::{Term, TermKind};
use std::cmp::Ordering;

impl PartialEq for Term {
    /// Exact equality (`=:=`); where the terms are does not count.
    fn eq(&self, other: &Term) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Term {}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Term) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Term {
    fn cmp(&self, other: &Term) -> Ordering {
        use TermKind::{Atom, Bits, Float, Fun, Map, Tuple};
        match (&self.kind, &other.kind) {
            (Atom(a), Atom(b)) => a.cmp(b),
            (Float(a), Float(b)) => a.total_cmp(b),
            (Fun(a), Fun(b)) => a.cmp(b),
            (Tuple(a), Tuple(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Map(a), Map(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Bits(a), Bits(b)) => a.bytes.cmp(&b.bytes).then(a.trailing.cmp(&b.trailing)),
            _ if is_integer(self) && is_integer(other) => compare_integers(self, other),
            _ if self.is_list() && other.is_list() => compare_lists(self, other),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

/// The place of a term's type in Erlang's order; integers come before floats, as among the keys of a map.
fn rank(term: &Term) -> u8 {
    match &term.kind {
        TermKind::Invalid => 0,
        TermKind::Int(_) | TermKind::Big(_) => 1,
        TermKind::Float(_) => 2,
        TermKind::Atom(_) => 3,
        TermKind::Fun(_) => 4,
        TermKind::Tuple(_) => 5,
        TermKind::Map(_) => 6,
        TermKind::List(_) | TermKind::Str(_) | TermKind::Improper(_) => 7,
        TermKind::Bits(_) => 8,
    }
}

fn is_integer(term: &Term) -> bool {
    matches!(term.kind, TermKind::Int(_) | TermKind::Big(_))
}

fn compare_integers(a: &Term, b: &Term) -> Ordering {
    match (&a.kind, &b.kind) {
        (TermKind::Int(a), TermKind::Int(b)) => a.cmp(b),
        (TermKind::Big(a), TermKind::Big(b)) => a.cmp(b),
        // A big one is outside the 64 bits: its sign decides.
        (TermKind::Int(_), TermKind::Big(b)) if b.sign() == num_bigint::Sign::Minus => Ordering::Greater,
        (TermKind::Int(_), _) => Ordering::Less,
        _ => compare_integers(b, a).reverse(),
    }
}

/// Element by element, then the tails; the end of a proper list counts as less than any further element.
fn compare_lists(a: &Term, b: &Term) -> Ordering {
    if let (TermKind::Str(a), TermKind::Str(b)) = (&a.kind, &b.kind) {
        return a.chars().cmp(b.chars());
    }
    let (a_items, a_tail) = parts(a);
    let (b_items, b_tail) = parts(b);
    for (x, y) in a_items.iter().zip(b_items.iter()) {
        let order = x.cmp(y);
        if order != Ordering::Equal {
            return order;
        }
    }
    match (a_items.len().cmp(&b_items.len()), a_tail, b_tail) {
        (Ordering::Equal, None, None) => Ordering::Equal,
        (Ordering::Equal, Some(a), Some(b)) => a.cmp(b),
        // What follows where the shorter one ends: its tail, or the empty list; both against the rest of a list.
        (Ordering::Less, Some(tail), _) | (Ordering::Equal, Some(tail), None) => rank(tail).cmp(&7),
        (Ordering::Greater, _, Some(tail)) | (Ordering::Equal, None, Some(tail)) => 7.cmp(&rank(tail)),
        (Ordering::Less, None, _) => Ordering::Less,
        (Ordering::Greater, _, None) => Ordering::Greater,
    }
}

fn parts(term: &Term) -> (std::borrow::Cow<'_, [Term]>, Option<&Term>) {
    if let TermKind::Improper(parts) = &term.kind {
        return (std::borrow::Cow::Borrowed(&parts.0), Some(&parts.1));
    }
    (term.items().unwrap_or_default(), None)
}

#[cfg(test)]
mod tests {
    use crate::term::{Term, TermKind};

    #[test]
    fn a_string_is_the_list_of_its_characters() {
        let list = Term::list(vec![Term::new(TermKind::Int(104)), Term::new(TermKind::Int(105))]);
        assert_eq!(Term::string("hi"), list);
        assert!(Term::string("h") < list);
        assert!(Term::string("hj") > list);
        assert_ne!(Term::string(""), Term::atom("hi"));
    }

    #[test]
    fn types_are_ordered_as_in_erlang() {
        let int = Term::new(TermKind::Int(1));
        let float = Term::new(TermKind::Float(1.0));
        assert_ne!(int, float);
        assert!(int < float && float < Term::atom("a"));
        assert!(Term::atom("a") < Term::tuple(vec![]) && Term::tuple(vec![]) < Term::list(vec![]));
    }
}
