//! High-level instructions back to terms: what is read out of one is the instruction again.

use super::instruction::{Change, Dependent, HighOp};
use crate::relup::{Purge, Timeout};
use crate::span::Spanned;
use crate::term::{Atom, Term};

impl HighOp {
    /// The shortest term for it, as people write it at the top of a script.
    pub fn to_term(&self) -> Term {
        match self {
            HighOp::Module(dependent) => dependent.to_term(),
            HighOp::AddApplication(name, crate::release::StartType::Permanent) => tagged("add_application", vec![name.value.clone().into()]),
            HighOp::AddApplication(..) | HighOp::RemoveApplication(_) | HighOp::RestartApplication(_) | HighOp::Low(_) => self.to_full_term(),
        }
    }

    /// The term with all its arguments: the only form that OTP reads inside a nested list.
    pub fn to_full_term(&self) -> Term {
        let application = |tag: &str, name: &Spanned<Atom>| tagged(tag, vec![name.value.clone().into()]);
        match self {
            HighOp::Module(dependent) => dependent.to_full_term(),
            HighOp::AddApplication(name, kind) => tagged("add_application", vec![name.value.clone().into(), Term::atom(kind.word())]),
            HighOp::RemoveApplication(name) => application("remove_application", name),
            HighOp::RestartApplication(name) => application("restart_application", name),
            HighOp::Low(op) => op.to_term(),
        }
    }
}

impl Dependent {
    fn to_term(&self) -> Term {
        use Purge::Brutal;
        let short = match &self.change {
            Change::Load(Brutal, Brutal) => Vec::new(),
            // Only the short form for supervisors has no list of dependencies.
            Change::Update { is_static: true, timeout: Timeout::Default, extra: Some(extra), pre: Brutal, post: Brutal }
                if extra.is_nil() && self.deps.is_empty() =>
            {
                vec![Term::atom("supervisor")]
            }
            Change::Update { is_static: false, timeout: Timeout::Default, extra, pre: Brutal, post: Brutal } => {
                extra.as_ref().map(|extra| tagged("advanced", vec![Term::clone(extra)])).into_iter().collect()
            }
            Change::Load(..) | Change::Add | Change::Delete | Change::Update { .. } => return self.to_full_term(),
        };
        self.with(short)
    }

    fn to_full_term(&self) -> Term {
        let purge = |method: &Purge| Term::atom(method.word());
        match &self.change {
            Change::Add | Change::Delete => self.with(Vec::new()),
            Change::Load(pre, post) => self.whole(vec![purge(pre), purge(post)]),
            Change::Update { is_static, timeout, extra, pre, post } => {
                let change = extra.as_ref().map_or_else(|| Term::atom("soft"), |extra| tagged("advanced", vec![Term::clone(extra)]));
                let mut arguments = Vec::new();
                if *is_static {
                    arguments.push(Term::atom("static"));
                }
                if *is_static || *timeout != Timeout::Default {
                    arguments.push(timeout.to_term());
                }
                arguments.extend([change, purge(pre), purge(post)]);
                self.whole(arguments)
            }
        }
    }

    /// With some arguments, and the list of dependencies where there are any.
    fn with(&self, arguments: Vec<Term>) -> Term {
        if self.deps.is_empty() {
            return tagged(self.change.word(), std::iter::once(self.module.value.clone().into()).chain(arguments).collect());
        }
        self.whole(arguments)
    }

    /// With some arguments and the list of dependencies.
    fn whole(&self, arguments: Vec<Term>) -> Term {
        let deps = Term::atoms(self.deps.iter().map(|module| &module.value));
        tagged(self.change.word(), std::iter::once(self.module.value.clone().into()).chain(arguments).chain([deps]).collect())
    }
}

impl Change {
    /// OTP's name of the instruction.
    pub fn word(&self) -> &'static str {
        match self {
            Change::Load(..) => "load_module",
            Change::Add => "add_module",
            Change::Delete => "delete_module",
            Change::Update { .. } => "update",
        }
    }
}

fn tagged(tag: &str, arguments: Vec<Term>) -> Term {
    Term::tuple(std::iter::once(Term::atom(tag)).chain(arguments).collect())
}

#[cfg(test)]
mod tests {
    use crate::appup::{Change, Dependent, HighOp, read_script};
    use crate::diag::Findings;
    use crate::otp::Otp;
    use crate::release::StartType;
    use crate::relup::{LowOp, Mode, Purge, Suspended, SyncWith, Timeout};
    use crate::span::{Span, Spanned};
    use crate::term::{Atom, Term, print};
    use proptest::prelude::*;

    fn atom() -> impl Strategy<Value = Atom> {
        prop_oneof!["[a-z]{1,4}", Just("supervisor".to_owned()), Just("soft".to_owned()), Just("Elixir.My.App".to_owned()), Just("default".to_owned())]
            .prop_map(|text| Atom::new(&text))
    }

    fn name() -> impl Strategy<Value = Spanned<Atom>> {
        atom().prop_map(|atom| Spanned::new(atom, Span::GENERATED))
    }

