//! Making a code from uniform random bytes.

use zeroize::Zeroizing;

use crate::check::{Mask, check_symbols};
use crate::code::Code;
use crate::format::Format;
use crate::numeric::check_digits;
use crate::prefix::Prefix;

/// Bytes from here up are rejected for a digit: 250 is the largest multiple of ten that a byte reaches.
const DIGIT_BOUND: u8 = 250;

/// Makes one code from uniform random bytes.
///
/// `slot` is the position in the set, from 1 to [`Format::most_codes`]; `Standard` ignores it. The caller has
/// limited the size of the set: a slot outside is a mistake of the caller, found in debug builds and moved to
/// the nearest end otherwise. `fill` overwrites the whole slice with random bytes of the operating system;
/// it is called once with [`Format::random_bytes`] and, for `Numeric`, again for each rejected byte. A source
/// that only ever gives bytes of 250 and more never ends.
#[must_use]
pub fn generate(format: Format, slot: u8, prefix: &Prefix, fill: &mut dyn FnMut(&mut [u8])) -> Code {
    debug_assert!(
        format == Format::Standard || (1..=format.most_codes()).contains(&slot),
        "slot outside the set"
    );
    let slot = slot.clamp(1, format.most_codes());
    // The whole capacity at once: a vector that grows leaves copies of itself behind.
    let mut values = Zeroizing::new(Vec::with_capacity(format.symbols()));
    match format {
        Format::Standard => {}
        Format::Compact => values.push(slot),
        Format::Numeric => values.extend([slot / 10, slot % 10]),
    }
    let mut random = Zeroizing::new(vec![0; format.random_bytes()]);
    fill(&mut random);
    match format {
        Format::Standard | Format::Compact => {
            values.extend(random.iter().map(|byte| byte & 0b1_1111));
            let check = check_symbols(&values, Mask::new(prefix, format));
            values.extend(check);
        }
        Format::Numeric => {
            for byte in random.iter_mut() {
                while *byte >= DIGIT_BOUND {
                    fill(std::slice::from_mut(byte));
                }
                values.push(*byte % 10);
            }
            let check = check_digits(&values);
            values.extend(check);
        }
    }
    Code::from_values(format, &values)
}
