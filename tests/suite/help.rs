//! Every help text is a snapshot, found by walking the command tree; it is the guide's reference page.

use std::fmt::Write;
use std::fs;
use std::path::Path;

#[test]
fn the_reference_page_is_fresh() {
    let mut page = String::from("# Command line reference\n\nThe help of every command, as `relupc COMMAND --help` prints it. Made from the program itself.\n");
    let mut command = relupc::cli::command();
    command.build();
    section(&mut page, &mut command, "relupc");
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let sub = command.find_subcommand_mut(&name).unwrap();
        section(&mut page, sub, &format!("relupc {name}"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/reference.md");
    if std::env::var_os("RELUPC_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), page, "run `.ci/regenerate`");
}

fn section(page: &mut String, command: &mut clap::Command, name: &str) {
    let help = command.clone().term_width(80).render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    writeln!(page, "\n## {name}\n\n```text\n{}\n```", help.join("\n").trim_end()).unwrap();
}
