//! What earlier claims repeat, remembered from when it was found out, so that many copies of one text don't ask for it
//! each.
//!
//! Never enters a verdict: what is remembered counts only where asking again would give the same. Time is rounded to
//! seconds, always so that less is remembered.

/// For which windows a search through the keys finds the same claims again.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// The window begins at this append time or after it: what was passed over for being older is older still.
    from_ms: i64,
    /// The window begins before this append time: all that counted counts.
    until_ms: i64,
    /// The oldest position that counted, which must be in memory.
    oldest: u64,
}

impl Reach {
    /// Before anything was looked at.
    pub const WHOLE: Self = Self { from_ms: i64::MIN, until_ms: i64::MAX, oldest: u64::MAX };

    /// A claim of this append time was found and counts.
    pub fn counted(&mut self, position: u64, time_ms: i64) {
        self.until_ms = self.until_ms.min(time_ms);
        self.oldest = self.oldest.min(position);
    }

    /// Claims up to this append time were found and don't count.
    pub fn passed_over(&mut self, time_ms: i64) {
        self.from_ms = self.from_ms.max(time_ms);
    }
}

/// Which earlier claim a claim repeats, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// How many claims before this one the repeated one stands, and one more; or what the constants say.
    repeated: u32,
    /// How many claims before this one the oldest one stands that must be in memory.
    oldest: u32,
    from_s: u32,
    until_s: u32,
}

/// What is known of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It is no repeat.
    Nothing,
    /// It repeats the claim at this position.
    Claim(u64),
}

const UNKNOWN: u32 = 0;
const NOTHING: u32 = 1;

impl Told {
    /// Of the claim at `position`, which repeats another one or, being no repeat, none.
    pub fn new(position: u64, repeated: Option<u64>, reach: &Reach) -> Self {
        // Nothing is known where a distance or a time doesn't fit.
        Self::fitting(position, repeated, reach).unwrap_or_default()
    }

    fn fitting(position: u64, repeated: Option<u64>, reach: &Reach) -> Option<Self> {
        let distance = |earlier: u64| u32::try_from(position.checked_sub(earlier)?).ok();
        let up_to_second = |time_ms: i64| time_ms.div_euclid(1000) + i64::from(time_ms.rem_euclid(1000) != 0);
        Some(Self {
            repeated: match repeated {
                Some(earlier) => distance(earlier)?.checked_add(NOTHING)?,
                None => NOTHING,
            },
            oldest: distance(reach.oldest.min(position))?,
            from_s: u32::try_from(up_to_second(reach.from_ms).max(0)).ok()?,
            until_s: u32::try_from(reach.until_ms.div_euclid(1000).clamp(0, i64::from(u32::MAX))).ok()?,
        })
    }

    /// What the claim at `position` repeats, within a window that begins after `after_ms` and while the claims from
    /// `first` on are in memory. `None` where that isn't known; then it must be found out.
    pub fn within(&self, position: u64, after_ms: i64, first: u64) -> Option<Repeated> {
        let range_ms = i64::from(self.from_s) * 1000..i64::from(self.until_s) * 1000;
        let oldest = position.checked_sub(u64::from(self.oldest))?;
        if self.repeated == UNKNOWN || oldest < first || !range_ms.contains(&after_ms) {
            return None;
        }
        match u64::from(self.repeated - NOTHING) {
            0 => Some(Repeated::Nothing),
            distance => position.checked_sub(distance).map(Repeated::Claim),
        }
    }
}

/// What judging one claim has taught, to be kept once the claim is in.
#[derive(Debug, Default)]
pub struct Learnt {
    /// Of the judged claim.
    pub of_claim: Told,
    /// Of earlier ones, by position.
    pub of_earlier: Vec<(u64, Told)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_holds_as_long_as_the_same_would_be_found() {
        let mut reach = Reach::WHOLE;
        reach.counted(90, 50_000);
        reach.counted(80, 60_500);
        reach.passed_over(10_001);
        let told = Told::new(100, Some(90), &reach);
        assert_eq!(told.within(100, 11_000, 80), Some(Repeated::Claim(90)));
        assert_eq!(told.within(100, 49_999, 80), Some(Repeated::Claim(90)));
        assert_eq!(told.within(100, 50_000, 80), None, "a claim that counted no longer does");
        assert_eq!(told.within(100, 10_000, 80), None, "one that was passed over counts");
        assert_eq!(told.within(100, 11_000, 81), None, "one that counted is no longer in memory");
        assert_eq!(Told::new(100, None, &reach).within(100, 11_000, 0), Some(Repeated::Nothing));
    }

    #[test]
    fn nothing_is_known_of_what_was_never_asked_or_does_not_fit() {
        assert_eq!(Told::default().within(100, 0, 0), None);
        assert_eq!(Told::new(100, None, &Reach::WHOLE).within(100, -1, 0), None);
        let mut reach = Reach::WHOLE;
        reach.passed_over(i64::MAX);
        assert_eq!(Told::new(100, None, &reach).within(100, i64::MAX, 0), None);
        assert_eq!(Told::new(1 << 40, Some(1), &Reach::WHOLE).within(1 << 40, 5, 0), None);
    }
}
