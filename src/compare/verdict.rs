//! The verdict: what a change asks for, from nothing at all to another way of deploying.

use super::{ApplicationChange, Comparison, Impact, ModuleChange};

/// What a change asks for; a heavier one includes the lighter ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing to do.
    Nothing,
    /// New code goes in while everything runs.
    Hot,
    /// The same, but a person should look at it first.
    HotWithCare,
    /// The application is stopped and started.
    RestartApplication,
    /// The emulator is restarted.
    RestartEmulator,
    /// One node after the other: a hot upgrade is the wrong tool.
    Rolling,
}

impl Verdict {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Nothing => "nothing to do",
            Verdict::Hot => "hot",
            Verdict::HotWithCare => "hot with care",
            Verdict::RestartApplication => "restart the application",
            Verdict::RestartEmulator => "restart the emulator",
            Verdict::Rolling => "deploy by rolling",
        }
    }

    /// The word for it on the command line and in machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Nothing => "nothing",
            Verdict::Hot => "hot",
            Verdict::HotWithCare => "hot-with-care",
            Verdict::RestartApplication => "restart-application",
            Verdict::RestartEmulator => "restart-emulator",
            Verdict::Rolling => "rolling",
        }
    }
}

/// The verdicts of both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Both {
    /// On an upgrade.
    pub up: Verdict,
    /// On a downgrade.
    pub down: Verdict,
}

impl Both {
    fn of<'f>(facts: impl Iterator<Item = &'f Impact>) -> Both {
        facts.fold(Both { up: Verdict::Nothing, down: Verdict::Nothing }, |both, fact| Both { up: both.up.max(fact.up), down: both.down.max(fact.down) })
    }

    /// The heavier of the two.
    pub fn heavier(self) -> Verdict {
        self.up.max(self.down)
    }
}

impl ModuleChange {
    /// What it asks for.
    pub fn verdict(&self) -> Both {
        Both::of(self.impacts.iter())
    }
}

impl ApplicationChange {
    /// Its own facts and those of its modules.
    pub fn all_impacts(&self) -> impl Iterator<Item = &Impact> {
        self.impacts.iter().chain(self.modules.iter().flat_map(|module| &module.impacts))
    }

    /// What it asks for.
    pub fn verdict(&self) -> Both {
        Both::of(self.all_impacts())
    }
}

impl Comparison {
    /// What the whole release asks for.
    pub fn verdict(&self) -> Both {
        Both::of(self.impacts.iter().chain(self.applications.iter().flat_map(ApplicationChange::all_impacts)))
    }
}
