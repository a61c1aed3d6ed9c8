//! The report for people who read it in a browser: one page that needs no script and nothing from elsewhere. It is
//! written at the end, surest findings first.

mod escaped;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use self::escaped::Escaped;
use super::{Report, rules};
use crate::finding::{Confidence, Finding, Masked, RuleName, Standing};
use crate::place::Place;
use crate::told::{Totals, Trouble};

/// The most findings that are listed, surest first, and the most that is named as not read. The rest is counted: a
/// longer page helps nobody, and a program reads JSON Lines.
const LISTED: usize = 10_000;
const NAMED: usize = 1_000;
/// Everything in front of the title. Whatever a value held, nothing could be run or fetched.
const BEGIN: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"referrer\" content=\"no-referrer\">\n",
    "<title>Leaked backup codes</title>\n<style>\n",
    include_str!("page.css"),
    "</style>\n</head>\n<body>\n<main>\n<h1>Leaked backup codes</h1>\n",
);
const END: &str = concat!(
    "<footer><p>Written by postern scan ",
    env!("CARGO_PKG_VERSION"),
    ". This page holds no code: two symbols of each, and a keyed digest, by which the same code is known again.</p>\
     </footer>\n</main>\n</body>\n</html>\n"
);

/// Surest first, then by place; what tells two apart that stand in one place.
type Order = (Reverse<Confidence>, Place, RuleName, String);

pub(super) struct Page<'a> {
    out: &'a mut (dyn Write + Send),
    findings: BTreeMap<Order, (Masked, u32, Option<Standing>)>,
    counts: BTreeMap<Confidence, u64>,
    troubles: Vec<String>,
}

impl<'a> Page<'a> {
    pub(super) fn to(out: &'a mut (dyn Write + Send)) -> Self {
        Self { out, findings: BTreeMap::new(), counts: BTreeMap::new(), troubles: Vec::new() }
    }

    fn count(&self, confidence: Confidence) -> u64 {
        self.counts.get(&confidence).copied().unwrap_or_default()
    }

    fn summary(&mut self, totals: &Totals) -> io::Result<()> {
        let Totals { files, bytes, findings, known, troubles } = totals;
        let mebibytes = bytes.div_ceil(1 << 20);
        let said = match findings {
            0 if *troubles == 0 => "Nothing was found, and everything was read.".to_owned(),
            0 => "Nothing was found in what could be read.".to_owned(),
            _ => format!("{findings} found. {}", rules::ACT),
        };
        writeln!(self.out, "<p class=\"first\">{said}</p>\n<dl class=\"figures\">")?;
        for confidence in Confidence::ALL.into_iter().rev() {
            let count = self.count(confidence);
            self.figure(confidence.name(), count)?;
        }
        self.figure("in the baseline", *known)?;
        self.figure("not read, or not to the end", *troubles)?;
        self.figure("files", *files)?;
        self.figure("MiB", mebibytes)?;
        writeln!(self.out, "</dl>")
    }

    fn figure(&mut self, name: &str, count: u64) -> io::Result<()> {
        writeln!(self.out, "<div><dt>{name}</dt><dd>{count}</dd></div>")
    }

    /// The findings of one confidence.
    fn section(&mut self, confidence: Confidence) -> io::Result<()> {
        let all = self.count(confidence);
        if all == 0 {
            return Ok(());
        }
        let (name, means) = (confidence.name(), means(confidence));
        writeln!(
            self.out,
            "<section>\n<h2 id=\"{name}\">{} ({all})</h2>\n<p>{means}</p>",
            title(confidence)
        )?;
        writeln!(self.out, "<table aria-labelledby=\"{name}\">\n<thead><tr>")?;
        for head in ["Where", "Code", "Rule", "Nearby", "Digest"] {
            write!(self.out, "<th scope=\"col\">{head}</th>")?;
        }
        writeln!(self.out, "</tr></thead>\n<tbody>")?;
        let mut rows = 0;
        let listed = self.findings.iter().filter(|((Reverse(sure), ..), _)| *sure == confidence);
        for ((_, place, rule, digest), (masked, siblings, standing)) in listed {
            let said = standing.map_or_else(String::new, |standing| format!(": {}", standing.name()));
            let vault = if place.origin.is_vault { " in a vault export" } else { "" };
            let (place, rule, masked) = (Escaped(place), Escaped(rule), Escaped(masked));
            writeln!(
                self.out,
                "<tr><th scope=\"row\"><bdi>{place}</bdi>{vault}</th><td>{masked}{said}</td><td>{rule}</td>"
            )?;
            writeln!(
                self.out,
                "<td class=\"number\">{siblings}</td><td><code>{}</code></td></tr>",
                Escaped(digest)
            )?;
            rows += 1;
        }
        writeln!(self.out, "</tbody>\n</table>")?;
        if all > rows {
            let rest = all - rows;
            writeln!(
                self.out,
                "<p>{rest} more are counted and not listed. <code>--format jsonl</code> lists all.</p>"
            )?;
        }
        writeln!(self.out, "</section>")
    }

    fn rules(&mut self) -> io::Result<()> {
        let seen: BTreeSet<&RuleName> = self.findings.keys().map(|(_, _, rule, _)| rule).collect();
        if seen.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "<section>\n<h2>Rules</h2>\n<dl>")?;
        for rule in seen {
            let rules::Told { title, about } = rules::told(rule);
            let (rule, title, about) = (Escaped(rule), Escaped(title), Escaped(about));
            writeln!(self.out, "<dt><code>{rule}</code></dt><dd>{title}. {about}</dd>")?;
        }
        writeln!(self.out, "</dl>\n</section>")
    }

    fn unread(&mut self, all: u64) -> io::Result<()> {
        if self.troubles.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "<section>\n<h2>Not read, or not to the end ({all})</h2>\n<ul>")?;
        for trouble in &self.troubles {
            writeln!(self.out, "<li><bdi>{}</bdi></li>", Escaped(trouble))?;
        }
        writeln!(self.out, "</ul>")?;
        if all > self.troubles.len() as u64 {
            writeln!(self.out, "<p>The rest was named on standard error.</p>")?;
        }
        writeln!(self.out, "</section>")
    }
}

impl Report for Page<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        *self.counts.entry(finding.confidence).or_default() += 1;
        let Finding { rule, confidence, place, masked, digest, siblings, standing } = finding.clone();
        self.findings.insert((Reverse(confidence), place, rule, digest), (masked, siblings, standing));
        if self.findings.len() > LISTED {
            self.findings.pop_last();
        }
        Ok(())
    }

    fn trouble(&mut self, trouble: &Trouble) -> io::Result<()> {
        if self.troubles.len() < NAMED {
            self.troubles.push(trouble.to_string());
        }
        Ok(())
    }

    fn end(&mut self, totals: &Totals) -> io::Result<()> {
        self.out.write_all(BEGIN.as_bytes())?;
        self.summary(totals)?;
        Confidence::ALL.into_iter().rev().try_for_each(|confidence| self.section(confidence))?;
        self.unread(totals.troubles)?;
        self.rules()?;
        self.out.write_all(END.as_bytes())
    }
}

const fn title(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "Certain",
        Confidence::Likely => "Likely",
        Confidence::Possible => "Possible",
    }
}

const fn means(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "Chance does not explain these.",
        Confidence::Likely => "Chance explains these badly.",
        Confidence::Possible => "Some of these may be look-alikes. Look at each place before you act.",
    }
}
