//! `cargo xtask scan-bench`: how fast `postern scan` is, beside other people's programs on the same files in the same
//! run. Each is given its best: ripgrep the plain regex, kingfisher one rule and nothing to validate.

mod measured;
mod rivals;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use clap::Args;

use self::measured::{Figure, measure};
use crate::Done;
use crate::cargo::cargo;
use crate::place::{root, target};
use crate::run::run;

/// What can be asked of the measurement.
#[derive(Args)]
pub(crate) struct Options {
    /// What is scanned; the sources that cargo has unpacked if none is named
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// Rounds; each figure is the median over them
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=15))]
    rounds: u32,
    /// The program, if it is built already
    #[arg(long, value_name = "FILE")]
    postern: Option<PathBuf>,
}

/// Codes that each program has to find among the files, from the vectors. Nobody's.
const PLANTED: [&str; 3] =
    ["PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "PSTN-1258-Y5G6-C7RM-PK84", "PSTN-0107-3777-6601-0445-3908-3157"];

/// Builds, then measures.
pub(crate) fn scan_bench(options: &Options) -> Done {
    let postern = match &options.postern {
        Some(postern) => postern.clone(),
        None => {
            run(&mut cargo(&["build", "--release", "--package", "postern-cli", "--bin", "postern"]))?;
            target()?.join("release").join("postern")
        }
    };
    let rivals = rivals::all(&postern)?;
    let files = options.files.clone().map_or_else(sources, Ok)?;
    let planted = planted()?;
    let folders = [files, planted];
    let mut figures: Vec<Vec<Figure>> = rivals.iter().map(|_| Vec::new()).collect();
    // The round before the first brings the files into memory.
    for round in 0..=options.rounds {
        for (rival, figures) in rivals.iter().zip(&mut figures) {
            let figure = measure(&mut rival.command(&folders))?;
            let found = rival.found(&figure.said);
            if found < PLANTED.len() {
                return Err(format!("{} found {found} of {} planted codes", rival.name, PLANTED.len()));
            }
            if round > 0 {
                figures.push(figure);
            }
        }
    }
    let bytes = folders.iter().map(|folder| bytes(folder)).sum::<Done<u64>>()?;
    println!("{}", table::markdown(options.rounds, bytes, &rivals, &figures));
    Ok(())
}

/// The folder in which cargo unpacks the sources of packages.
fn sources() -> Done<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(root()).exec();
    let metadata = metadata.map_err(|fault| format!("cargo metadata failed: {fault}"))?;
    let unpacked = metadata.packages.iter().find(|package| package.source.is_some());
    let folder = unpacked.and_then(|package| package.manifest_path.parent()?.parent());
    folder.map(|folder| folder.as_std_path().to_path_buf()).ok_or_else(|| "no package is unpacked".to_owned())
}

/// A folder with one code of each format.
fn planted() -> Done<PathBuf> {
    let folder = target()?.join("scan-bench");
    let written = fs::create_dir_all(&folder).and_then(|()| {
        PLANTED.iter().enumerate().try_for_each(|(number, code)| {
            fs::write(folder.join(format!("note {number}.txt")), format!("keep this: {code} .\n"))
        })
    });
    written.map_err(|fault| format!("{} could not be written: {fault}", folder.display()))?;
    Ok(folder)
}

/// Bytes of the files in a folder and below.
fn bytes(folder: &Path) -> Done<u64> {
    let fault = |fault| format!("{} could not be read: {fault}", folder.display());
    fs::read_dir(folder).map_err(fault)?.try_fold(0, |sum, entry| {
        let entry = entry.map_err(fault)?;
        let metadata = entry.metadata().map_err(fault)?;
        let more = if metadata.is_dir() { bytes(&entry.path())? } else { metadata.len() };
        Ok(sum + more)
    })
}
