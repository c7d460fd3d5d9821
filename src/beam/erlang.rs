//! The abstract format of Erlang (`erl_parse`): functions, records and expressions as far as they are looked at.

use super::etf::{Kind, Value};
use super::expr::{Clause, Expr, Line, Qualifier};
use super::function::{Function, RawRecord};
use super::{MAX_EXPR, MAX_ITEMS};
use crate::term::Atom;

/// Name and arity of the function that a form defines.
pub(super) fn head(form: Value<'_>) -> Option<(String, u32)> {
    let [tag, _, name, arity, _] = form.tuple()?;
    tag.is_atom("function").then_some(())?;
    Some((name.atom()?.into_owned(), u32::try_from(arity.int()?).ok()?))
}

/// The function that a form defines.
pub(super) fn function(form: Value<'_>) -> Option<Function> {
    let [_, _, _, _, clauses] = form.tuple()?;
    Some(Function { clauses: clauses.list().take(MAX_ITEMS).filter_map(clause).collect(), injected_by: None })
}

/// The local function that a node calls, or makes a fun of.
pub(super) fn called(node: Value<'_>) -> Option<(String, u32)> {
    let arity = |count: usize| u32::try_from(count).ok();
    if let Some(tag) = node.part(4, 0)
        && tag.is_atom("call")
    {
        let name = node.part(4, 2)?.part(3, 2)?.atom()?.into_owned();
        return Some((name, arity(node.part(4, 3)?.length()?)?));
    }
    let [tag, name, count] = node.tuple()?;
    tag.is_atom("function").then_some(())?;
    Some((name.atom()?.into_owned(), u32::try_from(count.int()?).ok()?))
}

/// Whether an element of a node is where it was in the source: a line, or a line and a column, after the tag.
pub(super) fn is_place(size: usize, at: usize, value: Value<'_>) -> bool {
    let is_location = || value.tuple::<2>().is_some_and(|[line, column]| line.int().is_some() && column.int().is_some());
    size > 1 && at == 1 && (value.int().is_some() || is_location())
}

/// What each clause of the function that a form defines takes, its bodies left out.
pub(super) fn heads(form: Value<'_>) -> Option<Vec<Vec<Expr>>> {
    let [_, _, _, _, clauses] = form.tuple()?;
    let head = |clause: Value<'_>| clause.tuple::<5>().map(|[_, _, patterns, _, _]| each(patterns, MAX_EXPR));
    Some(clauses.list().take(MAX_ITEMS).filter_map(head).collect())
}

fn clause(value: Value<'_>) -> Option<Clause> {
    clause_to(value, MAX_EXPR)
}

/// A clause, its parts down to a depth.
fn clause_to(value: Value<'_>, depth: usize) -> Option<Clause> {
    let [tag, anno, patterns, guards, body] = value.tuple()?;
    tag.is_atom("clause").then_some(())?;
    let guards = guards.list().take(MAX_ITEMS).map(|guard| each(guard, depth)).collect();
    Some(Clause { line: Line(line(anno)), patterns: each(patterns, depth), guards, body: each(body, depth) })
}

fn clauses(list: Value<'_>, depth: usize) -> Vec<Clause> {
    list.list().take(MAX_ITEMS).filter_map(|value| clause_to(value, depth)).collect()
}

/// The line of an annotation: a line, a line and a column, or a list with a location in it.
fn line(anno: Value<'_>) -> u32 {
    let number = |value: Value<'_>| value.int().and_then(|line| u32::try_from(line).ok());
    let pair = |value: Value<'_>| value.tuple::<2>().and_then(|[line, _]| number(line));
    let located = || {
        let location = anno.list().filter_map(Value::tuple).find(|[key, _]| key.is_atom("location")).map(|[_, value]| value)?;
        number(location).or_else(|| pair(location))
    };
    number(anno).or_else(|| pair(anno)).or_else(located).unwrap_or(0)
}

