//! `vm.args`: which flags of the emulator changed (`erl(1)`). Only the names of flags are ever shown: the cookie is a value.

use super::change::{Delta, Sign};
use std::collections::{BTreeMap, BTreeSet};

/// The flags that differ.
pub fn changed(old: &[u8], new: &[u8]) -> Vec<Delta> {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let (old, new) = (flags(&old), flags(&new));
    let all: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let sign = |flag: &str| match (old.get(flag), new.get(flag)) {
        (Some(before), Some(after)) => (before != after).then_some(Sign::Changed),
        (Some(_), None) => Some(Sign::Removed),
        (None, _) => Some(Sign::Added),
    };
    all.into_iter().filter_map(|flag| Some(Delta::new(sign(flag)?, flag))).collect()
}

/// Each flag with the words after it, wherever lines are broken.
fn flags(text: &str) -> BTreeMap<&str, Vec<Vec<&str>>> {
    let mut flags: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    let mut current = "";
    let mut takes_next = false;
    for word in text.lines().flat_map(words) {
        let name = if takes_next { "" } else { name_of(word) };
        takes_next = name == "-setcookie" && word == name;
        if !name.is_empty() {
            current = name;
            flags.entry(name).or_default().push(Vec::new());
        }
        if word.len() > name.len()
            && let Some(values) = flags.get_mut(current).and_then(|uses| uses.last_mut())
        {
            values.push(word);
        }
    }
    flags
}

/// The words of a line: up to a comment, without backslashes that continue it.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace().take_while(|word| !word.starts_with('#')).filter(|word| *word != "\\")
}

/// The name of the flag that a word is, cut where a value could begin; empty for a word that is a value.
fn name_of(word: &str) -> &str {
    if !word.starts_with(['-', '+']) {
        return "";
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '_' | '.');
    let end = word.find(|c| !is_name(c)).unwrap_or(word.len());
    word.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::changed;

    fn shown(old: &[u8], new: &[u8]) -> Vec<String> {
        changed(old, new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_names_of_flags_are_shown() {
        let old = "-sname a\n+P 100\n## note\n-setcookie old\n";
        for new in [
            "-setcookie SECRET",
            "-setcookie\nSECRET",
            "-setcookie \\\n  SECRET",
            "-setcookie \"SECRET\"",
            "-setcookie 'SECRET'",
            "-setcookie=SECRET",
            "-setcookie ${COOKIE:-SECRET}",
            "-setcookie\n-SECRET",
            "-setcookie$SECRET",
            "-setcookie +SECRET",
            "-kernel SECRET\nSECRET",
        ] {
            let shown = shown(old.as_bytes(), new.as_bytes()).join(" ");
            assert!(!shown.contains("SECRET"), "{new:?}: {shown}");
            assert!(shown.contains("- +P") && shown.contains("- -sname"), "{new:?}: {shown}");
        }
    }

    #[test]
    fn flags_are_compared_with_their_values() {
        assert_eq!(shown(b"+P 1\n-name a\n-x", b"+P 2\n-name a\n-y"), ["~ +P", "- -x", "+ -y"]);
        assert!(changed(b"-name a +P 1", b"-name a\n+P \\\n 1 # more").is_empty());
    }
}
