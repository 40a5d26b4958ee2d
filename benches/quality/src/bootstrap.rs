//! Means and their intervals.

/// Draws of the bootstrap.
const DRAWS: usize = 1_000;

pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The 95 % interval of a measure over the items, by the bootstrap (Efron 1979), with a fixed seed.
pub fn interval<T: Copy>(items: &[T], measure: impl Fn(&[T]) -> f64) -> (f64, f64) {
    if items.is_empty() {
        return (0.0, 0.0);
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut values: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let sample: Vec<T> = (0..items.len())
                .map(|_| items[usize::try_from(next() % items.len() as u64).unwrap_or_default()])
                .collect();
            measure(&sample)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    (values[DRAWS / 40], values[DRAWS - 1 - DRAWS / 40])
}
