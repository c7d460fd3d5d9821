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
    /// What it says about a path on which it is found.
    pub bearing: Option<Bearing>,
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

/// What a path is to have before anybody runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// Every step can be carried out, and finds the code that it needs.
    Steps,
    /// The node ends with exactly the code of the release being installed.
    Code,
    /// The release handler finds every process that is to be updated.
    Processes,
    /// What processes keep is converted, or fits the new code as it is.
    State,
    /// Nothing stays suspended, stopped or unpurged.
    Leftovers,
    /// No process dies but those that the path stops.
    Deaths,
    /// The configuration is the one that a start of the release gives.
    Configuration,
}

impl Property {
    /// All of them, in the order of reports.
    pub const ALL: [Property; 7] =
        [Property::Steps, Property::Code, Property::Processes, Property::State, Property::Leftovers, Property::Deaths, Property::Configuration];

    /// Its name in JSON, and for `explain`.
    pub fn name(self) -> &'static str {
        match self {
            Property::Steps => "steps",
            Property::Code => "code",
            Property::Processes => "processes",
            Property::State => "state",
            Property::Leftovers => "leftovers",
            Property::Deaths => "deaths",
            Property::Configuration => "configuration",
        }
    }

    /// The claim, for people.
    pub fn claim(self) -> &'static str {
        match self {
            Property::Steps => "every step runs and finds its code",
            Property::Code => "the node ends with exactly the code of the release",
            Property::Processes => "every process that is updated is found",
            Property::State => "the state of every process is converted, or fits as it is",
            Property::Leftovers => "nothing stays suspended, stopped or unpurged",
            Property::Deaths => "no process dies but those that the path stops",
            Property::Configuration => "the configuration is that of a cold start",
        }
    }
}

/// What a finding says about a property of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// The path does not have it.
    Refutes(Property),
    /// At the level of an error the path does not have it; below that it may not have it.
    Concerns(Property),
    /// It may not have it, at whatever level: whether the code that would show it is ever run, is not seen.
    Doubts(Property),
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

/// Declares one code, with its page; `[Refused]` or `[Warned]` after its level says what OTP does, which else is silent; then what
/// it says about a path: `Refutes(Property)`, `Concerns(Property)` or `Doubts(Property)`.
macro_rules! code {
    (@otp) => {
        $crate::diag::Otp::Silent
    };
    (@otp $otp:ident) => {
        $crate::diag::Otp::$otp
    };
    (@bearing) => {
        None
    };
    (@bearing $bearing:ident $property:ident) => {
        Some($crate::diag::Bearing::$bearing($crate::diag::Property::$property))
    };
    ($konst:ident $id:literal $name:literal $severity:ident $([$otp:ident])? $(=> $bearing:ident($property:ident))?) => {
        #[doc = concat!("`", $id, "` (`", $name, "`): see its page in `docs/rules`.")]
        pub static $konst: $crate::diag::Code = $crate::diag::Code {
            id: $id,
            name: $name,
            severity: $crate::diag::Severity::$severity,
            otp: $crate::diag::code!(@otp $($otp)?),
            bearing: $crate::diag::code!(@bearing $($bearing $property)?),
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules/", $id, ".md")),
        };
    };
}

/// Declares a layer's codes, and the list `ALL` of them.
macro_rules! codes {
    ($($konst:ident $id:literal $name:literal $severity:ident $([$otp:ident])? $(=> $bearing:ident($property:ident))?)+) => {
        $($crate::diag::code! { $konst $id $name $severity $([$otp])? $(=> $bearing($property))? })+
        /// Every code of this layer, in the order of their numbers.
        pub static ALL: &[&$crate::diag::Code] = &[$(&$konst),+];
    };
}

pub(crate) use {code, codes};
