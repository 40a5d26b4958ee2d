//! Tests of the emit room: golden records, headers, properties that hold for every article, and the size ladders.

mod fit;
mod golden;
mod headers;
mod properties;
mod samples;
