//! What is known of one module, gathered for a module that changed.

use super::code::{RawCall, walk};
use super::container::{Beam, Unreadable};
use super::debug::{Debug, Language};
use super::etf::{Kind, Value};
use super::expr::Expr;
use super::known::Known;
use super::shape::{self, Field, Record, Shape, Supervision};
use super::tables::{Attribute, Mfa, each_literal, is_map};
use crate::term::{Atom, Term, TermKind};

/// Who wrote a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// It is in the module's own source.
    ByHand,
    /// A macro of this module put it there (`use GenServer`).
    By(Atom),
}

/// A call from one function to one of another module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The calling function's name and arity.
    pub caller: (Atom, u32),
    /// The place of the called function among the imports.
    pub import: u32,
    /// Whether it is in a function that catches: the caller may be prepared for a function that is not there.
    pub guarded: bool,
}

/// A clause of `code_change`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its line.
    pub line: u32,
    /// The pattern of its first argument: which versions it takes.
    pub version: Expr,
    /// Whether a guard narrows it.
    pub guarded: bool,
    /// The shape that its pattern for the state has, where it has one.
    pub state: Option<Shape>,
    /// Whether it gives the state back as it was.
    pub unchanged: bool,
    /// Whether it does something besides, before it answers.
    pub does_more: bool,
    /// Whether it looks at its last argument: the `Extra` of `{advanced,Extra}`.
    pub uses_extra: bool,
    /// What it answers, when that is surely neither `{ok,_}` nor an error.
    pub bad_answer: Option<String>,
}

impl Clause {
    /// Whether it takes any version.
    pub fn is_catch_all(&self) -> bool {
        !self.guarded && matches!(self.pattern(), Expr::Var(_))
    }

    /// The pattern of its version, without a name that is bound to it.
    fn pattern(&self) -> &Expr {
        let Expr::Bind(left, right) = &self.version else { return &self.version };
        if matches!(left.as_ref(), Expr::Var(_)) { right } else { left }
    }

    /// Whether it cannot be seen which versions it takes.
    pub fn is_open(&self) -> bool {
        self.guarded || self.version.has_unknown()
    }

    /// Whether it is for just this version of the module.
    pub fn names(&self, version: Option<&str>) -> bool {
        let own = match self.pattern().tagged("down") {
            Some([version]) => version,
            _ => self.pattern(),
        };
        version.is_some_and(|version| matches!(own, Expr::Text(text) if text == version))
    }

    /// Whether it is for the downgrade only.
    pub fn is_downgrade(&self) -> bool {
        self.pattern().tagged("down").is_some()
    }
}

/// `code_change` as a module has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChange {
    /// 3, or 4 for a `gen_statem`.
    pub arity: u32,
    /// Who wrote it, where that can be seen.
    pub author: Known<Author>,
    /// Its clauses, where they can be seen.
    pub clauses: Known<Vec<Clause>>,
}

/// What is known of a module.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Its name.
    pub module: Atom,
    /// The functions that it exports, sorted.
    pub exports: Vec<(Atom, u32)>,
    /// The behaviours that it names, sorted.
    pub behaviours: Vec<Atom>,
    /// Its attributes but for the version that the compiler makes up.
    pub attributes: Vec<(Atom, Attribute)>,
    /// Whether it runs code when it is loaded.
    pub on_load: Known<bool>,
    /// Whether it loads a native library.
    pub loads_nif: bool,
    /// The version of the compiler application, as it noted it down.
    pub compiler: Option<String>,
    /// The highest instruction that it uses.
    pub highest_opcode: Option<u32>,
    /// The source file, as debug information names it, else the compiler.
    pub file: Option<String>,
    /// Its records. Only of modules that run processes; [`Beam::records`] gives those of any.
    pub records: Known<Vec<Record>>,
    /// The fields of the Elixir struct that it defines; none when it defines none.
    pub structure: Known<Option<Vec<Field>>>,
    /// The shapes that the state of its processes may begin with; none when it is not a process behaviour.
    pub state: Option<Known<Vec<Shape>>>,
    /// The tuples that are written out where its callbacks take the state, by tag and size.
    pub taken: Vec<(Atom, usize)>,
    /// A hash of what its processes start with: `init/1`, or `start/2` of an Elixir application, and the local functions that it
    /// reaches. Equal for versions that say the same there; only used where nothing else is known.
    pub start: Option<u64>,
    /// `code_change`, when it exports one.
    pub code_change: Option<CodeChange>,
    /// How a state machine's callbacks are called, when `callback_mode/0` says it plainly.
    pub callback_mode: Option<String>,
    /// The children that it starts; none when it is not a supervisor.
    pub children: Option<Known<Supervision>>,
    /// The modules whose processes it starts first, when it is the callback module of an application.
    pub tops: Vec<Atom>,
    /// Whether processes wait for messages in a loop of its own that never takes new code in: one that calls itself by the
    /// module's name does.
    pub own_loop: bool,
    /// Whether one of its functions waits for messages.
    pub waits: bool,
    /// Whether its processes may begin with a state that holds a fun of its own code.
    pub keeps_fun: bool,
    /// Whether its attributes were stripped, so that its behaviours are not known.
    pub stripped: bool,
}