/// The record that a form defines.
pub(super) fn record(form: Value<'_>) -> Option<RawRecord> {
    let [tag, anno, kind, value] = form.tuple()?;
    let is_native = kind.is_atom("native_record");
    (tag.is_atom("attribute") && (is_native || kind.is_atom("record"))).then_some(())?;
    let [name, fields] = value.tuple()?;
    let fields = fields.list().take(MAX_ITEMS).filter_map(field).collect();
    Some(RawRecord { name: Atom::new(&name.atom()?), line: line(anno), fields, is_native })
}

fn field(value: Value<'_>) -> Option<(Atom, Option<Expr>)> {
    if let Some([tag, inner, _]) = value.tuple()
        && tag.is_atom("typed_record_field")
    {
        return field(inner);
    }
    let (name, default) = match value.tuple::<3>() {
        Some([_, _, name]) => (name, None),
        None => {
            let [_, _, name, default] = value.tuple()?;
            (name, Some(expr(default, MAX_EXPR)))
        }
    };
    let [tag, _, name] = name.tuple()?;
    tag.is_atom("atom").then(|| name.atom()).flatten().map(|name| (Atom::new(&name), default))
}

/// The name of the file that a form says the next ones came from.
pub(super) fn file(form: Value<'_>) -> Option<String> {
    let [_, _, kind, value] = form.tuple()?;
    let [name, _] = kind.is_atom("file").then(|| value.tuple()).flatten()?;
    name.text()
}

fn each(list: Value<'_>, depth: usize) -> Vec<Expr> {
    list.list().take(MAX_ITEMS).map(|item| expr(item, depth)).collect()
}

/// An expression, down to a depth.
fn expr(value: Value<'_>, depth: usize) -> Expr {
    depth.checked_sub(1).and_then(|depth| known(value, depth)).unwrap_or(Expr::Unknown)
}

fn known(value: Value<'_>, depth: usize) -> Option<Expr> {
    let Kind::Tuple(mut items) = value.kind()? else { return None };
    let size = items.len();
    let tag = items.next()?.atom()?;
    let anno = items.next()?;
    let first = items.next();
    Some(match (tag.as_ref(), size) {
        ("nil", 2) => Expr::List(Vec::new(), None),
        ("atom", 3) => Expr::Atom(Atom::new(&first?.atom()?)),
        ("integer" | "float" | "char", 3) => number(first?)?,
        ("string", 3) => Expr::Text(first?.text()?),
        ("var", 3) => Expr::Var(first?.atom()?.into_owned()),
        ("tuple", 3) => Expr::Tuple(each(first?, depth)),
        ("block", 3) => Expr::Block(each(first?, depth)),
        ("map", 3) => Expr::Map(first?.list().take(MAX_ITEMS).filter_map(|pair| association(pair, depth)).collect()),
        ("map", 4) => {
            let pairs = items.next()?.list().take(MAX_ITEMS);
            let exact = |pair: Value<'_>| pair.part(4, 0).is_some_and(|tag| tag.is_atom("map_field_exact"));
            let pairs = pairs.filter_map(|pair| association(pair, depth).map(|(key, value)| (key, value, exact(pair)))).collect();
            Expr::Change(Box::new(expr(first?, depth)), pairs)
        }
        ("bin", 3) => binary(first?, depth)?,
        ("cons", 4) => list(value, depth)?,
        ("match", 4) => Expr::Bind(Box::new(expr(first?, depth)), Box::new(expr(items.next()?, depth))),
        ("op", 4) => match (first?.atom()?, expr(items.next()?, depth)) {
            (sign, Expr::Number(text)) if sign == "-" => Expr::Number(format!("-{text}")),
            (name, operand) => Expr::Op(name.into_owned(), vec![operand]),
        },
        ("op", 5) => Expr::Op(first?.atom()?.into_owned(), vec![expr(items.next()?, depth), expr(items.next()?, depth)]),
        ("record", 4) => Expr::Record(Atom::new(&first?.atom()?), record_fields(items.next()?, depth)),
        ("record", 5) => {
            let (changed, name) = (expr(first?, depth), Atom::new(&items.next()?.atom()?));
            Expr::RecordChange(Box::new(changed), name, record_fields(items.next()?, depth))
        }
        ("record_field", 5) => {
            let (record, name) = (expr(first?, depth), Atom::new(&items.next()?.atom()?));
            let Expr::Atom(field) = expr(items.next()?, depth) else { return None };
            Expr::RecordField(Box::new(record), name, field)
        }
        ("call", 4) => call(first?, each(items.next()?, depth), depth, Line(line(anno))),
        ("fun", 3) => fun(first?, depth)?,
        ("named_fun", 4) => Expr::Fun(clauses(items.next()?, depth)),
        ("if", 3) => Expr::Case(None, clauses(first?, depth)),
        ("case", 4) => Expr::Case(Some(Box::new(expr(first?, depth))), clauses(items.next()?, depth)),
        ("receive", 3) => Expr::Receive(clauses(first?, depth), None, Vec::new()),
        ("receive", 5) => {
            let (taken, timeout) = (clauses(first?, depth), expr(items.next()?, depth));
            Expr::Receive(taken, Some(Box::new(timeout)), each(items.next()?, depth))
        }
        ("try", 6) => {
            let body = each(first?, depth);
            let (of, catches) = (clauses(items.next()?, depth), clauses(items.next()?, depth));
            Expr::Try(body, of, catches, each(items.next()?, depth))
        }
        ("catch", 3) => Expr::Try(vec![expr(first?, depth)], Vec::new(), vec![anything()], Vec::new()),
        ("lc", 4) => Expr::Comprehension(items.next()?.list().take(MAX_ITEMS).map(|part| qualifier(part, depth)).collect(), Box::new(expr(first?, depth))),
        _ => return None,
    })
}

