//! The judge: relupc against OTP's own `systools`.
//!
//! Without arguments the answers recorded from OTP are replayed, so that the suite judges on a machine with no Erlang.
//! With `--erl COMMAND` the real one is asked, on as many random cases as wanted:
//!
//! ```text
//! cargo test --test oracle -- --erl erl --cases 20000 --terms 20000
//! cargo test --test oracle -- --erl erl --cases 0 --terms 0 --beams /usr/lib/erlang
//! cargo test --test oracle -- --erl erl --cases 0 --terms 0 --scripts 500
//! cargo test --test oracle -- --erl erl --cases 0 --terms 0 --matches 5000
//! cargo test --test oracle -- --erl erl --cases 300 --record fixtures/oracle/otp-25.txt
//! ```

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test program may fail loudly"
)]
#![expect(clippy::disallowed_methods, reason = "it prepares the folders that OTP reads")]

mod ask;
mod beams;
mod compare;
mod ebnf;
mod faults;
mod generate;
mod matching;
mod node;
mod ours;
mod own;
mod record;
mod rng;
mod terms;

use std::collections::BTreeMap;
use std::process::ExitCode;

/// What the program was asked to do.
struct Options {
    erl: Option<String>,
    otp: u8,
    cases: usize,
    terms: usize,
    seed: u64,
    /// How many random scripts are run on a node.
    scripts: usize,
    /// How many random values are matched with random clauses.
    matches: usize,
    record: Option<String>,
    /// Whether OTP's own applications are compared, too.
    own: bool,
    /// Folders whose BEAM files are compared, too.
    beams: Vec<String>,
    /// How often each error tag must occur.
    at_least: usize,
}

fn options() -> Options {
    let mut options =
        Options { erl: None, otp: 25, cases: 300, terms: 1000, seed: 1, scripts: 0, matches: 0, record: None, own: false, beams: Vec::new(), at_least: 0 };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--erl" => options.erl = Some(value()),
            "--otp" => options.otp = value().parse().unwrap(),
            "--cases" => options.cases = value().parse().unwrap(),
            "--terms" => options.terms = value().parse().unwrap(),
            "--scripts" => options.scripts = value().parse().unwrap(),
            "--matches" => options.matches = value().parse().unwrap(),
            "--seed" => options.seed = value().parse().unwrap(),
            "--beams" => options.beams.push(value()),
            "--own" => options.own = true,
            "--record" => options.record = Some(value()),
            "--at-least" => options.at_least = value().parse().unwrap(),
            // What test runners pass along.
            _ => {}
        }
    }
    options
}

fn main() -> ExitCode {
    let options = options();
    let mut tally = Tally::default();
    match &options.erl {
        None => record::replay(&mut tally),
        Some(erl) => {
            compare::random_cases(erl, &options, &mut tally);
            compare::random_terms(erl, &options, &mut tally);
            compare::sentences(erl, &options, &mut tally);
            matching::cases(erl, options.matches, options.seed, &mut tally);
            node::scripts(erl, options.scripts, options.seed, &mut tally);
            beams::compare(erl, relupc::otp::Otp::from_major(options.otp).unwrap(), &options.beams, &mut tally);
            if options.own {
                own::applications(erl, &options, &mut tally);
            }
        }
    }
    tally.print();
    if options.at_least > 0 {
        let rare = compare::RARE.iter().map(|tag| (tag, 1));
        for (tag, wanted) in compare::REACHABLE.iter().map(|tag| (tag, options.at_least)).chain(rare) {
            let seen = tally.tags.get(*tag).copied().unwrap_or(0);
            if seen < wanted {
                tally.failed += 1;
                println!("the tag {tag} was seen {seen} times, {wanted} wanted");
            }
        }
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What was compared, and how it came out.
#[derive(Default)]
pub struct Tally {
    passed: usize,
    failed: usize,
    same_bytes: usize,
    same_up_to_free_order: usize,
    terms: usize,
    beams: usize,
    steps: usize,
    matches: usize,
    tags: BTreeMap<String, usize>,
}

impl Tally {
    fn pass(&mut self) {
        self.passed += 1;
    }

    /// Counts a difference; the first few are shown whole.
    fn fail(&mut self, what: &str) {
        const SHOWN: usize = 10;
        self.failed += 1;
        if self.failed <= SHOWN {
            println!("DIFFERENCE: {what}\n");
        }
    }

    fn print(&self) {
        println!("relups with the same bytes: {}", self.same_bytes);
        println!("relups that are the same up to free order: {}", self.same_up_to_free_order);
        println!("terms printed alike: {}", self.terms);
        println!("modules read alike: {}", self.beams);
        println!("instructions with the same effect on a node: {}", self.steps);
        println!("values whose clause was not ruled out: {}", self.matches);
        for (tag, count) in &self.tags {
            println!("refused with {tag}: {count}");
        }
    }
}
