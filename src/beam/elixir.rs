//! The definitions that Elixir keeps (`elixir_erl`, version 1 of its debug information): expanded, quoted expressions.

use super::etf::{Kind, Value};
use super::expr::{Clause, Expr, Line, Qualifier};
use super::function::Function;
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
    let name = if name == "super" { of_super(node.part(3, 1)?).unwrap_or(name) } else { name };
    Some((name, u32::try_from(node.part(3, 2)?.length()?).ok()?))
}

/// The function that a clause for default arguments is of, which it calls as `super`.
fn of_super(meta: Value<'_>) -> Option<String> {
    let [_, name] = meta_of(meta, "super")?.tuple()?;
    Some(name.atom()?.into_owned())
}

/// Whether an element of a node is what the compiler noted down about it: the second of three, or the first of a
/// clause, and a list.
pub(super) fn is_meta(size: usize, at: usize, value: Value<'_>) -> bool {
    let is_list = || matches!(value.kind(), Some(Kind::List(_) | Kind::Bytes(_)));
    matches!((size, at), (3, 1) | (4, 0 | 2)) && is_list()
}

fn clause(value: Value<'_>) -> Option<Clause> {
    let [meta, patterns, guards, body] = value.tuple()?;
    // Each of these is a guard of its own.
    let guards = guards.list().take(MAX_ITEMS).map(|guard| vec![expr(guard, MAX_EXPR)]).collect();
    Some(Clause { line: line(meta), patterns: each(patterns, MAX_EXPR), guards, body: vec![expr(body, MAX_EXPR)] })
}

fn line(meta: Value<'_>) -> Line {
    Line(meta_of(meta, "line").and_then(Value::int).and_then(|line| u32::try_from(line).ok()).unwrap_or(0))
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
        Kind::Bytes(_) | Kind::List(_) => list(each(value, depth)),
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

/// A list; its last element may hold the tail, after a bar.
fn list(mut items: Vec<Expr>) -> Expr {
    match items.pop() {
        Some(Expr::Call(None, bar, mut sides, _)) if bar.as_str() == "|" && sides.len() == 2 => {
            let tail = sides.pop().map(Box::new);
            items.append(&mut sides);
            Expr::List(items, tail)
        }
        last => {
            items.extend(last);
            Expr::List(items, None)
        }
    }
}

/// Whether a part of a binary is of a kind (`binary()`, `binary`).
fn is_kind(kind: &Expr, wanted: &str) -> bool {
    let is_variable = matches!(kind, Expr::Var(name) if name.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('@')));
    is_variable || matches!(kind, Expr::Call(None, name, given, _) if given.is_empty() && name.as_str() == wanted)
}

/// How many bits a part of a binary has of this kind (`integer()`, `unsigned-big-integer-size(16)`); `None` where it is of another one.
fn bits_of(kind: &Expr) -> Option<u32> {
    const BYTE: u32 = 8;
    let Expr::Call(None, name, given, _) = kind else { return None };
    match (name.as_str(), given.as_slice()) {
        ("integer" | "unsigned" | "big", []) => Some(BYTE),
        ("size", [Expr::Number(bits)]) => bits.parse().ok(),
        ("-", [one, other]) => bits_of(one).zip(bits_of(other)).map(|(one, other)| if other == BYTE { one } else { other }),
        _ => None,
    }
}

