//! Messages one after the other: each begins with a line `From ` (RFC 4155), behind an empty line and in front of a
//! field. Such a line may stand in a text, too.

use std::io::{BufRead as _, BufReader, Read};
use std::mem::swap;

use zeroize::Zeroizing;

use super::fields::is_field;
use super::opened;
use crate::place::Origin;
use crate::source::budget::Budget;
use crate::source::content::{HELD, Worker};

/// Looks through a mailbox.
pub(in crate::source) fn mailbox(
    worker: &mut Worker<'_>,
    origin: &Origin,
    reader: &mut dyn Read,
    budget: &Budget,
) {
    let mut reader = BufReader::new(reader);
    let mut mailbox = Mailbox { worker, origin, budget, held: Zeroizing::new(Vec::new()), number: 0 };
    // A line that a message may begin with: the next one tells.
    let (mut from, mut line) = (Zeroizing::new(Vec::new()), Zeroizing::new(Vec::new()));
    let mut is_behind_empty = true;
    loop {
        line.clear();
        // A line without an end is read in pieces.
        let read = Read::by_ref(&mut reader).take(HELD).read_until(b'\n', &mut line);
        let ends = !matches!(read, Ok(1..));
        let begins = !from.is_empty() && is_field(&line);
        if !begins {
            mailbox.hold(&from);
        }
        from.clear();
        if (begins || ends) && !mailbox.message() {
            return;
        }
        if let Err(fault) = read {
            return mailbox.worker.trouble(origin, &format!("it could not be read to its end: {fault}"));
        }
        if ends {
            return;
        }
        if line.starts_with(b"From ") && (is_behind_empty || has_time(&line)) {
            swap(&mut from, &mut line);
        } else {
            mailbox.hold(&line);
        }
        is_behind_empty = line.trim_ascii().is_empty();
    }
}

/// Whether a line has a time of day: where no empty line stands before it, it begins a message nevertheless.
fn has_time(line: &[u8]) -> bool {
    line.windows(3).any(|some| matches!(some, [b'0'..=b'9', b':', b'0'..=b'9']))
}

struct Mailbox<'a, 'w> {
    worker: &'a mut Worker<'w>,
    origin: &'a Origin,
    budget: &'a Budget,
    held: Zeroizing<Vec<u8>>,
    number: u64,
}

impl Mailbox<'_, '_> {
    /// Holds what belongs to the message. One that is too long is read in pieces.
    fn hold(&mut self, bytes: &[u8]) {
        if (self.held.len() + bytes.len()) as u64 > HELD {
            let origin = self.origin.part(format!("message {}, in pieces", self.number + 1));
            self.worker.trouble(&origin, "it has more than 32 MiB; its attachments were not opened");
            self.worker.plain(&origin, &mut self.held.as_slice());
            self.held.clear();
        }
        self.held.extend_from_slice(bytes);
    }

    /// Looks through the message that is held; whether there may be more.
    fn message(&mut self) -> bool {
        if self.held.is_empty() {
            return true;
        }
        self.number += 1;
        let origin = self.origin.part(format!("message {}", self.number));
        let may = self.worker.may_open(&origin, self.budget);
        if may {
            opened(self.worker, &origin, &self.held, self.budget);
            self.held.clear();
        }
        may
    }
}
