//! Something that is set up when a process or an application starts: an upgrade does not run that code again.

use crate::appup::Direction;
use crate::diag::{Diagnostic, Findings, code};
use crate::interpret::{Done, Opaque, Value, elements, is_made_otherwise, is_own};
use crate::lint::lives::{Half, Passed};
use crate::lint::{Check, Pair, Passage, Route, Rule};
use crate::term::Atom;

code! {
    SETUP_NOT_REPEATED "RL0615" "setup-not-repeated" Warning => Concerns(State)
}

/// The rule.
pub(super) static RULE: Rule = Rule { code: &SETUP_NOT_REPEATED, check: Check::Kept(check) };

/// A call whose effect lasts.
struct Effect {
    module: &'static str,
    functions: &'static [&'static str],
    /// What it sets up, in words.
    what: &'static str,
    /// The arguments that name it.
    names: &'static [usize],
    /// The argument that says what it is like.
    like: Option<usize>,
    /// Whose it is.
    owner: Owner,
}

/// Whose a lasting effect is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Of the node: one process that does it is enough.
    Node,
    /// Of each process.
    Process,
    /// Of each process, which loses it when nothing renews it: a timer.
    Timer,
}
use Owner::{Node, Process, Timer};

macro_rules! effect {
    ($module:literal, $functions:expr, $what:literal, $names:expr, $like:expr, $owner:ident) => {
        Effect { module: $module, functions: $functions, what: $what, names: $names, like: $like, owner: $owner }
    };
}

/// Calls whose effect lasts as long as the node, or the process.
const EFFECTS: &[Effect] = &[
    effect!("ets", &["new"], "the table", &[0], Some(1), Node),
    effect!("dets", &["open_file"], "the table", &[0], None, Node),
    effect!("mnesia", &["create_table"], "the table", &[0], Some(1), Node),
    effect!("persistent_term", &["put"], "the persistent term", &[0], Some(1), Node),
    effect!("erlang", &["register"], "the name", &[0], None, Node),
    effect!("global", &["register_name"], "the global name", &[0], None, Node),
    effect!("erlang", &["process_flag"], "the flag", &[0], Some(1), Process),
    effect!("erlang", &["open_port"], "the port", &[], Some(1), Process),
    effect!("erlang", &["monitor"], "the monitor of", &[0, 1], None, Process),
    effect!("net_kernel", &["monitor_nodes"], "the subscription to nodes", &[0], None, Process),
    effect!("pg", &["join"], "membership of", &[0], None, Process),
    effect!("logger", &["add_handler", "add_primary_filter"], "the handler", &[0], Some(1), Node),
    effect!("telemetry", &["attach", "attach_many"], "the handler", &[0], Some(1), Node),
    effect!("gen_event", &["add_handler", "add_sup_handler"], "the handler", &[0, 1], None, Node),
    effect!("Elixir.Registry", &["register"], "the registration of", &[0, 1], None, Process),
    effect!("Elixir.Phoenix.PubSub", &["subscribe"], "the subscription to", &[0, 1], None, Process),
    effect!("application", &["set_env"], "the environment's", &[0, 1], Some(2), Node),
    effect!("Elixir.Application", &["put_env"], "the environment's", &[0, 1], Some(2), Node),
    effect!("timer", &["send_interval", "send_after"], "the timer for", &[1], None, Timer),
    effect!("timer", &["apply_interval", "apply_after"], "the timer for", &[1, 2], None, Timer),
    effect!("erlang", &["send_after", "start_timer"], "the timer for", &[2], None, Timer),
    effect!("counters", &["new"], "an array of counters", &[], Some(0), Node),
    effect!("atomics", &["new"], "an array of counters", &[], Some(0), Node),
    effect!("gen_tcp", &["listen"], "the socket", &[], Some(1), Node),
    effect!("gen_udp", &["open"], "the socket", &[], Some(1), Node),
    effect!("re", &["compile"], "the compiled expression", &[], Some(0), Process),
    effect!("Elixir.Regex", &["compile", "compile!"], "the compiled expression", &[], Some(0), Process),
    effect!("binary", &["compile_pattern"], "the compiled pattern", &[], Some(0), Process),
    effect!("ets", &["match_spec_compile"], "the compiled match specification", &[], Some(0), Process),
];

/// What options of a table decide that cannot be changed while it lives.
const KINDS: &[&str] = &["set", "ordered_set", "bag", "duplicate_bag", "public", "protected", "private", "named_table"];

/// Something that is set up: what it is, what names it, what it is like.
struct Setup<'d> {
    effect: &'static Effect,
    names: Vec<Value>,
    like: Option<Value>,
    done: &'d Done,
}

