//! Codes with their prefix: every spelling of them is certain, and nothing else is.

use postern_codes::{Format, Prefix};
use postern_scan::Confidence;

use crate::site::{found, found_by, made_up, places, scanner, scanner_for, under};

#[test]
fn each_format_is_found_where_it_stands() {
    for format in Format::ALL {
        let text = format!("first line\n  code: {}, thanks\n", made_up(format, 1));
        let rule = format!("postern-{}", format.name());
        assert_eq!(places(text.as_bytes()), [(rule, 2, 9)]);
        let finding = found(text.as_bytes()).remove(0);
        assert_eq!((finding.confidence, finding.siblings), (Confidence::Certain, 1));
    }
}

#[test]
fn spellings_are_one_code() {
    let shown = made_up(Format::Standard, 2);
    let digest = found(shown.as_bytes())[0].digest.clone();
    let wide = |unit: fn(u16) -> [u8; 2]| shown.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let broken = format!("{}=\r\n{}", &shown[..13], &shown[13..]);
    let beside = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let line = "a line of a log like many others\n".repeat(40);
    let spellings: [(&str, Vec<u8>); 20] = [
        ("lower case", shown.to_lowercase().into()),
        ("spaces", shown.replace('-', " ").into()),
        ("nothing between", shown.replace('-', "").into()),
        ("spaced hyphens", shown.replace('-', " - ").into()),
        ("non-breaking hyphens", shown.replace('-', "\u{2011}").into()),
        ("over two lines", shown.replacen('-', "-\n  ", 2).replacen("-\n  ", "-", 1).into()),
        ("quoted in a reply", shown.replacen("-", "\n> ", 1).into()),
        ("a group a line", shown.replace('-', "\n").into()),
        ("soft break", broken.into()),
        ("quoted hyphens", shown.replace('-', "=2D").into()),
        ("entities", shown.replace('-', "&#45;").into()),
        ("JSON", format!(r#"{{"text":"codes:\n{}"}}"#, shown.replace('-', "\\u002d")).into()),
        ("UTF-16 LE", wide(u16::to_le_bytes)),
        ("UTF-16 BE", wide(u16::to_be_bytes)),
        ("UTF-16 in a log", [line.as_bytes(), &wide(u16::to_le_bytes), line.as_bytes()].concat()),
        ("UTF-16 BE in bytes", [&[0xff; 999][..], &wide(u16::to_be_bytes), &[0xff; 999]].concat()),
        ("among Chinese", beside(&format!("{0}{shown}{0}", "我的备份代码".repeat(60)))),
        ("behind a terminal's colour", format!("mine:\x1b[1;32m{shown}\x1b[0m\n").into()),
        ("the same in JSON", format!(r#"{{"log":"mine:\u001b[32m{shown}\u001b[0m"}}"#).into()),
        ("in markup", format!("<td>{}</td>", shown.replace('-', "-<wbr>")).into()),
    ];
    for (name, spelling) in spellings {
        let found = found(&spelling);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!((&found[0].digest, found[0].confidence), (&digest, Confidence::Certain), "{name}");
    }
}

/// The check symbols of the first sixteen symbols are right, and by chance those of the twenty-five up to the next code.
#[test]
fn a_code_ends_where_the_next_of_a_list_begins() {
    let lists = [
        "1. PSTN-QC0C-MS9B-QYSN-9TAH\n2. PSTN-NP6W-0VB8-DD9V-MKN2\n",
        "5. PSTN-VC5P-M21N-B5QW-Y0NT\n6. PSTN-WP6F-A51Y-TVQ0-CZD1\n",
    ];
    for list in lists {
        let found = found(list.as_bytes());
        assert!(found.iter().all(|finding| finding.rule == "postern-compact"), "{list}: {found:?}");
        assert_eq!(found.len(), 2, "{list}");
        // Mistyped, it is not taken for another one.
        let mistyped = list.replacen("TAH", "TAJ", 1).replacen("0NT", "0NV", 1);
        let found = found_by(&scanner(), mistyped.as_bytes());
        assert!(found.iter().all(|finding| finding.rule != "postern-standard"), "{mistyped}: {found:?}");
    }
}

/// As it stands `npstn` and four groups are a code by chance, beside others that are right.
#[test]
fn parts_of_a_code_behind_an_escape_are_no_code() {
    let codes = [
        "pstn-65cvc-zxcdz-2hcm9-wz0hr-8qrz4",
        "pstn-k6512-vsrpw-cms6t-9zg0z-63epg",
        "pstn-w0sbj-xjeam-b8aqd-9r0r6-h4rcs",
    ];
    let found = found(format!(r#"{{"text":"keep\n{}\n"}}"#, codes.join(r"\n")).as_bytes());
    let rules: Vec<&str> = found.iter().map(|finding| &*finding.rule).collect();
    assert_eq!(rules, ["postern-standard"; 3]);
}

#[test]
fn wrong_check_symbols_longer_words_and_other_prefixes_are_left() {
    for format in Format::ALL {
        let shown = made_up(format, 3);
        let last = if shown.ends_with('3') { '4' } else { '3' };
        let wrong = format!("{}{last}", &shown[..shown.len() - 1]);
        for text in [wrong, format!("X{shown}"), format!("{shown}7"), shown.replace("PSTN", "ACME")] {
            assert!(
                found(text.as_bytes()).iter().all(|finding| finding.confidence == Confidence::Possible),
                "{text}"
            );
        }
    }
    let documented = "PSTN-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX PSTN-0000-0000-0000-0000 PSTN-";
    assert!(found(documented.as_bytes()).is_empty());
}

#[test]
fn every_given_prefix_is_looked_for_and_no_other() {
    let prefixes = ["AC", "ACME", "BRWXYZ"].map(|prefix| Prefix::new(prefix).unwrap());
    let scanner = scanner_for(&prefixes);
    for prefix in &prefixes {
        let text = under(prefix, Format::Compact, 4).to_lowercase();
        let found = found_by(&scanner, text.as_bytes());
        assert_eq!(found.len(), 1, "{prefix}");
        assert_eq!(found[0].confidence, Confidence::Certain);
    }
    let default = found_by(&scanner, made_up(Format::Compact, 4).as_bytes());
    assert!(default.iter().all(|finding| finding.confidence == Confidence::Possible));
}

#[test]
fn a_code_is_found_once_wherever_the_window_ends() {
    let shown = made_up(Format::Standard, 5);
    // Around the end of the first body and of what is seen with it, in a line without an end.
    for end in [(1 << 20) + (16 << 10), (1 << 20) + (32 << 10)] {
        for before in (0..64).step_by(5).map(|shift| end - 48 + shift) {
            let mut text = vec![b'.'; before];
            text.extend_from_slice(shown.as_bytes());
            text.resize((1 << 20) + (1 << 16), b'.');
            assert_eq!(places(&text), [("postern-standard".to_owned(), 1, before as u64 + 1)]);
        }
    }
}

#[test]
fn where_prefixes_alone_are_looked_for_no_reading_is_missed() {
    let code = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";
    let wide = |unit: fn(u16) -> [u8; 2], code: String| -> Vec<u8> {
        format!("wide: {code}\n").encode_utf16().flat_map(unit).collect()
    };
    let in_wide = [
        code.to_owned(),
        code.to_lowercase(),
        code.replace("ST", "S<b>T"),
        code.replace("ST", "&#83;T"),
        code.replace("ST", "\\u0053T"),
    ];
    let both = |code: String| [wide(u16::to_le_bytes, code.clone()), wide(u16::to_be_bytes, code)];
    let wide: Vec<Vec<u8>> = in_wide.into_iter().flat_map(both).collect();
    let island = code.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let island = [b"nothing\n".repeat(1000), island, b"nothing\n".repeat(1000)].concat();
    let texts = [
        code.to_owned(),
        format!("\\n{code}"),
        code.replace('-', "&#45;"),
        code.replace("TN", "=\r\nTN"),
        code.replace("STN", "=\nSTN"),
        code.replace("PS", "P<wbr>S"),
        code.replace("ST", "S<SPAN>T"),
        code.replace("TN", "T</span>N"),
        code.replace("ST", "S</b></span><em>T"),
        code.replace("PS", "=50S"),
        code.replace("PS", "\\u0050S"),
        code.replace("ST", "&#83;T"),
        code.replace("ST", "&#x73;T"),
        code.replace("S9B8B", "S9=\nB8B"),
        // What joins or stands for a letter is quoted itself.
        code.replace("ST", "S=3Cb>T"),
        code.replace("ST", "S<b=3ET"),
        code.replace("ST", "S<=2Fb>T"),
        code.replace("ST", "S<sp=\nan>T"),
        code.replace("ST", "S<b cl=\r\nass=3D'x'>T"),
        code.replace("ST", "S<b>=\nT"),
        code.replace("ST", "&#8=\n3;T"),
        code.replace("ST", "&=2383;T"),
        code.replace("ST", "\\u00=\n53T"),
        // Something like it right before.
        format!("S>{code}"),
        format!("pst>TN n>{code}"),
    ];
    // Far from what could call for another reading.
    let far = |text: String| [b"nothing\n".repeat(1000), text.into_bytes()].concat();
    let only = scanner().only_prefixed();
    for text in texts.into_iter().map(far).chain(wide).chain([island]) {
        let found = found_by(&only, &text);
        assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(&text).trim_start_matches("nothing\n"));
        assert_eq!(found[0].confidence, Confidence::Certain);
    }
    let loose = code.trim_start_matches("PSTN-");
    assert_eq!(
        (found_by(&only, loose.as_bytes()).len(), found_by(&scanner(), loose.as_bytes()).len()),
        (0, 1)
    );
}
