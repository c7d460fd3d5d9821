//! What a path does to the environment of applications: all of it before the first step, `config_change/3` after the last one.

use crate::appup::Direction;
use crate::compare::{Delta, Environments, Sign};

/// The environment of an application, as a path changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The application.
    pub application: String,
    /// The keys that are set, removed or set to something else.
    pub keys: Vec<Delta>,
    /// Whether its callback module has `config_change/3`, which is called after the last step; `None` when that cannot be seen.
    pub taken: Option<bool>,
    /// Whether the path restarts it, so that it reads its environment again.
    pub restarts: bool,
}

/// What a path in a direction does, given what an upgrade does and which applications the path stops.
pub(super) fn environments(upgrade: &Environments, direction: Direction, stops: impl Fn(&str) -> bool) -> Vec<Environment> {
    let key = |key: &Delta| {
        let sign = match (direction, key.sign) {
            (Direction::Up, sign) | (Direction::Down, sign @ Sign::Changed) => sign,
            (Direction::Down, Sign::Added) => Sign::Removed,
            (Direction::Down, Sign::Removed) => Sign::Added,
        };
        Delta::new(sign, key.name.as_str())
    };
    let changes = upgrade.changes.iter().map(|change| {
        let mut keys: Vec<Delta> = change.keys.iter().map(key).collect();
        keys.sort();
        Environment {
            application: change.application.clone(),
            keys,
            taken: if direction == Direction::Up { change.target_takes } else { change.base_takes },
            restarts: stops(&change.application),
        }
    });
    changes.collect()
}
