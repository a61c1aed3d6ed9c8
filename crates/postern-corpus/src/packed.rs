//! Documents that have to be opened: a word processor's file, mail with an attachment, a notebook.

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::dice::Dice;
use crate::document::{escaped, filler};

/// A paragraph for each code, in two runs, as a word processor leaves what was corrected or marked.
pub(crate) fn office(dice: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let paragraph = |runs: String| format!("<w:p>{runs}</w:p>");
    let halves = codes.iter().map(|code| {
        let ends: Vec<usize> = code.char_indices().map(|(at, _)| at).collect();
        let at = ends.get(dice.below(ends.len())).copied().unwrap_or_default();
        let (left, right) = code.split_at(at);
        paragraph(run(left) + &run(right))
    });
    let halves = halves.collect::<String>();
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:document \
         xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{}{halves}{}</w:body>\
         </w:document>",
        paragraph(run(before)),
        paragraph(run(behind)),
    );
    let members = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>",
        ),
        ("word/document.xml", &document),
    ];
    zipped(&members).unwrap_or_default()
}

fn zipped(members: &[(&str, &str)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in members {
        zip.start_file(*name, packed)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A mail that says little, and a text file attached to it in base64.
pub(crate) fn attached(dice: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let file = STANDARD.encode(format!("{before}\n{}\n{behind}\n", codes.join("\n")));
    let lines: String =
        file.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n").collect();
    format!(
        "From: a@mail.intranet\r\nTo: b@mail.intranet\r\nSubject: as asked\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"part-{0}\"\r\n\r\n--part-{0}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{1}\r\n--part-{0}\r\n\
         Content-Type: text/plain; charset=utf-8; name=\"keep.txt\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"keep.txt\"\r\n\r\n{lines}--part-{0}--\r\n",
        dice.word("0123456789abcdef", 16),
        filler(dice, 20),
    )
    .into_bytes()
}

/// A cell of text whose lines stand in strings of their own.
pub(crate) fn notebook(_: &mut Dice, [before, behind]: &[String; 2], codes: &[String]) -> Vec<u8> {
    let lines = [before].into_iter().chain(codes).chain([behind]);
    let lines: Vec<String> = lines.map(|line| format!("\"{}\\n\"", escaped(line))).collect();
    format!(
        "{{\"cells\":[{{\"cell_type\":\"markdown\",\"metadata\":{{}},\"source\":[{}]}}],\
         \"metadata\":{{\"language_info\":{{\"name\":\"python\"}}}},\"nbformat\":4,\"nbformat_minor\":5}}",
        lines.join(",")
    )
    .into_bytes()
}
