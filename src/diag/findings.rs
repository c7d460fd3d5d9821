//! The list of findings of a run: bounded, sorted, each once.

use super::{Diagnostic, Severity, codes};

codes! {
    TOO_MANY_FINDINGS "RL0001" "too-many-findings" Advice
}

/// How many findings of one level are kept. Nobody reads so many, and an input of noise must not fill the memory.
const KEPT: usize = 10_000;

/// What the passes found, in any order until [`Findings::sorted`].
#[derive(Debug, Default)]
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

    /// Tells whether anything at error level is among them.
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

    /// All of them by file and position, those without a place first; what was found several times stands once, with
    /// all its paths. What was dropped is counted in a last one.
    pub fn sorted(self) -> Vec<Diagnostic> {
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
        if dropped > 0 {
            let message = if dropped == 1 { "one further finding is not listed".to_owned() } else { format!("{dropped} further findings are not listed") };
            once.push(Diagnostic::new(&TOO_MANY_FINDINGS, message).help("mend the first ones and run again"));
        }
        once
    }
}

/// Two reports of one fact: same code, same words, same places.
fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.message == b.message && a.labels == b.labels && a.otp == b.otp
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Findings, KEPT, TOO_MANY_FINDINGS};

    #[test]
    fn what_is_dropped_is_counted_once() {
        let many = |from: usize| {
            let mut found = Findings::default();
            found.extend((from..from + KEPT + 2).map(|at| Diagnostic::new(&TOO_MANY_FINDINGS, at.to_string())));
            found
        };
        let mut all = many(0);
        all.append(many(KEPT + 2));
        let sorted = all.sorted();
        assert_eq!(sorted.len(), KEPT + 1);
        assert_eq!(sorted.last().map(|last| last.message.as_str()), Some(format!("{} further findings are not listed", KEPT + 4).as_str()));
    }
}
