//! What is not opened is named.

use std::io::Write as _;

use bzip2::write::BzEncoder;
use postern_codes::Format;

use crate::archives::{said, zstandard};
use crate::site::made_up;

#[test]
fn ways_of_packing_that_are_not_opened_are_named() {
    let cpio = [b"070701".as_slice(), &[b'0'; 104], b"name\0"].concat();
    for (bytes, name) in [
        (&b"]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0packed"[..], "lzma"),
        (b"\x04\x22\x4d\x18packed", "lz4"),
        (b"\x1f\x9d\x90packed", "compress"),
        (b"MSCF\0\0\0\0packed", "cab"),
        (b"\xed\xab\xee\xdbpacked", "rpm"),
        (b"!<arch>\ndebian-binary   packed", "deb"),
        (&cpio, "cpio"),
    ] {
        let (_, troubles) = said("packed", bytes);
        assert_eq!(troubles, [format!(": it is packed as {name}, which is not opened")]);
    }
}

#[test]
fn a_frame_that_is_passed_over_hides_nothing() {
    let code = made_up(Format::Standard, 1);
    let text = format!("{}\n{code}", "notes ".repeat(20));
    let other = made_up(Format::Standard, 2);
    let over =
        [&[0x50, 0x2a, 0x4d, 0x18, u8::try_from(other.len()).unwrap(), 0, 0, 0], other.as_bytes()].concat();
    let bytes = [over.as_slice(), &zstandard(text.as_bytes()), &over].concat();
    let (places, troubles) = said("a.zst", &bytes);
    assert_eq!(
        (places[0].as_str(), places.len(), troubles.len()),
        ("a:2:1", 3, 0),
        "{places:?} {troubles:?}"
    );
    assert!(places[1].starts_with("between frames"), "{places:?}");
    // More than a reader has any use for.
    let long = [&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 2, 0][..], &vec![7; 2 << 16]].concat();
    let (places, troubles) = said("a.zst", &[long, zstandard(text.as_bytes())].concat());
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
}

#[test]
fn a_stream_of_nothing_is_a_stream() {
    let bzip2 = |bytes: &[u8]| {
        let mut writer = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let bytes = [bzip2(b""), bzip2(made_up(Format::Standard, 1).as_bytes())].concat();
    assert_eq!(said("a.bz2", &bytes), (vec!["a:1:1".to_owned()], Vec::new()));
}
