//! Sorts of terms, and what libraries hold elements in.

/// A sort of term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Atoms.
    Atom,
    /// Numbers.
    Number,
    /// Tuples.
    Tuple,
    /// Lists.
    List,
    /// Maps.
    Map,
    /// Funs.
    Fun,
    /// Processes.
    Pid,
    /// References.
    Reference,
}

/// What holds elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A list; so are `ordsets` and `orddict`.
    List,
    /// `queue`.
    Queue,
    /// `sets`, of the version that the node makes.
    Set,
    /// `sets` of version 2.
    MapOfSet,
    /// `gb_sets`.
    Tree,
    /// `gb_trees`.
    TreeOfPairs,
    /// `dict`.
    Dict,
    /// `array`.
    Array,
    /// `MapSet`.
    MapSet,
}

impl Holder {
    /// What a module of a library holds elements in.
    pub fn of(module: &str) -> Option<Holder> {
        Some(match module {
            "ordsets" | "orddict" => Holder::List,
            "queue" => Holder::Queue,
            "sets" => Holder::Set,
            "gb_sets" => Holder::Tree,
            "gb_trees" => Holder::TreeOfPairs,
            "dict" => Holder::Dict,
            "array" => Holder::Array,
            "Elixir.MapSet" => Holder::MapSet,
            _ => return None,
        })
    }

    /// What sort of term it is; `sets` were tuples before OTP 28, and are maps since.
    pub fn sort(self) -> Option<Sort> {
        match self {
            Holder::List => Some(Sort::List),
            Holder::Queue | Holder::Tree | Holder::TreeOfPairs | Holder::Dict | Holder::Array => Some(Sort::Tuple),
            Holder::MapOfSet | Holder::MapSet => Some(Sort::Map),
            Holder::Set => None,
        }
    }
}
