//! The figures as a table, or as JSON.

use serde_json::{Value, json};

use crate::figures::{CLIENTS, Figures, Round, Spread, Timed, spread};
use crate::meter::By;
use crate::people;

/// A Markdown table with what has to be known of the run above it.
pub(crate) fn markdown(figures: &Figures) -> String {
    let mut lines = head(figures);
    lines.push("| what | clients | per second | p50 ms | p99 ms |".to_owned());
    lines.push("|---|---|---|---|---|".to_owned());
    for (place, clients) in CLIENTS.into_iter().enumerate() {
        lines.push(timed(figures, "redemptions", clients, |round| round.redeemed.get(place)));
    }
    lines.push(timed(figures, "refusals", people::CLIENTS, |round| Some(&round.refused)));
    lines.push(timed(figures, "stages of ten codes", people::CLIENTS, |round| Some(&round.staged)));
    for (place, clients) in CLIENTS.into_iter().enumerate() {
        lines.push(timed(figures, "N: the same request, nothing done", clients, |round| {
            round.empty.get(place)
        }));
    }
    let mut row = |what: &str, figure: String| lines.push(format!("| {what} | | {figure} | | |"));
    row(figures.store.bare(), whole(figures.over(|round| round.bare)));
    let cores = figures.cores;
    row("C: decide and sign, µs of a core", whole(figures.over(|round| round.decide)));
    row("L = 1/(1/W + 1/N + C/cores)", whole(figures.over(|round| round.limit(cores))));
    row("redemptions at 64 ÷ L", parts(figures.over(|round| round.most() / round.limit(cores))));
    row("redemptions at 64 ÷ W", parts(figures.over(|round| round.most() / round.bare)));
    row("redemptions at 64 ÷ N", parts(figures.over(|round| round.most() / round.most_empty())));
    for (what, of) in [("a redemption", spent as fn(&Round) -> &By), ("N", idle)] {
        for who in figures.rounds.first().into_iter().flat_map(|round| of(round).keys()) {
            let micros = figures.over(|round| of(round).get(who).copied().unwrap_or_default());
            row(&format!("µs of a core for {what} at 64: {who}"), whole(micros));
        }
    }
    let [rest, after] = figures.memory;
    row("memory at rest, after the load, MiB", format!("{rest:.0}, {after:.0}"));
    if let Some(at_rest) = figures.at_rest {
        row("bytes at rest for a subject: row and its key's index", format!("{:.0}", at_rest.row));
        row("the same with claim and wrapped key", format!("{:.0}", at_rest.all));
        row("its three events with their indexes", format!("{:.0}", at_rest.log));
    }
    row("start, ms", whole(spread(figures.starts.iter().copied())));
    lines.join("\n")
}

fn spent(round: &Round) -> &By {
    &round.spent
}

fn idle(round: &Round) -> &By {
    &round.idle
}

fn head(figures: &Figures) -> Vec<String> {
    let [before, after] = &figures.loads;
    let bytes = &figures.bytes;
    vec![
        format!("`{}`: median (least–most) of {} rounds.", figures.command, figures.rounds.len()),
        format!("{} × {}; load averages {before} before, {after} after.", figures.cores, figures.processor),
        format!(
            "Generator and server share these cores. Profile `release`, {}, {} subjects at the end; a \
             redemption writes a row of {} and an event of {} bytes. Answers not as wanted: {}.",
            figures.store.title(),
            figures.people,
            bytes.subject,
            bytes.event,
            others(figures)
        ),
        String::new(),
    ]
}

fn others(figures: &Figures) -> usize {
    let of = |round: &Round| {
        let all = round.redeemed.iter().chain(&round.empty).chain([&round.refused, &round.staged]);
        all.map(|timed| timed.others).sum::<usize>()
    };
    figures.rounds.iter().map(of).sum()
}

fn timed(figures: &Figures, what: &str, clients: usize, of: impl Fn(&Round) -> Option<&Timed>) -> String {
    let over = |figure: fn(&Timed) -> f64| figures.over(|round| of(round).map_or(f64::NAN, figure));
    let (rate, p50, p99) = (over(|it| it.per_second), over(|it| it.p50), over(|it| it.p99));
    format!("| {what} | {clients} | {} | {:.2} | {:.1} |", whole(rate), p50.median, p99.median)
}

fn whole(of: Spread) -> String {
    format!("{:.0} ({:.0}–{:.0})", of.median, of.least, of.most)
}

fn parts(of: Spread) -> String {
    format!("{:.2} ({:.2}–{:.2})", of.median, of.least, of.most)
}

/// Every round for itself.
pub(crate) fn json(figures: &Figures) -> Value {
    let timed = |timed: &Timed| {
        json!({
            "per_second": timed.per_second, "p50_ms": timed.p50, "p99_ms": timed.p99, "others": timed.others
        })
    };
    let each = |all: &[Timed]| {
        let all = CLIENTS.into_iter().zip(all);
        all.map(|(clients, one)| (clients.to_string(), timed(one))).collect::<serde_json::Map<_, _>>()
    };
    let round = |round: &Round| {
        json!({
            "redemptions": each(&round.redeemed),
            "refusals": timed(&round.refused),
            "stages": timed(&round.staged),
            "n": each(&round.empty),
            "w_per_second": round.bare,
            "c_micros": round.decide,
            "l_per_second": round.limit(figures.cores),
            "cpu_micros": round.spent,
            "n_cpu_micros": round.idle,
        })
    };
    json!({
        "command": figures.command,
        "cores": figures.cores,
        "processor": figures.processor,
        "loads": figures.loads,
        "memory_mib": figures.memory,
        "start_ms": figures.starts,
        "subjects": figures.people,
        "rounds": figures.rounds.iter().map(round).collect::<Vec<_>>(),
    })
}
