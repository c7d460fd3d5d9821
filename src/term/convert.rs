//! A file in Erlang's form in Elixir's, and back: its comments, blanks and line breaks stay where they are.

use super::form::Form;
use super::parse::{Document, Extent};
use super::print;
use super::read::parse;
use super::value::{Term, TermKind};
use crate::otp::Otp;
use crate::source::Source;
use crate::span::{FileId, Span};

/// The text of a file in the other form than its own; `None` when it does not hold one term alone, or when the other form would not
/// read as the same term.
pub fn convert(source: &Source, document: &Document, otp: Otp) -> Option<String> {
    let to = document.form.other();
    let [term] = document.terms.as_slice() else { return None };
    if !document.faults.is_empty() || document.rest.is_some() {
        return None;
    }
    let mut writer = Writer { text: &source.text, comments: &document.comments, to, otp, out: String::with_capacity(source.text.len() * 5 / 4) };
    let (start, end) = (term.span.start as usize, term.span.end as usize);
    writer.gap(0, start);
    writer.term(term);
    match to {
        Form::Erlang => writer.out.push('.'),
        // The full stop is left out.
        Form::Elixir => {}
    }
    let stop = source.text.get(end..).and_then(|rest| rest.find('.')).filter(|_| to == Form::Elixir).map_or(end, |at| end + at + 1);
    writer.gap(end, stop.saturating_sub(1).max(end));
    writer.gap(stop, source.text.len());
    let mut text = writer.out;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let name = if to == Form::Elixir { "converted.exs" } else { "converted" };
    let again = parse(&Source::new(name, text.clone().into_bytes()), FileId(0), otp, Extent::All);
    (again.faults.is_empty() && again.terms.first() == Some(term)).then_some(text)
}

impl Form {
    /// A term in Erlang's form, which may have comments, in this form; `None` where it cannot be written so.
    pub fn write(self, erlang: &str, otp: Otp) -> Option<String> {
        match self {
            Form::Erlang => Some(erlang.to_owned()),
            Form::Elixir => {
                let source = Source::new("term", format!("{erlang}.").into_bytes());
                let document = parse(&source, FileId(0), otp, Extent::All);
                convert(&source, &document, otp).map(|text| text.trim_end().to_owned())
            }
        }
    }
}

struct Writer<'a> {
    text: &'a str,
    comments: &'a [Span],
    to: Form,
    otp: Otp,
    out: String,
}

