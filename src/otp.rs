//! Whose behaviour counts: the OTP releases that differ in what they read and print.

use std::fmt;

/// A major OTP version between [`Otp::OLDEST`] and [`Otp::NEWEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Otp(u8);

impl Otp {
    /// The oldest version distinguished; anything older is treated like it.
    pub const OLDEST: Otp = Otp(25);
    /// The newest version known; anything newer is treated like it.
    pub const NEWEST: Otp = Otp(29);
    /// OTP 26: duplicates in `.app` lists are refused.
    pub const V26: Otp = Otp(26);
    /// OTP 27: triple-quoted strings, sigils, `maybe` and `else` reserved.
    pub const V27: Otp = Otp(27);
    /// OTP 28: based floats.
    pub const V28: Otp = Otp(28);

    /// The version with this major number, when it is one of those distinguished.
    pub fn from_major(major: u8) -> Option<Otp> {
        let otp = Otp(major);
        (Otp::OLDEST..=Otp::NEWEST).contains(&otp).then_some(otp)
    }

    /// The version that an ERTS version belongs to (`13.x` is 25, `17.x` is 29): older ones count as the oldest,
    /// newer and unreadable ones as the newest.
    pub fn from_erts(erts: &str) -> Otp {
        let digits: String = erts.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse::<u32>() {
            Ok(major) => {
                let major = u8::try_from(major.saturating_add(12)).unwrap_or(u8::MAX);
                Otp(major.clamp(Otp::OLDEST.0, Otp::NEWEST.0))
            }
            Err(_) => Otp::NEWEST,
        }
    }

    /// The version that a version of the compiler application came with; `None` for those before OTP 25 and for unknown ones.
    pub fn from_compiler(version: &str) -> Option<Otp> {
        let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
        match (parts.next()??, parts.next()??) {
            (8, 2) => Some(Otp(25)),
            (8, 3 | 4) => Some(Otp(26)),
            (8, 5 | 6) => Some(Otp(27)),
            (9, _) => Some(Otp(28)),
            (10, _) => Some(Otp(29)),
            _ => None,
        }
    }

    /// The highest instruction that its emulator knows (`beam_opcodes`); it refuses to load a module with a higher one.
    pub fn highest_opcode(self) -> u32 {
        match self.0 {
            ..=25 => 180,
            26 => 182,
            27 => 183,
            28 => 184,
            29.. => 190,
        }
    }

    /// The major number.
    pub fn major(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Otp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "OTP {}", self.0)
    }
}

/// Modules of the emulator itself, which no application lists.
pub const PRELOADED: &[&str] = &[
    "atomics",
    "counters",
    "erl_init",
    "erl_prim_loader",
    "erl_tracer",
    "erlang",
    "erts_code_purger",
    "erts_dirty_process_signal_handler",
    "erts_internal",
    "erts_literal_area_collector",
    "init",
    "persistent_term",
    "prim_buffer",
    "prim_eval",
    "prim_file",
    "prim_inet",
    "prim_net",
    "prim_socket",
    "prim_zip",
    "socket_registry",
    "zlib",
];

#[cfg(test)]
mod tests {
    use super::Otp;

    #[test]
    fn erts_versions_belong_to_otp_versions() {
        let major = |erts: &str| Otp::from_erts(erts).major();
        assert_eq!(major("13.1.5"), 25);
        assert_eq!(major("15.2"), 27);
        assert_eq!(major("17.0"), 29);
        assert_eq!(major("5.10.4"), 25, "R16 counts as the oldest");
        assert_eq!(major("99.0"), 29, "newer counts as the newest");
        assert_eq!(major("next"), 29, "unknown counts as the newest");
        assert_eq!(Otp::from_compiler("8.2.3"), Some(Otp::OLDEST));
        assert_eq!(Otp::from_compiler("10.0.1"), Some(Otp::NEWEST));
        assert_eq!(Otp::from_compiler("7.6"), None);
        assert_eq!(Otp::from_compiler("next"), None);
        assert_eq!(Otp::from_major(24), None);
        assert_eq!(Otp::from_major(30), None);
    }
}
