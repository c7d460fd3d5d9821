//! The two forms that terms are written in.

/// How terms are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `{load_module,m}.`
    #[default]
    Erlang,
    /// `{:load_module, :m}`
    Elixir,
}

impl Form {
    /// The form of a file, by its name: `demo.appup.exs` and `demo.appup.ex` are Elixir's.
    pub fn of(name: &str) -> Form {
        if name.ends_with(".exs") || name.ends_with(".ex") { Form::Elixir } else { Form::Erlang }
    }

    /// The other one.
    pub(super) fn other(self) -> Form {
        match self {
            Form::Erlang => Form::Elixir,
            Form::Elixir => Form::Erlang,
        }
    }

    /// The sign that begins a comment on a line of its own.
    pub fn comment(self) -> &'static str {
        match self {
            Form::Erlang => "%%",
            Form::Elixir => "#",
        }
    }
}
