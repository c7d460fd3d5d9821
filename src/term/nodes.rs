//! A term as a tree of nodes that know their one-line length: what is laid out.

use super::print;
use super::value::{Term, TermKind};
use crate::otp::Otp;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// The line width.
pub(super) const WIDTH: usize = 80;

/// A list whose elements take much more room as terms than they do themselves: each is a term only while it is written.
pub trait Script: Sync {
    /// How many elements it has.
    fn count(&self) -> usize;
    /// An element; nothing after the end.
    fn term(&self, at: usize) -> Option<Term>;
}

/// How the elements after a tuple's tag are indented; chosen once for a whole term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Under the first of them.
    Aligned,
    /// By a fixed number of columns, when the tag is longer than that.
    Indent(usize),
}

/// A part of a term.
pub(super) enum Node<'a> {
    /// Text that is never broken, its length, and whether it is an atom.
    Leaf(Cow<'a, str>, usize, bool),
    List(Vec<Node<'a>>, Option<Box<Node<'a>>>, usize),
    Tuple(Vec<Node<'a>>, usize),
    Map(Vec<(Node<'a>, Node<'a>)>, usize),
    Bytes(Vec<String>, usize),
    /// A list whose elements are made when they are written, and its length: a lower bound once it cannot fit on a line.
    Script(&'a dyn Script, usize),
}

impl<'a> Node<'a> {
    /// A leaf that does not borrow from its term; `None` for containers with something in them.
    pub(super) fn made(term: &Term, otp: Otp) -> Option<Node<'a>> {
        let text = print::leaf(term, otp)?.into_owned();
        let length = leaf_length(&text);
        Some(Node::Leaf(Cow::Owned(text), length, term.as_atom().is_some()))
    }

    /// A string with characters that are not shown, as a list of numbers.
    pub(super) fn code_points(text: &str) -> Node<'a> {
        let number = |text: String| {
            let length = text.len();
            Node::Leaf(Cow::Owned(text), length, false)
        };
        let nodes: Vec<Node> = text.chars().map(|c| number(u32::from(c).to_string())).collect();
        let length = 2 + joined(nodes.iter().map(Node::length));
        Node::List(nodes, None, length)
    }

    pub(super) fn new(term: &'a Term, otp: Otp) -> Node<'a> {
        if let Some(text) = print::leaf(term, otp) {
            let length = leaf_length(&text);
            return Node::Leaf(text, length, term.as_atom().is_some());
        }
        match &term.kind {
            TermKind::Tuple(items) => {
                let nodes: Vec<Node> = items.iter().map(|item| Node::new(item, otp)).collect();
                let length = 2 + joined(nodes.iter().map(Node::length));
                Node::Tuple(nodes, length)
            }
            TermKind::Improper(parts) => Node::list(&parts.0, Some(&parts.1), otp),
            TermKind::Map(pairs) => {
                let nodes: Vec<(Node, Node)> = pairs.iter().map(|(key, value)| (Node::new(key, otp), Node::new(value, otp))).collect();
                let length = 3 + joined(nodes.iter().map(pair_length));
                Node::Map(nodes, length)
            }
            TermKind::Bits(bits) => {
                let parts = print::bit_parts(bits);
                let length = 4 + joined(parts.iter().map(String::len));
                Node::Bytes(parts, length)
            }
            TermKind::Str(text) => Node::code_points(text),
            TermKind::List(items) => Node::list(items, None, otp),
            TermKind::Atom(_) | TermKind::Int(_) | TermKind::Big(_) | TermKind::Float(_) | TermKind::Fun(_) | TermKind::Invalid => {
                Node::Leaf(Cow::Borrowed(""), 0, false)
            }
        }
    }

    pub(super) fn list(items: &'a [Term], tail: Option<&'a Term>, otp: Otp) -> Node<'a> {
        let nodes: Vec<Node> = items.iter().map(|item| Node::new(item, otp)).collect();
        let tail = tail.map(|tail| Box::new(Node::new(tail, otp)));
        let length = 2 + joined(nodes.iter().map(Node::length)) + tail.as_ref().map_or(0, |tail| 1 + tail.length());
        Node::List(nodes, tail, length)
    }

    pub(super) fn length(&self) -> usize {
        match self {
            Node::Leaf(_, length, _)
            | Node::List(_, _, length)
            | Node::Tuple(_, length)
            | Node::Map(_, length)
            | Node::Bytes(_, length)
            | Node::Script(_, length) => *length,
        }
    }

    pub(super) fn as_leaf(&self) -> Option<(&str, usize)> {
        if let Node::Leaf(text, length, _) = self { Some((text, *length)) } else { None }
    }
}

/// Lengths with a comma between each two.
pub(super) fn joined(lengths: impl Iterator<Item = usize>) -> usize {
    let (sum, count) = lengths.fold((0, 0usize), |(sum, count), length| (sum + length, count + 1));
    sum + count.saturating_sub(1)
}

pub(super) fn pair_length(pair: &(Node, Node)) -> usize {
    pair.0.length() + 4 + pair.1.length()
}

/// Characters, or grapheme clusters as soon as one is above U+00FF.
pub(super) fn leaf_length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else if text.chars().all(|c| u32::from(c) < 256) {
        text.chars().count()
    } else {
        text.graphemes(true).count()
    }
}

pub(super) fn fits(length: usize, column: usize, close: usize) -> bool {
    length + column + close < WIDTH
}

/// The tag of a tuple (the first of at least two elements, an atom) and the elements after it.
pub(super) fn tag<'n, 'a>(items: &'n [Node<'a>]) -> Option<(&'n str, usize, &'n [Node<'a>])> {
    let (first, rest) = items.split_first()?;
    if let Node::Leaf(text, length, true) = first
        && !rest.is_empty()
    {
        return Some((text, *length, rest));
    }
    None
}
