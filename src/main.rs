//! The `relupc` binary: parse, run, status. Nothing else.

/// A run makes and drops a few hundred thousand small values, on two threads and more: the system's allocator spends a
/// third of it on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    relupc::cli::main(std::env::args_os())
}
