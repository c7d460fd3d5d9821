//! Debug information: where the source of a module can still be seen (`Dbgi` since OTP 20, `Abst` before).

use super::container::{Beam, be32, inflate};
use super::etf::Value;
use super::expr::Expr;
use super::function::{Function, RawRecord};
use super::{elixir, erlang};
use crate::term::Atom;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The language that a module was written in, as far as its debug information says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Erlang.
    Erlang,
    /// Elixir.
    Elixir,
}

/// The debug information of a module, unpacked.
#[derive(Debug)]
pub(super) struct Debug<'b> {
    bytes: Cow<'b, [u8]>,
    /// Where the forms or the map of definitions begin.
    at: usize,
    /// Where each form or definition begins: measuring them takes a walk over all of it.
    parts: Vec<usize>,
    /// Where each function begins, by name and arity.
    functions: HashMap<(String, u32), usize>,
    pub language: Language,
}

/// How many forms or definitions are looked at; the largest modules known have a tenth of it.
const MAX_PARTS: usize = 1 << 17;
/// How many functions a closure may reach.
const MAX_CLOSURE: usize = 64;
const VERSION: u8 = 131;
const PACKED: u8 = 80;

impl Beam<'_> {
    /// The chunk that holds its debug information.
    pub(super) fn debug_chunk(&self) -> Option<&[u8]> {
        self.chunk(b"Dbgi").or_else(|| self.chunk(b"Abst"))
    }
}

impl<'b> Debug<'b> {
    /// Opens it; `None` when it was stripped, is encrypted, or is in a language of its own.
    pub fn open(beam: &'b Beam<'_>) -> Option<Debug<'b>> {
        let chunk = beam.debug_chunk()?;
        let bytes = match chunk {
            [VERSION, PACKED, rest @ ..] => {
                let mut plain = vec![VERSION];
                plain.append(&mut inflate(rest.get(4..)?).ok()?);
                // The size is given as well; when it is not what came out, something is damaged.
                if be32(rest, 0)? as usize != plain.len() - 1 {
                    return None;
                }
                Cow::Owned(plain)
            }
            _ => Cow::Borrowed(chunk),
        };
        let (at, language) = locate(&bytes)?;
        let whole = Value::at(bytes.get(at..)?);
        let list = match language {
            Language::Erlang => whole,
            Language::Elixir => whole.get("definitions")?,
        };
        let parts: Vec<usize> = list.list().take(MAX_PARTS).map(|part| bytes.len() - part.rest().len()).collect();
        let mut functions = HashMap::new();
        for at in &parts {
            let part = Value::at(bytes.get(*at..)?);
            let head = match language {
                Language::Erlang => erlang::head(part),
                Language::Elixir => elixir::head(part),
            };
            if let Some(head) = head {
                functions.entry(head).or_insert(*at);
            }
        }
        Some(Debug { bytes, at, parts, functions, language })
    }

    fn whole(&self) -> Option<Value<'_>> {
        Some(Value::at(self.bytes.get(self.at..)?))
    }

    /// The forms of Erlang, the definitions of Elixir.
    fn parts(&self) -> impl Iterator<Item = Value<'_>> {
        self.parts.iter().filter_map(|at| Some(Value::at(self.bytes.get(*at..)?)))
    }

    /// A function.
    pub fn function(&self, name: &str, arity: u32) -> Option<Function> {
        let at = self.functions.get(&(name.to_owned(), arity))?;
        let part = Value::at(self.bytes.get(*at..)?);
        match self.language {
            Language::Erlang => erlang::function(part),
            Language::Elixir => elixir::function(part),
        }
    }

    /// The same, apart from the file that it is in.
    pub fn into_owned(self) -> Debug<'static> {
        let Debug { bytes, at, parts, functions, language } = self;
        Debug { bytes: Cow::Owned(bytes.into_owned()), at, parts, functions, language }
    }

    /// How many bytes it keeps.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The names and arities of its functions, sorted.
    pub fn names(&self) -> Vec<(Atom, u32)> {
        let mut names: Vec<(Atom, u32)> = self.functions.keys().map(|(name, arity)| (Atom::new(name), *arity)).collect();
        names.sort_unstable();
        names
    }

    /// What each clause of an Erlang function takes.
    pub fn heads(&self, name: &str, arity: u32) -> Vec<Vec<Expr>> {
        let at = self.functions.get(&(name.to_owned(), arity)).filter(|_| self.language == Language::Erlang);
        let form = at.and_then(|at| Some(Value::at(self.bytes.get(*at..)?)));
        form.and_then(erlang::heads).unwrap_or_default()
    }

    /// A hash of a function and of the local functions that it reaches, without where they are; `None` when they reach too
    /// far. Equal for two versions that say the same there.
    pub fn closure(&self, name: &str, arity: u32) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        let mut open = vec![(name.to_owned(), arity)];
        let mut known: HashSet<(String, u32)> = open.iter().cloned().collect();
        while let Some(key) = open.pop() {
            let part = Value::at(self.bytes.get(*self.functions.get(&key)?..)?);
            key.hash(&mut hasher);
            match self.language {
                Language::Erlang => part.hash_without(&mut hasher, erlang::is_place)?,
                Language::Elixir => part.hash_without(&mut hasher, elixir::is_meta)?,
            }
            let mut called = BTreeSet::new();
            part.each(|value| {
                called.extend(match self.language {
                    Language::Erlang => erlang::called(value),
                    Language::Elixir => elixir::called(value),
                });
            });
            open.extend(called.into_iter().filter(|key| self.functions.contains_key(key) && known.insert(key.clone())));
            if known.len() > MAX_CLOSURE {
                return None;
            }
        }
        Some(hasher.finish())
    }

    /// Its records, in order: names and fields with their defaults.
    pub fn records(&self) -> Vec<RawRecord> {
        match self.language {
            Language::Erlang => self.parts().filter_map(erlang::record).collect(),
            Language::Elixir => Vec::new(),
        }
    }

    /// The source file that it names.
    pub fn file(&self) -> Option<String> {
        match self.language {
            Language::Erlang => self.parts().find_map(erlang::file),
            Language::Elixir => elixir::file(self.whole()?),
        }
    }

    /// What of it is the source itself, without where that was: equal for equal sources.
    pub fn source(&self) -> Vec<Value<'_>> {
        match self.language {
            Language::Erlang => self.parts().filter(|form| erlang::file(*form).is_none()).collect(),
            Language::Elixir => self.parts().chain(self.whole().into_iter().flat_map(elixir::source)).collect(),
        }
    }
}

/// Where the part of interest begins in the whole.
fn locate(bytes: &[u8]) -> Option<(usize, Language)> {
    let (VERSION, rest) = bytes.split_first().map(|(version, rest)| (*version, rest))? else { return None };
    let whole = Value::at(rest);
    let (part, language) = if let Some([tag, backend, metadata]) = whole.tuple() {
        if !tag.is_atom("debug_info_v1") {
            return None;
        }
        if backend.is_atom("erl_abstract_code") {
            (metadata.part(2, 0)?, Language::Erlang)
        } else if backend.is_atom("elixir_erl") {
            metadata.part(3, 0).filter(|version| version.is_atom("elixir_v1"))?;
            (metadata.part(3, 1)?, Language::Elixir)
        } else {
            return None;
        }
    } else {
        let [tag, forms] = whole.tuple()?;
        (tag.is_atom("raw_abstract_v1").then_some(forms)?, Language::Erlang)
    };
    // `none` is in its place where the code was left out.
    if part.atom().is_some() {
        return None;
    }
    Some((bytes.len() - part.rest().len(), language))
}