/// Behaviours whose processes keep a state that `code_change` converts, and whether that takes four arguments.
const PROCESSES: &[(&str, bool)] = &[
    ("gen_server", false),
    ("gen_event", false),
    ("gen_statem", true),
    ("gen_fsm", true),
    ("Elixir.GenServer", false),
    ("Elixir.GenEvent", false),
    ("Elixir.GenStage", false),
];
const SUPERVISORS: &[&str] = &["supervisor", "Elixir.Supervisor"];
/// Supervisors whose children are not written out in `init/1`.
const OTHER_SUPERVISORS: &[&str] = &["supervisor_bridge", "Elixir.DynamicSupervisor", "Elixir.PartitionSupervisor", "Elixir.Task.Supervisor"];
/// The behaviour of the modules that start an Elixir application, and with it its first supervisor.
const APPLICATION: &str = "Elixir.Application";
/// Why something is not known of a module without debug information.
pub const STRIPPED: &str = "it holds no debug information";

impl Facts {
    /// Gathers them.
    pub fn of(beam: &Beam<'_>) -> Result<Facts, Unreadable> {
        beam.check_literals()?;
        let atoms = beam.atoms()?;
        let module = Atom::new(atoms.get(1)?);
        let mut exports = beam.exports(&atoms)?;
        exports.sort_unstable();
        let attributes = beam.attributes()?;
        let mut behaviours = behaviours(&attributes);
        if !behaviours.iter().any(Facts::runs_processes) {
            behaviours.extend(implied_behaviour(&exports));
        }
        // Unpacking debug information takes longer than everything else, so it is done only where a fact needs it.
        let is_struct = exports.iter().any(|(name, arity)| name.as_str() == "__struct__" && *arity == 0);
        let exported = |name: &str, arity: u32| exports.iter().any(|(known, count)| known.as_str() == name && *count == arity);
        // The callback module of an application need not declare it.
        let starts = behaviours.iter().any(|name| matches!(name.as_str(), "application" | APPLICATION)) || (exported("start", 2) && exported("stop", 1));
        let keeps_state = behaviours.iter().any(Facts::runs_processes);
        let debug = if is_struct || keeps_state || starts { Debug::open(beam) } else { None };
        let structure = structure(beam, debug.as_ref(), &module, &exports);
        let is_process = behaviours.iter().find_map(|name| PROCESSES.iter().find(|(known, _)| *known == name.as_str()));
        let fields = structure.get().and_then(Option::as_deref);
        let begins = debug.as_ref().filter(|_| is_process.is_some()).and_then(shape::begins);
        let state = is_process.map(|(_, is_statem)| match &debug {
            Some(debug) => shape::states(debug, begins.as_ref(), *is_statem, &module, fields),
            None => Known::Unknown(STRIPPED),
        });
        let keeps_fun = begins.as_ref().is_some_and(shape::keeps_fun);
        let walked = walk(beam.mandatory(b"Code")?);
        let imports = beam.import_names(&atoms)?;
        let own_loop =
            walked.as_ref().is_some_and(|walked| walked.loops) && starts_processes(&imports) && !imports.iter().any(|(name, ..)| *name == module.as_str());
        let arities = if is_process.is_some_and(|(_, is_statem)| *is_statem) { [4, 3] } else { [3, 4] };
        let code_change = arities.into_iter().find(|arity| exported("code_change", *arity)).map(|arity| code_change(debug.as_ref(), arity, &module, fields));
        let children = children(&behaviours, debug.as_ref());
        Ok(Facts {
            on_load: walked.as_ref().map_or(Known::Unknown("it holds instructions that are not known"), |walked| Known::Known(walked.on_load)),
            callback_mode: debug.as_ref().filter(|_| arities == [4, 3]).and_then(shape::callback_mode),
            tops: debug.as_ref().filter(|_| starts).map(shape::tops).unwrap_or_default(),
            own_loop,
            waits: walked.as_ref().is_none_or(|walked| walked.waits),
            keeps_fun,
            taken: debug.as_ref().filter(|_| is_process.is_some()).map(shape::taken).unwrap_or_default(),
            loads_nif: imports.iter().any(|(module, function, _)| (*module, *function) == ("erlang", "load_nif")),
            compiler: beam.compile_info("version").and_then(Value::text),
            highest_opcode: beam.highest_opcode(),
            file: debug.as_ref().and_then(Debug::file).or_else(|| beam.compile_info("source")?.text()),
            records: debug.as_ref().map_or(Known::Unknown(STRIPPED), |debug| Known::Known(records(debug))),
            // What is known needs no second look.
            start: debug.as_ref().filter(|_| matches!(state, Some(Known::Unknown(_))) || matches!(children, Some(Known::Unknown(_)))).and_then(|debug| {
                let is_application = behaviours.iter().any(|name| name.as_str() == APPLICATION);
                if is_application { debug.closure("start", 2) } else { debug.closure("init", 1) }
            }),
            children,
            stripped: beam.chunk(b"Attr").is_none(),
            attributes: own_attributes(attributes, &beam.md5()),
            module,
            exports,
            behaviours,
            structure,
            state,
            code_change,
        })
    }