impl Writer<'_> {
    /// What is between two terms: as it is, but for the sign that begins a comment.
    fn gap(&mut self, start: usize, end: usize) {
        self.gap_as(start, end, |text| text.to_owned());
    }

    fn gap_as(&mut self, start: usize, end: usize, own: impl Fn(&str) -> String) {
        // An empty string at the end of a list is no element of it.
        let punctuation = |text: &str| own(text).replace("~c\"\"", "[]").replace("''", "[]").replace("\"\"", "[]");
        let mut at = start;
        let first = self.comments.partition_point(|comment| (comment.start as usize) < start);
        for comment in self.comments.iter().skip(first).take_while(|comment| (comment.end as usize) <= end) {
            let (begins, ends) = (comment.start as usize, comment.end as usize);
            let before = self.text.get(at..begins).unwrap_or_default();
            self.out.push_str(&punctuation(before));
            let comment = self.text.get(begins..ends).unwrap_or_default();
            let signs = comment.len() - comment.trim_start_matches(['%', '#']).len();
            let sign = if self.to == Form::Erlang { "%" } else { "#" };
            // `%%` and `#` are what people write on lines of their own.
            let is_alone = self.text.get(..begins).unwrap_or_default().rsplit('\n').next().unwrap_or_default().trim().is_empty();
            let count = if self.to == Form::Erlang && is_alone { signs.max(2) } else { 1 };
            self.out.push_str(&sign.repeat(count));
            self.out.push_str(comment.get(signs..).unwrap_or_default());
            at = ends;
        }
        let rest = punctuation(self.text.get(at..end).unwrap_or_default());
        self.out.push_str(&rest);
        // OTP's printer sets no blanks, Elixir's formatter one.
        if self.to == Form::Elixir && rest.ends_with(',') {
            self.out.push(' ');
        }
    }

    fn term(&mut self, term: &Term) {
        let (start, end) = (term.span.start as usize, term.span.end as usize);
        let written = self.text.get(start..end).unwrap_or_default();
        if !matches!(term.kind, TermKind::List(_) | TermKind::Improper(_) | TermKind::Tuple(_) | TermKind::Map(_)) {
            return self.leaf(term);
        }
        let children = term.children();
        let opens = written.chars().next().unwrap_or(' ');
        // An empty string.
        if children.is_empty() && !matches!(opens, '[' | '{' | '%' | '#') {
            return self.out.push_str("[]");
        }
        // `key: value` is a tuple without brackets, and at the end of a tuple several are a list without brackets.
        let is_map = matches!(term.kind, TermKind::Map(_));
        let is_bare = |bracket: char| opens != bracket;
        let bare = if matches!(term.kind, TermKind::Tuple(_)) && is_bare('{') {
            Some(('{', '}'))
        } else if matches!(term.kind, TermKind::List(_)) && is_bare('[') {
            Some(('[', ']'))
        } else {
            None
        };
        self.out.extend(bare.map(|(open, _)| open));
        let mut at = start;
        let mut parity = 0;
        // A string at the end of a list stands for its characters, which are all where it is.
        for same in children.chunk_by(|one, other| one.span == other.span) {
            let Some(child) = same.first() else { continue };
            let begins = child.span.start as usize;
            let is_key = bare.is_some_and(|(open, _)| open == '{');
            let to = self.to;
            self.gap_as(at, begins, |text| match (is_map, to) {
                (true, Form::Erlang) if parity == 0 => text.replacen("%{", "#{", 1),
                (true, Form::Erlang) => text.replacen(':', " =>", usize::from(!text.contains("=>"))),
                (true, Form::Elixir) => text.replacen("#{", "%{", 1),
                (false, _) if is_key => text.replacen(':', ",", 1),
                (false, _) => text.to_owned(),
            });
            parity = if is_map && parity == 1 { 2 } else { 1 };
            match string_of(same, self.text) {
                Some(text) => self.leaf(&Term::string(&text)),
                None => self.term(child),
            }
            at = child.span.end as usize;
        }
        let (is_empty, to) = (children.is_empty(), self.to);
        self.gap_as(at, end, |text| match to {
            // No comma comes before a bracket that closes.
            Form::Erlang if is_empty => text.replacen("%{", "#{", 1),
            Form::Erlang => text.replacen(',', "", 1),
            Form::Elixir if is_empty => text.replacen("#{", "%{", 1),
            Form::Elixir => text.to_owned(),
        });
        self.out.extend(bare.map(|(_, close)| close));
    }

    fn leaf(&mut self, term: &Term) {
        let text = match self.to {
            Form::Erlang => print::inline(term, self.otp),
            Form::Elixir => elixir_leaf(term, self.otp),
        };
        self.out.push_str(&text);
    }
}

/// The text of characters that are where a string is written.
fn string_of(characters: &[&Term], text: &str) -> Option<String> {
    let written = text.get(characters.first()?.span.range())?;
    characters.iter().map(|one| one.as_char()).collect::<Option<String>>().filter(|_| written.starts_with(['"', '\'', '~']))
}

fn elixir_leaf(term: &Term, otp: Otp) -> String {
    match &term.kind {
        TermKind::Atom(atom) => elixir_atom(atom.as_str()),
        TermKind::Str(text) => format!("~c{}", elixir_quoted(text)),
        TermKind::Bits(bits) => match std::str::from_utf8(&bits.bytes) {
            Ok(text) if bits.trailing == 0 => elixir_quoted(text),
            _ => print::inline(term, otp),
        },
        TermKind::Fun(fun) => format!("&{}.{}/{}", elixir_atom(fun.module.as_str()), fun.name, fun.arity),
        TermKind::Int(_)
        | TermKind::Big(_)
        | TermKind::Float(_)
        | TermKind::List(_)
        | TermKind::Improper(_)
        | TermKind::Tuple(_)
        | TermKind::Map(_)
        | TermKind::Invalid => print::inline(term, otp),
    }
}

