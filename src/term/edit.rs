//! Edits of a written term: elements of its lists and tuples put in, replaced and taken out, everything else left as the author
//! wrote it.
//!
//! In go a file's text and its comments; out come [`Edit`]s. An element owns the comments on the lines before it and the one
//! after it on its line, so that they go with it; what follows an opening bracket on its line belongs to the list.
//! [`apply`] reads the edited file again: it must hold the term that was meant.

use super::form::Form;
use super::parse::{Document, Extent};
use super::read::parse;
use super::trivia::Trivia;
use super::value::{Term, TermKind};
use crate::diag::Edit;
use crate::otp::Otp;
use crate::source::{Source, Unfit};
use crate::span::Span;
use std::collections::BTreeMap;

/// Makes edits of the terms of one document.
#[derive(Clone, Copy, Debug)]
pub struct Editor<'d> {
    trivia: Trivia<'d>,
    form: Form,
    line_end: &'static str,
}

/// How a new element is set off from its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<'i> {
    /// On the line of its neighbours.
    Inline,
    /// On a line of its own, with this indentation.
    Line(&'i str),
}

/// The deepest indentation that is copied from a file, in columns. With that of a file written on one line, what is put in would
/// grow with the square of its length.
const DEEPEST: usize = 40;

impl<'d> Editor<'d> {
    /// An editor of a document that was read from a source.
    pub fn new(source: &'d Source, document: &'d Document) -> Editor<'d> {
        let trivia = Trivia { source, comments: &document.comments };
        Editor { trivia, form: document.form, line_end: trivia.line_end() }
    }

    /// A term in Erlang's form in the form that the file is written in; `None` where it cannot be.
    pub fn written(&self, erlang: &str, otp: Otp) -> Option<String> {
        self.form.write(erlang, otp)
    }

    /// Whether a tuple is written without brackets, as Elixir's `key: value` is.
    pub fn is_bare(&self, term: &Term) -> bool {
        term.as_tuple().is_some() && self.trivia.source.text.get(term.span.range()).is_some_and(|text| !text.starts_with('{'))
    }

    /// The line end that the file uses.
    pub fn line_end(&self) -> &'static str {
        self.line_end
    }

    /// The indentation of new elements in a list or tuple: that of its first element where only blanks and brackets come before
    /// that on its line, else one column more than the line's own.
    pub fn indentation(&self, list: &Term) -> String {
        let offset = elements(list).and_then(<[Term]>::first).map_or(list.span.start.saturating_add(1), |first| first.span.start);
        let line = self.trivia.source.line_around(offset);
        let before = self.trivia.source.text.get(line.start..offset as usize).unwrap_or_default();
        let own: String = before.chars().take_while(|c| matches!(c, ' ' | '\t')).take(DEEPEST).collect();
        let is_layout = |c: char| matches!(c, ' ' | '\t' | '[' | '{' | '(');
        match before.chars().count() {
            _ if before.len() == own.len() => own,
            column if column <= DEEPEST && before.chars().all(is_layout) => " ".repeat(column),
            _ => own + " ",
        }
    }

    /// Puts another text in the place of a term.
    pub fn replace(&self, term: &Term, text: impl Into<String>) -> Edit {
        Edit { span: term.span, text: text.into() }
    }

    /// Puts elements into a list or tuple, before the one at an index, or at its end; `None` where it is not written plainly,
    /// as `[a, b]` or `{a, b}`.
    pub fn insert(&self, list: &Term, at: usize, texts: &[String], setting: Setting<'_>) -> Option<Vec<Edit>> {
        self.insert_each(list, &BTreeMap::from([(at, texts.to_vec())]), setting)
    }

    /// Puts elements into several places of a list or tuple.
    pub fn insert_each(&self, list: &Term, places: &BTreeMap<usize, Vec<String>>, setting: Setting<'_>) -> Option<Vec<Edit>> {
        let items = self.plain(list)?;
        let gap = match setting {
            Setting::Inline => " ".to_owned(),
            Setting::Line(indent) => format!("{}{indent}", self.line_end()),
        };
        let mut edits = Vec::new();
        for (at, texts) in places.iter().filter(|(_, texts)| !texts.is_empty()) {
            let joined = texts.join(&format!(",{gap}"));
            let Some(before) = items.get(*at) else {
                edits.extend(self.append(list, items, &joined, &gap, setting)?);
                continue;
            };
            let start = self.lead(list, items, *at)?;
            edits.push(Edit { span: Span { start, end: start, ..before.span }, text: format!("{joined},{gap}") });
        }
        Some(edits)
    }

    fn append(&self, list: &Term, items: &[Term], text: &str, gap: &str, setting: Setting<'_>) -> Option<Vec<Edit>> {
        let at = |start: u32, end: u32| Span { start, end, ..list.span };
        let Some(last) = items.last() else {
            // In an empty list comments come after what is put in.
            let open = list.span.start + 1;
            return Some(vec![Edit { span: at(open, open), text: text.to_owned() }]);
        };
        let close = list.span.end - 1;
        match self.trivia.comments_in(last.span.end, close).last() {
            None => Some(vec![Edit { span: last.span.after(), text: format!(",{gap}{text}") }]),
            // A comment after the last element stays with it: the comma goes before the comment, the new element after it.
            Some(comment) => {
                let line = if setting == Setting::Inline { format!("{}{}", self.line_end(), self.indentation(list)) } else { gap.to_owned() };
                let added = Edit { span: at(comment.end, close), text: format!("{line}{text}{line}") };
                let comma = Edit { span: last.span.after(), text: ",".to_owned() };
                let has_comma = self.comma(last.span.end, comment.start).is_some();
                Some(if has_comma { vec![added] } else { vec![comma, added] })
            }
        }
    }

    /// Takes an element out of a list or tuple, with its comments and one comma.
    pub fn remove(&self, list: &Term, at: usize) -> Option<Vec<Edit>> {
        let items = self.plain(list)?;
        let item = items.get(at)?;
        let cut = |start: u32, end: u32| Edit { span: Span { start, end, ..list.span }, text: String::new() };
        let start = self.lead(list, items, at)?;
        if at + 1 < items.len() {
            return Some(vec![cut(start, self.lead(list, items, at + 1)?)]);
        }
        let end = self.tail(item.span.end, list.span.end - 1);
        match at.checked_sub(1).and_then(|before| items.get(before)) {
            None => Some(vec![cut(start, end)]),
            Some(before) => {
                let comma = self.comma(before.span.end, item.span.start)?;
                let kept = self.tail(comma + 1, start);
                let rest = self.trivia.source.text.get(end as usize..).unwrap_or_default().trim_start_matches([' ', '\t']);
                // A comment that stays needs the end of its line.
                let ends_line = kept == comma + 1 || rest.starts_with(['\n', '\r']);
                Some(vec![cut(comma, comma + 1), cut(if ends_line { kept } else { start }, end)])
            }
        }
    }

    /// The elements of a list or tuple that is written plainly: between each two nothing but blanks, comments and one comma, which
    /// in Elixir's form may also follow the last one.
    fn plain<'t>(&self, list: &'t Term) -> Option<&'t [Term]> {
        let items = elements(list)?;
        let text = self.trivia.source.text.get(list.span.range())?;
        let (open, close) = if matches!(list.kind, TermKind::Tuple(_)) { ('{', '}') } else { ('[', ']') };
        if !text.starts_with(open) || !text.ends_with(close) {
            return None;
        }
        let mut end = list.span.start + 1;
        for (at, item) in items.iter().enumerate() {
            let commas = self.commas(end, item.span.start)?;
            if commas != usize::from(at > 0) {
                return None;
            }
            end = item.span.end;
        }
        let trailing = self.commas(end, list.span.end - 1)?;
        let is_allowed = trailing == 0 || (trailing == 1 && self.form == Form::Elixir && !items.is_empty());
        is_allowed.then_some(items)
    }

    /// How many commas are between two offsets; `None` where there is more than commas, blanks and comments.
    fn commas(&self, start: u32, end: u32) -> Option<usize> {
        let mut commas = 0;
        for (_, c) in self.trivia.code(start, end)? {
            match c {
                ',' => commas += 1,
                _ if c.is_whitespace() || c.is_control() => {}
                _ => return None,
            }
        }
        Some(commas)
    }

    fn comma(&self, start: u32, end: u32) -> Option<u32> {
        self.trivia.code(start, end)?.find(|(_, c)| *c == ',').map(|(at, _)| at)
    }

    /// Where the comment ends that follows an offset on its line, before a limit; the offset itself where none does.
    fn tail(&self, offset: u32, limit: u32) -> u32 {
        let line = self.trivia.source.line_around(offset);
        let on_line = |comment: &Span| (comment.start as usize) <= line.end;
        self.trivia.comments_in(offset, limit).next().filter(on_line).map_or(offset, |comment| comment.end)
    }

    /// Where an element begins with the comments that it owns: after what belongs to the one before it, or to the list.
    fn lead(&self, list: &Term, items: &[Term], at: usize) -> Option<u32> {
        let item = items.get(at)?;
        let after = match at.checked_sub(1).and_then(|before| items.get(before)) {
            None => list.span.start + 1,
            // A comment on the line of the element before it is that one's, before its comma or after.
            Some(before) => self.tail(before.span.end, item.span.start).max(self.comma(before.span.end, item.span.start)? + 1),
        };
        let from = self.tail(after, item.span.start);
        Some(self.trivia.comments_in(from, item.span.start).next().map_or(item.span.start, |comment| comment.start))
    }
}

