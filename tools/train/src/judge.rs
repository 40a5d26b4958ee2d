//! How many names are found exactly.

use std::collections::BTreeSet;
use std::ops::Range;

use khabar::tag::sequence::{Model, NameKind, OUTSIDE};

use crate::data::Labelled;

#[derive(Default, Clone, Copy)]
struct Counts {
    right: usize,
    found: usize,
    labelled: usize,
}

impl Counts {
    fn shown(self) -> String {
        let share =
            |part: usize, whole: usize| if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
        let f1 = share(2 * self.right, self.found + self.labelled);
        let (precision, recall) = (share(self.right, self.found), share(self.right, self.labelled));
        format!("F1 {f1:5.1}  precision {precision:5.1}  recall {recall:5.1}  of {}", self.labelled)
    }
}

/// Prints exact-span scores by kind, and for the three together.
pub fn report(name: &str, model: &Model, texts: &[Labelled]) {
    let mut all = Counts::default();
    for kind in [NameKind::Person, NameKind::Place, NameKind::Organisation] {
        let mut counts = Counts::default();
        for text in texts {
            let labelled: BTreeSet<(usize, usize)> =
                labelled(&text.labels, kind).map(|range| (range.start, range.end)).collect();
            let names = model.names(&text.prepared.words());
            let found: BTreeSet<(usize, usize)> =
                names.iter().filter(|name| name.kind == kind).map(|name| (name.first, name.end)).collect();
            counts.right += labelled.intersection(&found).count();
            counts.found += found.len();
            counts.labelled += labelled.len();
        }
        println!("{name}: {kind:12?} {}", counts.shown());
        all.right += counts.right;
        all.found += counts.found;
        all.labelled += counts.labelled;
    }
    println!("{name}: {:12} {}", "all three", all.shown());
}

fn labelled(labels: &[u8], kind: NameKind) -> impl Iterator<Item = Range<usize>> {
    let first = kind.first_label();
    (0..labels.len()).filter(move |at| labels[*at] == first).map(move |at| {
        let inside =
            labels[at + 1..].iter().take_while(|label| **label == first + 1 && **label != OUTSIDE).count();
        at..at + 1 + inside
    })
}
