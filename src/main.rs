//! The `khabar` program.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    khabar::cli::main()
}
