//! Documents: how codes stand in what people write and programs export.

use crate::dice::Dice;
use crate::packed::{attached, notebook, office};

/// A document and what is planted in it.
pub struct Document {
    /// What kind of document it is.
    pub source: &'static str,
    /// How the codes are spelled, or what the text says of them.
    pub spelling: &'static str,
    /// The format, or the provider.
    pub kind: &'static str,
    /// What is to be expected of a scanner.
    pub class: Class,
    /// The name of the file.
    pub name: String,
    /// The document.
    pub bytes: Vec<u8>,
    /// The codes as they are shown.
    pub planted: Vec<String>,
}

/// What kind of codes is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Own codes with their prefix.
    Prefixed,
    /// Own codes without.
    Bare,
    /// Codes of a provider whose shape a source shows.
    Confirmed,
    /// Codes of a provider whose shape no source shows.
    Unconfirmed,
    /// None, though it looks like some.
    Nothing,
}

impl Class {
    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prefixed => "own, prefix",
            Self::Bare => "own, no prefix",
            Self::Confirmed => "others",
            Self::Unconfirmed => "others, unconfirmed",
            Self::Nothing => "none",
        }
    }
}

/// How people spell codes.
#[derive(Clone, Copy)]
pub struct Spelling(&'static str, fn(&str) -> String);

impl Spelling {
    /// Every spelling.
    pub const ALL: [Self; 7] = [
        Self("as shown", str::to_owned),
        Self("lower case", |code| code.to_lowercase()),
        Self("spaces", |code| code.replace('-', " ")),
        Self("nothing between", |code| code.replace('-', "")),
        Self("unicode hyphens", |code| code.replace('-', "\u{2011}")),
        Self("dots", |code| code.replace('-', ".")),
        Self("lower, spaces", |code| code.to_lowercase().replace('-', "\u{a0}")),
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// A code in this spelling.
    #[must_use]
    pub fn of(self, code: &str) -> String {
        (self.1)(code)
    }
}

/// Writes a document with words before and behind codes.
pub(crate) type Write = fn(&mut Dice, &[String; 2], &[String]) -> Vec<u8>;

/// Every kind of document.
pub(crate) const SOURCES: [(&str, Write); 11] = [
    ("chat export", chat),
    ("ticket", ticket),
    ("mail, quoted", mail),
    ("note", note),
    ("log", log),
    ("source", source),
    ("table", table),
    ("UTF-16", wide),
    ("office document", office),
    ("mail, attached", attached),
    ("notebook", notebook),
];

fn chat(dice: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let message = |user: &str, text: &str| {
        let text = escaped(text);
        format!(r#"{{"user":"{user}","ts":"1733000000.000200","text":"{text}"}}"#)
    };
    let other = message("U02GHJKLM", &filler(dice, 30));
    let text = format!("{before}\n{}\n{behind}", codes.join("\n"));
    format!("[{other},{},{other}]", message("U02ABCDEF", &text)).into_bytes()
}

/// A text as it stands in JSON.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn ticket(_: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let items: String = codes
        .iter()
        .map(|code| format!("<li>{}</li>", code.replace('-', "&#45;").replace('\u{a0}', "&nbsp;")))
        .collect();
    format!("<html><body><p>{before}</p><ul>{items}</ul><p>{behind}</p></body></html>").into_bytes()
}

/// Quoted-printable, lines of at most 76 characters.
fn mail(_: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let mut mail = String::from(
        "From: a@mail.intranet\r\nTo: b@mail.intranet\r\nSubject: codes\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
    );
    let body = format!("{before} {} {behind}", codes.join(" , "));
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

fn note(_: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let lines = codes.iter().enumerate().map(|(number, code)| format!("{}. {code}\n", number + 1));
    format!("# {before}\n\n{}\n{behind}\n", lines.collect::<String>()).into_bytes()
}

fn log(dice: &mut Dice, [before, _]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let lines = codes.iter().map(|code| {
        let id = dice.word("0123456789abcdef", 16);
        format!("2026-01-02T03:04:05.678Z INFO request={id} body=\"{before} code={code}\" status=200\n")
    });
    lines.collect::<String>().into_bytes()
}

fn source(dice: &mut Dice, [before, _]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let items: String = codes.iter().map(|code| format!("    \"{code}\",\n")).collect();
    let change = dice.word("0123456789abcdef", 40);
    format!("// since {change}: {before}\nconst CODES: &[&str] = &[\n{items}];\n").into_bytes()
}

fn table(dice: &mut Dice, [before, _]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let rows = codes.iter().map(|code| format!("{},login.intranet,me,{code}\n", dice.below(90_000)));
    format!("id,url,name,{}\n{}", before.replace(',', " "), rows.collect::<String>()).into_bytes()
}

fn wide(_: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let text = format!("\u{feff}{before}\r\n{}\r\n{behind}\r\n", codes.join("\r\n"));
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Words of no meaning, as long as a message.
pub(crate) fn filler(dice: &mut Dice, count: usize) -> String {
    const WORDS: [&str; 8] = ["lunch", "at", "noon", "the", "build", "is", "green", "again"];
    (0..count).map(|_| dice.one_of(&WORDS).to_owned() + " ").collect()
}
