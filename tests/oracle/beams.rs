//! BEAM files: what relupc reads in them against what `beam_lib` and `code` return.

use crate::Tally;
use crate::ask::Vm;
use relupc::beam::{Attribute, Beam, Facts, Field, Known, Language};
use relupc::otp::Otp;
use relupc::source::Source;
use relupc::span::FileId;
use relupc::term::{Extent, Term, parse, print};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Compares every `.beam` below the folders.
pub fn compare(erl: &str, otp: Otp, folders: &[String], tally: &mut Tally) {
    let mut files = Vec::new();
    for folder in folders {
        let before = files.len();
        collect(Path::new(folder), &mut files);
        assert!(files.len() > before, "{folder} holds no beams");
    }
    files.sort();
    if files.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let theirs = Vm::new(erl, folder.path()).beams(&files);
    let document = parse(&Source::new("theirs", theirs.into_bytes()), FileId(0), otp, Extent::All);
    assert_eq!(document.terms.len(), files.len(), "{:?}", document.faults.first());
    for (file, theirs) in files.iter().zip(&document.terms) {
        let ours = facts(&fs::read(file).unwrap(), theirs);
        if ours == *theirs {
            tally.beams += 1;
            tally.pass();
        } else {
            let shown = |term: &Term| print::inline(term, Otp::NEWEST);
            tally.fail(&format!("{}\nOTP:  {}\nours: {}", file.display(), shown(theirs), shown(&ours)));
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "beam") {
            files.push(path);
        }
    }
}

/// The same term as the driver prints. What only debug information shows is compared where OTP has it.
fn facts(bytes: &[u8], theirs: &Term) -> Term {
    let read = |beam: Beam<'_>| {
        let mut imports = beam.imports(&beam.atoms()?)?;
        imports.sort();
        Ok((Facts::of(&beam)?, beam.md5(), beam.attributes()?, imports, beam.records()))
    };
    let Ok((facts, digest, attributes, imports, records)) = Beam::open(bytes).and_then(read) else {
        return Term::atom("refused");
    };
    let number = |value: u32| Term::new(relupc::term::TermKind::Int(i64::from(value)));
    let atom = |atom: &relupc::term::Atom| Term::from(atom.clone());
    let exports = facts.exports.iter().map(|(name, arity)| Term::tuple(vec![atom(name), number(*arity)]));
    let imports = imports.iter().map(|mfa| Term::tuple(vec![atom(&mfa.module), atom(&mfa.function), number(mfa.arity)]));
    // `beam_lib` puts the values of one attribute together, in the order of the names.
    let mut merged: BTreeMap<relupc::term::Atom, Vec<Term>> = BTreeMap::new();
    for (name, value) in &attributes {
        if let Attribute::Term(value) = value {
            merged.entry(name.clone()).or_default().extend(value.items().unwrap().into_owned());
        }
    }
    let attributes = merged.into_iter().map(|(name, values)| Term::tuple(vec![name.into(), Term::list(values)]));
    let none = || Term::atom("none");
    let records = match records {
        Some((Language::Erlang, records)) => {
            let fields = |fields: &[Field]| Term::list(fields.iter().map(|field| Term::atom(&field.name)).collect());
            Term::list(records.iter().map(|record| Term::tuple(vec![atom(&record.name), fields(&record.fields)])).collect())
        }
        Some((Language::Elixir, _)) | None => none(),
    };
    let theirs = theirs.as_tuple().and_then(|parts| parts.last()).cloned().unwrap_or_else(none);
    let on_load = match facts.on_load {
        _ if theirs.is_atom("none") => none(),
        Known::Known(on_load) => Term::atom(if on_load { "true" } else { "false" }),
        Known::Unknown(why) => Term::atom(why),
    };
    Term::tuple(vec![
        atom(&facts.module),
        Term::list(digest.iter().map(|byte| number(u32::from(*byte))).collect()),
        Term::list(exports.collect()),
        Term::list(imports.collect()),
        Term::list(attributes.collect()),
        facts.compiler.map_or_else(|| Term::atom("undefined"), |version| Term::string(&version)),
        records,
        on_load,
    ])
}
