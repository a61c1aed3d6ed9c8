//! Office documents: runs that cut a code, cells, what stands beside the text, and XML that is wrong.

use postern_codes::Format;

use crate::archives::{said, zip};
use crate::site::made_up;

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

/// A code cut in three.
fn cut(number: u64) -> [String; 3] {
    let code = made_up(Format::Standard, number);
    [&code[..7], &code[7..19], &code[19..]].map(str::to_owned)
}

/// A document with these members: where codes are found, and what could not be read.
fn document(members: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    said("document", &zip(&[&[TYPES], members.as_slice()].concat()))
}

fn found(name: &str, text: &str) -> Vec<String> {
    let (places, troubles) = document(&[(name, text)]);
    assert!(troubles.is_empty(), "{troubles:?}");
    places
}

#[test]
fn runs_are_joined_within_a_paragraph() {
    let [one, two, three] = cut(1);
    let run =
        |text: &str| format!("<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let text = format!(
        "<w:document><w:body>\n<w:p>{}</w:p>\n<w:p/>\n<w:p>{}\n  {}\n  <w:proofErr/>{}</w:p></w:body></w:document>",
        run("nothing here"),
        run(&one),
        run(&two),
        run(&three),
    );
    assert_eq!(found("word/document.xml", &text), ["word/document.xml:3:1"]);
    // As the parts of two paragraphs with a word between them it is no code.
    let apart = text.replace("<w:proofErr/>", "</w:p><w:p><w:r><w:t>and then</w:t></w:r></w:p><w:p>");
    assert!(found("word/document.xml", &apart).is_empty());
}

#[test]
fn what_is_deleted_hidden_or_beside_the_text_is_read() {
    let [one, two, three] = cut(2);
    let deleted = format!("<w:p><w:del><w:r><w:delText>{one}{two}{three}</w:delText></w:r></w:del></w:p>");
    let hyphens = made_up(Format::Standard, 2).replace('-', "</w:t><w:noBreakHyphen/><w:t>");
    let hyphens = format!("<w:p><w:r><w:t>{hyphens}</w:t></w:r></w:p>");
    let entity = made_up(Format::Standard, 2).replace('-', "&#x2D;");
    for (name, text) in [
        ("word/document.xml", &deleted),
        ("word/footnotes.xml", &hyphens),
        ("word/header1.xml", &format!("<w:p><w:r><w:t>{entity}</w:t></w:r></w:p>")),
        (
            "word/comments.xml",
            &format!(
                "<w:comment w:id=\"0\"><w:p><w:r><w:t>{one}{two}</w:t></w:r><w:r><w:t>{three}</w:t></w:r></w:p></w:comment>"
            ),
        ),
        (
            "ppt/notesSlides/notesSlide1.xml",
            &format!("<a:p><a:r><a:t>{one}</a:t></a:r><a:r><a:t>{two}{three}</a:t></a:r></a:p>"),
        ),
        ("ppt/slides/slide1.xml", &format!("<p:cNvPr id=\"4\" descr=\"{one}{two}{three}\"/>")),
        (
            "word/_rels/document.xml.rels",
            &format!("<Relationship Target=\"https://example.org/?{one}{two}{three}\"/>"),
        ),
        (
            "docProps/core.xml",
            &format!(
                "<cp:coreProperties><dc:title>x</dc:title><dc:subject>{one}{two}{three}</dc:subject></cp:coreProperties>"
            ),
        ),
    ] {
        let places = found(name, text);
        assert_eq!(places.len(), 1, "{name}");
        assert!(places[0].starts_with(name), "{places:?}");
    }
}

#[test]
fn cells_of_a_workbook_are_found_by_sheet_row_and_column() {
    let [one, two, three] = cut(3);
    let strings = format!(
        "<sst><si><t>name</t></si><si/><si><r><t>{one}</t></r><r><rPr><b/></rPr><t>{two}</t></r><r><t>{three}</t></r></si>\
         <si><t>{}</t></si></sst>",
        made_up(Format::Standard, 4),
    );
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"7\">\
         <c r=\"B7\" t=\"s\"><v>2</v></c><c r=\"D7\" t=\"inlineStr\"><is><t>{}</t></is></c></row></sheetData>\
         <headerFooter><oddHeader>&amp;C {}</oddHeader></headerFooter></worksheet>",
        made_up(Format::Standard, 5),
        made_up(Format::Standard, 6),
    );
    let comments = format!(
        "<comments><commentList><comment ref=\"C9\"><text><r><t>{one}</t></r><r><t>{two}{three}</t></r></text></comment>\
         </commentList></comments>"
    );
    let (places, troubles) = document(&[
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/sharedStrings.xml", &strings),
        ("xl/comments1.xml", &comments),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"Back-up\" sheetId=\"1\" r:id=\"rId7\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId7\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
    ]);
    assert!(troubles.is_empty(), "{troubles:?}");
    // The header stands in no cell; the fourth string is of a cell that is gone.
    assert_eq!(
        places,
        ["Back-up:1:4", "Back-up:7:2", "Back-up:7:4", "xl/comments1.xml:9:3", "xl/sharedStrings.xml:4:1"]
    );
}

#[test]
fn open_documents_are_found_by_paragraph_or_cell() {
    let [one, two, three] = cut(7);
    let open = |text: &str| {
        let kind: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.text");
        said("document.odt", &zip(&[kind, ("content.xml", text.as_bytes())])).0
    };
    let text = format!(
        "<office:text><text:h>Codes</text:h><text:p>{one}<text:span text:style-name=\"T1\">{two}</text:span>{three}\
         <office:annotation><dc:creator>a</dc:creator><text:p>{}</text:p></office:annotation></text:p></office:text>",
        made_up(Format::Standard, 8),
    );
    assert_eq!(open(&text).len(), 2);
    assert_eq!(open(&text)[0], "content.xml:2:1");
    let sheet = format!(
        "<table:table table:name=\"Codes\"><table:table-row table:number-rows-repeated=\"3\"/><table:table-row>\
         <table:table-cell/><table:table-cell><text:p>{one}<text:span>{two}{three}</text:span></text:p></table:table-cell>\
         </table:table-row></table:table>"
    );
    assert_eq!(open(&sheet), ["content.xml!/Codes:4:2"]);
}

#[test]
fn xml_that_is_wrong_is_named_and_read_as_it_is() {
    let code = made_up(Format::Standard, 9);
    let deep = "<a>".repeat(2_000) + &code;
    let long = format!("<w:t>{}{code}", "x".repeat(9 << 20));
    let cut = format!("<w:p><w:t>{code}</w:t><w:t");
    for text in [deep, long, cut, format!("<a>{code}<!--"), format!("\u{feff}<![CDATA[{code}")] {
        let (places, troubles) = document(&[("word/document.xml", &text)]);
        assert!(!places.is_empty(), "{text:.40}");
        assert_eq!(troubles.len(), 1, "{troubles:?}");
    }
}

#[test]
fn cells_that_repeat_a_long_string_end_with_the_budget() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "long ".repeat(1 << 18));
    let sheet = format!("<worksheet>{}</worksheet>", "<c r=\"A1\" t=\"s\"><v>0</v></c>".repeat(200));
    let (_, troubles) = document(&[("xl/sharedStrings.xml", &strings), ("xl/worksheets/sheet1.xml", &sheet)]);
    assert!(troubles.iter().any(|line| line.contains("unpacks to more")), "{troubles:?}");
    assert!(troubles.len() <= 3, "{troubles:?}");
}
