//! Ours against theirs.

use crate::ask::Vm;
use crate::ebnf::Grammar;
use crate::generate::{Case, case};
use crate::ours::{self, Answer};
use crate::rng::Rng;
use crate::{Options, Tally, record, terms};
use relupc::otp::Otp;
use relupc::term::pretty;

/// The error tags that random cases reach.
pub const REACHABLE: &[&str] = &[
    "EXIT",
    "bad_application",
    "bad_application_name",
    "bad_args_list",
    "bad_change",
    "bad_code_change",
    "bad_func",
    "bad_instruction",
    "bad_lib",
    "bad_lib_vsn",
    "bad_list",
    "bad_mod_type",
    "bad_mode",
    "bad_module",
    "bad_node",
    "bad_op_before_point_of_no_return",
    "bad_purge_method",
    "bad_start_type",
    "bad_timeout",
    "badly_formatted_release",
    "circular_dependencies",
    "conflicting_versions",
    "crash/badarg",
    "crash/case_clause",
    "crash/function_clause",
    "duplicate_include",
    "duplicate_modules",
    "duplicate_register",
    "error_reading/EXIT",
    "error_reading/bad_param",
    "error_reading/badly_formatted_application",
    "error_reading/missing_param",
    "error_reading/no_valid_version",
    "error_reading/not_found",
    "error_reading/override_include",
    "error_reading/parse_error",
    "file_problem/ok",
    "file_problem/open",
    "file_problem/parse",
    "file_problem/read",
    "function_clause",
    "illegal_applications",
    "illegal_form",
    "illegal_name",
    "mandatory_app",
    "missing_mandatory_app",
    "missing_sasl",
    "muldef_module",
    "no_object_code",
    "no_relup",
    "no_such_application",
    "no_such_module",
    "not_found",
    "not_yet_implemented",
    "parse",
    "read",
    "removed_application_present",
    "resumed_not_suspended",
    "start_not_stop",
    "stop_not_start",
    "suspended_not_resumed",
    "too_many_point_of_no_return",
    "undef_module",
    "undefined_applications",
];

/// Tags that only a chance of several faults at once gives, about once in a thousand cases: each must be seen.
pub const RARE: &[&str] = &["apps/circular_dependencies", "apps/undefined_applications"];

/// How many cases one VM answers for.
const BATCH: usize = 500;

/// Asks about random cases, and records the answers when that is wanted.
pub fn random_cases(erl: &str, options: &Options, tally: &mut Tally) {
    let otp = Otp::from_major(options.otp).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vm = Vm::new(erl, folder.path());
    let mut recorded = String::new();
    let mut left = options.cases;
    let mut seed = options.seed << 32;
    while left > 0 {
        let cases: Vec<Case> = (0..left.min(BATCH) as u64).map(|at| case(seed + at)).collect();
        for (case, theirs) in cases.iter().zip(vm.relups(&cases)) {
            judge(case, &theirs, otp, tally);
            if options.record.is_some() {
                record::write(&mut recorded, case, &theirs);
            }
        }
        left -= cases.len();
        seed += BATCH as u64;
    }
    if let Some(path) = &options.record {
        std::fs::write(path, recorded).unwrap();
    }
}

/// Compares one answer with ours.
pub fn judge(case: &Case, theirs: &Answer, otp: Otp, tally: &mut Tally) {
    let (mine, strictly) = ours::answer(case, otp);
    if strictly != theirs.refuses_warnings() {
        return tally.fail(&show(case, &mine, theirs, "with `--preset otp --warnings-as-errors` the answers differ"));
    }
    match (&mine, theirs) {
        (Answer::Relup { text, warnings }, Answer::Relup { text: their_text, warnings: their_warnings }) => {
            if warnings != their_warnings {
                return tally.fail(&show(case, &mine, theirs, "the warnings differ"));
            }
            if text == their_text {
                tally.same_bytes += 1;
            } else if ours::same_up_to_free_order(case, their_text, otp) {
                tally.same_up_to_free_order += 1;
            } else {
                return tally.fail(&show(case, &mine, theirs, "the relups differ"));
            }
            tally.pass();
        }
        (Answer::Refused(tags), Answer::Refused(their_tags)) => {
            for tag in their_tags {
                *tally.tags.entry(tag.clone()).or_default() += 1;
            }
            if their_tags.is_subset(tags) {
                tally.pass();
            } else {
                tally.fail(&show(case, &mine, theirs, "the reason differs"));
            }
        }
        (Answer::Relup { .. }, Answer::Refused(_)) => tally.fail(&show(case, &mine, theirs, "OTP refuses it")),
        (Answer::Refused(_), Answer::Relup { .. }) => tally.fail(&show(case, &mine, theirs, "OTP accepts it")),
    }
}

