//! How many findings each application has: a long report at a glance.

use super::count;
use super::human::shown_level;
use crate::diag::{Diagnostic, Severity};
use crate::escape;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What was found about one application.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many errors, warnings and notes.
    pub counts: [usize; 3],
    /// How many of each code.
    pub codes: BTreeMap<&'static str, usize>,
}

/// The findings by application, the worst first; those that are about none are left out.
pub fn by_application(each: &[Diagnostic]) -> Vec<(String, Tally)> {
    let mut all: BTreeMap<&String, Tally> = BTreeMap::new();
    for found in each {
        let Some(application) = &found.application else { continue };
        let tally = all.entry(application).or_default();
        let [errors, warnings, notes] = &mut tally.counts;
        *match found.severity {
            Severity::Error => errors,
            Severity::Warning => warnings,
            Severity::Advice => notes,
        } += 1;
        *tally.codes.entry(found.code.id).or_default() += 1;
    }
    let mut list: Vec<(String, Tally)> = all.into_iter().map(|(name, tally)| (name.clone(), tally)).collect();
    list.sort_by_key(|(_, tally)| Reverse(tally.counts));
    list
}

/// How many findings are read without a table.
const FEW: usize = 12;
/// How many applications, and how many codes of each, are shown.
const ROWS: usize = 20;
const CODES: usize = 4;

/// The table for a report; empty where that is short, or about one application.
pub fn table(each: &[Diagnostic]) -> String {
    let all = by_application(each);
    if each.len() <= FEW || all.len() < 2 {
        return String::new();
    }
    let mut out = "by application:\n".to_owned();
    let width = all.iter().take(ROWS).map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, tally) in all.iter().take(ROWS) {
        let levels = [Severity::Error, Severity::Warning, Severity::Advice].into_iter().zip(tally.counts).filter(|(_, number)| *number > 0);
        let levels = levels.map(|(level, number)| count(number, shown_level(level))).collect::<Vec<_>>().join(", ");
        let mut codes: Vec<(&str, usize)> = tally.codes.iter().map(|(code, number)| (*code, *number)).collect();
        codes.sort_by_key(|(_, number)| Reverse(*number));
        let more = if codes.len() > CODES { ", ..." } else { "" };
        let codes = codes.iter().take(CODES).map(|(code, number)| format!("{number} {code}")).collect::<Vec<_>>().join(", ");
        out.push_str(&format!("  {:width$}  {levels}: {codes}{more}\n", escape::line(name)));
    }
    if let Some(more) = all.len().checked_sub(ROWS).filter(|more| *more > 0) {
        out.push_str(&format!("  ... and {}\n", count(more, "further application")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::diag::{CODES, Diagnostic, Severity};

    #[test]
    fn a_long_report_has_a_table_with_the_worst_first() {
        let one = |name: &str, severity| {
            let mut found = Diagnostic::new(CODES[0], "x").severity(severity);
            found.application = Some(name.to_owned());
            found
        };
        let mut all = vec![one("b", Severity::Warning), one("a", Severity::Error)];
        assert_eq!(table(&all), "");
        all.extend((0..12).map(|_| one("b", Severity::Advice)));
        let id = CODES[0].id;
        assert_eq!(table(&all), format!("by application:\n  a  1 error: 1 {id}\n  b  1 warning, 12 notes: 13 {id}\n"));
        all.extend((0..25).map(|at| one(&format!("x{at:02}"), Severity::Advice)));
        assert!(table(&all).ends_with("  ... and 7 further applications\n"), "{}", table(&all));
    }
}
