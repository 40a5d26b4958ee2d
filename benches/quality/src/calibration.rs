//! What khabar's confidence in a value is worth: how many of the values found in one way are right, beside what the record
//! says of them. The shares of `src/parse/confidence.rs` come from here.

use std::collections::BTreeMap;

use crate::data::Page;
use crate::systems::Found;
use crate::table;

/// Confidences from the first number on, to the next one.
const BANDS: [u8; 5] = [0, 50, 70, 80, 90];

/// Values, how many of them are right, and the sum of their confidences.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    values: u32,
    right: u32,
    stated: u32,
}

impl Count {
    fn add(&mut self, is_right: bool, confidence: u8) {
        self.values += 1;
        self.right += u32::from(is_right);
        self.stated += u32::from(confidence);
    }

    /// The share that is right and the mean confidence, both in hundredths.
    fn row(&self) -> String {
        let of_values = |sum: f64| sum / f64::from(self.values.max(1));
        format!(
            "{:6} {:7.1} {:7.1}",
            self.values,
            of_values(f64::from(self.right) * 100.0),
            of_values(f64::from(self.stated))
        )
    }
}

/// The counts of all sets of one system.
#[derive(Debug, Default)]
pub struct Calibration {
    by_evidence: BTreeMap<(&'static str, String, u8), Count>,
    by_band: BTreeMap<(&'static str, u8), Count>,
}

impl Calibration {
    /// Counts each labelled value that was found.
    pub fn add(&mut self, pages: &[Page], results: &[Found]) {
        for (page, found) in pages.iter().zip(results) {
            let judged = [
                ("headline", table::has_headline(page, found)),
                ("published", table::has_day(page, found)),
                ("authors", table::has_author(page, found)),
            ];
            for (field, is_right) in judged {
                let evidence = found.evidence.iter().find(|evidence| evidence.field == field);
                if let (Some(is_right), Some(evidence)) = (is_right, evidence) {
                    self.count(field, &evidence.found, evidence.confidence, is_right);
                }
            }
        }
    }

    fn count(&mut self, field: &'static str, found: &str, confidence: u8, is_right: bool) {
        let key = (field, kind(found), confidence);
        self.by_evidence.entry(key).or_default().add(is_right, confidence);
        let band = BANDS.into_iter().rev().find(|band| confidence >= *band).unwrap_or_default();
        self.by_band.entry((field, band)).or_default().add(is_right, confidence);
        self.by_band.entry(("all", band)).or_default().add(is_right, confidence);
    }

    /// Prints the shares by evidence, then by how sure khabar is.
    pub fn print(&self, system: &str) {
        println!("\n{system}: values with a label, of them right, confidence stated (mean), in hundredths");
        for ((field, kind, confidence), count) in &self.by_evidence {
            println!("{field:10} {confidence:3} {} {kind}", count.row());
        }
        println!();
        for ((field, band), count) in &self.by_band {
            println!("{field:10} from {band:2} {}", count.row());
        }
    }
}

/// The evidence without what differs from text to text: the label's spelling, the line's number.
fn kind(found: &str) -> String {
    match found.split_once(':') {
        Some((kind @ ("label" | "line" | "script"), _)) => format!("{kind}:…"),
        _ => found.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_by_evidence_and_by_band() {
        let mut calibration = Calibration::default();
        calibration.count("headline", "line:1", 90, true);
        calibration.count("headline", "line:7", 90, false);
        calibration.count("headline", "h1", 49, true);
        let lines = calibration.by_evidence[&("headline", "line:…".to_owned(), 90)];
        assert_eq!((lines.values, lines.right), (2, 1));
        assert_eq!(calibration.by_band[&("all", 90)].values, 2);
        assert_eq!(calibration.by_band[&("headline", 0)].right, 1);
    }
}
