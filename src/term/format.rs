//! The layout of a written file: blanks and line breaks between its tokens, everything else as its author wrote it.
//!
//! Commas and brackets have no blanks beside them, as OTP prints terms. Where the author broke a line between two elements, it stays
//! broken; a line that would be too long is broken as well. What follows a tuple's tag is aligned with what follows the tag, elements
//! of a list with its first one; after a bracket that ends its line elements are indented by four. Comments stay on their line, or
//! on lines of their own, and groups stay apart by one empty line. The formatted file is parsed again: it must hold the same terms
//! and comments.

use super::MAX_DEPTH;
use super::faults::SyntaxFault;
use super::parse::{Document, Extent};
use super::read::parse;
use super::trivia::Trivia;
use super::value::{Term, TermKind};
use crate::diag::Edit;
use crate::otp::Otp;
use crate::source::Source;
use crate::span::{FileId, Span};

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The longest line, in characters, where one can be shorter.
    pub width: usize,
}

impl Default for Format {
    fn default() -> Self {
        Format { width: 98 }
    }
}

/// The comment that keeps a file from being formatted.
const UNFORMATTED: &str = "@noformat";
/// How far elements are indented after a bracket that ends its line.
const INDENT: usize = 4;

/// The file as it is laid out; its syntax errors, where it has any. A file that says `%% @noformat` stays as it is, and so does one
/// that would hold something else then.
pub fn format(source: &Source, file: FileId, otp: Otp, format: Format) -> Result<Source, Vec<SyntaxFault>> {
    let document = parse(source, file, otp, Extent::All);
    if !document.faults.is_empty() {
        return Err(document.faults);
    }
    let comment = |span: &Span| source.text.get(span.range()).unwrap_or_default();
    let is_left = document.comments.iter().any(|span| comment(span).trim_start_matches('%').trim() == UNFORMATTED);
    let after = if is_left { None } else { laid_out(source, &document, file, otp, format) };
    Ok(after.unwrap_or_else(|| Source::new(source.name.clone(), source.bytes().into_owned())))
}

fn laid_out(source: &Source, document: &Document, file: FileId, otp: Otp, format: Format) -> Option<Source> {
    let text = Writer::new(source, document, format).file(&document.terms)?;
    let edited = source.edited(&[Edit { span: Span::new(file, 0, source.text.len()), text }]).ok()?;
    let again = parse(&edited, file, otp, Extent::All);
    let comments = |source: &Source, document: &Document| -> Vec<String> {
        document.comments.iter().map(|span| source.text.get(span.range()).unwrap_or_default().trim_end().to_owned()).collect()
    };
    let is_same = again.faults.is_empty() && again.terms == document.terms && comments(&edited, &again) == comments(source, document);
    is_same.then_some(edited)
}

/// A term, and how long it is on one line; `None` where it has to be on several.
struct Node {
    span: Span,
    flat: Option<usize>,
    kind: Kind,
}

enum Kind {
    /// As it is written.
    Leaf,
    /// Elements between brackets; `bar` when the last one is the tail of a list.
    Items { open: &'static str, close: &'static str, items: Vec<Node>, bar: bool },
    /// A key and its value.
    Pair(Box<(Node, Node)>),
}

/// What is between two tokens besides commas.
#[derive(Default)]
struct Gap {
    /// The comments, each with whether it is on a line of its own, and whether an empty line comes before it.
    comments: Vec<(Span, bool, bool)>,
    /// Whether a line ends there.
    newline: bool,
    /// Whether an empty line comes before what follows.
    blank: bool,
}

impl Gap {
    fn breaks(&self) -> bool {
        self.newline || !self.comments.is_empty()
    }
}

struct Writer<'d> {
    source: &'d Source,
    trivia: Trivia<'d>,
    line_end: &'static str,
    width: usize,
    out: String,
    /// The column that the next character gets, from 0.
    column: usize,
    /// Whether the line ends in a comment.
    in_comment: bool,
}

