//! The figures as a table.

use std::fs;

use super::measured::Figure;
use super::rivals::{Like, Rival};

/// A Markdown table, with what has to be known of the run above it.
pub(super) fn markdown(rounds: u32, bytes: u64, rivals: &[Rival], figures: &[Vec<Figure>]) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    let mut lines = vec![
        format!(
            "{mebibytes:.0} MiB in memory; median (least–most) of {rounds} rounds; load averages {load}."
        ),
        format!("REGEX: `{}`", Rival::regex()),
        String::new(),
        "| what | threads | seconds | MiB a second | MiB of memory, at most | ÷ the limit |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    let all: Vec<(&Rival, Spread)> = rivals
        .iter()
        .zip(figures)
        .map(|(rival, figures)| (rival, spread(figures.iter().map(|it| it.seconds))))
        .collect();
    for ((rival, seconds), figures) in all.iter().zip(figures) {
        let memory = spread(figures.iter().map(|it| it.memory)).most;
        let over = limits(rival, seconds, &all);
        lines.push(format!(
            "| {} | {} | {:.3} ({:.3}–{:.3}) | {:.0} | {memory:.0} | {over} |",
            rival.name,
            rival.threads,
            seconds.median,
            seconds.least,
            seconds.most,
            mebibytes / seconds.median,
        ));
    }
    lines.join("\n")
}

/// How many times as fast as its limits on as many threads.
fn limits(rival: &Rival, seconds: &Spread, all: &[(&Rival, Spread)]) -> String {
    let limit = match rival.like {
        Like::Prefixed => Like::Ripgrep,
        Like::Every => Like::Kingfisher,
        Like::Ripgrep | Like::Kingfisher => return String::new(),
    };
    let limits = all.iter().filter(|(other, _)| other.like == limit && other.threads == rival.threads);
    let each = limits.map(|(other, its)| format!("{:.2} × {}", its.median / seconds.median, other.name));
    each.collect::<Vec<_>>().join(", ")
}

struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

fn spread(figures: impl Iterator<Item = f64>) -> Spread {
    let mut sorted: Vec<f64> = figures.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    Spread { least: at(0), median: at(sorted.len() / 2), most: at(sorted.len().saturating_sub(1)) }
}
