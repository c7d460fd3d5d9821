//! Configuration that new code needs and that nothing sets.

use crate::appup::Direction;
use crate::beam::{Expr, Line, Names, Program};
use crate::compare::Sign;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Rule};
use crate::plan::path_name;
use crate::release::Release;
use crate::term::Atom;
use std::collections::BTreeSet;

code! {
    ENVIRONMENT_MISSING "RL0818" "environment-missing" Warning => Concerns(Configuration)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ENVIRONMENT_MISSING, check: Check::Pair(check) };

/// A read that fails without the key: the application, the key and the line.
type Read = (Atom, Atom, Line);

fn check(pair: &Pair<'_>, found: &mut Findings) {
    if !pair.comparison.environments.is_known {
        return;
    }
    let changed: BTreeSet<&str> = pair.modules().map(|(_, module)| module.name.as_str()).collect();
    for (application, module) in pair.modules() {
        missing(pair, &application.name, &Atom::new(&module.name), found);
    }
    // Code that is the same may read a key that is gone.
    for change in pair.comparison.environments.changes.iter().filter(|change| change.keys.iter().any(|key| key.sign == Sign::Removed)) {
        let listed = pair.target.application(&change.application).map(|application| application.file.modules.as_slice()).unwrap_or_default();
        for module in listed.iter().map(|module| &module.value).filter(|module| !changed.contains(module.as_str())) {
            missing(pair, &change.application, module, found);
        }
    }
}

/// Reports the keys that a module of the new release needs, and that are neither set nor were missing before.
fn missing(pair: &Pair<'_>, application: &str, name: &Atom, found: &mut Findings) {
    let readers = Names::of(["get_env", "fetch_env!"]);
    let reads = |release: &Release| -> Vec<Read> {
        let look = pair.look(release, name).filter(|look| look.names_any(&readers));
        look.and_then(|look| look.program()).map(|program| needed(&program)).unwrap_or_default()
    };
    let environments = &pair.comparison.environments;
    let before = reads(pair.base);
    let mut told: Vec<(Atom, Atom)> = Vec::new();
    for (owner, key, line) in reads(pair.target) {
        let is_new = !before.iter().any(|(known, own, _)| (known, own) == (&owner, &key));
        let is_gone = environments.removes(owner.as_str(), &key.to_string());
        let is_set = environments.has(owner.as_str(), &key.to_string()).unwrap_or(true) || sets(pair, &owner, &key);
        if !(is_new || is_gone) || is_set || told.contains(&(owner.clone(), key.clone())) {
            continue;
        }
        let path = path_name(&pair.target.rel.vsn.value, &pair.base.rel.vsn.value, Direction::Up);
        found.push(
            Diagnostic::new(&ENVIRONMENT_MISSING, format!("`{name}` needs the key `{key}` of `{owner}`, which neither `.app` nor `sys.config` sets"))
                .label(pair.change(application), format!("it is read in line {} without a default", line.0))
                .help(format!("set it in `sys.config` or in the `env` of `{owner}.app`, or read it with a default"))
                .about(name.as_str())
                .on_path(&path),
        );
        told.push((owner, key));
    }
}

/// Whether code of the new release sets a key while it runs.
fn sets(pair: &Pair<'_>, owner: &Atom, key: &Atom) -> bool {
    let sets = |done: &Done| (done.is("application", &["set_env"]) || done.is("Elixir.Application", &["put_env", "put_all_env"])) && is_for(done, owner, key);
    pair.lives.target.all_done().any(sets) || pair.lives.passed(Direction::Up).is_some_and(|passed| passed.done().any(sets))
}

fn is_for(done: &Done, owner: &Atom, key: &Atom) -> bool {
    let is = |at: usize, wanted: &Atom| done.arguments.get(at).is_none_or(|value| value.as_atom().is_none_or(|known| known == wanted));
    is(0, owner) && is(1, key)
}

/// The keys that a module reads where the code fails without them: `fetch_env!`, `{ok,Value} = get_env`.
fn needed(program: &Program) -> Vec<Read> {
    let mut reads = Vec::new();
    let read = |call: &Expr, functions: &[&str], owner: &str| {
        let Expr::Call(Some(module), function, arguments, line) = call else { return None };
        let [Expr::Atom(application), Expr::Atom(key)] = arguments.as_slice() else { return None };
        let is_read = module.as_str() == owner && functions.contains(&function.as_str());
        is_read.then(|| (application.clone(), key.clone(), *line))
    };
    for function in program.names().into_iter().filter_map(|(name, arity)| program.function(&name, arity)) {
        // What is caught may be missing.
        let mut caught: Vec<Line> = Vec::new();
        function.visit(&mut |expr| {
            if let Expr::Try(..) = expr {
                expr.visit(&mut |inner| {
                    if let Expr::Call(Some(_), _, _, line) = inner {
                        caught.push(*line);
                    }
                });
            }
            reads.extend(read(expr, &["fetch_env!"], "Elixir.Application"));
            if let Expr::Bind(left, right) = expr
                && let Expr::Tuple(items) = left.as_ref()
                && matches!(items.as_slice(), [Expr::Atom(ok), _] if ok.as_str() == "ok")
            {
                reads.extend(read(right, &["get_env"], "application"));
            }
        });
        reads.retain(|(_, _, line)| !caught.contains(line));
    }
    reads
}
