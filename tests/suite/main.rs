//! The tests that run the program or a broker: one target, so that they link once and share one broker.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test fails")]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod bad_input;
mod breaker;
mod broker;
mod chaos;
mod checks;
mod children;
mod clock;
mod commands;
mod equal;
mod health;
mod lexicon;
mod moving;
mod outcomes;
mod poison;
mod recovery;
mod refusals;
mod replicas;
mod sizes;
mod stalls;
mod start_rules;
mod strangers;
