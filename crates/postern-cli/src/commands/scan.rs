//! `postern scan`: leaked codes found in files and on standard input. Needs no installation and asks no service.

use std::error::Error as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use postern_codes::Prefix;
use postern_core::ports::Entropy as _;
use postern_outside::entropy::SystemEntropy;
use postern_scan::{
    Baseline, Confidence, DigestKey, Finding, Form, Report, RuleFault, Rules, Scanner, Settings, Told,
    Totals, git, input,
};
use zeroize::Zeroizing;

use super::document;
use super::scan_server::Asking;
use super::scan_walk::{standard_output, walk};
use crate::arguments::{Scan, ScanForm};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// The fewest bytes of a digest key.
const SHORTEST_KEY: usize = 16;

/// Scans. The exit codes are in the command's help.
pub(super) async fn run(scan: &Scan, json: bool) -> Result<ExitCode, Failure> {
    let fail_on = Confidence::named(&scan.fail_on)
        .ok_or_else(|| Failure::Usage("--fail-on is one of possible, likely, certain".to_owned()))?;
    let key = digest_key(scan.digest_key.as_deref())?;
    let settings = Settings { prefixes: prefixes(&scan.prefix)?, key, rules: rules(scan)? };
    let scanner = Scanner::new(settings).map_err(|fault| Failure::Usage(fault.to_string()))?;
    let readers = document::readers(scan.ocr);
    let readers =
        readers.map_err(|fault| Failure::Usage(format!("this program does not find itself: {fault}")))?;
    let scanner = scanner.with(Box::new(readers));
    let scanner = if scan.only_prefixed { scanner.only_prefixed() } else { scanner };
    let asking = Asking::new(&scan.asked)?;
    let scanner = asking.iter().fold(scanner, |scanner, asking| asking.listen(scanner));
    let baseline = scan.baseline.as_deref().map(|path| baseline(path, &scanner)).transpose()?;
    let form = match scan.format {
        _ if json => Form::JsonLines,
        ScanForm::Text => Form::Text,
        ScanForm::Jsonl => Form::JsonLines,
        ScanForm::Sarif => Form::Sarif,
        ScanForm::Html => Form::Html,
    };
    let progress = Progress::of_bytes("scanning", json || scan.watch || scan.paths.is_empty());
    let mut out = standard_output(&progress, scan);
    let kept = Kept {
        report: form.report(out.as_mut(), scanner.key_name()),
        baseline,
        progress: &progress,
        totals: Totals::default(),
        surest: None,
        fault: None,
        to_ask: asking.as_ref().map(|_| Vec::new()),
    };
    let kept = Mutex::new(kept);
    let tell = |told: Told| kept.lock().unwrap_or_else(PoisonError::into_inner).tell(told);
    let mut read = walk(scan, &scanner, &progress, &tell)?;
    if scan.stdin {
        let piped = input(&scanner, &mut io::stdin().lock(), &tell);
        (read.files, read.bytes) = (read.files + piped.files, read.bytes + piped.bytes);
    }
    for repository in &scan.git {
        let history = git(&scanner, repository, &tell);
        (read.files, read.bytes) = (read.files + history.files, read.bytes + history.bytes);
    }
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let (Some(asking), Some(findings)) = (asking, kept.to_ask.take()) {
        asking.ask(findings).await?.into_iter().for_each(|finding| kept.tell(Told::Found(finding)));
    }
    let (surest, whole) = kept.end(read)?;
    out.flush().map_err(|fault| unwritten(&fault))?;
    Ok(match surest {
        Some(confidence) if confidence >= fail_on => ExitCode::from(1),
        _ if whole => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    })
}

/// What is kept while findings come in from all threads.
struct Kept<'a> {
    report: Box<dyn Report + Send + 'a>,
    baseline: Option<Baseline>,
    progress: &'a Progress,
    totals: Totals,
    surest: Option<Confidence>,
    /// Why the report could not be written any more.
    fault: Option<io::Error>,
    /// Own codes that the service is asked about before they are told.
    to_ask: Option<Vec<Finding>>,
}

