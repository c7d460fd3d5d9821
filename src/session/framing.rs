//! Instructions of the release itself: from `relupc.toml` to what `plan` puts around a path's script.

use super::Session;
use crate::compare::{Change, Impact, Place, Verdict};
use crate::diag::Findings;
use crate::lint::{self, Existing, RELUP_PATHS};
use crate::plan::{self, Framing};
use crate::release::Release;
use crate::relup::{Cause, LowOp, Origin, Relup, Step};
use crate::source::Source;
use crate::span::{FileId, Span};
use crate::term::print;

/// The instructions of a project for its paths (`[[path]]`), and the text that they are written in.
#[derive(Clone, Debug, Default)]
pub struct PathInstructions {
    written: Option<(Source, Vec<Framing>)>,
}

impl PathInstructions {
    /// The instructions of a file, with places in it.
    pub(super) fn new(source: Source, framings: Vec<Framing>) -> PathInstructions {
        PathInstructions { written: (!framings.is_empty()).then_some((source, framings)) }
    }

    /// The text to keep for findings that point into it; none if there are no instructions.
    pub(super) fn source(&self) -> Option<&Source> {
        self.written.as_ref().map(|(source, _)| source)
    }

    /// The instructions as they are written in a file of the session.
    pub(super) fn in_file(&self, file: FileId) -> Vec<Framing> {
        let placed = |step: &Step| {
            let span = step.origin.span();
            Step { op: step.op.clone(), origin: Origin::new(Cause::Written(Span::new(file, span.start as usize, span.end as usize))) }
        };
        let steps = |list: &[Step]| list.iter().map(placed).collect();
        let framing = |framing: &Framing| Framing { first: steps(&framing.first), last: steps(&framing.last), ..framing.clone() };
        self.written.iter().flat_map(|(_, framings)| framings).map(framing).collect()
    }
}

impl Session<'_> {
    /// What the project adds to the paths between two releases.
    pub(super) fn own_instructions(&self, base: &Release, target: &Release) -> Vec<Impact> {
        let (old, new) = (base.rel.vsn.value.as_str(), target.rel.vsn.value.as_str());
        let impact = |step: &Step, is_up: bool, is_first: bool| {
            let restarts = matches!(step.op, LowOp::RestartEmulator | LowOp::RestartNewEmulator);
            let verdict = if restarts { Verdict::RestartEmulator } else { Verdict::Hot };
            let span = step.origin.span();
            let place =
                self.texts().get(span.file).map(|file| Place { file: file.name.clone(), line: u32::try_from(file.place(span.start).line).unwrap_or(0) });
            let instruction = print::inline(&step.op.to_term(), self.otp());
            let (up, down) = if is_up { (verdict, Verdict::Hot) } else { (Verdict::Hot, verdict) };
            Impact { change: Change::OwnInstruction { instruction, is_up, is_first }, place, up, down }
        };
        let mut impacts = Vec::new();
        for (is_up, from, to) in [(true, old, new), (false, new, old)] {
            let framings = || self.framings.iter().filter(|framing| framing.takes(from, to));
            impacts.extend(framings().flat_map(|framing| &framing.first).map(|step| impact(step, is_up, true)));
            impacts.extend(framings().flat_map(|framing| &framing.last).map(|step| impact(step, is_up, false)));
        }
        impacts
    }

    /// Looks at paths with instructions of the release itself as at a relup that somebody wrote: nothing of OTP's has put them in order.
    pub(super) fn check_framed(&self, target: &Release, bases: &[&Release], relup: &Relup, found: &mut Findings) {
        let vsn = relup.version.as_str();
        let leads = |framing: &Framing, base: &Release| framing.takes(&base.rel.vsn.value, vsn) || framing.takes(vsn, &base.rel.vsn.value);
        for framing in self.framings.iter().filter(|framing| !bases.iter().any(|base| leads(framing, base))) {
            let versions: Vec<&str> = std::iter::once(vsn).chain(bases.iter().map(|base| base.rel.vsn.value.as_str())).collect();
            let place = framing.first.iter().chain(&framing.last).next().map(|step| step.origin.span());
            found.extend(place.map(|place| plan::path_unmatched((&framing.from, &framing.to), place, &versions)));
        }
        let is_framed = |from: &str, to: &str| self.framings.iter().any(|framing| framing.takes(from, to));
        let framed = Relup {
            version: relup.version.clone(),
            up: relup.up.iter().filter(|entry| is_framed(&entry.version, vsn)).cloned().collect(),
            down: relup.down.iter().filter(|entry| is_framed(vsn, &entry.version)).cloned().collect(),
        };
        if framed.up.is_empty() && framed.down.is_empty() {
            return;
        }
        let mut on_relup = Findings::default();
        let bases = bases.iter().map(|base| (*base, None)).collect();
        lint::check_relup(&Existing { relup: &framed, start: target.version_span(), target: Some(target), trees: self.opener.trees(), bases }, &mut on_relup);
        // That a direction is missing here means nothing.
        found.extend(on_relup.all().into_iter().filter(|finding| *finding.code != RELUP_PATHS));
    }
}
