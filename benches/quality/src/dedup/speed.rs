//! How fast real articles are judged and put into the window, all of them held. What is fast depends on the machine.

use std::time::Instant;

use crate::corpus::Data;
use crate::report::{Figure, Target};
use crate::systems::{Khabar, System as _};

/// Longer than the articles reach.
const WINDOW: &str = "dedup.window_hours=720";
const ROUNDS: usize = 7;

pub fn speed(data: &Data) -> Result<Vec<Figure>, String> {
    let khabar = Khabar::new(vec![WINDOW.to_owned()])?;
    let claims = khabar.claims(data);
    let (mut rates, mut times_us, mut bytes) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..ROUNDS {
        let mut window = khabar.window();
        times_us.clear();
        let begun = Instant::now();
        let mut last = begun;
        for ((claim, document), sequence) in claims.iter().zip(&data.documents).zip(0..) {
            window.apply(claim, sequence, document.time_ms).map_err(|error| error.to_string())?;
            let now = Instant::now();
            times_us.push((now - last).as_secs_f64() * 1e6);
            last = now;
        }
        rates.push(claims.len() as f64 / begun.elapsed().as_secs_f64() / 1000.0);
        bytes = window.bytes() as f64 / window.len().max(1) as f64;
    }
    times_us.sort_unstable_by(f64::total_cmp);
    let quantile = |share: usize| times_us[(times_us.len() - 1) * share / 1000];
    let single = |name: &str, value: f64| Figure {
        name: name.to_owned(),
        value,
        interval: (value, value),
        count: claims.len(),
        target: Target::None,
        is_percent: false,
    };
    Ok(vec![
        Figure::mean("thousand claims a second", &rates, Target::None),
        single("half of them within (us)", quantile(500)),
        single("999 of 1000 within (us)", quantile(999)),
        single("bytes a claim, by its own count", bytes),
    ])
}
