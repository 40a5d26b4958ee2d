//! The JSON Schemas (2020-12) of what khabar reads and writes, as they are printed by `khabar schema`.
//!
//! Owns the published description of the formats. Within a major version of `khabar.schema` they only grow, and every
//! object of khabar's own may get members that an older schema doesn't name.

#[cfg(test)]
pub(crate) mod tests;

/// Name and text of each schema, in the order of a record's way.
const SCHEMAS: [(&str, &str); 4] = [
    ("raw-envelope", include_str!("raw-envelope.json")),
    ("enriched", include_str!("enriched.json")),
    ("duplicate", include_str!("duplicate.json")),
    ("headers", include_str!("headers.json")),
];

/// The names that [`schema`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCHEMAS.iter().map(|(name, _)| *name)
}

/// The JSON Schema of this name. `enriched` refers to the official ninjs 3.1 schema, which a validator must have at
/// hand under its own address, `http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json`.
#[must_use]
pub fn schema(name: &str) -> Option<&'static str> {
    SCHEMAS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
