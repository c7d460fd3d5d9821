//! Releases: `.rel` and `.app` files as typed models, and opening what a user names (a `.rel`, a folder, a tarball).
//!
//! In go file trees and names; out come [`Release`]s: applications read, checked against each other and ordered as
//! `systools_make:get_release/2` does, every fault of them in one run.

mod app;
mod check;
mod faults;
mod library;
mod open;
mod order;
mod read_rel;
mod rel;
mod text;

pub use app::{AppFile, read_app};
pub use faults::ALL as CODES;
pub use open::Opener;
pub use order::by_age;
pub use read_rel::read_rel;
pub use rel::{Rel, RelApp};

use crate::diag::Diagnostic;
use crate::source::{FileTree, Spot, Trees, join, parent};
use crate::span::{Span, Spanned};
use crate::term::{Atom, FaultClass, Sensitive, SyntaxFault};
use foldhash::{HashMap, HashSet};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// How an application is started with its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartType {
    /// The node goes down with it.
    Permanent,
    /// The node goes down when it fails.
    Transient,
    /// Nothing goes down with it.
    Temporary,
    /// Loaded, not started.
    Load,
    /// Neither loaded nor started.
    None,
}

impl StartType {
    /// OTP's atom.
    pub fn word(self) -> &'static str {
        match self {
            StartType::Permanent => "permanent",
            StartType::Transient => "transient",
            StartType::Temporary => "temporary",
            StartType::Load => "load",
            StartType::None => "none",
        }
    }

    /// The type with this atom.
    pub fn from_word(word: &str) -> Option<StartType> {
        [StartType::Permanent, StartType::Transient, StartType::Temporary, StartType::Load, StartType::None].into_iter().find(|kind| kind.word() == word)
    }
}

/// An application of a release.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its name, and where the `.rel` says so.
    pub name: Spanned<Atom>,
    /// Its version, and where the `.rel` says so.
    pub vsn: Spanned<String>,
    /// How it is started.
    pub kind: StartType,
    /// What its `.app` says.
    pub file: Arc<AppFile>,
    /// The applications included in it: as the `.rel` has it, else as the `.app` has it.
    pub includes: Vec<Spanned<Atom>>,
    /// The folder that holds its `.app`.
    pub folder: Spot,
    /// The modules that have a compiled file there, once somebody looked.
    pub(super) compiled: OnceLock<BTreeSet<String>>,
}

/// The modules that have a compiled file in a folder.
pub fn modules_in(tree: &dyn FileTree, folder: &str) -> BTreeSet<String> {
    tree.list(folder).unwrap_or_default().iter().filter_map(|name| name.strip_suffix(".beam")).map(str::to_owned).collect()
}

impl Application {
    /// Whether the release starts it: not one of type `load` or `none`.
    pub fn starts(&self) -> bool {
        !matches!(self.kind, StartType::Load | StartType::None)
    }

    /// The modules that have a compiled file in its folder.
    pub fn compiled(&self, trees: &Trees<'_>) -> &BTreeSet<String> {
        let tree = trees.get(self.folder.tree);
        tree.used(&self.folder.path);
        self.compiled.get_or_init(|| modules_in(tree, &self.folder.path))
    }

    /// The compiled file of a module.
    pub fn beam(&self, module: &str) -> Spot {
        Spot::new(self.folder.tree, join(&self.folder.path, &format!("{module}.beam")))
    }
}

/// Where a name is: in which application's list, and at which place of it.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// An index into the release's applications.
    pub application: usize,
    /// An index into the list.
    pub position: usize,
}

