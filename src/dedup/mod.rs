//! Decides whether an article adds something to what came before it.
//!
//! The room has three parts: a [`sketch`] of a text, the [`claim`] that carries it through the claims log, and the
//! [`window`] that judges claims in the order of the log. A verdict is a pure function of a claim and of the claims
//! before it within the window: the room knows no Kafka, no clock and no randomness, and computes in integers only,
//! so that every replica that reads the same log says the same.

pub mod claim;
mod compare;
mod expiring;
mod holders;
mod index;
pub mod level;
mod near;
pub mod rules;
pub mod side_by_side;
pub mod sketch;
mod slots;
pub mod times_ahead;
mod told;
pub mod window;
mod words;

#[cfg(test)]
mod tests;

pub use claim::{Claim, ClaimIdentity, LogEntry};
pub use level::Level;
pub use window::Window;
