use std::fs;

use super::*;
use crate::tag::lexicon::Lexicon;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// The findings about a folder with these files, as if nothing was compiled in: that is quick.
fn linted(files: &[(&str, &[u8])]) -> Report {
    of_layers(&[Layer::of_folder(folder(files).path()).unwrap()])
}

/// The findings about a folder with these files.
fn linted_behind_compiled_in(files: &[(&str, &[u8])]) -> Report {
    lint(Some(folder(files).path())).unwrap()
}

#[track_caller]
fn assert_found(report: &Report, severity: Severity, file: &str, line: usize, problem: &str) {
    let found = report.findings.iter().any(|finding| {
        finding.severity == severity
            && finding.file.ends_with(file)
            && finding.line == line
            && finding.problem.contains(problem)
    });
    assert!(found, "{severity:?} {file}:{line} {problem}: {:#?}", report.findings);
}

#[test]
fn what_is_compiled_in_has_no_errors() {
    let report = lint(None).unwrap();
    let errors: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let [entities, ..] = Lexicon::compiled_in().sizes();
    assert_eq!((report.entities, report.files), (entities, 14));
}

#[test]
fn all_wrong_rows_are_told_and_not_only_the_first() {
    let rows = "# head\nkhabar:a\tperson\ten\n\nkhabar:b\tperson\tar\tآدا المرساوي\nkhabar:b\tperson\ten\tAda Quayside\n\
                khabar:b\tplace\ten\tAda Q\nkhabar:c\tpersons\ten\tCy North\n-khabar:never\n";
    let titles = "head\tar\tمدينة\nplace_head\tar\n";
    let report = linted(&[("people.tsv", rows.as_bytes()), ("titles.tsv", titles.as_bytes())]);
    assert_eq!(report.count(Severity::Error), 6);
    for (file, line, problem) in [
        ("people.tsv", 2, "expected 4 columns"),
        ("people.tsv", 6, "is of the kind person"),
        ("people.tsv", 7, "unknown kind"),
        ("people.tsv", 8, "that could be taken back"),
        ("titles.tsv", 1, "unknown kind"),
        ("titles.tsv", 2, "expected 3 columns"),
    ] {
        assert_found(&report, Severity::Error, file, line, problem);
    }
    assert_eq!((report.rows, report.files), (8, 2));
}

#[test]
fn what_is_likely_wrong_is_a_warning() {
    let rows = "khabar:a\tperson\ten\tAda Quayside\t\tQuay Queen|Quay-queen\nkhabar:a\tperson\tar\tآدا المرساوي\n\
                khabar:b\tperson\ten\tBea North\t\tQuay queen\nkhabar:b\tperson\tar\tبيا نورث\tsafe\tفي|ب\n\
                khabar:c\tperson\ten\tCy South\n\
                wikidata:Q900\tperson\ten\tDee South\n\
                khabar:a\tperson\ten\tAda Quayside\n";
    let report = linted_behind_compiled_in(&[("people.tsv", rows.as_bytes())]);
    assert_eq!(report.count(Severity::Error), 0, "{:#?}", report.findings);
    for (severity, line, problem) in [
        (Severity::Warning, 3, "\"Quay queen\" is a name of khabar:b and of khabar:a"),
        (Severity::Warning, 4, "\"في\" is safe, and a common word"),
        (Severity::Warning, 4, "\"ب\" is so short"),
        (Severity::Warning, 5, "khabar:c has no row in ar"),
        (Severity::Note, 1, "\"Quay Queen\" and \"Quay-queen\" are one name"),
        (Severity::Note, 6, "wikidata:Q900 has no row in ar"),
        (Severity::Note, 7, "\"Ada Quayside\" is a name of khabar:a in line 1 already"),
    ] {
        assert_found(&report, severity, "people.tsv", line, problem);
    }
}

#[test]
fn what_decides_between_two_entities_is_heeded() {
    let of = |one: &str, other: &str| {
        let rows = format!(
            "geonames:9900001\tplace\ten\tReedport Bay\t{one}\ngeonames:9900002\tplace\ten\tReedport Bay\t{other}\n"
        );
        let report = linted(&[("places.tsv", rows.as_bytes())]);
        (report.count(Severity::Error), report.count(Severity::Warning))
    };
    assert_eq!(of("", ""), (0, 1));
    assert_eq!(of("ambiguous", ""), (0, 0));
    assert_eq!(of("safe", ""), (0, 0));
    assert_eq!(of("safe", "safe"), (1, 0));
    assert_eq!(of("population=90000", "population=1000"), (0, 0));
    assert_eq!(of("population=2000", "population=1000"), (0, 1));
    assert_eq!(of("capital", ""), (0, 0));
}