impl<'d> Writer<'d> {
    fn new(source: &'d Source, document: &'d Document, format: Format) -> Writer<'d> {
        let trivia = Trivia { source, comments: &document.comments };
        let out = String::with_capacity(source.text.len());
        Writer { source, trivia, line_end: trivia.line_end(), width: format.width, out, column: 0, in_comment: false }
    }

    fn file(mut self, terms: &[Term]) -> Option<String> {
        let mut end = 0;
        for term in terms {
            let node = self.node(term, 0);
            let gap = self.gap(end, term.span.start, "")?;
            self.between_terms(&gap, end > 0, gap.blank);
            self.render(&node, 1, 0)?;
            let dot = self.dot(term.span.end)?;
            let before_dot = self.gap(term.span.end, dot, "")?;
            self.push(".");
            end = dot + 1;
            self.trailing(&before_dot);
            self.own_lines(&before_dot, 0);
        }
        let last = u32::try_from(self.source.text.len()).ok()?;
        let gap = self.gap(end, last, "")?;
        self.between_terms(&gap, end > 0, false);
        if !self.out.is_empty() && self.column > 0 {
            self.push_line_end();
        }
        Some(self.out)
    }

    /// Comments between terms, and the line that the next one begins on.
    fn between_terms(&mut self, gap: &Gap, after_term: bool, blank: bool) {
        if after_term {
            self.trailing(gap);
        }
        for (span, own, blank) in &gap.comments {
            if !*own && after_term {
                continue;
            }
            self.start_line(*blank);
            self.comment(*span);
        }
        self.start_line(blank);
    }

    /// Begins a line, after an empty one if there is to be one.
    fn start_line(&mut self, blank: bool) {
        if self.out.is_empty() {
            return;
        }
        if self.column > 0 {
            self.push_line_end();
        }
        if blank && !self.out.ends_with("\n\n") && !self.out.ends_with("\n\r\n") {
            self.push_line_end();
        }
    }

    /// Where the full stop after a term is.
    fn dot(&self, from: u32) -> Option<u32> {
        let end = u32::try_from(self.source.text.len()).ok()?;
        let (at, c) = self.trivia.code(from, end)?.find(|(_, c)| !c.is_whitespace())?;
        (c == '.').then_some(at)
    }

    /// What is between two offsets; `None` where it is more than blanks, comments and a separator.
    fn gap(&self, start: u32, end: u32, separator: &str) -> Option<Gap> {
        let mut gap = Gap::default();
        let mut code = String::new();
        let mut lines = 0;
        let mut at = start;
        let mut scan = |from: u32, to: u32, lines: &mut usize| -> Option<()> {
            for c in self.source.text.get(from as usize..to as usize)?.chars() {
                match c {
                    '\n' => *lines += 1,
                    c if c.is_whitespace() || c.is_control() => {}
                    c => code.push(c),
                }
            }
            Some(())
        };
        for comment in self.trivia.comments_in(start, end) {
            scan(at, comment.start, &mut lines)?;
            gap.newline |= lines > 0;
            gap.comments.push((comment, lines > 0 || start == 0 && at == 0, lines > 1));
            (at, lines) = (comment.end, 0);
        }
        scan(at, end, &mut lines)?;
        gap.newline |= lines > 0;
        gap.blank = lines > 1;
        (code == separator).then_some(gap)
    }

    fn node(&self, term: &Term, depth: usize) -> Node {
        self.container(term, depth).unwrap_or_else(|| self.leaf(term.span))
    }

    fn leaf(&self, span: Span) -> Node {
        let text = self.source.text.get(span.range()).unwrap_or_default();
        Node { span, flat: (!text.contains('\n')).then(|| text.chars().count()), kind: Kind::Leaf }
    }

    /// A term that is written plainly between brackets.
    fn container(&self, term: &Term, depth: usize) -> Option<Node> {
        let text = self.source.text.get(term.span.range())?;
        if depth > MAX_DEPTH {
            return None;
        }
        let (open, close, items, bar): (_, _, Vec<Node>, bool) = match &term.kind {
            TermKind::List(items) if text.starts_with('[') => ("[", "]", items.iter().map(|item| self.node(item, depth + 1)).collect(), false),
            TermKind::Tuple(items) => ("{", "}", items.iter().map(|item| self.node(item, depth + 1)).collect(), false),
            TermKind::Improper(parts) => ("[", "]", parts.0.iter().chain([&parts.1]).map(|item| self.node(item, depth + 1)).collect(), true),
            TermKind::Map(pairs) => {
                let mut items = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let gap = self.gap(key.span.end, value.span.start, "=>")?;
                    let both = (self.node(key, depth + 1), self.node(value, depth + 1));
                    if !gap.comments.is_empty() {
                        return None;
                    }
                    let flat = both.0.flat.zip(both.1.flat).map(|(key, value)| key + 4 + value);
                    items.push(Node { span: key.span.to(value.span), flat, kind: Kind::Pair(Box::new(both)) });
                }
                items.sort_by_key(|item| item.span.start);
                ("#{", "}", items, false)
            }
            TermKind::List(_)
            | TermKind::Atom(_)
            | TermKind::Int(_)
            | TermKind::Big(_)
            | TermKind::Float(_)
            | TermKind::Str(_)
            | TermKind::Bits(_)
            | TermKind::Fun(_)
            | TermKind::Invalid => return None,
        };
        if !text.starts_with(open) || !text.ends_with(close) {
            return None;
        }
        let mut flat = Some(open.len() + close.len() + items.len().saturating_sub(1));
        let gaps = self.gaps(term.span, open, &items, bar)?;
        // Brackets with nothing between them stay together, whatever their author did.
        let is_empty = items.is_empty() && gaps.iter().all(|gap| gap.comments.is_empty());
        if !is_empty && gaps.iter().any(Gap::breaks) {
            flat = None;
        }
        for item in &items {
            flat = flat.zip(item.flat).map(|(sum, length)| sum + length);
        }
        Some(Node { span: term.span, flat, kind: Kind::Items { open, close, items, bar } })
    }

    /// What is before each element, and before the closing bracket.
    fn gaps(&self, span: Span, open: &str, items: &[Node], bar: bool) -> Option<Vec<Gap>> {
        let mut gaps = Vec::with_capacity(items.len() + 1);
        let mut end = span.start.checked_add(u32::try_from(open.len()).ok()?)?;
        for (at, item) in items.iter().enumerate() {
            let separator = match at {
                0 => "",
                _ if bar && at + 1 == items.len() => "|",
                _ => ",",
            };
            gaps.push(self.gap(end, item.span.start, separator)?);
            end = item.span.end;
        }
        gaps.push(self.gap(end, span.end.checked_sub(1)?, "")?);
        Some(gaps)
    }

    /// Writes a node; `tail` characters follow it on its line.
    fn render(&mut self, node: &Node, tail: usize, depth: usize) -> Option<()> {
        if node.flat.is_some_and(|length| self.column + length + tail <= self.width) {
            self.flat(node);
            return Some(());
        }
        match &node.kind {
            Kind::Leaf => self.verbatim(node.span),
            Kind::Pair(both) => {
                self.render(&both.0, 3, depth)?;
                self.push(" => ");
                self.render(&both.1, tail, depth)?;
            }
            Kind::Items { open, close, items, bar } => {
                let gaps = self.gaps(node.span, open, items, *bar)?;
                self.items((open, close, *bar), items, &gaps, tail, depth)?;
            }
        }
        Some(())
    }

    fn items(&mut self, (open, close, bar): (&str, &str, bool), items: &[Node], gaps: &[Gap], tail: usize, depth: usize) -> Option<()> {
        let (start, indent, is_first) = self.line();
        let first_gap = gaps.first()?;
        self.push(open);
        let hangs = first_gap.newline || first_gap.comments.iter().any(|(_, own, _)| !own);
        let own_column = start + open.len();
        let tag = items.first().filter(|tag| *open == *"{" && self.is_atom(tag.span)).and_then(|tag| tag.flat);
        // At the top both are usual: the author decides.
        let tag = tag.filter(|length| depth > 0 || self.is_aligned(*length, items, gaps));
        let second_follows = gaps.get(1).is_some_and(|gap| !gap.breaks());
        let column = match tag {
            _ if hangs && !is_first => indent + INDENT,
            Some(length) if !hangs && second_follows && items.len() > 1 => own_column + length + 1,
            Some(_) | None => own_column,
        };
        let broken_by_author = gaps.iter().any(Gap::breaks);
        let one_a_line = !broken_by_author && open == "[" && items.iter().any(|item| !matches!(item.kind, Kind::Leaf));
        let mut is_tall = false;
        for (at, (item, gap)) in items.iter().zip(gaps).enumerate() {
            let is_last = at + 1 == items.len();
            if at > 0 {
                self.push(if bar && is_last { "|" } else { "," });
            }
            self.trailing(gap);
            self.own_lines(gap, column);
            let follows = if is_last { close.len() + tail } else { 1 };
            let overflows = item.flat.is_some_and(|length| self.column + length + follows > self.width) && self.column > column;
            // After an element of several lines the next one begins a line, unless the author has it otherwise.
            if gap.breaks() || (at > 0 && (one_a_line || overflows || (is_tall && !broken_by_author))) {
                self.blank(gap.blank);
                self.new_line(column);
            }
            let begins = self.out.len();
            self.render(item, follows, depth + 1)?;
            is_tall = self.out.get(begins..).is_some_and(|text| text.contains('\n'));
        }
        let last = gaps.last().filter(|_| gaps.len() > items.len())?;
        self.trailing(last);
        self.own_lines(last, column);
        // Brackets with nothing between them stay together.
        if !last.comments.is_empty() || (last.newline && !items.is_empty()) {
            self.new_line(if hangs && !is_first { indent } else { start });
        }
        self.push(close);
        Some(())
    }

    /// Comments after a token, on its line.
    fn trailing(&mut self, gap: &Gap) {
        for (span, own, _) in &gap.comments {
            if *own {
                return;
            }
            if self.in_comment {
                self.new_line(0);
                self.comment(*span);
                continue;
            }
            let before = self.source.text.get(..span.start as usize).unwrap_or_default();
            let blanks = before.chars().rev().take_while(|c| *c == ' ').count().max(1);
            self.push(&" ".repeat(blanks));
            self.comment(*span);
        }
    }

    /// Comments on lines of their own.
    fn own_lines(&mut self, gap: &Gap, column: usize) {
        for (span, own, blank) in &gap.comments {
            if *own {
                self.blank(*blank);
                self.new_line(column);
                self.comment(*span);
            }
        }
    }

    /// Whether the first element that begins a line is aligned with what follows the tag.
    fn is_aligned(&self, tag: usize, items: &[Node], gaps: &[Gap]) -> bool {
        let column = |offset: u32| {
            let line = self.source.line_around(offset).start;
            self.source.text.get(line..offset as usize).map_or(0, |before| before.chars().count())
        };
        let first = items.first().map_or(0, |tag| column(tag.span.start));
        let broken = items.iter().zip(gaps).find(|(_, gap)| gap.newline);
        broken.is_some_and(|(item, _)| column(item.span.start) >= first + tag)
    }

    fn is_atom(&self, span: Span) -> bool {
        self.source.text.get(span.range()).is_some_and(|text| text.starts_with(|c: char| c.is_lowercase() || c == '\''))
    }

    /// A node on one line.
    fn flat(&mut self, node: &Node) {
        match &node.kind {
            Kind::Leaf => self.verbatim(node.span),
            Kind::Pair(both) => {
                self.flat(&both.0);
                self.push(" => ");
                self.flat(&both.1);
            }
            Kind::Items { open, close, items, bar } => {
                self.push(open);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.push(if *bar && at + 1 == items.len() { "|" } else { "," });
                    }
                    self.flat(item);
                }
                self.push(close);
            }
        }
    }

    /// The column, the indentation of the line, and whether nothing else is on it.
    fn line(&self) -> (usize, usize, bool) {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        let indent = line.chars().take_while(|c| *c == ' ').count();
        (self.column, indent, indent == self.column)
    }

    fn verbatim(&mut self, span: Span) {
        let text = self.source.text.get(span.range()).unwrap_or_default();
        self.push(text);
    }

    fn comment(&mut self, span: Span) {
        let text = self.source.text.get(span.range()).unwrap_or_default().trim_end();
        self.push(text);
        self.in_comment = true;
    }

    /// Leaves a line empty, if one is to be.
    fn blank(&mut self, blank: bool) {
        if blank {
            self.push_line_end();
        }
    }

    fn new_line(&mut self, column: usize) {
        self.push_line_end();
        self.push(&" ".repeat(column));
    }

    fn push_line_end(&mut self) {
        let line_end = self.line_end;
        self.out.push_str(line_end);
        (self.column, self.in_comment) = (0, false);
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column + text.chars().count(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn formatted(text: &str) -> Option<String> {
        let source = Source::new("t", text.as_bytes().to_vec());
        format(&source, FileId(0), Otp::NEWEST, Format { width: 60 }).ok().map(|source| source.text)
    }

    fn becomes(text: &str, wanted: &str) {
        assert_eq!(formatted(text).as_deref(), Some(wanted));
        assert_eq!(formatted(wanted).as_deref(), Some(wanted), "twice is once");
    }

    #[test]
    fn blanks_are_those_of_otp() {
        becomes("{ a , [ b,c | d ] ,#{ x=>1 , y   => [] } } .", "{a,[b,c|d],#{x => 1,y => []}}.\n");
        becomes("{a,\"x\" \"y\",16#ff, <<1 ,2>>}.\n\n\n\nb.", "{a,\"x\" \"y\",16#ff,<<1 ,2>>}.\n\nb.\n");
    }

    #[test]
    fn line_breaks_of_the_author_stay() {
        becomes(
            "{\"2\",\n  [{\"1\", [{load_module, m},\n      {add_module,n}]}],\n    []}.",
            "{\"2\",\n [{\"1\",[{load_module,m},\n        {add_module,n}]}],\n []}.\n",
        );
        becomes(
            "{application, demo, [\n  {vsn, \"1\"},\n\n\n  {modules,\n    [a, b,\n  c]}\n]}.",
            "{application,demo,[\n    {vsn,\"1\"},\n\n    {modules,\n     [a,b,\n      c]}\n]}.\n",
        );
        becomes("{a,\n[\n  b,\n  c\n]}.", "{a,\n [\n  b,\n  c\n ]}.\n");
    }

    #[test]
    fn empty_brackets_are_as_long_as_they_are_written() {
        let long = "a".repeat(60);
        let once = formatted(&format!("#{{\n  {long} => 1,k2 => #{{k0 => {long},k2 => [\n  ]}}}}.\n")).unwrap();
        assert_eq!(formatted(&once), Some(once.clone()), "{once}");
    }

    #[test]
    fn long_lines_are_broken() {
        becomes(
            "{\"1.1.0\",[{update,my_server,{advanced,[]},[one_module,another_module]},{load_module,m}],[]}.",
            "{\"1.1.0\",\n [{update,my_server,{advanced,[]},\n          [one_module,another_module]},\n  {load_module,m}],\n []}.\n",
        );
    }

    #[test]
    fn comments_stay() {
        becomes(
            "%% head\n%% two\n\n{a, % first\n %% of b\n   b % b\n , c   %%% c\n   %% end\n} % x\n. % after\n%% last",
            "%% head\n%% two\n\n{a, % first\n %% of b\n b, % b\n c   %%% c\n %% end\n}. % x\n% after\n%% last\n",
        );
        becomes("[ % none\n].", "[ % none\n].\n");
        becomes("[a\n %% b\n].", "[a\n %% b\n].\n");
    }

    #[test]
    fn what_is_not_plain_stays_as_it_is() {
        becomes("{a , ( b ) , c}.", "{a,( b ),c}.\n");
        becomes("( {a , b} ).", "( {a , b} ).\n");
        becomes("%% @noformat\n{a , b}.", "%% @noformat\n{a , b}.");
    }

    fn term() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[a-z]{1,12}".prop_map(|word| format!("{word}_")),
            Just("\"a % b\"".to_owned()),
            Just("'Q r'".to_owned()),
            Just("$,".to_owned()),
            Just("\"two\"\n \"lines\"".to_owned()),
            Just("<<1, 2>>".to_owned()),
            Just("-17".to_owned())
        ];
        let gap = || {
            prop_oneof![
                4 => Just(String::new()),
                2 => Just(" ".to_owned()),
                2 => Just("\n  ".to_owned()),
                1 => Just("\n\n\n".to_owned()),
                1 => Just(" % c, [\n".to_owned()),
                1 => Just("\n%% d }\n  % e\n".to_owned()),
                1 => Just("\t".to_owned())
            ]
        };
        leaf.prop_recursive(4, 40, 6, move |inner| {
            let items = proptest::collection::vec((gap(), inner, gap()), 0..6);
            (0..4usize, items, gap()).prop_map(|(kind, items, end)| {
                let all: Vec<String> = items.iter().map(|(before, text, after)| format!("{before}{text}{after}")).collect();
                match kind {
                    0 => format!("[{}{end}]", all.join(",")),
                    1 if items.len() > 1 => {
                        let (last, first) = all.split_last().map(|(last, first)| (last.clone(), first.join(","))).unwrap_or_default();
                        format!("[{first}|{last}{end}]")
                    }
                    2 => {
                        let pairs: Vec<String> = (0..).zip(&items).map(|(at, (before, text, after))| format!("{before}k{at}{after}=>{text}")).collect();
                        format!("#{{{}{end}}}", pairs.join(","))
                    }
                    _ => format!("{{{}{end}}}", all.join(",")),
                }
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// Formatted once is formatted: the same term, the same comments, the same text again.
        #[test]
        fn twice_is_once(text in term(), head in "(%% [a-z]{0,5}\n|\n){0,4}", tail in "( |\n|% [a-z]{1,4}\n){0,3}", crlf in any::<bool>()) {
            let text = format!("{head}{text}{tail}. % end");
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            let once = formatted(&text);
            prop_assert!(once.is_some(), "{:?}", text);
            let once = once.unwrap_or_default();
            prop_assert_eq!(formatted(&once), Some(once.clone()), "{}", text);
        }
    }
}
