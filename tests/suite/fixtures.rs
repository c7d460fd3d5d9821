//! The shipped releases and the relups that OTP makes of them.

use crate::demo;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The relup of the donation platform is byte for byte the one that OTP's `systools` made.
#[test]
fn donation_platform() {
    let root = fixtures().join("releases/donation_platform");
    let out = tempfile::tempdir().unwrap();
    for (target, bases) in [("1.0.1", vec!["1.0.0"]), ("1.1.0", vec!["1.0.1", "1.0.0"])] {
        let goal = out.path().join(target);
        let mut arguments = vec!["make", target, "-o", goal.to_str().unwrap()];
        arguments.extend(bases.iter().flat_map(|base| ["--from", base]));
        let output = demo::relupc(&root, &arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read_to_string(&goal).unwrap(), fs::read_to_string(root.join(format!("relup-{target}"))).unwrap());
    }
}

/// The paths from a release to itself are empty.
#[test]
fn a_release_against_itself_does_nothing() {
    let root = fixtures().join("releases/donation_platform");
    for version in ["1.0.0", "1.0.1", "1.1.0"] {
        let (document, status) = demo::json(&root, &["make", version, "--from", version, "-o", "-", "--format", "json"]);
        assert_eq!(status, 0);
        assert_eq!(demo::codes(&document), ["RL0418"]);
        for way in ["up", "down"] {
            let steps = document["relup"][way][0]["instructions"].as_array().unwrap();
            assert_eq!(steps.len(), 1, "{steps:?}");
        }
    }
}