fn check(pair: &Pair<'_>, found: &mut Findings) {
    for Passage { route, passed, from, to } in pair.passages() {
        for (module, (_, living)) in &to.processes {
            let lives_on = from.processes.contains_key(module) && !pair.none_lives_on(route, passed, module);
            let Some((_, old)) = from.processes.get(module).filter(|_| lives_on) else { continue };
            let further = passed.later.get(module).into_iter().flatten();
            let later: Vec<&Done> = living
                .done
                .iter()
                .chain(further)
                .filter(|(message, done)| message.arguments.first() != Some(&Value::Any) && !is_chain(&message.arguments, done))
                .map(|(_, done)| done)
                .collect();
            let former: Vec<&Done> = old.begun.iter().chain(old.done.iter().map(|(_, done)| done)).collect();
            compare(pair, route, module, (&old.begun, &living.begun), (&later, &former), (from, to, passed), found);
        }
        names(pair, route, (from, to), passed, found);
        handlers(pair, route, (from, to), passed, found);
        for (module, begun) in &to.starts {
            let restarts = pair.owner_of(module).is_some_and(|application| !route.timeline.stops(application.name.value.as_str()).is_empty());
            if let Some(old) = from.starts.get(module).filter(|_| !restarts) {
                let former: Vec<&Done> = old.iter().collect();
                compare(pair, route, module, (old, begun), (&[], &former), (from, to, passed), found);
            }
        }
    }
}

/// Names of processes: one that lives on keeps the one it was started with.
fn names(pair: &Pair<'_>, route: &Route<'_>, (from, to): (&Half, &Half), passed: &Passed, found: &mut Findings) {
    let own =
        |names: &[(Value, Atom)], module: &Atom| -> Vec<Value> { names.iter().filter(|(_, known)| known == module).map(|(name, _)| name.clone()).collect() };
    let of = |half: &Half, module: &Atom| Some(own(&half.names, module)).filter(|names| !names.is_empty()).unwrap_or_else(|| own(&half.name_forms, module));
    for module in to.processes.keys().chain(to.supervisors.keys()) {
        let lives_on = !pair.none_lives_on(route, passed, module);
        let (before, after) = (of(from, module), of(to, module));
        let Some(((old, new), application)) = before.first().zip(after.first()).zip(pair.owner_of(module)).filter(|_| lives_on) else { continue };
        let is_registered = |done: &Done| {
            matches!(done.function.as_str(), "register" | "register_name" | "re_register_name") && {
                let global = new.tagged("global").and_then(<[Value]>::first);
                done.arguments.iter().any(|argument| !argument.is_other_than(new) || global.is_some_and(|name| !argument.is_other_than(name)))
            }
        };
        // The path may register it by a module of the release's own.
        let by = |name: &Value| name.tagged("via").and_then(|parts| parts.first()?.as_atom().cloned());
        let is_entered = by(new)
            .is_some_and(|by| passed.converted.values().any(|conversion| conversion.entered.contains(&by)) || passed.done().any(|done| done.module == by));
        let is_same = before.iter().any(|name| after.iter().any(|other| !name.is_other_than(other) && !is_made_otherwise(name, other)));
        if is_same || is_entered || passed.done().any(is_registered) {
            continue;
        }
        let span = route.loaded(module).unwrap_or_else(|| pair.change_on(application.name.value.as_str(), route.direction));
        found.push(
            Diagnostic::new(&SETUP_NOT_REPEATED, format!("the name `{new}` is given when `{module}` starts, and the running process keeps `{old}`"))
                .label(span, "on this path it is not started again: who calls it by the new name finds no process")
                .help("restart the process, or register it under the new name in `code_change` or in a function that an `apply` on this path calls")
                .about(module.as_str())
                .on_path(&route.name),
        );
    }
}

