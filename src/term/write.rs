//! Laying out: the layout chosen, and the nodes written in it.
//!
//! The instructions of a script become terms while they are written, and are asked then whether they agree to the layout;
//! where one does not, all is written again in the next one. Scripts are written side by side, by several threads: where
//! each begins does not depend on what is in the others.

use super::nodes::{Layout, Node, Script, WIDTH, fits, leaf_length, pair_length, tag};
use super::print;
use super::value::Term;
use crate::otp::Otp;
use crate::parallel;
use std::sync::atomic::{AtomicBool, Ordering};

/// The room set aside for an instruction; most need less.
const LINE: usize = 64;
/// The layouts in the order they are tried, but for the last one, which nothing refuses.
const FIRST: [Layout; 2] = [Layout::Aligned, Layout::Indent(4)];
const LAST: Layout = Layout::Indent(1);

/// A node from a column on, in the first layout that all of it agrees to, between what is before and after it.
pub(super) fn lay_out(node: &Node<'_>, column: usize, otp: Otp, before: &str, after: &str) -> String {
    for layout in FIRST.into_iter().filter(|layout| Probe(*layout).lay(node, column, 0)) {
        let how = How { layout, otp, refused: &AtomicBool::new(false) };
        let text = write(node, column, how, before, after);
        if !how.refused.load(Ordering::Relaxed) {
            return text;
        }
    }
    write(node, column, How { layout: LAST, otp, refused: &AtomicBool::new(false) }, before, after)
}

fn write(node: &Node<'_>, column: usize, how: How<'_>, before: &str, after: &str) -> String {
    let mut writer = Writer::new(how);
    writer.out.push_str(before);
    writer.lay(node, column, 0);
    writer.out.push_str(after);
    let scripts = parallel::map(&writer.waiting, 1, |waiting| {
        let mut writer = Writer::new(how);
        writer.script(waiting.script, waiting.column, waiting.close);
        writer.out
    });
    if scripts.is_empty() {
        return writer.out;
    }
    let mut text = String::with_capacity(writer.out.len() + scripts.iter().map(String::len).sum::<usize>());
    let mut rest = 0;
    for (waiting, script) in writer.waiting.iter().zip(&scripts) {
        text.push_str(writer.out.get(rest..waiting.at).unwrap_or_default());
        text.push_str(script);
        rest = waiting.at;
    }
    text.push_str(writer.out.get(rest..).unwrap_or_default());
    text
}

/// The dry run: walks as the writer does and stops where a broken tuple would be too far right.
struct Probe(Layout);

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
                Some((_, length, rest)) => match self.0 {
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
        let indent = value_indent(self.0);
        self.lay(&pair.0, column, close) && self.lay(&pair.1, column + indent, close)
    }
}

fn value_indent(layout: Layout) -> usize {
    match layout {
        Layout::Aligned => 4,
        Layout::Indent(indent) => indent,
    }
}

/// How all of a term is written.
#[derive(Clone, Copy)]
struct How<'h> {
    layout: Layout,
    otp: Otp,
    /// Whether an instruction does not agree to the layout: what is written then counts for nothing.
    refused: &'h AtomicBool,
}

/// A script that is still to be written.
struct Waiting<'s> {
    /// The byte of the text that it is before.
    at: usize,
    script: &'s dyn Script,
    column: usize,
    close: usize,
}

struct Writer<'h, 's> {
    out: String,
    waiting: Vec<Waiting<'s>>,
    how: How<'h>,
}

impl<'h, 's> Writer<'h, 's> {
    fn new(how: How<'h>) -> Writer<'h, 's> {
        Writer { out: String::new(), waiting: Vec::new(), how }
    }

    fn line(&mut self, node: &Node<'s>) {
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
            Node::Script(script, _) => {
                self.out.push('[');
                for (at, term) in (0..).map_while(|at| Some((at, script.term(at)?))) {
                    if at > 0 {
                        self.out.push(',');
                    }
                    print::write_inline(&term, self.how.otp, &mut self.out);
                }
                self.out.push(']');
            }
        }
    }

    fn joined_line(&mut self, items: &[Node<'s>]) {
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

    fn lay(&mut self, node: &Node<'s>, column: usize, close: usize) {
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
                        match self.how.layout {
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
            Node::Script(script, _) => {
                self.out.push('[');
                self.waiting.push(Waiting { at: self.out.len(), script: *script, column: column + 1, close });
                self.out.push(']');
            }
        }
    }

    /// The elements of a script that does not fit on the line: [`Writer::sequence`], with terms that are made on the way.
    fn script(&mut self, script: &dyn Script, column: usize, close: usize) {
        self.out.reserve(script.count() * LINE);
        let last = script.count().saturating_sub(1);
        let mut current = column;
        for (at, term) in (0..).map_while(|at| Some((at, script.term(at)?))) {
            let leaf = print::leaf(&term, self.how.otp).map(|text| leaf_length(&text));
            if at > 0 {
                self.out.push(',');
                if let Some(length) = leaf.filter(|length| fits(length + 1, current, if at == last { close + 1 } else { 1 })) {
                    print::write_inline(&term, self.how.otp, &mut self.out);
                    current += 1 + length;
                    continue;
                }
                self.new_line(column);
            }
            let close = if at == last { close + 1 } else { 0 };
            current = column + leaf.filter(|length| fits(*length, column, close)).unwrap_or(WIDTH);
            self.instruction(&term, column, close);
            if self.how.refused.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// A term that begins at a column.
    fn instruction(&mut self, term: &Term, column: usize, close: usize) {
        let start = self.out.len();
        print::write_inline(term, self.how.otp, &mut self.out);
        // A line has no more characters than bytes.
        if fits(self.out.len() - start, column, close) {
            return;
        }
        self.out.truncate(start);
        let node = Node::new(term, self.how.otp);
        if self.how.layout != LAST && !Probe(self.how.layout).lay(&node, column, close) {
            self.how.refused.store(true, Ordering::Relaxed);
            return;
        }
        let mut whole = Writer::new(self.how);
        whole.lay(&node, column, close);
        self.out.push_str(&whole.out);
    }

    fn sequence(&mut self, items: &[Node<'s>], tail: Option<&Node<'s>>, column: usize, close: usize) {
        let Some((first, rest)) = items.split_first() else { return };
        let width = self.element(first, column, if rest.is_empty() { close + 1 } else { 0 });
        self.more(rest, tail, column, column + width, close);
    }

    /// Prints an element at a column; the width of a broken one is the whole line, so that a new one follows.
    fn element(&mut self, node: &Node<'s>, column: usize, close: usize) -> usize {
        if let Some((text, length)) = node.as_leaf()
            && fits(length, column, close)
        {
            self.out.push_str(text);
            return length;
        }
        self.lay(node, column, close);
        WIDTH
    }

    fn more(&mut self, items: &[Node<'s>], tail: Option<&Node<'s>>, column: usize, mut current: usize, close: usize) {
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

    fn pairs(&mut self, pairs: &[(Node<'s>, Node<'s>)], column: usize, close: usize) {
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

    fn pair_line(&mut self, pair: &(Node<'s>, Node<'s>)) {
        self.line(&pair.0);
        self.out.push_str(" => ");
        self.line(&pair.1);
    }

    fn pair(&mut self, pair: &(Node<'s>, Node<'s>), leaves: bool, column: usize, close: usize) -> usize {
        let length = pair_length(pair);
        if fits(length, column, close) {
            self.pair_line(pair);
            return if leaves { length } else { WIDTH };
        }
        let indent = value_indent(self.how.layout);
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
