//! The definitions that Elixir keeps (`elixir_erl`, version 1 of its debug information): expanded, quoted expressions.

use super::etf::{Kind, Value};
use super::expr::Expr;
use super::function::{Called, Clause, Function};
use super::{MAX_EXPR, MAX_ITEMS};
use crate::term::Atom;

/// Name and arity of the function that a definition is.
pub(super) fn head(definition: Value<'_>) -> Option<(String, u32)> {
    let [head, kind, _, _] = definition.tuple()?;
    let [name, arity] = head.tuple()?;
    (kind.is_atom("def") || kind.is_atom("defp")).then_some(())?;
    Some((name.atom()?.into_owned(), u32::try_from(arity.int()?).ok()?))
}

/// The function that a definition is.
pub(super) fn function(definition: Value<'_>) -> Option<Function> {
    let [_, _, meta, clauses] = definition.tuple()?;
    let injected_by = meta_of(meta, "context").and_then(Value::atom).map(|module| Atom::new(&module));
    Some(Function { clauses: clauses.list().take(MAX_ITEMS).filter_map(clause).collect(), injected_by })
}

/// The local function that a node calls, or may be taken to call.
pub(super) fn called(node: Value<'_>) -> Option<(String, u32)> {
    let name = node.part(3, 0)?.atom()?.into_owned();
    if name == "/" {
        // `&name/arity`, captured.
        let mut sides = node.part(3, 2)?.list();
        let (name, count) = (sides.next()?.part(3, 0)?.atom()?.into_owned(), sides.next()?.int()?);
        return Some((name, u32::try_from(count).ok()?));
    }
    Some((name, u32::try_from(node.part(3, 2)?.length()?).ok()?))
}

/// How deep arguments and tuples are looked at.
const MAX_OUTLINE: usize = 6;

/// The call that a node is.
pub(super) fn call_of(node: Value<'_>) -> Option<Called> {
    let [_, meta, arguments] = node.tuple()?;
    matches!(arguments.kind(), Some(Kind::List(_) | Kind::Bytes(_))).then_some(())?;
    let line = meta_of(meta, "line").and_then(Value::int).and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    let Expr::Call(module, function, arguments) = self::node(node, MAX_OUTLINE)? else { return None };
    Some(Called { module, function, arguments, line })
}

/// The tuple that a node makes, if its first element is an atom or a tuple.
pub(super) fn tuple_of(node: Value<'_>) -> Option<(Expr, u32)> {
    let [form, meta, items] = node.tuple()?;
    form.is_atom("{}").then_some(())?;
    let line = meta_of(meta, "line").and_then(Value::int).and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    let items = each(items, MAX_OUTLINE);
    matches!(items.first(), Some(Expr::Atom(_) | Expr::Tuple(_))).then(|| (Expr::Tuple(items), line))
}

/// Whether an element of a node is what the compiler noted down about it: the second of three, or the first of a
/// clause, and a list.
pub(super) fn is_meta(size: usize, at: usize, value: Value<'_>) -> bool {
    let is_list = || matches!(value.kind(), Some(Kind::List(_) | Kind::Bytes(_)));
    matches!((size, at), (3, 1) | (4, 0 | 2)) && is_list()
}

fn clause(value: Value<'_>) -> Option<Clause> {
    let [meta, patterns, guards, body] = value.tuple()?;
    let line = meta_of(meta, "line").and_then(Value::int).and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    Some(Clause { line, patterns: each(patterns, MAX_EXPR), guarded: guards.list().next().is_some(), body: vec![expr(body, MAX_EXPR)] })
}

fn meta_of<'a>(meta: Value<'a>, key: &str) -> Option<Value<'a>> {
    meta.list().filter_map(Value::tuple).find(|[known, _]| known.is_atom(key)).map(|[_, value]| value)
}

pub(super) fn file(map: Value<'_>) -> Option<String> {
    map.get("relative_file").or_else(|| map.get("file"))?.text()
}