fn elixir_atom(text: &str) -> String {
    let is_alias = |name: &str| {
        name.split('.').all(|part| part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    if matches!(text, "true" | "false" | "nil") {
        return text.to_owned();
    }
    if let Some(name) = text.strip_prefix("Elixir.").filter(|name| is_alias(name)) {
        return name.to_owned();
    }
    let body = text.strip_suffix(['?', '!']).unwrap_or(text);
    let is_plain = body.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && body.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '@'));
    if is_plain { format!(":{text}") } else { format!(":{}", elixir_quoted(text)) }
}

fn elixir_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '#' => out.push_str("\\#"),
            c if c.is_control() => out.push_str(&format!("\\x{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{Extent, FileId, Otp, Source, convert, parse};

    fn converted(name: &str, text: &str) -> String {
        let source = Source::new(name, text.as_bytes().to_vec());
        let document = parse(&source, FileId(0), Otp::NEWEST, Extent::All);
        let faults: Vec<&str> = document.faults.iter().map(|fault| fault.diagnostic.message.as_str()).collect();
        assert!(faults.is_empty(), "{text}: {faults:?}");
        convert(&source, &document, Otp::NEWEST).unwrap_or_else(|| panic!("{text} is not converted"))
    }

    #[test]
    fn one_form_is_written_as_the_other() {
        for (elixir, erlang) in [
            ("{:a, :b}\n", "{a, b}.\n"),
            ("[a: 1, b: Foo.Bar]\n", "[{a, 1}, {b, 'Elixir.Foo.Bar'}].\n"),
            ("{:apply, {:m, :f, [1]}, x: 2, y: nil}\n", "{apply, {m, f, [1]}, [{x, 2}, {y, nil}]}.\n"),
            ("# why\n{~c\"1.0.0\", # the version\n []}\n", "%% why\n{\"1.0.0\", % the version\n []}.\n"),
            ("[:a, :b,]\n", "[a, b].\n"),
            ("%{a: 1, \"k\" => ~c\"v\"}\n", "#{a => 1, <<\"k\">> => \"v\"}.\n"),
            ("{'', ~c\"\", \"\", []}\n", "{[], [], <<>>, []}.\n"),
            ("[:a | :b]\n", "[a | b].\n"),
            (":\"with space\"\n", "'with space'.\n"),
            ("{0x1F, 1_000, -2, 1.5, ?a}\n", "{31, 1000, -2, 1.5, 97}.\n"),
            ("%{}\n", "#{}.\n"),
        ] {
            assert_eq!(converted("a.appup.exs", elixir), erlang, "{elixir}");
        }
        for (erlang, elixir) in [
            ("{\"1.0\", [{<<\"1\\\\..*\">>, [{load_module, 'Elixir.A.B'}]}], []}.\n", "{~c\"1.0\", [{\"1\\\\..*\", [{:load_module, A.B}]}], []}\n"),
            ("%% why\n[a, % here\n 'b c', true].\n%% end\n", "# why\n[:a, # here\n :\"b c\", true]\n# end\n"),
            ("#{a => \"\", b => $x}.", "%{:a => [], :b => 120}\n"),
        ] {
            assert_eq!(converted("a.appup", erlang), elixir, "{erlang}");
        }
    }

    #[test]
    fn what_has_to_be_evaluated_is_refused_where_it_stands() {
        for (text, what) in [
            ("{:a, foo}", "a variable or a call"),
            ("{:a, foo()}", "a call"),
            ("{:a, Mod.f(1)}", "a call"),
            ("\"a#{1}\"", "interpolation"),
            ("~r/a/", "the sigil `~r`"),
            ("%Foo{a: 1}", "a struct"),
            ("{:a, @version}", "a term"),
            ("[a: 1, :b]", "another `key: value`"),
            ("{:a", "never closed"),
            ("\"abc", "never closed"),
            ("", "no term"),
        ] {
            let source = Source::new("a.appup.exs", text.as_bytes().to_vec());
            let document = parse(&source, FileId(0), Otp::NEWEST, Extent::First);
            let messages: Vec<&str> = document.faults.iter().map(|fault| fault.diagnostic.message.as_str()).collect();
            assert!(messages.iter().any(|message| message.contains(what)), "{text}: {messages:?}");
        }
        let deep = "[".repeat(1_000_000);
        let source = Source::new("a.appup.exs", deep.into_bytes());
        assert_eq!(parse(&source, FileId(0), Otp::NEWEST, Extent::First).faults.len(), 1);
    }
}
