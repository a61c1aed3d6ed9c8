//! `postern scan`: leaked codes found in files and on standard input. Needs no installation and asks no service.

use std::error::Error as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use postern_codes::Prefix;
use postern_core::ports::Entropy as _;
use postern_outside::entropy::SystemEntropy;
use postern_scan::{Baseline, Confidence, DigestKey, Form, RuleFault, Rules, Scanner, Settings, Told, input};
use zeroize::Zeroizing;

use super::document;
use super::scan_kept::Kept;
use super::scan_server::Asking;
use super::scan_walk::{history, standard_output, walk};
use crate::arguments::{Scan, ScanForm};
use crate::failure::Failure;
use crate::progress::Progress;

/// What standard input is called.
const STDIN: &str = "(stdin)";
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
    let asking = Asking::new(&scan.asked, scan.stdin).map_err(Failure::into_usage)?;
    let scanner = asking.iter().fold(scanner, |scanner, asking| asking.listen(scanner));
    let baseline = scan.baseline.as_deref().map(|path| baseline(path, &scanner)).transpose()?;
    let form = match scan.format {
        _ if json => Form::JsonLines,
        ScanForm::Text => Form::Text,
        ScanForm::Jsonl => Form::JsonLines,
        ScanForm::Sarif => Form::Sarif,
        ScanForm::Html => Form::Html,
    };
    let only_piped = scan.paths.is_empty() && scan.git.is_empty();
    let progress = Progress::of_bytes("scanning", json || scan.watch || only_piped);
    let mut out = standard_output(&progress, scan);
    let report = form.report(out.as_mut(), scanner.key_name());
    let kept = Mutex::new(Kept::of(report, baseline, &progress, asking.is_some()));
    let tell = |told: Told| kept.lock().unwrap_or_else(PoisonError::into_inner).tell(told);
    let mut read = walk(scan, &scanner, &progress, &tell)?;
    if scan.stdin {
        let piped = input(&scanner, STDIN, &mut io::stdin().lock(), &tell);
        (read.files, read.bytes) = (read.files + piped.files, read.bytes + piped.bytes);
    }
    for repository in &scan.git {
        let history = history(&scanner, repository, &progress, &tell);
        (read.files, read.bytes) = (read.files + history.files, read.bytes + history.bytes);
    }
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(asking) = asking {
        let findings = kept.held_back();
        asking.ask(findings).await.into_iter().for_each(|told| kept.tell(told));
    }
    let (surest, whole) = kept.end(read).map_err(|fault| unwritten(&fault))?;
    out.flush().map_err(|fault| unwritten(&fault))?;
    Ok(match surest {
        Some(confidence) if confidence >= fail_on => ExitCode::from(1),
        _ if whole => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    })
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
