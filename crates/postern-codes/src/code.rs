//! One whole, valid code.

use zeroize::Zeroizing;

use crate::alphabet;
use crate::format::Format;
use crate::prefix::Prefix;

/// A whole code whose check symbols are right under some prefix. It comes from [`generate`](crate::generate)
/// or [`parse`](crate::parse) only.
///
/// A secret: it cannot be printed, compared, cloned or serialised by accident, and its memory is overwritten
/// when it is dropped.
///
/// ```compile_fail,E0277
/// fn print<T: std::fmt::Debug>() {}
/// print::<postern_codes::Code>();
/// ```
pub struct Code {
    format: Format,
    canonical: Zeroizing<String>,
}

impl Code {
    /// Writes symbol values (each below the size of the format's alphabet) as a code. The caller has checked
    /// them.
    pub(crate) fn from_values(format: Format, values: &[u8]) -> Self {
        // The whole capacity at once: a string that grows leaves copies of itself behind.
        let mut canonical = Zeroizing::new(String::with_capacity(values.len()));
        canonical.extend(values.iter().filter_map(|&value| alphabet::symbol(value)));
        Self { format, canonical }
    }

    /// How the code is written.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text that verifiers are made from: upper case, check symbols included, without prefix and
    /// separators. A secret.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The position in its set that the code carries, from 1 to [`Format::most_codes`]. `Standard` carries
    /// none.
    #[must_use]
    pub fn slot(&self) -> Option<u8> {
        let base = u8::try_from(self.format.alphabet().len()).ok()?;
        let slot = self.canonical.chars().take(self.format.slot_symbols());
        match self.format {
            Format::Standard => None,
            Format::Compact | Format::Numeric => slot
                .map(alphabet::value)
                .try_fold(0_u8, |slot, value| slot.checked_mul(base)?.checked_add(value?)),
        }
    }

    /// The code as it is shown: prefix and groups, joined by hyphens. A secret.
    #[must_use]
    pub fn display(&self, prefix: &Prefix) -> Zeroizing<String> {
        let group = self.format.group();
        let hyphens = self.format.symbols().div_ceil(group);
        let length = prefix.as_str().len() + hyphens + self.format.symbols();
        let mut shown = Zeroizing::new(String::with_capacity(length));
        shown.push_str(prefix.as_str());
        for (position, symbol) in self.canonical.chars().enumerate() {
            if position % group == 0 {
                shown.push('-');
            }
            shown.push(symbol);
        }
        shown
    }
}
