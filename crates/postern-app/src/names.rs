//! Names of sets: two words, to tell one sheet from another. They are no secret.

const FIRST: [&str; 32] = [
    "amber", "autumn", "birch", "blue", "bright", "calm", "cedar", "clear", "copper", "coral", "crisp",
    "early", "fern", "gentle", "golden", "green", "hazel", "ivory", "lunar", "maple", "misty", "north",
    "olive", "pearl", "quiet", "river", "silver", "south", "spring", "stone", "summer", "violet",
];

const SECOND: [&str; 32] = [
    "anchor", "badger", "beacon", "bridge", "brook", "candle", "canyon", "comet", "falcon", "field",
    "forest", "garden", "harbor", "heron", "island", "lantern", "meadow", "mill", "mountain", "orchard",
    "otter", "owl", "path", "pine", "robin", "sail", "shore", "sparrow", "star", "tower", "valley", "willow",
];

/// A name from two random bytes.
pub(crate) fn name(random: [u8; 2]) -> String {
    let [first, second] = random.map(|byte| usize::from(byte & 31));
    format!("{}-{}", FIRST.get(first).unwrap_or(&"plain"), SECOND.get(second).unwrap_or(&"sheet"))
}
