//! Entry bundles: log entries one after the other, each behind its length (C2SP tlog-tiles, "Log entries").

/// Bytes of an entry's length, big-endian.
const LENGTH: usize = 2;

/// Why bytes are no bundle, or entries cannot be in one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than its length field can say.
    #[error("an entry of {0} bytes is too long for an entry bundle")]
    TooLong(usize),
    /// The last entry is cut.
    #[error("the entry bundle is cut")]
    Cut,
}

/// Writes entries as a bundle. An event has at most 32 KiB, so that it fits.
///
/// # Errors
/// [`BundleError::TooLong`].
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, BundleError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong(entry.len()))?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// Reads the entries of a bundle. How many there should be is for the caller to compare.
///
/// # Errors
/// [`BundleError::Cut`].
pub fn unbundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let (mut entries, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<LENGTH>().ok_or(BundleError::Cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(BundleError::Cut)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}
