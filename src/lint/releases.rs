//! All rules on releases: the appups that their paths use, and each pair.

use super::rules::ONE_WAY_ENTRY;
use super::{Pair, check_file, rules};
use crate::appup::{Appup, Direction};
use crate::compare::{compare, links};
use crate::diag::{Diagnostic, Findings};
use crate::lint::Check;
use crate::parallel;
use crate::plan::{Appups, NO_RELUP_ENTRY, path_name};
use crate::release::{Application, Opener, Release};
use crate::relup::{Relup, Step};
use crate::span::FileId;
use std::collections::{HashMap, HashSet};

/// A base of the target, with the scripts between the two as far as they could be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Between<'a> {
    /// The old release.
    pub base: &'a Release,
    /// The script to the target.
    pub up: Option<&'a [Step]>,
    /// The script back.
    pub down: Option<&'a [Step]>,
    /// The relup that the target has, when it is to be looked at.
    pub relup: Option<&'a Relup>,
}

/// How many appups are worth a thread.
const WORTH_A_THREAD: usize = 4;

/// Runs every rule on a target, its appups and each of its bases.
pub fn check_releases(target: &Release, bases: &[Between<'_>], appups: &Appups, opener: &mut Opener<'_>, found: &mut Findings) {
    let used: Vec<(&Application, &Appup)> =
        target.applications.iter().filter_map(|application| Some((application, appups.get(application.name.value.as_str())?))).collect();
    let in_files = parallel::map(&used, WORTH_A_THREAD, |(application, appup)| {
        let mut found = Findings::default();
        let beams = application.compiled(opener.trees());
        check_file(&application.name.value, appup, Some(&application.file), Some(beams).filter(|beams| !beams.is_empty()), false, &mut found);
        found.sorted()
    });
    found.extend(in_files.into_iter().flatten());
    for between in bases {
        let comparison = compare(between.base, target, opener, found);
        let links = links(between.base, target, &comparison, opener.trees());
        let pair = Pair::new(between, target, &comparison, &links, appups, opener.trees());
        let checks: Vec<_> = rules().iter().filter_map(|rule| if let Check::Pair(check) = rule.check { Some(check) } else { None }).collect();
        let by_rule = parallel::map(&checks, 1, |check| {
            let mut found = Findings::default();
            check(&pair, &mut found);
            found.sorted()
        });
        let (base, target) = (&between.base.rel.vsn.value, &target.rel.vsn.value);
        let ways = [Direction::Up, Direction::Down].map(|direction| path_name(target, base, direction));
        found.extend(by_rule.into_iter().flatten().map(|mut finding| {
            // What is about two releases is about both paths between them.
            if finding.paths.is_empty() {
                finding.paths = ways.to_vec();
                finding.paths.dedup();
            }
            finding
        }));
    }
    let mut all = std::mem::take(found).sorted();
    // Where a path finds no entry, that one direction lacks one is the same fact once more.
    let without: HashSet<FileId> = all.iter().filter(|found| *found.code == NO_RELUP_ENTRY).filter_map(|found| Some(found.position()?.file)).collect();
    all.retain(|found| *found.code != ONE_WAY_ENTRY || found.position().is_none_or(|span| !without.contains(&span.file)));
    found.extend(name_dependencies(target, &used, all));
}

/// Says of what was found in an appup whether its application is there for another one: then somebody else has to fix it.
fn name_dependencies(target: &Release, used: &[(&Application, &Appup)], found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut users: HashMap<&str, &str> = HashMap::new();
    for application in &target.applications {
        for needed in application.file.applications.iter().chain(&application.includes) {
            users.entry(needed.value.as_str()).or_insert(application.name.value.as_str());
        }
    }
    let by_file: HashMap<FileId, (&str, &str)> = used
        .iter()
        .filter_map(|(application, appup)| {
            let name = application.name.value.as_str();
            Some((appup.span.file, (name, *users.get(name)?)))
        })
        .collect();
    let mut found = found;
    for finding in &mut found {
        let Some((name, user)) = finding.position().and_then(|span| by_file.get(&span.file)) else { continue };
        let note = format!("`{name}` is a dependency of `{user}`: report it to its authors, or ship an appup of your own");
        finding.help = Some(finding.help.take().map_or_else(|| note.clone(), |help| format!("{help}; {note}")));
    }
    found
}
