//! Rows of a table that the new code looks for under other keys.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::interpret::{Done, Value, elements};
use crate::lint::lives::Half;
use crate::lint::{Check, Pair, Passage, Route, Rule};

code! {
    ROWS_NOT_FOUND "RL0633" "rows-not-found" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ROWS_NOT_FOUND, check: Check::Kept(check) };

/// Functions of `ets` that look for a key.
const LOOKS: &[&str] = &["lookup", "member", "lookup_element", "take", "update_counter", "update_element", "delete"];
/// Functions that read rows whatever their key.
const READS: &[&str] =
    &["tab2list", "tab2file", "foldl", "foldr", "select_replace", "first", "next", "last", "prev", "slot", "table", "to_dets", "first_lookup", "next_lookup"];
/// Functions that read rows of a form.
const MATCHES: &[&str] = &["match", "match_object", "match_delete", "select", "select_count", "select_delete"];

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, to } in pair.passages() {
        for (table, rows) in &passed.left.tables {
            // A fold gets its table last.
            let on_table = |done: &&Done| done.module.as_str() == "ets" && done.arguments.contains(table);
            if to.all_done().filter(on_table).any(|done| READS.contains(&done.function.as_str())) {
                continue;
            }
            not_matched(pair, route, (table, rows), found);
            if to.all_done().filter(on_table).any(|done| MATCHES.contains(&done.function.as_str())) {
                continue;
            }
            let at = key_position(from, table);
            let (before, after) = (looked_for(from, table), looked_for(to, table));
            let is_known = !after.is_empty() && after.iter().all(|(key, _)| **key != Value::Any);
            let fits = |row: &Value, key: &Value| row.as_tuple().and_then(|items| items.get(at)).is_none_or(|own| !own.is_other_than(key));
            // Rows that the old code looked for, and the new one does not.
            let lost = rows.members().iter().find(|row| {
                let is_found = |looks: &[(&Value, &Done)]| looks.iter().any(|(key, _)| fits(row, key));
                is_known && is_found(&before) && !is_found(&after)
            });
            let (Some(key), Some((wanted, done))) = (lost.and_then(|row| row.as_tuple()?.get(at)), after.first()) else { continue };
            let span = pair.place_of(route, &done.by);
            found.push(
                Diagnostic::new(
                    &ROWS_NOT_FOUND,
                    format!("the table `{table}` has rows under keys such as `{key}`, which the code being loaded does not look for"),
                )
                .label(span, format!("`{}` (line {}) looks for keys such as `{wanted}`", done.by, done.line.0))
                .help("look for both keys, or write the rows again on this path: in `code_change` of the owner, or in a function that an `apply` calls")
                .severity(if route.direction == Direction::Up { Severity::Warning } else { Severity::Advice })
                .about(done.by.as_str())
                .on_path(&route.name),
            );
        }
    }
}

/// What helps; the older release is as it is.
fn help(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "look for both forms, or write the rows again on this path: in `code_change` of the owner, or in a function that an `apply` calls",
        Direction::Down => "write the rows again on this path: in `code_change({down,_},..)` of the owner, or in a function that an `apply` calls",
    }
}

/// How bad it is: that the older code does not find what the newer one wrote may be what is meant.
fn level(direction: Direction) -> Severity {
    if direction == Direction::Up { Severity::Warning } else { Severity::Advice }
}

/// Rows that patterns of the old code match, and none of the new one.
fn not_matched(pair: &Pair<'_>, route: &Route<'_>, (table, rows): (&Value, &Value), found: &mut Findings) {
    let heads = |half: &'_ Half| -> Vec<(Value, Done)> {
        let matches = half.all_done().filter(|done| done.is("ets", MATCHES) && done.arguments.first() == Some(table));
        matches.flat_map(|done| heads_of(done).into_iter().map(|head| (head, done.clone()))).collect()
    };
    let (before, after) = (heads(pair.lives.half(route.direction, false)), heads(pair.lives.half(route.direction, true)));
    // A pattern of which nothing is known may match any.
    let is_known = !after.is_empty() && after.iter().all(|(head, _)| head.as_tuple().is_some());
    let fits = |row: &Value, head: &Value| row.as_tuple().is_none() || !row.is_other_than(head);
    let is_matched = |row: &Value, heads: &[(Value, Done)]| heads.iter().any(|(head, _)| fits(row, head));
    let lost = rows.members().iter().find(|row| is_known && row.as_tuple().is_some() && is_matched(row, &before) && !is_matched(row, &after));
    let (Some(row), Some((head, done))) = (lost, after.first()) else { return };
    let span = pair.place_of(route, &done.by);
    found.push(
        Diagnostic::new(&ROWS_NOT_FOUND, format!("the table `{table}` has rows such as `{row}`, which no pattern of the code being loaded matches"))
            .label(span, format!("`ets:{}` in `{}` (line {}) looks for rows such as `{head}`", done.function, done.by, done.line.0))
            .help(help(route.direction))
            .severity(level(route.direction))
            .about(done.by.as_str())
            .on_path(&route.name),
    );
}

/// The forms of rows that a call matches: what stands for anything is not known.
fn heads_of(done: &Done) -> Vec<Value> {
    let Some(given) = done.arguments.get(1) else { return Vec::new() };
    if !done.function.as_str().starts_with("select") {
        return vec![opened(given)];
    }
    let head = |clause: &Value| clause.as_tuple().and_then(<[Value]>::first).map_or(Value::Any, opened);
    given.as_list().map_or_else(|| vec![Value::Any], |clauses| clauses.iter().map(head).collect())
}

/// A pattern whose variables are not known: `'_'` and `'$1'`.
fn opened(pattern: &Value) -> Value {
    if let Some(items) = pattern.as_tuple() {
        return Value::tuple(items.iter().map(opened).collect());
    }
    let is_open = pattern.as_atom().is_some_and(|atom| atom.as_str() == "_" || atom.as_str().starts_with('$'));
    if is_open { Value::Any } else { pattern.clone() }
}

/// The keys that code looks for in a table, each with the call.
fn looked_for<'h>(half: &'h Half, table: &Value) -> Vec<(&'h Value, &'h Done)> {
    let looks = half.all_done().filter(|done| done.is("ets", LOOKS) && done.arguments.first() == Some(table));
    looks.filter_map(|done| Some((done.arguments.get(1)?, done))).collect()
}

/// Which element of its rows is the key of a table, counted from 0.
fn key_position(half: &Half, table: &Value) -> usize {
    let makes = half.all_done().find(|done| done.is("ets", &["new"]) && done.arguments.first() == Some(table));
    let options = makes.and_then(|done| done.arguments.get(1)).map(elements);
    let at = options.iter().flat_map(|options| options.members()).find_map(|option| match option.tagged("keypos") {
        Some([Value::Number(Some(at))]) => at.parse::<usize>().ok(),
        _ => None,
    });
    at.unwrap_or(1).saturating_sub(1)
}
