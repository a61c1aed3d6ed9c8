//! Words that have the shape of an own code without prefix.

use postern_codes::Format;
use zeroize::Zeroizing;

use super::gap::{FURTHEST as GAP, Gap, gap};
use super::words::{Kinds, Word};

/// One way in which a code is written: so many groups of so many symbols.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) format: Format,
    pub(crate) groups: usize,
    pub(crate) symbols: usize,
}

/// Every way: in groups, or in one.
pub(crate) fn layouts() -> impl Iterator<Item = Layout> {
    Format::ALL.into_iter().flat_map(|format| {
        let (all, group) = (format.symbols(), format.group());
        [(all.div_ceil(group), group), (1, all)].map(|(groups, symbols)| Layout { format, groups, symbols })
    })
}

/// Words that together have the shape of a code.
pub(crate) struct Shaped {
    pub(crate) format: Format,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) line: usize,
    pub(crate) symbols: Zeroizing<String>,
}

/// Reads the word at `first`, and those behind it, in this layout.
pub(crate) fn shaped(bytes: &[u8], words: &[Word], first: usize, layout: Layout) -> Option<Shaped> {
    let group = words.get(first..first + layout.groups)?;
    // Most words are told apart by the next one.
    if let [one, other, ..] = group
        && (other.length != one.length || other.start - one.end() > GAP)
    {
        return None;
    }
    let start = group.first().filter(|word| word.length == layout.symbols)?;
    let kinds = group.iter().fold(Kinds::default(), |kinds, word| kinds.with(word.kinds));
    if group.iter().any(|word| word.length != layout.symbols) || !fits(kinds, layout.format) {
        return None;
    }
    let joints = joints(bytes, group)?;
    // Without a digit it is words, but for capitals with nothing but hyphens between them.
    let is_told = kinds.has(Kinds::DIGIT) || (joints.between == Some(Gap::Joined) && joints.wrap.is_none());
    let last = group.last()?;
    // A longer row of such groups is a table, a card number or a dump.
    let numeric = layout.format == Format::Numeric && layout.groups > 1;
    if !is_told || (numeric && continues(bytes, words, first, layout, joints.between)) {
        return None;
    }
    let mut symbols = Zeroizing::new(String::with_capacity(layout.format.symbols()));
    for word in group {
        symbols.extend(bytes.get(word.start..word.end())?.iter().map(|byte| char::from(*byte)));
    }
    Some(Shaped { format: layout.format, start: start.start, end: last.end(), line: start.line, symbols })
}

/// What stands between groups of one code: the same everywhere, but for one end of a line.
struct Joints {
    between: Option<Gap>,
    wrap: Option<Gap>,
}

fn joints(bytes: &[u8], group: &[Word]) -> Option<Joints> {
    let mut joints = Joints { between: None, wrap: None };
    for pair in group.windows(2) {
        let [left, right] = pair else { return None };
        match between(bytes, *left, *right)? {
            wrap @ (Gap::Wrapped | Gap::Parted) if joints.wrap.is_none() => joints.wrap = Some(wrap),
            gap @ (Gap::Joined | Gap::Spaced) if joints.between.is_none_or(|other| other == gap) => {
                joints.between = Some(gap);
            }
            _ => return None,
        }
    }
    // Where hyphens stand between groups, one stands at the end of the line too: else another code begins behind it.
    let is_joined = joints.between == Some(Gap::Joined);
    joints.wrap.is_none_or(|wrap| is_joined == (wrap == Gap::Parted)).then_some(joints)
}

/// Whether words of these kinds can be a code that a person keeps. Of random codes this leaves out one in four
/// hundred compact ones in lower case, or with spaces, for having no digit.
fn fits(kinds: Kinds, format: Format) -> bool {
    let has = |kind| kinds.has(kind);
    let one_case = !(has(Kinds::LOWER) && has(Kinds::UPPER));
    match format {
        Format::Numeric => kinds == Kinds::DIGIT,
        // With no letter beyond F it is a hash or an id.
        _ => {
            let may_be = has(Kinds::DIGIT) || !has(Kinds::LOWER);
            may_be && has(Kinds::BEYOND_HEX) && !has(Kinds::FOREIGN) && one_case
        }
    }
}

/// The gap between neighbours, if nothing else stands between them.
fn between(bytes: &[u8], left: Word, right: Word) -> Option<Gap> {
    let (kind, length) = gap(bytes.get(left.end()..)?)?;
    (left.end() + length == right.start).then_some(kind)
}

/// Whether groups of the same kind go on before or behind.
fn continues(bytes: &[u8], words: &[Word], first: usize, layout: Layout, joint: Option<Gap>) -> bool {
    let goes_on = |left: Option<usize>| {
        let pair = left.and_then(|left| words.get(left..left + 2));
        let Some([left, right]) = pair else { return false };
        let alike =
            [left, right].iter().all(|word| word.length == layout.symbols && word.kinds == Kinds::DIGIT);
        alike && between(bytes, *left, *right).is_some_and(|gap| Some(gap) == joint)
    };
    goes_on(first.checked_sub(1)) || goes_on(Some(first + layout.groups - 1))
}
