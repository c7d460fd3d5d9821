//! Faults for random cases: one of every kind that OTP refuses, and some that it lets pass.

use crate::generate::Case;
use crate::rng::Rng;

/// Instructions that are wrong, or at odds with the rest of a script.
const BAD_INSTRUCTIONS: &[&str] = &[
    "{update,\"m\"}",
    "{update,m,{advance,[]}}",
    "{update,m,supervisor,[]}",
    "{update,m,hard}",
    "{update,m,soft,brutal,brutal_purge,[]}",
    "{update,m,0,soft,brutal_purge,brutal_purge,[]}",
    "{update,m,static,-5,soft,brutal_purge,brutal_purge,[]}",
    "{update,m,sttic,default,soft,brutal_purge,brutal_purge,[]}",
    "{update,m,static,default,softly,brutal_purge,brutal_purge,[]}",
    "{update,m,soft,brutal_purge,brutal_purge,no_list}",
    "{update,m,[1,2]}",
    "{load_module,17}",
    "{load_module,m,other}",
    "{load_module,m,[a|b]}",
    "{load_module,m,soft_purge,hard_purge,[]}",
    "{add_module,m,none}",
    "{add_module,[m]}",
    "{delete_module,{m}}",
    "{add_application,\"app\"}",
    "{add_application,app1,sometimes}",
    "{add_application,no_such_app}",
    "{remove_application,kernel}",
    "{remove_application,never_there}",
    "{remove_application,\"x\"}",
    "{restart_application,7}",
    "{restart_application,unknown_app}",
    "{load_object_code,{\"lib\",\"1\",[m]}}",
    "{load_object_code,{lib,one,[m]}}",
    "{load_object_code,{lib,\"1\",m}}",
    "{load_object_code,lib}",
    "{load_object_code,{kernel,\"1.2\",[km]}}",
    "{load_object_code,{kernel,\"1.2\",[km]}},{load_module,kernel_m}",
    "{load,{never_read,brutal_purge,brutal_purge}}",
    "{load,{m,brutal_purge}}",
    "{remove,{m,brutal,brutal}}",
    "{purge,m}",
    "{suspend,[lonely]}",
    "{suspend,[{m,never}]}",
    "{suspend,x}",
    "{resume,[lonely2]}",
    "{start,[lonely3]}",
    "{stop,[lonely4]}",
    "{code_change,sideways,[{m,[]}]}",
    "{code_change,up,[m]}",
    "{code_change,up,m}",
    "{sync_nodes,id,[1]}",
    "{sync_nodes,id,{m,f,a}}",
    "{sync_nodes,id,{m,\"f\",[]}}",
    "{sync_nodes,id,node}",
    "{apply,{m,f}}",
    "{apply,{m,f,args}}",
    "{apply,{m,7,[]}}",
    "{apply,{\"m\",f,[]}}",
    "mnesia_backup",
    "restart_everything",
    "{unknown,thing}",
    "\"string\"",
    "[{load_module,nested_short}]",
    "[{update,nested_short,supervisor}]",
    "[a|b]",
    "{load_module,not_in_any_app}",
    "{load_module,m,[no_instruction]}",
    "{update,sasl_m,[dep_missing]}",
    "point_of_no_return,point_of_no_return",
    "{load_module,kernel_m},{update,kernel_m}",
    "{load_module,kernel_m},point_of_no_return",
    "{apply,{a,b,[]}},{suspend,[z]},{resume,[z]},point_of_no_return",
];

/// Breaks one thing.
pub fn break_case(rng: &mut Rng, case: &mut Case) {
    match rng.below(10) {
        0..=4 => break_script(rng, case),
        5 => break_appup(rng, case),
        6 | 7 => break_app(rng, case),
        _ => break_rel(rng, case),
    }
}

fn pick_file(rng: &mut Rng, case: &Case, ending: &str) -> Option<String> {
    let names: Vec<&String> = case.files.keys().filter(|name| name.ends_with(ending)).collect();
    if names.is_empty() { None } else { Some((*rng.pick(&names)).clone()) }
}

fn text(case: &Case, name: &str) -> String {
    String::from_utf8_lossy(&case.files[name]).into_owned()
}

