//! Chooses the next token from the scores of all.

/// Only so many of the best are looked at.
const BEST: usize = 64;

/// How far back repetition is punished.
const LOOK_BACK: usize = 128;

/// How free the choice is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// 0 always takes the best; 1 takes what the model finds likely.
    pub temperature: f32,
    /// Only the best whose shares together reach this.
    pub top_p: f32,
    /// Divides the score of what was said; 1 does nothing.
    pub repetition: f32,
    /// Taken from the score of a token each time that it was said.
    pub frequency: f32,
    /// Taken from the score of a token that was said at all.
    pub presence: f32,
    /// The same seed gives the same answer.
    pub seed: u64,
}

impl Default for Sampling {
    /// What the makers of SmolLM2 recommend, and a little against going round in circles.
    fn default() -> Self {
        Self {
            temperature: 0.2,
            top_p: 0.9,
            repetition: 1.1,
            frequency: 0.0,
            presence: 0.0,
            seed: 0,
        }
    }
}

/// The choice of one answer.
#[derive(Debug)]
pub(super) struct Sampler {
    sampling: Sampling,
    state: u64,
    said: Vec<u32>,
}

impl Sampler {
    pub(super) fn new(sampling: Sampling) -> Self {
        Self {
            sampling,
            state: sampling.seed,
            said: Vec::new(),
        }
    }

    /// Chooses, and remembers the choice.
    pub(super) fn choose(&mut self, scores: &mut [f32]) -> u32 {
        self.punish(scores);
        let token = if self.sampling.temperature > 0.0 {
            self.draw(scores)
        } else {
            best(scores)
        };
        self.said.push(token);
        token
    }

    fn punish(&self, scores: &mut [f32]) {
        let Sampling {
            repetition,
            frequency,
            presence,
            ..
        } = self.sampling;
        let said = &self.said[self.said.len().saturating_sub(LOOK_BACK)..];
        for (at, token) in said.iter().enumerate() {
            let Some(score) = scores.get_mut(*token as usize) else {
                continue;
            };
            *score -= frequency;
            if !said[..at].contains(token) {
                *score -= presence;
                *score = if *score > 0.0 {
                    *score / repetition
                } else {
                    *score * repetition
                };
            }
        }
    }

    fn draw(&mut self, scores: &[f32]) -> u32 {
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        let by_score = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]);
        if order.len() > BEST {
            order.select_nth_unstable_by(BEST - 1, by_score);
            order.truncate(BEST);
        }
        order.sort_unstable_by(by_score);
        let Some(first) = order.first() else { return 0 };
        let (highest, temperature) = (scores[*first as usize], self.sampling.temperature);
        let shares: Vec<f32> = order
            .iter()
            .map(|t| ((scores[*t as usize] - highest) / temperature).exp())
            .collect();
        let enough = self.sampling.top_p * shares.iter().sum::<f32>();
        let (mut kept, mut reached) = (0, 0.0);
        while kept < shares.len() && (kept == 0 || reached < enough) {
            reached += shares[kept];
            kept += 1;
        }
        let mut point = self.chance() * reached;
        for (token, share) in order.iter().zip(&shares[..kept]) {
            point -= share;
            if point < 0.0 {
                return *token;
            }
        }
        order[kept - 1]
    }

    /// A number from 0 up to 1 (SplitMix64: repeatable, and nothing secret hangs on it).
    fn chance(&mut self) -> f32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 24) as f32
    }
}

fn best(scores: &[f32]) -> u32 {
    let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(at, _)| at as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(temperature: f32, top_p: f32, seed: u64) -> Sampler {
        Sampler::new(Sampling {
            temperature,
            top_p,
            repetition: 1.0,
            seed,
            ..Sampling::default()
        })
    }

    #[test]
    fn greedy_takes_the_best() {
        assert_eq!(plain(0.0, 1.0, 1).choose(&mut [0.1, 3.0, -2.0, 2.9]), 1);
    }

    #[test]
    fn the_same_seed_gives_the_same_answer_and_shares_are_kept() {
        let scores: Vec<f32> = [1f32, 2.0, 7.0].iter().map(|share| share.ln()).collect();
        let draw = |seed| -> Vec<u32> {
            let mut sampler = plain(1.0, 1.0, seed);
            (0..1000).map(|_| sampler.choose(&mut scores.clone())).collect()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let of = |token| draw(7).into_iter().filter(|t| *t == token).count();
        assert!((60..140).contains(&of(0)) && (150..250).contains(&of(1)) && (650..750).contains(&of(2)));
    }

    #[test]
    fn the_unlikely_is_left_out() {
        let scores: Vec<f32> = [1f32, 2.0, 7.0].iter().map(|share| share.ln()).collect();
        let mut sampler = plain(1.0, 0.8, 3);
        assert!((0..500).all(|_| sampler.choose(&mut scores.clone()) != 0));
        let mut sampler = plain(1.0, 0.0, 3);
        assert!((0..50).all(|_| sampler.choose(&mut scores.clone()) == 2));
    }

    #[test]
    fn what_was_said_becomes_less_likely() {
        let sampling = Sampling {
            temperature: 0.0,
            repetition: 1.5,
            ..Sampling::default()
        };
        let mut sampler = Sampler::new(sampling);
        assert_eq!(sampler.choose(&mut [2.0, 1.9]), 0);
        assert_eq!(sampler.choose(&mut [2.0, 1.9]), 1);
        assert_eq!(sampler.choose(&mut [2.0, 1.9]), 0);
        let sampling = Sampling {
            temperature: 0.0,
            repetition: 1.0,
            presence: 0.5,
            ..Sampling::default()
        };
        let mut sampler = Sampler::new(sampling);
        assert_eq!([0; 3].map(|_| sampler.choose(&mut [2.0, 1.9])), [0, 1, 0]);
    }

    #[test]
    fn nonsense_scores_do_not_stop_it() {
        plain(0.5, 0.9, 1).choose(&mut [f32::NAN, 1.0]);
        assert_eq!(plain(0.5, 0.9, 1).choose(&mut []), 0);
        assert_eq!(plain(0.0, 0.9, 1).choose(&mut []), 0);
    }
}
