//! The `relupc` binary: parse, run, status. Nothing else.

fn main() -> std::process::ExitCode {
    relupc::cli::main(std::env::args_os())
}
