//! Which of two versions is the later one.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A part of a version: the digits between two other characters, or what is between digits.
#[derive(PartialEq, Eq)]
enum Part<'v> {
    /// Digits, without leading zeros.
    Number(&'v str),
    /// Anything else.
    Word(&'v str),
}

/// Compares versions as people count them: `1.10.0` is later than `1.9.0`, `1.0.1` than `1.0`, and `1.0.0` than `1.0.0-rc.1` or
/// `1.0.0~beta`. Any two versions have an order; versions that do not count, like hashes, have one that means nothing. OTP compares
/// versions for equality only.
pub fn by_age(a: &str, b: &str) -> Ordering {
    // `git describe` counts what comes after a release: `1.0.0-5-gabcdef0`.
    let (described_a, described_b) = (described(a), described(b));
    let (mut left, mut right) = (parts(&described_a), parts(&described_b));
    loop {
        let ordering = match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (Some(rest), None) => of_rest(&rest),
            (None, Some(rest)) => of_rest(&rest).reverse(),
            (Some(Part::Number(a)), Some(Part::Number(b))) => (a.len(), a).cmp(&(b.len(), b)),
            (Some(Part::Word(a)), Some(Part::Word(b))) => rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)),
            (Some(Part::Number(_)), Some(Part::Word(_))) => Ordering::Greater,
            (Some(Part::Word(_)), Some(Part::Number(_))) => Ordering::Less,
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

/// A version of `git describe` as one of a build after its release.
fn described(version: &str) -> Cow<'_, str> {
    let parts: Option<(&str, &str)> = version.rsplit_once("-g").filter(|(_, hash)| hash.len() >= 4 && hash.chars().all(|c| c.is_ascii_hexdigit()));
    let counted = parts.and_then(|(before, _)| before.rsplit_once('-')).filter(|(_, count)| !count.is_empty() && count.chars().all(|c| c.is_ascii_digit()));
    counted.map_or(Cow::Borrowed(version), |(release, count)| Cow::Owned(format!("{release}+{count}")))
}

/// How a version that goes on compares to one that ends.
fn of_rest(rest: &Part<'_>) -> Ordering {
    match rest {
        Part::Word(word) if rank(word) < 0 => Ordering::Less,
        Part::Word(_) | Part::Number(_) => Ordering::Greater,
    }
}

/// What is before a release ranks below its end, what comes after it above: `1.0.rc1` is before `1.0` and `1.0.1`.
fn rank(word: &str) -> i8 {
    match word.chars().next() {
        Some('~') => -3,
        Some('+') => 1,
        Some('-') => -2,
        _ if word.contains(char::is_alphabetic) => -1,
        _ => 1,
    }
}

fn parts(version: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = version;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let ends = |c: char| c.is_ascii_digit() != first.is_ascii_digit();
        let (part, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        rest = after;
        Some(if first.is_ascii_digit() { Part::Number(part.trim_start_matches('0')) } else { Part::Word(part) })
    })
}

#[cfg(test)]
mod tests {
    use super::by_age;
    use std::cmp::Ordering;

    #[test]
    fn versions_are_compared_as_people_count_them() {
        let sorted = [
            "0.9",
            "1.0.0~beta",
            "1.0.0-rc.1",
            "1.0.0-rc.2",
            "1.0.0-rc.10",
            "1.0.0",
            "1.0.0+build",
            "1.0.0.1",
            "1.0.1",
            "1.9.0",
            "1.10.0",
            "2024.01",
            "2024.1.1",
        ];
        for (at, a) in sorted.iter().enumerate() {
            for (other, b) in sorted.iter().enumerate() {
                let expected = at.cmp(&other);
                assert_eq!(by_age(a, b), expected, "{a} {b}");
            }
        }
        assert_eq!(by_age("", ""), Ordering::Equal);
        assert_eq!(by_age("01", "1"), Ordering::Less, "what differs has an order");
    }
}