/// Puts a bad instruction at the head of some script, or of all of them.
fn break_script(rng: &mut Rng, case: &mut Case) {
    let Some(name) = pick_file(rng, case, ".appup") else { return break_rel(rng, case) };
    let bad = *rng.pick(BAD_INSTRUCTIONS);
    let old = text(case, &name);
    let head = ",\n   [";
    let places: Vec<usize> = old.match_indices(head).map(|(at, _)| at + head.len()).collect();
    if places.is_empty() {
        return;
    }
    let chosen = if rng.chance(40) { places.clone() } else { vec![*rng.pick(&places)] };
    let mut new = old.clone();
    for at in chosen.iter().rev() {
        let comma = if new[*at..].starts_with(']') { "" } else { "," };
        new.insert_str(*at, &format!("{bad}{comma}"));
    }
    case.files.insert(name, new.into_bytes());
}

fn break_appup(rng: &mut Rng, case: &mut Case) {
    let Some(name) = pick_file(rng, case, ".appup") else { return };
    let old = text(case, &name);
    let new = match rng.below(17) {
        0 => {
            case.files.remove(&name);
            return;
        }
        1 => old.replacen("[{", "[{<<\"1.(0\">>,[]},{", 1),
        2 => old.replacen("},\n [{", "},\n {", 1),
        3 => "{\"1\",[]}.\n".to_owned(),
        4 => "%% nothing\n".to_owned(),
        5 => old.replacen(".\n", "\n", 5),
        6 => old.replacen('{', "{'unterminated", 1),
        7 => old.replacen("\n {", "\n Bad.Alias, {", 1),
        8 => "{\"2.0\",up,down}.\n".to_owned(),
        9 => "{\"2.0\",[{\"1.0\",no_list},{\"1.1\",no_list},{\"1.2\",x},{\"1.3\",x},{\"1.4\",[a|b]}],[]}.\n".to_owned(),
        10 => "{\"2.0\",[],[]}.\n".to_owned(),
        11 => "foo; f() -> bar.\n".to_owned(),
        12 => format!("{old}\nanother term here.\n"),
        13 => "{\"2.0\",[x,{a,b,c},\"str\"|y],[{1,2}|z]}.\n".to_owned(),
        14 => {
            let mut bytes = old.into_bytes();
            bytes.insert(0, 0xe9);
            case.files.insert(name, bytes);
            return;
        }
        15 => old.replacen("\"2.0\"", "foo(bar)", 1),
        _ => old.replacen("[{", "[{<<255>>,[]},{", 1),
    };
    case.files.insert(name, new.into_bytes());
}

/// Two applications include a third.
fn include_twice(rng: &mut Rng, case: &mut Case) {
    // Where something is included already a circle could come of it, on which OTP hangs.
    if case.files.values().any(|bytes| String::from_utf8_lossy(bytes).contains("included_applications")) {
        return;
    }
    for _ in 0..2 {
        let Some(name) = pick_file(rng, case, ".app") else { return };
        let new = text(case, &name).replacen("{vsn,", "{included_applications,[app0]},{vsn,", 1);
        case.files.insert(name, new.into_bytes());
    }
}

