//! The list of findings of a run: sorted, each once.

use super::{Diagnostic, Severity};

/// What the passes found, in any order until [`Findings::sorted`].
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Diagnostic>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(more);
    }

    /// Tells whether anything at error level is among them.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// How many there are of a level.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|found| found.severity == severity).count()
    }

    /// All of them in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// All of them by file and position, those without a place first; what was found several times stands once, with
    /// all its paths.
    pub fn sorted(self) -> Vec<Diagnostic> {
        let mut list = self.list;
        list.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.position(), d.code.id);
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
        once
    }
}

/// Two reports of one fact: same code, same words, same places.
fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.message == b.message && a.labels == b.labels && a.otp == b.otp
}
