//! Which clause takes a value: what the interpreter says against what the emulator does.
//!
//! Each case is a function that makes a value and one with clauses that may take it. Parts of the value are made by a module whose code the
//! interpreter is not shown. It may be wrong about nothing: a clause that it leaves out is not the one that OTP takes, and what it calls
//! a failure fails.

use crate::Tally;
use crate::ask::Vm;
use crate::rng::Rng;
use relupc::beam::{Beam, Program};
use relupc::interpret::{Run, Value, World};
use relupc::term::Atom;
use std::fmt::Write;
use std::fs;
use std::sync::Arc;

/// How many cases a module has.
const PER_MODULE: usize = 250;
/// Of the values that no clause takes, how many in a hundred must be seen.
const LEAST_SEEN: usize = 30;

/// Runs so many random cases.
pub fn cases(erl: &str, count: usize, seed: u64, tally: &mut Tally) {
    if count == 0 {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let modules = count.div_ceil(PER_MODULE);
    for at in 0..modules {
        fs::write(folder.path().join(format!("m{at}.erl")), module(at, &mut Rng::new((seed << 32) + at as u64))).unwrap();
    }
    let theirs = Vm::new(erl, folder.path()).matches(modules, PER_MODULE);
    let mut theirs = theirs.lines();
    let (mut failed, mut seen) = (0, 0);
    for at in 0..modules {
        let source = fs::read_to_string(folder.path().join(format!("m{at}.erl"))).unwrap();
        let bytes = fs::read(folder.path().join(format!("m{at}.beam"))).unwrap();
        let program = Arc::new(Program::of(&Beam::open(&bytes).unwrap()).unwrap());
        for case in 0..PER_MODULE {
            let theirs = theirs.next().unwrap();
            let (ours, fails) = taken(&program, at, case);
            let is_right = match theirs {
                "fails" => {
                    failed += 1;
                    seen += usize::from(fails);
                    true
                }
                clause => !fails && !ours.is_never() && !ours.is_other_than(&Value::Number(Some(clause.to_owned()))),
            };
            if is_right {
                tally.matches += 1;
                tally.pass();
            } else {
                let of_case = |line: &&str| line.contains(&format!("_{case}(")) || line.starts_with(' ');
                let text: Vec<&str> = source.lines().skip_while(|line| !line.starts_with(&format!("case_{case}("))).take_while(of_case).collect();
                tally.fail(&format!("{}\nOTP: {theirs}\nours: {ours}, fails: {fails}", text.join("\n")));
            }
        }
    }
    println!("values that no clause takes: {failed}, seen: {seen}");
    if seen * 100 < failed * LEAST_SEEN {
        tally.fail("too few of the values that no clause takes are seen");
    }
}

/// What a case comes to, as the interpreter says, and whether that is a failure.
fn taken(program: &Arc<Program>, at: usize, case: usize) -> (Value, bool) {
    let own = Atom::new(&format!("m{at}"));
    let known = |module: &Atom| (*module == own).then(|| Arc::clone(program));
    let world = World {
        program: &known,
        exports: &|_, _, _| None,
        stored: &|_, _| None,
        replies: &|_, _| None,
        environment: &|_, _| None,
        implementers: &|_, _| Vec::new(),
        steps: 10_000,
    };
    let mut run = Run::new(&world);
    let value = run.call(&own, &Atom::new(&format!("case_{case}")), Vec::new());
    (value, !run.faults.is_empty())
}

fn module(at: usize, rng: &mut Rng) -> String {
    let exports: Vec<String> = (0..PER_MODULE).map(|case| format!("case_{case}/0")).collect();
    let mut out = format!("-module(m{at}).\n-compile([nowarn_unused_record]).\n-export([{}]).\n-record(r, {{x, y = 1}}).\n", exports.join(","));
    for case in 0..PER_MODULE {
        let value = value(rng, 3);
        let _ = writeln!(out, "case_{case}() -> take_{case}(make_{case}()).\nmake_{case}() ->\n    {}.", value.text());
        let clauses: Vec<String> = (0..rng.between(1, 3)).map(|clause| self::clause(rng, &value, case, clause)).collect();
        let _ = writeln!(out, "{}.", clauses.join(";\n"));
    }
    out
}

/// A value, as an expression that makes it.
enum Made {
    /// An atom, a number, a text.
    Literal(String),
    Tuple(Vec<Made>),
    List(Vec<Made>, Option<Box<Made>>),
    Map(Vec<(String, Made)>),
    Record(Box<Made>),
    Binary(Vec<Segment>, Rest),
    /// From the module that is not shown.
    Hidden(usize),
}

/// A part of a binary: a literal, and its size and type.
struct Segment {
    literal: String,
    kind: String,
}

/// How a binary ends.
#[derive(Clone, Copy)]
enum Rest {
    Nothing,
    Hidden(usize),
}

/// How many values the hidden module has, and how many binaries.
const HIDDEN: usize = 12;
const HIDDEN_BINARIES: usize = 4;

impl Made {
    fn text(&self) -> String {
        let all = |items: &[Made]| items.iter().map(Made::text).collect::<Vec<_>>().join(",");
        match self {
            Made::Literal(text) => text.clone(),
            Made::Tuple(items) => format!("{{{}}}", all(items)),
            Made::List(items, None) => format!("[{}]", all(items)),
            Made::List(items, Some(tail)) => format!("[{}|{}]", all(items), tail.text()),
            Made::Map(pairs) => format!("#{{{}}}", pairs.iter().map(|(key, value)| format!("{key} => {}", value.text())).collect::<Vec<_>>().join(",")),
            Made::Record(x) => format!("#r{{x = {}}}", x.text()),
            Made::Binary(segments, rest) => {
                let mut parts: Vec<String> = segments.iter().map(Segment::text).collect();
                if let Rest::Hidden(at) = rest {
                    parts.push(format!("(hidden:binary({at}))/binary"));
                }
                format!("<<{}>>", parts.join(","))
            }
            Made::Hidden(at) => format!("hidden:value({at})"),
        }
    }
}

impl Segment {
    fn text(&self) -> String {
        format!("{}{}", self.literal, self.kind)
    }

    /// It as a part of a pattern, where text has no size.
    fn pattern(&self) -> String {
        if self.literal.starts_with('"') && self.kind.starts_with(':') { self.literal.clone() } else { self.text() }
    }
}

fn literal(rng: &mut Rng) -> String {
    (*rng.pick(&["a", "b", "true", "0", "1", "-1", "1.0", "$a", "\"ab\"", "\"\"", "<<\"ab\">>", "<<>>", "[]", "97"])).to_owned()
}

fn segment(rng: &mut Rng) -> Segment {
    let (literal, kinds): (&str, &[&str]) = match rng.below(5) {
        0 => ("\"ab\"", &["", "/utf8", "/utf16", ":16"]),
        1 => ("\"\u{e9}\"", &["/utf8", ""]),
        2 => ("2.5", &["/float", ":32/float"]),
        3 => ("-2", &["", ":16", "/signed"]),
        _ => (
            *rng.pick(&["0", "1", "2", "97", "200", "513"]),
            &["", "", "", ":8", ":16", ":24/big", ":16/little", ":2/unit:8", ":4", "/utf8", "/unsigned", ":16/signed-big"],
        ),
    };
    Segment { literal: literal.to_owned(), kind: (*rng.pick(kinds)).to_owned() }
}

fn binary(rng: &mut Rng) -> Made {
    let segments: Vec<Segment> = (0..rng.between(1, 3)).map(|_| segment(rng)).collect();
    let rest = if rng.chance(40) { Rest::Hidden(rng.between(1, HIDDEN_BINARIES)) } else { Rest::Nothing };
    Made::Binary(segments, rest)
}

fn value(rng: &mut Rng, depth: usize) -> Made {
    let Some(depth) = depth.checked_sub(1) else { return Made::Literal(literal(rng)) };
    let some = |rng: &mut Rng, most: usize| (0..rng.between(0, most)).map(|_| value(rng, depth)).collect::<Vec<_>>();
    match rng.below(12) {
        0 | 1 => Made::Tuple(some(rng, 3)),
        2 => Made::List(some(rng, 3), None),
        3 => Made::List(vec![value(rng, depth)], Some(Box::new(value(rng, depth)))),
        4 | 5 => {
            let keys = ["a", "b", "1", "{k}"];
            let mut kept: Vec<&str> = keys.into_iter().filter(|_| rng.chance(40)).collect();
            rng.shuffle(&mut kept);
            Made::Map(kept.into_iter().map(|key| (key.to_owned(), value(rng, depth))).collect())
        }
        6 => Made::Record(Box::new(value(rng, depth))),
        7..=9 => binary(rng),
        10 => Made::Hidden(rng.between(1, HIDDEN)),
        _ => Made::Literal(literal(rng)),
    }
}

/// A clause whose pattern often, and not always, is like a value.
fn clause(rng: &mut Rng, value: &Made, case: usize, clause: usize) -> String {
    let mut names = 0;
    let pattern = pattern(rng, value, &mut names);
    let guard = match rng.below(4) {
        0 if names > 0 => {
            let name = format!("V{}", rng.below(names));
            let tests = ["is_atom", "is_integer", "is_number", "is_list", "is_binary", "is_map", "is_tuple", "is_bitstring"];
            let more = [format!("{name} > 1"), format!("{name} =:= 1"), format!("{name} == 1"), format!("{name} < a"), format!("tuple_size({name}) > 1")];
            let test = if rng.chance(60) { format!("{}({name})", rng.pick(&tests)) } else { rng.pick(&more).clone() };
            format!(" when {test}")
        }
        _ => String::new(),
    };
    format!("take_{case}({pattern}){guard} ->\n    {clause}")
}

fn pattern(rng: &mut Rng, value: &Made, names: &mut usize) -> String {
    match rng.below(10) {
        0 => return "_".to_owned(),
        1 => {
            *names += 1;
            return format!("V{}", *names - 1);
        }
        // One that stands twice.
        2 if *names > 0 => return format!("V{}", rng.below(*names)),
        3 => return literal(rng),
        4 => {
            let other = self::value(rng, 1);
            return like(rng, &other, names);
        }
        _ => {}
    }
    like(rng, value, names)
}

fn like(rng: &mut Rng, value: &Made, names: &mut usize) -> String {
    let mut all = |items: &[Made], names: &mut usize| items.iter().map(|item| pattern(rng, item, names)).collect::<Vec<_>>().join(",");
    match value {
        Made::Literal(text) => text.clone(),
        Made::Hidden(_) => "_".to_owned(),
        Made::Tuple(items) => format!("{{{}}}", all(items, names)),
        Made::List(items, None) => format!("[{}]", all(items, names)),
        Made::List(items, Some(tail)) => format!("[{}|{}]", all(items, names), pattern(rng, tail, names)),
        Made::Map(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} := {}", pattern(rng, value, names))).collect();
            format!("#{{{}}}", pairs.join(","))
        }
        Made::Record(x) => format!("#r{{x = {}}}", pattern(rng, x, names)),
        Made::Binary(segments, _) => {
            let mut parts: Vec<String> = segments
                .iter()
                .map(|own| match rng.below(6) {
                    0 => segment(rng).pattern(),
                    2 if rng.chance(40) => (*rng.pick(&["0", "97", "195", "233"])).to_owned(),
                    1 if !own.kind.contains("utf") && !own.literal.starts_with('"') => format!("_{}", own.kind),
                    _ => own.pattern(),
                })
                .collect();
            if rng.chance(60) {
                parts.push((*rng.pick(&["_/binary", "_/bitstring", "_:8", "_"])).to_owned());
            }
            format!("<<{}>>", parts.join(","))
        }
    }
}
