//! The figures as a table, or as JSON.

use serde_json::{Value, json};

use crate::figures::{CLIENTS, Figures, Round, Spread, Timed, spread};

/// A Markdown table with what has to be known of the run above it.
pub(crate) fn markdown(figures: &Figures) -> String {
    let mut lines = head(figures);
    lines.push(HEAD.to_owned());
    lines.push("|---|---|---|---|---|---|---|---|".to_owned());
    for (what, of) in LOADS {
        for (place, clients) in CLIENTS.into_iter().enumerate() {
            lines.push(timed(figures, what, clients, |round| of(round).get(place)));
        }
    }
    let mut row = |what: &str, figure: String| lines.push(format!("| {what} | | {figure} | | | | | |"));
    row(figures.store.bare(), whole(figures.over(|round| round.bare)));
    let cores = figures.cores;
    row("C: decide and sign, µs of a core", whole(figures.over(|round| round.decide)));
    row("L = 1/(1/W + 1/N + C/cores)", whole(figures.over(|round| round.limit(cores))));
    let at_64 = |of: Of| move |round: &Round| Round::at_64(of(round));
    let over = |of: &dyn Fn(&Round) -> f64, limit: &dyn Fn(&Round) -> f64| {
        parts(figures.over(|round| of(round) / limit(round)))
    };
    let redeemed = at_64(|round| &round.redeemed);
    row("redemptions at 64 ÷ L", over(&redeemed, &|round| round.limit(cores)));
    row("redemptions at 64 ÷ W", over(&redeemed, &|round| round.bare));
    row("redemptions at 64 ÷ N", over(&redeemed, &at_64(|round| &round.empty)));
    row("refusals at 64 ÷ redemptions", over(&at_64(|round| &round.refused), &redeemed));
    row("stages at 64 ÷ redemptions", over(&at_64(|round| &round.staged), &redeemed));
    for (what, of) in [LOADS[0], LOADS[3]] {
        let spent = |round: &Round| Round::spent_at_64(of(round));
        for who in figures.rounds.first().into_iter().flat_map(|round| spent(round).into_keys()) {
            let micros = figures.over(|round| spent(round).get(who).copied().unwrap_or_default());
            row(&format!("µs of a core at 64, {what}: {who}"), whole(micros));
        }
    }
    row("looking for a `standard` code, µs of a core", tenths(figures.over(|round| round.looked.standard)));
    row("looking for a `compact` code, µs of a core", whole(figures.over(|round| round.looked.compact)));
    row("one Argon2id of it, µs of a core", whole(figures.over(|round| round.looked.stretch)));
    let [rest, most] = figures.memory;
    row("memory at rest, most under load, MiB", format!("{rest:.0}, {most:.0}"));
    for (what, bytes) in &figures.at_rest {
        row(what, format!("{bytes:.0}"));
    }
    row("start, ms", whole(spread(figures.starts.iter().copied())));
    if let Some(again) = &figures.again {
        row("ready after a start with all the people, ms", whole(spread(again.starts.iter().copied())));
        row("the same after a kill under load, ms", format!("{:.0}", again.killed));
        row("memory at rest with all the people, MiB", format!("{:.0}", again.rest));
        let replayed = format!("{:.0} of {} events", again.replayed, again.events);
        row("`audit verify --replay`, a second", replayed);
    }
    lines.join("\n")
}

/// A load's answers in a round, for each number of clients.
type Of = fn(&Round) -> &[Timed];

/// The loads.
const LOADS: [(&str, Of); 4] = [
    ("redemptions", |round| &round.redeemed),
    ("refusals", |round| &round.refused),
    ("stages of ten codes", |round| &round.staged),
    ("N: the same request, nothing done", |round| &round.empty),
];

/// The last three are of one answer.
const HEAD: &str = "| what | clients | per second | p50 ms | p99 ms | p99 ÷ mean | µs of a core, service | kB written ahead |";

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
        let all = LOADS.iter().flat_map(|(_, of)| of(round));
        all.map(|timed| timed.others).sum::<usize>()
    };
    figures.rounds.iter().map(of).sum()
}

fn timed(figures: &Figures, what: &str, clients: usize, of: impl Fn(&Round) -> Option<&Timed>) -> String {
    let over = |figure: fn(&Timed) -> f64| figures.over(|round| of(round).map_or(f64::NAN, figure));
    let (rate, p50, p99) = (over(|it| it.per_second), over(|it| it.p50), over(|it| it.p99));
    let (tail, service, written) = (over(|it| it.tail), over(Timed::service), over(|it| it.written));
    format!(
        "| {what} | {clients} | {} | {:.2} | {:.1} | {:.1} | {:.0} | {:.1} |",
        whole(rate),
        p50.median,
        p99.median,
        tail.median,
        service.median,
        written.median
    )
}

fn tenths(of: Spread) -> String {
    format!("{:.1} ({:.1}–{:.1})", of.median, of.least, of.most)
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
            "per_second": timed.per_second, "p50_ms": timed.p50, "p99_ms": timed.p99, "others": timed.others,
            "cpu_micros": timed.spent, "written_ahead_kb": timed.written, "p99_by_mean": timed.tail,
        })
    };
    let each = |all: &[Timed]| {
        let all = CLIENTS.into_iter().zip(all);
        all.map(|(clients, one)| (clients.to_string(), timed(one))).collect::<serde_json::Map<_, _>>()
    };
    let round = |round: &Round| {
        json!({
            "redemptions": each(&round.redeemed),
            "refusals": each(&round.refused),
            "stages": each(&round.staged),
            "n": each(&round.empty),
            "w_per_second": round.bare,
            "c_micros": round.decide,
            "l_per_second": round.limit(figures.cores),
            "looked_micros": [round.looked.standard, round.looked.compact, round.looked.stretch],
        })
    };
    let again = figures.again.as_ref().map(|again| {
        json!({
            "start_ms": again.starts, "killed_start_ms": again.killed, "rest_mib": again.rest, "events": again.events,
            "replayed_per_second": again.replayed,
        })
    });
    json!({
        "command": figures.command,
        "cores": figures.cores,
        "processor": figures.processor,
        "loads": figures.loads,
        "memory_mib": figures.memory,
        "start_ms": figures.starts,
        "subjects": figures.people,
        "event_bytes": figures.bytes.event,
        "row_bytes": figures.bytes.subject,
        "again": again,
        "rounds": figures.rounds.iter().map(round).collect::<Vec<_>>(),
    })
}