impl Kept<'_> {
    fn tell(&mut self, told: Told) {
        match told {
            Told::Trouble(trouble) => {
                self.totals.troubles += 1;
                self.progress.aside(|| output::message(&format!("not read: {trouble}")));
                if self.fault.is_none() {
                    self.fault = self.report.trouble(&trouble).err();
                }
            }
            Told::Found(finding) if self.baseline.as_ref().is_some_and(|known| known.knows(&finding)) => {
                self.totals.known += 1;
            }
            Told::Found(finding) => {
                let Some(finding) = self.not_asked(finding) else { return };
                self.totals.findings += 1;
                self.surest = self.surest.max(Some(finding.confidence));
                if self.fault.is_none() {
                    self.fault = self.report.finding(&finding).err();
                }
            }
        }
    }

    /// The finding, unless the service is asked about it first.
    fn not_asked(&mut self, finding: Finding) -> Option<Finding> {
        match self.to_ask.as_mut().filter(|_| finding.is_own()) {
            Some(to_ask) => {
                to_ask.push(finding);
                None
            }
            None => Some(finding),
        }
    }

    /// Writes the end of the report; the surest finding, and whether everything was read.
    fn end(mut self, read: Totals) -> Result<(Option<Confidence>, bool), Failure> {
        let totals = Totals { files: read.files, bytes: read.bytes, ..self.totals };
        let written = self.fault.take().map_or_else(|| self.report.end(&totals), Err);
        written.map_err(|fault| unwritten(&fault))?;
        Ok((self.surest, totals.troubles == 0))
    }
}

fn unwritten(fault: &io::Error) -> Failure {
    Failure::Usage(format!("the report could not be written: {fault}"))
}

/// The prefixes that were typed.
pub(super) fn prefixes(typed: &[String]) -> Result<Vec<Prefix>, Failure> {
    let read = |text: &String| Prefix::new(text);
    let prefixes: Result<Vec<Prefix>, _> = typed.iter().map(read).collect();
    prefixes.map_err(|fault| Failure::Usage(format!("the prefix will not do: {fault}")))
}

/// The rules that are built in, and those in the files named.
fn rules(scan: &Scan) -> Result<Rules, Failure> {
    let rules = Rules::all().map_err(|fault| Failure::Usage(told(&fault)))?;
    let mut rules = if scan.unconfirmed { rules } else { rules.confirmed() };
    for file in &scan.rules {
        let text = std::fs::read_to_string(file).map_err(|fault| unread(file, &fault))?;
        rules.add(&text).map_err(|fault| {
            Failure::Usage(format!("the rules in {} cannot be used: {}", file.display(), told(&fault)))
        })?;
    }
    Ok(rules)
}

/// A fault with what it comes from: a file of rules is mended by the line and field that do not fit.
fn told(fault: &RuleFault) -> String {
    let cause = fault.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{fault}{cause}")
}

/// The key in a file, or one for this scan alone.
fn digest_key(file: Option<&Path>) -> Result<DigestKey, Failure> {
    let Some(file) = file else {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemEntropy.fill(bytes.as_mut_slice()).map_err(|fault| Failure::Usage(fault.to_string()))?;
        return Ok(DigestKey::new(bytes.as_slice()));
    };
    let bytes = Zeroizing::new(std::fs::read(file).map_err(|fault| unread(file, &fault))?);
    if bytes.len() < SHORTEST_KEY {
        return Err(Failure::Usage(format!(
            "the digest key in {} is too short: write {SHORTEST_KEY} random bytes or more into it",
            file.display()
        )));
    }
    Ok(DigestKey::new(&bytes))
}

fn baseline(file: &Path, scanner: &Scanner) -> Result<Baseline, Failure> {
    let text = std::fs::read_to_string(file).map_err(|fault| unread(file, &fault))?;
    Baseline::read(&text, &scanner.key_name()).map_err(|fault| Failure::Usage(fault.to_string()))
}

fn unread(file: &Path, fault: &io::Error) -> Failure {
    Failure::Usage(format!("{} could not be read: {fault}", file.display()))
}
