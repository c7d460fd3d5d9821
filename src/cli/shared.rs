//! Arguments that several commands take.

use crate::otp::Otp;
use clap::{Args, ValueEnum};

/// Where applications are searched, and whose behaviour counts
#[derive(Debug, Args)]
pub struct Search {
    /// Search applications in this folder; `*` stands for a name, as in `lib/*/ebin`
    #[arg(long = "path", value_name = "DIR", action = clap::ArgAction::Append)]
    pub path: Vec<String>,

    #[command(flatten)]
    pub language: Language,
}

/// Whose behaviour counts
#[derive(Debug, Args)]
pub struct Language {
    /// Behave as this OTP version: 25 to 29
    #[arg(long, value_name = "MAJOR", value_parser = parse_otp)]
    pub otp: Option<Otp>,
}

fn parse_otp(text: &str) -> Result<Otp, String> {
    let range = format!("{} to {}", Otp::OLDEST.major(), Otp::NEWEST.major());
    text.parse::<u8>().ok().and_then(Otp::from_major).ok_or_else(|| format!("OTP versions {range} are told apart"))
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Reports for people on standard error, the product on standard output
    Human,
    /// One JSON document on standard output
    Json,
}
