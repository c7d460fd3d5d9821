//! `relupc lint`: rules between releases, levels, allowing comments, fixes and output formats. What the rules say about an
//! appup on its own is tested by their pages.

use crate::demo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/planted")
}

/// The planted releases in a folder of their own, with an appup for each application: the script for both directions.
fn planted(scripts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for side in ["base", "target"] {
        demo::copy(&root().join(side), &folder.path().join(side));
    }
    let scripts: BTreeMap<&str, &str> = scripts.iter().copied().collect();
    for entry in fs::read_dir(folder.path().join("target/lib")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (application, version) = name.rsplit_once('-').unwrap();
        let script = scripts.get(application).copied().unwrap_or("");
        let text = format!("{{\"{version}\",[{{\"1.0.0\",[{script}]}}],[{{\"1.0.0\",[{script}]}}]}}.\n");
        fs::write(path.join(format!("ebin/{application}.appup")), text).unwrap();
    }
    folder
}

const HARMFUL: &[(&str, &str)] = &[
    ("comment_only", "{load_module,commented}"),
    ("field_added", "{load_module,field_added}"),
    ("field_renamed", "{update,field_renamed,{advanced,[]}}"),
    ("machine", "{update,machine,{advanced,[]}}"),
    ("signature", "{load_module,calculator}"),
    ("state_kept", ""),
    ("version_argument", "{update,version_argument,{advanced,[]}}"),
    ("children", "{load_module,children_sup}"),
    ("native", "{load_module,native}"),
    ("recompiled", "{load_module,recompiled}"),
    ("moved_to", "{load_module,mover}"),
    ("vsn_only", "{load_module,versioned}"),
    ("computed_alike", "{load_module,computed_alike}"),
    ("computed_otherwise", "{load_module,computed_otherwise}"),
    ("two_maps", "{load_module,two_maps}"),
    ("bound_down", "{update,bound_down,{advanced,[]}}"),
    ("old_tuple", "{update,old_tuple,{advanced,[]}}"),
    ("continued", "{restart_application,continued}"),
    ("nested", "{restart_application,nested}"),
];

fn lint(folder: &Path, more: &[&str]) -> (Value, i32) {
    let mut arguments = vec!["lint", "--target", "target", "--from", "base", "--format", "json"];
    arguments.extend(more);
    demo::json(folder, &arguments)
}

