//! A session: questions about appups and releases, answered from what is on disk and from texts that are not saved yet.
//!
//! In go names of files and releases; out come findings, plans, comparisons, fixes. Settings are fixed when a session begins. An
//! answer is kept with the list of files and folders that it was made of, and given again until one of them changes: a command
//! asks once, an editor asks after each change. What a person sees is made of the answers by `render`.

mod author;
mod chains;
mod compose;
mod config;
mod discover;
mod files;
mod fingerprint;
mod fmt;
mod framing;
mod make;
mod paths;
mod releases;
mod report;
mod settings;
mod verify;

pub use author::{Existing, GenBase, GenRequest, Goal};
pub use config::{Config, PresetName, Project, project, unknown_level};
pub use discover::{is_relup, something_else};
pub use files::{Checked, Entry, Expanded, Inverted};
pub use fingerprint::Input;
pub use fmt::Formatted;
pub use framing::PathInstructions;
pub use make::{BaseRequest, Forbidden, Made, MakeRequest};
pub use paths::{Paths, PathsRequest};
pub use releases::{Compared, Planned, Releases};
pub use report::{LintRequest, Report};
pub use settings::Settings;
pub use verify::{Verification, Verified, VerifyRequest};

use crate::diag::{Diagnostic, Findings};
use crate::lint::{self, Judged, Purpose, Ran};
use crate::otp::Otp;
use crate::plan::{AppupFiles, Framing};
use crate::release::Opener;
use crate::source::{Files, MadeOf, Overlay, Refusal, Spot, TreeId};
use crate::span::FileId;
use crate::term::{Document, Extent};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

/// Why a question makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// In words, on one line.
    Words(String),
    /// What is wrong with `relupc.toml`, line by line, with excerpts.
    Lines(Vec<String>),
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unusable::Words(words) => out.write_str(words),
            Unusable::Lines(lines) => out.write_str(&lines.join("\n")),
        }
    }
}

/// How many answers of each kind were made, not counting those that were given again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Appups and relups checked on their own.
    pub files: usize,
    /// Sets of releases opened.
    pub releases: usize,
    /// Pairs of releases compared.
    pub comparisons: usize,
    /// Targets whose paths were planned.
    pub plans: usize,
    /// Targets checked with all their bases.
    pub pairs: usize,
    /// Times that a compiled module was read.
    pub beams: usize,
}

/// Answers of one kind, each with what it was made of.
struct Answers<K, V> {
    known: HashMap<K, (MadeOf, Arc<V>)>,
    made: usize,
}

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Answers { known: HashMap::new(), made: 0 }
    }
}

impl<K: Eq + Hash, V> Answers<K, V> {
    /// An answer that still holds.
    fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q, overlay: &Overlay<'_>) -> Option<Arc<V>>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.known.get(key).filter(|(made_of, _)| overlay.holds(made_of)).map(|(_, answer)| Arc::clone(answer))
    }

    fn keep(&mut self, key: K, made_of: MadeOf, answer: V) -> Arc<V> {
        let answer = Arc::new(answer);
        self.known.insert(key, (made_of, Arc::clone(&answer)));
        self.made += 1;
        answer
    }
}

/// A session.
pub struct Session<'t> {
    overlay: &'t Overlay<'t>,
    settings: Settings,
    opener: Opener<'t>,
    appups: AppupFiles,
    framings: Vec<Framing>,
    /// Appups that the question being answered has read for parts of a composed path, and that no rule is run on.
    parts: BTreeSet<FileId>,
    files: Answers<String, Checked>,
    opened: Answers<Vec<String>, Releases>,
    compared: Answers<(String, String), Compared>,
    planned: Answers<Vec<String>, Planned>,
    pairs: Answers<Vec<String>, report::OfPairs>,
}

impl<'t> Session<'t> {
    /// A session over a tree, with its settings.
    pub fn new(overlay: &'t Overlay<'t>, settings: Settings) -> Session<'t> {
        let opener = Opener::new(overlay, settings.search.clone(), settings.otp).with_debug_info(settings.debug_info.clone());
        let mut opener = if settings.with_code { opener.with_code() } else { opener };
        let appups = AppupFiles::new(settings.appups.clone());
        let framings = settings.paths.source().cloned().map(|source| settings.paths.in_file(opener.files_mut().add(source)));
        Session {
            overlay,
            settings,
            opener,
            appups,
            framings: framings.unwrap_or_default(),
            parts: BTreeSet::new(),
            files: Answers::default(),
            opened: Answers::default(),
            compared: Answers::default(),
            planned: Answers::default(),
            pairs: Answers::default(),
        }
    }

    /// Puts an unsaved text over a file.
    pub fn change(&mut self, path: &str, text: impl Into<Vec<u8>>) {
        self.overlay.change(path, text.into());
        self.forget(path);
    }

    /// Takes the unsaved text over a file away.
    pub fn close(&mut self, path: &str) {
        self.overlay.close(path);
        self.forget(path);
    }

    /// Notes that a file on disk has changed; `comes_or_goes` when it is new or gone.
    pub fn changed_on_disk(&mut self, path: &str, comes_or_goes: bool) {
        self.overlay.changed(path, comes_or_goes);
        self.forget(path);
    }

    fn forget(&mut self, path: &str) {
        self.opener.forget(path);
        self.appups.forget(&Spot::new(TreeId::Outside, path));
    }

    /// How much was computed so far.
    pub fn counts(&self) -> Counts {
        Counts {
            files: self.files.made,
            releases: self.opened.made,
            comparisons: self.compared.made,
            plans: self.planned.made,
            pairs: self.pairs.made,
            beams: self.opener.reads_of_beams(),
        }
    }

    /// The version of OTP whose behaviour counted for the last question.
    pub fn otp(&self) -> Otp {
        self.opener.otp()
    }

    /// The texts that findings point into.
    pub fn texts(&self) -> &Files {
        self.opener.files()
    }

    /// The same, to be called by other names in a report.
    pub fn texts_mut(&mut self) -> &mut Files {
        self.opener.files_mut()
    }

    /// The texts, when nothing more is asked.
    pub fn into_texts(self) -> Files {
        self.opener.into_files()
    }

    /// How a file is called in findings.
    pub fn display(&self, spot: &Spot) -> String {
        self.opener.trees().display(spot)
    }

    /// Reads a file that is on its own, and what it holds.
    pub fn document(&mut self, path: &str) -> Result<Document, Refusal> {
        let file = self.opener.read(&Spot::new(TreeId::Outside, path))?;
        Ok(self.opener.parse(file, Extent::First))
    }

    /// Reads a relup and what it holds.
    pub fn relup_document(&mut self, path: &str) -> Result<(FileId, Document), Refusal> {
        let file = self.opener.read_relup(&Spot::new(TreeId::Outside, path))?;
        Ok((file, self.opener.parse(file, Extent::All)))
    }

    /// The same, with what bears on a property of a path and was accepted.
    pub(crate) fn judge_all(&self, found: Findings, ran: Ran, purpose: Purpose) -> Judged {
        lint::judge(found, self.opener.files(), self.opener.otp(), ran, &self.parts, &self.settings.levels, purpose)
    }

    /// From everything that was found to what is reported, by the levels of the session.
    pub fn judge(&self, found: Findings, ran: Ran, purpose: Purpose) -> Vec<Diagnostic> {
        self.judge_all(found, ran, purpose).findings
    }
}
