//! Stops a worker that rejects nearly everything for one cause, before it has emptied the raw topic into the rejected
//! one. Pure.
//!
//! Causes that lie in the deployment (a bug of this release, outputs that their topic refuses for size) are watched by
//! default, since another release or a setting heals them and the records are well. Causes that lie in the records are
//! not: a crawler may well send a thousand broken pages.

use std::collections::{BTreeMap, VecDeque};

use crate::config::settings::BreakerSettings;
use crate::rejection::Code;

/// Why a record did not leave whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It was rejected with this code.
    Rejected(Code),
    /// It left without the work of a stage that failed.
    StageLost(&'static str),
    /// Its topic admits only smaller records, so it was cut, or replaced by a stub.
    OutputCut,
}

impl Cause {
    /// As the event names it: a rejection code, or a name of the same form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected(code) => code.name(),
            Self::StageLost(stage) => stage,
            Self::OutputCut => "output_cut",
        }
    }

    /// Whether the records are well and the deployment is not.
    const fn is_of_deployment(self) -> bool {
        match self {
            Self::Rejected(code) => code.is_bug(),
            Self::StageLost(_) | Self::OutputCut => true,
        }
    }
}

/// The breaker opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub cause: Cause,
    /// Records with this cause among the last `records`.
    pub count: usize,
    pub records: usize,
}

/// What became of the last records. See the module.
#[derive(Debug)]
pub struct Breaker {
    settings: BreakerSettings,
    last: VecDeque<Option<Cause>>,
    counts: BTreeMap<Cause, usize>,
}

impl Breaker {
    pub fn new(settings: BreakerSettings) -> Self {
        Self { last: VecDeque::with_capacity(settings.records), settings, counts: BTreeMap::new() }
    }

    /// Notes one record's end; `None` is a whole one. Judges only when as many records as are looked at have ended.
    pub fn note(&mut self, cause: Option<Cause>) -> Option<Opened> {
        let records = self.settings.records;
        if self.last.len() >= records
            && let Some(Some(oldest)) = self.last.pop_front()
            && let Some(count) = self.counts.get_mut(&oldest)
        {
            *count -= 1;
        }
        self.last.push_back(cause);
        let cause = cause?;
        let count = self.counts.entry(cause).or_default();
        *count += 1;
        let percent = if cause.is_of_deployment() {
            self.settings.deployment_percent
        } else {
            self.settings.content_percent
        };
        let is_open =
            percent > 0 && self.last.len() >= records && *count * 100 >= records * usize::from(percent);
        is_open.then_some(Opened { cause, count: *count, records })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BUG: Cause = Cause::Rejected(Code::ParsePanicked);
    const BROKEN: Cause = Cause::Rejected(Code::JsonBroken);

    fn breaker(deployment_percent: u8, content_percent: u8) -> Breaker {
        Breaker::new(BreakerSettings { records: 10, deployment_percent, content_percent })
    }

    fn opens(breaker: &mut Breaker, causes: impl IntoIterator<Item = Option<Cause>>) -> Option<Opened> {
        causes.into_iter().find_map(|cause| breaker.note(cause))
    }

    #[test]
    fn a_bug_that_rejects_half_of_the_records_opens_it_and_less_does_not() {
        let alternating = |period: usize| (0..100).map(move |n| (n % period == 0).then_some(BUG));
        let opened = opens(&mut breaker(50, 0), alternating(2));
        assert_eq!(opened, Some(Opened { cause: BUG, count: 5, records: 10 }));
        assert_eq!(opens(&mut breaker(50, 0), alternating(3)), None);
        assert_eq!(opens(&mut breaker(0, 0), std::iter::repeat_n(Some(BUG), 100)), None, "off");
    }

    #[test]
    fn it_waits_until_enough_records_have_ended() {
        assert_eq!(opens(&mut breaker(50, 0), std::iter::repeat_n(Some(BUG), 9)), None);
    }

    #[test]
    fn broken_records_open_it_only_where_that_is_asked_for() {
        let broken = || std::iter::repeat_n(Some(BROKEN), 100);
        assert_eq!(opens(&mut breaker(50, 0), broken()), None);
        assert!(opens(&mut breaker(0, 90), broken()).is_some());
        let causes = [BROKEN, Cause::Rejected(Code::Pdf)];
        let mixed = (0..100).map(|n| Some(causes[n % 2]));
        assert_eq!(opens(&mut breaker(0, 90), mixed), None, "no single cause has that share");
    }

    #[test]
    fn lost_stages_and_cut_outputs_lie_in_the_deployment() {
        for cause in [Cause::OutputCut, Cause::StageLost("tag")] {
            assert!(opens(&mut breaker(50, 0), std::iter::repeat_n(Some(cause), 10)).is_some());
        }
    }

    proptest! {
        #[test]
        fn it_opens_exactly_when_the_share_of_the_last_records_is_reached(
            ends in prop::collection::vec(any::<bool>(), 0..200),
            percent in 1_u8..=100,
        ) {
            let mut breaker = breaker(percent, 0);
            for (index, is_bug) in ends.iter().enumerate() {
                let opened = breaker.note(is_bug.then_some(BUG)).is_some();
                let from = (index + 1).saturating_sub(10);
                let count = ends[from..=index].iter().filter(|is_bug| **is_bug).count();
                let expected = *is_bug && index >= 9 && count * 100 >= 10 * usize::from(percent);
                prop_assert_eq!(opened, expected);
            }
        }
    }
}
