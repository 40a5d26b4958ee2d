//! Configuration: typed settings, and how they are put together from their layers.
//!
//! Owns the settings and their checks. It never talks to Kafka and starts nothing.

mod effective;
mod layers;
pub mod load;
mod problem;
mod properties;
pub mod secrets;
pub mod settings;
#[cfg(test)]
mod tests;
mod validate;

pub use effective::{Value, effective};
pub use load::{LayerArguments, Loaded, load};
pub use problem::{ConfigError, Origin, Problem};
pub use properties::{is_secret as property_is_secret, refusal as property_refusal};
pub use settings::Settings;

/// The default layer: every key, with its default, its unit and why it is so.
pub const DEFAULTS: &str = include_str!("../../config/khabar.toml");
