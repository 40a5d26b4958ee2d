use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::audit::ledger::{Ledger, Mark, Room, Seen, Table};
use crate::flow::Outcome;

#[derive(Debug, Clone)]
enum Step {
    Exists(i64),
    Outcome(i64, Outcome),
}

fn step() -> impl Strategy<Value = Step> {
    // Both sides of page borders, and far apart.
    let offset = prop_oneof![0..40_i64, 131_060..131_090_i64, Just(1_i64 << 40), Just((1_i64 << 40) + 1)];
    let outcome = prop_oneof![Just(Outcome::Enriched), Just(Outcome::Duplicate), Just(Outcome::Rejected)];
    prop_oneof![
        offset.clone().prop_map(Step::Exists),
        (offset, outcome).prop_map(|(offset, outcome)| Step::Outcome(offset, outcome)),
    ]
}

proptest! {
    #[test]
    fn the_ledger_knows_what_a_plain_map_knows(steps in proptest::collection::vec(step(), 0..200)) {
        let (mut ledger, mut room) = (Ledger::default(), Room::default());
        let mut naive: BTreeMap<i64, (bool, Vec<Outcome>)> = BTreeMap::new();
        let seen = |outcomes: &[Outcome]| match outcomes {
            [] => Seen::None,
            [one] => Seen::One(*one),
            _ => Seen::Several,
        };
        for step in steps {
            match step {
                Step::Exists(offset) => {
                    ledger.exists(offset, &mut room);
                    naive.entry(offset).or_default().0 = true;
                }
                Step::Outcome(offset, outcome) => {
                    let known = naive.entry(offset).or_default();
                    prop_assert_eq!(ledger.outcome(offset, outcome, &mut room), seen(&known.1));
                    known.1.push(outcome);
                }
            }
        }
        let expected: Vec<(i64, Mark)> = naive
            .iter()
            .map(|(offset, (exists, outcomes))| (*offset, Mark { exists: *exists, seen: seen(outcomes) }))
            .collect();
        prop_assert_eq!(ledger.marks().collect::<Vec<_>>(), expected);
        prop_assert_eq!(ledger.mark(50), Mark { exists: false, seen: Seen::None });
        prop_assert_eq!(room.refused, 0);
    }
}

#[test]
fn memory_for_a_hostile_number_of_offsets_is_refused_and_counted() {
    let (mut ledger, mut room) = (Ledger::default(), Room::full());
    ledger.exists(5, &mut room);
    assert_eq!((room.refused, ledger.mark(5).exists), (1, false));
}

#[test]
fn a_table_gives_back_what_was_written_and_else_the_default() {
    let mut table: Table<u32> = Table::default();
    table.set(70_000, 4);
    table.set(3, 9);
    assert_eq!((table.get(3), table.get(70_000), table.get(70_001), table.get(1 << 50)), (9, 4, 0, 0));
    assert_eq!(table.entries().collect::<Vec<_>>(), [(3, 9), (70_000, 4)]);
}
