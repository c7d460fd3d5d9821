//! An application whose topmost process is no supervisor: the release handler finds no process of it.

use crate::beam::{Beam, Facts};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use std::collections::BTreeMap;

code! {
    TOP_NOT_SUPERVISOR "RL0610" "top-not-supervisor" Warning
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &TOP_NOT_SUPERVISOR, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for way in pair.hot_ways() {
        let from = pair.side(way.direction, false);
        // Each application once, at the first of its modules that is changed.
        let mut first = BTreeMap::new();
        let mut changed: Vec<_> = way.changed.iter().copied().collect();
        changed.sort_unstable();
        for module in changed {
            if let (Some(library), Some(span)) = (from.library_of(module.as_str()), way.loaded.get(module)) {
                let known = first.entry(library.name.value.as_str()).or_insert((library, *span));
                known.1 = known.1.min(*span);
            }
        }
        for (name, (library, span)) in first {
            let Some(callback) = &library.file.callback else { continue };
            let tops = pair.look(from, &callback.value, |beam| Some(Beam::tops(beam))).unwrap_or_default();
            for top in tops {
                let behaviours = pair.look(from, &top, |beam| Facts::of(beam).ok().map(|facts| facts.behaviours)).unwrap_or_default();
                let is_process = behaviours.iter().any(Facts::runs_processes);
                let is_supervisor = behaviours.iter().any(|behaviour| behaviour.as_str().to_lowercase().contains("supervisor"));
                if is_process && !is_supervisor {
                    found.push(
                        Diagnostic::new(
                            &TOP_NOT_SUPERVISOR,
                            format!("`{name}` starts `{top}`, which is no supervisor: the release handler looks for processes below a supervisor only"),
                        )
                        .label(span, "is to change processes that are not found")
                        .help("start a supervisor from the application's callback module, and the process below it")
                        .on_path(&way.name),
                    );
                }
            }
        }
    }
}
