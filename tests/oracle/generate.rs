//! Random releases: 1 to 8 applications, 1 to 4 bases, every form of instruction, and a good share of faults.

use crate::rng::Rng;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Everything one call of `systools:make_relup/4` needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Files by path, relative to the folder of the case.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The stem of the target.
    pub target: String,
    /// Stems to upgrade from, with their descriptions as Erlang terms.
    pub ups: Vec<(String, Option<String>)>,
    pub downs: Vec<(String, Option<String>)>,
    pub restart_emulator: bool,
    /// The folders of the search path, in order.
    pub path: Vec<String>,
}

/// An application in one of its versions.
#[derive(Clone)]
struct App {
    name: String,
    vsn: String,
    modules: Vec<String>,
    registered: Vec<String>,
    uses: Vec<String>,
    optional: Vec<String>,
    includes: Vec<String>,
}

/// A release: applications by index with their start types.
struct Rel {
    stem: String,
    vsn: String,
    erts: String,
    apps: Vec<(App, Option<&'static str>)>,
}

const TYPES: &[&str] = &["permanent", "transient", "temporary", "load", "none"];
const MODULE_NAMES: &[&str] = &["srv", "sup", "lib", "fsm", "evt", "'Elixir.Calc'", "'wörld'", "'日本'", "cache", "pool", "codec", "maybe_x"];

pub fn case(seed: u64) -> Case {
    let mut rng = Rng::new(seed);
    let bases = rng.between(1, 4);
    let count = rng.between(1, 8);
    let mut own: Vec<App> = (0..count).map(|at| new_app(&mut rng, at, count)).collect();
    if rng.chance(12) {
        include_one(&mut rng, &mut own);
    }
    let target_erts = "13.1.5";
    let mut releases = Vec::new();
    let target = release(&mut rng, "r_new", "2.0.0", target_erts, &own);
    for base in 0..bases {
        let older = older(&mut rng, &own, base);
        let erts = if rng.chance(15) { "12.3" } else { target_erts };
        let vsn = if rng.chance(3) { "2.0.0".to_owned() } else { format!("1.{base}.0") };
        releases.push(release(&mut rng, &format!("r_old{base}"), &vsn, erts, &older));
    }
    let mut builder = Builder { files: BTreeMap::new(), path: Vec::new() };
    builder.add_release(&mut rng, &target);
    for rel in &releases {
        builder.add_release(&mut rng, rel);
    }
    for (app, _) in &target.apps {
        let olds: Vec<&App> = releases
            .iter()
            .filter_map(|rel| rel.apps.iter().find(|(old, _)| old.name == app.name))
            .map(|(old, _)| old)
            .filter(|old| old.vsn != app.vsn)
            .collect();
        if !olds.is_empty() {
            let others: Vec<&App> = target.apps.iter().map(|(other, _)| other).filter(|other| other.name != app.name).collect();
            let text = appup(&mut rng, app, &olds, &others);
            builder.put(&format!("{}/{}.appup", folder(app), app.name), text);
        }
    }
    let describe = |rng: &mut Rng| rng.chance(20).then(|| rng.pick(&["\"a description\"", "{tagged,[1,2.5,<<\"b\">>]}", "[8364]", "#{k => v}"]).to_string());
    let mut stems: Vec<String> = releases.iter().map(|rel| rel.stem.clone()).collect();
    rng.shuffle(&mut stems);
    let ups = stems.iter().map(|stem| (stem.clone(), describe(&mut rng))).collect();
    let downs = stems.iter().map(|stem| (stem.clone(), describe(&mut rng))).collect();
    let mut case = Case { files: builder.files, target: target.stem.clone(), ups, downs, restart_emulator: rng.chance(8), path: builder.path };
    if rng.chance(10) {
        case.ups.clear();
    } else if rng.chance(10) {
        case.downs.clear();
    }
    if rng.chance(45) {
        crate::faults::break_case(&mut rng, &mut case);
        if rng.chance(15) {
            crate::faults::break_case(&mut rng, &mut case);
        }
    }
    case
}

fn new_app(rng: &mut Rng, at: usize, count: usize) -> App {
    let name = format!("app{at}");
    let modules = (0..rng.below(7)).map(|n| module(rng, &name, n)).collect();
    let mut uses = vec!["kernel".to_owned(), "stdlib".to_owned()];
    for other in 0..count {
        // Mostly earlier ones, so that most releases have no circle.
        if other != at && rng.chance(if other < at { 25 } else { 2 }) {
            uses.push(format!("app{other}"));
        }
    }
    if rng.chance(5) {
        uses.push(uses[0].clone());
    }
    rng.shuffle(&mut uses);
    let optional = if rng.chance(8) { vec![uses[0].clone(), "absent".to_owned()] } else { Vec::new() };
    if !optional.is_empty() {
        uses.push("absent".to_owned());
    }
    let registered = if rng.chance(30) { vec![format!("{name}_proc")] } else { Vec::new() };
    App { name, vsn: "2.0".to_owned(), modules, registered, uses, optional, includes: Vec::new() }
}

fn module(rng: &mut Rng, app: &str, number: usize) -> String {
    let name = *rng.pick(MODULE_NAMES);
    match name.strip_prefix('\'') {
        Some(quoted) => format!("'{}_{app}_{number}'", quoted.trim_end_matches('\'')),
        None => format!("{name}_{app}_{number}"),
    }
}

fn include_one(rng: &mut Rng, own: &mut [App]) {
    if own.len() < 2 {
        return;
    }
    let inner = own[own.len() - 1].name.clone();
    let outer = rng.below(own.len() - 1);
    own[outer].includes.push(inner.clone());
    own[outer].uses.retain(|used| *used != inner);
    // What is included may include others, at any depth.
    let mut holder = own.len() - 1;
    for next in (0..own.len() - 1).filter(|next| *next != outer).collect::<Vec<_>>() {
        if rng.chance(30) && !own.iter().any(|app| app.includes.contains(&own[next].name)) {
            let name = own[next].name.clone();
            own[holder].includes.push(name.clone());
            if rng.chance(70) {
                own[holder].uses.retain(|used| *used != name);
            }
            if rng.chance(60) {
                holder = next;
            }
        }
    }
}

/// The applications as an older release has them: some the same, some changed, some missing, some others.
fn older(rng: &mut Rng, own: &[App], base: usize) -> Vec<App> {
    let mut older = Vec::new();
    let keeps_all = own.iter().any(|app| !app.includes.is_empty());
    for app in own {
        let mut app = app.clone();
        if !keeps_all && rng.chance(12) {
            continue;
        }
        if rng.chance(70) {
            app.vsn = format!("1.{}", base + rng.below(2));
            app.modules.retain(|_| !rng.chance(15));
            if rng.chance(25) {
                let extra = format!("gone_{}_{base}", app.name);
                app.modules.push(extra);
            }
        }
        older.push(app);
    }
    let present: Vec<String> = older.iter().map(|app| app.name.clone()).collect();
    for app in &mut older {
        app.uses.retain(|used| !used.starts_with("app") || present.contains(used));
    }
    for extra in 0..rng.below(3) {
        if rng.chance(50) {
            let name = format!("removed{extra}");
            let modules = (0..rng.below(3)).map(|n| format!("rm_{extra}_{n}")).collect();
            older.push(App {
                name,
                vsn: "1.0".to_owned(),
                modules,
                registered: Vec::new(),
                uses: vec!["kernel".to_owned()],
                optional: Vec::new(),
                includes: Vec::new(),
            });
        }
    }
    older
}

fn release(rng: &mut Rng, stem: &str, vsn: &str, erts: &str, own: &[App]) -> Rel {
    let system = |name: &str, uses: &[&str]| App {
        name: name.to_owned(),
        vsn: "9.0".to_owned(),
        modules: vec![format!("{name}_m")],
        registered: Vec::new(),
        uses: uses.iter().map(|used| (*used).to_owned()).collect(),
        optional: Vec::new(),
        includes: Vec::new(),
    };
    let mut apps = vec![(system("kernel", &[]), None), (system("stdlib", &["kernel"]), None), (system("sasl", &["kernel", "stdlib"]), None)];
    if rng.chance(3) {
        apps[2].0.vsn = "2.1".to_owned();
    }
    let mut rest: Vec<(App, Option<&'static str>)> = own.iter().map(|app| (app.clone(), rng.chance(40).then(|| *rng.pick(TYPES)))).collect();
    if rng.chance(30) {
        rng.shuffle(&mut rest);
    }
    apps.extend(rest);
    Rel { stem: stem.to_owned(), vsn: vsn.to_owned(), erts: erts.to_owned(), apps }
}

fn folder(app: &App) -> String {
    format!("lib/{}-{}/ebin", app.name, app.vsn)
}

struct Builder {
    files: BTreeMap<String, Vec<u8>>,
    path: Vec<String>,
}

impl Builder {
    fn put(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text.into_bytes());
    }

    fn add_release(&mut self, rng: &mut Rng, rel: &Rel) {
        let mut text = format!("{{release,{{\"demo\",\"{}\"}},{{erts,\"{}\"}},\n [", rel.vsn, rel.erts);
        for (at, (app, kind)) in rel.apps.iter().enumerate() {
            let comma = if at == 0 { "" } else { ",\n  " };
            let kind = kind.map_or(String::new(), |kind| format!(",{kind}"));
            let _ = write!(text, "{comma}{{{},\"{}\"{kind}}}", app.name, app.vsn);
            let folder = folder(app);
            if !self.path.contains(&folder) {
                self.path.push(folder.clone());
            }
            let file = format!("{folder}/{}.app", app.name);
            // Two releases may have one version of an application: the file is the same for both.
            self.files.entry(file).or_insert_with(|| app_file(rng, app).into_bytes());
        }
        text.push_str("]}.\n");
        self.put(&format!("{}.rel", rel.stem), text);
    }
}

fn app_file(rng: &mut Rng, app: &App) -> String {
    let comment = if rng.chance(20) { "%% an application\n" } else { "" };
    let mut extra = String::new();
    if rng.chance(20) {
        extra.push_str(",\n  {env,[{key,value},{port,8080}]}");
    }
    if !app.includes.is_empty() {
        let _ = write!(extra, ",\n  {{included_applications,[{}]}}", app.includes.join(","));
    }
    if !app.optional.is_empty() {
        let _ = write!(extra, ",\n  {{optional_applications,[{}]}}", app.optional.join(","));
    }
    if rng.chance(30) {
        let _ = write!(extra, ",\n  {{mod,{{{}_app,[]}}}}", app.name);
    }
    format!(
        "{comment}{{application,{},\n [{{description,\"{}\"}},\n  {{vsn,\"{}\"}},\n  {{modules,[{}]}},\n  {{registered,[{}]}},\n  {{applications,[{}]}}{extra}]}}.\n",
        app.name,
        app.name,
        app.vsn,
        app.modules.join(","),
        app.registered.join(","),
        app.uses.join(","),
    )
}

fn appup(rng: &mut Rng, app: &App, olds: &[&App], others: &[&App]) -> String {
    let mut versions: Vec<&&App> = Vec::new();
    for old in olds {
        if !versions.iter().any(|known| known.vsn == old.vsn) {
            versions.push(old);
        }
    }
    let mut up = Vec::new();
    let mut down = Vec::new();
    for old in versions {
        let version = version(rng, &old.vsn);
        up.push(format!("{{{version},\n   {}}}", script(rng, app, old, others, true)));
        down.push(format!("{{{version},\n   {}}}", script(rng, app, old, others, false)));
    }
    if rng.chance(10) {
        up.push("{<<\".*\">>,[]}".to_owned());
        down.push("{<<\".*\">>,[]}".to_owned());
    }
    let vsn = if rng.chance(5) { "0.0" } else { &app.vsn };
    format!("%% coding: utf-8\n{{\"{vsn}\",\n [{}],\n [{}]}}.\n", up.join(",\n  "), down.join(",\n  "))
}

fn version(rng: &mut Rng, vsn: &str) -> String {
    let (major, minor) = vsn.split_once('.').unwrap_or((vsn, "0"));
    match rng.below(20) {
        0 => format!("<<\"{major}\\\\.{minor}\">>"),
        1 => format!("<<\"{major}\\\\..*\">>"),
        2 => "<<\"[0-9]+([.][0-9]+)*\">>".to_owned(),
        3 => format!("[{}]", vsn.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(",")),
        4 => format!("\"{major}\" \".{minor}\""),
        _ => format!("\"{vsn}\""),
    }
}

/// A script for one path of an application, as a list.
fn script(rng: &mut Rng, new: &App, old: &App, others: &[&App], up: bool) -> String {
    if rng.chance(8) {
        return format!("[{{restart_application,{}}}]", new.name);
    }
    let (from, to) = if up { (old, new) } else { (new, old) };
    let mut changes: Vec<(&str, &String)> = Vec::new();
    for module in &to.modules {
        if !from.modules.contains(module) {
            changes.push(("add", module));
        } else if rng.chance(70) {
            changes.push(("change", module));
        }
    }
    for module in &from.modules {
        if !to.modules.contains(module) {
            changes.push(("delete", module));
        }
    }
    if rng.chance(40) {
        rng.shuffle(&mut changes);
    }
    let names: Vec<&String> = changes.iter().map(|(_, module)| *module).collect();
    let with_deps = rng.chance(60);
    let mut lines: Vec<String> = Vec::new();
    for (at, (kind, module)) in changes.iter().enumerate() {
        let mut deps: Vec<&str> = Vec::new();
        if with_deps && names.len() > 1 {
            for (other, name) in names.iter().enumerate() {
                let forward = other > at;
                if rng.chance(if other == at {
                    1
                } else if forward {
                    22
                } else {
                    4
                }) {
                    deps.push(name);
                }
            }
        }
        lines.push(instruction(rng, kind, module, &deps));
    }
    decorate(rng, &mut lines, others);
    if rng.chance(5) {
        let inner: Vec<String> = lines.iter().filter(|line| line.starts_with("{add_module") || line.starts_with("{delete_module")).cloned().collect();
        if !inner.is_empty() {
            lines.retain(|line| !inner.contains(line));
            lines.insert(0, format!("[{}]", inner.join(",")));
        }
    }
    format!("[{}]", lines.join(",\n    "))
}

fn instruction(rng: &mut Rng, kind: &str, module: &str, deps: &[&str]) -> String {
    let list = format!("[{}]", deps.join(","));
    let purge = |rng: &mut Rng| *rng.pick(&["soft_purge", "brutal_purge"]);
    let change = |rng: &mut Rng| rng.pick(&["soft", "{advanced,[]}", "{advanced,{extra,[a,\"b\"]}}"]).to_string();
    match kind {
        "add" if deps.is_empty() => format!("{{add_module,{module}}}"),
        "add" => format!("{{add_module,{module},{list}}}"),
        "delete" if deps.is_empty() => format!("{{delete_module,{module}}}"),
        "delete" => format!("{{delete_module,{module},{list}}}"),
        _ => match rng.below(10) {
            0 if deps.is_empty() => format!("{{update,{module},supervisor}}"),
            1 if deps.is_empty() => format!("{{update,{module}}}"),
            2 if deps.is_empty() => format!("{{update,{module},{}}}", change(rng)),
            0 => format!("{{update,{module},{list}}}"),
            1 | 2 => format!("{{update,{module},{},{list}}}", change(rng)),
            3 => format!("{{update,{module},{},{},{},{list}}}", change(rng), purge(rng), purge(rng)),
            4 => format!("{{update,{module},{},{},{},{},{list}}}", rng.pick(&["default", "infinity", "1000"]), change(rng), purge(rng), purge(rng)),
            5 => format!(
                "{{update,{module},{},{},{},{},{},{list}}}",
                rng.pick(&["static", "dynamic"]),
                rng.pick(&["default", "infinity", "60000"]),
                change(rng),
                purge(rng),
                purge(rng)
            ),
            6 => format!("{{load_module,{module},{},{},{list}}}", purge(rng), purge(rng)),
            _ if deps.is_empty() => format!("{{load_module,{module}}}"),
            _ => format!("{{load_module,{module},{list}}}"),
        },
    }
}

/// Low-level instructions and applies between the others.
fn decorate(rng: &mut Rng, lines: &mut Vec<String>, others: &[&App]) {
    if rng.chance(20) {
        insert(rng, lines, "{apply,{io,format,[\"~p~n\",[hello]]}}".to_owned());
    }
    if rng.chance(8) {
        insert(rng, lines, "{apply,{supervisor,terminate_child,[some_sup,child]}}".to_owned());
    }
    if rng.chance(4) {
        insert(rng, lines, "{sync_nodes,id1,[n1@host,n2@host]}".to_owned());
    }
    if rng.chance(3) {
        insert(rng, lines, "{sync_nodes,{id,2},{some_mod,nodes,[]}}".to_owned());
    }
    if rng.chance(4) {
        insert(rng, lines, "{stop,[stopped_mod]}".to_owned());
        insert(rng, lines, "{start,[stopped_mod]}".to_owned());
    }
    if rng.chance(4) {
        insert(rng, lines, "{suspend,[sm1,{sm2,5000},{sm3,default}]}".to_owned());
        insert(rng, lines, "{resume,[sm2,sm1,sm3]}".to_owned());
    }
    if rng.chance(3) {
        insert(rng, lines, "{code_change,up,[{cc,[]}]}".to_owned());
        insert(rng, lines, "{code_change,[{cc,{x}}]}".to_owned());
    }
    if rng.chance(3) {
        insert(rng, lines, "{remove,{gone_by_hand,soft_purge,brutal_purge}}".to_owned());
        insert(rng, lines, "{purge,[gone_by_hand]}".to_owned());
    }
    if rng.chance(4) {
        insert(rng, lines, about_another(others).to_owned());
    }
    if rng.chance(4) {
        let word = *rng.pick(&["restart_new_emulator", "restart_emulator", "restart", "reboot"]);
        insert(rng, lines, word.to_owned());
    }
    if rng.chance(5) {
        let lib = others.first().map_or("kernel", |app| app.name.as_str()).to_owned();
        let vsn = others.first().map_or("9.0", |app| app.vsn.as_str()).to_owned();
        let at = rng.below(lines.len() + 1);
        lines.insert(at, format!("{{load_object_code,{{{lib},\"{vsn}\",[hand_a,hand_b]}}}}"));
        if rng.chance(50) {
            lines.push("{load,{hand_a,brutal_purge,soft_purge}}".to_owned());
        }
    }
    if rng.chance(6) {
        lines.insert(0, "point_of_no_return".to_owned());
        if rng.chance(50) {
            lines.insert(0, "{apply,{early,call,[]}}".to_owned());
        }
    }
}

fn insert(rng: &mut Rng, lines: &mut Vec<String>, line: String) {
    let at = rng.below(lines.len() + 1);
    lines.insert(at, line);
}

fn about_another(others: &[&App]) -> &'static str {
    // Restarting another application is fine as long as its modules are not changed otherwise.
    match others.len() % 3 {
        0 => "{apply,{application,stop,[other]}}",
        1 => "{restart_application,sasl}",
        _ => "{add_application,kernel,none}",
    }
}
