//! The list of findings of a run: bounded, sorted, each once.

use super::{Diagnostic, Severity, codes};
use std::collections::HashMap;
use std::hash::Hash;

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

    /// The same, each changed; what was dropped still counts.
    pub fn map(mut self, mut change: impl FnMut(Diagnostic) -> Diagnostic) -> Findings {
        for mut finding in std::mem::take(&mut self.list) {
            *self.count_mut(finding.severity) -= 1;
            finding = change(finding);
            *self.count_mut(finding.severity) += 1;
            self.list.push(finding);
        }
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
                Some(last) if is_same(last, &found) => last.take_in(Diagnostic { labels: Vec::new(), fix: last.fix.clone(), ..found }),
                _ => once.push(found),
            }
        }
        let mut once = of_one_cause(once);
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
/// How many findings of one kind are read one by one.
const FEW: usize = 6;

/// Makes one finding of those that say the same in several places, on an upgrade and on a downgrade most often, and of those of one
/// kind that are many: at the place of the first, with every place of all. What each of many says becomes the text of its place.
pub fn gathered(list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let list = joined(list, |found| found.fix.is_none().then(|| (found.code.id, found.severity, found.message.clone(), found.help.clone())), 1, alike);
    let of_many =
        |found: &Diagnostic| found.cause.as_ref().filter(|cause| cause.key.is_none() && !found.labels.is_empty()).map(|_| (found.code.id, found.severity));
    joined(list, of_many, FEW, whole)
}

/// Makes one finding of those that have a cause in common, on the same paths, at the place of the first.
fn of_one_cause(list: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let key_of = |found: &Diagnostic| Some((found.code.id, found.cause.as_ref()?.key.clone()?, found.paths.clone()));
    joined(list, key_of, 1, whole)
}

fn joined<K: Eq + Hash>(
    list: Vec<Diagnostic>,
    key_of: impl Fn(&Diagnostic) -> Option<K>,
    few: usize,
    join: fn(Vec<Diagnostic>) -> Option<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut groups: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, found) in list.iter().enumerate() {
        if let Some(key) = key_of(found) {
            groups.entry(key).or_default().push(at);
        }
    }
    groups.retain(|_, group| group.len() > few);
    let mut list: Vec<Option<Diagnostic>> = list.into_iter().map(Some).collect();
    for group in groups.into_values() {
        let all: Vec<Diagnostic> = group.iter().filter_map(|at| list.get_mut(*at)?.take()).collect();
        if let Some(slot) = group.first().and_then(|at| list.get_mut(*at)) {
            *slot = join(all);
        }
    }
    list.into_iter().flatten().collect()
}

/// One finding of several that say the same.
fn alike(all: Vec<Diagnostic>) -> Option<Diagnostic> {
    let mut all = all.into_iter();
    let mut first = all.next()?;
    all.for_each(|found| first.take_in(found));
    Some(first)
}

/// One finding of several.
fn whole(all: Vec<Diagnostic>) -> Option<Diagnostic> {
    let mut subjects: Vec<String> = Vec::new();
    for subject in all.iter().filter_map(|found| Some(format!("`{}`", found.cause.as_ref()?.subject))) {
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    if subjects.len() < 2 {
        return alike(all);
    }
    let helps_alike = all.iter().all(|found| found.help == all.first().and_then(|first| first.help.clone()));
    let mut all = all.into_iter();
    let mut first = all.next()?;
    let cause = first.cause.take()?;
    let own = |found: &mut Diagnostic| {
        if cause.key.is_none()
            && let Some(label) = found.labels.first_mut()
        {
            label.text = std::mem::take(&mut found.message).into();
        }
    };
    own(&mut first);
    for mut found in all {
        own(&mut found);
        first.take_in(found);
    }
    if !helps_alike {
        first.help = first.help.map(|help| format!("for the first: {help}"));
    }
    let named = subjects.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = subjects.len().saturating_sub(NAMED);
    let names = if more > 0 { format!("{named} and {more} more") } else { named };
    first.message = (cause.words)(&names, subjects.len());
    Some(first)
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
    fn for_a_reader_the_same_is_one_and_many_are_one() {
        let at = |at: usize| crate::span::Span::new(crate::span::FileId(0), at, at + 1);
        let one = |place: usize, name: &str| {
            let found = Diagnostic::new(&TOO_MANY_FINDINGS, format!("about {name}")).label(at(place), "here").on_path(if place < 10 { "up" } else { "down" });
            found.one_of_many(name, |names, count| format!("{count}: {names}"))
        };
        // The same on both paths.
        let few = super::gathered(vec![one(1, "a"), one(11, "a"), one(2, "b")]);
        assert_eq!(
            few.iter().map(|found| (found.message.as_str(), found.labels.len(), found.paths.len())).collect::<Vec<_>>(),
            [("about a", 2, 2), ("about b", 1, 1)]
        );
        let many = super::gathered((0..8).map(|place| one(place, ["a", "b", "c", "d", "e", "f", "g", "h"][place])).collect());
        assert_eq!(many.iter().map(|found| (found.message.as_str(), found.labels.len())).collect::<Vec<_>>(), [("8: `a`, `b`, `c`, `d`, `e` and 3 more", 8)]);
        assert_eq!(many[0].labels[7].text, "about h");
        // A fix belongs to one place.
        let fixed = |place: usize| one(place, "a").fix("write it", Vec::new());
        assert_eq!(super::gathered(vec![fixed(1), fixed(2)]).len(), 2);
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
