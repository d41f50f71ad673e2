//! Times of many questions, as the programs here tell them: microseconds, medians of the rounds.

use std::time::Instant;

use serde_json::{Value, json};

use super::setup::Failure;

/// The time of each question of a round, ascending.
///
/// # Errors
/// The first that a question answers.
pub fn round<T>(asked: &[T], mut ask: impl FnMut(&T) -> Result<(), Failure>) -> Result<Vec<f64>, Failure> {
    let time = |one: &T| {
        let started = Instant::now();
        ask(one)?;
        Ok(started.elapsed().as_secs_f64() * 1e6)
    };
    let mut times = asked.iter().map(time).collect::<Result<Vec<f64>, Failure>>()?;
    times.sort_unstable_by(f64::total_cmp);
    Ok(times)
}

/// What rounds of ascending times come to.
pub fn told(rounds: &[Vec<f64>]) -> Value {
    let percentile = |percent: usize| {
        let position = |times: &[f64]| (times.len() * percent).div_ceil(100).saturating_sub(1);
        let mut values: Vec<f64> = rounds.iter().filter_map(|times| times.get(position(times)).copied()).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    json!({"p50": percentile(50), "p99": percentile(99), "max": percentile(100)})
}
