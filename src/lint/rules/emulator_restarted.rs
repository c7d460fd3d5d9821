//! A path that restarts the emulator: it is not a hot upgrade.

use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::relup::{Cause, LowOp};

code! {
    EMULATOR_RESTARTED "RL0814" "emulator-restarted" Advice
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &EMULATOR_RESTARTED, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for route in pair.routes.iter().filter(|route| route.restarts()) {
        let restart = route.steps.iter().find(|step| matches!(step.op, LowOp::RestartEmulator | LowOp::RestartNewEmulator));
        // That ERTS changed is reported by the compiler.
        let Some(Cause::Written(span)) = restart.map(|step| &step.origin.cause) else { continue };
        found.push(
            Diagnostic::new(&EMULATOR_RESTARTED, "this path restarts the emulator: every process and connection ends")
                .label(*span, "asks for it")
                .help("`--forbid restart` of `relupc make` refuses such paths; where a restart is needed anyway, a rolling deployment is simpler")
                .on_path(&route.name),
        );
    }
}
