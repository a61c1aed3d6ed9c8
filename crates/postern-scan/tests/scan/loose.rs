//! Codes without prefix: possible alone, surer together.

use postern_codes::Format;
use postern_scan::Confidence::{self, Certain, Likely, Possible};

use crate::site::{found, made_up, places};

/// So many codes of a format, without prefix, a line each.
fn set(format: Format, count: u64) -> String {
    (0..count).map(|number| made_up(format, number + 7)["PSTN-".len()..].to_owned() + "\n").collect()
}

fn confidences(text: &str) -> Vec<Confidence> {
    found(text.as_bytes()).iter().map(|finding| finding.confidence).collect()
}

#[test]
fn one_alone_is_possible_and_siblings_make_it_sure() {
    for format in [Format::Standard, Format::Compact] {
        assert_eq!(confidences(&set(format, 1)), [Possible]);
        assert_eq!(confidences(&set(format, 2)), [Possible; 2]);
        assert_eq!(confidences(&set(format, 3)), [Certain; 3]);
    }
    assert_eq!(confidences(&set(Format::Numeric, 3)), [Possible; 3]);
    assert_eq!(confidences(&set(Format::Numeric, 4)), [Likely; 4]);
    assert_eq!(confidences(&set(Format::Numeric, 5)), [Certain; 5]);
}

#[test]
fn a_code_repeated_is_no_sibling_of_itself() {
    let once = set(Format::Standard, 1);
    assert_eq!(confidences(&once.repeat(5)), [Possible; 5]);
    let twice = format!("{once}{}{once}", once.to_lowercase().replace('-', " "));
    assert_eq!(confidences(&twice).into_iter().max(), Some(Possible));
}

#[test]
fn codes_far_from_each_other_are_no_siblings() {
    let codes = set(Format::Standard, 3);
    let apart = codes.replace('\n', &"\n".repeat(50));
    assert_eq!(confidences(&apart), [Possible; 3]);
    let long_line = codes.replace('\n', &format!(" {} ", ".".repeat(9 << 10)));
    assert_eq!(confidences(&long_line), [Possible; 3]);
    let near = codes.replace('\n', &"\n".repeat(15));
    assert_eq!(confidences(&near), [Certain; 3]);
}

#[test]
fn a_set_is_sure_where_two_windows_meet() {
    let codes = set(Format::Compact, 3);
    let end = (1 << 20) + (16 << 10);
    for before in [end - 60, end - 30, end - 10] {
        let text = format!("{}\n{codes}{}", ".".repeat(before), ".".repeat(1 << 16));
        assert_eq!(confidences(&text), [Certain; 3]);
    }
}

/// The first has no digit; its end and the begin of the next have right check symbols, by chance.
#[test]
fn a_code_ends_with_its_line_unless_a_hyphen_says_that_it_goes_on() {
    let [first, second] = ["WHDD-HQVK-JPPA-KBTX", "K3M7-PVRM-SYN2-GQGJ"];
    let found = |text: &str| -> Vec<(u64, u64)> {
        places(text.as_bytes()).into_iter().map(|(_, line, column)| (line, column)).collect()
    };
    assert_eq!(found(&format!("{first}\n{second}")), [(1, 1), (2, 1)]);
    assert_eq!(found("K3M7-PVRM-\nSYN2-GQGJ"), [(1, 1)]);
    assert_eq!(found("K3M7-PVRM\n-SYN2-GQGJ"), [(1, 1)]);
    assert_eq!(found("K3M7 PVRM\nSYN2 GQGJ"), [(1, 1)]);
    assert_eq!(found("K3M7-PVRM\nSYN2-GQGJ"), []);
    assert_eq!(found("K3M7 PVRM -\nSYN2 GQGJ"), []);
    assert_eq!(found("HQVK-JPPA-KBTX\nK3M7"), []);
    // In small letters, or between spaces, it could be words.
    assert_eq!(found(&first.to_lowercase()), []);
    assert_eq!(found(&first.replace('-', " ")), []);
}

#[test]
fn tables_hashes_and_mixed_case_are_left() {
    let numeric = set(Format::Numeric, 1).trim().replace('-', " ");
    assert_eq!(confidences(&numeric), [Possible]);
    assert!(confidences(&format!("1999 {numeric} 2001")).is_empty());
    let compact = set(Format::Compact, 1).trim().to_owned();
    assert_eq!(confidences(&compact), [Possible]);
    let letter = compact.find(|symbol: char| symbol.is_ascii_uppercase()).unwrap();
    let mixed = compact[..=letter].to_lowercase() + &compact[letter + 1..];
    assert!(confidences(&mixed).is_empty(), "{mixed}");
}
