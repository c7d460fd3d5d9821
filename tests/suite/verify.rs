//! `verify`: what is proved and refuted of paths, compiled or from a relup of any origin.

use crate::demo;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A path of the donation platform's relup, up or down, with its instructions one a line.
struct Script {
    up: Vec<String>,
    down: Vec<String>,
}

fn releases() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/donation_platform")
}

/// The instructions of both directions between 1.0.1 and 1.1.0, as `make` compiles them.
fn compiled() -> Script {
    let (document, status) = demo::json(&releases(), &["make", "1.1.0", "--from", "1.0.1", "-o", "-", "--no-lint", "--format", "json"]);
    assert_eq!(status, 0, "{document}");
    let steps = |direction: &str| {
        let all = document["relup"][direction][0]["instructions"].as_array().unwrap();
        all.iter().map(|step| step["term"].as_str().unwrap().to_owned()).collect()
    };
    Script { up: steps("up"), down: steps("down") }
}

/// Writes a relup of these instructions.
fn written(folder: &TempDir, script: &Script) -> std::path::PathBuf {
    let relup = folder.path().join("relup");
    let text = format!("{{\"1.1.0\",[{{\"1.0.1\",[],[{}]}}],[{{\"1.0.1\",[],[{}]}}]}}.\n", script.up.join(",\n"), script.down.join(",\n"));
    fs::write(&relup, text).unwrap();
    relup
}

/// A relup of these instructions, verified.
fn verified(folder: &TempDir, script: &Script) -> (Value, i32) {
    let relup = written(folder, script);
    demo::json(&releases(), &["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--format", "json"])
}