/// A clause that takes everything and says nothing about what follows.
fn anything() -> Clause {
    Clause { line: Line::default(), patterns: vec![Expr::Unknown], guards: Vec::new(), body: vec![Expr::Unknown] }
}

fn fun(value: Value<'_>, depth: usize) -> Option<Expr> {
    if let Some([tag, list]) = value.tuple() {
        return tag.is_atom("clauses").then(|| Expr::Fun(clauses(list, depth)));
    }
    let count = |value: Value<'_>| value.int().and_then(|count| u32::try_from(count).ok());
    if let Some([_, name, arity]) = value.tuple() {
        return Some(Expr::Named(None, Atom::new(&name.atom()?), count(arity)?));
    }
    let [_, module, name, arity] = value.tuple()?;
    match (expr(module, depth), expr(name, depth), expr(arity, depth)) {
        (Expr::Atom(module), Expr::Atom(name), Expr::Number(arity)) => Some(Expr::Named(Some(module), name, arity.parse().ok()?)),
        _ => None,
    }
}

fn qualifier(part: Value<'_>, depth: usize) -> Qualifier {
    let generator = || {
        let [tag, anno, pattern, list] = part.tuple()?;
        let is_list = tag.is_atom("generate") || tag.is_atom("generate_strict");
        let clause = Clause { line: Line(line(anno)), patterns: vec![expr(pattern, depth)], guards: Vec::new(), body: Vec::new() };
        is_list.then(|| Qualifier::Each(Box::new(clause), expr(list, depth)))
    };
    generator().unwrap_or_else(|| Qualifier::Test(expr(part, depth)))
}

fn number(value: Value<'_>) -> Option<Expr> {
    let term = value.to_term()?;
    Some(Expr::Number(crate::term::print::inline(&term, crate::otp::Otp::NEWEST)))
}

