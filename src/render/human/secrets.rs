//! What an excerpt leaves out: the values of configuration, which are passwords often enough.

use crate::otp::Otp;
use crate::source::{Source, is_configuration};
use crate::span::FileId;
use crate::term::{Extent, Term, parse};
use std::ops::Range;

/// What is not shown of a file.
#[derive(Debug, PartialEq)]
pub enum Hidden {
    /// Its lines.
    Lines,
    /// These bytes; nothing when there are none.
    Bytes(Vec<Range<usize>>),
}

/// What is not shown of a file: everything of a node's configuration, the environment of an `.app`. Where that cannot be
/// found because of a syntax error, no line is shown.
pub fn hidden(file: &Source) -> Hidden {
    if is_configuration(&file.name) {
        return Hidden::Lines;
    }
    let stem = file.name.strip_suffix(".src").unwrap_or(&file.name);
    if !stem.ends_with(".app") || !file.text.contains("env") {
        return Hidden::Bytes(Vec::new());
    }
    let document = parse(file, FileId(0), Otp::NEWEST, Extent::First);
    if !document.faults.is_empty() {
        return Hidden::Lines;
    }
    Hidden::Bytes(document.terms.iter().flat_map(environments).collect())
}

/// Where the values of `env` are in `{application,Name,[{env,Environment}]}`.
fn environments(application: &Term) -> Vec<Range<usize>> {
    let parameters = application.as_tuple().and_then(|parts| parts.get(2)?.as_list()).unwrap_or_default();
    let values = parameters.iter().filter_map(|parameter| match parameter.as_tuple()? {
        [key, value] if key.is_atom("env") => Some(value.span.range()),
        _ => None,
    });
    values.collect()
}

/// The text with the bytes of some ranges, which are counted from `start`, made stars; its length and its lines stay.
pub fn masked(text: &str, start: usize, ranges: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if !c.is_whitespace() && ranges.iter().any(|range| range.contains(&(start + at))) {
            masked.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            masked.push(c);
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Hidden {
        hidden(&Source::new(name, text.as_bytes().to_vec()))
    }

    #[test]
    fn the_environment_of_an_application_is_hidden() {
        let text = "{application,a,[{vsn,\"1\"},{env,[{key,\"é\"}]}]}.";
        let Hidden::Bytes(ranges) = of("a.app", text) else { panic!("its lines may be shown") };
        assert_eq!(masked(text, 0, &ranges), "{application,a,[{vsn,\"1\"},{env,************}]}.");
        assert_eq!(of("a.app", "{application,a,[{env,[{key,\"}]}."), Hidden::Lines);
        assert_eq!(of("a.app", "{application,a,[]}."), Hidden::Bytes(Vec::new()));
        assert_eq!(of("a.appup", "{env}"), Hidden::Bytes(Vec::new()));
        assert_eq!(of("x.tar.gz:releases/1/sys.config.src", "[]."), Hidden::Lines);
    }
}