fn show(case: &Case, mine: &Answer, theirs: &Answer, what: &str) -> String {
    let mut text = format!("{what}\ntarget {} ups {:?} downs {:?}\n", case.target, case.ups, case.downs);
    for (path, bytes) in &case.files {
        if path.ends_with(".appup") || path.ends_with(".rel") || matches!(mine, Answer::Refused(_)) || matches!(theirs, Answer::Refused(_)) {
            text += &format!("--- {path}\n{}\n", String::from_utf8_lossy(bytes));
        }
    }
    let said = |answer: &Answer| match answer {
        Answer::Relup { text, warnings } => format!("{text} {warnings:?}"),
        Answer::Refused(tags) => format!("refused: {tags:?}"),
    };
    text + &format!("=== ours\n{}\n=== OTP\n{}", said(mine), said(theirs))
}

/// Prints random terms with both.
pub fn random_terms(erl: &str, options: &Options, tally: &mut Tally) {
    let otp = Otp::from_major(options.otp).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vm = Vm::new(erl, folder.path());
    let mut texts = String::from("%% coding: utf-8\n");
    let mut printed = Vec::new();
    for at in 0..options.terms as u64 {
        let text = terms::term(options.seed << 32 | at, otp);
        let term = ours::term(&text, otp);
        printed.push(format!("{}.\n", pretty(&term, otp)));
        texts.push_str(&text);
        texts.push('\n');
    }
    let theirs = vm.terms(&texts);
    let mut rest = theirs.as_str();
    for mine in printed {
        // Terms may have several lines: what is ours must be what comes next.
        match rest.strip_prefix(mine.as_str()) {
            Some(after) => {
                rest = after;
                tally.terms += 1;
                tally.pass();
            }
            None => {
                let next: String = rest.chars().take(mine.chars().count() + 200).collect();
                tally.fail(&format!("a term is printed otherwise\n=== ours\n{mine}\n=== OTP\n{next}"));
                return;
            }
        }
    }
}

/// Sentences of the grammars: terms printed with both, appups compiled by both.
pub fn sentences(erl: &str, options: &Options, tally: &mut Tally) {
    let otp = Otp::from_major(options.otp).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vm = Vm::new(erl, folder.path());
    let grammar = Grammar::load();
    let count = (options.cases / 4).clamp(50, 2000) as u64;
    // Maps with several keys and `maybe` do not come up in the grammar: every version prints its terms alike.
    let texts: Vec<String> = (0..count).map(|seed| grammar.sentence("document", &mut Rng::new(options.seed << 32 | seed))).collect();
    let mine: String = texts.iter().map(|text| format!("{}.\n", pretty(&ours::term(text, otp), otp))).collect();
    let theirs = vm.terms(&format!("%% coding: utf-8\n{}", texts.concat()));
    let differs = mine.lines().zip(theirs.lines()).find(|(mine, theirs)| mine != theirs);
    match differs {
        None if mine.lines().count() == theirs.lines().count() => tally.passed += texts.len(),
        other => tally.fail(&format!("a sentence is printed otherwise: {other:?}")),
    }
    let cases: Vec<Case> = (0..count.min(500)).map(|seed| appup_case(&grammar, options.seed << 32 | seed)).collect();
    for (case, theirs) in cases.iter().zip(vm.relups(&cases)) {
        judge(case, &theirs, otp, tally);
    }
}

/// A small release whose appup is a sentence.
fn appup_case(grammar: &Grammar, seed: u64) -> Case {
    let mut rng = Rng::new(seed);
    let mut files = std::collections::BTreeMap::new();
    let mut path = Vec::new();
    let modules = "demo_lib,demo_srv,demo_sup,'Elixir.Demo'";
    for (name, vsn, modules) in
        [("kernel", "9.0", ""), ("stdlib", "9.0", ""), ("sasl", "9.0", "sasl_m"), ("bare", "1.0", ""), ("demo", "1.0.0", modules), ("demo", "2.0.0", modules)]
    {
        let folder = format!("lib/{name}-{vsn}/ebin");
        let app = format!("{{application,{name},[{{description,\"\"}},{{vsn,\"{vsn}\"}},{{modules,[{modules}]}},{{registered,[]}},{{applications,[]}}]}}.\n");
        files.insert(format!("{folder}/{name}.app"), app.into_bytes());
        path.push(folder);
    }
    for (stem, vsn) in [("r_old", "1.0.0"), ("r_new", "2.0.0")] {
        let rel = format!(
            "{{release,{{\"demo\",\"{vsn}\"}},{{erts,\"13\"}},[{{kernel,\"9.0\"}},{{stdlib,\"9.0\"}},{{sasl,\"9.0\"}},{{bare,\"1.0\"}},{{demo,\"{vsn}\"}}]}}.\n"
        );
        files.insert(format!("{stem}.rel"), rel.into_bytes());
    }
    files.insert("lib/demo-2.0.0/ebin/demo.appup".to_owned(), format!("%% coding: utf-8\n{}", grammar.sentence("appup", &mut rng)).into_bytes());
    let base = vec![("r_old".to_owned(), None)];
    Case { files, target: "r_new".to_owned(), ups: base.clone(), downs: base, restart_emulator: false, path }
}
