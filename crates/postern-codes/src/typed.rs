//! Typed symbols as values, with the unreadable ones marked.

use zeroize::Zeroizing;

use crate::alphabet;
use crate::format::Format;
use crate::numeric;
use crate::outcome::Refusal;

/// The symbols of one word of the right length.
pub(crate) struct Typed {
    /// The values, zero where the symbol was unreadable.
    pub(crate) values: Zeroizing<Vec<u8>>,
    /// The positions of the unreadable symbols (typed `?`), from 0, in order.
    pub(crate) holes: Vec<usize>,
}

impl Typed {
    /// Takes the symbols by their value in the format's alphabet.
    pub(crate) fn read(body: &[char], format: Format) -> Result<Self, Refusal> {
        let base = format.alphabet().len();
        let mut typed = Self { values: Zeroizing::new(Vec::with_capacity(body.len())), holes: Vec::new() };
        let mut foreign = Vec::new();
        for (position, &symbol) in body.iter().enumerate() {
            let value = alphabet::value(symbol).filter(|&value| usize::from(value) < base);
            match (symbol, value) {
                ('?', _) => typed.holes.push(position),
                (_, None) => foreign.push(position),
                (_, Some(_)) => {}
            }
            typed.values.push(value.unwrap_or_default());
        }
        if foreign.is_empty() {
            Ok(typed)
        } else {
            Err(Refusal::ForeignSymbol { format, group: only_group(&foreign, format) })
        }
    }

    /// Whether more symbols are unreadable than the check symbols can fill in.
    pub(crate) fn has_too_many_holes(&self, format: Format) -> bool {
        match format {
            Format::Standard | Format::Compact => self.holes.len() > 2,
            Format::Numeric => self.holes.len() > 1,
        }
    }

    /// The group, from 1, that is certainly not as in any code; see [`Parsed::Typo`](crate::Parsed).
    pub(crate) fn certainly_wrong_group(&self, format: Format) -> Option<u8> {
        if self.has_too_many_holes(format) {
            return only_group(&self.holes, format);
        }
        let readable = |from: usize, to: usize| !self.holes.iter().any(|hole| (from..to).contains(hole));
        if !names_a_slot(&self.values, format) && readable(0, format.slot_symbols()) {
            return Some(format.group_of(0));
        }
        let end = format.symbols();
        let impossible = format == Format::Numeric && !numeric::ends_in_check_digits(&self.values);
        if impossible && readable(end - format.check_symbols(), end) {
            return Some(format.group_of(end - 1));
        }
        None
    }
}

/// Whether the slot, if the format carries one, is not zero. Slots count from 1.
pub(crate) fn names_a_slot(values: &[u8], format: Format) -> bool {
    let slot = format.slot_symbols();
    slot == 0 || values.iter().take(slot).any(|&value| value != 0)
}

/// The group, from 1, that holds all of these positions.
fn only_group(positions: &[usize], format: Format) -> Option<u8> {
    let mut groups = positions.iter().map(|&position| format.group_of(position));
    let first = groups.next()?;
    groups.all(|group| group == first).then_some(first)
}
