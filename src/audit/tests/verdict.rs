use std::collections::BTreeSet;

use crate::audit::verdict::Packed;
use crate::dedup::rules;
use crate::emit::readback::StatedVerdict;
use crate::flow::Outcome;

#[test]
fn verdicts_that_differ_in_the_rule_alone_differ() {
    let packed = |rule: &str| {
        let stated = StatedVerdict {
            verdict: "update".to_owned(),
            matched: None,
            score_permille: 700,
            novelty_permille: 12,
            rule: rule.to_owned(),
            sequence: Some(1),
            level: Some(1),
        };
        Packed::of_stated(Outcome::Enriched, &stated)
    };
    let shown: BTreeSet<String> =
        rules::ALL.iter().copied().chain(["invented"]).map(|rule| packed(rule).to_string()).collect();
    assert_eq!(shown.len(), rules::ALL.len() + 1);
    for rule in rules::ALL {
        assert!(packed(rule).to_string().ends_with(&format!("rule {rule}")), "{rule}");
        assert!(!packed(rule).differs_in_place_only(packed("invented")));
    }
}
