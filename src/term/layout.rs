//! The layout of long terms: what `io:format("~tp.~n", [Term])` prints at 80 columns, byte for byte.
//!
//! A term becomes a tree of nodes that know their one-line length; the tree is laid out in one of three ways of
//! indenting what follows a tuple's tag, chosen for the whole term by a dry run. A script's instructions become terms
//! only while they are written; where one of them refuses the layout, all is laid out anew in the next one.

use super::print;
use super::value::{Term, TermKind};
use crate::otp::Otp;
use crate::parallel;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// The line width.
const WIDTH: usize = 80;
/// The room set aside for an instruction; most need less.
const LINE: usize = 64;
/// The length from which on the elements of a list are laid out by several threads.
const WORTH_A_THREAD: usize = 4096;

/// Something that can be made into a term whenever its text is needed.
pub trait ToTerm {
    /// The term.
    fn to_term(&self) -> Term;
}

/// A term ready to be laid out.
pub struct Doc<'a>(Node<'a>);

enum Node<'a> {
    /// Text that is never broken, its length, and whether it is an atom.
    Leaf(Cow<'a, str>, usize, bool),
    List(Vec<Node<'a>>, Option<Box<Node<'a>>>, usize),
    Tuple(Vec<Node<'a>>, usize),
    Map(Vec<(Node<'a>, Node<'a>)>, usize),
    Bytes(Vec<String>, usize),
    /// A list whose elements are made one by one when they are written, and its length: no less than this when it is long.
    Script(Vec<&'a (dyn ToTerm + Sync)>, usize),
}

impl<'a> Doc<'a> {
    /// A term.
    pub fn term(term: &'a Term, otp: Otp) -> Doc<'a> {
        Doc(Node::new(term, otp))
    }

    /// A string; the empty one is the empty list.
    pub fn string(text: &str, otp: Otp) -> Doc<'a> {
        Doc(Node::made(&Term::string(text), otp).unwrap_or(Node::List(Vec::new(), None, 2)))
    }

    /// A list of what takes much more room as a term than it does itself.
    pub fn script(items: Vec<&'a (dyn ToTerm + Sync)>, otp: Otp) -> Doc<'a> {
        if items.is_empty() {
            return Doc::list(Vec::new());
        }
        let at_least = 2 + joined(items.iter().map(|_| 1));
        let length = if at_least < WIDTH { 2 + joined(items.iter().map(|item| Node::new(&item.to_term(), otp).length())) } else { at_least };
        Doc(Node::Script(items, length))
    }

    /// A tuple.
    pub fn tuple(items: Vec<Doc<'a>>) -> Doc<'a> {
        let items: Vec<Node> = items.into_iter().map(|item| item.0).collect();
        let length = 2 + joined(items.iter().map(Node::length));
        Doc(Node::Tuple(items, length))
    }

    /// A list.
    pub fn list(items: Vec<Doc<'a>>) -> Doc<'a> {
        if items.is_empty() {
            return Doc(Node::Leaf(Cow::Borrowed("[]"), 2, false));
        }
        let items: Vec<Node> = items.into_iter().map(|item| item.0).collect();
        let length = 2 + joined(items.iter().map(Node::length));
        Doc(Node::List(items, None, length))
    }

    /// Its text as OTP prints it from column 1, without the dot.
    pub fn pretty(&self, otp: Otp) -> String {
        lay_out(&self.0, 1, otp, "", "")
    }
}

/// How the elements after a tuple's tag are indented; chosen once for a whole term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Under the first of them.
    Aligned,
    /// By a fixed number of columns, when the tag is longer than that.
    Indent(usize),
}

/// The term as OTP prints it from column 1, without the dot.
pub fn pretty(term: &Term, otp: Otp) -> String {
    pretty_at(term, otp, 1)
}

/// The term as it is laid out from a column on (from 1); what `~tp` prints in the middle of a line.
pub fn pretty_at(term: &Term, otp: Otp, column: usize) -> String {
    lay_out(&Node::new(term, otp), column, otp, "", "")
}

/// A file with one term, as `systools` writes a `relup`.
pub fn pretty_file(doc: &Doc<'_>, otp: Otp) -> String {
    lay_out(&doc.0, 1, otp, "%% coding: utf-8\n", ".\n")
}

impl<'a> Node<'a> {
    /// A leaf that does not borrow from its term; `None` for containers with something in them.
    fn made(term: &Term, otp: Otp) -> Option<Node<'a>> {
        let text = print::leaf(term, otp)?.into_owned();
        let length = leaf_length(&text);
        Some(Node::Leaf(Cow::Owned(text), length, term.as_atom().is_some()))
    }

    fn new(term: &'a Term, otp: Otp) -> Node<'a> {
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
            TermKind::Str(text) => {
                // A string with characters that are not shown: its code points.
                let number = |text: String| {
                    let length = text.len();
                    Node::Leaf(Cow::Owned(text), length, false)
                };
                let nodes: Vec<Node> = text.chars().map(|c| number(u32::from(c).to_string())).collect();
                let length = 2 + joined(nodes.iter().map(Node::length));
                Node::List(nodes, None, length)
            }
            TermKind::List(items) => Node::list(items, None, otp),
            TermKind::Atom(_) | TermKind::Int(_) | TermKind::Big(_) | TermKind::Float(_) | TermKind::Fun(_) | TermKind::Invalid => {
                Node::Leaf(Cow::Borrowed(""), 0, false)
            }
        }
    }

    fn list(items: &'a [Term], tail: Option<&'a Term>, otp: Otp) -> Node<'a> {
        let nodes: Vec<Node> = items.iter().map(|item| Node::new(item, otp)).collect();
        let tail = tail.map(|tail| Box::new(Node::new(tail, otp)));
        let length = 2 + joined(nodes.iter().map(Node::length)) + tail.as_ref().map_or(0, |tail| 1 + tail.length());
        Node::List(nodes, tail, length)
    }

    fn length(&self) -> usize {
        match self {
            Node::Leaf(_, length, _)
            | Node::List(_, _, length)
            | Node::Tuple(_, length)
            | Node::Map(_, length)
            | Node::Bytes(_, length)
            | Node::Script(_, length) => *length,
        }
    }

    fn as_leaf(&self) -> Option<(&str, usize)> {
        if let Node::Leaf(text, length, _) = self { Some((text, *length)) } else { None }
    }
}

/// Lengths with a comma between each two.
fn joined(lengths: impl Iterator<Item = usize>) -> usize {
    let (sum, count) = lengths.fold((0, 0usize), |(sum, count), length| (sum + length, count + 1));
    sum + count.saturating_sub(1)
}

fn pair_length(pair: &(Node, Node)) -> usize {
    pair.0.length() + 4 + pair.1.length()
}

/// Characters, or grapheme clusters as soon as one lies above U+00FF.
fn leaf_length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else if text.chars().all(|c| u32::from(c) < 256) {
        text.chars().count()
    } else {
        text.graphemes(true).count()
    }
}

fn fits(length: usize, column: usize, close: usize) -> bool {
    length + column + close < WIDTH
}

/// The tag of a tuple (the first of at least two elements, an atom) and the elements behind it.
fn tag<'n, 'a>(items: &'n [Node<'a>]) -> Option<(&'n str, usize, &'n [Node<'a>])> {
    let (first, rest) = items.split_first()?;
    if let Node::Leaf(text, length, true) = first
        && !rest.is_empty()
    {
        return Some((text, *length, rest));
    }
    None
}

// ---- choosing the layout ----

/// A node from a column on, in the first layout that all of it agrees to, between what stands before and behind it.
fn lay_out(node: &Node, column: usize, otp: Otp, before: &str, behind: &str) -> String {
    let layouts = [Layout::Aligned, Layout::Indent(4), Layout::Indent(1)];
    let mut written =
        layouts.into_iter().filter(|layout| Probe { layout: *layout }.lay(node, column, 0) || *layout == Layout::Indent(1)).filter_map(|layout| {
            let mut writer = Writer::new(layout, otp);
            writer.out.push_str(before);
            writer.lay(node, column, 0);
            (!writer.refused).then_some(writer)
        });
    written.next().map(|writer| writer.finish(behind)).unwrap_or_default()
}

/// The dry run: walks as the writer does and stops where a broken tuple would stand too far right.
struct Probe {
    layout: Layout,
}

impl Probe {
    fn lay(&self, node: &Node, column: usize, close: usize) -> bool {
        if fits(node.length(), column, close) {
            return true;
        }
        match node {
            // The instructions of a script are asked when they are written.
            Node::Leaf(..) | Node::Bytes(..) | Node::Script(..) => true,
            Node::List(items, tail, _) => {
                self.sequence(items, column + 1, close) && tail.as_ref().is_none_or(|tail| tail.as_leaf().is_some() || self.lay(tail, column, close + 1))
            }
            Node::Tuple(items, _) => match tag(items) {
                None => self.sequence(items, column + 1, close),
                Some((_, length, rest)) => match self.layout {
                    Layout::Indent(indent) if length + 2 > indent => column + indent <= WIDTH / 2 && self.sequence(rest, column + indent, close),
                    Layout::Aligned | Layout::Indent(_) => {
                        let start = column + length + 2;
                        start < WIDTH / 2 && self.sequence(rest, start, close)
                    }
                },
            },
            Node::Map(pairs, _) => pairs.iter().enumerate().all(|(at, pair)| {
                let close = if at + 1 == pairs.len() { close + 1 } else { 0 };
                self.pair(pair, column + 2, close)
            }),
        }
    }

    fn sequence(&self, items: &[Node], column: usize, close: usize) -> bool {
        let last = items.len().saturating_sub(1);
        items.iter().enumerate().all(|(at, item)| {
            let close = if at == last { close + 1 } else { 0 };
            item.as_leaf().is_some() || self.lay(item, column, close)
        })
    }

    fn pair(&self, pair: &(Node, Node), column: usize, close: usize) -> bool {
        if fits(pair_length(pair), column, close) {
            return true;
        }
        let indent = value_indent(self.layout);
        self.lay(&pair.0, column, close) && self.lay(&pair.1, column + indent, close)
    }
}

fn value_indent(layout: Layout) -> usize {
    match layout {
        Layout::Aligned => 4,
        Layout::Indent(indent) => indent,
    }
}

// ---- writing ----

struct Writer {
    /// What stands before `out`, in pieces.
    done: Vec<String>,
    out: String,
    layout: Layout,
    otp: Otp,
    /// Whether an instruction does not agree to the layout.
    refused: bool,
}

impl Writer {
    fn new(layout: Layout, otp: Otp) -> Writer {
        Writer { done: Vec::new(), out: String::new(), layout, otp, refused: false }
    }

    fn finish(mut self, behind: &str) -> String {
        if self.done.is_empty() {
            self.out.push_str(behind);
            return self.out;
        }
        let length: usize = self.done.iter().map(String::len).sum();
        let mut text = String::with_capacity(length + self.out.len() + behind.len());
        self.done.iter().for_each(|piece| text.push_str(piece));
        text.push_str(&self.out);
        text.push_str(behind);
        text
    }

    fn line(&mut self, node: &Node) {
        match node {
            Node::Leaf(text, ..) => self.out.push_str(text),
            Node::List(items, tail, _) => {
                self.out.push('[');
                self.joined_line(items);
                if let Some(tail) = tail {
                    self.out.push('|');
                    self.line(tail);
                }
                self.out.push(']');
            }
            Node::Tuple(items, _) => {
                self.out.push('{');
                self.joined_line(items);
                self.out.push('}');
            }
            Node::Map(pairs, _) => {
                self.out.push_str("#{");
                for (at, (key, value)) in pairs.iter().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.line(key);
                    self.out.push_str(" => ");
                    self.line(value);
                }
                self.out.push('}');
            }
            Node::Bytes(parts, _) => {
                self.out.push_str("<<");
                self.out.push_str(&parts.join(","));
                self.out.push_str(">>");
            }
            Node::Script(items, _) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    print::write_inline(&item.to_term(), self.otp, &mut self.out);
                }
                self.out.push(']');
            }
        }
    }

    fn joined_line(&mut self, items: &[Node]) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.line(item);
        }
    }

    fn new_line(&mut self, column: usize) {
        const SPACES: &str = "                                                                                ";
        self.out.push('\n');
        let mut left = column - 1;
        while left > 0 {
            let spaces = SPACES.get(..left).unwrap_or(SPACES);
            self.out.push_str(spaces);
            left -= spaces.len();
        }
    }

    fn lay(&mut self, node: &Node, column: usize, close: usize) {
        if fits(node.length(), column, close) {
            self.line(node);
            return;
        }
        match node {
            Node::Leaf(text, ..) => self.out.push_str(text),
            Node::List(items, tail, _) => {
                self.out.push('[');
                self.sequence(items, tail.as_deref(), column + 1, close);
                self.out.push(']');
            }
            Node::Tuple(items, _) => {
                self.out.push('{');
                match tag(items) {
                    None => self.sequence(items, None, column + 1, close),
                    Some((text, length, rest)) => {
                        self.out.push_str(text);
                        match self.layout {
                            Layout::Indent(indent) if length + 2 > indent => {
                                self.more(rest, None, column + indent, column + length + 2, close);
                            }
                            Layout::Aligned | Layout::Indent(_) => {
                                self.out.push(',');
                                self.sequence(rest, None, column + length + 2, close);
                            }
                        }
                    }
                }
                self.out.push('}');
            }
            Node::Map(pairs, _) => {
                self.out.push_str("#{");
                self.pairs(pairs, column + 2, close);
                self.out.push('}');
            }
            Node::Bytes(parts, _) => {
                self.out.push_str("<<");
                self.bytes(parts, column + 2, close);
                self.out.push_str(">>");
            }
            Node::Script(items, _) => {
                self.out.push('[');
                self.script(items, column + 1, close);
                self.out.push(']');
            }
        }
    }

    /// The elements of a script that does not fit on the line.
    fn script(&mut self, items: &[&(dyn ToTerm + Sync)], column: usize, close: usize) {
        let last = items.len().saturating_sub(1);
        let mut current = column;
        self.out.reserve(items.len() * LINE);
        for (at, item) in items.iter().enumerate() {
            let term = item.to_term();
            let leaf = print::leaf(&term, self.otp).map(|text| leaf_length(&text));
            if at > 0 {
                self.out.push(',');
                if let Some(length) = leaf.filter(|length| fits(length + 1, current, if at == last { close + 1 } else { 1 })) {
                    print::write_inline(&term, self.otp, &mut self.out);
                    current += 1 + length;
                    continue;
                }
                self.new_line(column);
            }
            let close = if at == last { close + 1 } else { 0 };
            current = column + leaf.filter(|length| fits(*length, column, close)).unwrap_or(WIDTH);
            self.instruction(&term, column, close);
            if self.refused {
                return;
            }
        }
    }

    /// A term that begins at a column.
    fn instruction(&mut self, term: &Term, column: usize, close: usize) {
        let start = self.out.len();
        print::write_inline(term, self.otp, &mut self.out);
        let line = self.out.get(start..).unwrap_or_default();
        if line.is_ascii() && fits(line.len(), column, close) {
            return;
        }
        self.out.truncate(start);
        let node = Node::new(term, self.otp);
        self.refused |= self.layout != Layout::Indent(1) && !Probe { layout: self.layout }.lay(&node, column, close);
        self.lay(&node, column, close);
    }

    fn sequence(&mut self, items: &[Node], tail: Option<&Node>, column: usize, close: usize) {
        let Some((first, rest)) = items.split_first() else { return };
        let heavy = items.iter().filter(|item| item.length() >= WORTH_A_THREAD).count();
        if heavy > 1 && tail.is_none() && rest.iter().all(|item| item.as_leaf().is_none()) {
            return self.side_by_side(items, column, close);
        }
        let width = self.element(first, column, if rest.is_empty() { close + 1 } else { 0 });
        self.more(rest, tail, column, column + width, close);
    }

    /// The same for elements that begin a line each, laid out by several threads.
    fn side_by_side(&mut self, items: &[Node], column: usize, close: usize) {
        let last = items.len().saturating_sub(1);
        let jobs: Vec<(usize, &Node)> = items.iter().enumerate().collect();
        let pieces = parallel::map(&jobs, 1, |(at, item)| {
            let mut writer = Writer::new(self.layout, self.otp);
            writer.element(item, column, if *at == last { close + 1 } else { 0 });
            writer
        });
        for (at, piece) in pieces.into_iter().enumerate() {
            if at > 0 {
                self.out.push(',');
                self.new_line(column);
            }
            self.done.push(std::mem::take(&mut self.out));
            self.done.extend(piece.done);
            self.done.push(piece.out);
            self.refused |= piece.refused;
        }
    }

    /// Prints an element at a column; the width of a broken one is the whole line, so that a new one follows.
    fn element(&mut self, node: &Node, column: usize, close: usize) -> usize {
        if let Some((text, length)) = node.as_leaf()
            && fits(length, column, close)
        {
            self.out.push_str(text);
            return length;
        }
        self.lay(node, column, close);
        WIDTH
    }

    fn more(&mut self, items: &[Node], tail: Option<&Node>, column: usize, mut current: usize, close: usize) {
        let last = items.len().saturating_sub(1);
        for (at, item) in items.iter().enumerate() {
            self.out.push(',');
            if let Some((text, length)) = item.as_leaf()
                && fits(length + 1, current, if at == last { close + 1 } else { 1 })
            {
                self.out.push_str(text);
                current += 1 + length;
                continue;
            }
            self.new_line(column);
            current = column + self.element(item, column, if at == last { close + 1 } else { 0 });
        }
        if let Some(tail) = tail {
            self.out.push('|');
            match tail.as_leaf() {
                Some((text, length)) if length + 1 + current + close + 1 < WIDTH => self.out.push_str(text),
                _ => {
                    self.new_line(column);
                    self.lay(tail, column, close + 1);
                }
            }
        }
    }

    fn pairs(&mut self, pairs: &[(Node, Node)], column: usize, close: usize) {
        let last = pairs.len().saturating_sub(1);
        let mut current = column;
        for (at, pair) in pairs.iter().enumerate() {
            let length = pair_length(pair);
            let leaves = pair.0.as_leaf().is_some() && pair.1.as_leaf().is_some();
            if at > 0 {
                self.out.push(',');
                if leaves && fits(length + 1, current, if at == last { close + 1 } else { 1 }) {
                    self.pair_line(pair);
                    current += 1 + length;
                    continue;
                }
                self.new_line(column);
            }
            let close = if at == last { close + 1 } else { 0 };
            current = column + self.pair(pair, leaves, column, close);
        }
    }

    fn pair_line(&mut self, pair: &(Node, Node)) {
        self.line(&pair.0);
        self.out.push_str(" => ");
        self.line(&pair.1);
    }

    fn pair(&mut self, pair: &(Node, Node), leaves: bool, column: usize, close: usize) -> usize {
        let length = pair_length(pair);
        if fits(length, column, close) {
            self.pair_line(pair);
            return if leaves { length } else { WIDTH };
        }
        let indent = value_indent(self.layout);
        self.lay(&pair.0, column, close);
        self.out.push_str(" =>");
        self.new_line(column + indent);
        self.lay(&pair.1, column + indent, close);
        WIDTH
    }

    fn bytes(&mut self, parts: &[String], column: usize, close: usize) {
        let room = WIDTH.saturating_sub(column + close).max(8);
        let mut left = room;
        let last = parts.len().saturating_sub(1);
        for (at, part) in parts.iter().enumerate() {
            let length = part.len() + usize::from(at != last);
            if at > 0 && length > left {
                self.new_line(column);
                left = room;
            }
            self.out.push_str(part);
            if at != last {
                self.out.push(',');
            }
            left = left.saturating_sub(length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::span::FileId;
    use crate::term::{Extent, parse};

    /// What is laid out as OTP lays it out must come back as it was written.
    fn unchanged(text: &str) {
        let source = Source::new("t", format!("{text}.").into_bytes());
        let document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
        let printed = document.terms.first().map(|term| pretty(term, Otp::NEWEST));
        assert_eq!(printed.as_deref(), Some(text));
    }

    #[test]
    fn lines_break_at_79() {
        unchanged("[aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaa]");
        unchanged("[aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,aaaaaaaaaaaaaaaaaaaa,\n aaaaaaaaaaaaaa]");
    }

    #[test]
    fn tags_align_or_indent() {
        unchanged(
            "{\"2\",\n [{\"1\",[],\n   [{load_object_code,{foo,\"1.0\",\n                           [aaaaaaaaaa,aaaaaaaaaaa,aaaaaaaaaaaa,aaaaaaaaaaaaa,\n                            aaaaaaaaaaaaaa,aaaaaaaaaaaaaaa]}},\n    {suspend,[{mod_a,5000},mod_b]}]}],\n []}",
        );
        unchanged(
            "{code_change,up,\n    [{my_server_module,\n         {upgrade,[{from,\"1.0\"},{to,\"2.0\"},{options,[verbose,dry_run]}]}},\n     {other,[]}]}",
        );
    }

    #[test]
    fn improper_lists_maps_and_bytes_break() {
        unchanged("[1,2,3|\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]");
        unchanged(
            "#{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa => aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n  bb =>\n      {cc,[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n           aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]}}",
        );
        unchanged(
            "{x,<<128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,\n     146,147,148,149,150,151,152,153,154,155,156,157,158,159,160,161,162,163,\n     164,165,166,167,168,169,170>>}",
        );
    }

    struct Made(Term);

    impl ToTerm for Made {
        fn to_term(&self) -> Term {
            self.0.clone()
        }
    }

    /// A relup whose instructions are made while they are written is the relup that is laid out as a whole.
    fn script_as_whole(paths: usize, instructions: &[Term]) {
        let script: Vec<Made> = instructions.iter().cloned().map(Made).collect();
        let entry =
            || Doc::tuple(vec![Doc::string("1", Otp::NEWEST), Doc::script(script.iter().map(|made| made as &(dyn ToTerm + Sync)).collect(), Otp::NEWEST)]);
        let doc = Doc::tuple(vec![Doc::string("2", Otp::NEWEST), Doc::list((0..paths).map(|_| entry()).collect()), Doc::list(Vec::new())]);
        let entry = Term::tuple(vec![Term::string("1"), Term::list(instructions.to_vec())]);
        let whole = Term::tuple(vec![Term::string("2"), Term::list(vec![entry; paths]), Term::list(Vec::new())]);
        assert_eq!(doc.pretty(Otp::NEWEST), pretty(&whole, Otp::NEWEST));
    }

    #[test]
    fn scripts_are_laid_out_as_a_whole() {
        let word = |letter: &str, length: usize| Term::atom(&letter.repeat(length));
        let load = Term::tuple(vec![Term::atom("load"), word("m", 20)]);
        let nested = |tag: usize| Term::tuple(vec![word("t", tag), Term::list(vec![word("e", 40), word("f", 40)])]);
        let restart = Term::atom("restart_emulator");
        for instructions in [
            vec![],
            vec![restart.clone()],
            vec![load.clone(), restart.clone(), restart.clone(), load.clone(), restart.clone()],
            vec![restart.clone(); 30],
            vec![restart.clone(); 90],
            vec![word("w", 79), word("w", 80), restart.clone()],
            vec![load.clone(), nested(10), load.clone()],
            vec![load.clone(), nested(40), load.clone()],
            vec![nested(90), Term::tuple(vec![word("t", 38), nested(38)]), load.clone()],
            vec![word("\u{416}", 30), Term::tuple(vec![word("\u{416}", 30), word("\u{416}", 30)])],
        ] {
            for paths in 0..3 {
                script_as_whole(paths, &instructions);
            }
        }
        let long: Vec<Term> = std::iter::repeat_n(load.clone(), 3000).collect();
        script_as_whole(3, &long);
        script_as_whole(3, &[long, vec![nested(40)]].concat());
        script_as_whole(3, &[vec![Term::tuple(vec![word("t", 38), Term::tuple(vec![word("t", 38), nested(38)])])], vec![load; 3000]].concat());
    }
}
