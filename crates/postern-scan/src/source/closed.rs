//! Ways of packing that are not opened, told by their first bytes, so that a line names what was not read.

/// The name of the one that these are the first bytes of.
pub(super) fn name(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => "rar",
        // Properties, then a dictionary of a power of two or of three halves of one.
        [0x5d, rest @ ..] if is_lzma(rest) => "lzma",
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => "lzip",
        [0x89, b'L', b'Z', b'O', 0, ..] => "lzop",
        [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => "lz4",
        // Compress: the third byte has the width of its codes.
        [0x1f, 0x9d, width, ..] if matches!(width & 0x7f, 9..=16) => "compress",
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => "cab",
        [b'I', b'S', b'c', b'(', ..] => "an InstallShield cabinet",
        [0xed, 0xab, 0xee, 0xdb, ..] => "rpm",
        [b'x', b'a', b'r', b'!', 0, ..] => "xar",
        [b'h', b's', b'q', b's', ..] => "squashfs",
        [b'M', b'S', b'W', b'I', b'M', 0, 0, 0, ..] => "wim",
        [_, _, b'-', b'l', b'h' | b'z', b'0'..=b'9' | b'd' | b's', b'-', ..] => "lha",
        [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => "snappy",
        // Members of an archive of ar stand in it as they are: those of a package are packed.
        _ if head.starts_with(b"!<arch>\ndebian-binary") || is_ar_of_packed(head) => "deb",
        _ if is_cpio(head) => "cpio",
        _ => return None,
    })
}

/// Whether what follows the first byte of lzma does: the length is that of no more than a tebibyte, or not known.
fn is_lzma(rest: &[u8]) -> bool {
    let Some((dictionary, rest)) = rest.split_first_chunk::<4>() else { return false };
    let (dictionary, Some(length)) = (u32::from_le_bytes(*dictionary), rest.first_chunk::<8>()) else {
        return false;
    };
    let is_round =
        dictionary.is_power_of_two() || (dictionary % 3 == 0 && (dictionary / 3).is_power_of_two());
    dictionary >= 1 << 12 && is_round && matches!(u64::from_le_bytes(*length), u64::MAX | 0..0x100_0000_0000)
}

/// Whether the first member of an archive of ar is packed by its name.
fn is_ar_of_packed(head: &[u8]) -> bool {
    let name = head.strip_prefix(b"!<arch>\n").and_then(|rest| rest.get(..16));
    let ends = |name: &[u8]| {
        let name = name.trim_ascii_end();
        let name = name.strip_suffix(b"/").unwrap_or(name);
        [&b".gz"[..], b".xz", b".zst", b".bz2"].iter().any(|ending| name.ends_with(ending))
    };
    name.is_some_and(ends)
}

/// Whether a header of cpio comes first: in digits, or in numbers of two bytes.
fn is_cpio(head: &[u8]) -> bool {
    let digits = |from: &[u8], count: usize| {
        head.strip_prefix(from)
            .and_then(|rest| rest.get(..count))
            .is_some_and(|rest| rest.iter().all(u8::is_ascii_hexdigit))
    };
    digits(b"070701", 104)
        || digits(b"070702", 104)
        || digits(b"070707", 70)
        || (matches!(head, [0xc7, 0x71, ..] | [0x71, 0xc7, ..]) && head.get(26..).is_some())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn packed_kinds_are_told_by_first_bytes() {
        let cpio = [b"070701".as_slice(), &[b'0'; 104], b"name\0"].concat();
        for (head, is) in [
            (&b"Rar!\x1a\x07\x01\0"[..], "rar"),
            (b"]\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0", "lzma"),
            (b"\x04\x22\x4d\x18", "lz4"),
            (b"\x1f\x9d\x90", "compress"),
            (b"MSCF\0\0\0\0", "cab"),
            (b"\xed\xab\xee\xdb", "rpm"),
            (b"!<arch>\ndebian-binary   ", "deb"),
            (b"!<arch>\ndata.tar.gz/    ", "deb"),
            (&cpio, "cpio"),
        ] {
            assert_eq!(name(head), Some(is));
        }
        for head in
            [&b""[..], b"]", b"]\0\0text and more text", b"!<arch>\nlib.o/          ", b"070701 is a number"]
        {
            assert_eq!(name(head), None, "{head:?}");
        }
    }
}