fn messages(document: &Value, code: &str) -> Vec<String> {
    let list = document["diagnostics"].as_array().unwrap();
    list.iter().filter(|found| found["code"] == code).map(|found| found["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_the_code_shows_between_two_releases() {
    let folder = planted(HARMFUL);
    for (side, module) in [("base/releases/1.0.0", "commented"), ("target/releases/2.0.0", "versioned")] {
        let consolidated = folder.path().join(side).join("consolidated");
        fs::create_dir_all(&consolidated).unwrap();
        let from = root().join("target/lib").join(if module == "commented" { "comment_only-2.0.0" } else { "vsn_only-2.0.0" }).join("ebin");
        fs::copy(from.join(format!("{module}.beam")), consolidated.join("Elixir.Some.Protocol.beam")).unwrap();
    }
    let (document, status) = lint(folder.path(), &[]);
    assert_eq!(status, 1);
    let fired: BTreeSet<&str> = document["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect();
    let expected = ["RL0521", "RL0522", "RL0523", "RL0524", "RL0601", "RL0602", "RL0603", "RL0604", "RL0605", "RL0801", "RL0802", "RL0803", "RL0804", "RL0805"];
    for code in expected {
        assert!(fired.contains(code), "{code} did not fire: {fired:?}");
    }
    let about = |code: &str, name: &str| messages(&document, code).iter().filter(|message| message.contains(name)).count();
    // Each finding once, in the entry of its direction, and only about what was planted.
    assert_eq!((about("RL0521", "`state_kept`"), messages(&document, "RL0521").len()), (2, 2), "{:?}", messages(&document, "RL0521"));
    assert_eq!(about("RL0601", "`field_added`"), messages(&document, "RL0601").len());
    assert_eq!((about("RL0602", "`machine`"), messages(&document, "RL0602").len()), (2, 2), "once for each direction's entry");
    assert_eq!((about("RL0603", "`field_renamed`"), about("RL0603", "`version_argument`")), (2, 1));
    assert_eq!((about("RL0523", "`commented`"), messages(&document, "RL0523").len()), (2, 2), "{:?}", messages(&document, "RL0523"));
    let found = document["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == "RL0521").unwrap();
    assert_eq!(found["paths"], serde_json::json!(["1.0.0 -> 2.0.0"]));
    let entry = &found["labels"][0];
    assert!(entry["file"].as_str().unwrap().ends_with("state_kept.appup"), "the line that a person would change: {entry}");
    let found = document["diagnostics"].as_array().unwrap().iter().find(|found| found["code"] == "RL0524").unwrap();
    assert_eq!(found["paths"], serde_json::json!(["1.0.0 -> 2.0.0"]), "on a downgrade the function exists again");
    assert!(found["labels"][0]["file"].as_str().unwrap().ends_with(".appup"), "the entry that a person would change: {found}");
}

#[test]
fn scripts_that_do_what_the_change_asks_for_are_passed() {
    let mut scripts: Vec<(&str, &str)> = HARMFUL.to_vec();
    for (name, script) in &mut scripts {
        match *name {
            "comment_only" => *script = "",
            "field_added" => *script = "{update,field_added,{advanced,[]}}",
            "machine" => *script = "{restart_application,machine}",
            "state_kept" => *script = "{load_module,state_kept}",
            "children" => *script = "{restart_application,children}",
            _ => {}
        }
    }
    let folder = planted(&scripts);
    let (document, _) = lint(folder.path(), &[]);
    for code in ["RL0521", "RL0523", "RL0601", "RL0602", "RL0605"] {
        assert_eq!(messages(&document, code), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn where_the_emulator_is_restarted_all_is_new_anyway() {
    let folder = planted(HARMFUL);
    let rel = folder.path().join("target/releases/2.0.0/planted.rel");
    let text = fs::read_to_string(&rel).unwrap().replace("{erts,\"13.1.5\"}", "{erts,\"13.2\"}");
    fs::write(rel, text).unwrap();
    let (document, _) = lint(folder.path(), &[]);
    for code in ["RL0521", "RL0522", "RL0601", "RL0602", "RL0603", "RL0604", "RL0605", "RL0801", "RL0804"] {
        assert_eq!(messages(&document, code), Vec::<String>::new(), "{code}");
    }
    assert_eq!(messages(&document, "RL0802").len(), 1, "migrations are reported all the same");
}

#[test]
fn a_release_against_itself_gives_nothing() {
    let folder = planted(HARMFUL);
    demo::copy(&folder.path().join("target"), &folder.path().join("copy"));
    let (document, status) = demo::json(folder.path(), &["lint", "--target", "target", "--from", "copy", "--format", "json"]);
    assert_eq!((demo::codes(&document), status), (Vec::new(), 0));
}

/// What the releases in `hazards` are there for: code, what its message names, and on how many findings.
const HAZARDS: &[(&str, &str, usize)] = &[
    ("RL0504", "`caller` is loaded before `called`", 1),
    ("RL0504", "`called` is replaced first; until `caller`", 1),
    ("RL0505", "`helper` is removed before `client`", 1),
    ("RL0507", "`relay` is restarted while `tuner`", 2),
    ("RL0508", "`settings:convert/1`", 1),
    // By `spawn_link`, a timer and another node; not what exists, nor what cannot be known.
    ("RL0524", "`worker` exports `run/2` in place of `run/1`, and 3 functions still call it", 1),
    ("RL0606", "lists `[other]`", 2),
    ("RL0606", "`asked` as `dynamic`", 2),
    ("RL0607", "`ets:new/2`", 2),
    ("RL0608", "`waiter`", 2),
    ("RL0609", "`keeper`", 2),
    ("RL0610", "`alone`", 2),
    ("RL0611", "`dropped_sup`", 1),
    ("RL0612", "`changeling`", 1),
    ("RL0612", "`moded`", 1),
    ("RL0613", "`restarted:start_link/0`", 1),
    ("RL0602", "returns `{state,1,State}`", 1),
    ("RL0601", "changes the default of `seen` from `[]` to `#{}`", 2),
    ("RL0601", "gains `limit`; callbacks of the new code accept the old form, too", 1),
];

fn hazards() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/hazards");
    for side in ["base", "target"] {
        demo::copy(&root.join(side), &folder.path().join(side));
    }
    folder
}

#[test]
fn every_hazard_is_seen_where_it_is() {
    let (document, status) = lint(hazards().path(), &[]);
    assert_eq!(status, 1);
    for code in HAZARDS.iter().map(|(code, ..)| code).collect::<BTreeSet<_>>() {
        let wanted: usize = HAZARDS.iter().filter(|(known, ..)| known == code).map(|(.., count)| count).sum();
        let seen = messages(&document, code);
        assert_eq!(seen.len(), wanted, "{code}: {seen:?}");
    }
    for (code, name, count) in HAZARDS {
        assert_eq!(messages(&document, code).iter().filter(|message| message.contains(name)).count(), *count, "{code} {name}");
    }
}

#[test]
fn a_record_that_the_new_code_takes_is_an_error_on_the_way_down_only() {
    let (document, _) = lint(hazards().path(), &[]);
    let findings = document["diagnostics"].as_array().unwrap().iter();
    let severities: Vec<(bool, &str)> = findings
        .filter(|finding| finding["code"] == "RL0601" && finding["message"].as_str().unwrap().contains("`taken`"))
        .map(|finding| (finding["paths"][0] == "2.0.0 -> 1.0.0", finding["severity"].as_str().unwrap()))
        .collect();
    assert_eq!(severities.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from([(true, "error")]), "each callback takes the old form");
}

#[test]
fn one_that_is_told_of_a_restart_is_prepared_for_it() {
    let folder = hazards();
    let levels = || -> BTreeSet<String> {
        let (document, _) = lint(folder.path(), &[]);
        let found = document["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == "RL0507");
        found.map(|found| found["severity"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(levels(), BTreeSet::from(["advice".to_owned()]), "`tuner` monitors `relay`");
    // Without its code nothing says so.
    for side in ["base", "target"] {
        fs::remove_file(folder.path().join(side).join("lib/tuner-1.0.0/ebin/tuner.beam")).unwrap();
    }
    assert_eq!(levels(), BTreeSet::from(["warning".to_owned()]));
}

#[test]
fn a_call_that_is_overtaken_by_what_it_has_nothing_to_do_with_is_a_note() {
    let level = |call: &str| {
        let script = format!("{{update,demo_srv,soft,[demo_lib,demo_top]}},{{apply,{{{call}}}}},{{load_module,demo_lib}},{{load_module,demo_top}}");
        let text = format!("{{\"2.0.0\",[{{\"1.0.0\",[{script}]}}],[{{\"1.0.0\",[]}}]}}.\n");
        let (document, _) = demo::json(demo::lay_out([("demo.appup", text)]).path(), &["lint", "demo.appup", "--format", "json"]);
        let mut found = document["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == "RL0502");
        found.next().unwrap()["severity"].as_str().unwrap().to_owned()
    };
    for call in ["demo_srv,prepare,[]", "demo_lib,prepare,[]", "supervisor,restart_child,[demo_sup,demo_lib]", "gen_server,call,[demo_srv,prepare]"] {
        assert_eq!(level(call), "warning", "{call}");
    }
    for call in ["other,prepare,[]", "supervisor,restart_child,[demo_sup,other]"] {
        assert_eq!(level(call), "advice", "{call}");
    }
}

#[test]
fn hazards_against_themselves_give_nothing() {
    let folder = hazards();
    demo::copy(&folder.path().join("target"), &folder.path().join("copy"));
    let (document, status) = demo::json(folder.path(), &["lint", "--target", "target", "--from", "copy", "--format", "json"]);
    assert_eq!((demo::codes(&document), status), (Vec::new(), 0));
}

/// What a call says counts, not only that one is made: which supervisor and child, and in which of its ways an application is
/// started again.
#[test]
fn calls_are_read_to_their_arguments() {
    let folder = hazards();
    let seen = |application: &str, script: &str, code: &str| {
        let file = folder.path().join(format!("target/lib/{application}-2.0.0/ebin/{application}.appup"));
        fs::write(file, format!("{{\"2.0.0\",[{{\"1.0.0\",[{script}]}}],[]}}.\n")).unwrap();
        let (document, _) = demo::json(folder.path(), &["lint", "--target", "target", "--from", "base", "--format", "json"]);
        messages(&document, code).into_iter().filter(|message| message.contains(&format!("`{application}`"))).count()
    };
    let dropped = |call: &str| seen("dropped", &format!("{{apply,{{{call}}}}},{{update,dropped_sup,supervisor}},{{delete_module,dropped}}"), "RL0611");
    for (call, count) in [
        ("supervisor,terminate_child,[dropped_sup,dropped]", 0),
        ("'Elixir.Supervisor',terminate_child,[dropped_sup,dropped]", 0),
        ("supervisor,terminate_child,[dropped_sup,another]", 1),
        ("supervisor,terminate_child,[restarted_sup,dropped]", 1),
        ("supervisor,restart_child,[dropped_sup,dropped]", 1),
    ] {
        assert_eq!(dropped(call), count, "{call}");
    }
    // A server that keeps its state, with its application stopped before the load or not.
    let folder = tempfile::tempdir().unwrap();
    for side in ["base", "target"] {
        demo::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/shop").join(side), &folder.path().join(side));
    }
    let seen = |before: &str, after: &str| {
        let text = format!("{{\"0.2.0\",[{{\"0.1.0\",[{before}{{load_module,shop_counter}}{after}]}}],[{{\"0.1.0\",[{{restart_application,shop}}]}}]}}.\n");
        fs::write(folder.path().join("target/lib/shop-0.2.0/ebin/shop.appup"), text).unwrap();
        messages(&demo::json(folder.path(), &["lint", "--target", "target", "--from", "base", "--format", "json"]).0, "RL0601").len()
    };
    assert_eq!(seen("", ""), 1);
    let stop = "{apply,{application,stop,[shop]}},";
    for start in ["start,[shop]", "start,[shop,permanent]", "ensure_started,[shop]", "ensure_all_started,[shop]"] {
        let start = format!(",{{apply,{{application,{start}}}}}");
        assert_eq!((seen(stop, &start), seen("", &start)), (0, 1), "{start}");
    }
    assert_eq!(seen(&format!("{stop}{{apply,{{application,ensure_all_started,[shop]}}}},"), ""), 1, "it runs again before the load");
}

#[test]
fn hazards_that_were_fixed_are_passed() {
    let folder = hazards();
    let fix = |application: &str, script: &str| {
        let file = folder.path().join(format!("target/lib/{application}-2.0.0/ebin/{application}.appup"));
        fs::write(file, format!("{{\"2.0.0\",[{{\"1.0.0\",[{script}]}}],[]}}.\n")).unwrap();
    };
    fix("window", "{update,caller,[called]},{load_module,called}");
    fix("helped", "{load_module,client},{delete_module,helper}");
    fix("called_early", "{load_module,settings},{apply,{settings,convert,[old]}}");
    fix("hidden", "{load_module,hidden},{load_module,asked}");
    fix("tables", "{restart_application,tables}");
    fix("looping", "{restart_application,looping}");
    fix("funs", "{update,keeper,{advanced,[]}},{load_module,namer}");
    fix("restarted", "{restart_application,restarted}");
    fix("retyped", "{update,retyped,{advanced,[]}}");
    fix("moded", "{update,moded,{advanced,[]}}");
    fix("changeling", "{restart_application,changeling}");
    fix("alone", "{load_module,alone}");
    fix("relay", "{apply,{application,stop,[tuner]}},{restart_application,relay},{apply,{application,start,[tuner]}}");
    fs::copy(folder.path().join("base/lib/by_name-1.0.0/ebin/worker.beam"), folder.path().join("target/lib/by_name-2.0.0/ebin/worker.beam")).unwrap();
    fix("taken", "{restart_application,taken}");
    fix("dropped", "{apply,{supervisor,terminate_child,[dropped_sup,dropped]}},{update,dropped_sup,supervisor},{delete_module,dropped}");
    let (document, _) = demo::json(folder.path(), &["lint", "--target", "target", "--from", "base", "--format", "json"]);
    // As long as anybody is suspended, every application is asked for its processes.
    assert_eq!(messages(&document, "RL0610").len(), 1);
    for (code, ..) in HAZARDS.iter().filter(|(code, ..)| !["RL0608", "RL0610"].contains(code)) {
        assert_eq!(messages(&document, code), Vec::<String>::new(), "{code}");
    }
    // No instruction for a library stops what others run in its modules.
    assert!(matches!(messages(&document, "RL0608").as_slice(), [one] if one.contains("killed here")));
}

#[test]
fn what_cannot_be_seen_is_said() {
    let folder = hazards();
    let seen = || messages(&lint(folder.path(), &[]).0, "RL0614").into_iter().filter(|message| message.contains("`retyped`")).count();
    assert_eq!(seen(), 0);
    for side in ["base/lib/retyped-1.0.0", "target/lib/retyped-2.0.0"] {
        let file = folder.path().join(side).join("ebin/retyped.beam");
        let mut beam = fs::read(&file).unwrap();
        let chunk = beam.windows(4).position(|tag| tag == b"Dbgi").unwrap();
        // An unknown chunk.
        beam[chunk] = b'X';
        fs::write(&file, beam).unwrap();
    }
    assert_eq!(seen(), 1);
    let gone = messages(&lint(folder.path(), &[]).0, "RL0601").into_iter().filter(|message| message.contains("`retyped`")).count();
    assert_eq!(gone, 0, "nothing is claimed of it");
}

#[test]
fn nothing_is_claimed_of_a_module_that_cannot_be_read() {
    let folder = hazards();
    fs::write(folder.path().join("target/lib/taken-2.0.0/ebin/taken.beam"), "").unwrap();
    let (document, status) = lint(folder.path(), &[]);
    assert_eq!((messages(&document, "RL0241").len(), status), (1, 1));
    assert!(!messages(&document, "RL0523").iter().any(|message| message.contains("`taken`")), "it is not known to be the same");
    let (document, _) = demo::json(folder.path(), &["diff", "base", "target", "--format", "json"]);
    let applications = document["comparison"]["applications"].as_array().unwrap();
    let taken = applications.iter().find(|application| application["name"] == "taken").unwrap();
    assert_eq!(
        (&taken["facts"][1]["kind"], &taken["verdict"]["up"], &taken["same_modules"]),
        (&"code-unreadable".into(), &"hot-with-care".into(), &0.into()),
        "{taken}"
    );
}

#[test]
fn a_module_for_a_newer_emulator() {
    let folder = hazards();
    let file = folder.path().join("target/lib/window-2.0.0/ebin/caller.beam");
    let mut beam = fs::read(&file).unwrap();
    let code = beam.windows(4).position(|tag| tag == b"Code").unwrap();
    // After the chunk's head: size, set, highest instruction.
    beam[code + 16..code + 20].copy_from_slice(&190u32.to_be_bytes());
    fs::write(&file, beam).unwrap();
    let (document, _) = lint(folder.path(), &[]);
    let seen = messages(&document, "RL0806");
    assert!(seen.len() == 1 && seen[0].contains("`caller` was compiled for a newer emulator"), "{seen:?}");
}

#[test]
fn a_tarball_that_does_not_unpack() {
    let folder = hazards();
    let pack = |name: &str| {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
        builder.append_dir_all("", folder.path().join("target")).unwrap();
        builder.into_inner().unwrap().finish().unwrap();
        let (document, _) = demo::json(folder.path(), &["lint", "--target", name, "--from", "base", "--format", "json"]);
        (messages(&document, "RL0810"), messages(&document, "RL0808").len())
    };
    let appup = folder.path().join("target/lib/window-2.0.0/ebin/window.appup");
    fs::write(&appup, fs::read_to_string(&appup).unwrap().replace("\"1.0.0\"", "<<\"1.0.0\">>")).unwrap();
    let (seen, boot) = pack("hazards-2.0.0.tar.gz");
    let output = demo::relupc(folder.path(), &["lint", "--target", "hazards-2.0.0.tar.gz", "--from", "base", "--fix=unsafe"]);
    assert_eq!(output.status.code(), Some(1), "nothing is fixed inside a tarball: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!((seen.len(), boot), (1, 1));
    assert!(seen[0].contains("`hazards-2.0.0.tar.gz` does not contain `releases/hazards-2.0.0.rel`"), "{seen:?}");
    fs::copy(folder.path().join("target/releases/2.0.0/hazards.rel"), folder.path().join("target/releases/hazards-2.0.0.rel")).unwrap();
    fs::write(folder.path().join("target/releases/2.0.0/start.boot"), "a boot file").unwrap();
    assert_eq!(pack("hazards-2.0.0.tar.gz"), (Vec::new(), 0));
}

#[test]
fn a_relup_that_does_not_end_in_its_release() {
    let folder = hazards();
    let relup = folder.path().join("target/releases/2.0.0/relup");
    let made = demo::relupc(folder.path(), &["make", "target", "--from", "base", "--in-place", "--no-lint"]);
    assert_eq!(made.status.code(), Some(0));
    // One of the appups forgets a module that changed, and the relup with it.
    let wrong = || -> Vec<String> {
        let (document, _) = lint(folder.path(), &[]);
        messages(&document, "RL0908").into_iter().filter(|message| !message.contains("`restarted_sup`")).collect()
    };
    let codes = || -> Vec<String> {
        let (document, _) = lint(folder.path(), &[]);
        demo::codes(&document).into_iter().filter(|code| code.starts_with("RL09")).collect()
    };
    assert_eq!(codes(), Vec::<String>::new(), "what the appups give is what they give");
    let text = fs::read_to_string(&relup).unwrap();
    let without = |what: &str| {
        let at = text.find(what).unwrap_or_else(|| panic!("{what} in {text}"));
        let end = at + text[at..].find("}},").unwrap() + 3;
        fs::write(&relup, format!("{}{}", &text[..at], &text[end..])).unwrap();
    };
    without("{load,{waiter,");
    assert_eq!(wrong(), ["after this path `waiter` of `looping` is stale: the other release's code keeps running"]);
    without("{remove,{helper,");
    assert_eq!(wrong(), ["after this path `helper` of `helped` is left over: nothing removes it"]);
    fs::write(&relup, text.replacen("{load,{caller,brutal_purge,brutal_purge}}", "{remove,{caller,brutal_purge,brutal_purge}}", 1)).unwrap();
    let (document, _) = lint(folder.path(), &[]);
    let seen = messages(&document, "RL0908");
    assert!(seen.iter().any(|message| message == "this path removes `caller`, which release 2.0.0 has in `window`"), "{seen:?}");
    assert_eq!(messages(&document, "RL0906").len(), 1, "and nothing purges it");
    fs::write(&relup, text.replacen("{called,\"", "{called_,\"", 1).replacen("{window,\"2.0.0\",", "{window,\"1.5.0\",", 1)).unwrap();
    let (document, _) = lint(folder.path(), &[]);
    assert_eq!(messages(&document, "RL0905"), ["release 2.0.0 has `window` in version 2.0.0, not \"1.5.0\""]);
    fs::write(&relup, "{\"2.0.0\",[{\"1.0.0\",[],[nonsense]}],[]}.\n").unwrap();
    assert_eq!(codes(), Vec::<String>::new(), "an instruction that does not exist is RL0309");
    assert!(demo::codes(&lint(folder.path(), &[]).0).contains(&"RL0309".to_owned()));
}

#[test]
fn a_path_in_two_steps_is_named() {
    let relup = |vsn: &str, base: &str| format!("{{\"{vsn}\",[{{\"{base}\",[],[point_of_no_return]}}],[{{\"{base}\",[],[point_of_no_return]}}]}}.\n");
    let rel = |vsn: &str| {
        let apps = "[{kernel,\"9.0\"},{stdlib,\"9.0\"},{sasl,\"9.0\"},{demo,\"2.0.0\"}]";
        (format!("releases/{vsn}/demo.rel"), format!("{{release,{{\"demo\",\"{vsn}\"}},{{erts,\"13.1\"}},\n {apps}}}.\n"))
    };
    let mut files = demo::files();
    files.extend([rel("1"), rel("2"), rel("3")]);
    files.insert("releases/2/relup".to_owned(), relup("2", "1"));
    files.insert("releases/3/relup".to_owned(), relup("3", "2"));
    let folder = demo::lay_out(files);
    let (document, _) = demo::json(folder.path(), &["lint", "--target", ".@3", "--from", ".@2", "--from", ".@1", "--format", "json"]);
    let found: Vec<&Value> = document["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == "RL0907").collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|found| found["help"].as_str().unwrap().contains("in two steps, through 2")), "{found:?}");
}

#[test]
fn comments_silence_what_stands_between_releases() {
    let folder = hazards();
    let file = folder.path().join("target/lib/tables-2.0.0/ebin/tables.appup");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("%% relupc:allow-file RL0607 the table is a new one each time\n{text}")).unwrap();
    let (document, _) = lint(folder.path(), &[]);
    assert_eq!(messages(&document, "RL0607"), Vec::<String>::new());
    assert_eq!(messages(&document, "RL0002"), Vec::<String>::new());
}

#[test]
fn sources_that_are_evaluated_are_passed_and_said_to_be() {
    let script = "%% computed\n{VSN, Ups} = {\"2.0.0\", []},\n{VSN,[{\"1.0.0\",[{load_modul,x}]} | Ups],[]}.\n";
    let template = "{\"{{vsn}}\",[{{ups}}],[]}.\n";
    let slip = "{\"2.0.0\",[{\"1.0.0\",[{load_module,x} {load_module,y}]}],[]}.\n";
    for (text, expected) in [(script, "RL0338"), (template, "RL0338"), (slip, "RL0102")] {
        let folder = demo::lay_out([("src/demo.appup.src", text), ("ebin/demo.appup", text)]);
        let (document, _) = demo::json(folder.path(), &["lint", "src", "--format", "json"]);
        assert_eq!(demo::codes(&document)[0], expected, "{text}");
        let (document, _) = demo::json(folder.path(), &["lint", "ebin", "--format", "json"]);
        assert!(!demo::codes(&document).contains(&"RL0338".to_owned()));
    }
}

#[test]
fn a_source_whose_version_a_build_fills_in_is_checked_like_an_appup() {
    let app = "{application,demo,[{vsn,\"2.0.0\"}]}.\n";
    for version in ["VSN", "V", "_Vsn", "\"%VSN%\"", "\"{{vsn}}\"", "{{ vsn }}", "\"${VSN}\"", "\"@vsn@\""] {
        let text = format!("%% {{comment}}\n{{ {version} ,\n [{{\"1.0.0\",[{{load_modul,x}}]}}],\n [{{\"1.0.0\",[{{load_module,x}}]}}]}}.\n");
        let folder = demo::lay_out([("src/demo.appup.src", text.as_str()), ("src/demo.app.src", app)]);
        let (document, _) = demo::json(folder.path(), &["lint", "src", "--format", "json"]);
        let place = &document["diagnostics"][0]["labels"][0]["start"];
        assert_eq!((demo::codes(&document), &place["line"], &place["column"]), (vec!["RL0309".to_owned()], &3.into(), &13.into()), "{version}");
        // The version of the source beside it counts.
        let text = text.replace("load_modul,", "load_module,");
        let folder = demo::lay_out([("src/demo.appup.src", text.as_str()), ("src/demo.app.src", app)]);
        let output = demo::relupc(folder.path(), &["expand", "src/demo.appup.src"]);
        let script = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(script.contains("{load_object_code,{demo,\"2.0.0\",[x]}}") && output.status.success(), "{version}: {script}");
        // What a build does is not known for an appup that is one already.
        let folder = demo::lay_out([("ebin/demo.appup", text)]);
        let (document, status) = demo::json(folder.path(), &["lint", "ebin", "--format", "json"]);
        assert!(status == 1 || version.starts_with(['"', '{']), "{version}: {document}");
    }
    // Places and fixes are those of the file, whatever its encoding.
    let latin1 = b"%% coding: latin-1\n%% \xe9\xe9\n{VSN %% \xe9\n ,[{\"1.0.0\",[{load_modul,'caf\xe9'}]}],\n [{\"1.0.0\",[]}]}.\n".to_vec();
    let folder = demo::lay_out([("src/demo.appup.src", latin1.as_slice()), ("src/demo.app.src", app.as_bytes())]);
    let (document, _) = demo::json(folder.path(), &["lint", "src", "--format", "json"]);
    let found = &document["diagnostics"][0];
    assert_eq!((&found["code"], &found["labels"][0]["start"]["line"], &found["labels"][0]["start"]["column"]), (&"RL0309".into(), &4.into(), &14.into()));
    assert!(found["message"].as_str().unwrap().contains("caf\u{e9}"), "{document}");
    // `invert` reads it as well.
    let folder = demo::lay_out([("demo.appup.src", "{VSN,\n [{\"1.0.0\",[{add_module,a}]}],\n []}.\n")]);
    let output = demo::relupc(folder.path(), &["invert", "--in-place", "demo.appup.src"]);
    let text = fs::read_to_string(folder.path().join("demo.appup.src")).unwrap();
    assert!(output.status.success() && text.starts_with("{VSN,") && text.contains("{delete_module,a}"), "{text}");
    // More than the version is unknown.
    let folder = demo::lay_out([("demo.appup.src", "{VSN,[{\"1.0.0\",[{load_module,M}]}],[]}.\n")]);
    let (document, _) = demo::json(folder.path(), &["lint", "demo.appup.src", "--format", "json"]);
    assert_eq!(demo::codes(&document), ["RL0338"]);
}

#[test]
fn a_dependency_is_called_one() {
    let folder = hazards();
    let app = folder.path().join("target/lib/window-2.0.0/ebin/window.app");
    let text = fs::read_to_string(&app).unwrap().replace("[kernel,stdlib]", "[kernel,stdlib,tables]");
    fs::write(&app, text).unwrap();
    let (document, _) = lint(folder.path(), &[]);
    let of = |code: &str| {
        let list = document["diagnostics"].as_array().unwrap();
        list.iter().find(|found| found["code"] == code).unwrap()["help"].as_str().unwrap().to_owned()
    };
    assert!(of("RL0607").ends_with("; `tables` is a dependency of `window`: report it to its authors, or ship an appup of your own"), "{}", of("RL0607"));
    assert!(!of("RL0610").contains("dependency"));
}

#[test]
fn several_bases_give_a_finding_once_with_its_paths() {
    let folder = hazards();
    demo::copy(&folder.path().join("base"), &folder.path().join("older"));
    let rel = folder.path().join("older/releases/1.0.0/hazards.rel");
    fs::write(&rel, fs::read_to_string(&rel).unwrap().replace("{\"hazards\",\"1.0.0\"}", "{\"hazards\",\"0.9.0\"}")).unwrap();
    fs::rename(folder.path().join("older/releases/1.0.0"), folder.path().join("older/releases/0.9.0")).unwrap();
    fs::write(folder.path().join("older/releases/start_erl.data"), "13.1.5 0.9.0\n").unwrap();
    let (document, _) = demo::json(folder.path(), &["lint", "--target", "target", "--from", "base,older", "--format", "json"]);
    let seen: Vec<&Value> = document["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] == "RL0508").collect();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["paths"], serde_json::json!(["1.0.0 -> 2.0.0", "0.9.0 -> 2.0.0"]));
}

const ONE_WAY: &str = "{\"2.0.0\",\n [{\"1.0.0\",[{load_module,demo_lib}]}],\n []}.\n";
const FILE: &str = "lib/demo-2.0.0/ebin/demo.appup";

fn codes_and_levels(folder: &Path, more: &[&str]) -> (Vec<String>, i32) {
    let mut arguments = vec!["lint", FILE, "--format", "json"];
    arguments.extend(more);
    let (document, status) = demo::json(folder, &arguments);
    // That the demonstration is a library is reported elsewhere.
    let list = document["diagnostics"].as_array().unwrap().iter().filter(|found| found["code"] != "RL0341");
    (list.map(|found| format!("{} {}", found["code"].as_str().unwrap(), found["severity"].as_str().unwrap())).collect(), status)
}

#[test]
fn levels_come_from_the_configuration_and_the_command_line() {
    let folder = demo::with(&[(FILE, ONE_WAY)]);
    let seen = |more: &[&str]| codes_and_levels(folder.path(), more);
    assert_eq!(seen(&[]), (vec!["RL0711 warning".to_owned()], 0));
    assert_eq!(seen(&["--deny", "downgrade"]), (vec!["RL0711 error".to_owned()], 1));
    assert_eq!(seen(&["--allow", "one-way-entry"]), (vec![], 0));
    assert_eq!(seen(&["--preset", "otp"]), (vec![], 0));
    assert_eq!(seen(&["--preset", "strict"]), (vec!["RL0711 error".to_owned()], 1));
    fs::write(folder.path().join("relupc.toml"), "deny = [\"RL0711\"]\n").unwrap();
    assert_eq!(seen(&[]), (vec!["RL0711 error".to_owned()], 1));
    assert_eq!(seen(&["--warn", "all"]), (vec!["RL0711 warning".to_owned()], 0));
    fs::write(folder.path().join("relupc.toml"), "deny = [\"RL9999\"]\n").unwrap();
    assert_eq!(demo::relupc(folder.path(), &["lint", FILE]).status.code(), Some(2));
    fs::write(folder.path().join("relupc.toml"), "nonsense = 1\n").unwrap();
    assert_eq!(demo::relupc(folder.path(), &["lint", FILE]).status.code(), Some(2));
}

#[test]
fn comments_silence_a_line_a_tuple_or_a_file() {
    let seen = |text: &str| codes_and_levels(demo::with(&[(FILE, text)]).path(), &[]).0;
    let lines = |comment: &str, after: &str| format!("{{\"2.0.0\",\n {comment}\n [{{\"1.0.0\",[{{load_module,demo_lib}}]}}], {after}\n []}}.\n");
    assert_eq!(seen(&lines("%% relupc:allow RL0711 first version", "")), Vec::<String>::new());
    assert_eq!(seen(&lines("", "% relupc:allow one-way-entry first version")), Vec::<String>::new());
    assert_eq!(seen(&format!("%% relupc:allow-file RL0711 first version\n{ONE_WAY}")), Vec::<String>::new());
    assert_eq!(
        seen(&lines("", "% relupc:allow RL0501 not this")),
        ["RL0002 warning", "RL0711 warning"].map(str::to_owned).to_vec().into_iter().rev().collect::<Vec<_>>()
    );
}

#[test]
fn mends_are_applied_and_nothing_is_lost() {
    let text = "%% a comment\n{\"2.0.0\",\n [{\"1.0.0\",[{load_module,Demo.Server}]}], % kept\n [{\"1.0.0\",[{load_module,'Elixir.Demo.Server'}]}]}.\n";
    let folder = demo::with(&[(FILE, text)]);
    let output = demo::relupc(folder.path(), &["lint", FILE, "--fix"]);
    assert_eq!(output.status.code(), Some(0), "whether another application has the module is not known");
    let fixed = fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert_eq!(fixed, text.replace("Demo.Server}]}], %", "'Elixir.Demo.Server'}]}], %"));
    let version = "{\"2.0.0\",\n [{<<\"1.0.0\">>,[{load_module,demo_lib}]}],\n [{\"1.0.0\",[{load_module,demo_lib}]}]}.\n";
    let folder = demo::with(&[(FILE, version)]);
    demo::relupc(folder.path(), &["lint", FILE, "--fix"]);
    assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), version, "a person should look first");
    demo::relupc(folder.path(), &["lint", FILE, "--fix=unsafe"]);
    assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), version.replace("<<\"1.0.0\">>", "\"1.0.0\""));
}

#[test]
fn quotes_of_a_word_processor_are_fixed_and_nothing_else() {
    let text = "{“2.0.0”,\n [{“1.0.0”,[{load_module,‘demo_lib’}]}],\n [{“1.0.0”,[{load_module,`demo_lib`}]}]}.\n";
    let folder = demo::with(&[(FILE, text)]);
    demo::relupc(folder.path(), &["lint", FILE, "--fix"]);
    let fixed = fs::read_to_string(folder.path().join(FILE)).unwrap();
    assert_eq!(fixed, text.replace(['“', '”'], "\"").replace(['‘', '’', '`'], "'"));
}

/// Not a timed test: with every pair looked at this would take half a minute.
#[test]
fn thousands_of_entries_are_not_compared_each_with_each() {
    let exact = (0..20_000).map(|at| format!("{{\"1.{at}\",[]}}"));
    let patterns = (0..20_000).map(|at| format!("{{<<\"1\\\\.{at}\">>,[]}}"));
    let list = exact.chain(patterns).collect::<Vec<_>>().join(",");
    let folder = demo::with(&[(FILE, &format!("{{\"2.0.0\",[{list}],[{list}]}}.\n"))]);
    let (document, _) = demo::json(folder.path(), &["lint", FILE, "--format", "json"]);
    assert_eq!(messages(&document, "RL0711"), Vec::<String>::new(), "what is not looked at is not called missing");
}

#[test]
fn a_full_stop_is_put_where_it_belongs() {
    let term = "{\"2.0.0\",[{\"1.0.0\",[{load_module,demo_lib}]}],[{\"1.0.0\",[]}]}";
    for (after, fixed) in [("", ".\n"), ("\n", ".\n"), ("\r\n", ".\r\n"), (" % the end\n", ". % the end\n")] {
        let folder = demo::with(&[(FILE, &format!("{term}{after}"))]);
        demo::relupc(folder.path(), &["lint", FILE, "--fix"]);
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), format!("{term}{fixed}"));
    }
}

#[test]
fn errors_side_by_side_are_left_to_a_person() {
    for name in [":\"Elixir.My.App\"", "A.b"] {
        let text = format!("{{\"2.0.0\",[{{\"1.0.0\",[{{load_module,{name}}}]}}],[]}}.\n");
        let folder = demo::with(&[(FILE, &text)]);
        demo::relupc(folder.path(), &["lint", FILE, "--fix=unsafe"]);
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn links_in_circles_are_followed_once() {
    let folder = demo::with(&[(FILE, ONE_WAY)]);
    for name in ["a", "b", "lib/c"] {
        std::os::unix::fs::symlink(folder.path(), folder.path().join(name)).unwrap();
    }
    let (document, _) = demo::json(folder.path(), &["lint", ".", "--format", "json"]);
    assert_eq!(document["files"], 1);
    let hazards = hazards();
    let whole = hazards.path().join("target").to_string_lossy().into_owned();
    let (document, _) = demo::json(hazards.path(), &["lint", &whole, "./target", "--target", "target", "--from", "base", "--format", "json"]);
    assert_eq!(document["files"], 17, "a file that is named in three ways is one");
}

#[test]
fn relups_are_known_by_their_names() {
    let folder = demo::with(&[("relup.appup", ONE_WAY), ("relup.app", "{}."), ("relup-1.0.tar.gz", "packed"), ("relup-2.0.0", "{\"2.0.0\",[],[]}.\n")]);
    let codes = |path: &str| demo::codes(&demo::json(folder.path(), &["lint", path, "--format", "json"]).0);
    assert_eq!(codes("relup-2.0.0"), Vec::<String>::new());
    assert!(!codes("relup.appup").is_empty() && codes("relup.appup").iter().all(|code| !code.starts_with("RL09")));
    fs::remove_file(folder.path().join("lib/demo-2.0.0/ebin/demo.appup")).unwrap();
    assert_eq!(codes("."), codes("relup.appup"), "nothing else of it is read");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_followed() {
    let outside = demo::with(&[(FILE, ONE_WAY)]);
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("own")).unwrap();
    fs::write(folder.path().join("own/demo.appup"), ONE_WAY).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("own"), folder.path().join("linked")).unwrap();
    let files = |path: &str| demo::json(folder.path(), &["lint", path, "--format", "json"]).0["files"].clone();
    assert_eq!((files("."), files("elsewhere"), files("linked")), (1.into(), 1.into(), 1.into()));
}

#[test]
fn no_comment_allows_what_otp_refuses() {
    let text = "%% relupc:allow-file RL0409 we know better\n{\"2.0.0\",[{\"1.0.0\",[{load_module,missing}]}],[{\"1.0.0\",[]}]}.\n";
    let folder = demo::with(&[(FILE, text)]);
    let (document, status) = demo::make(folder.path(), &[]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0002".to_owned(), "RL0409".to_owned()], 1));
    assert!(!folder.path().join("relup").exists());
}

#[test]
fn comments_for_rules_that_did_not_run_are_not_called_unused() {
    let folder = hazards();
    let file = folder.path().join("target/lib/called_early-2.0.0/ebin/called_early.appup");
    let text = "%% relupc:allow-file RL0508 it is loaded by then\n";
    fs::write(&file, text.to_owned() + &fs::read_to_string(&file).unwrap()).unwrap();
    let runs: [&[&str]; 4] = [
        &["lint", "--target", "target", "--from", "base"],
        &["lint", "target/lib/called_early-2.0.0"],
        &["make", "target", "--from", "base", "-o", "-"],
        &["make", "target", "--from", "base", "-o", "-", "--no-lint"],
    ];
    for run in runs {
        let mut arguments = run.to_vec();
        arguments.extend(["--format", "json"]);
        let (document, _) = demo::json(folder.path(), &arguments);
        for code in ["RL0002", "RL0508"] {
            assert_eq!(messages(&document, code), Vec::<String>::new(), "{run:?}");
        }
    }
}

#[test]
fn the_narrower_word_counts_and_advice_can_be_denied() {
    let folder = demo::with(&[(FILE, ONE_WAY)]);
    assert_eq!(codes_and_levels(folder.path(), &["--deny", "all", "--allow", "RL0711", "--allow", "appup"]), (vec![], 0));
    let restart = "{\"2.0.0\",[{\"1.0.0\",[restart_emulator]}],[{\"1.0.0\",[restart_emulator]}]}.\n";
    let folder = demo::with(&[(FILE, restart)]);
    assert_eq!(demo::make(folder.path(), &[]).1, 0);
    let (document, status) = demo::make(folder.path(), &["--deny", "emulator-restarted"]);
    assert_eq!((demo::codes(&document), status), (vec!["RL0814".to_owned(); 2], 1));
}

#[test]
fn mends_are_shown_before_they_are_made() {
    let text = "%% a comment\n{\"2.0.0\",\n [{\"1.0.0\",[{load_module,Demo.Server}]}], % kept\n [{<<\"1.0.0\">>,[{load_module,'Elixir.Demo.Server'}]}]}.\n";
    let folder = demo::with(&[(FILE, text)]);
    let shown = |more: &[&str]| {
        let mut arguments = vec!["lint", FILE, "--diff"];
        arguments.extend(more);
        let output = demo::relupc(folder.path(), &arguments);
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    };
    let (safe, status) = shown(&[]);
    assert_eq!(status, Some(1));
    assert!(safe.starts_with(&format!("--- {FILE}\n+++ {FILE}\n@@ ")), "{safe}");
    let changed = |text: &str| text.lines().filter(|line| line.starts_with(['+', '-'])).count();
    assert_eq!(changed(&safe), 4, "two names, a line taken and a line put:\n{safe}");
    assert!(safe.contains("+ [{\"1.0.0\",[{load_module,'Elixir.Demo.Server'}]}], % kept\n"));
    let (both, _) = shown(&["--fix=unsafe"]);
    assert_eq!(changed(&both), 6, "one fix reveals the next:\n{both}");
    assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
    let sound = demo::with(&[]);
    assert_eq!(demo::relupc(sound.path(), &["lint", FILE, "--diff"]).stdout, b"");
}

#[test]
fn make_runs_the_rules_and_makes_the_relup_all_the_same_unless_a_path_is_refuted() {
    let folder = planted(HARMFUL);
    let make = |more: &[&str]| {
        let mut arguments = vec!["make", "target", "--from", "base", "--format", "json", "-o", "-"];
        arguments.extend(more);
        demo::json(folder.path(), &arguments)
    };
    let (document, status) = make(&[]);
    assert_eq!(status, 1);
    assert!(document["relup"].is_null());
    assert_eq!(document["refuted"], json!(["1.0.0 -> 2.0.0", "2.0.0 -> 1.0.0"]));
    let refuted: BTreeSet<&str> =
        document["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] == "error").map(|found| found["code"].as_str().unwrap()).collect();
    assert!(refuted.contains("RL0521"), "{refuted:?}");
    let all_refute = refuted.iter().all(|id| relupc::lint::codes().iter().any(|code| code.id == *id && code.bearing.is_some()));
    assert!(all_refute, "only what refutes a path is an error: {refuted:?}");
    let output = demo::relupc(folder.path(), &["make", "target", "--from", "base", "-o", "made"]);
    let words = String::from_utf8(output.stderr).unwrap();
    let last = "not written, because a path is refuted: upgrade 1.0.0 -> 2.0.0, downgrade 2.0.0 -> 1.0.0; `--no-verify` writes it all the same\n";
    assert!(words.ends_with(last), "{words}");
    assert!(!folder.path().join("made").exists());
    let allowed: Vec<&str> = refuted.iter().flat_map(|code| ["--allow", code]).collect();
    assert_eq!(make(&allowed).1, 0, "what a level allows refutes nothing");
    let warned: Vec<&str> = refuted.iter().flat_map(|code| ["--warn", code]).collect();
    let (document, status) = make(&warned);
    assert_eq!((status, &document["refuted"]), (0, &json!([])), "nor does what a level makes a warning");
    let output = demo::relupc(folder.path(), &["make", "target", "--from", "base", "-o", "made", "--no-verify", "--warnings-as-errors"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && !words.contains("--no-verify"), "it is no refutation that keeps it from being written: {words}");
    let (document, status) = make(&["--no-verify"]);
    assert_eq!((status, &document["refuted"]), (0, &json!([])));
    assert!(document["relup"].is_object());
    let levels: BTreeSet<&str> = document["diagnostics"].as_array().unwrap().iter().map(|found| found["severity"].as_str().unwrap()).collect();
    assert_eq!(levels, BTreeSet::from(["warning"]), "what OTP accepts is a warning, and advice is left to `lint`");
    let (all, _) = lint(folder.path(), &[]);
    let (loud, seen): (BTreeSet<&str>, BTreeSet<&str>) = (
        all["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] != "advice").map(|found| found["code"].as_str().unwrap()).collect(),
        document["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect(),
    );
    assert_eq!(seen, loud);
    let (document, status) = make(&["--no-lint"]);
    assert_eq!((demo::codes(&document), status), (Vec::new(), 0));
    let (document, status) = make(&["--deny", "module-not-replaced"]);
    assert_eq!(status, 1);
    assert!(document["relup"].is_null());
    let (document, status) = make(&["--allow", "all"]);
    assert_eq!((demo::codes(&document), status), (Vec::new(), 0));
}

#[test]
fn no_level_hides_what_otp_refuses() {
    let folder = demo::with(&[(FILE, "{\"2.0.0\",[{\"1.0.0\",[nonsense]}],[{\"1.0.0\",[]}]}.\n")]);
    for more in [&["--no-lint"][..], &["--allow", "all"], &["--preset", "otp"]] {
        let (document, status) = demo::make(folder.path(), more);
        assert_eq!((demo::codes(&document), status), (vec!["RL0309".to_owned()], 1), "{more:?}");
    }
}

#[test]
fn every_form_has_the_same_findings() {
    let text = "{\"2.0.0\",\n [{<<\"1.0.0\">>,[{load_module,demo_lib}]},\n  {\"0.9\",[{load_modul,x}]}],\n []}.\n";
    let folder = demo::with(&[(FILE, text)]);
    let print = |format: &str| String::from_utf8(demo::relupc(folder.path(), &["lint", FILE, "--format", format]).stdout).unwrap();
    let json: Value = serde_json::from_str(&print("json")).unwrap();
    let sarif: Value = serde_json::from_str(&print("sarif")).unwrap();
    let expected: Vec<(String, u64)> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| (found["code"].as_str().unwrap().to_owned(), found["labels"][0]["start"]["line"].as_u64().unwrap()))
        .collect();
    assert!(expected.len() >= 3, "{expected:?}");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let in_sarif: Vec<(String, u64)> = results
        .iter()
        .map(|result| {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            (result["ruleId"].as_str().unwrap().to_owned(), region["startLine"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(in_sarif, expected);
    for result in results {
        let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let github = print("github");
    let in_github: Vec<(String, u64)> = github
        .lines()
        .map(|line| {
            let code = line.split("title=").nth(1).unwrap()[..6].to_owned();
            (code, line.split("line=").nth(1).unwrap().split(',').next().unwrap().parse().unwrap())
        })
        .collect();
    assert_eq!(in_github, expected);
}

#[test]
fn folders_are_searched_and_what_is_left_out_is_counted() {
    let folder = demo::with(&[(FILE, ONE_WAY)]);
    let (document, _) = demo::json(folder.path(), &["lint", ".", "--format", "json"]);
    assert_eq!(document["files"], 1);
    assert_eq!(document["skipped_rules"]["need_app"], 0);
    assert!(document["skipped_rules"]["need_releases"].as_u64().unwrap() >= 14);
    let output = demo::relupc(folder.path(), &["lint", "nowhere"]);
    assert_eq!(output.status.code(), Some(1));
}

/// What parses only as one version reads it is fixed under that version.
#[test]
fn fixes_are_judged_by_the_version_of_the_run() {
    let text = "{\"2.0.0\",[{\"1.0.0\",[{load_module,else}]}],[{\"1.0.0\",[{load_module,else}]}]}\n";
    let folder = demo::with(&[(FILE, text)]);
    let output = demo::relupc(folder.path(), &["lint", FILE, "--otp", "25", "--fix=unsafe", "--diff"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("+{\"2.0.0\",[{\"1.0.0\",[{load_module,else}]}],[{\"1.0.0\",[{load_module,else}]}]}.\n"));
}

/// What a run allows does not crowd out what it wants to see.
#[test]
fn allowed_findings_do_not_count_for_the_bound() {
    let many: String = (0..11_000).map(|at| format!("{{\"0.{at}\",[{{load_module,demo_lib}}]}},")).collect();
    let folder = demo::with(&[(FILE, &format!("{{\"2.0.0\",[{many}{{<<\"1.0.0\">>,[]}}],[{{<<\"1.0.0\">>,[]}}]}}.\n"))]);
    let (document, _) = demo::json(folder.path(), &["lint", FILE, "--format", "json", "--allow", "all", "--warn", "RL0341"]);
    let codes = demo::codes(&document);
    assert!(codes.contains(&"RL0341".to_owned()) && !codes.contains(&"RL0001".to_owned()), "{:?}", codes.iter().take(5).collect::<Vec<_>>());
    let (document, _) = demo::json(folder.path(), &["lint", FILE, "--format", "json"]);
    assert!(demo::codes(&document).contains(&"RL0001".to_owned()));
}

/// `--preset otp` is what OTP refuses and warns about: the oracle holds it against OTP's answers, this against the codes.
#[test]
fn the_preset_of_otp_is_what_otp_says() {
    use relupc::diag::{Diagnostic, Otp};
    use relupc::lint::{Levels, Preset};
    let levels = Levels::new(Preset::Otp);
    for code in relupc::lint::codes() {
        let is_rule = relupc::lint::rules().iter().any(|rule| rule.code == code);
        assert!(!is_rule || code.otp == Otp::Silent, "{}: a rule is about what OTP accepts", code.id);
        let is_own = code.group() == "general" || relupc::author::CODES.contains(&code);
        let is_shown = levels.apply(Diagnostic::new(code, "x")).is_some();
        assert_eq!(is_shown, code.otp != Otp::Silent || (is_own && !is_rule && code.id == "RL0001") || relupc::author::CODES.contains(&code), "{}", code.id);
    }
    let folder = demo::with(&[(FILE, "{\"2.0.0\",[{\"1.0.0\",[{load_module,demo_lib}],extra},{\"1.0.0\",[reboot]}],[{\"1.0.0\",[]}]}.\n{more}.\n")]);
    let (document, status) = demo::make(folder.path(), &["--preset", "otp", "--warnings-as-errors"]);
    assert_eq!((demo::codes(&document), status), (Vec::new(), 0), "OTP compiles it and says nothing");
    let (document, _) = demo::make(folder.path(), &["--no-lint"]);
    assert_eq!(demo::codes(&document), ["RL0305", "RL0416", "RL0119"]);
}