/// `{Form, Meta, Arguments}`.
fn node(value: Value<'_>, depth: usize) -> Option<Expr> {
    let [form, meta, arguments] = value.tuple()?;
    let Some(name) = form.atom() else { return dot(form, meta, arguments, depth) };
    if arguments.atom().is_some() {
        // Variables with one name are distinguished by their version.
        let version = meta_of(meta, "version").and_then(Value::int).unwrap_or(-1);
        return Some(Expr::Var(format!("{name}@{version}")));
    }
    let mut parts = arguments.list();
    let mut next = || Some(expr(parts.next()?, depth));
    Some(match name.as_ref() {
        "{}" => Expr::Tuple(each(arguments, depth)),
        "<<>>" => {
            // Whole numbers that are written out are their bytes; of another part with a size or a type of its own nothing is known.
            let value = |part: Value<'_>| match part.tuple() {
                Some([colons, _, sides]) if colons.is_atom("::") => match each(sides, depth).as_mut_slice() {
                    [value, kind] if is_kind(kind, "binary") || is_kind(kind, "utf8") => vec![std::mem::replace(value, Expr::Unknown).encoded()],
                    [value, kind] => bits_of(kind).and_then(|bits| value.in_bytes(bits)).unwrap_or_else(|| vec![Expr::Unknown]),
                    _ => vec![Expr::Unknown],
                },
                _ => {
                    let written = expr(part, depth);
                    written.in_bytes(8).unwrap_or_else(|| vec![written])
                }
            };
            let mut all = arguments.list();
            let mut made: Vec<Expr> = all.by_ref().take(MAX_ITEMS).flat_map(value).collect();
            made.extend(all.next().map(|_| Expr::Unknown));
            Expr::binary(made)
        }
        "%{}" => map(arguments, depth)?,
        "%" => {
            let (name, fields) = (parts.next()?, parts.next()?);
            let [_, _, fields] = fields.tuple()?;
            let name = Atom::new(&name.atom()?);
            let made = map(fields, depth)?;
            if let Expr::Map(pairs) = made { Expr::Struct(name, pairs) } else { made }
        }
        "=" => Expr::Bind(Box::new(next()?), Box::new(next()?)),
        "__block__" => Expr::Block(each(arguments, depth)),
        "case" => Expr::Case(Some(Box::new(next()?)), arrows(meta_of(parts.next()?, "do")?, depth)),
        "cond" => Expr::Case(None, arrows(meta_of(parts.next()?, "do")?, depth).into_iter().map(tested).collect()),
        "fn" => Expr::Fun(arrows(arguments, depth)),
        "receive" => {
            let options = parts.next()?;
            let after = meta_of(options, "after").map(|clauses| arrows(clauses, depth)).and_then(|clauses| clauses.into_iter().next());
            let taken = meta_of(options, "do").map(|clauses| arrows(clauses, depth)).unwrap_or_default();
            let (timeout, after) = after.map(|clause| (clause.patterns.into_iter().next(), clause.body)).unwrap_or_default();
            Expr::Receive(taken, timeout.map(Box::new), after)
        }
        "try" => {
            let options = parts.next()?;
            let part = |key| meta_of(options, key);
            let list = |key| part(key).map(|clauses| arrows(clauses, depth)).unwrap_or_default();
            let caught = list("rescue").into_iter().chain(list("catch")).map(|clause| Clause { patterns: vec![Expr::Unknown], ..clause }).collect();
            Expr::Try(vec![expr(part("do")?, depth)], list("else"), caught, part("after").map(|body| expr(body, depth)).into_iter().collect())
        }
        "for" | "with" => sequence(&name, arguments, depth)?,
        "&" => {
            let [_, _, sides] = parts.next()?.tuple()?;
            let mut sides = sides.list();
            let ([called, _, _], arity) = (sides.next()?.tuple()?, sides.next()?.int()?);
            let arity = u32::try_from(arity).ok()?;
            match called.atom() {
                Some(name) => Expr::Named(None, Atom::new(&name), arity),
                None => match each(called.part(3, 2)?, depth).as_slice() {
                    [Expr::Atom(module), Expr::Atom(function)] => Expr::Named(Some(module.clone()), function.clone(), arity),
                    _ => return None,
                },
            }
        }
        "super" => Expr::Call(None, Atom::new(&of_super(meta).unwrap_or_else(|| name.into_owned())), each(arguments, depth), line(meta)),
        _ => Expr::Call(None, Atom::new(&name), each(arguments, depth), line(meta)),
    })
}

/// `Module.function(...)`, `map.field`, `fun.(...)`.
fn dot(form: Value<'_>, meta: Value<'_>, arguments: Value<'_>, depth: usize) -> Option<Expr> {
    let [dot, _, target] = form.tuple()?;
    let mut target = dot.is_atom(".").then(|| each(target, depth))?.into_iter();
    let called = target.next()?;
    let arguments = each(arguments, depth);
    let is_field = meta_of(meta, "no_parens").is_some();
    Some(match (called, target.next()) {
        (Expr::Atom(module), Some(Expr::Atom(function))) => Expr::Call(Some(module), function, arguments, line(meta)),
        (map, Some(Expr::Atom(field))) if is_field && arguments.is_empty() => Expr::Field(Box::new(map), field, line(meta)),
        (module, Some(function)) => Expr::Apply(Some(Box::new(module)), Box::new(function), arguments, line(meta)),
        (fun, None) => Expr::Apply(None, Box::new(fun), arguments, line(meta)),
    })
}

