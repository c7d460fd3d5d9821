//! Deliberate differences from OTP: each is in `docs/parity.md` and has its test, here or where the page says.

use relupc::otp::Otp;
use relupc::source::Source;
use relupc::span::FileId;
use relupc::term::{Extent, Term, parse, pretty};
use std::fs;
use std::path::Path;

fn read(text: &str) -> Term {
    let mut document = parse(&Source::new("t", text.as_bytes().to_vec()), FileId(0), Otp::NEWEST, Extent::All);
    assert!(document.faults.is_empty());
    document.terms.remove(0)
}

#[test]
fn funs_keep_their_names() {
    let fun = read("fun 'mö':'日'/1.");
    assert_eq!(pretty(&fun, Otp::OLDEST), "fun mö:'日'/1");
    assert_eq!(read(&format!("{}.", pretty(&fun, Otp::OLDEST))), fun);
}

#[test]
fn maps_are_printed_in_key_order() {
    let map = read("#{b=>1,a=>2,1.0=>3,1=>4,{}=>5,\"s\"=>6}.");
    for otp in 25..=29 {
        assert_eq!(pretty(&map, Otp::from_major(otp).unwrap()), "#{1 => 4,1.0 => 3,a => 2,b => 1,{} => 5,\"s\" => 6}");
    }
}

/// The tests that the page names exist.
#[test]
fn every_difference_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/parity.md")).unwrap();
    let table = page.split("## Deliberate differences").nth(1).unwrap();
    let mut named = 0;
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what") && !line.starts_with("| ---")) {
        let test = row.trim_end_matches('|').rsplit('|').next().unwrap().trim().trim_matches('`');
        named += 1;
        if let Some((file, name)) = test.split_once("::").filter(|(file, _)| *file != "pattern") {
            let text = fs::read_to_string(root.join(format!("tests/suite/{file}.rs"))).unwrap_or_else(|_| panic!("{test}"));
            assert!(text.contains(&format!("fn {name}()")), "{test} is not a test");
        } else if let Some(code) = test.strip_prefix("page ") {
            assert!(root.join(format!("docs/rules/{code}.md")).is_file(), "{test}");
        } else {
            assert!(test.starts_with("pattern") || root.join(test).is_file(), "{test}");
        }
    }
    assert!(named > 10);
}
