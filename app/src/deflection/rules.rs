//! What may be said of hours saved, and with how much certainty (pure).
//!
//! An hour is saved when somebody says that an answer solved it, and what it
//! saved is what people booked on requests for the same service. Time that a
//! request lay somewhere is not effort and is not counted. Where too few
//! requests have booked time, there is no number.

use std::collections::BTreeMap;

/// Fewer requests with booked time than this say nothing.
pub const ENOUGH: usize = 8;
/// How often the sample is drawn anew.
const DRAWS: usize = 2_000;
/// Where the interval begins and ends: nine of ten draws lie in it.
const OUTER: f64 = 0.05;
/// The same sample always gives the same interval.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// What one request of a service costs in minutes, on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effort {
    /// Of so many requests: too few to say.
    TooFew(usize),
    /// The mean lies in this range in nine of ten draws.
    Range {
        /// How many requests it is drawn from.
        sample: usize,
        /// Minutes.
        low: f64,
        /// Minutes; the mean of the sample.
        mean: f64,
        /// Minutes.
        high: f64,
    },
}

/// The effort, from the minutes booked on each request of a sample: the
/// percentile bootstrap of the mean (Efron and Tibshirani, An Introduction to
/// the Bootstrap, chapter 13).
pub fn effort(minutes: &[i64]) -> Effort {
    if minutes.len() < ENOUGH {
        return Effort::TooFew(minutes.len());
    }
    let mut draws = Draws(SEED);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let sum: i64 = (0..minutes.len())
                .map(|_| minutes[draws.below(minutes.len())])
                .sum();
            sum as f64 / minutes.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let sum: i64 = minutes.iter().sum();
    Effort::Range {
        sample: minutes.len(),
        low: quantile(&means, OUTER),
        mean: sum as f64 / minutes.len() as f64,
        high: quantile(&means, 1.0 - OUTER),
    }
}

/// The value below which a share of sorted values lies; between two values, in
/// proportion.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let at = share.clamp(0.0, 1.0) * last as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (at - at.floor())
}

/// The middle of some values; `None` without any.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| quantile(&values, 0.5))
}

/// Numbers that look random and are always the same (splitmix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        usize::try_from(z % n as u64).unwrap_or(0)
    }
}

/// What a service saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// How often somebody said that it was solved.
    pub solves: usize,
    /// What one request costs.
    pub effort: Effort,
}

impl Saved {
    /// From hours, to hours; `None` when the effort is not known.
    pub fn hours(&self) -> Option<(f64, f64)> {
        match self.effort {
            Effort::TooFew(_) => None,
            Effort::Range { low, high, .. } => {
                let n = self.solves as f64 / 60.0;
                Some((low * n, high * n))
            }
        }
    }
}

/// All services together: the sum of what is known, and how many solves are not
/// in it because the effort of their service is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Total {
    /// Hours, at least.
    pub low: f64,
    /// Hours, at most.
    pub high: f64,
    /// Solves that are counted in it.
    pub counted: usize,
    /// Solves without a known effort.
    pub left_out: usize,
    /// Requests with booked time that it stands on.
    pub sample: usize,
}

/// Add them up.
pub fn total<'a>(all: impl IntoIterator<Item = &'a Saved>) -> Total {
    let mut out = Total::default();
    for saved in all {
        match (saved.hours(), saved.effort) {
            (Some((low, high)), Effort::Range { sample, .. }) => {
                out.low += low;
                out.high += high;
                out.counted += saved.solves;
                out.sample += sample;
            }
            _ => out.left_out += saved.solves,
        }
    }
    out
}

/// An answer that was shown, with what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tried {
    /// To how many people.
    pub shown: i64,
    /// How many of them said that it solved it.
    pub solved: i64,
    /// How many of them ordered all the same, that day or the next.
    pub ordered: i64,
}

impl Tried {
    /// Whether it was shown often enough to say that it does not help.
    pub fn fails(self) -> bool {
        self.shown >= 5 && self.solved * 10 < self.shown && self.ordered * 2 >= self.shown
    }
}

/// How often something happened in each of the weeks that begin on these days.
pub fn by_week(weeks: &[i64], at: impl IntoIterator<Item = i64>) -> Vec<usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for at in at {
        let place = weeks.partition_point(|begin| *begin <= at);
        if place > 0 {
            *counts.entry(place - 1).or_default() += 1;
        }
    }
    (0..weeks.len())
        .map(|place| counts.get(&place).copied().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn too_few_requests_say_nothing() {
        assert_eq!(effort(&[]), Effort::TooFew(0));
        assert_eq!(effort(&[30; 7]), Effort::TooFew(7));
        let saved = Saved {
            solves: 40,
            effort: effort(&[30; 7]),
        };
        assert_eq!(saved.hours(), None);
        let all = total([&saved]);
        assert_eq!((all.low, all.high, all.left_out), (0.0, 0.0, 40));
    }

    #[test]
    fn the_same_work_each_time_is_certain() {
        let Effort::Range {
            sample,
            low,
            mean,
            high,
        } = effort(&[90; 10])
        else {
            panic!("ten are enough");
        };
        assert_eq!((sample, low, mean, high), (10, 90.0, 90.0, 90.0));
        let saved = Saved {
            solves: 4,
            effort: effort(&[90; 10]),
        };
        assert_eq!(saved.hours(), Some((6.0, 6.0)));
    }

    #[test]
    fn a_wide_sample_gives_a_wide_range_and_a_larger_one_a_narrower() {
        let wide = |n: usize| match effort(&[10, 20, 30, 60, 240, 15, 45, 90].repeat(n)) {
            Effort::Range {
                low, mean, high, ..
            } => {
                assert!(low < mean && mean < high);
                high - low
            }
            Effort::TooFew(_) => panic!("enough"),
        };
        assert!(wide(1) > 40.0, "{}", wide(1));
        assert!(wide(8) < wide(1) / 2.0, "{} {}", wide(8), wide(1));
    }

    #[test]
    fn quantiles_and_weeks() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 0.5), 2.5);
        assert_eq!(quantile(&values, 1.0), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(median([]), None);
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(by_week(&[10, 20, 30], [5, 10, 19, 20, 99]), [2, 1, 1]);
        for (tried, fails) in [
            ((4, 0, 4), false),
            ((5, 0, 3), true),
            ((5, 1, 4), false),
            ((10, 0, 4), false),
        ] {
            let (shown, solved, ordered) = tried;
            assert_eq!(
                Tried {
                    shown,
                    solved,
                    ordered
                }
                .fails(),
                fails,
                "{tried:?}"
            );
        }
    }

    proptest! {
        /// The range holds the sample's mean and lies within the sample.
        #[test]
        fn the_range_is_of_the_sample(minutes in prop::collection::vec(1_i64..1_440, ENOUGH..40)) {
            let Effort::Range { low, mean, high, .. } = effort(&minutes) else {
                return Err(TestCaseError::fail("enough"));
            };
            let least = *minutes.iter().min().unwrap() as f64;
            let most = *minutes.iter().max().unwrap() as f64;
            prop_assert!(least <= low && low <= mean + 1e-9 && mean <= high + 1e-9 && high <= most);
            prop_assert_eq!(effort(&minutes), effort(&minutes));
        }
    }
}