/// Handlers of event managers: one that is installed keeps the id that it was installed with.
fn handlers(pair: &Pair<'_>, route: &Route<'_>, (from, to): (&Half, &Half), passed: &Passed, found: &mut Findings) {
    let mut told: Vec<&Value> = Vec::new();
    for asks in to.all_done().filter(|done| done.is("gen_event", &["call", "delete_handler"])) {
        let [manager, handler, ..] = asks.arguments.as_slice() else { continue };
        let Some(module) = handler.as_module().filter(|_| manager.is_literal() && handler.is_literal() && !told.contains(&handler)) else { continue };
        let installs = |done: &&Done| {
            let is_for = done.module.as_str() == "gen_event" && done.function.as_str().ends_with("_handler") && done.function.as_str() != "delete_handler";
            is_for && done.arguments.first().is_some_and(|known| !known.is_other_than(manager))
        };
        let ids = |done: &Done| -> Vec<Value> {
            let all = (1..done.arguments.len()).filter_map(|at| done.handler(at));
            all.filter(|id| id.as_module() == Some(module)).cloned().collect()
        };
        let before: Vec<Value> = from.all_done().filter(installs).flat_map(ids).collect();
        let is_there = |ids: &[Value]| ids.iter().any(|id| !id.is_other_than(handler));
        let on_path: Vec<Value> = passed.done().filter(installs).flat_map(ids).collect();
        let Some(kept) = before.first().filter(|_| !is_there(&before) && !is_there(&on_path)) else { continue };
        told.push(handler);
        let span = pair.place_of(route, &asks.by);
        found.push(
            Diagnostic::new(
                &SETUP_NOT_REPEATED,
                format!("`{}` asks the handler `{handler}` of `{manager}`, and the running one is installed as `{kept}`", asks.by),
            )
            .label(span, "on this path it is not installed again: the answer is `{error,bad_module}`")
            .help("swap the handler for one with the new id by an `apply` on this path (`gen_event:swap_handler/3`), or keep the id")
            .about(asks.by.as_str())
            .on_path(&route.name),
        );
    }
}

/// Whether a timer is set for the message that is being handled: it goes on once it has begun.
fn is_chain(arguments: &[Value], done: &Done) -> bool {
    setups(done).iter().any(|setup| setup.names.last().is_some_and(|message| setup.effect.owner == Timer && arguments.contains(message)))
}

type Sides<'d> = (&'d [Done], &'d [Done]);

fn compare(
    pair: &Pair<'_>,
    route: &Route<'_>,
    module: &Atom,
    (old, new): Sides<'_>,
    (later, former): (&[&Done], &[&Done]),
    (from, to, passed): (&Half, &Half, &Passed),
    found: &mut Findings,
) {
    let mut lost: Vec<(Setup<'_>, Option<Value>)> = Vec::new();
    for setup in new.iter().flat_map(setups) {
        let is_same = |other: &Setup<'_>| std::ptr::eq(other.effect, setup.effect) && other.names == setup.names;
        let again = |done: &Done| setups(done).iter().any(|other| std::ptr::eq(other.effect, setup.effect) && may_be(&other.names, &setup.names));
        // The path does it, or code that runs later, or code that needs it looks first whether it is there.
        // What the path does may be done by a name that is not written out.
        let by_path = |done: &Done| named(done).iter().any(|other| std::ptr::eq(other.effect, setup.effect) && may_be(&other.names, &setup.names));
        // What belongs to a process is not done for it by the release handler, which runs the path.
        let by_path_for_it = |done: &Done| by_path(done) && !(setup.effect.owner == Process && done.elsewhere && !names_process(done));
        if passed.done().any(by_path_for_it)
            || is_ensured(to, &setup)
            || changes_table(passed, &setup)
            || later.iter().any(|done| again(done))
            || lost.iter().any(|(known, _)| is_same(known))
        {
            continue;
        }
        // What the upgrade did not make is on a downgrade as the old release made it.
        let is_kept = setup.effect.owner != Timer && route.direction == Direction::Down;
        let went_up = pair.lives.passed(Direction::Up).is_some_and(|up| up.done().any(again));
        if is_kept && !went_up {
            continue;
        }
        let before: Vec<Setup<'_>> = old.iter().flat_map(setups).filter(is_same).collect();
        if before.is_empty() {
            let is_there = if setup.effect.owner == Node { from.all_done().any(again) } else { former.iter().any(|done| by_path(done)) };
            // Of a name that is not written out it is known only that it takes the place of another one.
            let takes_place = || {
                let stays = |other: &Setup<'_>| {
                    new.iter().any(|done| named(done).iter().any(|own| std::ptr::eq(own.effect, other.effect) && may_be(&own.names, &other.names)))
                };
                old.iter().flat_map(setups).filter(|other| std::ptr::eq(other.effect, setup.effect)).any(|other| !stays(&other))
            };
            // So is it of a group where the process joined others before.
            let joined = || setup.effect.module == "pg" && old.iter().flat_map(setups).any(|other| std::ptr::eq(other.effect, setup.effect));
            let is_written = setup.effect.owner == Timer || (setup.names.iter().all(Value::is_literal) && !joined());
            if !setup.names.is_empty() && !is_there && (is_written || takes_place()) {
                lost.push((setup, None));
            }
            continue;
        }
        if let Some(other) = differing_options(&setup, &before) {
            lost.push((setup, Some(other)));
            continue;
        }
        let Some(like) = setup.like.clone().filter(Value::is_literal) else { continue };
        let others: Option<Vec<Value>> = before.iter().map(|before| before.like.clone().filter(Value::is_literal)).collect();
        // An array that is larger than needed does no harm.
        let size = |value: &Value| if let Value::Number(Some(text)) = value { text.parse::<i64>().ok() } else { None };
        let fits = |others: &Vec<Value>| {
            setup.effect.names.is_empty() && others.iter().filter_map(size).max().zip(size(&like)).is_some_and(|(other, like)| other >= like)
        };
        // Of a table of pages or routes those that are new matter; another form of the same ones is seen where it is read.
        if others.as_ref().is_some_and(|others| others.iter().any(|other| has_all(other, &like))) {
            continue;
        }
        if let Some(other) = others.filter(|others| !others.contains(&like) && !fits(others)).and_then(|others| others.into_iter().next()) {
            lost.push((setup, Some(other)));
        }
    }
    let Some((first, other)) = lost.first() else { return };
    let span = pair.place_of(route, module);
    let called = format!("{}:{}", first.done.module, first.done.function);
    let name = first.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    let what = if name.is_empty() { first.effect.what.to_owned() } else { format!("{} {name}", first.effect.what) };
    let more = if lost.len() > 1 { format!(", and {} more", lost.len() - 1) } else { String::new() };
    let message = match other {
        None => format!("{what}{more} is set up when `{module}` starts, and an upgrade does not run that code again"),
        Some(_) => format!("{what}{more} is set up differently when `{module}` starts, and stays unchanged on a running node"),
    };
    let by = if first.done.by == *module { String::new() } else { format!(" of `{}`", first.done.by) };
    let label = format!("`{called}` (line {}{by}) is not called on this path", first.done.line.0);
    found.push(
        Diagnostic::new(&SETUP_NOT_REPEATED, message)
            .label(span, label)
            .help("do the same in `code_change`, or in a function that an `apply` on this path calls; or restart the process")
            .about(module.as_str())
            .on_path(&route.name),
    );
}

