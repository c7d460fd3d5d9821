//! What relupc makes of a case, in this process and from memory.

use crate::generate::Case;
use relupc::appup::Direction;
use relupc::diag::{Findings, Severity};
use relupc::lint::{Levels, Preset};
use relupc::otp::Otp;
use relupc::plan::{self, AppupFiles, Appups, Base, PathRequest, Preference, Request};
use relupc::release::{Opener, Release};
use relupc::relup::{LowOp, Relup};
use relupc::source::{Files, MemoryTree, Source};
use relupc::span::FileId;
use relupc::term::{Extent, Term, parse};
use std::collections::BTreeSet;

/// What one compiler says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The text of the relup, and the tags of the warnings.
    Relup { text: String, warnings: BTreeSet<String> },
    /// The tags of the errors.
    Refused(BTreeSet<String>),
}

impl Answer {
    /// Whether it is a refusal where warnings count as errors.
    pub fn refuses_warnings(&self) -> bool {
        !matches!(self, Answer::Relup { warnings, .. } if warnings.is_empty())
    }
}

pub fn term(text: &str, otp: Otp) -> Term {
    let mut document = parse(&Source::new("term", text.as_bytes().to_vec()), FileId(0), otp, Extent::First);
    assert!(document.faults.is_empty(), "{text}");
    document.terms.remove(0)
}

fn tree(case: &Case) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for (path, bytes) in &case.files {
        tree.insert(path, bytes.clone());
    }
    tree
}

/// The releases of a case, opened.
struct Opened {
    target: Option<Release>,
    ups: Vec<Option<Release>>,
    downs: Vec<Option<Release>>,
    appups: Appups,
}

fn open(case: &Case, opener: &mut Opener<'_>, found: &mut Findings) -> Opened {
    let stems = |list: &'_ [(String, Option<String>)]| list.iter().map(|(stem, _)| stem.clone()).collect::<Vec<String>>();
    let (ups, downs) = (stems(&case.ups), stems(&case.downs));
    let names: Vec<&str> = std::iter::once(&case.target).chain(&ups).chain(&downs).map(String::as_str).collect();
    let mut opened = opener.open(&names, found).into_iter();
    let target = opened.next().flatten();
    let ups: Vec<Option<Release>> = opened.by_ref().take(ups.len()).collect();
    let downs: Vec<Option<Release>> = opened.collect();
    let appups = match &target {
        Some(target) => Appups::load(opener, &mut AppupFiles::default(), target, ups.iter().chain(&downs).flatten()),
        None => Appups::default(),
    };
    Opened { target, ups, downs, appups }
}

/// Runs the compiler; gives its answer, and whether it refuses with `--preset otp --warnings-as-errors`.
pub fn answer(case: &Case, otp: Otp) -> (Answer, bool) {
    let tree = tree(case);
    let mut found = Findings::default();
    let mut opener = Opener::new(&tree, case.path.clone(), Some(otp));
    let opened = open(case, &mut opener, &mut found);
    let relup = opened.target.as_ref().map(|target| {
        let describe = |list: &[(String, Option<String>)]| -> Vec<Term> {
            list.iter().map(|(_, text)| text.as_ref().map_or_else(|| Term::list(Vec::new()), |text| term(&format!("{text}."), otp))).collect()
        };
        let (up_words, down_words) = (describe(&case.ups), describe(&case.downs));
        let bases = |releases: &'_ [Option<Release>], words: &'_ [Term]| -> Vec<(usize, usize)> {
            (0..words.len()).filter(|at| releases[*at].is_some()).map(|at| (at, at)).collect()
        };
        let up_from = bases(&opened.ups, &up_words)
            .into_iter()
            .filter_map(|(at, _)| Some(Base { release: opened.ups[at].as_ref()?, description: &up_words[at] }))
            .collect();
        let down_to = bases(&opened.downs, &down_words)
            .into_iter()
            .filter_map(|(at, _)| Some(Base { release: opened.downs[at].as_ref()?, description: &down_words[at] }))
            .collect();
        plan::plan(&Request { target, up_from, down_to, restart_emulator: case.restart_emulator, framings: &[] }, &opened.appups, &mut found)
    });
    summarise(relup.as_ref(), found, &opener.into_files(), otp)
}

fn summarise(relup: Option<&Relup>, found: Findings, files: &Files, otp: Otp) -> (Answer, bool) {
    let refused = found.has_errors();
    let list = found.sorted();
    let levels = Levels::new(Preset::Otp).warnings_as_errors(true);
    let strictly = list.iter().filter_map(|found| levels.for_compiler(found.clone())).any(|found| found.severity == Severity::Error);
    // Every finding can be drawn, whatever the input was.
    let drawn = relupc::render::human(&list, files, relupc::render::Style { colour: false, width: Some(80), charset: relupc::render::Charset::Unicode });
    assert!(drawn.len() >= list.len());
    let wanted = if refused { Severity::Error } else { Severity::Warning };
    let tags = list.iter().filter(|found| found.severity == wanted).filter_map(|found| found.otp.as_ref().map(ToString::to_string)).collect();
    let answer = match relup {
        Some(relup) if !refused => Answer::Relup { text: relup.to_file(otp), warnings: tags },
        _ => Answer::Refused(tags),
    };
    (answer, strictly)
}

/// Compiles each path again with the order that another compiler's script has where dependencies leave a choice, and
/// returns whether the scripts are then the same.
pub fn same_up_to_free_order(case: &Case, theirs: &str, otp: Otp) -> bool {
    let mut found = Findings::default();
    let Some(theirs) = relupc::relup::read(&term(theirs, otp), &mut found) else { return false };
    let tree = tree(case);
    let mut opener = Opener::new(&tree, case.path.clone(), Some(otp));
    let opened = open(case, &mut opener, &mut found);
    let Some(target) = &opened.target else { return false };
    let paths = [(&opened.ups, &theirs.up, Direction::Up), (&opened.downs, &theirs.down, Direction::Down)];
    paths.into_iter().all(|(bases, entries, direction)| {
        bases.len() == entries.len()
            && bases.iter().rev().zip(entries).all(|(base, entry)| {
                let Some(base) = base else { return false };
                let loaded = entry.steps.iter().filter_map(|step| match &step.op {
                    LowOp::Load(module, ..) | LowOp::Remove(module, ..) => Some(module.clone()),
                    _ => None,
                });
                let mut order: Vec<_> = loaded.collect();
                if direction == Direction::Up {
                    order.reverse();
                }
                // A module may be loaded twice by hand; the number of its first place is kept.
                let mut preference = Preference::default();
                for (at, module) in order.into_iter().enumerate() {
                    preference.entry(module).or_insert(at);
                }
                let wanted = PathRequest { target, base, direction, restart_emulator: case.restart_emulator, preference, framings: &[] };
                let path = plan::plan_path(&wanted, &opened.appups, &mut Findings::default());
                let ours: Vec<&LowOp> = path.steps.iter().map(|step| &step.op).collect();
                let theirs: Vec<&LowOp> = entry.steps.iter().map(|step| &step.op).collect();
                ours == theirs && base.rel.vsn.value == entry.version
            })
    })
}