    fn names() -> impl Strategy<Value = Vec<Spanned<Atom>>> {
        proptest::collection::vec(name(), 0..3)
    }

    fn atoms() -> impl Strategy<Value = Vec<Atom>> {
        proptest::collection::vec(atom(), 0..3)
    }

    fn term() -> impl Strategy<Value = Term> {
        prop_oneof![
            Just(Term::list(Vec::new())),
            atom().prop_map(Term::from),
            "[ -~]{0,4}".prop_map(|text| Term::string(&text)),
            proptest::collection::vec(atom().prop_map(Term::from), 1..3).prop_map(Term::tuple),
        ]
    }

    fn purge() -> impl Strategy<Value = Purge> {
        prop_oneof![Just(Purge::Brutal), Just(Purge::Soft)]
    }

    fn timeout() -> impl Strategy<Value = Timeout> {
        let number = (1i64..9).prop_map(|number| Timeout::Milliseconds(Box::new(Term::new(crate::term::TermKind::Int(number)))));
        prop_oneof![Just(Timeout::Default), Just(Timeout::Infinity), number]
    }

    fn change() -> impl Strategy<Value = Change> {
        let update = (any::<bool>(), timeout(), proptest::option::of(term()), purge(), purge())
            .prop_map(|(is_static, timeout, extra, pre, post)| Change::Update { is_static, timeout, extra: extra.map(Box::new), pre, post });
        prop_oneof![(purge(), purge()).prop_map(|(pre, post)| Change::Load(pre, post)), Just(Change::Add), Just(Change::Delete), update]
    }

    fn low() -> impl Strategy<Value = LowOp> {
        let list = || proptest::collection::vec(term(), 0..3).prop_map(|items| Box::new(Term::list(items)));
        let suspended = (atom(), proptest::option::of(timeout())).prop_map(|(module, timeout)| Suspended { module, timeout });
        let mode = prop_oneof![Just(None), Just(Some(Mode::Up)), Just(Some(Mode::Down))];
        prop_oneof![
            (atom(), atoms()).prop_map(|(lib, modules)| LowOp::LoadObjectCode { lib, vsn: Box::new(Term::string("1")), modules }),
            Just(LowOp::PointOfNoReturn),
            (atom(), purge(), purge()).prop_map(|(module, pre, post)| LowOp::Load(module, pre, post)),
            (atom(), purge(), purge()).prop_map(|(module, pre, post)| LowOp::Remove(module, pre, post)),
            atoms().prop_map(LowOp::Purge),
            proptest::collection::vec(suspended, 0..3).prop_map(LowOp::Suspend),
            atoms().prop_map(LowOp::Resume),
            (mode, proptest::collection::vec((atom(), term()), 0..3)).prop_map(|(mode, list)| LowOp::CodeChange(mode, list)),
            atoms().prop_map(LowOp::Stop),
            atoms().prop_map(LowOp::Start),
            (term(), atoms()).prop_map(|(id, nodes)| LowOp::SyncNodes(Box::new(id), Box::new(SyncWith::Nodes(nodes)))),
            (term(), atom(), atom(), list()).prop_map(|(id, m, f, a)| LowOp::SyncNodes(Box::new(id), Box::new(SyncWith::Call(m, f, *a)))),
            (atom(), atom(), list()).prop_map(|(module, function, arguments)| LowOp::Apply { module, function, arguments }),
            Just(LowOp::RestartNewEmulator),
            Just(LowOp::RestartEmulator),
            Just(LowOp::Restart),
            Just(LowOp::Reboot),
        ]
    }

    fn high() -> impl Strategy<Value = HighOp> {
        let kinds = [StartType::Permanent, StartType::Transient, StartType::Temporary, StartType::Load, StartType::None];
        let kind = proptest::sample::select(kinds.to_vec());
        let dependent = (name(), change(), names()).prop_map(|(module, change, deps)| HighOp::Module(Dependent { module, change, deps }));
        prop_oneof![
            4 => dependent,
            1 => (name(), kind).prop_map(|(name, kind)| HighOp::AddApplication(name, kind)),
            1 => name().prop_map(HighOp::RemoveApplication),
            1 => name().prop_map(HighOp::RestartApplication),
            4 => low().prop_map(HighOp::Low),
        ]
    }

    fn reread(term: Term) -> (Vec<HighOp>, Vec<String>) {
        let mut found = Findings::default();
        let read = read_script(&Term::list(vec![term]), &mut found);
        (read.into_iter().filter_map(|instruction| instruction.op).collect(), found.iter().map(|found| found.message.clone()).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Read again, the term of an instruction is that instruction; in a nested list its full form is.
        #[test]
        fn instructions_go_to_terms_and_back(op in high()) {
            let (short, full) = (op.to_term(), op.to_full_term());
            prop_assert_eq!(reread(short.clone()), (vec![op.clone()], Vec::new()), "{}", print::inline(&short, Otp::NEWEST));
            prop_assert_eq!(reread(Term::list(vec![full.clone()])), (vec![op], Vec::new()), "{}", print::inline(&full, Otp::NEWEST));
        }
    }
}