/// Options of which one is written out in both releases and differs, whatever the others say: those of before.
fn differing_options(setup: &Setup<'_>, before: &[Setup<'_>]) -> Option<Value> {
    let options = |value: &Value| -> Option<Vec<(Atom, Value)>> {
        let option = |item: &Value| if let Some([Value::Atom(name), value]) = item.as_tuple() { Some((name.clone(), value.clone())) } else { None };
        // A word alone is an option without a value.
        Some(value.as_list()?.iter().filter_map(option).collect())
    };
    let own = options(setup.like.as_ref()?)?;
    let differs = |other: &Vec<(Atom, Value)>| {
        let differ = |(name, value): &(Atom, Value)| other.iter().any(|(known, old)| known == name && value.is_literal() && old.is_literal() && value != old);
        own.iter().any(differ)
    };
    let others: Vec<(&Value, Vec<(Atom, Value)>)> =
        before.iter().filter_map(|before| before.like.as_ref()).filter_map(|like| Some((like, options(like)?))).collect();
    let is_each = !others.is_empty() && others.len() == before.len() && others.iter().all(|(_, other)| differs(other));
    if is_each { others.first().map(|(like, _)| (*like).clone()) } else { None }
}

/// Whether code that runs later asks for a table, and makes it if it is not there.
fn is_ensured(to: &Half, setup: &Setup<'_>) -> bool {
    let Some(name) = setup.names.first().filter(|_| setup.done.module.as_str() == "ets") else { return false };
    let asks = |done: &Done| done.is("ets", &["whereis", "info"]) && done.arguments.first() == Some(name);
    let makes = |done: &Done| done.is("ets", &["new"]) && done.arguments.first() == Some(name);
    let later = |wanted: &dyn Fn(&Done) -> bool| {
        to.processes.values().any(|(_, living)| living.done.iter().any(|(_, done)| wanted(done)))
            || to.offered.values().any(|offered| offered.done.iter().any(wanted))
    };
    later(&asks) && later(&makes)
}

/// Functions of `mnesia` that change a table which is there.
const TABLE_CHANGES: &[&str] = &[
    "transform_table",
    "add_table_index",
    "del_table_index",
    "add_table_copy",
    "del_table_copy",
    "move_table_copy",
    "change_table_copy_type",
    "change_table_access_mode",
    "change_table_load_order",
    "change_table_majority",
    "delete_table",
];

