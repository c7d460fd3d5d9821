//! Random terms as text: scripts, deep terms, and leaves of every kind.

use crate::rng::Rng;
use relupc::otp::Otp;

const ATOMS: &[&str] = &[
    "a",
    "ok",
    "load_object_code",
    "point_of_no_return",
    "'Elixir.My.App'",
    "'日本'",
    "ñandú",
    "'with space'",
    "''",
    "'a\\nb'",
    "'é\\x{301}'",
    "'\\001'",
    "some_rather_long_atom_name_to_break_lines",
];

pub fn term(seed: u64, otp: Otp) -> String {
    let mut rng = Rng::new(seed);
    let depth = rng.between(1, 6);
    format!("{}.", any(&mut rng, depth, otp))
}

fn list(rng: &mut Rng, depth: usize, otp: Otp, most: usize) -> String {
    let count = rng.below(most + 1);
    (0..count).map(|_| any(rng, depth, otp)).collect::<Vec<_>>().join(",")
}

fn any(rng: &mut Rng, depth: usize, otp: Otp) -> String {
    if depth == 0 || rng.chance(30) {
        return leaf(rng, otp);
    }
    match rng.below(12) {
        0..=3 => format!("{{{}}}", list(rng, depth - 1, otp, 6)),
        4 | 5 => format!("[{}]", list(rng, depth - 1, otp, 9)),
        6 => {
            let tag = *rng.pick(ATOMS);
            format!("{{{tag},{}}}", any(rng, depth - 1, otp))
        }
        7 => {
            let first = any(rng, depth - 1, otp);
            let more = list(rng, depth - 1, otp, 4);
            let comma = if more.is_empty() { "" } else { "," };
            format!("[{first}{comma}{more}|{}]", leaf(rng, otp))
        }
        8 => map(rng, depth, otp),
        9 => {
            let count = rng.between(1, 60);
            let bytes: Vec<String> = (0..count).map(|_| rng.below(256).to_string()).collect();
            format!("<<{}>>", bytes.join(","))
        }
        10 => {
            let count = rng.between(1, 30);
            let modules: Vec<String> = (0..count).map(|at| format!("module_{at}_{}", rng.below(10_000))).collect();
            format!("{{load_object_code,{{my_app,\"1.{}.0\",[{}]}}}}", rng.below(50), modules.join(","))
        }
        _ => format!("[{}]", (0..rng.between(1, 12)).map(|_| leaf(rng, otp)).collect::<Vec<_>>().join(",")),
    }
}

/// Maps print in an order of their own since OTP 26; before that, up to 32 keys are in term order.
fn map(rng: &mut Rng, depth: usize, otp: Otp) -> String {
    let most = if otp >= Otp::V26 { 1 } else { 6 };
    let pairs: Vec<String> = (0..rng.below(most + 1)).map(|_| format!("{}=>{}", any(rng, depth - 1, otp), any(rng, depth - 1, otp))).collect();
    format!("#{{{}}}", pairs.join(","))
}

fn leaf(rng: &mut Rng, otp: Otp) -> String {
    match rng.below(14) {
        0..=3 => (*rng.pick(ATOMS)).to_owned(),
        4 => (rng.next() as i64 >> rng.below(64)).to_string(),
        5 => "123456789012345678901234567890".to_owned(),
        6 => float(rng),
        7 => (*rng.pick(&["[]", "{}", "#{}", "<<>>"])).to_owned(),
        8 => format!("\"{}\"", word(rng)),
        9 => (*rng.pick(&["\"日本\"", "\"tab\\tand\\nline\"", "\"é\"", "\"\\e[1m\"", "[1,2,3]", "[97,8364]", "\"del\\d\""])).to_owned(),
        10 => format!("<<\"{}\">>", word(rng)),
        11 => (*rng.pick(&["<<\"é\"/utf8>>", "<<\"日本\"/utf8>>", "<<1:3>>", "<<255,7:4>>", "<<\"a\\tb\">>", "<<200,201>>", "<<204,161,228,34>>", "<<0>>"]))
            .to_owned(),
        12 => "fun lists:map/2".to_owned(),
        _ if otp < Otp::V27 && rng.chance(20) => "maybe".to_owned(),
        _ => format!("{}_{}", rng.pick(&["alpha", "beta", "gamma_delta"]), rng.below(100_000)),
    }
}

fn float(rng: &mut Rng) -> String {
    let value = match rng.below(4) {
        0 => rng.below(100_000) as f64 / 100.0,
        1 => (rng.next() as i64) as f64,
        2 => 10f64.powi(rng.between(0, 40) as i32 - 20),
        _ => f64::from_bits(rng.next()),
    };
    if value.is_finite() {
        format!("{value:?}").replace("inf", "1.0").replacen("e", if format!("{value:?}").contains('.') { "e" } else { ".0e" }, 1)
    } else {
        "1.5".to_owned()
    }
}

fn word(rng: &mut Rng) -> String {
    let count = rng.below(40);
    (0..count).map(|_| *rng.pick(&['a', 'b', ' ', 'x', '9', '.', ',', 'Z', '_'])).collect()
}