    /// The values of its `-vsn`, when it was written.
    pub fn vsn(&self) -> Option<&Attribute> {
        self.attributes.iter().find(|(name, _)| name.as_str() == "vsn").map(|(_, value)| value)
    }

    /// Whether it exports what only processes of a behaviour export.
    pub fn has_callbacks_of(&self, behaviour: &Atom) -> bool {
        let callback = match behaviour.as_str().trim_start_matches("Elixir.") {
            "gen_server" | "GenServer" | "GenStage" => ("handle_call", 3),
            "gen_statem" => ("callback_mode", 0),
            "gen_event" | "GenEvent" => ("handle_event", 2),
            _ => ("init", 1),
        };
        self.exports.iter().any(|(name, arity)| (name.as_str(), *arity) == callback)
    }

    /// Whether a behaviour, or a module that starts processes of its own, is a supervisor's.
    pub fn supervises(name: &str) -> bool {
        SUPERVISORS.contains(&name) || OTHER_SUPERVISORS.contains(&name)
    }

    /// Whether modules with a behaviour run processes under it.
    pub fn runs_processes(behaviour: &Atom) -> bool {
        PROCESSES.iter().any(|(name, _)| *name == behaviour.as_str()) || SUPERVISORS.contains(&behaviour.as_str())
    }
}

