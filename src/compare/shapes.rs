//! Two shapes of a state, field by field.

use crate::beam::{Field, Shape};
use std::collections::{HashMap, HashSet};

/// What differs between two lists of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Fields that are new.
    pub added: Vec<String>,
    /// Fields that are gone.
    pub removed: Vec<String>,
    /// Old and new name of fields that were probably renamed.
    pub renamed: Vec<(String, String)>,
    /// Fields with another default: name, old default, new default.
    pub defaults: Vec<(String, String, String)>,
    /// Whether fields that stayed are in another order, where order counts.
    pub reordered: bool,
}

impl Difference {
    fn is_empty(&self) -> bool {
        *self == Difference::default()
    }

    /// Whether only defaults differ: states that exist already keep their values, and stay readable.
    pub fn only_defaults(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.renamed.is_empty() && !self.reordered
    }

    /// The fields whose default is of another kind now: a number that became text, a list that became a map. Atoms stand for
    /// what is not there yet, so they say nothing.
    pub fn retyped(&self) -> impl Iterator<Item = &str> {
        self.defaults.iter().filter(|(_, old, new)| kind(old).zip(kind(new)).is_some_and(|(old, new)| old != new)).map(|(name, ..)| name.as_str())
    }

    /// In words, as the predicate of a sentence.
    pub fn words(&self) -> String {
        let named = |list: &[String]| list.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        if !self.added.is_empty() {
            parts.push(format!("gains {}", named(&self.added)));
        }
        if !self.removed.is_empty() {
            parts.push(format!("loses {}", named(&self.removed)));
        }
        for (old, new) in &self.renamed {
            parts.push(format!("probably renames `{old}` to `{new}`"));
        }
        for (name, old, new) in &self.defaults {
            parts.push(format!("changes the default of `{name}` from `{old}` to `{new}`"));
        }
        if self.reordered {
            parts.push("has its fields in another order".to_owned());
        }
        parts.join(", ")
    }

    /// `+ added`, `- removed`, `old -> new`, `~ other default`.
    pub fn items(&self) -> Vec<String> {
        let added = self.added.iter().map(|name| format!("+ {name}"));
        let removed = self.removed.iter().map(|name| format!("- {name}"));
        let renamed = self.renamed.iter().map(|(old, new)| format!("{old} -> {new}"));
        let defaults = self.defaults.iter().map(|(name, ..)| format!("~ {name}"));
        added.chain(removed).chain(renamed).chain(defaults).collect()
    }
}

/// What differs between two lists of fields; `None` when nothing does. A field that is gone and one that is new are one
/// renamed field when they share their default and are at the same place of a record, or have names that are alike.
pub(super) fn fields(old: &[Field], new: &[Field], ordered: bool) -> Option<Difference> {
    let index = |list: &'_ [Field]| list.iter().enumerate().map(|(at, field)| (field.name.clone(), at)).collect::<HashMap<String, usize>>();
    let (old_index, new_index) = (index(old), index(new));
    let removed: Vec<(usize, &Field)> = old.iter().enumerate().filter(|(_, field)| !new_index.contains_key(&field.name)).collect();
    let added: Vec<(usize, &Field)> = new.iter().enumerate().filter(|(_, field)| !old_index.contains_key(&field.name)).collect();
    let mut difference = Difference::default();
    let lonely = removed.len() == 1 && added.len() == 1;
    let by_place: HashMap<usize, &Field> = if ordered && old.len() == new.len() { added.iter().copied().collect() } else { HashMap::new() };
    let mut taken: HashSet<&str> = HashSet::new();
    for (at, gone) in &removed {
        let here = by_place.get(at).copied();
        let alike = || added.first().map(|(_, come)| *come).filter(|come| lonely && are_alike(&come.name, &gone.name));
        match here.or_else(alike).filter(|come| come.default == gone.default) {
            Some(come) => {
                taken.extend([come.name.as_str(), gone.name.as_str()]);
                difference.renamed.push((gone.name.clone(), come.name.clone()));
            }
            None => difference.removed.push(gone.name.clone()),
        }
    }
    difference.added = added.iter().filter(|(_, come)| !taken.contains(come.name.as_str())).map(|(_, come)| come.name.clone()).collect();
    for before in old {
        if let Some(after) = new_index.get(&before.name).and_then(|at| new.get(*at))
            && after.default != before.default
        {
            let shown = |field: &Field| field.default.clone().unwrap_or_else(|| "..".to_owned());
            difference.defaults.push((before.name.clone(), shown(before), shown(after)));
        }
    }
    let stayed = |list: &[Field], other: &HashMap<String, usize>| -> Vec<String> {
        list.iter().filter(|field| other.contains_key(&field.name)).map(|field| field.name.clone()).collect()
    };
    difference.reordered = ordered && stayed(old, &new_index) != stayed(new, &old_index);
    (!difference.is_empty()).then_some(difference)
}

