//! The tests that run the program or a broker: one target, so that they link once and share one broker.

#[path = "../support/mod.rs"]
mod support;

mod broker;
mod children;
mod commands;
mod outcomes;
mod refusals;
mod replicas;
