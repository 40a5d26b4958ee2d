//! Quantiles of latency over the time between two `stats` events.
//!
//! A log-linear histogram of atomics, as HdrHistogram does it: each power of two is cut into equal parts, which bounds
//! the relative error, and observing is one addition.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// 2^3 parts of each power of two: an error of 1/16 at most, as the middle of a part is told.
const PART_BITS: u32 = 3;
const PARTS: u64 = 1 << PART_BITS;
const PARTS_OF_ONE: usize = 1 << PART_BITS;

/// Enough for every u64 of microseconds.
const BUCKETS: usize = ((64 - PART_BITS as usize) + 1) * PARTS_OF_ONE;

#[derive(Debug)]
pub(super) struct Quantiles {
    buckets: Box<[AtomicU64]>,
}

impl Quantiles {
    pub(super) fn new() -> Self {
        Self { buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect() }
    }

    pub(super) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = self.buckets.get(bucket_of(micros)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The quantiles (0 to 1) in milliseconds of what was observed since the last call; `None` where nothing was.
    pub(super) fn take_ms<const N: usize>(&self, quantiles: [f64; N]) -> Option<[f64; N]> {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.swap(0, Ordering::Relaxed)).collect();
        let total: u64 = counts.iter().sum();
        (total > 0).then(|| quantiles.map(|quantile| quantile_ms(&counts, total, quantile)))
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn quantile_ms(counts: &[u64], total: u64, quantile: f64) -> f64 {
    let rank = ((total as f64) * quantile).ceil().max(1.0) as u64;
    let mut seen = 0;
    let found = counts.iter().position(|count| {
        seen += count;
        seen >= rank
    });
    let (low, width) = bounds(found.unwrap_or(counts.len().saturating_sub(1)));
    ((low as f64) + (width as f64) / 2.0) / 1000.0
}

fn bucket_of(micros: u64) -> usize {
    if micros < PARTS {
        return usize::try_from(micros).unwrap_or(0);
    }
    let exponent = micros.ilog2() - PART_BITS;
    let part = (micros >> exponent) - PARTS;
    (u64::from(exponent + 1) * PARTS + part).try_into().unwrap_or(BUCKETS - 1)
}

/// The smallest value of a bucket and how many values it holds, in microseconds.
fn bounds(bucket: usize) -> (u64, u64) {
    let bucket = bucket as u64;
    if bucket < PARTS {
        return (bucket, 1);
    }
    let exponent = bucket / PARTS - 1;
    ((PARTS + bucket % PARTS) << exponent, 1 << exponent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_value_lies_in_its_bucket(micros in any::<u64>()) {
            let bucket = bucket_of(micros);
            prop_assert!(bucket < BUCKETS);
            let (low, width) = bounds(bucket);
            prop_assert!(low <= micros && micros - low < width);
        }

        #[test]
        fn a_quantile_is_near_the_exact_one(mut values in prop::collection::vec(1_u64..100_000_000, 1..300)) {
            let quantiles = Quantiles::new();
            for micros in &values {
                quantiles.observe(Duration::from_micros(*micros));
            }
            values.sort_unstable();
            let [p50, p99] = quantiles.take_ms([0.5, 0.99]).unwrap();
            for (found_ms, quantile_percent) in [(p50, 50), (p99, 99)] {
                let rank = (values.len() * quantile_percent).div_ceil(100).max(1);
                #[allow(clippy::cast_precision_loss)]
                let exact_ms = values[rank - 1] as f64 / 1000.0;
                prop_assert!((found_ms - exact_ms).abs() <= exact_ms / 8.0 + 0.001, "{found_ms} {exact_ms}");
            }
            prop_assert!(quantiles.take_ms([0.5]).is_none(), "taking starts anew");
        }
    }
}
