//! Every command line shown in the README and the guide, and those of `tests/cmd`, run and compared.

#[test]
fn shown_commands_do_what_is_shown() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").case("tests/cmd/*.trycmd").case("README.md").case("docs/guide/*.md");
}
