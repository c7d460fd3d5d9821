//! All rules on releases: the appups that their paths use, and each pair.

use super::{Pair, check_file, rules};
use crate::appup::Appup;
use crate::compare::{compare, links};
use crate::diag::Findings;
use crate::lint::Check;
use crate::parallel;
use crate::plan::Appups;
use crate::release::{Application, Opener, Release};
use crate::relup::Step;

/// A base of the target, with the scripts between the two as far as they could be compiled.
#[derive(Clone, Copy, Debug)]
pub struct Between<'a> {
    /// The release come from.
    pub base: &'a Release,
    /// The script to the target.
    pub up: Option<&'a [Step]>,
    /// The script back.
    pub down: Option<&'a [Step]>,
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
        let beams = Some(&beams).filter(|beams| !beams.is_empty());
        check_file(&application.name.value, appup, Some(&application.file), beams, &mut found);
        found.sorted()
    });
    found.extend(in_files.into_iter().flatten());
    for between in bases {
        let comparison = compare(between.base, target, opener, found);
        let links = links(between.base, target, &comparison, opener.trees());
        let pair = Pair::new(between, target, &comparison, &links, appups, opener.trees());
        for rule in rules() {
            if let Check::Pair(check) = rule.check {
                check(&pair, found);
            }
        }
    }
}
