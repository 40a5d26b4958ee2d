//! Dumps of many layouts (`tests/data/dumps`): the role of each line, and where related articles begin and end.
//!
//! A case is a folder with `raw.txt` and `roles.txt`: for each line that is not blank its role, in order; `+` joins the
//! roles of a line that holds several parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{LineRole, ReadLine};
use crate::parse::Parser;
use crate::parse::tests::parser;

/// The least macro-F1 of the roles over all cases, and the least share of cases whose related articles are exact.
const ROLES_F1_MIN: f64 = 0.97;
const BOUNDARIES_MIN: f64 = 0.98;

struct Case {
    name: String,
    raw: String,
    /// For each line that is not blank.
    expected: Vec<String>,
    found: Vec<String>,
    lines: Vec<ReadLine>,
}

fn cases(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let parser = parser();
    paths.iter().map(|path| case(path, &parser)).collect()
}

fn case(path: &Path, parser: &Parser) -> Case {
    let raw = std::fs::read_to_string(path.join("raw.txt")).unwrap();
    let roles = std::fs::read_to_string(path.join("roles.txt")).unwrap();
    let lines = parser.read_lines(&raw);
    let mut found: Vec<(usize, String)> = Vec::new();
    for line in lines.iter().filter(|line| line.role != LineRole::Blank) {
        match found.last_mut() {
            Some((number, roles)) if *number == line.number => {
                roles.push('+');
                roles.push_str(line.role.name());
            }
            _ => found.push((line.number, line.role.name().to_owned())),
        }
    }
    Case {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        raw,
        expected: roles.lines().map(str::to_owned).collect(),
        found: found.into_iter().map(|(_, roles)| roles).collect(),
        lines,
    }
}

/// Per role: found and right, found, right.
type Counts = BTreeMap<String, (usize, usize, usize)>;

fn count(case: &Case, counts: &mut Counts) {
    for (expected, found) in case.expected.iter().zip(&case.found) {
        let (expected, found): (Vec<&str>, Vec<&str>) =
            (expected.split('+').collect(), found.split('+').collect());
        for index in 0..expected.len().max(found.len()) {
            let (expected, found) = (expected.get(index), found.get(index));
            if let Some(role) = found {
                let count = counts.entry((*role).to_owned()).or_default();
                count.1 += 1;
                count.0 += usize::from(expected == Some(role));
            }
            if let Some(role) = expected {
                counts.entry((*role).to_owned()).or_default().2 += 1;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines are small")]
fn macro_f1(counts: &Counts) -> f64 {
    let f1 = counts.values().map(|(both, found, right)| 2.0 * *both as f64 / (*found + *right).max(1) as f64);
    f1.sum::<f64>() / counts.len().max(1) as f64
}

/// Whether each line belongs to the related articles exactly where it should.
fn has_exact_boundaries(case: &Case) -> bool {
    let of_related = |roles: &String| -> Vec<String> {
        roles
            .split('+')
            .filter(|role| role.starts_with("related") || *role == "read_also")
            .map(str::to_owned)
            .collect()
    };
    case.expected.len() == case.found.len()
        && case.expected.iter().map(of_related).eq(case.found.iter().map(of_related))
}

fn differences(case: &Case) -> String {
    let texts: Vec<&str> = case.raw.lines().filter(|line| !crate::parse::text::is_blank(line)).collect();
    let mut report = String::new();
    if case.expected.len() != case.found.len() {
        let _ = writeln!(report, "{}: {} roles, {} lines", case.name, case.expected.len(), case.found.len());
    }
    for (index, (expected, found)) in case.expected.iter().zip(&case.found).enumerate() {
        if expected != found {
            let text: String = texts.get(index).unwrap_or(&"").chars().take(90).collect();
            let _ =
                writeln!(report, "{} line {}: {found}, expected {expected}: {text}", case.name, index + 1);
        }
    }
    report
}

/// The report, the macro-F1 of the roles, and the share of cases with exact boundaries.
#[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
fn score(cases: &[Case]) -> (String, f64, f64) {
    let mut counts = Counts::new();
    for case in cases {
        count(case, &mut counts);
    }
    let exact = cases.iter().filter(|case| has_exact_boundaries(case)).count();
    let (f1, boundaries) = (macro_f1(&counts), exact as f64 / cases.len().max(1) as f64);
    let lines: usize = cases.iter().map(|case| case.expected.len()).sum();
    let right: usize = counts.values().map(|(both, ..)| both).sum();
    let mut report: String = cases.iter().map(differences).collect();
    for (role, (both, found, expected)) in &counts {
        let _ = writeln!(report, "{role}: {both} right, {found} found, {expected} expected");
    }
    let _ = writeln!(
        report,
        "{} dumps, {lines} lines, {right} roles right; macro-F1 of the roles {f1:.4}; exact boundaries {boundaries:.4}",
        cases.len()
    );
    (report, f1, boundaries)
}

#[test]
fn roles_and_related_articles_are_right_in_dumps_of_many_layouts() {
    let cases = cases("dumps");
    let (report, f1, boundaries) = score(&cases);
    println!("{report}");
    assert!(cases.len() >= 60, "the cases are where they should be");
    assert!(f1 >= ROLES_F1_MIN && boundaries >= BOUNDARIES_MIN, "{report}");
}

/// These layouts were written after the rules were settled; nothing is asked of them but an answer.
#[test]
fn layouts_that_the_rules_were_not_made_for_are_reported() {
    let cases = cases("dumps_held");
    println!("{}", score(&cases).0);
    for case in &cases {
        assert_eq!(
            case.lines.last().map(|line| line.number),
            Some(super::pieces::numbered(&case.raw).count())
        );
    }
}
