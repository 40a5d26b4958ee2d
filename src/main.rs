//! The `khabar` program.
#![forbid(unsafe_code)]

fn main() {}