/// The elements of a proper list or a tuple.
fn elements(term: &Term) -> Option<&[Term]> {
    term.as_list().or_else(|| term.as_tuple())
}

/// Why an edited file is not what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The edits cannot be made.
    Unfit(Unfit),
    /// The file holds another term then.
    OtherTerm,
}

/// The file as it is after edits of its first term, which must then be the term that is meant.
pub fn apply(source: &Source, edits: &[Edit], intended: &Term, otp: Otp) -> Result<Source, Failed> {
    let edited = source.edited(edits).map_err(Failed::Unfit)?;
    let document = parse(&edited, intended.span.file, otp, Extent::First);
    let holds = document.faults.is_empty() && document.terms.first() == Some(intended);
    if holds { Ok(edited) } else { Err(Failed::OtherTerm) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;
    use crate::term::print;
    use proptest::prelude::*;

    fn read(text: &str) -> (Source, Document) {
        let source = Source::new("t", text.as_bytes().to_vec());
        let document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
        assert!(document.faults.is_empty(), "{text}");
        (source, document)
    }

    fn edited(text: &str, edit: impl FnOnce(&Editor<'_>, &Term) -> Option<Vec<Edit>>) -> Option<String> {
        let (source, document) = read(text);
        let edits = edit(&Editor::new(&source, &document), document.terms.first()?)?;
        source.edited(&edits).ok().map(|source| source.text)
    }

    fn without(text: &str, at: usize) -> Option<String> {
        edited(text, |editor, list| editor.remove(list, at))
    }

    fn with(text: &str, at: usize) -> Option<String> {
        edited(text, |editor, list| editor.insert(list, at, &["n".to_owned()], Setting::Line(&editor.indentation(list))))
    }

    #[test]
    fn an_element_goes_with_its_comments() {
        assert_eq!(without("[a, b, c].", 1).as_deref(), Some("[a, c]."));
        assert_eq!(without("[a, b, c].", 2).as_deref(), Some("[a, b]."));
        assert_eq!(without("[ a ].", 0).as_deref(), Some("[  ]."));
        let text = "[ % list\n  %% of a\n  a, % a\n  %% of b\n  b, % b\n  c % c\n  %% end\n].";
        assert_eq!(without(text, 0).as_deref(), Some("[ % list\n  %% of b\n  b, % b\n  c % c\n  %% end\n]."));
        assert_eq!(without(text, 1).as_deref(), Some("[ % list\n  %% of a\n  a, % a\n  c % c\n  %% end\n]."));
        assert_eq!(without(text, 2).as_deref(), Some("[ % list\n  %% of a\n  a, % a\n  %% of b\n  b % b\n  %% end\n]."));
        assert_eq!(without("{a % x\n , b}.", 1).as_deref(), Some("{a % x\n }."));
    }

    #[test]
    fn an_element_is_put_before_its_neighbours_comments() {
        let text = "[a, % a\n %% of b\n b % b\n].";
        assert_eq!(with(text, 0).as_deref(), Some("[n,\n a, % a\n %% of b\n b % b\n]."));
        assert_eq!(with(text, 1).as_deref(), Some("[a, % a\n n,\n %% of b\n b % b\n]."));
        assert_eq!(with(text, 2).as_deref(), Some("[a, % a\n %% of b\n b, % b\n n\n ]."));
        assert_eq!(with("[ % none\n].", 0).as_deref(), Some("[n % none\n]."));
    }

    #[test]
    fn what_is_not_written_plainly_is_left_alone() {
        assert_eq!(with("[(a), b].", 1).as_deref(), Some("[(a), n,\n b]."));
        assert_eq!(with("([a]).", 1), None);
        assert_eq!(with("\"ab\".", 0), None);
        assert_eq!(without("[a].", 1), None);
    }

    /// An element, the blanks and comments around it.
    fn item() -> impl Strategy<Value = (String, String, String)> {
        let gap = || {
            prop_oneof![
                Just(String::new()),
                Just(" ".to_owned()),
                Just("\n  ".to_owned()),
                Just("\r\n\t".to_owned()),
                Just(" %% c, [\n".to_owned()),
                Just("\n% d }\n% e\n ".to_owned())
            ]
        };
        (gap(), prop_oneof!["[a-z]{1,2}0", Just("{x,[y]}".to_owned()), Just("\"s,%\"".to_owned()), Just("$,".to_owned())], gap())
    }

    fn written(items: &[(String, String, String)], tuple: bool, end: &str) -> String {
        let joined: Vec<String> = items.iter().map(|(before, text, after)| format!("{before}{text}{after}")).collect();
        let (open, close) = if tuple { ("{", "}") } else { ("[", "]") };
        format!("%% head\n{open}{}{end}{close} % tail\n.\n", joined.join(","))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The edited file holds the term that was meant; comments stay but for those of a removed element.
        #[test]
        fn edits_mean_what_they_say(items in proptest::collection::vec(item(), 0..5), tuple in any::<bool>(), at in 0usize..6, what in 0usize..4) {
            let text = written(&items, tuple, "");
            let (source, document) = read(&text);
            let editor = Editor::new(&source, &document);
            let term = document.terms[0].clone();
            let mut wanted = elements(&term).unwrap_or_default().to_vec();
            let new = ["{n,[m]}".to_owned()];
            let added = Term::tuple(vec![Term::atom("n"), Term::list(vec![Term::atom("m")])]);
            let edits = match what {
                0 => {
                    let edits = editor.remove(&term, at);
                    if at < wanted.len() { wanted.remove(at); }
                    edits
                }
                1 => wanted.get(at).map(|item| vec![editor.replace(item, new[0].clone())]).inspect(|_| wanted[at] = added.clone()),
                _ => {
                    let indent = editor.indentation(&term);
                    let place = at.min(wanted.len());
                    wanted.insert(place, added.clone());
                    editor.insert(&term, place, &new, if what == 2 { Setting::Inline } else { Setting::Line(&indent) })
                }
            };
            if let Some(edits) = edits {
                let intended = Term { span: term.span, ..if tuple { Term::tuple(wanted) } else { Term::list(wanted) } };
                let edited = apply(&source, &edits, &intended, Otp::NEWEST);
                prop_assert!(edited.is_ok(), "{text:?} {edits:?} {}", print::brief(&intended));
                let comments = |text: &str| read(text).1.comments.len();
                let (before, after) = (comments(&text), edited.map(|source| comments(&source.text)).unwrap_or(0));
                prop_assert!(if what == 0 { after <= before } else { after == before }, "{text:?} {edits:?}");
            } else {
                prop_assert!(at >= items.len() && what < 2, "{text:?}");
            }
        }
    }
}
