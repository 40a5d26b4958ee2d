//! The `khabar` program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Stages allocate many small strings on one thread and free them on another, which glibc's allocator serialises.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    khabar::cli::main()
}