/// What kind of value a default is, from how it is written; `None` for an atom and for what is not known.
pub(super) fn kind(default: &str) -> Option<&'static str> {
    Some(match default.chars().next()? {
        '0'..='9' | '-' => "number",
        '"' => "text",
        '[' => "list",
        '{' => "tuple",
        '#' | '%' => "map",
        _ => return None,
    })
}

/// Names that begin or end alike, or of which one holds the other.
fn are_alike(one: &str, other: &str) -> bool {
    const ENOUGH: usize = 4;
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| pairs.take_while(|(a, b)| a == b).count();
    let prefix = same(&mut one.chars().zip(other.chars()));
    let suffix = same(&mut one.chars().rev().zip(other.chars().rev()));
    prefix.max(suffix) >= ENOUGH || one.contains(other) || other.contains(one)
}

/// How a shape is called.
pub(super) fn name(shape: &Shape) -> String {
    match shape {
        Shape::Record(name, _) => format!("record `{name}`"),
        Shape::Native(name, _) => format!("native record `{name}`"),
        Shape::Struct(name, _) => format!("struct `{}`", name.as_str().trim_start_matches("Elixir.")),
        Shape::Map(_) => "map".to_owned(),
        Shape::Tuple(size, None) => format!("tuple of {size}"),
        Shape::Tuple(size, Some(tag)) => format!("tuple of {size} tagged `{tag}`"),
        Shape::Plain(text) if text == "a list" => "list".to_owned(),
        Shape::Plain(text) => format!("value `{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::fields;
    use crate::beam::Field;

    fn list(text: &str) -> Vec<Field> {
        text.split_whitespace()
            .map(|field| {
                let (name, default) = field.split_once('=').map_or((field, None), |(name, default)| (name, Some(default.to_owned())));
                Field { name: name.to_owned(), default }
            })
            .collect()
    }

    fn words(old: &str, new: &str) -> String {
        fields(&list(old), &list(new), true).map(|difference| difference.words()).unwrap_or_default()
    }

    #[test]
    fn fields_come_go_and_are_renamed() {
        assert_eq!(words("a b", "a b"), "");
        assert_eq!(words("a b", "a b c"), "gains `c`");
        assert_eq!(words("a b c", "a c"), "loses `b`");
        assert_eq!(words("a b c", "a x c"), "probably renames `b` to `x`");
        assert_eq!(words("a=1 b", "a=2 b"), "changes the default of `a` from `1` to `2`");
        assert_eq!(words("a=1 b c", "x=2 b c d"), "gains `x`, `d`, loses `a`");
        assert_eq!(words("a b", "b a"), "has its fields in another order");
    }

    #[test]
    fn a_default_of_another_kind_is_another_type() {
        let retyped = |old: &str, new: &str| fields(&list(old), &list(new), true).map(|it| it.retyped().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(retyped("a=1 b=[]", "a=\"x\" b=#{}"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(retyped("a=undefined", "a=0"), Some(Vec::new()));
        assert_eq!(retyped("a=1", "a=2"), Some(Vec::new()));
    }

    #[test]
    fn where_no_order_counts_a_new_name_must_be_like_the_old_one() {
        let words = |old: &str, new: &str| fields(&list(old), &list(new), false).map(|difference| difference.words()).unwrap_or_default();
        assert_eq!(words("seed x", "slowest x"), "gains `slowest`, loses `seed`");
        assert_eq!(words("manifest_file x", "manifest_path x"), "probably renames `manifest_file` to `manifest_path`");
        assert_eq!(words("a b", "b a"), "");
    }
}
