//! Facts that may not be visible in a file.

/// A fact, or why it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Known(T),
    /// It cannot be seen, for this reason.
    Unknown(&'static str),
}

impl<T> Known<T> {
    /// The fact, when it is known.
    pub fn get(&self) -> Option<&T> {
        match self {
            Known::Known(fact) => Some(fact),
            Known::Unknown(_) => None,
        }
    }
}
