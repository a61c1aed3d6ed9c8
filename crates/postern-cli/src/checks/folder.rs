//! The data folder: who may enter it, and what it is on.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::{Finding, advice, danger, ok};

/// File systems whose locks and flushes another program or machine has a part in, by their numbers in statfs(2).
const FAR: [(i64, &str); 7] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xfe53_4d42, "SMB2"),
    (0xff53_4d42, "CIFS"),
    (0x0102_1997, "9P"),
    (0x6573_5546, "FUSE"),
    (0x00c3_6400, "Ceph"),
];

/// Everything about a data folder.
pub(super) fn folder(data: &Path) -> Vec<Finding> {
    let about = match data.metadata() {
        Ok(about) => about,
        Err(fault) => {
            return vec![danger(
                "data-folder",
                format!("{}: {fault}.", data.display()),
                "There are no records to serve.",
                "Put the data folder there, or run `postern init`.",
            )];
        }
    };
    let mut found = vec![ok("data-folder", format!("{} is there.", data.display()))];
    found.extend(access(data, &about));
    found.extend(far(data));
    found
}

fn access(data: &Path, about: &Metadata) -> Option<Finding> {
    let mine = rustix::process::geteuid().as_raw();
    let (open, foreign) = (about.permissions().mode() & 0o077 != 0, about.uid() != mine);
    // Its files are for the owner alone all the same.
    let means = "Who may enter it may put files of their own there.";
    let mend = "Make the service's user its owner, and chmod 700 it.";
    if foreign {
        let what = format!("{} belongs to user {}; this is user {mine}.", data.display(), about.uid());
        return Some(advice("data-folder-owner", what, means, mend));
    }
    open.then(|| {
        let what = format!("Others on this machine can enter {}.", data.display());
        advice("data-folder-open", what, means, mend)
    })
}

fn far(data: &Path) -> Option<Finding> {
    let kind = rustix::fs::statfs(data).ok()?.f_type;
    let (_, name) = FAR.iter().find(|(number, _)| *number == kind)?;
    Some(danger(
        "network-file-system",
        format!("The data folder is on {name}."),
        "SQLite's locks and flushes cannot be relied on there: a used code could become unused again.",
        "Use a disk of this machine, or PostgreSQL.",
    ))
}