/// A chain of cells, walked without descending.
fn list(value: Value<'_>, depth: usize) -> Option<Expr> {
    let mut items = Vec::new();
    let mut cell = value;
    loop {
        match cell.tuple::<4>() {
            Some([tag, _, head, tail]) if tag.is_atom("cons") && items.len() < MAX_ITEMS => {
                items.push(expr(head, depth));
                cell = tail;
            }
            _ => break,
        }
    }
    let is_nil = cell.tuple::<2>().is_some_and(|[tag, _]| tag.is_atom("nil"));
    Some(Expr::List(items, (!is_nil).then(|| Box::new(expr(cell, depth)))))
}

fn association(value: Value<'_>, depth: usize) -> Option<(Expr, Expr)> {
    let [_, _, key, value] = value.tuple()?;
    Some((expr(key, depth), expr(value, depth)))
}

fn record_fields(fields: Value<'_>, depth: usize) -> Vec<(Atom, Expr)> {
    let field = |field: Value<'_>| {
        let [_, _, name, value] = field.tuple()?;
        let [_, _, name] = name.tuple()?;
        Some((Atom::new(&name.atom()?), expr(value, depth)))
    };
    fields.list().take(MAX_ITEMS).filter_map(field).collect()
}

/// A binary: its parts, whole numbers that are written out as their bytes; of another part with a size or a type of its own nothing is
/// known.
fn binary(elements: Value<'_>, depth: usize) -> Option<Expr> {
    let part = |element: Value<'_>| {
        let [_, _, value, size, types] = element.tuple::<5>()?;
        let is_type = |wanted: &str| types.list().all(|one| one.is_atom(wanted));
        let is_plain = size.is_atom("default") && (types.is_atom("default") || is_type("binary") || is_type("utf8"));
        let is_number = types.is_atom("default") || types.list().all(|one| ["integer", "unsigned", "big"].iter().any(|known| one.is_atom(known)));
        let is_utf8 = !types.is_atom("default") && is_type("utf8");
        let mut written = expr(value, depth);
        if is_utf8 {
            written = written.encoded();
        } else if let (Expr::Text(text), true) = (&written, is_plain) {
            // Each character is one byte, of which only the lowest eight bits are kept.
            return Some(latin1(text));
        }
        let bits = if let Expr::Number(bits) = expr(size, depth) { bits.parse().ok() } else { size.is_atom("default").then_some(8) };
        let bytes = bits.filter(|_| is_number).and_then(|bits| written.in_bytes(bits));
        Some(match bytes {
            Some(bytes) => bytes,
            None if is_plain => vec![written],
            None => vec![Expr::Unknown],
        })
    };
    let mut all = elements.list();
    let mut parts = all.by_ref().take(MAX_ITEMS).map(part).collect::<Option<Vec<_>>>()?.concat();
    parts.extend(all.next().map(|_| Expr::Unknown));
    Some(Expr::binary(parts))
}

/// The bytes of a string in a binary: text where they are that in UTF-8 as well.
fn latin1(text: &str) -> Vec<Expr> {
    if text.is_ascii() {
        return vec![Expr::Text(text.to_owned())];
    }
    text.chars().map(|character| Expr::Number((u32::from(character) & 0xff).to_string())).collect()
}

fn call(called: Value<'_>, arguments: Vec<Expr>, depth: usize, line: Line) -> Expr {
    let function = expr(called, depth);
    if let Expr::Atom(name) = function {
        return Expr::Call(None, name, arguments, line);
    }
    match called.tuple() {
        Some([tag, _, module, function]) if tag.is_atom("remote") => match (expr(module, depth), expr(function, depth)) {
            (Expr::Atom(module), Expr::Atom(function)) => Expr::Call(Some(module), function, arguments, line),
            (module, function) => Expr::Apply(Some(Box::new(module)), Box::new(function), arguments, line),
        },
        _ => Expr::Apply(None, Box::new(function), arguments, line),
    }
}
