//! What lives on across a path: the code of one release, run on the values that the code of the other one created.
//!
//! In go two releases and the scripts between them; out comes what the processes of each keep and do, what the calls of a path do,
//! what conversions make of states, and what fails. The rules read it; it is made once for a pair, before they run.

mod after;
mod causes;
mod code;
mod convert;
mod half;
mod keepers;
mod offer;
mod pass;
mod relevant;
mod sends;
mod start;

pub use causes::{Caused, Means, caused, caused_by_others, is_meant, takes, takes_request};
pub use keepers::{Keeper, keepers};

use super::Pair;
use super::lives::Lives;
use crate::appup::Direction;
use crate::interpret::Value;
use crate::term::Atom;
use code::Code;
use half::half;
use pass::pass;
use relevant::relevant;
use sends::{arrive, sent};

/// What lives on between the releases of a pair.
pub fn live(pair: &Pair<'_>) -> Lives {
    if pair.hot_routes().next().is_none() {
        return Lives::default();
    }
    let mut lives = kept(pair);
    pass_over(pair, &mut lives);
    lives
}

/// What the two releases keep, whatever the paths between them do.
pub fn kept(pair: &Pair<'_>) -> Lives {
    let relevant = relevant(pair);
    Lives { base: half(pair, pair.base, &relevant), target: half(pair, pair.target, &relevant), passed: Vec::new() }
}

/// Adds what the paths do to it.
pub fn pass_over(pair: &Pair<'_>, lives: &mut Lives) {
    for route in pair.hot_routes() {
        // A node that goes down came up before: what the path up sent to processes is among what they keep.
        if let (Direction::Down, Some(up)) = (route.direction, lives.passed(Direction::Up)) {
            let sent = sent(&lives.target, up.applied.iter().map(|(_, done)| done));
            arrive(&mut lives.target, &Code::of(pair, pair.target), &sent);
            let states = |module: &Atom| lives.target.processes.get(module).map(|(_, living)| living.states.clone());
            let late: Vec<(Atom, Vec<Value>)> = sent.keys().filter_map(|module| Some((module.clone(), states(module)?))).collect();
            lives.target.late.states.extend(late);
        }
        lives.passed.push((route.direction, pass(pair, lives, route)));
    }
}