fn break_app(rng: &mut Rng, case: &mut Case) {
    if rng.chance(8) {
        return include_twice(rng, case);
    }
    let Some(name) = pick_file(rng, case, ".app") else { return };
    let old = text(case, &name);
    let new = match rng.below(26) {
        0 => {
            case.files.remove(&name);
            return;
        }
        1 => old.replacen("{vsn,", "{vsm,", 1),
        2 => old.replacen("{description,", "{descr,", 1),
        3 => old.replacen("{modules,[", "{modules,[\"m\",", 1).replace("\"m\",]", "\"m\"]"),
        4 => old.replacen("{registered,[", "{registered,x,[", 1),
        5 => old.replacen("{applications,[", "{applications,[1,", 1).replace("1,]", "1]"),
        6 => old.replacen("{vsn,\"", "{vsn,\"9", 1),
        7 => old.replacen("{application,", "{application,wrong_", 1),
        8 => old.replacen("{application,", "{app,", 1),
        9 => old.replacen("{vsn,", "{mod,nothing},{vsn,", 1),
        10 => old.replacen("{vsn,", "{env,[broken]},{vsn,", 1),
        11 => old.replacen("{vsn,", "{maxT,0},{vsn,", 1),
        12 => old.replacen("{vsn,", "{start_phases,[x]},{vsn,", 1),
        13 => old.replacen("{vsn,\"", "{vsn,atom},{x,\"", 1),
        14 => old.replacen("{description,\"", "{description,<<\"b\">>},{x,\"", 1),
        15 => old.replacen("}.", "", 1),
        16 => old.replacen("{vsn,", "{vsn 'x,", 1),
        17 => old.replacen("{modules,[", "{modules,[shared_module,", 1).replace(",]", "]"),
        18 => old.replacen("{registered,[", "{registered,[shared_name,", 1).replace(",]", "]"),
        19 => old.replacen("{applications,[", "{applications,[not_in_release,", 1).replace(",]", "]"),
        20 => old.replacen("{vsn,", "{included_applications,[nowhere]},{vsn,", 1),
        21 => old.replacen("{vsn,", "{included_applications,[sasl]},{vsn,", 1),
        22 => old.replacen("{modules,[", "{modules,[kernel_m,", 1).replace(",]", "]"),
        23 => old.replacen("{applications,[", "{applications,[kernel,", 1).replace(",]", "]"),
        24 => old.replacen("{vsn,", "{id,[1.5]},{vsn,", 1),
        _ => old.replacen("{applications,[", "{applications,[app0,app1,app2,app3,", 1).replace(",]", "]"),
    };
    let spread = rng.chance(50);
    if spread && new != old {
        // The same wrong word in a second application makes duplicates of some of them.
        if let Some(other) = pick_file(rng, case, ".app") {
            let text = text(case, &other);
            for word in ["shared_module", "shared_name"] {
                if new.contains(word) && other != name {
                    let key = if word == "shared_module" { "{modules,[" } else { "{registered,[" };
                    let changed = text.replacen(key, &format!("{key}{word},"), 1).replace(",]", "]");
                    case.files.insert(other.clone(), changed.into_bytes());
                }
            }
        }
    }
    case.files.insert(name, new.into_bytes());
}

fn break_rel(rng: &mut Rng, case: &mut Case) {
    let Some(name) = pick_file(rng, case, ".rel") else { return };
    let old = text(case, &name);
    let new = match rng.below(26) {
        0 => {
            case.files.remove(&name);
            return;
        }
        1 => old.replacen("{release,", "{rel,", 1),
        2 => old.replacen("\"demo\"", "demo", 1),
        3 => old.replacen("\"demo\"", "<<\"demo\">>", 1),
        4 => old.replacen("{\"demo\",\"", "{\"demo\",<<\"", 1).replacen("\"},{erts", "\">>},{erts", 1),
        5 => old.replacen("{erts,\"", "{erts,1,\"", 1),
        6 => old.replacen("{erts,\"", "{erts,[<<\"", 1).replacen("\"},\n", "\">>]},\n", 1),
        7 => old.replacen("{kernel,\"9.0\"}", "{kernel,\"9.0\",load}", 1),
        8 => old.replacen("{kernel,\"9.0\"},\n  ", "", 1),
        9 => old.replacen("{stdlib,\"9.0\"},\n  ", "", 1),
        10 => old.replacen(",\n  {sasl,\"9.0\"}", "", 1),
        11 => old.replacen("{sasl,\"9.0\"}", "{sasl,\"9.0\",sometimes}", 1),
        12 => old.replacen("{sasl,\"9.0\"}", "{sasl,nine}", 1),
        13 => old.replacen("{sasl,\"9.0\"}", "{sasl,<<\"9.0\">>}", 1),
        14 => old.replacen("{sasl,\"9.0\"}", "{sasl,\"9.0\",permanent,[stdlib]}", 1),
        15 => old.replacen("{sasl,\"9.0\"}", "{sasl,\"9.0\",[]}", 1),
        16 => old.replacen("{sasl,\"9.0\"}", "sasl", 1),
        17 => old.replacen("]}.", "|x]}.", 1),
        18 => old.replacen("]}.", "]}", 1),
        19 => old.replacen("]}.", "}.", 1),
        20 => String::new(),
        21 => old.replacen("\"demo\"", "\"de\\xzmo\"", 1),
        22 => format!("{old}\nfoo.\n"),
        23 => old.replacen("]}.", ",{app0,\"2.0\"}]}.", 1),
        24 => old.replacen("{stdlib,\"9.0\"}", "{stdlib,\"9.0\",transient}", 1),
        _ => old.replacen("[{kernel", "{kernel", 1).replacen("]}.", "}.", 1),
    };
    case.files.insert(name, new.into_bytes());
}
