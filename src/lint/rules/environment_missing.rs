//! Configuration that new code needs and that nothing sets.

use crate::appup::Direction;
use crate::beam::{Expr, Line, Names, Program};
use crate::compare::Change;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::Done;
use crate::lint::{Check, Pair, Rule};
use crate::release::Release;
use crate::term::Atom;

code! {
    ENVIRONMENT_MISSING "RL0818" "environment-missing" Warning => Concerns(Configuration)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &ENVIRONMENT_MISSING, check: Check::Pair(check) };

/// A read that fails without the key: the application, the key and the line.
type Read = (Atom, Atom, Line);

fn check(pair: &Pair<'_>, found: &mut Findings) {
    // What is computed when a node boots may set any key.
    let is_computed = pair.comparison.impacts.iter().any(|impact| matches!(impact.change, Change::BootFile { .. }));
    if is_computed || !pair.comparison.environments.is_known {
        return;
    }
    let readers = Names::of(["get_env", "fetch_env!"]);
    for (application, module) in pair.modules() {
        let name = Atom::new(&module.name);
        let reads = |release: &Release| -> Vec<Read> {
            let look = pair.look(release, &name).filter(|look| look.names_any(&readers));
            look.and_then(|look| look.program()).map(|program| needed(&program)).unwrap_or_default()
        };
        let before = reads(pair.base);
        let mut told: Vec<(Atom, Atom)> = Vec::new();
        for (owner, key, line) in reads(pair.target) {
            let is_new = !before.iter().any(|(known, own, _)| (known, own) == (&owner, &key));
            let is_set = pair.comparison.environments.has(owner.as_str(), &key.to_string()).unwrap_or(true) || sets(pair, &owner, &key);
            if !is_new || is_set || told.contains(&(owner.clone(), key.clone())) {
                continue;
            }
            let path = crate::plan::path_name(&pair.target.rel.vsn.value, &pair.base.rel.vsn.value, Direction::Up);
            found.push(
                Diagnostic::new(&ENVIRONMENT_MISSING, format!("`{name}` needs the key `{key}` of `{owner}`, which neither `.app` nor `sys.config` sets"))
                    .label(pair.change(&application.name), format!("it is read in line {} without a default", line.0))
                    .help(format!("set it in `sys.config` or in the `env` of `{owner}.app`, or read it with a default"))
                    .about(name.as_str())
                    .on_path(&path),
            );
            told.push((owner, key));
        }
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
        function.visit(&mut |expr| {
            reads.extend(read(expr, &["fetch_env!"], "Elixir.Application"));
            if let Expr::Bind(left, right) = expr
                && let Expr::Tuple(items) = left.as_ref()
                && matches!(items.as_slice(), [Expr::Atom(ok), _] if ok.as_str() == "ok")
            {
                reads.extend(read(right, &["get_env"], "application"));
            }
        });
    }
    reads
}
