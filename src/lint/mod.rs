//! Checks beyond what OTP refuses, and the registry of all codes.
//!
//! In go an appup as it is in a file ([`File`]), or two releases with the paths between them ([`Pair`]); out come
//! findings. A rule is one file below `rules`, with its code, its reasons and its check. `explain`, `rules` and the index of
//! the pages read the registry; this is the only list.

mod allow;
mod alone;
mod calls;
mod children;
mod computed;
mod existing;
mod file;
mod fix;
mod judge;
mod kept;
mod levels;
mod live;
mod lives;
mod pair;
mod rules;
mod run;

pub use allow::Ran;
pub use alone::{Alone, application_of, check_alone, filled_in, read_alone};
pub use computed::{computed, without_version};

pub use existing::Existing;
pub use file::File;
pub use fix::{Fixed, Which, fix};
pub use judge::{Judged, Purpose, judge};
pub use kept::{judge_kept, judge_kept_on};
pub use levels::{Level, Levels, Preset, SetBy};
pub use pair::{Between, Pair, Passage, Route, Supervisor};
pub use rules::RELUP_PATHS;
pub use run::{check_and_look, check_file, check_releases, check_relup};

use crate::diag::{Code, Findings};
use crate::release::AppFile;

/// What a rule looks at.
pub enum Check {
    /// An appup on its own.
    File(fn(&File<'_>, &mut Findings)),
    /// An appup and the `.app` beside it.
    Application(fn(&File<'_>, &AppFile, &mut Findings)),
    /// The scripts of an appup on its own; beside releases, the scripts of all appups of a path together.
    Scripts(fn(&File<'_>, &mut Findings), fn(&Pair<'_>, &mut Findings)),
    /// A relup that is there.
    Relup(fn(&Existing<'_>, &mut Findings)),
    /// Two releases.
    Pair(fn(&Pair<'_>, &mut Findings)),
    /// The same, for what lives on whatever the appups say: the verdict of `diff` rests on it as well.
    Kept(fn(&Pair<'_>, &mut Findings)),
}

/// A rule: what it is called, and what it does.
pub struct Rule {
    /// Its code; the page of it says why the rule is there.
    pub code: &'static Code,
    /// The check.
    pub check: Check,
}

/// Every rule, in the order of the codes.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}

/// How many rules need more than an appup: the `.app` beside it, and two releases.
pub fn needing_more() -> (usize, usize) {
    let count = |wanted: fn(&Check) -> bool| rules().iter().filter(|rule| wanted(&rule.check)).count();
    (count(|check| matches!(check, Check::Application(_))), count(|check| matches!(check, Check::Pair(_) | Check::Kept(_))))
}

/// The codes of all layers, in the order of their numbers.
pub fn codes() -> Vec<&'static Code> {
    let layers = [
        crate::diag::CODES,
        crate::term::CODES,
        crate::source::CODES,
        crate::release::CODES,
        crate::relup::faults::ALL,
        crate::appup::CODES,
        crate::plan::CODES,
        crate::compare::CODES,
        crate::author::CODES,
        allow::ALL,
        computed::ALL,
    ];
    let mut codes: Vec<&'static Code> = layers.into_iter().flatten().copied().chain(rules().iter().map(|rule| rule.code)).collect();
    codes.sort_by_key(|code| code.id);
    codes
}

/// The code with an id (`RL0401`, in any case) or a name (`no-relup-entry`).
pub fn find(wanted: &str) -> Option<&'static Code> {
    codes().into_iter().find(|code| code.id.eq_ignore_ascii_case(wanted) || code.name.eq_ignore_ascii_case(wanted))
}
