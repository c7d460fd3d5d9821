//! Reading the bit syntax: `<<Value:Size/Types, ...>>`.

use super::bits::{BitsBuilder, BitsFault, Segment, SegmentType, SegmentValue};
use super::faults;
use super::lex::{Bracket, Tok};
use super::parse::{After, Parser};
use super::value::TermKind;
use crate::span::Span;

impl Parser<'_> {
    /// What is between `<<` and `>>`, both included, evaluated.
    pub(super) fn bit_string(&mut self, start: Span) -> TermKind {
        let mut builder = BitsBuilder::new(self.bits_left);
        let mut good = true;
        if self.close(Bracket::Bits, start) {
            return TermKind::Bits(Box::new(builder.finish()));
        }
        loop {
            let from = self.here();
            let before = self.faults.len();
            let pushed = self.segment().and_then(|segment| builder.push(&segment));
            let span = from.to(self.last());
            match pushed {
                Ok(()) => {}
                Err(fault) => {
                    good = false;
                    if self.faults.len() == before {
                        self.faults.push(match fault {
                            BitsFault::Refused(why) => faults::bad_bits(span, why),
                            BitsFault::TooLarge => faults::too_many_bits(span),
                        });
                    }
                    self.skip_to_boundary();
                }
            }
            match self.after_element(Bracket::Bits, start) {
                After::Next => {}
                After::Closed | After::Bar => break,
            }
        }
        self.bits_left = self.bits_left.saturating_sub(builder.length());
        if good { TermKind::Bits(Box::new(builder.finish())) } else { TermKind::Invalid }
    }

    fn segment(&mut self) -> Result<Segment, BitsFault> {
        let value = self.segment_value()?;
        let mut segment = Segment { value, size: None, kind: None, little: false, unit: None };
        if matches!(self.peek(), Some(Tok::Colon)) {
            self.at += 1;
            segment.size = Some(self.segment_size()?);
        }
        if matches!(self.peek(), Some(Tok::Slash)) {
            self.at += 1;
            self.segment_types(&mut segment)?;
        }
        Ok(segment)
    }

    fn segment_value(&mut self) -> Result<SegmentValue, BitsFault> {
        let written_text = matches!(self.peek(), Some(Tok::Str(_)));
        if !self.begins_term() && !matches!(self.peek(), Some(Tok::Minus | Tok::Plus)) {
            return Err(BitsFault::Refused("a number, a string or a binary belongs here"));
        }
        let term = self.term();
        match term.kind {
            TermKind::Int(value) => Ok(SegmentValue::Integer(value.into())),
            TermKind::Big(value) => Ok(SegmentValue::Integer(*value)),
            TermKind::Float(value) => Ok(SegmentValue::Float(value)),
            TermKind::Bits(bits) => Ok(SegmentValue::Bits(*bits)),
            TermKind::Str(text) => Ok(SegmentValue::Text(text.into())),
            TermKind::List(items) if items.is_empty() && written_text => Ok(SegmentValue::Text(String::new())),
            TermKind::Atom(_) | TermKind::List(_) | TermKind::Improper(_) | TermKind::Tuple(_) | TermKind::Map(_) | TermKind::Fun(_) | TermKind::Invalid => {
                Err(BitsFault::Refused("only numbers, strings and binaries make a segment"))
            }
        }
    }

    fn segment_size(&mut self) -> Result<u64, BitsFault> {
        let bad = BitsFault::Refused("a size is a number that is not negative");
        let mut parens = 0;
        while matches!(self.peek(), Some(Tok::Open(Bracket::Paren))) {
            parens += 1;
            self.at += 1;
        }
        let size = match self.peek() {
            Some(Tok::Small(value)) => u64::try_from(*value).map_err(|_| bad)?,
            Some(Tok::Char(value)) => u64::from(*value),
            Some(Tok::Integer(_)) => return Err(BitsFault::TooLarge),
            _ => return Err(bad),
        };
        self.at += 1;
        for _ in 0..parens {
            if !matches!(self.peek(), Some(Tok::Close(Bracket::Paren))) {
                return Err(bad);
            }
            self.at += 1;
        }
        Ok(size)
    }

    fn segment_types(&mut self, segment: &mut Segment) -> Result<(), BitsFault> {
        let mut endian: Option<&str> = None;
        let mut sign: Option<&str> = None;
        // `binary` and `bitstring` are one type with two units, and contradict each other.
        let mut implied: Option<u64> = None;
        loop {
            let Some(Tok::Atom(name)) = self.peek() else { return Err(BitsFault::Refused("a type belongs after `/`")) };
            let name = name.clone();
            self.at += 1;
            match name.as_str() {
                "integer" => set(&mut segment.kind, SegmentType::Integer)?,
                "float" => set(&mut segment.kind, SegmentType::Float)?,
                "utf8" => set(&mut segment.kind, SegmentType::Utf8)?,
                "utf16" => set(&mut segment.kind, SegmentType::Utf16)?,
                "utf32" => set(&mut segment.kind, SegmentType::Utf32)?,
                "binary" | "bytes" => {
                    set(&mut segment.kind, SegmentType::Binary)?;
                    set(&mut implied, 8)?;
                }
                "bitstring" | "bits" => {
                    set(&mut segment.kind, SegmentType::Binary)?;
                    set(&mut implied, 1)?;
                }
                "big" => set(&mut endian, "big")?,
                "little" => set(&mut endian, "little")?,
                // The machines that relups are made for are little-endian.
                "native" => set(&mut endian, "native")?,
                "signed" => set(&mut sign, "signed")?,
                "unsigned" => set(&mut sign, "unsigned")?,
                "unit" => {
                    let unit = match (self.peek(), self.peek_at(1)) {
                        (Some(Tok::Colon), Some(Tok::Small(unit))) if (1..=256).contains(unit) => u64::try_from(*unit).unwrap_or(1),
                        _ => return Err(BitsFault::Refused("a unit is 1 to 256")),
                    };
                    self.at += 2;
                    set(&mut segment.unit, unit)?;
                }
                _ => return Err(BitsFault::Refused("unknown type")),
            }
            if !matches!(self.peek(), Some(Tok::Minus)) {
                break;
            }
            self.at += 1;
        }
        segment.unit = segment.unit.or(implied.filter(|unit| *unit == 1));
        segment.little = matches!(endian, Some("little" | "native"));
        Ok(())
    }
}

/// Sets what may be given only once, or twice alike.
fn set<T: PartialEq>(slot: &mut Option<T>, value: T) -> Result<(), BitsFault> {
    match slot {
        Some(known) if *known != value => Err(BitsFault::Refused("the types contradict each other")),
        _ => {
            *slot = Some(value);
            Ok(())
        }
    }
}
