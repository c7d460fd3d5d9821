//! The grammars in `grammar/` are used: sentences generated from them must be read, each instruction without
//! complaint. The oracle asks OTP about the same sentences.

use relupc::appup::read_instruction;
use relupc::diag::Findings;
use relupc::otp::Otp;
use relupc::release::{read_app, read_rel};
use relupc::source::Source;
use relupc::span::FileId;
use relupc::term::{Document, Extent, parse};

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
