//! The abstract format of Erlang (`erl_parse`): functions, records and expressions as far as they are looked at.

use super::etf::{Kind, Value};
use super::expr::Expr;
use super::function::{Called, Clause, Function, RawRecord};
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

/// How deep arguments and tuples are looked at.
const MAX_OUTLINE: usize = 6;

/// The call that a node is, or the message that it sends.
pub(super) fn call_of(node: Value<'_>) -> Option<Called> {
    let tag = node.part(4, 0).or_else(|| node.part(5, 0))?;
    if tag.is_atom("op") {
        let [_, anno, operator, to, message] = node.tuple()?;
        operator.is_atom("!").then_some(())?;
        let arguments = vec![expr(to, MAX_OUTLINE), expr(message, MAX_OUTLINE)];
        return Some(Called { module: Some(Atom::new("erlang")), function: Atom::new("send"), arguments, line: line(anno) });
    }
    let [tag, anno, called, arguments] = node.tuple()?;
    tag.is_atom("call").then_some(())?;
    let Expr::Call(module, function, arguments) = call(called, each(arguments, MAX_OUTLINE), MAX_OUTLINE)? else { return None };
    Some(Called { module, function, arguments, line: line(anno) })
}

/// The tuple that a node makes, if its first element is an atom or a tuple.
pub(super) fn tuple_of(node: Value<'_>) -> Option<(Expr, u32)> {
    let [tag, anno, items] = node.tuple()?;
    tag.is_atom("tuple").then_some(())?;
    let items = each(items, MAX_OUTLINE);
    matches!(items.first(), Some(Expr::Atom(_) | Expr::Tuple(_))).then(|| (Expr::Tuple(items), line(anno)))
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
    let [tag, anno, patterns, guards, body] = value.tuple()?;
    tag.is_atom("clause").then_some(())?;
    Some(Clause { line: line(anno), patterns: each(patterns, MAX_EXPR), guarded: guards.list().next().is_some(), body: each(body, MAX_EXPR) })
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
    let _anno = items.next()?;
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
        ("bin", 3) => binary(first?)?,
        ("cons", 4) => list(value, depth)?,
        ("match", 4) => Expr::Bind(Box::new(expr(first?, depth)), Box::new(expr(items.next()?, depth))),
        ("op", 4) => match (first?.is_atom("-"), expr(items.next()?, depth)) {
            (true, Expr::Number(text)) => Expr::Number(format!("-{text}")),
            _ => Expr::Unknown,
        },
        ("record", 4) => Expr::Record(Atom::new(&first?.atom()?), record_fields(items.next()?, depth)),
        // The first part is the record that is changed.
        ("record", 5) => Expr::Record(Atom::new(&items.next()?.atom()?), record_fields(items.next()?, depth)),
        ("call", 4) => call(first?, each(items.next()?, depth), depth)?,
        // `fun module:name/arity` is looked up when it is called.
        ("fun", 3) if first?.tuple::<4>().is_none() => Expr::Fun,
        ("named_fun", 4) => Expr::Fun,
        ("if", 3) => branches(first?, depth),
        ("case", 4) => branches(items.next()?, depth),
        _ => return None,
    })
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

/// `<<"text">>`; other binaries are not looked at.
fn binary(elements: Value<'_>) -> Option<Expr> {
    let mut elements = elements.list();
    let Some(element) = elements.next() else { return Some(Expr::Text(String::new())) };
    let [_, _, text, ..] = element.tuple::<5>()?;
    let [tag, _, text] = text.tuple()?;
    (tag.is_atom("string") && elements.next().is_none()).then(|| text.text()).flatten().map(Expr::Text)
}

fn call(called: Value<'_>, arguments: Vec<Expr>, depth: usize) -> Option<Expr> {
    if let Expr::Atom(name) = expr(called, depth) {
        return Some(Expr::Call(None, name, arguments));
    }
    let [tag, _, module, function] = called.tuple()?;
    tag.is_atom("remote").then_some(())?;
    match (expr(module, depth), expr(function, depth)) {
        (Expr::Atom(module), Expr::Atom(function)) => Some(Expr::Call(Some(module), function, arguments)),
        _ => None,
    }
}

fn branches(clauses: Value<'_>, depth: usize) -> Expr {
    let body = |clause: Value<'_>| clause.tuple::<5>().map(|[_, _, _, _, body]| Expr::Block(each(body, depth)));
    Expr::Branches(clauses.list().take(MAX_ITEMS).filter_map(body).collect())
}
