//! khabar (خبر, "a news item"): raw news articles in from Kafka, one outcome each out to Kafka, exactly once.
//!
//! The modules stand in the order of a record's way:
//! `kafka` (intake) -> `decode` -> `parse` -> `dedup` -> `tag` -> `emit` -> `kafka` (delivery).
//! `ARCHITECTURE.md` is the walk through the house.
#![forbid(unsafe_code)]

pub mod article;
pub mod audit;
pub mod budget;
pub mod caught;
pub mod cli;
pub mod clock;
pub mod config;
pub mod decode;
pub mod dedup;
pub mod demo;
pub mod emit;
pub mod events;
pub mod flow;
pub mod health;
pub mod kafka;
pub mod lexicon_tools;
pub mod metrics;
pub mod output_limits;
pub mod parse;
pub mod planted;
pub mod process;
pub mod rejection;
pub mod schema;
pub mod shutdown;
pub mod sources;
pub mod stages;
pub mod tag;
pub mod telemetry;
pub mod topics;
pub mod worker;
