//! The JSON Schemas are fresh, and every output is what its schema says.

use crate::demo;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn schemas_are_fresh() {
    for (name, text) in relupc::render::schemas().into_iter().chain([relupc::cli::config_schema()]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/json").join(name);
        if std::env::var_os("RELUPC_BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == text, "{name}: run `.ci/regenerate`");
    }
}

pub fn check(name: &str, document: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/json").join(format!("{name}.schema.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{name}: {errors:?}");
}

#[test]
fn every_output_fits_its_schema() {
    let folder = demo::with(&[]);
    let (made, _) = demo::make(folder.path(), &[]);
    check("make", &made);
    let broken = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", "{\"2.0.0\", [{\"1.0.0\", [{load_module, My.App}, end]}], []}")]);
    let (refused, status) = demo::make(broken.path(), &[]);
    check("make", &refused);
    assert_eq!(status, 1);
    assert_eq!(refused["relup"], Value::Null);
    let file = "lib/demo-2.0.0/ebin/demo.appup";
    check("expand", &demo::json(folder.path(), &["expand", file, "--format", "json"]).0);
    check("invert", &demo::json(folder.path(), &["invert", file, "--format", "json"]).0);
    check("graph", &demo::json(folder.path(), &["graph", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--format", "json"]).0);
    check("diff", &demo::json(folder.path(), &["diff", "old.rel", "new.rel", "--path", "lib/*/ebin", "--format", "json"]).0);
    let planted = ["fixtures/releases/planted/base", "fixtures/releases/planted/target"];
    check("diff", &demo::json(Path::new(env!("CARGO_MANIFEST_DIR")), &["diff", planted[0], planted[1], "--format", "json"]).0);
    check("lint", &demo::json(folder.path(), &["lint", file, "--format", "json"]).0);
    check("lint", &demo::json(broken.path(), &["lint", file, "--format", "json"]).0);
    check("rules", &demo::json(folder.path(), &["rules", "--format", "json"]).0);
}

/// The schema of SARIF 2.1.0 as the standard's committee publishes it: it comes with the second reader's sources.
fn sarif_schema() -> Value {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let versions = run(env!("CARGO"), &["version", "--verbose"]);
    let host = versions.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata: Value = serde_json::from_str(&run(env!("CARGO"), &["metadata", "--format-version", "1", "--offline", "--filter-platform", host])).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let file = Path::new(package["manifest_path"].as_str().unwrap()).with_file_name("src").join("schema.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    // Two patterns for languages have a bracket too many; no language is written here.
    for part in ["run", "toolComponent"] {
        schema["definitions"][part]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    schema
}

#[test]
fn sarif_is_what_the_standard_says_and_others_read_it() {
    let schema = jsonschema::validator_for(&sarif_schema()).unwrap();
    let file = "lib/demo-2.0.0/ebin/demo.appup";
    let text = "{\"1.9\",\n [{<<\"1.0.0\">>,[{load_module,demo_lib}]},{\"0.9\",[{load_module,Demo.Server}]}],\n [{\"1.0.0\",[]}]}.\n";
    let alone = demo::with(&[(file, text)]);
    let hazards = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/hazards");
    let runs: [(&Path, &[&str]); 3] =
        [(alone.path(), &["lint", file]), (&hazards, &["lint", "--target", "target", "--from", "base"]), (alone.path(), &["lint", "lib/none.appup"])];
    for (folder, arguments) in runs {
        let print = |format: &str| {
            let mut arguments = arguments.to_vec();
            arguments.extend(["--format", format]);
            demo::json(folder, &arguments).0
        };
        let (document, own) = (print("sarif"), print("json"));
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let read: serde_sarif::sarif::Sarif = serde_json::from_value(document).unwrap();
        let results = read.runs[0].results.as_ref().unwrap();
        let seen: Vec<&str> = results.iter().map(|result| result.rule_id.as_deref().unwrap()).collect();
        assert_eq!(seen, demo::codes(&own));
        assert!(!seen.is_empty());
    }
    let mut wrong = demo::json(alone.path(), &["lint", file, "--format", "sarif"]).0;
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0.into();
    assert!(!schema.is_valid(&wrong), "lines begin with 1");
}

#[test]
fn a_schema_refuses_what_is_wrong() {
    let folder = demo::with(&[]);
    let (mut made, _) = demo::make(folder.path(), &[]);
    made["schema"] = Value::String("one".to_owned());
    let schema: Value = serde_json::from_str(&relupc::render::schemas()[0].1).unwrap();
    assert!(!jsonschema::validator_for(&schema).unwrap().is_valid(&made));
}

#[test]
fn the_json_relup_is_the_written_one() {
    let folder = demo::with(&[]);
    let (made, _) = demo::make(folder.path(), &[]);
    let text = fs::read_to_string(folder.path().join("relup")).unwrap();
    let steps = made["relup"]["up"][0]["instructions"].as_array().unwrap();
    let terms: Vec<&str> = steps.iter().map(|step| step["term"].as_str().unwrap()).collect();
    assert_eq!(terms, ["{load_object_code,{demo,\"2.0.0\",[demo_lib]}}", "point_of_no_return", "{load,{demo_lib,brutal_purge,brutal_purge}}"]);
    for term in terms {
        assert!(text.contains(term), "{term} in {text}");
    }
    let origin = &steps[2]["origin"];
    assert_eq!((origin["kind"].as_str(), origin["start"]["line"].as_u64()), (Some("written"), Some(2)));
}
