//! Which applications, and which modules of theirs, are looked at.

use crate::lint::Pair;
use crate::release::Application;
use crate::term::Atom;
use std::collections::{BTreeMap, BTreeSet};

/// Applications whose code is not followed: what its functions do with values is known, or not looked at.
pub const NOT_FOLLOWED: &[&str] = &["erts", "kernel", "stdlib", "compiler", "elixir", "logger"];
/// Applications of OTP: their processes are looked at where they change, and not because others use them.
pub const OF_OTP: &[&str] = &[
    "asn1",
    "common_test",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eldap",
    "erl_interface",
    "et",
    "eunit",
    "ftp",
    "inets",
    "jinterface",
    "megaco",
    "mnesia",
    "observer",
    "odbc",
    "os_mon",
    "parsetools",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "syntax_tools",
    "tftp",
    "tools",
    "wx",
    "xmerl",
    "eex",
    "ex_unit",
    "iex",
    "mix",
];

/// The modules of behaviours that are not those of a library, as far as both releases have them, by the functions that they export in the
/// old one. Of more than a few it is not known which one is called.
pub(super) fn implementers(pair: &Pair<'_>) -> BTreeMap<(Atom, u32), Vec<Atom>> {
    let relevant = relevant(pair);
    let mut all: BTreeMap<(Atom, u32), Vec<Atom>> = BTreeMap::new();
    for application in pair.base.applications.iter().filter(|application| relevant.contains(application.name.value.as_str())) {
        for module in application.file.modules.iter().map(|module| &module.value) {
            let Some(facts) = pair.facts(pair.base, module).filter(|_| pair.target.owner_of(module.as_str()).is_some()) else { continue };
            let is_own = |behaviour: &&Atom| pair.base.owner_of(behaviour.as_str()).is_some_and(|owner| !is_of_otp(owner.name.value.as_str()));
            if facts.behaviours.iter().any(|behaviour| is_own(&behaviour)) {
                facts.exports.iter().for_each(|(name, arity)| all.entry((name.clone(), *arity)).or_default().push(module.clone()));
            }
        }
    }
    all.retain(|_, modules| modules.len() <= MAX_IMPLEMENTERS);
    all
}

/// How many modules of a behaviour a call may be of.
const MAX_IMPLEMENTERS: usize = 4;

/// Whether an application is one of OTP's or of Elixir's.
fn is_of_otp(name: &str) -> bool {
    NOT_FOLLOWED.contains(&name) || OF_OTP.contains(&name)
}

/// The names of the applications that change, of those that use them, and of those that they use.
pub(super) fn relevant(pair: &Pair<'_>) -> BTreeSet<String> {
    let changed: BTreeSet<&str> = pair.comparison.applications.iter().filter(|change| !change.modules.is_empty()).map(|change| change.name.as_str()).collect();
    let uses = |application: &Application| application.file.applications.iter().any(|used| changed.contains(used.value.as_str()));
    let both = || [pair.base, pair.target].into_iter().flat_map(|release| &release.applications);
    let own = both().filter(|application| changed.contains(application.name.value.as_str()));
    let used: BTreeSet<&str> = own.flat_map(|application| &application.file.applications).map(|used| used.value.as_str()).collect();
    let is_used = |name: &str| used.contains(name) && !OF_OTP.contains(&name);
    let is_relevant = |application: &&Application| {
        let name = application.name.value.as_str();
        changed.contains(name) || is_used(name) || uses(application)
    };
    let all = both().filter(is_relevant);
    let followed = all.filter(|application| !NOT_FOLLOWED.contains(&application.name.value.as_str()));
    followed.map(|application| application.name.value.as_str().to_owned()).collect()
}
