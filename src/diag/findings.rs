//! The list of findings of a run: bounded, sorted, each once.

use super::{Diagnostic, Severity, codes};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

codes! {
    TOO_MANY_FINDINGS "RL0001" "too-many-findings" Advice
}

/// How many findings of one level are listed: more are not read.
const LISTED: usize = 10_000;
/// How many are kept until it is known which of them are allowed: an input of noise must not fill the memory.
const KEPT: usize = 1 << 17;

/// What the passes found, in any order until [`Findings::sorted`].
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
    counts: [usize; 3],
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let count = self.count_mut(diagnostic.severity);
        *count += 1;
        if *count <= KEPT {
            self.list.push(diagnostic);
        }
    }

    /// Adds all.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        more.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Adds those of another list; what that one dropped counts here, too.
    pub fn append(&mut self, other: Findings) {
        let before = self.counts;
        let counts = other.counts;
        self.extend(other.list);
        for ((own, before), other) in self.counts.iter_mut().zip(before).zip(counts) {
            *own = before + other;
        }
    }

    /// The same, each changed but for its severity.
    pub fn map(mut self, change: impl FnMut(Diagnostic) -> Diagnostic) -> Findings {
        self.list = self.list.into_iter().map(change).collect();
        self
    }

    /// Whether anything at error level is among them.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many there are of a level.
    pub fn count(&self, severity: Severity) -> usize {
        let [errors, warnings, advice] = self.counts;
        match severity {
            Severity::Error => errors,
            Severity::Warning => warnings,
            Severity::Advice => advice,
        }
    }

    fn count_mut(&mut self, severity: Severity) -> &mut usize {
        let [errors, warnings, advice] = &mut self.counts;
        match severity {
            Severity::Error => errors,
            Severity::Warning => warnings,
            Severity::Advice => advice,
        }
    }

    /// Those that are kept, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// All of them in order, up to a bound for each level; those beyond it are counted in a last one.
    pub fn sorted(self) -> Vec<Diagnostic> {
        bounded(self.all())
    }

    /// All of them by file and position, those without a place first; what was found several times is listed once, with
    /// all its paths.
    pub fn all(self) -> Vec<Diagnostic> {
        let dropped: usize = self.counts.iter().map(|count| count.saturating_sub(KEPT)).sum();
        let mut list = self.list;
        list.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.code == &TOO_MANY_FINDINGS, d.position(), d.code.id);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        let mut once: Vec<Diagnostic> = Vec::with_capacity(list.len());
        for found in list {
            match once.last_mut() {
                Some(last) if is_same(last, &found) => {
                    for path in found.paths {
                        if !last.paths.contains(&path) {
                            last.paths.push(path);
                        }
                    }
                    last.severity = last.severity.min(found.severity);
                }
                _ => once.push(found),
            }
        }
        let mut once = joined(once);
        once.extend(not_listed(dropped));
        once
    }
}

/// The first findings of each level, and how many more there are. Those that a run allows are to be left out before: they must
/// not crowd out others.
pub fn bounded(list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut counts = [0; 3];
    let mut dropped = 0;
    let mut kept = Vec::with_capacity(list.len());
    for found in list {
        let [errors, warnings, advice] = &mut counts;
        let count = match found.severity {
            Severity::Error => errors,
            Severity::Warning => warnings,
            Severity::Advice => advice,
        };
        *count += 1;
        if *count <= LISTED {
            kept.push(found);
        } else {
            dropped += 1;
        }
    }
    kept.extend(not_listed(dropped));
    kept
}

/// That some are not listed.
fn not_listed(count: usize) -> Option<Diagnostic> {
    let message = match count {
        0 => return None,
        1 => "one further finding is not listed".to_owned(),
        count => format!("{count} further findings are not listed"),
    };
    Some(Diagnostic::new(&TOO_MANY_FINDINGS, message).help("fix the first ones and run again"))
}

/// How many subjects of a finding are named in its message; all of them have their places.
const NAMED: usize = 5;

/// Makes one finding of those that have a cause in common, on the same paths, at the place of the first.
fn joined(list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut at: HashMap<(&'static str, String, Vec<String>), usize> = HashMap::new();
    let mut subjects: HashMap<usize, Vec<String>> = HashMap::new();
    let mut joined: Vec<Diagnostic> = Vec::with_capacity(list.len());
    for found in list {
        let Some(cause) = &found.cause else {
            joined.push(found);
            continue;
        };
        match at.entry((found.code.id, cause.key.clone(), found.paths.clone())) {
            Entry::Vacant(entry) => {
                subjects.insert(*entry.insert(joined.len()), vec![cause.subject.clone()]);
                joined.push(found);
            }
            Entry::Occupied(entry) => {
                subjects.entry(*entry.get()).or_default().push(cause.subject.clone());
                if let Some(first) = joined.get_mut(*entry.get()) {
                    first.labels.extend(found.labels);
                    first.severity = first.severity.min(found.severity);
                    first.fix = None;
                }
            }
        }
    }
    for (at, found) in joined.iter_mut().enumerate() {
        if let (Some(subjects), Some(cause)) = (subjects.get(&at).filter(|subjects| subjects.len() > 1), &found.cause) {
            let named: Vec<String> = subjects.iter().take(NAMED).map(|subject| format!("`{subject}`")).collect();
            let more = subjects.len().saturating_sub(NAMED);
            let names = if more > 0 { format!("{} and {more} more", named.join(", ")) } else { named.join(", ") };
            found.message = (cause.words)(&names, subjects.len());
        }
    }
    joined
}

/// Two reports of one fact: same code, same words, same places.
fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.message == b.message && a.labels == b.labels && a.otp == b.otp
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Findings, LISTED, TOO_MANY_FINDINGS};

    #[test]
    fn findings_of_one_cause_are_one() {
        let mut found = Findings::default();
        for (at, name) in ["a", "b", "c", "d", "e", "f"].into_iter().enumerate() {
            let span = crate::span::Span::new(crate::span::FileId(0), at, at + 1);
            let one = Diagnostic::new(&TOO_MANY_FINDINGS, name).label(span, name).because("k", name, |names, count| format!("{count}: {names}"));
            found.push(one.clone().on_path("up"));
            found.push(one.on_path("down"));
        }
        found.push(Diagnostic::new(&TOO_MANY_FINDINGS, "alone").because("other", "x", |_, _| "several".to_owned()));
        let sorted = found.sorted();
        let messages: Vec<&str> = sorted.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(messages, ["alone", "6: `a`, `b`, `c`, `d`, `e` and 1 more"]);
        assert_eq!((sorted[1].labels.len(), sorted[1].paths.len()), (6, 2));
    }

    #[test]
    fn what_is_dropped_is_counted_once() {
        let many = |from: usize| {
            let mut found = Findings::default();
            found.extend((from..from + LISTED + 2).map(|at| Diagnostic::new(&TOO_MANY_FINDINGS, at.to_string())));
            found
        };
        let mut all = many(0);
        all.append(many(LISTED + 2));
        let sorted = all.sorted();
        assert_eq!(sorted.len(), LISTED + 1);
        assert_eq!(sorted.last().map(|last| last.message.as_str()), Some(format!("{} further findings are not listed", LISTED + 4).as_str()));
    }
}
