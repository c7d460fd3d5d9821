//! An instruction that adds what is there already, or deletes what the release being installed still has.

use crate::appup::{Change, Direction, HighOp};
use crate::diag::{Diagnostic, Findings, Severity, code};
use crate::lint::{Check, Pair, Rule};

code! {
    EFFECT_MISMATCH "RL0525" "effect-mismatch" Error => Concerns(Code)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &EFFECT_MISMATCH, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.hot_routes() {
        let (from, to) = (pair.side(route.direction, false), pair.side(route.direction, true));
        for instructions in pair.instructions(route.direction).values() {
            for instruction in instructions {
                let Some(HighOp::Module(dependent)) = &instruction.op else { continue };
                let module = &dependent.module.value;
                let listed = |release: &crate::release::Release| release.owner_of(module.as_str()).map(|library| library.name.value.clone());
                let has = match route.direction {
                    Direction::Up => ["the base", "the target"],
                    Direction::Down => ["the target", "the base"],
                };
                let [from_word, to_word] = has;
                match dependent.change {
                    Change::Delete => {
                        let Some(owner) = listed(to).filter(|_| route.loaded(module).is_none()) else { continue };
                        found.push(
                            Diagnostic::new(&EFFECT_MISMATCH, format!("`{module}` is deleted on this path, but {to_word} still contains it, in `{owner}`"))
                                .label(instruction.span, "the release being installed runs without this module")
                                .help(format!("write `{{load_module,{module}}}`, or leave the module as it is"))
                                .on_path(&route.name),
                        );
                    }
                    Change::Add => {
                        let Some(owner) = listed(from) else { continue };
                        // It is loaded all the same, so no code is missing or stale.
                        found.push(
                            Diagnostic::new(&EFFECT_MISMATCH, format!("`{module}` is added on this path, but {from_word} already contains it, in `{owner}`"))
                                .severity(Severity::Warning)
                                .label(instruction.span, "replaces a module that is loaded")
                                .help(format!("write `{{load_module,{module}}}` or an `update`, as for any module that changes"))
                                .on_path(&route.name),
                        );
                    }
                    Change::Load(..) | Change::Update { .. } => {}
                }
            }
        }
    }
}
