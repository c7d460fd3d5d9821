//! Releases to measure on: any number of applications in a chain of dependencies, 30 modules each, half of them changed,
//! appups for five bases.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// How many modules an application has.
const MODULES: usize = 30;
/// How many bases there are.
pub const BASES: usize = 5;

/// Writes the target `new.rel` and the bases `old0.rel` to `old4.rel`, all with `lib/*/ebin`.
pub fn lay_out(folder: &Path, count: usize) {
    let versions: Vec<String> = (0..BASES).map(|base| format!("1.{base}.0")).chain(["2.0.0".to_owned()]).collect();
    for name in ["kernel", "stdlib", "sasl"] {
        write_app(folder, name, "9.0", &[]);
    }
    for (at, vsn) in versions.iter().enumerate() {
        let stem = if at == BASES { "new".to_owned() } else { format!("old{at}") };
        let mut rel = format!("{{release,{{\"bench\",\"{vsn}\"}},{{erts,\"13.1\"}},\n [{{kernel,\"9.0\"}},{{stdlib,\"9.0\"}},{{sasl,\"9.0\"}}");
        for app in 0..count {
            let name = format!("app{app}");
            let _ = write!(rel, ",\n  {{{name},\"{vsn}\"}}");
            let needed: Vec<String> = app.checked_sub(1).map(|before| format!("app{before}")).into_iter().collect();
            write_app(folder, &name, vsn, &needed);
        }
        rel.push_str("]}.\n");
        fs::write(folder.join(format!("{stem}.rel")), rel).unwrap();
    }
    for app in 0..count {
        let name = format!("app{app}");
        let entry = |base: &String| {
            let change = |at: usize| match at % 6 {
                0 => format!("{{update,{name}_m{at},{{advanced,[]}},[{name}_m{}]}}", at + 2),
                2 => format!("{{update,{name}_m{at},soft}}"),
                _ => format!("{{load_module,{name}_m{at}}}"),
            };
            let lines: Vec<String> = (0..MODULES).step_by(2).map(change).collect();
            format!("{{\"{base}\",\n   [{}]}}", lines.join(",\n    "))
        };
        let entries: Vec<String> = versions[..BASES].iter().map(entry).collect();
        let list = entries.join(",\n  ");
        fs::write(folder.join(format!("lib/{name}-2.0.0/ebin/{name}.appup")), format!("{{\"2.0.0\",\n [{list}],\n [{list}]}}.\n")).unwrap();
    }
}

fn write_app(folder: &Path, name: &str, vsn: &str, needed: &[String]) {
    let ebin = folder.join(format!("lib/{name}-{vsn}/ebin"));
    fs::create_dir_all(&ebin).unwrap();
    let modules: Vec<String> = (0..MODULES).map(|at| format!("{name}_m{at}")).collect();
    let text = format!(
        "{{application,{name},\n [{{description,\"an application\"}},\n  {{vsn,\"{vsn}\"}},\n  {{modules,[{}]}},\n  {{registered,[]}},\n  {{applications,[{}]}}]}}.\n",
        modules.join(",\n            "),
        needed.join(",")
    );
    fs::write(ebin.join(format!("{name}.app")), text).unwrap();
}