impl Beam<'_> {
    /// The calls of functions of other modules, in order; `None` when the code holds instructions that are not known.
    pub fn calls(&self) -> Option<Vec<Call>> {
        let atoms = self.atoms().ok()?;
        let named = |call: RawCall| Some(Call { caller: (Atom::new(atoms.get(call.function).ok()?), call.arity), import: call.import, guarded: call.guarded });
        Some(walk(self.chunk(b"Code")?)?.calls.into_iter().filter_map(named).collect())
    }

    /// The external funs among its literals (`fun module:name/arity`).
    pub fn external_funs(&self) -> Vec<Mfa> {
        let Ok(Some(table)) = self.literals() else { return Vec::new() };
        let all = each_literal(&table).flat_map(Value::external_funs);
        all.filter_map(|(module, name, arity)| Some(Mfa { module: Atom::new(&module), function: Atom::new(&name), arity: u32::try_from(arity).ok()? }))
            .collect()
    }

    /// Its attributes but for the version that the compiler makes up out of the MD5.
    pub fn own_attributes(&self) -> Result<Vec<(Atom, Attribute)>, Unreadable> {
        Ok(own_attributes(self.attributes()?, &self.md5()))
    }

    /// The language that it was written in, and its records; `None` without debug information.
    pub fn records(&self) -> Option<(Language, Vec<Record>)> {
        let debug = Debug::open(self)?;
        Some((debug.language, records(&debug)))
    }

    /// Whether two modules were compiled from one source: `None` when that cannot be seen.
    pub fn same_source(&self, other: &Beam<'_>) -> Option<bool> {
        if self.debug_chunk()? == other.debug_chunk()? {
            // Without debug information the chunk is there all the same, and says so.
            return Debug::open(self).map(|_| true);
        }
        // Of one source the functions have the same names; those that the compiler makes up begin with a dash.
        let functions = |beam: &Beam<'_>| {
            let atoms = beam.atoms().ok()?;
            let mut list = beam.exports(&atoms).ok()?;
            list.extend(beam.locals(&atoms).ok()?.into_iter().filter(|(name, _)| !name.as_str().starts_with('-')));
            list.sort_unstable();
            Some(list)
        };
        let compiler = |beam: &Beam<'_>| beam.compile_info("version").and_then(Value::text);
        if compiler(self) == compiler(other) || functions(self)? != functions(other)? {
            return Some(false);
        }
        let (own, other) = (Debug::open(self)?, Debug::open(other)?);
        let (source, counterpart) = (own.source(), other.source());
        let same = source.len() == counterpart.len() && source.iter().zip(&counterpart).all(|(own, other)| own.is_same(*other));
        Some(own.language == other.language && same)
    }
}

/// Whether a module that imports these functions starts processes other than a `gen_server` and its kin.
fn starts_processes(imports: &[(&str, &str, u32)]) -> bool {
    imports.iter().any(|(module, function, _)| match *module {
        "erlang" => function.starts_with("spawn"),
        "proc_lib" => function.starts_with("spawn") || function.starts_with("start"),
        _ => false,
    })
}

/// Without a `-vsn` the compiler makes one of the module's MD5.
fn own_attributes(attributes: Vec<(Atom, Attribute)>, md5: &[u8; 16]) -> Vec<(Atom, Attribute)> {
    let number = num_bigint::BigInt::from_bytes_be(num_bigint::Sign::Plus, md5);
    let is_number = |term: &Term| {
        if let TermKind::Big(vsn) = &term.kind {
            return **vsn == number;
        }
        matches!(term.kind, TermKind::Int(vsn) if number == num_bigint::BigInt::from(vsn))
    };
    let is_made_up = |value: &Attribute| match value {
        Attribute::Term(term) => matches!(term.as_list(), Some([one]) if is_number(one)),
        Attribute::Unbuilt(_) => false,
    };
    attributes.into_iter().filter(|(name, value)| name.as_str() != "vsn" || !is_made_up(value)).collect()
}

