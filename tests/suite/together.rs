//! Several appups on one path: what only holds for all of them together.

use crate::demo;
use std::collections::BTreeMap;

/// Two releases of `shop` and `web`, which both change; each `.app` may have more, and each release its start types.
struct Pair {
    shop: &'static str,
    web: &'static str,
    /// The modules of `shop` and `web` in the old release, and in the new one.
    modules: [(&'static str, &'static str); 2],
    /// The start type of `web` in each.
    kinds: [&'static str; 2],
}

/// The codes of what `lint` finds on both paths, and its messages.
fn lint(pair: &Pair) -> Vec<(String, String, String)> {
    let mut files = BTreeMap::new();
    let mut app = |name: &str, vsn: &str, modules: &str| {
        let text = format!(
            "{{application,{name},[{{description,\"\"}},{{vsn,\"{vsn}\"}},{{modules,[{modules}]}},{{registered,[]}},{{applications,[]}},{{mod,{{{name}_app,[]}}}}]}}.\n"
        );
        files.insert(format!("lib/{name}-{vsn}/ebin/{name}.app"), text);
    };
    ["kernel", "stdlib", "sasl"].into_iter().for_each(|name| app(name, "1", ""));
    for (vsn, (shop, web)) in ["1", "2"].into_iter().zip(pair.modules) {
        app("shop", vsn, shop);
        app("web", vsn, web);
    }
    for (vsn, kind) in ["1", "2"].into_iter().zip(pair.kinds) {
        let text = format!(
            "{{release,{{\"r\",\"{vsn}\"}},{{erts,\"13.1\"}},[{{kernel,\"1\"}},{{stdlib,\"1\"}},{{sasl,\"1\"}},{{shop,\"{vsn}\"}},{{web,\"{vsn}\",{kind}}}]}}.\n"
        );
        files.insert(format!("r{vsn}.rel"), text);
    }
    files.insert("lib/shop-2/ebin/shop.appup".to_owned(), format!("{{\"2\",{}}}.\n", pair.shop));
    files.insert("lib/web-2/ebin/web.appup".to_owned(), format!("{{\"2\",{}}}.\n", pair.web));
    let folder = demo::lay_out(files);
    let (document, _) = demo::json(folder.path(), &["lint", "--target", "r2", "--from", "r1", "--path", "lib/*/ebin", "--format", "json"]);
    let text = |found: &serde_json::Value, key: &str| found[key].as_str().unwrap().to_owned();
    document["diagnostics"].as_array().unwrap().iter().map(|found| (text(found, "code"), text(found, "severity"), text(found, "message"))).collect()
}

fn has(found: &[(String, String, String)], code: &str) -> bool {
    found.iter().any(|(known, ..)| known == code)
}

const SAME: [(&str, &str); 2] = [("calc", "web_h"), ("calc", "web_h")];
const PERMANENT: [&str; 2] = ["permanent", "permanent"];

#[test]
fn a_dependency_may_be_another_applications_module() {
    let both = |script: &str| format!("[{{\"1\",{script}}}],[{{\"1\",{script}}}]");
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let web = leak(both("[{load_module,web_h,[calc]}]"));
    let right = Pair { shop: leak(both("[{load_module,calc}]")), web, modules: SAME, kinds: PERMANENT };
    let found = lint(&right);
    assert!(!has(&found, "RL0411"), "{found:?}");
    // Without the other one the compiler refuses it.
    let wrong = Pair { shop: leak(both("[]")), ..right };
    assert!(lint(&wrong).iter().any(|(code, severity, _)| code == "RL0411" && severity == "error"));
    // Alone it cannot be known.
    let folder = demo::lay_out([("web.appup", format!("{{\"2\",{web}}}.\n"))]);
    let (document, status) = demo::json(folder.path(), &["lint", "web.appup", "--format", "json"]);
    assert_eq!((document["diagnostics"][0]["code"].as_str(), document["diagnostics"][0]["severity"].as_str(), status), (Some("RL0411"), Some("advice"), 0));
}

#[test]
fn what_one_appup_stops_another_may_start() {
    let right = Pair {
        shop: "[{\"1\",[{apply,{application,stop,[web]}},{load_module,calc}]}],[{\"1\",[{apply,{application,stop,[web]}},{load_module,calc}]}]",
        web: "[{\"1\",[{load_module,web_h},{apply,{application,start,[web]}}]}],[{\"1\",[{load_module,web_h},{apply,{application,start,[web]}}]}]",
        modules: SAME,
        kinds: PERMANENT,
    };
    let found = lint(&right);
    assert!(!has(&found, "RL0713"), "{found:?}");
    let wrong = Pair {
        shop: "[{\"1\",[{apply,{application,stop,[web]}},{load_module,calc}]}],[{\"1\",[{load_module,calc}]}]",
        web: "[{\"1\",[{load_module,web_h}]}],[{\"1\",[{load_module,web_h}]}]",
        ..right
    };
    let found = lint(&wrong);
    assert!(has(&found, "RL0713"), "{found:?}");
}

#[test]
fn a_module_may_move_from_one_application_to_another() {
    let right = Pair {
        shop: "[{\"1\",[]}],[{\"1\",[{load_module,calc}]}]",
        web: "[{\"1\",[{load_module,calc},{load_module,web_h}]}],[{\"1\",[{load_module,web_h}]}]",
        modules: [("calc", "web_h"), ("", "calc,web_h")],
        kinds: PERMANENT,
    };
    let found = lint(&right);
    assert!(!has(&found, "RL0712"), "{found:?}");
    let found = lint(&Pair { shop: "[{\"1\",[]}],[{\"1\",[]}]", ..right });
    assert!(has(&found, "RL0712"), "{found:?}");
}

#[test]
fn a_start_type_changes_with_a_restart() {
    let restart = "[{\"1\",[{restart_application,web}]}],[{\"1\",[{restart_application,web}]}]";
    let pair = Pair { shop: "[{\"1\",[]}],[{\"1\",[]}]", web: restart, modules: SAME, kinds: ["temporary", "permanent"] };
    assert!(!has(&lint(&pair), "RL0803"));
    let found = lint(&Pair { web: "[{\"1\",[{load_module,web_h}]}],[{\"1\",[{load_module,web_h}]}]", ..pair });
    assert!(has(&found, "RL0803"), "{found:?}");
}
