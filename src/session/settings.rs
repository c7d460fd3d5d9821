//! What is fixed for a whole session.

use super::PathInstructions;
use crate::author::Policy;
use crate::lint::Levels;
use crate::otp::Otp;
use crate::term::Format;

/// The settings of a session.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The version of OTP whose behaviour counts; `None` for that of each target's ERTS, and the newest for a file on its own.
    pub otp: Option<Otp>,
    /// Where applications are searched: folders, with wildcards as OTP has them.
    pub search: Vec<String>,
    /// Where unstripped modules are: folders, with wildcards as OTP has them. One is used for a module of a release that has no debug
    /// information and the same code.
    pub debug_info: Vec<String>,
    /// Folders with appups that go before those of the applications: `APP-VSN.appup`, `APP.appup`.
    pub appups: Vec<String>,
    /// What the project decides about appups that are written for it.
    pub policy: Policy,
    /// How files are laid out.
    pub format: Format,
    /// Instructions of the release itself, at the head and the end of paths.
    pub paths: PathInstructions,
    /// Which findings are reported, and at which level.
    pub levels: Levels,
    /// Whether compiled code and configuration are looked at. If not, of a tarball only what describes the release is kept.
    pub with_code: bool,
}
