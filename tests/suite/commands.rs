//! Every command line shown in the README and the guide, and those of `tests/cmd`, run and compared.

#[test]
fn shown_commands_do_what_is_shown() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").case("tests/cmd/*.trycmd").case("README.md").case("docs/guide/*.md");
}

#[test]
fn what_an_expansion_cannot_show_is_said() {
    let appup = "{\"2.0.0\",[{\"1.0.0\",[{add_application,other},{restart_application,demo},{load_module,demo_lib}]}],[]}.\n";
    let folder = crate::demo::with(&[("lib/demo-2.0.0/ebin/demo.appup", appup)]);
    let said = || String::from_utf8(crate::demo::relupc(folder.path(), &["expand", "lib/demo-2.0.0/ebin/demo.appup"]).stderr).unwrap();
    assert!(said().contains("the modules of `other` cannot be seen from here"), "{}", said());
    std::fs::remove_file(folder.path().join("lib/demo-2.0.0/ebin/demo.app")).unwrap();
    assert!(said().contains("the modules of `demo`, `other` cannot be seen"), "{}", said());
}