/// The properties that a path lacks.
fn refuted(document: &Value, direction: &str) -> Vec<String> {
    let path = document["paths"].as_array().unwrap().iter().find(|path| path["direction"] == direction).unwrap();
    let all = path["properties"].as_array().unwrap().iter().filter(|one| one["outcome"] == "refuted");
    all.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_sound_relup_is_not_refuted() {
    let folder = tempfile::tempdir().unwrap();
    let (document, status) = verified(&folder, &compiled());
    assert_eq!((status, document["holds"].as_bool(), document["hot"].as_bool()), (0, Some(true), Some(true)), "{document}");
    assert_eq!(document["paths"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_allowed_is_accepted_and_not_proved() {
    let folder = tempfile::tempdir().unwrap();
    let mut script = compiled();
    script.up.retain(|step| !step.starts_with("{code_change,"));
    let (document, status) = verified(&folder, &script);
    assert_eq!(status, 1, "{document}");
    let path = document["paths"].as_array().unwrap().iter().find(|path| path["direction"] == "upgrade").unwrap();
    let refuting = path["properties"].as_array().unwrap().iter().flat_map(|one| one["refuted_by"].as_array().unwrap());
    let codes: Vec<String> = refuting.map(|found| found["code"].as_str().unwrap().to_owned()).collect();
    let relup = folder.path().join("relup");
    let levels: Vec<String> = codes.iter().map(|code| format!("--allow={code}")).collect();
    let arguments: Vec<&str> = ["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--format", "json"].into_iter().collect();
    let (document, status) = demo::json(&releases(), &arguments.into_iter().chain(levels.iter().map(String::as_str)).collect::<Vec<_>>());
    assert_eq!(status, 0, "{document}");
    let path = document["paths"].as_array().unwrap().iter().find(|path| path["direction"] == "upgrade").unwrap();
    let accepted: Vec<&Value> = path["properties"].as_array().unwrap().iter().filter(|one| one["outcome"] == "accepted").collect();
    assert!(!accepted.is_empty(), "{path}");
    for one in &accepted {
        assert!(codes.contains(&one["accepted"][0]["finding"]["code"].as_str().unwrap().to_owned()), "{one}");
        assert_eq!(one["accepted"][0]["why"], "the levels of this run");
    }
}

#[test]
fn inputs_are_known_by_what_they_hold() {
    let inputs = |root: &Path| {
        let (document, _) = demo::json(root, &["verify", "1.1.0", "--from", "1.0.1", "--format", "json"]);
        let all = document["inputs"].as_array().unwrap().clone();
        all.into_iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one["sha256"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let own = inputs(&releases());
    assert_eq!(own.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["donation_platform 1.1.0", "donation_platform 1.0.1"]);
    assert!(own.iter().all(|(_, hash)| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())));
    // Elsewhere the same bytes give the same hash; another appup gives another one, for its release alone.
    let folder = tempfile::tempdir().unwrap();
    demo::copy(&releases(), folder.path());
    assert_eq!(inputs(folder.path()), own);
    let appup = folder.path().join("1.1.0/lib/donation_platform-1.1.0/ebin/donation_platform.appup");
    fs::write(&appup, fs::read_to_string(&appup).unwrap() + "%% looked at\n").unwrap();
    let changed = inputs(folder.path());
    assert!(changed[0] != own[0] && changed[1] == own[1], "{changed:?}");
}

#[test]
fn a_relup_that_lacks_an_instruction_is_refuted() {
    let folder = tempfile::tempdir().unwrap();
    let sound = compiled();
    let mut tried = 0;
    for at in 0..sound.up.len() {
        let mut up = sound.up.clone();
        let removed = up.remove(at);
        // A module that is removed and that no process runs needs no purge; calls are their authors' own.
        if removed.starts_with("{purge,") || removed.starts_with("{apply,") || removed.starts_with("{remove,") {
            continue;
        }
        tried += 1;
        let (document, status) = verified(&folder, &Script { up, down: sound.down.clone() });
        assert_eq!(status, 1, "without {removed}: {document}");
        assert!(!refuted(&document, "upgrade").is_empty(), "without {removed}");
        assert_eq!(refuted(&document, "downgrade"), Vec::<String>::new(), "without {removed}");
    }
    assert!(tried >= 8, "{tried}");
}

#[test]
fn what_is_done_twice_is_refuted_where_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let sound = compiled();
    for (kind, is_refuted) in [("{load,", true), ("point_of_no_return", false), ("{suspend,", false), ("{resume,", false)] {
        let Some(at) = sound.up.iter().position(|step| step.starts_with(kind)) else { panic!("no {kind}") };
        let mut up = sound.up.clone();
        up.insert(at, up[at].clone());
        let (document, _) = verified(&folder, &Script { up, down: sound.down.clone() });
        assert_eq!(!refuted(&document, "upgrade").is_empty(), is_refuted, "{kind} twice: {document}");
    }
}

#[test]
fn states_that_are_converted_twice_are_not_proved() {
    let folder = tempfile::tempdir().unwrap();
    let sound = compiled();
    let at = sound.up.iter().position(|step| step.starts_with("{code_change,")).unwrap();
    let mut up = sound.up.clone();
    up.insert(at, up[at].clone());
    let (document, _) = verified(&folder, &Script { up, down: sound.down.clone() });
    let state = document["paths"][0]["properties"].as_array().unwrap().iter().find(|one| one["name"] == "state").unwrap().clone();
    assert_eq!(state["outcome"], "not visible", "{state}");
    assert!(state["reasons"].to_string().contains("converts its states twice"), "{state}");
}

#[test]
fn a_missing_path_is_not_proved() {
    let folder = tempfile::tempdir().unwrap();
    let relup = folder.path().join("relup");
    fs::write(&relup, "{\"1.1.0\",[],[]}.\n").unwrap();
    let (document, status) = demo::json(&releases(), &["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--format", "json"]);
    assert_eq!((status, document["complete"].as_bool(), document["holds"].as_bool()), (1, Some(false), Some(false)));
    assert_eq!(document["missing"].as_array().unwrap().len(), 2);
    // Every form shows what keeps a missing path from being compiled.
    let gap = demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", "{\"2.0.0\",[],[{\"1.0.0\",[{load_module,demo_lib}]}]}.\n")]);
    let arguments = ["verify", "new.rel", "--from", "old.rel", "--path", "lib/*/ebin", "--format"];
    let (document, _) = demo::json(gap.path(), &[&arguments[..], &["json"]].concat());
    crate::schemas::check("verify", &document);
    let why = document["missing"][0]["why"][0].as_str().unwrap().to_owned();
    assert!(why.contains("demo"), "{document}");
    for form in ["markdown", "html"] {
        let output = demo::relupc(gap.path(), &[&arguments[..], &[form]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let words: String = why.replace('`', "");
        let shown =
            text.replace(['`', '\\'], "").replace("<code>", "").replace("</code>", "").replace("&#39;", "'").replace("&gt;", ">").replace("&quot;", "\"");
        assert!(shown.contains(&words), "{form}: {words}\n{text}");
    }
    let other = fs::read_to_string(releases().join("relup-1.1.0")).unwrap().replacen("\"1.1.0\"", "\"1.1.1\"", 1);
    fs::write(&relup, other).unwrap();
    let (document, status) = demo::json(&releases(), &["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--format", "json"]);
    assert_eq!((status, demo::codes(&document)), (1, vec!["RL0907".to_owned()]), "{document}");
    for broken in ["", "{\"1.1.0\",[", "{\"1.1.0\",[{\"1.0.1\",[],[{load,x}]}],[]}.\n"] {
        fs::write(&relup, broken).unwrap();
        let (document, status) = demo::json(&releases(), &["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--format", "json"]);
        assert_eq!((status, document["complete"].as_bool()), (1, Some(false)), "{broken}");
        assert!(!document["diagnostics"].as_array().unwrap().is_empty(), "{broken}");
    }
}

/// A copy of two of the releases.
fn copied() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut open = vec![releases().join("1.0.1"), releases().join("1.1.0")];
    while let Some(path) = open.pop() {
        let to = folder.path().join(path.strip_prefix(releases()).unwrap());
        if path.is_dir() {
            fs::create_dir_all(to).unwrap();
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
    folder
}

#[test]
fn a_file_that_a_relup_reads_and_that_is_missing_refutes_it() {
    let folder = copied();
    let script = compiled();
    written(&folder, &script);
    let arguments = ["verify", "relup", "1.1.0", "--from", "1.0.1", "--format", "json"];
    let (_, status) = demo::json(folder.path(), &arguments);
    assert_eq!(status, 0, "with all of its files");
    let read = script.up.iter().find_map(|step| step.strip_prefix("{load_object_code,{donation_platform,\"")).unwrap();
    let (vsn, modules) = read.split_once("\",[").unwrap();
    let module = modules.split([',', ']']).next().unwrap().trim_matches('\'');
    fs::remove_file(folder.path().join(format!("1.1.0/lib/donation_platform-{vsn}/ebin/{module}.beam"))).unwrap();
    let (document, status) = demo::json(folder.path(), &arguments);
    assert_eq!((status, refuted(&document, "upgrade")), (1, vec!["steps".to_owned()]), "{document}");
    assert!(demo::codes(&document).contains(&"RL0905".to_owned()), "{document}");
}

#[test]
fn the_environment_is_followed_key_by_key() {
    let folder = copied();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    write("1.0.1/releases/1.0.1/sys.config", "[{donation_platform,[{rate,1},{gone,1},{same,1}]},{other,[{a,1}]}].\n");
    write("1.1.0/releases/1.1.0/sys.config", "[{donation_platform,[{rate,2},{added,1},{same,1}]}].\n");
    let (document, _) = demo::json(folder.path(), &["verify", "1.1.0", "--from", "1.0.1", "--format", "json"]);
    let environment = |at: usize| document["paths"][at]["environment"].clone();
    let keys = |new: &str, removed: &str| serde_json::json!([{"application": "donation_platform", "changed": ["rate"], "new": [new], "removed": [removed], "config_change": false}]);
    assert_eq!((environment(0), environment(1)), (keys("added", "gone"), keys("gone", "added")), "{document}");
    let output = demo::relupc(folder.path(), &["verify", "1.1.0", "--from", "1.0.1", "--trace"]);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("the environment of `donation_platform` becomes that of release 1.1.0: "), "{report}");
    assert!(report.contains("`donation_platform` has no `config_change/3`"), "{report}");
    // What another file says is not known.
    write("1.1.0/releases/1.1.0/sys.config", "[{donation_platform,[{rate,2}]},\"more.config\"].\n");
    let (document, _) = demo::json(folder.path(), &["verify", "1.1.0", "--from", "1.0.1", "--format", "json"]);
    let reasons = document["paths"][0]["properties"][6]["reasons"].to_string();
    assert!(reasons.contains("`sys.config` has `more.config` read besides"), "{reasons}");
}

#[test]
fn an_unreadable_configuration_is_refuted() {
    let folder = copied();
    let verify = || demo::json(folder.path(), &["verify", "1.1.0", "--from", "1.0.1", "--format", "json"]);
    let config = folder.path().join("1.1.0/releases/1.1.0/sys.config");
    fs::write(&config, "[{donation_platform,[{rate,2}]}].\n").unwrap();
    assert_eq!(refuted(&verify().0, "upgrade"), Vec::<String>::new());
    for broken in [
        "{donation_platform,[]}.\n",
        "[{donation_platform,[}].\n",
        "[{donation_platform,[{rate,2}]}].\n[{donation_platform,[{rate,3}]}].\n",
        "[{donation_platform,[rate,{other,1,2}]}].\n",
        "[{\"donation_platform\",[{rate,2}]}].\n",
    ] {
        fs::write(&config, broken).unwrap();
        let (document, status) = verify();
        assert_eq!((status, refuted(&document, "upgrade")), (1, vec!["configuration".to_owned()]), "{document}");
    }
    fs::remove_file(config).unwrap();
    fs::write(folder.path().join("1.1.0/releases/1.1.0/runtime.exs"), "import Config\n").unwrap();
    let (document, status) = verify();
    assert_eq!((status, refuted(&document, "upgrade")), (0, Vec::new()), "{document}");
    assert!(document.to_string().contains("`runtime.exs` computes configuration"), "{document}");
}

#[test]
fn reports_for_people() {
    let text = |arguments: &[&str]| {
        let output = demo::relupc(&releases(), arguments);
        (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
    };
    let (report, status) = text(&["verify", "1.1.0", "--from", "1.0.1,1.0.0", "--trace"]);
    assert_eq!(status, 0, "{report}");
    for wanted in ["upgrade 1.0.1 -> 1.1.0: ", "downgrade 1.1.0 -> 1.0.1: ", "from here on a failure restarts the node", "its processes are suspended"] {
        assert!(report.contains(wanted), "{wanted}: {report}");
    }
    let (page, _) = text(&["verify", "1.1.0", "--from", "1.0.1", "--format", "markdown"]);
    assert!(page.contains("### Upgrade") && page.contains("### Downgrade") && page.contains("| --- | --- | --- |"), "{page}");
    let (_, status) = text(&["verify", "1.1.0", "--from", "1.0.1", "--trace", "--format", "json"]);
    assert_eq!(status, 2);
    let (_, status) = text(&["verify", "1.1.0"]);
    assert_eq!(status, 2);
}

#[test]
fn each_step_says_when_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let trace = |script: &Script| {
        let relup = written(&folder, script);
        let output = demo::relupc(&releases(), &["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--trace"]);
        String::from_utf8(output.stdout).unwrap()
    };
    let sound = trace(&compiled());
    assert!(!sound.contains("fails") && sound.contains("`make_permanent` kills any process that still runs the old code of `'Elixir.Don"), "{sound}");
    let with = |at: usize, instruction: &str| {
        let mut script = compiled();
        script.up.insert(at, instruction.to_owned());
        trace(&script)
    };
    let point = compiled().up.iter().position(|step| step == "point_of_no_return").unwrap();
    let unread = "{load,{donation_unknown,brutal_purge,brutal_purge}}";
    let early = with(point, unread);
    assert!(early.contains("fails, already in `check_install_release`, and the node goes on: load 1 of `donation_unknown`"), "{early}");
    assert!(early.contains("not as meant: it is run when the upgrade is only checked"), "{early}");
    let late = with(point + 1, unread);
    assert!(late.contains("fails while the upgrade is installed, and the node restarts: load 1 of `donation_unknown`"), "{late}");
    assert!(!late.split("downgrade").next().unwrap().contains("make_permanent"), "a path that fails is not made permanent: {late}");
    let refused = with(point, "restart_emulator");
    assert!(refused.contains("fails, already in `check_install_release`") && !refused.contains("the emulator restarts"), "{refused}");
    let unknown = with(point + 1, "reboot");
    assert!(unknown.contains("fails, already in `check_install_release`, and the node goes on: the release handler does not know"), "{unknown}");
    let called = with(point, "{apply,{donation_unknown,go,[]}}");
    assert!(called.contains("a function is called, also when the upgrade is only checked"), "{called}");
    let restarted = with(compiled().up.len(), "restart_emulator");
    assert!(!restarted.split("downgrade").next().unwrap().contains("make_permanent"), "{restarted}");
}

#[test]
fn the_page_holds_every_path_and_step() {
    let page = |arguments: &[&str]| String::from_utf8(demo::relupc(&releases(), arguments).stdout).unwrap();
    let sound = page(&["verify", "1.1.0", "--from", "1.0.1,1.0.0", "--format", "html"]);
    assert!(sound.starts_with("<!doctype html>\n") && sound.ends_with("</html>\n"));
    assert_eq!(sound.matches("<b>hot, proved</b>").count(), 4);
    assert_eq!(sound.matches("<section>").count(), 5, "one for each path, one for the inputs");
    let steps: usize = [8, 9, 8, 9].iter().sum();
    assert_eq!(sound.matches("<li><code>").count(), steps, "each instruction is listed");
    assert!(sound.contains("<li><code>point_of_no_return</code> <span class=\"soft place\">always</span><br>from here on a failure restarts the node</li>"));
    let folder = tempfile::tempdir().unwrap();
    let relup = folder.path().join("relup");
    fs::write(&relup, "{\"1.1.0\",[{\"1.0.1\",[],[{apply,{'<b>&',f,[]}}]}],[]}.\n").unwrap();
    let faulty = page(&["verify", relup.to_str().unwrap(), "1.1.0", "--from", "1.0.1", "--format", "html"]);
    assert!(faulty.contains("<b>hot, refuted</b>") && faulty.contains("<b>missing</b>"), "{faulty}");
    assert!(faulty.contains("&#39;&lt;b&gt;&amp;&#39;") && !faulty.contains("<b>&"), "names are text");
}
