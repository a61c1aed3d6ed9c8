//! Tiles: 256 hashes of one level at a time, or the entries below them, and their paths (C2SP tlog-tiles).

use std::fmt;
use std::ops::Range;

/// Hashes of a full tile, and entries of a full bundle (C2SP tlog-tiles).
pub const TILE_WIDTH: u64 = 256;

/// The highest level that a path can name (C2SP tlog-tiles). No log reaches it.
const TOP_LEVEL: u8 = 63;

/// Numbers in one element of a path.
const PER_ELEMENT: u64 = 1000;

/// What a tile holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TileKind {
    /// Log entries: an entry bundle.
    Entries,
    /// Hashes of this level, from 0 for leaf hashes.
    Hashes(u8),
}

/// A tile's place. What it holds does not change as the log grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tile {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tiles of one kind for a tree of `size` leaves: full ones, then the partial one if there is one.
    pub fn all(kind: TileKind, size: u64) -> impl Iterator<Item = Self> {
        let hashes = kind.hashes_in(size);
        let tile = move |index| Self { kind, index, width: width(hashes - index * TILE_WIDTH) };
        (0..hashes.div_ceil(TILE_WIDTH)).map(tile)
    }

    /// Every tile of hashes for a tree of `size` leaves, lowest level first.
    pub fn all_hashes(size: u64) -> impl Iterator<Item = Self> {
        let levels = (0..=TOP_LEVEL).map(TileKind::Hashes).take_while(move |kind| kind.hashes_in(size) > 0);
        levels.flat_map(move |kind| Self::all(kind, size))
    }

    /// Reads a path without its prefix: `0/x001/234`, `entries/000.p/7`.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, place) = path.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(number(level).filter(|level| *level <= TOP_LEVEL)?),
        };
        let (index, width) = match place.split_once(".p/") {
            Some((index, width)) => (index, number(width).filter(|width| (1..256).contains(width))?),
            None => (place, width(TILE_WIDTH)),
        };
        let mut read = 0_u64;
        for element in index.split('/') {
            let digits = element.trim_start_matches('x');
            read = read.checked_mul(PER_ELEMENT)?.checked_add(digits.parse().ok()?)?;
        }
        // There is one path to each tile: whatever else reads as a number is none.
        let tile = Self { kind, index: read, width };
        (read < u64::MAX / TILE_WIDTH && tile.to_string() == path).then_some(tile)
    }

    /// What it holds.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its place among the tiles of its kind, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The level 0 tile beside an entry bundle: the leaf hashes of its entries.
    #[must_use]
    pub fn leaves(&self) -> Self {
        Self { kind: TileKind::Hashes(0), ..*self }
    }

    /// The indexes of its hashes, or of its entries, among all of its kind.
    pub fn range(&self) -> Range<u64> {
        let first = self.index * TILE_WIDTH;
        first..first + u64::from(self.width)
    }

    /// Whether it will never be wider.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// How many full level 0 tiles it stands on; none if it is one itself, or holds entries.
    pub fn stands_on(&self) -> u64 {
        let TileKind::Hashes(level @ 1..) = self.kind else { return 0 };
        self.range().end.saturating_mul(TILE_WIDTH.saturating_pow(u32::from(level) - 1))
    }

    /// Whether a tree of `size` leaves has all of it.
    pub fn is_in(&self, size: u64) -> bool {
        self.range().end <= self.kind.hashes_in(size)
    }
}

impl TileKind {
    /// How many hashes, or entries, of this kind a tree of `size` leaves has.
    fn hashes_in(self, size: u64) -> u64 {
        match self {
            Self::Entries => size,
            Self::Hashes(level) => size.checked_shr(u32::from(level) * 8).unwrap_or(0),
        }
    }
}

/// The path without its prefix.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => f.write_str("entries")?,
            TileKind::Hashes(level) => write!(f, "{level}")?,
        }
        let mut elements = format!("{:03}", self.index % PER_ELEMENT);
        let mut rest = self.index / PER_ELEMENT;
        while rest > 0 {
            elements = format!("x{:03}/{elements}", rest % PER_ELEMENT);
            rest /= PER_ELEMENT;
        }
        write!(f, "/{elements}")?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// A tile's width where so many hashes are left.
fn width(left: u64) -> u16 {
    u16::try_from(left.min(TILE_WIDTH)).unwrap_or(u16::MAX)
}

/// A number as a path writes it: digits without leading zeroes.
fn number<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|number: &T| number.to_string() == text)
}