/// A map, made or changed.
fn map(list: Value<'_>, depth: usize) -> Option<Expr> {
    if let Some([bar, _, sides]) = list.list().next().and_then(Value::tuple)
        && bar.is_atom("|")
    {
        let mut sides = sides.list();
        let (changed, pairs) = (expr(sides.next()?, depth), pairs(sides.next()?, depth)?);
        return Some(Expr::Change(Box::new(changed), pairs.into_iter().map(|(key, value)| (key, value, true)).collect()));
    }
    pairs(list, depth).map(Expr::Map)
}

/// Keys and values.
fn pairs(list: Value<'_>, depth: usize) -> Option<Vec<(Expr, Expr)>> {
    let pair = |item: Value<'_>| item.tuple().map(|[key, value]| (expr(key, depth), expr(value, depth)));
    list.list().take(MAX_ITEMS).map(pair).collect()
}

/// Clauses: patterns, an arrow, a body.
fn arrows(clauses: Value<'_>, depth: usize) -> Vec<Clause> {
    let arrow = |clause: Value<'_>| {
        let [arrow, meta, sides] = clause.tuple()?;
        arrow.is_atom("->").then_some(())?;
        let mut sides = sides.list();
        let (head, body) = (sides.next()?, expr(sides.next()?, depth));
        let (patterns, guards) = match head.list().next().and_then(|head| guarded(head, depth)) {
            Some(parts) => parts,
            None => (each(head, depth), Vec::new()),
        };
        Some(Clause { line: line(meta), patterns, guards, body: vec![body] })
    };
    clauses.list().take(MAX_ITEMS).filter_map(arrow).collect()
}

/// `Pattern when Guard`.
fn guarded(head: Value<'_>, depth: usize) -> Option<(Vec<Expr>, Vec<Vec<Expr>>)> {
    let [when, _, parts] = head.tuple()?;
    when.is_atom("when").then_some(())?;
    let mut patterns = each(parts, depth);
    let guard = patterns.pop()?;
    Some((patterns, vec![vec![guard]]))
}

/// A clause of `cond`: what stands before its arrow is a test.
fn tested(clause: Clause) -> Clause {
    Clause { guards: vec![clause.patterns], patterns: Vec::new(), ..clause }
}

/// `for` and `with`: parts, and what follows them.
fn sequence(name: &str, arguments: Value<'_>, depth: usize) -> Option<Expr> {
    let mut parts: Vec<Value<'_>> = arguments.list().take(MAX_ITEMS).collect();
    let options = parts.pop()?;
    let part = |part: Value<'_>| {
        let arrow = || {
            let [arrow, meta, sides] = part.tuple()?;
            arrow.is_atom("<-").then_some(())?;
            let mut sides = sides.list();
            let (head, value) = (sides.next()?, expr(sides.next()?, depth));
            let (patterns, guards) = guarded(head, depth).unwrap_or_else(|| (vec![expr(head, depth)], Vec::new()));
            let clause = Box::new(Clause { line: line(meta), patterns, guards, body: Vec::new() });
            Some(if name == "for" { Qualifier::Each(clause, value) } else { Qualifier::Takes(clause, value) })
        };
        arrow().unwrap_or_else(|| Qualifier::Test(expr(part, depth)))
    };
    let parts = parts.into_iter().map(part).collect();
    let body = Box::new(expr(meta_of(options, "do")?, depth));
    if name == "with" {
        let otherwise = meta_of(options, "else").map(|clauses| arrows(clauses, depth)).unwrap_or_default();
        return Some(Expr::With(parts, body, otherwise));
    }
    // What is reduced is not followed.
    let list = meta_of(options, "reduce").is_none().then_some(Expr::Comprehension(parts, body))?;
    let into = meta_of(options, "into").map(|into| expr(into, depth));
    Some(match into {
        Some(into) => Expr::Call(Some(Atom::new("Elixir.Enum")), Atom::new("into"), vec![list, into], Line::default()),
        None => list,
    })
}