fn behaviours(attributes: &[(Atom, Attribute)]) -> Vec<Atom> {
    let named = attributes.iter().filter(|(name, _)| matches!(name.as_str(), "behaviour" | "behavior"));
    let mut list: Vec<Atom> = named
        .filter_map(|(_, value)| if let Attribute::Term(term) = value { term.as_list() } else { None })
        .flatten()
        .filter_map(|term| term.as_atom().cloned())
        .collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// The behaviour that a module has without saying so: no `-behaviour`, or its attributes were stripped. A supervisor cannot be
/// recognised this way, as it has one callback only.
fn implied_behaviour(exports: &[(Atom, u32)]) -> Option<Atom> {
    let has = |wanted: &str, count: u32| exports.iter().any(|(name, arity)| name.as_str() == wanted && *arity == count);
    let found = if !has("init", 1) {
        return None;
    } else if has("callback_mode", 0) {
        "gen_statem"
    } else if has("handle_call", 3) && has("handle_cast", 2) {
        "gen_server"
    } else if has("handle_call", 2) && has("handle_event", 2) {
        "gen_event"
    } else {
        return None;
    };
    Some(Atom::new(found))
}

fn records(debug: &Debug<'_>) -> Vec<Record> {
    let field = |(name, default): (Atom, Option<Expr>)| Field {
        name: name.as_str().to_owned(),
        default: default.filter(Expr::is_literal).map(|default| default.to_string()),
    };
    debug.records().into_iter().map(|raw| Record { name: raw.name, line: raw.line, fields: raw.fields.into_iter().map(field).collect() }).collect()
}

/// The struct of an Elixir module: as `__struct__/0` is written, else as it is among the literals.
fn structure(beam: &Beam<'_>, debug: Option<&Debug<'_>>, module: &Atom, exports: &[(Atom, u32)]) -> Known<Option<Vec<Field>>> {
    if !exports.iter().any(|(name, arity)| name.as_str() == "__struct__" && *arity == 0) {
        return Known::Known(None);
    }
    let written = debug.and_then(|debug| debug.function("__struct__", 0)).and_then(|function| {
        let (Expr::Map(pairs) | Expr::Struct(_, pairs)) = function.clauses.first()?.body.first()? else { return None };
        Some(pairs.iter().map(|(key, value)| (key.to_string(), value.is_literal().then(|| value.to_string()))).collect::<Vec<_>>())
    });
    let literal = || {
        let table = beam.literals().ok()??;
        let own =
            each_literal(&table).filter(|value| is_map(*value)).find(|value| value.get("__struct__").is_some_and(|name| name.is_atom(module.as_str())))?;
        let Some(Kind::Map(mut items)) = own.kind() else { return None };
        let mut pairs = Vec::new();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let shown = value.to_term().map(|term| crate::term::print::inline(&term, crate::otp::Otp::NEWEST));
            pairs.push((Atom::new(&key.atom()?).to_string(), shown));
        }
        Some(pairs)
    };
    match written.or_else(literal) {
        None => Known::Unknown("its struct is computed"),
        Some(pairs) => {
            let kept = pairs.into_iter().filter(|(name, _)| name != "'__struct__'");
            let mut fields: Vec<Field> = kept.map(|(name, default)| Field { name, default }).collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            Known::Known(Some(fields))
        }
    }
}

fn children(behaviours: &[Atom], debug: Option<&Debug<'_>>) -> Option<Known<Supervision>> {
    let named = |list: &[&str]| behaviours.iter().any(|name| list.contains(&name.as_str()));
    let (function, arity) = if named(SUPERVISORS) {
        ("init", 1)
    } else if named(&[APPLICATION]) {
        ("start", 2)
    } else {
        return None;
    };
    Some(debug.map_or(Known::Unknown(STRIPPED), |debug| shape::children(debug, function, arity)))
}

fn code_change(debug: Option<&Debug<'_>>, arity: u32, module: &Atom, fields: Option<&[Field]>) -> CodeChange {
    let Some(debug) = debug else { return CodeChange { arity, author: Known::Unknown(STRIPPED), clauses: Known::Unknown(STRIPPED) } };
    let Some(function) = debug.function("code_change", arity) else {
        let why = "it cannot be seen how it is written";
        return CodeChange { arity, author: Known::Unknown(why), clauses: Known::Unknown(why) };
    };
    let records = debug.records();
    // The last but one argument is the state, or the data of a state machine.
    let state = arity as usize - 2;
    let clause = |clause: super::expr::Clause| {
        let pattern = clause.patterns.get(state);
        let unchanged = pattern.zip(clause.body.last()).is_some_and(|(pattern, body)| gives_back(pattern, body));
        Clause {
            line: clause.line.0,
            version: clause.patterns.first().cloned().unwrap_or(Expr::Unknown),
            guarded: clause.is_guarded(),
            state: pattern.and_then(|pattern| shape::shape(pattern, &records, module, fields)),
            unchanged,
            does_more: clause.body.len() > 1 || matches!(clause.body.last(), Some(Expr::Block(items)) if items.len() > 1),
            uses_extra: match clause.patterns.last() {
                Some(Expr::Var(name)) => !name.starts_with('_'),
                // What is given unless an appup says something else.
                Some(pattern) => pattern.to_string() != "[]",
                None => false,
            },
            bad_answer: clause.body.last().and_then(bad_answer),
        }
    };
    let author = function.injected_by.map_or(Author::ByHand, Author::By);
    CodeChange { arity, author: Known::Known(author), clauses: Known::Known(function.clauses.into_iter().map(clause).collect()) }
}

