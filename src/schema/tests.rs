use std::fs;
use std::path::Path;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use super::{names, schema};

/// Address of the official schema, as an item and the printed schema name it.
const OFFICIAL: &str = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json";

/// A schema that the official one refers to; khabar writes nothing that it describes.
const GEO_JSON: &str = "https://geojson.org/schema/GeoJSON.json";

/// Where this variable names a copy of the official ninjs 3.1 schema, every item of the tests must be valid against it
/// too; the official schema is not part of this project.
const OFFICIAL_PATH_VARIABLE: &str = "KHABAR_NINJS_SCHEMA";

/// Validators of enriched records: of the whole, and of the item without `khabar`.
pub(crate) struct ItemValidators {
    whole: Validator,
    without_khabar: Validator,
}

impl ItemValidators {
    /// All that an item must be valid against: the hand-written part of ninjs, and the official schema where the
    /// environment names it.
    pub(crate) fn all() -> Vec<Self> {
        let subset = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/emit/ninjs-subset.schema.json");
        let mut validators = vec![Self::with_ninjs(&subset)];
        validators
            .extend(std::env::var_os(OFFICIAL_PATH_VARIABLE).map(|path| Self::with_ninjs(path.as_ref())));
        validators
    }

    fn with_ninjs(path: &Path) -> Self {
        let ninjs: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let mut whole = parsed("enriched");
        close_khabar(&mut whole);
        Self {
            whole: validator(&whole, &ninjs),
            without_khabar: validator(&json!({ "$ref": OFFICIAL }), &ninjs),
        }
    }

    /// What is wrong with an enriched payload; empty where nothing is.
    pub(crate) fn errors(&self, payload: &[u8]) -> Vec<String> {
        let mut item: Value = serde_json::from_slice(payload).unwrap();
        let mut errors = errors(&self.whole, &item);
        item.as_object_mut().unwrap().remove("khabar").unwrap();
        errors.extend(self::errors(&self.without_khabar, &item));
        errors
    }
}

/// A validator of one of the printed schemas that stand alone.
pub(crate) fn validator_of(name: &str) -> Validator {
    options().build(&parsed(name)).unwrap()
}

pub(crate) fn errors(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn parsed(name: &str) -> Value {
    serde_json::from_str(schema(name).unwrap()).unwrap()
}

fn options() -> jsonschema::ValidationOptions<'static> {
    jsonschema::options().should_validate_formats(true)
}

fn validator(schema: &Value, ninjs: &Value) -> Validator {
    let registry = Registry::new().add(OFFICIAL, ninjs).unwrap().add(GEO_JSON, json!({})).unwrap();
    let registry = registry.prepare().unwrap();
    jsonschema::options().should_validate_formats(true).with_registry(&registry).build(schema).unwrap()
}

/// The printed schema lets `khabar` grow; a test must not: what is written and not described fails here.
fn close_khabar(schema: &mut Value) {
    close(&mut schema["$defs"]);
    schema["allOf"][1]["properties"]["khabar"]["unevaluatedProperties"] = json!(false);
}

fn close(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    for (name, member) in members.iter_mut() {
        match name.as_str() {
            "properties" => {
                for (property, subschema) in member.as_object_mut().unwrap() {
                    if property != "meta" {
                        subschema["unevaluatedProperties"] = json!(false);
                    }
                }
            }
            "items" => member["unevaluatedProperties"] = json!(false),
            _ => {}
        }
        close(member);
    }
}

#[test]
fn every_printed_schema_is_a_valid_schema_with_a_description() {
    for name in names() {
        let schema = parsed(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert!(schema["description"].is_string(), "{name}");
    }
    assert_eq!(schema("nothing"), None);
}

#[test]
fn every_member_of_an_output_is_described() {
    for name in names() {
        let mut undescribed = Vec::new();
        find_undescribed(name, &parsed(name), &mut undescribed);
        // Their names say all.
        undescribed.retain(|path| {
            ![
                "topic",
                "partition",
                "offset",
                "headline",
                "code",
                "detail",
                "field",
                "found",
                "verdict",
                "precision",
            ]
            .iter()
            .any(|known| path.ends_with(&format!("/{known}")))
        });
        undescribed.retain(|path| !path.starts_with("enriched/type") && !path.starts_with("headers/khabar-"));
        assert!(undescribed.is_empty(), "{undescribed:#?}");
    }
}

fn find_undescribed(path: &str, schema: &Value, undescribed: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "properties" {
                    for (property, subschema) in member.as_object().unwrap() {
                        let is_described = subschema.get("description").is_some()
                            || subschema.get("$ref").is_some()
                            || subschema.get("const").is_some()
                            || subschema.is_boolean();
                        if !is_described {
                            undescribed.push(format!("{path}/{property}"));
                        }
                        find_undescribed(&format!("{path}/{property}"), subschema, undescribed);
                    }
                } else {
                    find_undescribed(path, member, undescribed);
                }
            }
        }
        Value::Array(members) => {
            for member in members {
                find_undescribed(path, member, undescribed);
            }
        }
        _ => {}
    }
}

#[test]
fn an_envelope_needs_its_content_alone() {
    let envelope = validator_of("raw-envelope");
    assert!(errors(&envelope, &json!({ "content": "<p>text</p>", "own": { "member": 1 } })).is_empty());
    assert!(!errors(&envelope, &json!({ "url": "https://news.example/1" })).is_empty());
    assert!(!errors(&envelope, &json!({ "content": 5 })).is_empty());
}