/// A release.
#[derive(Clone, Debug)]
pub struct Release {
    /// What the `.rel` says.
    pub rel: Rel,
    /// Its applications in the order of the `.rel`, those that can be had.
    pub applications: Vec<Application>,
    /// The others that its `.rel` names: their `.app` is missing, broken or for another version.
    pub absent: HashSet<Atom>,
    /// Indices into `applications`: dependencies first, otherwise as in the `.rel`.
    pub order: Vec<usize>,
    /// Where the first application of each name is in `applications`.
    pub(super) names: HashMap<Atom, usize>,
    /// Where each module is listed.
    pub modules: HashMap<Atom, Listed>,
    /// Where its `.rel` is.
    pub spot: Spot,
    /// What in its `.rel` and its `.app` files other versions of OTP read otherwise.
    pub sensitive: Vec<Sensitive>,
    /// Whether `systools` refuses it. It is then as complete as it could be read, and no relup is made of it.
    pub is_refused: bool,
}

impl Release {
    /// The first application with a name.
    pub fn application(&self, name: &str) -> Option<&Application> {
        self.applications.get(self.position(name)?)
    }

    /// Whether its `.rel` names an application, known or not.
    pub fn names(&self, name: &Atom) -> bool {
        self.absent.contains(name) || self.names.contains_key(name)
    }

    /// Where the first application with a name is in the `.rel`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The applications, dependencies first.
    pub fn ordered(&self) -> impl Iterator<Item = &Application> {
        self.order.iter().filter_map(|at| self.applications.get(*at))
    }

    /// Whether it lists the modules of OTP's own applications: of another one it is not known which modules there are.
    pub fn lists_otp(&self) -> bool {
        ["kernel", "stdlib"].iter().all(|name| self.application(name).is_some_and(|own| !own.file.modules.is_empty()))
    }

    /// The application that a module belongs to.
    pub fn owner_of(&self, module: &str) -> Option<&Application> {
        self.applications.get(self.modules.get(module)?.application)
    }

    /// The folder of its version, `releases/VSN` in an unpacked release: what it has besides its applications.
    pub fn folder(&self) -> Spot {
        let folder = parent(&self.spot.path);
        let is_releases = folder == "releases" || folder.ends_with("/releases");
        let folder = if is_releases { join(folder, &self.rel.vsn.value) } else { folder.to_owned() };
        Spot::new(self.spot.tree, folder)
    }

    /// The folder `releases` of an unpacked release or a tarball that its `.rel` is in, when it is in one.
    pub fn releases_folder(&self) -> Option<Spot> {
        let is_releases = |folder: &str| folder == "releases" || folder.ends_with("/releases");
        let above = parent(&self.spot.path);
        let folder = if is_releases(above) { above } else { parent(above) };
        is_releases(folder).then(|| Spot::new(self.spot.tree, folder))
    }

    /// The span of its version in the `.rel`.
    pub fn version_span(&self) -> Span {
        self.rel.vsn.span
    }
}

/// Which kind of file a syntax error is in; it decides the error term that OTP makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A release resource file.
    Rel,
    /// An application resource file.
    App,
    /// An application upgrade file.
    Appup,
    /// A compiled relup.
    Relup,
}

/// A syntax error as a finding, with the tag OTP gives for it in this kind of file.
pub fn with_otp_tag(fault: SyntaxFault, kind: FileKind) -> Diagnostic {
    let tag = match (kind, fault.class) {
        (_, FaultClass::Bound) | (FileKind::Relup, _) => return fault.diagnostic,
        (FileKind::Rel, FaultClass::Scan) => "read",
        (FileKind::Rel, FaultClass::Parse) => "parse",
        (FileKind::Rel | FileKind::App, FaultClass::Crash) => "EXIT",
        // A file with a scanner error is passed over, so that the application is not found.
        (FileKind::App, FaultClass::Scan) => "error_reading/not_found",
        (FileKind::App, FaultClass::Parse) => "error_reading/parse_error",
        (FileKind::Appup, FaultClass::Scan) => "file_problem/read",
        (FileKind::Appup, FaultClass::Parse) => "file_problem/parse",
        (FileKind::Appup, FaultClass::Crash) => "crash/case_clause",
    };
    fault.diagnostic.otp(tag)
}