/// What makes up a module besides its definitions.
pub(super) fn source(map: Value<'_>) -> Vec<Value<'_>> {
    ["attributes", "compile_opts", "struct"].into_iter().filter_map(|key| map.get(key)).collect()
}

fn each(list: Value<'_>, depth: usize) -> Vec<Expr> {
    match list.kind() {
        // Small integers in a row are written as a list of bytes.
        Some(Kind::Bytes(bytes)) => bytes.iter().map(|byte| Expr::Number(byte.to_string())).collect(),
        _ => list.list().take(MAX_ITEMS).map(|item| expr(item, depth)).collect(),
    }
}

/// A quoted expression, down to a depth.
fn expr(value: Value<'_>, depth: usize) -> Expr {
    depth.checked_sub(1).and_then(|depth| known(value, depth)).unwrap_or(Expr::Unknown)
}

fn known(value: Value<'_>, depth: usize) -> Option<Expr> {
    Some(match value.kind()? {
        Kind::Atom(text) => Expr::Atom(Atom::new(&text)),
        Kind::Int(_) | Kind::Big(_) | Kind::Float(_) => Expr::Number(crate::term::print::inline(&value.to_term()?, crate::otp::Otp::NEWEST)),
        Kind::Binary(bytes) => Expr::Text(std::str::from_utf8(bytes).ok()?.to_owned()),
        Kind::Bytes(_) | Kind::List(_) => Expr::List(each(value, depth), None),
        Kind::Map(mut items) => {
            let mut pairs = Vec::new();
            while let (Some(key), Some(value)) = (items.next(), items.next().filter(|_| pairs.len() < MAX_ITEMS)) {
                pairs.push((expr(key, depth), expr(value, depth)));
            }
            Expr::Map(pairs)
        }
        Kind::Tuple(_) => match value.tuple() {
            Some([first, second]) => Expr::Tuple(vec![expr(first, depth), expr(second, depth)]),
            None => node(value, depth)?,
        },
        Kind::Bits(..) | Kind::Export(_) | Kind::Opaque => return None,
    })
}

/// `{Form, Meta, Arguments}`.
fn node(value: Value<'_>, depth: usize) -> Option<Expr> {
    let [form, meta, arguments] = value.tuple()?;
    let Some(name) = form.atom() else {
        let [dot, _, target] = form.tuple()?;
        let mut target = dot.is_atom(".").then(|| each(target, depth))?.into_iter();
        return match (target.next(), target.next()) {
            (Some(Expr::Atom(module)), Some(Expr::Atom(function))) => Some(Expr::Call(Some(module), function, each(arguments, depth))),
            _ => None,
        };
    };
    if arguments.atom().is_some() {
        // Variables with one name are distinguished by their version.
        let version = meta_of(meta, "version").and_then(Value::int).unwrap_or(-1);
        return Some(Expr::Var(format!("{name}@{version}")));
    }
    Some(match name.as_ref() {
        "{}" => Expr::Tuple(each(arguments, depth)),
        "%{}" => Expr::Map(pairs(arguments, depth)?),
        "%" => {
            let mut parts = arguments.list();
            let (name, [_, _, fields]) = (parts.next()?, parts.next()?.tuple()?);
            Expr::Struct(Atom::new(&name.atom()?), pairs(fields, depth)?)
        }
        "=" => {
            let mut sides = arguments.list();
            Expr::Bind(Box::new(expr(sides.next()?, depth)), Box::new(expr(sides.next()?, depth)))
        }
        "__block__" => Expr::Block(each(arguments, depth)),
        "case" | "cond" => branches(arguments, depth)?,
        "with" => {
            let body = arguments.list().last()?;
            expr(meta_of(body, "do")?, depth)
        }
        _ => Expr::Call(None, Atom::new(&name), each(arguments, depth)),
    })
}

/// Keys and values; `None` for a map that is changed.
fn pairs(list: Value<'_>, depth: usize) -> Option<Vec<(Expr, Expr)>> {
    let pair = |item: Value<'_>| item.tuple().map(|[key, value]| (expr(key, depth), expr(value, depth)));
    list.list().take(MAX_ITEMS).map(pair).collect()
}

/// The bodies of `do` clauses.
fn branches(arguments: Value<'_>, depth: usize) -> Option<Expr> {
    let clauses = meta_of(arguments.list().last()?, "do")?;
    let body = |clause: Value<'_>| {
        let [arrow, _, sides] = clause.tuple()?;
        arrow.is_atom("->").then_some(())?;
        sides.list().nth(1).map(|body| expr(body, depth))
    };
    Some(Expr::Branches(clauses.list().take(MAX_ITEMS).filter_map(body).collect()))
}
