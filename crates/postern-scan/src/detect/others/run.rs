//! Runs of tokens that stand together: a list, a column, a row, or one in each message.

use super::token::{Shape, Token};

/// The furthest that neighbours stand from each other, in bytes and in lines.
const NEAR: (usize, usize) = (600, 10);
/// The longest gap between two items of a list.
const ITEM: usize = 48;
/// Digits of an item's number.
const NUMBER: usize = 3;
/// Runs of more tokens than this are tables: looked at as they are.
const TABLE: usize = 200;

/// Tokens that stand together, in order.
pub(super) struct Run {
    pub(super) tokens: Vec<Token>,
    /// Whether most of them are items of a list and nothing else stands between them.
    pub(super) is_list: bool,
}

/// Tokens in order, cut where they stand apart.
pub(super) fn runs(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens.chunk_by(|one, other| {
        other.start.saturating_sub(one.end) <= NEAR.0 && other.line - one.line <= NEAR.1
    })
}

impl Run {
    /// A run of plain tokens, with those between them that could be words and are items of the same list.
    pub(super) fn of(bytes: &[u8], shape: &Shape, plain: &[Token]) -> Option<Self> {
        let (first, last) = (plain.first()?, plain.last()?);
        let all = if plain.len() > TABLE { plain.to_vec() } else { shape.tokens(bytes, *first, *last) };
        // Words of a sentence have a blank between them.
        let items: Vec<bool> =
            all.windows(2).map(|pair| is_item(bytes, pair) && gap(bytes, pair) != b" ").collect();
        let beside = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| items.get(before)).copied();
            before.unwrap_or_default() && items.get(at).copied().unwrap_or_default()
        };
        let is_kept = |(at, token): &(usize, &Token)| shape.is_plain(bytes, **token) || beside(*at);
        let tokens: Vec<Token> = all.iter().enumerate().filter(is_kept).map(|(_, token)| *token).collect();
        let listed = tokens.windows(2).filter(|pair| is_item(bytes, pair)).count();
        let is_list = tokens.len() > 2 && listed * 3 >= (tokens.len() - 1) * 2;
        Some(Self { tokens, is_list })
    }
}

/// Whether nothing but an item's mark, number or markup stands between two tokens.
fn is_item(bytes: &[u8], pair: &[Token]) -> bool {
    let gap = gap(bytes, pair);
    let (mut tag, mut letters, mut digits) = (false, 0, 0);
    for byte in gap {
        match byte {
            b'<' => tag = true,
            b'>' => tag = false,
            _ if tag => {}
            byte if byte.is_ascii_digit() => digits += 1,
            byte if byte.is_ascii_alphabetic() => letters += 1,
            _ => {}
        }
    }
    // One letter: a box that is ticked with an x.
    gap.len() <= ITEM && letters <= 1 && digits <= NUMBER
}

/// What stands between two tokens.
fn gap<'a>(bytes: &'a [u8], pair: &[Token]) -> &'a [u8] {
    let [one, other] = pair else { return &[] };
    bytes.get(one.end..other.start).unwrap_or_default()
}
