//! A sealed key file: what it was sealed by, and what only that opens.
//!
//! ```text
//! postern-sealed-key-file v1
//! by argon2id <KiB> <passes> <lanes> <base64url of 16 bytes of salt>       or: by pkcs11
//! nonce <base64url of 12 bytes>                  not with: by transit, whose engine has it in its own text
//! keys <base64url of AES-256-GCM over the text; the lines above are authenticated with it>
//! sum <base64url of SHA-256 over all bytes before this line>
//! ```
//!
//! The sum tells damage apart from another passphrase: both would only not open.

use postern_core::encoding::{base64url, from_base64url};

use super::ContentFault;
use super::stretch::Stretch;
use super::sum::{sum, summed};

pub(super) const FIRST_LINE: &str = "postern-sealed-key-file v1\n";

/// What a key file was sealed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    /// A passphrase, stretched.
    Passphrase(Stretch),
    /// A key in a token.
    Token,
    /// A key in a transit engine.
    Transit,
}

/// A sealed key file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Envelope {
    pub(crate) by: By,
    /// Zeros if what sealed it chose one of its own.
    pub(crate) nonce: [u8; 12],
    /// What is opened; its tag goes last. Of a transit engine, the text that it gave.
    pub(crate) sealed: Vec<u8>,
}

impl Envelope {
    /// The lines that are authenticated with what is sealed.
    pub(crate) fn header(&self) -> String {
        let by = match &self.by {
            By::Passphrase(stretch) => stretch.to_string(),
            By::Token => "pkcs11".to_owned(),
            By::Transit => return format!("{FIRST_LINE}by transit\n"),
        };
        format!("{FIRST_LINE}by {by}\nnonce {}\n", base64url(&self.nonce))
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let lines = format!("{}keys {}\n", self.header(), base64url(&self.sealed));
        let sum = sum(&lines);
        lines + &sum
    }

    /// Whether a file is a sealed one.
    pub(super) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(FIRST_LINE.as_bytes())
    }

    /// What stands in a file. It has one spelling.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ContentFault> {
        if !Self::is_one(bytes) {
            return Err(ContentFault::NotOne);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ContentFault::Damaged)?;
        let lines = summed(text).ok_or(ContentFault::Damaged)?;
        let envelope = parse(lines).ok_or(ContentFault::NotOne)?;
        if envelope.text() == text { Ok(envelope) } else { Err(ContentFault::Damaged) }
    }
}

fn parse(lines: &str) -> Option<Envelope> {
    let mut lines = lines.strip_prefix(FIRST_LINE)?.lines();
    let mut line = |name: &str| lines.next()?.strip_prefix(name);
    let by = match line("by ")? {
        "pkcs11" => By::Token,
        "transit" => By::Transit,
        other => By::Passphrase(Stretch::parse(other)?),
    };
    let nonce = match by {
        By::Transit => [0; 12],
        By::Passphrase(_) | By::Token => from_base64url(line("nonce ")?)?.try_into().ok()?,
    };
    Some(Envelope { by, nonce, sealed: from_base64url(line("keys ")?)? })
}
