//! Codes: the stable names of findings, each with its page.

use super::Severity;

/// A stable kind of finding. Numbers and names are given once and never reused.
#[derive(Debug)]
pub struct Code {
    /// `RLxxxx`.
    pub id: &'static str,
    /// The fault in words, for `explain` and suppressions.
    pub name: &'static str,
    /// The level it has unless a run decides otherwise.
    pub severity: Severity,
    /// What OTP's `systools` does with it.
    pub otp: Otp,
    /// The page `docs/rules/RLxxxx.md`.
    pub page: &'static str,
}

/// What OTP's `systools` does with input that has a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otp {
    /// It refuses the input, or it is input that no tool could use.
    Refused,
    /// It warns.
    Warned,
    /// It does not notice.
    Silent,
}

impl Code {
    /// The group of codes it belongs to, by its hundred.
    pub fn group(&self) -> &'static str {
        match self.id.get(2..4) {
            Some("00") => "general",
            Some("01") => "syntax",
            Some("02") => "release",
            Some("03") => "appup",
            Some("04") => "planning",
            Some("05") => "order",
            Some("06") => "state",
            Some("07") => "downgrade",
            Some("08") => "environment",
            Some("10") => "authoring",
            _ => "relup",
        }
    }

    /// The one-sentence summary: the first paragraph of the page, after its heading.
    pub fn summary(&self) -> &'static str {
        self.page.split("\n\n").nth(1).unwrap_or(self.name).trim()
    }

    /// Where the page is published, once the project has an address (`repository` in `Cargo.toml`).
    pub fn url(&self) -> Option<String> {
        Some(env!("CARGO_PKG_REPOSITORY")).filter(|address| !address.is_empty()).map(|address| format!("{address}/blob/main/docs/rules/{}.md", self.id))
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

/// Declares one code, with its page; `[Refused]` or `[Warned]` after its level says what OTP does, which else is silent.
macro_rules! code {
    (@otp) => {
        $crate::diag::Otp::Silent
    };
    (@otp $otp:ident) => {
        $crate::diag::Otp::$otp
    };
    ($konst:ident $id:literal $name:literal $severity:ident $([$otp:ident])?) => {
        #[doc = concat!("`", $id, "` (`", $name, "`): see its page in `docs/rules`.")]
        pub static $konst: $crate::diag::Code = $crate::diag::Code {
            id: $id,
            name: $name,
            severity: $crate::diag::Severity::$severity,
            otp: $crate::diag::code!(@otp $($otp)?),
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules/", $id, ".md")),
        };
    };
}

/// Declares a layer's codes, and the list `ALL` of them.
macro_rules! codes {
    ($($konst:ident $id:literal $name:literal $severity:ident $([$otp:ident])?)+) => {
        $($crate::diag::code! { $konst $id $name $severity $([$otp])? })+
        /// Every code of this layer, in the order of their numbers.
        pub static ALL: &[&$crate::diag::Code] = &[$(&$konst),+];
    };
}

pub(crate) use {code, codes};
