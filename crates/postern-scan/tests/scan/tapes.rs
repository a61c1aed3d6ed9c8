//! Tar archives: nothing in them is passed by, whatever their headers say of it.

use postern_codes::Format;
use tar::{EntryType, Header};

use crate::archives::{gzip, said, tar};
use crate::site::made_up;

const NOTHING: &[(&str, &[u8])] = &[("nothing", b"nothing")];

/// A member of any type, with its data, padded.
fn member(kind: u8, size: usize, data: &[u8], change: impl Fn(&mut Header)) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_path("member").unwrap();
    header.set_entry_type(EntryType::new(kind));
    header.set_size(size as u64);
    header.set_mode(0o644);
    change(&mut header);
    header.set_cksum();
    let mut bytes = [header.as_bytes().as_slice(), data].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn plain(kind: u8, data: &[u8]) -> Vec<u8> {
    member(kind, data.len(), data, |_| {})
}

fn code(number: u64) -> Vec<u8> {
    made_up(Format::Standard, number).into_bytes()
}

#[test]
fn what_stands_behind_the_end_is_read() {
    let code = code(1);
    let clean = |bytes: &[u8], place: &str| {
        assert_eq!(said("a.tar", bytes), (vec![place.to_owned()], Vec::new()), "{place}");
    };
    let second = tar(&[("second", &code)]);
    clean(&[tar(NOTHING), second.clone()].concat(), "second:1:1");
    clean(&[tar(NOTHING), code.clone()].concat(), "between members:1:1");
    clean(&[tar(NOTHING), gzip(&second)].concat(), "between members!/content!/second:1:1");
    // Without an end, and between members.
    let cut = &tar(NOTHING)[..1024];
    clean(&[cut, &second].concat(), "second:1:1");
    let (places, troubles) = said("a.tar", &[cut, &code, &[0; 512 - 34], &second].concat());
    assert_eq!(places, ["between members:1:1", "second:1:1"]);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
}

#[test]
fn data_of_every_type_of_member_are_read() {
    for kind in *b"01234567DMNVSAgx\0" {
        let bytes = [plain(kind, &code(u64::from(kind))), tar(NOTHING)].concat();
        let (places, troubles) = said("a.tar", &bytes);
        assert_eq!((places.len(), troubles.len()), (1, 0), "{} {troubles:?}", char::from(kind));
    }
    // A link to a file has its length and no data, as often as not.
    let bytes = [member(b'1', 5_000, b"", |_| {}), tar(&[("second", &code(1))])].concat();
    assert_eq!(said("a.tar", &bytes), (vec!["second:1:1".to_owned()], Vec::new()));
    // What is packed in such data is opened.
    let bytes = [plain(b'2', &gzip(&code(1))), tar(NOTHING)].concat();
    assert_eq!(said("a.tar", &bytes), (vec!["between members!/content:1:1".to_owned()], Vec::new()));
}

#[test]
fn what_headers_say_is_read() {
    let code = code(2);
    let text = String::from_utf8(code.clone()).unwrap();
    let link = member(b'2', 0, b"", |header| header.set_link_name(format!("at/{text}")).unwrap());
    let field = |key: &str, value: &str| {
        let line = format!(" {key}={value}\n");
        format!("{:03}{line}", line.len() + 3).into_bytes()
    };
    let noise = [field("mtime", "1760000000.123456789"), field("comment", &text)].concat();
    let long = field("comment", &"x".repeat(40));
    let long = [long.repeat(400), field("comment", &text)].concat();
    for (bytes, place) in [
        (link, "member!/its link!/its name:1:4"),
        (plain(b'x', &noise), "a header:1:1"),
        (plain(b'g', &noise), "a header:1:1"),
        (plain(b'K', &code), "a header:1:1"),
        // A name of nothing.
        (plain(b'L', &code), "a name:1:1"),
    ] {
        let (places, troubles) = said("a.tar", &[bytes.as_slice(), &[0; 1024]].concat());
        assert_eq!((places, troubles), (vec![place.to_owned()], Vec::new()));
    }
    let bytes = [plain(b'x', &long), tar(NOTHING)].concat();
    let (places, troubles) = said("a.tar", &bytes);
    assert_eq!((places.len(), troubles.len()), (1, 0), "{places:?} {troubles:?}");
    // What fills up the last block of a member.
    let mut filled = tar(NOTHING);
    filled[600..600 + code.len()].copy_from_slice(&code);
    assert_eq!(said("a.tar", &filled).0, ["nothing!/behind it:1:82"]);
}

#[test]
fn a_header_gives_the_length_of_a_member() {
    let bytes =
        [plain(b'x', b"12 size=513\n"), member(b'0', 1, &[b'x'; 513], |_| {}), tar(&[("second", &code(3))])];
    assert_eq!(said("a.tar", &bytes.concat()), (vec!["second:1:1".to_owned()], Vec::new()));
}

#[test]
fn a_text_that_looks_like_an_archive_is_read_as_it_stands() {
    let text = [&[b'x'; 257][..], b"ustar\n", &code(4), b"\n"].concat();
    let (places, troubles) = said("a.txt", &text);
    assert_eq!((places, troubles.len()), (vec![":2:1".to_owned()], 1));
    // However it goes on.
    let (places, troubles) = said("a.txt", &text.repeat(2_000));
    assert_eq!((places.len(), troubles.len()), (2_000, 1));
}