/// Whether the path changes what can be changed of a table that is there: its heir; in `mnesia` its attributes, its indices.
fn changes_table(passed: &Passed, setup: &Setup<'_>) -> bool {
    let is_table = |done: &Done| done.arguments.first().zip(setup.names.first()).is_some_and(|(one, other)| !one.is_other_than(other));
    let changes = |done: &Done| done.is("ets", &["setopts"]) || done.is("mnesia", TABLE_CHANGES);
    let of_table = |done: &Done| done.module == setup.done.module && changes(done) && is_table(done);
    matches!(setup.done.module.as_str(), "ets" | "mnesia") && passed.done().any(of_table)
}

/// Whether a call says for which process it is, and not for that which makes it.
fn names_process(done: &Done) -> bool {
    done.module.as_str() == "pg" && done.arguments.last().is_some_and(|process| *process != Value::Opaque(Opaque::Elsewhere))
}

/// Whether one map has the keys of another one, with values of another form.
fn has_all(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => one.keys.len() == other.keys.len() && other.keys.iter().all(|(key, ..)| one.get(key).is_some()),
        _ => false,
    }
}

/// Whether two things may have one name.
fn may_be(one: &[Value], other: &[Value]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| !one.is_other_than(other))
}

/// What a call sets up that has a literal name. Of a message its form is enough.
fn setups(done: &Done) -> Vec<Setup<'_>> {
    let is_named = |setup: &Setup<'_>| {
        let is_timer = setup.effect.owner == Timer || setup.effect.module == "pg";
        setup.names.len() == setup.effect.names.len() && setup.names.iter().all(|name| name.is_literal() || (is_timer && *name != Value::Any))
    };
    named(done).into_iter().filter(is_named).collect()
}

/// What a call sets up, whatever its name.
fn named(done: &Done) -> Vec<Setup<'_>> {
    // A handler that takes the place of another one is installed as well.
    if done.swaps()
        && let ([manager, _, handler], Some(effect)) = (done.arguments.as_slice(), EFFECTS.iter().find(|effect| effect.module == "gen_event"))
    {
        let handler = handler.as_module().map_or(Value::Any, |module| Value::Atom(module.clone()));
        return vec![Setup { effect, names: vec![manager.clone(), handler], like: None, done }];
    }
    let Some(effect) = EFFECTS.iter().find(|effect| done.is(effect.module, effect.functions)) else { return Vec::new() };
    // Without a process the arguments of `timer` are fewer by one, without a scope those of `pg`.
    let is_long = matches!(effect.module, "timer" | "pg") && matches!(done.function.as_str(), "send_after" | "send_interval" | "join");
    let shift = usize::from(is_long && done.arguments.len() == 3);
    if effect.owner == Timer && !is_to_itself(done) {
        return Vec::new();
    }
    let mut names: Vec<Value> = effect.names.iter().filter_map(|at| done.arguments.get(at + shift).cloned()).collect();
    if done.module.as_str() == "gen_event"
        && let Some(handler) = names.last_mut()
        && let Some(module) = handler.as_module().cloned()
    {
        *handler = Value::Atom(module);
    }
    let like = effect.like.and_then(|at| done.arguments.get(at)).map(|like| if done.module.as_str() == "ets" { kind(like) } else { like.clone() });
    vec![Setup { effect, names, like, done }]
}

fn is_to_itself(done: &Done) -> bool {
    match (done.module.as_str(), done.arguments.as_slice()) {
        ("erlang", [_, to, ..]) => is_own(to) || to.as_atom() == Some(&done.by),
        ("timer", [_, to, _]) if done.function.as_str().starts_with("send") => is_own(to) || to.as_atom() == Some(&done.by),
        _ => true,
    }
}

/// What of a table's options cannot be changed while it lives, sorted, with what is meant where nothing is written.
fn kind(options: &Value) -> Value {
    let all = elements(options);
    if !all.is_never() && options.as_list().is_none() {
        return Value::Any;
    }
    let words: Vec<&str> = all.members().iter().filter_map(Value::as_atom).map(Atom::as_str).filter(|word| KINDS.contains(word)).collect();
    let one_of = |list: [&'static str; 3], default: &'static str| list.into_iter().find(|word| words.contains(word)).unwrap_or(default);
    let has_heir = all.members().iter().any(|option| option.tagged("heir").is_some_and(|heir| heir.len() == 2));
    let place = all.members().iter().find_map(|option| option.tagged("keypos")?.first().cloned()).unwrap_or(Value::Number(Some("1".to_owned())));
    Value::List(
        vec![
            Value::atom(one_of(["ordered_set", "bag", "duplicate_bag"], "set")),
            Value::atom(one_of(["public", "private", "protected"], "protected")),
            place,
            Value::atom(if has_heir { "true" } else { "false" }),
        ],
        None,
    )
}
