//! The grammars in `grammar/` are used: sentences generated from them must be read, each instruction without
//! complaint. The oracle asks OTP about the same sentences.

use relupc::appup::read_instruction;
use relupc::diag::Findings;
use relupc::otp::Otp;
use relupc::release::{read_app, read_rel};
use relupc::source::Source;
use relupc::span::FileId;
use relupc::term::{Document, Extent, convert, parse};

#[path = "../oracle/ebnf.rs"]
mod ebnf;
#[path = "../oracle/rng.rs"]
mod rng;

fn read(text: &str) -> Document {
    parse(&Source::new("sentence", text.as_bytes().to_vec()), FileId(0), Otp::OLDEST, Extent::All)
}

/// Many sentences of a rule, each read.
fn sentences(rule: &str, count: u64) -> Vec<(String, Document)> {
    let grammar = ebnf::Grammar::load();
    (0..count)
        .map(|seed| {
            let mut text = grammar.sentence(rule, &mut rng::Rng::new(seed));
            if !text.ends_with('\n') {
                text.push_str(".\n");
            }
            let document = read(&text);
            let faults: Vec<&str> = document.faults.iter().map(|fault| fault.diagnostic.message.as_str()).collect();
            assert!(faults.is_empty(), "{rule}: {text}\n{faults:?}");
            (text, document)
        })
        .collect()
}

#[test]
fn documents_are_read() {
    assert_eq!(sentences("document", 3000).iter().map(|(_, document)| document.terms.len()).sum::<usize>(), 3000);
}

#[test]
fn every_instruction_is_understood() {
    let mut names = std::collections::BTreeSet::new();
    for (text, document) in sentences("instruction", 4000) {
        let mut found = Findings::default();
        let instruction = read_instruction(&document.terms[0], &mut found);
        assert!(instruction.op.is_some(), "{text}: {:?}", found.sorted());
        names.insert(text.trim_start_matches('{').split([',', '.']).next().unwrap().to_owned());
    }
    assert_eq!(names.len(), 7 + 16, "each of the 7 high-level and 16 low-level instructions came up: {names:?}");
}

#[test]
fn releases_and_applications_are_understood() {
    for (text, document) in sentences("rel", 300) {
        let mut found = Findings::default();
        assert!(read_rel(&document.terms[0], &mut found).is_some(), "{text}");
    }
    for (text, document) in sentences("app", 1000) {
        let mut found = Findings::default();
        assert!(read_app(&document.terms[0], Otp::OLDEST, &mut found).is_some(), "{text}: {:?}", found.sorted());
    }
}

#[test]
fn relups_go_in_and_come_out() {
    for (text, document) in sentences("relup", 500) {
        let mut found = Findings::default();
        let relup = relupc::relup::read(&document.terms[0], &mut found);
        assert_eq!(relup.map(|relup| relup.to_term()).as_ref(), document.terms.first(), "{text}");
    }
}

#[test]
fn printing_and_reading_are_inverse() {
    for (text, document) in sentences("document", 3000) {
        let term = &document.terms[0];
        let printed = format!("{}.", relupc::term::pretty(term, Otp::OLDEST));
        assert_eq!(read(&printed).terms.first(), Some(term), "{text} printed as {printed}");
        let inline = format!("{}.", relupc::term::print::inline(term, Otp::OLDEST));
        assert_eq!(read(&inline).terms.first(), Some(term), "{text} printed as {inline}");
    }
}

#[test]
fn cut_sentences_are_refused_without_a_panic() {
    for (text, _) in sentences("appup", 200) {
        for at in (0..text.trim_end().len()).step_by(7).filter(|at| text.is_char_boundary(*at)) {
            let document = read(&text[..at]);
            assert!(!document.faults.is_empty(), "{}", &text[..at]);
        }
    }
}

/// The same in the other form, which must read as the same term.
fn other_form(name: &str, text: &str) -> Option<String> {
    let source = Source::new(name, text.as_bytes().to_vec());
    let document = parse(&source, FileId(0), Otp::NEWEST, Extent::All);
    let faults: Vec<&str> = document.faults.iter().map(|fault| fault.diagnostic.message.as_str()).collect();
    assert!(faults.is_empty(), "{text}: {faults:?}");
    let converted = convert(&source, &document, Otp::NEWEST)?;
    let other = if name.ends_with(".exs") { "converted" } else { "converted.exs" };
    let again = parse(&Source::new(other, converted.clone().into_bytes()), FileId(0), Otp::NEWEST, Extent::All);
    assert!(again.faults.is_empty() && again.terms == document.terms, "{text} became {converted}");
    assert_eq!(again.comments.len(), document.comments.len(), "{text} became {converted}");
    Some(converted)
}

#[test]
fn terms_in_elixirs_form_are_read_and_converted() {
    let grammar = ebnf::Grammar::of(&["elixir"]);
    for seed in 0..4000 {
        let text = grammar.sentence("file", &mut rng::Rng::new(seed));
        let erlang = other_form("sentence.exs", &text).unwrap_or_else(|| panic!("{text} is not converted"));
        assert!(other_form("sentence", &erlang).is_some(), "{erlang} is not converted back");
    }
}

#[test]
fn appups_are_converted_to_elixirs_form_and_back() {
    let mut refused = 0;
    for (text, _) in sentences("appup", 2000) {
        match other_form("sentence", &text) {
            Some(elixir) => assert!(other_form("sentence.exs", &elixir).is_some(), "{elixir} is not converted back"),
            None => refused += 1,
        }
    }
    assert!(refused < 1500, "most are converted: {refused} are not");
}
