//! A labelled corpus: made-up codes of every format in every spelling, in documents as people write and export them.

use postern_codes::{Format, Prefix};

use crate::dice::Dice;
use crate::site::{made_up, under};

/// A document and what is planted in it.
pub(crate) struct Document {
    pub(crate) source: &'static str,
    pub(crate) spelling: &'static str,
    pub(crate) format: Format,
    pub(crate) prefixed: bool,
    pub(crate) bytes: Vec<u8>,
    /// The codes as they are shown, with prefix.
    pub(crate) planted: Vec<String>,
}

type Spell = fn(&str) -> String;
type Write = fn(&mut Dice, &[String]) -> Vec<u8>;

const SPELLINGS: [(&str, Spell); 7] = [
    ("as shown", str::to_owned),
    ("lower case", |code| code.to_lowercase()),
    ("spaces", |code| code.replace('-', " ")),
    ("nothing between", |code| code.replace('-', "")),
    ("unicode hyphens", |code| code.replace('-', "\u{2011}")),
    ("dots", |code| code.replace('-', ".")),
    ("lower, spaces", |code| code.to_lowercase().replace('-', "\u{a0}")),
];

const SOURCES: [(&str, Write); 8] = [
    ("chat export", chat),
    ("ticket", ticket),
    ("mail, quoted", mail),
    ("note", note),
    ("log", log),
    ("source", source),
    ("table", table),
    ("UTF-16", wide),
];

/// Every format, spelling, source and size of set, with prefix and without.
pub(crate) fn documents() -> Vec<Document> {
    let mut dice = Dice::new(6);
    let mut documents = Vec::new();
    for format in Format::ALL {
        for prefixed in [true, false] {
            for (spelling, spell) in SPELLINGS {
                for (source, write) in SOURCES {
                    for count in [1, 10] {
                        let planted: Vec<String> = (0..count).map(|_| made_up(format, dice.next())).collect();
                        let bare =
                            |code: &String| spell(if prefixed { code } else { &code["PSTN-".len()..] });
                        let spelled: Vec<String> = planted.iter().map(bare).collect();
                        let bytes = write(&mut dice, &spelled);
                        documents.push(Document { source, spelling, format, prefixed, bytes, planted });
                    }
                }
            }
        }
    }
    documents
}

/// Codes of another deployment, whose prefix nobody gave: to be left, or possible at most.
pub(crate) fn foreign(count: u64) -> String {
    let prefix = Prefix::new("ACME").unwrap();
    (0..count).map(|number| under(&prefix, Format::Standard, number) + "\n").collect()
}

/// Words around codes.
fn words(dice: &mut Dice, count: usize) -> String {
    const WORDS: [&str; 16] = [
        "please",
        "keep",
        "these",
        "somewhere",
        "safe",
        "they",
        "work",
        "once",
        "ticket",
        "login",
        "thanks",
        "phone",
        "yesterday",
        "could",
        "7th",
        "still",
    ];
    (0..count).map(|_| dice.one_of(&WORDS).to_owned() + " ").collect()
}

fn chat(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let text = format!("{}\n{}\n{}", words(dice, 9), codes.join("\n"), words(dice, 5));
    let message = serde_json::json!({ "user": "U02ABCDEF", "ts": "1733000000.000200", "text": text });
    let other =
        serde_json::json!({ "user": "U02GHJKLM", "ts": "1733000001.000300", "text": words(dice, 30) });
    serde_json::to_vec(&[&other, &message, &other]).unwrap()
}

fn ticket(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let items: String = codes
        .iter()
        .map(|code| format!("<li>{}</li>", code.replace('-', "&#45;").replace('\u{a0}', "&nbsp;")))
        .collect();
    format!("<html><body><p>{}</p><ul>{items}</ul></body></html>", words(dice, 12)).into_bytes()
}

/// Quoted-printable, lines of at most 76 characters.
fn mail(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let mut mail = String::from(
        "From: a@example.org\r\nTo: b@example.org\r\nSubject: codes\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
    );
    let body = format!("{}{}", words(dice, 6), codes.join(" , "));
    let mut column = 0;
    for byte in body.bytes() {
        let quoted = match byte {
            b' '..=b'<' | b'>'..=b'~' => char::from(byte).to_string(),
            other => format!("={other:02X}"),
        };
        if column + quoted.len() > 75 {
            mail.push_str("=\r\n");
            column = 0;
        }
        column += quoted.len();
        mail.push_str(&quoted);
    }
    (mail + "\r\n").into_bytes()
}

fn note(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let lines = codes.iter().enumerate().map(|(number, code)| format!("{}. {code}\n", number + 1));
    format!("# {}\n\n{}", words(dice, 4), lines.collect::<String>()).into_bytes()
}

fn log(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let lines = codes.iter().map(|code| {
        let id = dice.word("0123456789abcdef", 16);
        format!("2026-01-02T03:04:05.678Z INFO request={id} body=\"code={code}\" status=200\n")
    });
    lines.collect::<String>().into_bytes()
}

fn source(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let items: String = codes.iter().map(|code| format!("    \"{code}\",\n")).collect();
    let commit = dice.word("0123456789abcdef", 40);
    format!("// since {commit}\nconst CODES: &[&str] = &[\n{items}];\n").into_bytes()
}

fn table(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let rows = codes.iter().map(|code| format!("{},login.example.org,me,{code}\n", dice.below(90_000)));
    format!("id,url,name,note\n{}", rows.collect::<String>()).into_bytes()
}

fn wide(dice: &mut Dice, codes: &[String]) -> Vec<u8> {
    let text = format!("\u{feff}{}\r\n{}\r\n", words(dice, 5), codes.join("\r\n"));
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
