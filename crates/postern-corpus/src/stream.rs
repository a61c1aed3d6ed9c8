//! Text without a code, of any length, made while it is read: what ten gibibytes of it cost is time and no disk.

use std::io::{self, Read};

use crate::dice::Dice;
use crate::negatives::{KINDS, list};

/// Prose, source, and lists of what looks like codes.
pub struct Stream {
    dice: Dice,
    left: u64,
    made: Vec<u8>,
    given: usize,
}

impl Stream {
    /// So many bytes.
    #[must_use]
    pub const fn new(seed: u64, length: u64) -> Self {
        Self { dice: Dice::new(seed), left: length, made: Vec::new(), given: 0 }
    }

    /// Makes the next part.
    fn make(&mut self) {
        self.made.clear();
        self.given = 0;
        // Three parts of prose to one list.
        for _ in 0..3 {
            self.paragraph();
        }
        let at = self.dice.below(KINDS.len());
        if let Some(kind) = KINDS.get(at) {
            self.made.extend_from_slice(list(&mut self.dice, *kind).as_bytes());
        }
    }

    /// Sentences. Some of them are about backup codes and hold none.
    fn paragraph(&mut self) {
        const SENTENCES: [&str; 14] = [
            "The deployment of last week went well and nobody noticed anything. ",
            "We should move the meeting to Thursday, 14:30, in room 2107. ",
            "let mut total = items.iter().map(|item| item.price * 1024).sum::<u64>();\n",
            "Please do not send your backup codes to anyone, not even to us. ",
            "If you lost your phone, use one of your recovery codes to sign in. ",
            "Two-factor authentication is now required for all 1482 members of staff. ",
            "<td class=\"amount\">12,480.00</td><td>2026-03-14</td>\n",
            "version = \"1.48.0\" # since 20260314\n",
            "Die Rechnung 20261184 liegt bei, vielen Dank. ",
            "El pedido llegó ayer y todo está bien. ",
            "INFO 2026-03-14T12:01:33Z worker-7 took 1284 ms for 65536 rows\n",
            "0x7f3a91c2 0x00000010 0xdeadbeef 0x10000000\n",
            "Thanks, that worked, closing the ticket. ",
            "The width of the column is 1280 px, on phones 640 px. ",
        ];
        for _ in 0..24 {
            let sentence = self.dice.one_of(&SENTENCES);
            self.made.extend_from_slice(sentence.as_bytes());
        }
        self.made.push(b'\n');
    }
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.given == self.made.len() {
            self.make();
        }
        let made = self.made.get(self.given..).unwrap_or_default();
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let length = room.len().min(made.len()).min(left);
        if let (Some(room), Some(made)) = (room.get_mut(..length), made.get(..length)) {
            room.copy_from_slice(made);
        }
        self.given += length;
        self.left -= length as u64;
        Ok(length)
    }
}
