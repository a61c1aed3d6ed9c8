//! Numbers that look random and are the same for the same seed.

/// splitmix64.
pub struct Dice(u64);

impl Dice {
    /// With a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        let [first, ..] = self.roll().to_le_bytes();
        first
    }

    /// Below a bound, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() >> 33).unwrap_or_default() % bound.max(1)
    }

    /// One of some texts; nothing if there are none.
    pub fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        let at = self.below(items.len());
        items.get(at).copied().unwrap_or_default()
    }

    /// So many symbols of an alphabet, which is in ASCII.
    pub fn word(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| self.symbol(alphabet)).collect()
    }

    /// Groups of so many symbols each.
    pub fn groups(&mut self, alphabet: &str, lengths: &[usize], joint: &str) -> String {
        lengths.iter().map(|length| self.word(alphabet, *length)).collect::<Vec<_>>().join(joint)
    }

    fn symbol(&mut self, alphabet: &str) -> char {
        let at = self.below(alphabet.len());
        alphabet.as_bytes().get(at).map_or('?', |byte| char::from(*byte))
    }
}
