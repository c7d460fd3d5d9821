//! The bit syntax: what `<<...>>` of literals evaluates to.

use super::value::Bits;
use num_bigint::{BigInt, Sign};

/// The type of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentType {
    Integer,
    Float,
    Binary,
    Utf8,
    Utf16,
    Utf32,
}

/// The value of a segment.
#[derive(Clone, Debug)]
pub enum SegmentValue {
    Integer(BigInt),
    Float(f64),
    Bits(Bits),
    /// A string: one segment a character.
    Text(String),
}

/// One segment as written: what was left out is `None`.
#[derive(Clone, Debug)]
pub struct Segment {
    pub value: SegmentValue,
    pub size: Option<u64>,
    pub kind: Option<SegmentType>,
    pub little: bool,
    pub unit: Option<u64>,
}

/// Why a segment has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitsFault {
    /// OTP refuses it: why.
    Refused(&'static str),
    /// More bits than there is room for.
    TooLarge,
}

/// Collects segments into a bit string.
pub struct BitsBuilder {
    bits: Bits,
    /// How many bits it may have.
    room: u64,
}

impl BitsBuilder {
    /// An empty one that may come to have so many bits.
    pub fn new(room: u64) -> BitsBuilder {
        BitsBuilder { bits: Bits::default(), room }
    }

    pub fn finish(self) -> Bits {
        self.bits
    }

    /// How many bits it has.
    pub fn length(&self) -> u64 {
        bit_length(&self.bits)
    }

    /// Appends the value of a segment.
    pub fn push(&mut self, segment: &Segment) -> Result<(), BitsFault> {
        match &segment.value {
            SegmentValue::Text(text) => text.chars().try_for_each(|c| self.push_number(segment, &Number::Integer(u32::from(c).into()))),
            SegmentValue::Integer(value) => self.push_number(segment, &Number::Integer(value.clone())),
            SegmentValue::Float(value) => self.push_number(segment, &Number::Float(*value)),
            SegmentValue::Bits(bits) => self.push_binary(segment, bits),
        }
    }

    fn push_number(&mut self, segment: &Segment, value: &Number) -> Result<(), BitsFault> {
        match segment.kind.unwrap_or(SegmentType::Integer) {
            SegmentType::Integer => {
                let Number::Integer(value) = value else { return Err(BitsFault::Refused("a float needs `/float`")) };
                if segment.unit.is_some() && segment.size.is_none() {
                    return Err(BitsFault::Refused("a unit needs a size"));
                }
                let size = width(segment, 8, 1)?;
                self.room_for(size)?;
                self.push_integer(value, size, segment.little);
                Ok(())
            }
            SegmentType::Float => self.push_float(segment, value),
            SegmentType::Binary => Err(BitsFault::Refused("a number is not a binary")),
            kind @ (SegmentType::Utf8 | SegmentType::Utf16 | SegmentType::Utf32) => self.push_utf(segment, value, kind),
        }
    }

    fn push_float(&mut self, segment: &Segment, value: &Number) -> Result<(), BitsFault> {
        if segment.unit.is_some() && segment.size.is_none() {
            return Err(BitsFault::Refused("a unit needs a size"));
        }
        let value = match value {
            Number::Float(value) => *value,
            Number::Integer(value) => {
                value.to_string().parse::<f64>().ok().filter(|value| value.is_finite()).ok_or(BitsFault::Refused("too large for a float"))?
            }
        };
        let size = width(segment, 64, 1)?;
        let bits = match size {
            64 => value.to_bits(),
            #[expect(clippy::cast_possible_truncation, reason = "rounding to the nearest 32-bit float is what OTP does")]
            32 => u64::from((value as f32).to_bits()),
            16 => u64::from(half(value)),
            0 => return Ok(()),
            _ => return Err(BitsFault::Refused("a float has 16, 32 or 64 bits")),
        };
        self.room_for(size)?;
        self.push_integer(&BigInt::from(bits), size, segment.little);
        Ok(())
    }

