//! What `khabar lexicon` reads, and keyword dictionaries: the first byte chooses one, the rest is its input. No input breaks
//! an import; a dictionary is refused with its file, or a keyword line is divided by it.
#![no_main]

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::LazyLock;

use khabar::article::{Article, EntityKind, Keywords, Paragraph, ParagraphRole};
use khabar::config::settings::{LexiconSettings, SourcesSettings};
use khabar::lexicon_tools::import::geonames::Importer;
use khabar::lexicon_tools::import::rows::RowWriter;
use khabar::lexicon_tools::import::{Choice, ImportError, Kinds, Needed, sparql, wikidata};
use khabar::sources::Sources;
use khabar::tag::Tagger;
use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("khabar-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary directory takes folders");
    std::fs::write(folder.join("sources.toml"), "[source.s]\nkeywords = \"keywords.tsv\"\n")
        .expect("the temporary directory takes files");
    folder
});

fuzz_target!(|input: &[u8]| {
    let Some((first, input)) = input.split_first() else { return };
    match first % 4 {
        0 => divide(input),
        tool => import(tool, input),
    }
});

/// A dictionary and a line, divided by a byte 0.
fn divide(input: &[u8]) {
    let at = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
    let (dictionary, line) = (&input[..at], input.get(at + 1..).unwrap_or_default());
    std::fs::write(FOLDER.join("keywords.tsv"), dictionary).expect("the temporary directory takes files");
    let file = FOLDER.join("sources.toml").display().to_string();
    let sources = Sources::load(&SourcesSettings { file }).expect("the rules are right");
    let tagger = match Tagger::load(&LexiconSettings::default(), &sources) {
        Ok(tagger) => tagger,
        Err(error) => {
            assert!(error.to_string().contains("keywords.tsv"));
            return;
        }
    };
    let raw = String::from_utf8_lossy(line).into_owned();
    let text = "افتتحت البلدية ساحة الميناء القديم بعد ترميمها، وحضر سكان الحي حفل الافتتاح مساء أمس.";
    let article = Article {
        source: Some("s".to_owned()),
        paragraphs: vec![Paragraph { text: text.to_owned(), role: ParagraphRole::Text }],
        keywords: Some(Keywords { raw, list: Vec::new() }),
        ..Article::default()
    };
    let keywords = tagger.tag(&article).keywords;
    assert!(keywords.is_none_or(|keywords| keywords.list.iter().all(|keyword| !keyword.is_empty())));
}

fn import(tool: u8, input: &[u8]) {
    let choice = Choice {
        languages: vec!["ar".to_owned(), "en".to_owned()],
        needed: Needed::Any,
        kinds: EntityKind::ALL.to_vec(),
        sitelinks_min: 0,
        population_min: 0,
    };
    let kinds = Kinds::default();
    let mut rows = Vec::new();
    let mut writer = RowWriter::new(&mut rows, &choice, "a fuzzer");
    let mut report = |_| {};
    let lines = Cursor::new(input);
    let ended = match tool {
        1 => wikidata::import("in", lines, &kinds, &choice, &mut writer, &mut report).map(drop),
        2 => sparql::import("in", lines, &kinds, &choice, &mut writer, &mut report).map(drop),
        _ => {
            let mut importer =
                Importer { choice: &choice, classes: "PA", writer: &mut writer, report: &mut report };
            importer.places_with(("in", lines), ("names", Cursor::new(input))).map(drop)
        }
    };
    assert!(matches!(ended, Ok(()) | Err(ImportError::Form { .. })));
    let rows = String::from_utf8(rows).expect("rows are UTF-8");
    assert!(rows.lines().all(|row| row.starts_with("# ") || row.split('\t').count() <= 6));
}