/// The answer of a clause, when it is surely none that a behaviour takes: it must be `{ok,State}`, of a machine
/// `{ok,State,Data}`, or an error.
fn bad_answer(body: &Expr) -> Option<String> {
    match body {
        Expr::Block(items) => items.last().and_then(bad_answer),
        Expr::Bind(_, value) => bad_answer(value),
        Expr::Tuple(items) => {
            let tag = items.first()?.as_atom();
            (tag.is_some_and(|tag| !matches!(tag.as_str(), "ok" | "error"))).then(|| body.to_string())
        }
        Expr::Map(_) | Expr::Record(..) | Expr::Struct(..) | Expr::List(..) | Expr::Number(_) | Expr::Text(_) => Some(body.to_string()),
        Expr::RecordChange(..) => Some(body.to_string()),
        Expr::Apply(..) | Expr::Receive(..) | Expr::Try(..) | Expr::Comprehension(..) | Expr::With(..) | Expr::Op(..) | Expr::Change(..) => None,
        Expr::RecordField(..) | Expr::Field(..) | Expr::Named(..) => None,
        Expr::Atom(_) | Expr::Binary(_) | Expr::Var(_) | Expr::Call(..) | Expr::Case(..) | Expr::Fun(_) | Expr::Unknown => None,
    }
}

/// `{ok, State}` with the state as it came in.
fn gives_back(pattern: &Expr, body: &Expr) -> bool {
    let named = |expr: &Expr| if let Expr::Var(name) = expr { Some(name.clone()) } else { None };
    let variable = if let Expr::Bind(left, right) = pattern { named(left).or_else(|| named(right)) } else { named(pattern) };
    let Some(variable) = variable else { return false };
    let body = if let Expr::Block(items) = body { items.last().unwrap_or(body) } else { body };
    body.tagged("ok").and_then(<[Expr]>::last).is_some_and(|state| matches!(state, Expr::Var(name) if *name == variable))
}

/// The version that a written `-vsn` stands for, when it is text. The compiler keeps a list as it is and puts anything else
/// into one.
pub fn text_of_vsn(term: &Term) -> Option<String> {
    // What does not read as text is taken out of its list (`release_handler_1:get_vsn/1`).
    if let Some(text) = term.text().filter(|text| !text.is_empty() && text.chars().all(|c| matches!(u32::from(c), 32..=255))) {
        return Some(text.into_owned());
    }
    let [one] = term.as_list()? else { return None };
    if let TermKind::Bits(bits) = &one.kind {
        return String::from_utf8(bits.bytes.clone()).ok();
    }
    one.text().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::text_of_vsn;
    use crate::term::{Bits, Term, TermKind};

    #[test]
    fn a_version_is_text_as_otp_unpacks_it() {
        let bits = |text: &str| Term::new(TermKind::Bits(Box::new(Bits { bytes: text.as_bytes().to_vec(), trailing: 0 })));
        let number = |value| Term::new(TermKind::Int(value));
        for (vsn, text) in [
            (Term::string("1.0.0"), Some("1.0.0")),
            (Term::list(vec![Term::string("1.0.0")]), Some("1.0.0")),
            (Term::list(vec![bits("1.0.0")]), Some("1.0.0")),
            (Term::list(vec![number(1)]), None),
            (Term::string("\u{1}"), None),
            (Term::list(vec![number(i64::MAX)]), None),
            (Term::list(vec![Term::atom("v1")]), None),
            (Term::list(Vec::new()), None),
        ] {
            assert_eq!(text_of_vsn(&vsn).as_deref(), text, "{vsn:?}");
        }
    }
}
