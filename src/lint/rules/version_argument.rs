//! A clause of `code_change` for a version that no process will name.

use crate::appup::Direction;
use crate::beam::{Clause, Expr, SourceClause};
use crate::compare::{Change, Verdict};
use crate::diag::{Diagnostic, Findings, code};
use crate::lint::{Check, Pair, Rule};
use crate::term::Atom;

code! {
    VERSION_ARGUMENT "RL0604" "version-argument" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &VERSION_ARGUMENT, check: Check::Pair(check) };

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if pair.restarts() {
        return;
    }
    for (application, module, fact) in pair.module_impacts(|change| matches!(change, Change::CodeChangeVersion { .. })) {
        // A state that stays as it is and is not converted asks for no clause.
        let name = Atom::new(&module.name);
        if fact.verdict() == Verdict::Hot && !pair.hot_routes().any(|route| route.converts(&name)) {
            continue;
        }
        found.push(
            Diagnostic::new(&VERSION_ARGUMENT, format!("`{}`: {}", module.name, fact.change))
                .label(pair.change(&application.name), "its application changes here")
                .help("the argument is the module's `-vsn`, not the application's version: set one, or match the state instead"),
        );
    }
    for route in pair.hot_routes().filter(|route| route.direction == Direction::Down) {
        for (application, module) in pair.modules() {
            let name = Atom::new(&module.name);
            if !route.converts(&name) {
                continue;
            }
            let Some(facts) = pair.facts(pair.target, &name) else { continue };
            let Some(clauses) = facts.code_change.as_ref().and_then(|change| change.clauses.get()) else { continue };
            let Some(program) = pair.program(pair.target, &name) else { continue };
            let written = facts.code_change.as_ref().and_then(|change| program.function(&Atom::new("code_change"), change.arity));
            let Some(written) = written else { continue };
            if let Some((first, lost)) = unreached(clauses, &written.clauses) {
                found.push(
                    Diagnostic::new(
                        &VERSION_ARGUMENT,
                        format!(
                            "`{name}`: the clause of `code_change` for a downgrade (line {}) is never reached: the one in line {} matches everything",
                            lost.line, first.line
                        ),
                    )
                    .label(route.loaded(&name).unwrap_or_else(|| pair.change(&application.name)), "its processes are converted here")
                    .help("write the clause for `{down,_}` first")
                    .on_path(&route.name),
                );
            }
        }
    }
}

/// A clause for a downgrade, and one before it that takes every state of every version.
fn unreached<'c>(clauses: &'c [Clause], written: &[SourceClause]) -> Option<(&'c Clause, &'c Clause)> {
    let takes_all =
        |(clause, written): &(&Clause, &SourceClause)| clause.is_catch_all() && written.patterns.iter().all(|pattern| matches!(pattern, Expr::Var(_)));
    let first = clauses.iter().zip(written).position(|pair| takes_all(&pair))?;
    let lost = clauses.get(first..)?.iter().find(|clause| clause.is_downgrade())?;
    Some((clauses.get(first)?, lost))
}
