//! What the tag room found, for a person: the text with its mentions marked, entities, countries.

use serde_json::{Value, json};

use super::render::{one_line, push};
use crate::article::{Article, Mention, Tags};
use crate::cli::text::columns;
use crate::emit::entity_keys;

/// The section of an explanation about names; nothing where there are none.
pub(super) fn text(text: &mut String, article: &Article, tags: &Tags) {
    push(text, &format!("\nlanguage: {}, {}", one_line(&tags.language), tags.direction.name()));
    for found in &tags.paragraph_languages {
        push(text, &format!("language of paragraph {}: {}", found.paragraph + 1, found.language));
    }
    subjects(text, tags);
    if tags.entities.is_empty() {
        push(text, "names: none");
        return;
    }
    let keys = entity_keys(tags);
    push(text, "\nnames in the text: [entity: name]");
    for paragraph in marked(&article.body(), &tags.mentions, &keys).split("\n\n") {
        push(text, &one_line(paragraph));
    }
    push(text, "\nentities: number, kind, mentions, salience, rules, ids, name");
    let rows: Vec<Vec<String>> = tags
        .entities
        .iter()
        .zip(&keys)
        .enumerate()
        .map(|(place, (entity, key))| {
            vec![
                key.clone(),
                entity.kind.name().to_owned(),
                entity.mentions.to_string(),
                entity.salience.to_string(),
                rules(tags, place),
                if entity.ids.is_empty() { "-".to_owned() } else { one_line(&entity.ids.join(" ")) },
                one_line(&entity.name),
            ]
        })
        .collect();
    text.push_str(&columns(&rows));
    if !tags.countries.is_empty() {
        let country =
            |country: &crate::article::TaggedCountry| format!("{} {} %", country.code, country.share);
        let countries: Vec<String> = tags.countries.iter().map(country).collect();
        push(text, &format!("countries: {}", countries.join(", ")));
    }
}

/// Topics with their confidence and the words that spoke for them.
fn subjects(text: &mut String, tags: &Tags) {
    if tags.subjects.is_empty() {
        push(text, "subjects: none");
        return;
    }
    push(text, "\nsubjects: code, confidence, name, words");
    let rows: Vec<Vec<String>> = tags
        .subjects
        .iter()
        .map(|subject| {
            vec![
                subject.code.clone(),
                subject.confidence.to_string(),
                subject.english.clone(),
                one_line(&subject.evidence.join(", ")),
            ]
        })
        .collect();
    text.push_str(&columns(&rows));
}

/// The rules by which the body names an entity, each once; `headline` where it does not.
fn rules(tags: &Tags, entity: usize) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for mention in tags.mentions.iter().filter(|mention| mention.entity == entity) {
        if !rules.contains(&mention.rule) {
            rules.push(mention.rule);
        }
    }
    if rules.is_empty() { "headline".to_owned() } else { rules.join("+") }
}

/// The body with its mentions in brackets.
fn marked(body: &str, mentions: &[Mention], keys: &[String]) -> String {
    let mut marked = String::with_capacity(body.len() * 2);
    let mut characters = body.chars();
    let mut at = 0;
    for mention in mentions {
        marked.extend(characters.by_ref().take(mention.start - at));
        marked.push('[');
        marked.push_str(keys.get(mention.entity).map_or("", String::as_str));
        marked.push_str(": ");
        marked.extend(characters.by_ref().take(mention.end - mention.start));
        marked.push(']');
        at = mention.end;
    }
    marked.extend(characters);
    marked
}

/// The same for programs.
pub(super) fn json(tags: &Tags) -> Value {
    let keys = entity_keys(tags);
    let entities = tags.entities.iter().zip(&keys).map(|(entity, key)| {
        json!({
            "entity": key, "kind": entity.kind.name(), "name": entity.name, "name_en": entity.name_en,
            "ids": entity.ids, "mentions": entity.mentions, "salience": entity.salience,
            "confidence": entity.confidence,
        })
    });
    let mentions = tags.mentions.iter().map(|mention| {
        json!({
            "entity": keys.get(mention.entity), "start": mention.start, "end": mention.end,
            "surface": mention.surface, "score": mention.score, "rule": mention.rule,
        })
    });
    let countries = tags
        .countries
        .iter()
        .map(|country| json!({ "country": country.code, "name": country.name, "share": country.share }));
    let subjects = tags.subjects.iter().map(|subject| {
        json!({
            "code": subject.code, "name": subject.name, "name_en": subject.english,
            "confidence": subject.confidence, "evidence": subject.evidence,
        })
    });
    let paragraph_languages = tags
        .paragraph_languages
        .iter()
        .map(|found| json!({ "paragraph": found.paragraph, "language": found.language }));
    json!({
        "language": tags.language,
        "paragraph_languages": paragraph_languages.collect::<Vec<_>>(),
        "subjects": subjects.collect::<Vec<_>>(),
        "entities": entities.collect::<Vec<_>>(),
        "mentions": mentions.collect::<Vec<_>>(),
        "countries": countries.collect::<Vec<_>>(),
    })
}
