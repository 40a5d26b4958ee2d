//! `khabar lexicon` as a person runs it; no broker is needed.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::worker::run_program;

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn keywords_are_learned_from_what_process_prints_and_divide_the_sources_lines() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let rules = "[source.sahel]\nhosts = [\"sahel.example\"]\n";
    fs::write(at("sources.toml"), rules).unwrap();
    let sources = format!("sources.file={}", shown(&at("sources.toml")));
    let page = |keywords: &str, number: usize| {
        let paragraph = "افتتحت البلدية الساحة القديمة بعد ترميمها، وحضر سكان الحي حفل الافتتاح مساء أمس مع عدد من الضيوف.";
        let html = format!(
            "<html lang=ar><head><title>خبر رقم {number} عن الساحة القديمة</title><meta name=keywords content=\"{keywords}\"></head>\
             <body><article><h1>خبر رقم {number} عن الساحة القديمة</h1><p>{paragraph}</p><p>{number} {paragraph}</p></article></body></html>"
        );
        let url = format!("https://sahel.example/{number}");
        serde_json::json!({ "url": url, "content": html, "content_type": "text/html" }).to_string()
    };
    let lists: Vec<String> = (0..20).map(|number| page("عدسة الحي, بوصلة الميناء, قهوة", number)).collect();
    fs::write(at("crawl.jsonl"), lists.join("\n")).unwrap();
    let processed = run_program(
        &["process", "--set", &sources, "--set", "dedup.enabled=false", &shown(&at("crawl.jsonl"))],
        b"",
    );
    assert_code(&processed, 0);
    let learned = run_program(
        &["lexicon", "keywords", "--source", "sahel", "--output", &shown(&at("sahel.tsv"))],
        &processed.stdout,
    );
    assert_code(&learned, 0);
    assert!(text(&learned).contains("3 keywords from 20 articles of sahel"), "{}", text(&learned));

    let line = page("عدسة الحي قهوة بوصلة الميناء", 99);
    let divided = |sources: &str| {
        let output = run_program(&["process", "--format", "jsonl", "--set", sources, "-"], line.as_bytes());
        assert_code(&output, 0);
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        (
            record["item"]["khabar"]["keywords"]["list"].clone(),
            record["item"]["khabar"]["versions"]["lexicons"].clone(),
        )
    };
    let before = divided(&sources);
    fs::write(at("sources.toml"), format!("{rules}keywords = \"sahel.tsv\"\n")).unwrap();
    let after = divided(&sources);
    assert_eq!(after.0, serde_json::json!(["عدسة الحي", "قهوة", "بوصلة الميناء"]));
    assert_ne!(before.1, after.1, "records tell which dictionaries there are");
    let checked = run_program(&["check", "--set", &sources], b"");
    assert_code(&checked, 0);
    assert!(text(&checked).contains("source sahel: 3 keywords, used 60 times"), "{}", text(&checked));

    fs::write(at("sahel.tsv"), "1\tقهوة\nمصر\n").unwrap();
    let checked = run_program(&["check", "--set", &sources], b"");
    assert_code(&checked, 2);
    assert!(text(&checked).contains("sahel.tsv, line 2: expected 2 columns"), "{}", text(&checked));
}

#[test]
fn what_is_imported_from_standard_input_is_named_in_articles() {
    let folder = tempfile::tempdir().unwrap();
    let lexicon = folder.path().join("lexicon");
    fs::create_dir(&lexicon).unwrap();
    let item = serde_json::json!({
        "id": "Q900", "type": "item",
        "labels": { "en": { "value": "Ada Quayside" }, "ar": { "value": "آدا المرساوي" } },
        "claims": { "P31": [{ "mainsnak": { "datavalue": { "value": { "id": "Q5" } } }, "rank": "normal" }] },
    });
    let dump = format!("[\nbroken,\n{item}\n]\n");
    let output = lexicon.join("wikidata.tsv");
    let imported = run_program(
        &["lexicon", "import", "wikidata", "-", "--sitelinks-min", "0", "--output", &shown(&output)],
        dump.as_bytes(),
    );
    assert_code(&imported, 0);
    assert!(text(&imported).contains("left out: -, line 2: no item of Wikidata"), "{}", text(&imported));
    assert_code(&run_program(&["lexicon", "lint", &shown(&lexicon), "--strict"], b""), 0);
    let setting = format!("lexicon.folder={}", shown(&lexicon));
    let article = "Ferry returns\n\nThe ferry came back on Thursday, and Ada Quayside was there with many others to see it.\n";
    let explained = run_program(&["process", "--format", "text", "--set", &setting, "-"], article.as_bytes());
    assert_code(&explained, 0);
    assert!(text(&explained).contains("wikidata:Q900"), "{}", text(&explained));
}

#[test]
fn lint_names_file_and_line_and_the_exit_code_tells() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("places.tsv"), "geonames:9900001\tplace\ten\tReedport Bay\nkhabar:b\n")
        .unwrap();
    let linted = run_program(&["lexicon", "lint", &shown(folder.path())], b"");
    assert_code(&linted, 1);
    assert!(text(&linted).contains("places.tsv:2: error: expected 4 columns"), "{}", text(&linted));
    assert_code(&run_program(&["lexicon", "lint"], b""), 0);
    assert_code(&run_program(&["lexicon", "lint", "no/such/folder"], b""), 2);
}