    fn push_utf(&mut self, segment: &Segment, value: &Number, kind: SegmentType) -> Result<(), BitsFault> {
        if segment.size.is_some() || segment.unit.is_some() {
            return Err(BitsFault::Refused("utf segments take no size"));
        }
        let Number::Integer(value) = value else { return Err(BitsFault::Refused("no character")) };
        let c = u32::try_from(value).ok().and_then(char::from_u32).ok_or(BitsFault::Refused("no character"))?;
        let whole = |unit: u64, size: u64, this: &mut Self| this.push_integer(&BigInt::from(unit), size, segment.little);
        match kind {
            SegmentType::Utf8 => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| whole(byte.into(), 8, self)),
            SegmentType::Utf16 => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| whole((*unit).into(), 16, self)),
            SegmentType::Utf32 | SegmentType::Integer | SegmentType::Float | SegmentType::Binary => whole(u32::from(c).into(), 32, self),
        }
        Ok(())
    }

    fn push_binary(&mut self, segment: &Segment, bits: &Bits) -> Result<(), BitsFault> {
        if segment.kind != Some(SegmentType::Binary) {
            return Err(BitsFault::Refused("a nested binary needs `/binary`"));
        }
        let unit = segment.unit.unwrap_or(8);
        let whole = bit_length(bits);
        let size = match segment.size {
            Some(size) => size.checked_mul(unit).ok_or(BitsFault::TooLarge)?,
            None if !whole.is_multiple_of(unit) => return Err(BitsFault::Refused("not a whole number of units")),
            None => whole,
        };
        if size > whole {
            return Err(BitsFault::Refused("shorter than the size asked for"));
        }
        self.room_for(size)?;
        let mut left = size;
        for byte in &bits.bytes {
            let take = left.min(8);
            if take == 0 {
                break;
            }
            self.push_bits(u64::from(*byte) >> (8 - take), take);
            left -= take;
        }
        Ok(())
    }

    fn room_for(&self, size: u64) -> Result<(), BitsFault> {
        if bit_length(&self.bits).saturating_add(size) > self.room { Err(BitsFault::TooLarge) } else { Ok(()) }
    }

    /// Appends the low `size` bits of an integer, two's complement.
    fn push_integer(&mut self, value: &BigInt, size: u64, little: bool) {
        // Little-endian bytes of the value, extended by its sign to the size.
        let mut bytes = value.to_signed_bytes_le();
        let filler = if value.sign() == Sign::Minus { 0xff } else { 0 };
        let whole = usize::try_from(size.div_ceil(8)).unwrap_or(usize::MAX);
        bytes.resize(whole, filler);
        let rest = size % 8;
        if little {
            let last = bytes.len().saturating_sub(1);
            for (at, byte) in bytes.iter().enumerate() {
                if at == last && rest != 0 {
                    self.push_bits(u64::from(*byte) & ((1 << rest) - 1), rest);
                } else {
                    self.push_bits(u64::from(*byte), 8);
                }
            }
            return;
        }
        for (at, byte) in bytes.iter().rev().enumerate() {
            if at == 0 && rest != 0 {
                self.push_bits(u64::from(*byte) & ((1 << rest) - 1), rest);
            } else {
                self.push_bits(u64::from(*byte), 8);
            }
        }
    }

    /// Appends the low `count` (1 to 8) bits of a value.
    fn push_bits(&mut self, value: u64, count: u64) {
        let used = u64::from(self.bits.trailing);
        let window = (value & ((1 << count) - 1)) << (16 - used - count);
        let [.., high, low] = window.to_be_bytes();
        if used == 0 {
            self.bits.bytes.push(high);
        } else {
            if let Some(last) = self.bits.bytes.last_mut() {
                *last |= high;
            }
            if used + count > 8 {
                self.bits.bytes.push(low);
            }
        }
        self.bits.trailing = u8::try_from((used + count) % 8).unwrap_or(0);
    }
}

enum Number {
    Integer(BigInt),
    Float(f64),
}

/// The length of a bit string in bits.
fn bit_length(bits: &Bits) -> u64 {
    let whole = bits.bytes.len() as u64 * 8;
    if bits.trailing == 0 { whole } else { whole - 8 + u64::from(bits.trailing) }
}

fn width(segment: &Segment, default: u64, unit: u64) -> Result<u64, BitsFault> {
    match segment.size {
        None => Ok(default),
        Some(size) => {
            let size = size.checked_mul(segment.unit.unwrap_or(unit)).ok_or(BitsFault::TooLarge)?;
            Ok(size)
        }
    }
}

/// The bits of the nearest 16-bit float.
fn half(value: f64) -> u16 {
    let bits = value.to_bits();
    let sign = u16::try_from((bits >> 63) << 15).unwrap_or(0);
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1023;
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    if exponent > 15 {
        return sign | 0x7c00;
    }
    // Below the smallest normal exponent the mantissa is shifted further: subnormal numbers.
    let shift = if exponent >= -14 { 42 } else { 42 + (-14 - exponent).min(21) };
    let kept = mantissa >> shift;
    let rest = mantissa & ((1 << shift) - 1);
    let middle = 1 << (shift - 1);
    let rounded = if rest > middle || (rest == middle && kept & 1 == 1) { kept + 1 } else { kept };
    let biased = if exponent >= -14 { u64::try_from(exponent + 14).unwrap_or(0) << 10 } else { 0 };
    sign | u16::try_from((biased + rounded).min(0x7c00)).unwrap_or(0x7c00)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: SegmentValue, size: Option<u64>, kind: SegmentType, little: bool) -> Vec<u8> {
        let mut builder = BitsBuilder::new(1000);
        let pushed = builder.push(&Segment { value, size, kind: Some(kind), little, unit: None });
        assert_eq!(pushed, Ok(()));
        builder.finish().bytes
    }

    #[test]
    fn integers_wrap_and_turn() {
        let integer = |value: i64| SegmentValue::Integer(value.into());
        assert_eq!(one(integer(-1), Some(12), SegmentType::Integer, false), [0xff, 0xf0]);
        assert_eq!(one(integer(258), None, SegmentType::Integer, false), [2]);
        assert_eq!(one(integer(258), Some(16), SegmentType::Integer, true), [2, 1]);
        assert_eq!(one(integer(0x123), Some(12), SegmentType::Integer, true), [0x23, 0x10]);
        assert_eq!(one(integer(-2), Some(72), SegmentType::Integer, false), [255, 255, 255, 255, 255, 255, 255, 255, 254]);
    }

    #[test]
    fn halves_round_to_even() {
        assert_eq!(half(1.0), 0x3c00);
        assert_eq!(half(-2.0), 0xc000);
        assert_eq!(half(65504.0), 0x7bff);
        assert_eq!(half(1.0e9), 0x7c00);
        assert_eq!(half(6.0e-8), 0x0001);
        assert_eq!(half(0.0), 0);
    }

    #[test]
    fn pieces_that_do_not_fill_bytes_are_joined() {
        let mut builder = BitsBuilder::new(9);
        for value in [1, 2, 3] {
            let segment = Segment { value: SegmentValue::Integer(value.into()), size: Some(3), kind: None, little: false, unit: None };
            assert_eq!(builder.push(&segment), Ok(()));
        }
        assert_eq!(builder.finish(), Bits { bytes: vec![0b0010_1001, 0b1000_0000], trailing: 1 });
    }
}
