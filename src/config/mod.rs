//! Configuration: typed settings, and how they are put together from their layers.
//!
//! Owns the settings and their checks. It never talks to Kafka and starts nothing.

pub mod settings;

pub use settings::Settings;
