//! What a path does, in one sentence.

use super::count;
use crate::node::Summary;
use crate::term::Atom;

/// A summary in words: `3 modules loaded, 1 removed, ...; the emulator keeps running`.
pub fn does(summary: &Summary) -> String {
    let Summary { loaded, removed, suspended, converted, children_started, children_terminated, restarted, started, stopped, called, restarts_emulator } =
        summary;
    let mut parts = Vec::new();
    let mut add = |number: usize, one: &str, what: &str| {
        if number > 0 {
            parts.push(format!("{} {what}", count(number, one)));
        }
    };
    add(*loaded, "module", "loaded");
    add(*removed, "module", "removed");
    let (suspended, converted) = (*suspended, *converted.min(suspended));
    match (suspended, converted) {
        (_, converted) if converted == suspended => add(suspended, "process module", "suspended and converted"),
        (suspended, 0) => add(suspended, "process module", "suspended"),
        (suspended, converted) => add(suspended, "process module", &format!("suspended, {converted} of them converted")),
    }
    match (*children_started, *children_terminated) {
        (1, 0) => parts.push("1 child started".to_owned()),
        (0, 1) => parts.push("1 child terminated".to_owned()),
        (0, 0) => {}
        (started, 0) => parts.push(format!("{started} children started")),
        (0, terminated) => parts.push(format!("{terminated} children terminated")),
        (started, terminated) => parts.push(format!("children: {started} started, {terminated} terminated")),
    }
    for (names, what) in [(started, "started"), (stopped, "stopped"), (restarted, "restarted")] {
        if !names.is_empty() {
            parts.push(format!("{} {what}", applications(names)));
        }
    }
    if *called > 0 {
        parts.push(format!("{} called", count(*called, "other function")));
    }
    let emulator = if *restarts_emulator { "the emulator restarts" } else { "the emulator keeps running" };
    if parts.is_empty() { format!("nothing changes; {emulator}") } else { format!("{}; {emulator}", parts.join(", ")) }
}

/// `application a`, or how many there are and the first ones.
fn applications(names: &[Atom]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = names.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if names.len() > NAMED { ", ..." } else { "" };
    match names {
        [_] => format!("application {}", named.join("")),
        _ => format!("{} applications ({}{more})", names.len(), named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::does;
    use crate::node::Summary;
    use crate::term::Atom;

    #[test]
    fn a_path_in_words() {
        assert_eq!(does(&Summary::default()), "nothing changes; the emulator keeps running");
        let summary = Summary {
            loaded: 3,
            suspended: 1,
            converted: 1,
            children_started: 1,
            restarted: vec![Atom::new("shop")],
            restarts_emulator: true,
            ..Summary::default()
        };
        let words = "3 modules loaded, 1 process module suspended and converted, 1 child started, application shop restarted; the emulator restarts";
        assert_eq!(does(&summary), words);
    }
}
