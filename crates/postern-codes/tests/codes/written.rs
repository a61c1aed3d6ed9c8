//! Texts around a code, one for each rule of the reference that the vectors do not reach.

use postern_codes::Prefix;

use crate::support::read;

const CODE: &str = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";

fn outcome(text: &str) -> String {
    let read = read(text, &[Prefix::default()]);
    read.why.unwrap_or(read.outcome)
}

#[test]
fn a_second_code_begins_behind_a_break_and_ends_its_prefix() {
    // Controls 1C to 1F count as white space; a zero-width space does not.
    for joint in [" ", ",", ";", "\n", "\u{b}", "\u{1c}", "\u{1f}", "\u{85}", "\u{a0}", "\u{2028}"] {
        assert_eq!(outcome(&format!("{CODE}{joint}pstn-")), "several codes", "{joint:?}");
    }
    for joint in ["", "-", "\u{200b}", ":", "x"] {
        assert_eq!(outcome(&format!("{CODE}{joint}pstn-")), "wrong length", "{joint:?}");
    }
    for end in ["-", " ", ":", "\u{e9}", "\u{df}", "\u{661}"] {
        assert_eq!(outcome(&format!("{CODE} PSTN{end}")), "several codes", "{end:?}");
    }
    // Ignoring case, the dotted and the dotless i count among A to Z.
    for end in ["", "X", "z", "7", "?", "\u{130}", "\u{131}"] {
        assert_eq!(outcome(&format!("{CODE} PSTN{end}")), "wrong length", "{end:?}");
    }
    // The long s is an s after normalisation.
    assert_eq!(outcome(&format!("{CODE} P\u{17f}TN-")), "several codes");
    // The blank that ended the first prefix cannot begin the second.
    assert_eq!(outcome(&format!("PSTN {CODE}")), "wrong length");
    assert_eq!(outcome(&format!("PSTN  {CODE}")), "several codes");
}

#[test]
fn a_list_marker_is_one_or_two_digits_a_mark_and_a_blank() {
    for marker in ["3. ", "3) ", "3: ", "03.\t", " \t12)  ", "\u{ff13}.\u{a0}", "\u{2487}. "] {
        let expected = if marker.starts_with('\u{2487}') { "wrong length" } else { "ok" };
        assert_eq!(outcome(&format!("{marker}{CODE}")), expected, "{marker:?}");
    }
    for marker in ["3.", "1234. ", "3 . ", "3; ", "\n3. ", "1. 2. ", "a. ", "\u{663}. "] {
        assert_eq!(outcome(&format!("{marker}{CODE}")), "wrong length", "{marker:?}");
    }
}

#[test]
fn only_listed_separators_are_dropped() {
    for joint in ["\u{ad}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{2015}", "\u{fe58}", "\u{2026}", "\r\n"] {
        assert_eq!(outcome(&CODE.replace('-', joint)), "ok", "{joint:?}");
    }
    for joint in ["/", ":", ",", "\u{b}", "\u{b7}", "\u{2028}", "\u{180e}", "\u{20dd}"] {
        assert_eq!(outcome(&CODE.replace('-', joint)), "wrong length", "{joint:?}");
    }
}

#[test]
fn another_prefix_is_two_to_six_letters_and_a_separator() {
    let body = CODE.strip_prefix("PSTN-").unwrap();
    for front in ["AB-", "other ", "LONGER_", "\tAcme\u{2013}", "3. ACME-", "\u{ff21}\u{ff22}-"] {
        assert_eq!(outcome(&format!("{front}{body}")), "other service", "{front:?}");
    }
    for front in ["A-", "LONGESTS-", "ACME.", "ACME", "AC3E-", "\nACME-", "AC-ME-", "\u{c4}B-"] {
        assert_eq!(outcome(&format!("{front}{body}")), "wrong length", "{front:?}");
    }
}