#[test]
fn rows_that_are_taken_back_are_not_compared() {
    let rows = "khabar:hamas-two\torganisation\ten\tReed Movement\nkhabar:reed\torganisation\ten\tReed Movement\tsafe\tThe Reeds\n\
                khabar:reed\torganisation\tar\tحركة القصب\n-khabar:hamas-two\n\
                khabar:moss\torganisation\ten\tThe Reeds\tsafe\nkhabar:moss\torganisation\tar\tحركة الطحلب\n\
                -khabar:reed\torganisation\ten\tThe Reeds\n";
    let report = linted(&[("organisations.tsv", rows.as_bytes())]);
    assert_eq!(report.findings, []);
}

#[test]
fn what_is_compiled_in_is_compared_but_not_told() {
    let rows = "khabar:ada\tperson\ten\tHosni Mubarak\tsafe\nkhabar:ada\tperson\tar\tآدا المرساوي\n";
    let report = linted_behind_compiled_in(&[("people.tsv", rows.as_bytes())]);
    assert_eq!(report.findings.len(), 1);
    assert_found(
        &report,
        Severity::Error,
        "people.tsv",
        1,
        "of khabar:hosni-mubarak (config/lexicon/people.tsv (compiled in)",
    );
}

#[test]
fn hostile_files_are_told_and_break_nothing() {
    let wide = format!("khabar:a\tperson\ten\t{}\n", "x".repeat(100_000));
    let report = linted(&[("people.tsv", wide.as_bytes()), ("places.tsv", b"")]);
    assert_found(&report, Severity::Error, "people.tsv", 1, "the line has more than");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("people.tsv"), b"# head\nkhabar:a\tperson\ten\t\xff\n").unwrap();
    let error = lint(Some(folder.path())).unwrap_err().to_string();
    assert!(error.contains("people.tsv, line 2: the line is not UTF-8"), "{error}");
    assert!(lint(Some(Path::new("no/such/folder"))).is_err());
    // Each of them is another finding, and all but the first are kept by number only.
    let rows = "khabar:a\tpersons\ten\tA\n".repeat(FINDINGS_MAX + 5);
    let report = linted(&[("people.tsv", rows.as_bytes())]);
    assert_eq!(report.count(Severity::Error), FINDINGS_MAX as u64 + 5);
    assert_eq!(report.findings.len(), FINDINGS_MAX);
}

#[test]
fn a_hundred_thousand_entities_of_one_name_take_no_long_time() {
    use std::fmt::Write as _;
    let mut rows = String::new();
    for number in 0..100_000 {
        writeln!(
            rows,
            "wikidata:Q{}\tperson\ten\tAda Quayside\n-wikidata:Q{}\tperson\ten\tNever",
            number + 1,
            number + 1
        )
        .unwrap();
    }
    let report = linted(&[("people.tsv", rows.as_bytes())]);
    assert_eq!((report.count(Severity::Error), report.count(Severity::Warning)), (0, 1));
    assert_eq!(report.entities, 100_000);
}

#[test]
fn a_dictionary_of_keywords_is_looked_at_line_by_line() {
    let lines = "# of a newsroom\n4\tميناء الصيد\nمرسى\n0\tقهوة\n2\tميناءُ الصيد\n1\tمرسى، قهوة\n3\tمرسى\n";
    let folder = folder(&[("sahel.tsv", lines.as_bytes())]);
    let report = lint_dictionaries(&[folder.path().join("sahel.tsv")]).unwrap();
    let count = |severity| report.count(severity);
    assert_eq!([Severity::Error, Severity::Warning, Severity::Note].map(count), [2, 1, 1]);
    assert_eq!((report.files, report.rows), (1, 6));
    assert_found(&report, Severity::Error, "sahel.tsv", 3, "expected 2 columns");
    assert_found(&report, Severity::Error, "sahel.tsv", 4, "is no number");
    assert_found(&report, Severity::Note, "sahel.tsv", 5, "stands in line 2 already");
    assert_found(&report, Severity::Warning, "sahel.tsv", 6, "divides keywords");
    assert!(lint_dictionaries(&[folder.path().join("none.tsv")]).is_err());
}
