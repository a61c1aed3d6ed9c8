//! The long evaluation: the labelled corpus under many seeds, gibibytes of text without a code, and trees that nobody
//! here wrote. `cargo xtask scan-eval --long` runs it.
//!
//! `scan_eval [--seeds N] [--gibibytes N] [--unconfirmed] [--list] [TREE…]`
#![expect(clippy::print_stdout, reason = "it prints tables")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Mutex;

use postern_corpus::{Class, Evaluation, Seen, Stream, hard, others, own};
use postern_scan::{
    Buffer, Confidence, DigestKey, Finding, Origin, Rules, Scanner, Settings, Told, input, trees,
};

/// What is asked for.
#[derive(Default)]
struct Asked {
    seeds: u64,
    gibibytes: u64,
    unconfirmed: bool,
    list: bool,
    trees: Vec<PathBuf>,
}

/// Findings by rule and confidence.
type Counts = BTreeMap<(String, Confidence), u64>;

fn main() -> Result<(), Box<dyn Error>> {
    let asked = asked()?;
    let rules = Rules::all()?;
    let rules = if asked.unconfirmed { rules } else { rules.confirmed() };
    let scanner = Scanner::new(Settings { prefixes: Vec::new(), key: DigestKey::new(b"evaluation"), rules })?;
    if asked.seeds > 0 {
        let evaluation = planted(&scanner, asked.seeds);
        println!("## Planted codes, {} seeds\n\n{evaluation}", asked.seeds);
        for class in [Class::Confirmed, Class::Unconfirmed] {
            let shares =
                [0, 1, 2].map(|level| format!("{:.2} %", 100.0 * evaluation.precision(class, level)));
            println!(
                "{}: right of what is possible, likely, certain or surer: {}",
                class.name(),
                shares.join(", ")
            );
        }
    }
    if asked.gibibytes > 0 {
        println!(
            "## {} GiB of text without a code\n\n{}",
            asked.gibibytes,
            table(&silent(&scanner, asked.gibibytes)?)
        );
    }
    for tree in &asked.trees {
        walk(&scanner, tree, asked.list);
    }
    Ok(())
}

fn asked() -> Result<Asked, Box<dyn Error>> {
    let (mut asked, mut words) = (Asked::default(), std::env::args().skip(1));
    while let Some(word) = words.next() {
        let mut number =
            || words.next().ok_or("a number is missing")?.parse::<u64>().map_err(Box::<dyn Error>::from);
        match word.as_str() {
            "--seeds" => asked.seeds = number()?,
            "--gibibytes" => asked.gibibytes = number()?,
            "--unconfirmed" => asked.unconfirmed = true,
            "--list" => asked.list = true,
            _ => asked.trees.push(word.into()),
        }
    }
    Ok(asked)
}

fn planted(scanner: &Scanner, seeds: u64) -> Evaluation {
    let mut evaluation = Evaluation::default();
    let mut find = |name: &str, mut bytes: &[u8]| {
        let seen = Mutex::new(Vec::new());
        input(scanner, name, &mut bytes, &|told| {
            if let (Told::Found(finding), Ok(mut seen)) = (told, seen.lock()) {
                seen.push(Seen { level: finding.confidence as usize, digest: finding.digest });
            }
        });
        seen.into_inner().unwrap_or_default()
    };
    for seed in 0..seeds {
        own(seed)
            .chain(others(seed))
            .chain(hard(seed))
            .for_each(|document| evaluation.document(&document, &mut find));
    }
    evaluation
}

fn silent(scanner: &Scanner, gibibytes: u64) -> std::io::Result<Counts> {
    let (mut counts, mut buffer) = (Counts::new(), Buffer::new());
    for seed in 0..gibibytes {
        let mut told = |finding: Finding| count(&mut counts, &finding);
        scanner.piece(&Origin::of("text"), &mut Stream::new(seed, 1 << 30), &mut buffer, &mut told)?;
    }
    Ok(counts)
}

fn walk(scanner: &Scanner, tree: &PathBuf, list: bool) {
    let counts = Mutex::new(Counts::new());
    let totals = trees(scanner, std::slice::from_ref(tree), &|told| {
        let Told::Found(finding) = told else { return };
        if list {
            println!(
                "{}\t{}\t{}\t{}",
                finding.rule,
                finding.confidence.name(),
                finding.siblings,
                finding.place
            );
        }
        if let Ok(mut counts) = counts.lock() {
            count(&mut counts, &finding);
        }
    });
    let mebibytes = totals.bytes >> 20;
    println!("## {}: {} files, {mebibytes} MiB\n", tree.display(), totals.files);
    println!("{}", table(&counts.into_inner().unwrap_or_default()));
}

fn count(counts: &mut Counts, finding: &Finding) {
    *counts.entry((finding.rule.to_string(), finding.confidence)).or_default() += 1;
}

fn table(counts: &Counts) -> String {
    let rows = counts
        .iter()
        .map(|((rule, confidence), count)| format!("| {rule} | {} | {count} |\n", confidence.name()));
    format!("| rule | confidence | findings |\n|---|---|---|\n{}", rows.collect::<String>())
}
