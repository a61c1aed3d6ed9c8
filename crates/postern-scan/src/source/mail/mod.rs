//! Mail: as it stands, and what it holds packed: in base64, or as an archive or a document. The rest of a message is read
//! as it stands (see `decode`), so that a place is a line of the file.

pub(super) mod fields;
mod mailbox;
mod quoted;
mod toil;
mod words;

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::panic::catch_unwind;

use mail_parser::{Encoding, HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};
use zeroize::Zeroizing;

use super::budget::{Budget, DEPTH};
use super::content::{HELD, Worker};
use super::kind::{HEAD, Kind};
use crate::place::Origin;

pub(super) use self::mailbox::mailbox;

/// The most messages in a message.
const MOST_NESTED: usize = 500;

/// One message.
pub(super) fn message(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut held = Zeroizing::new(Vec::new());
    match (&mut *reader).take(HELD).read_to_end(&mut held) {
        Ok(read) if read as u64 == HELD => {
            worker.trouble(origin, "it is a message of more than 32 MiB; its attachments were not opened");
            worker.plain(origin, &mut Cursor::new(held.as_slice()).chain(reader));
        }
        Ok(_) => opened(worker, origin, &held, budget),
        Err(fault) => {
            worker.trouble(origin, &format!("it could not be read to its end: {fault}"));
            opened(worker, origin, &held, budget);
        }
    }
}

/// A message as it stands, then what it holds.
fn opened(worker: &mut Worker<'_>, origin: &Origin, bytes: &[u8], budget: &Budget) {
    worker.plain(origin, &mut &*bytes);
    if nested(bytes) > MOST_NESTED {
        return worker.trouble(origin, "it holds too many messages; their attachments were not opened");
    }
    if toil::is_too_much(bytes) {
        return worker.trouble(origin, "it would take too long to parse; its attachments were not opened");
    }
    let message = bytes.get(fields::begin(bytes)..).unwrap_or_default();
    // The parser counts below zero in some that are broken.
    match catch_unwind(|| parser().parse(message)) {
        Ok(message) => message.iter().for_each(|message| parts(worker, origin, message, budget)),
        Err(_) => worker.trouble(origin, "it is a broken message; its attachments were not opened"),
    }
}

/// A parser that reads what tells where parts are, and what they are called. Other fields it leaves as they stand.
fn parser() -> MessageParser {
    MessageParser::new()
        .header_content_type(HeaderName::ContentType)
        .header_content_type(HeaderName::ContentDisposition)
}

/// How many messages it may hold at the most, one in the other: the parser takes any depth, and its result ends by
/// recursion.
fn nested(bytes: &[u8]) -> usize {
    let begins = |at: usize| {
        let before = at.checked_sub(b"message".len()).and_then(|before| bytes.get(before..at));
        let behind = bytes.get(at + 1..at + 1 + b"digest".len());
        before.is_some_and(|word| word.eq_ignore_ascii_case(b"message"))
            || behind.is_some_and(|word| word.eq_ignore_ascii_case(b"digest"))
    };
    memchr::memchr_iter(b'/', bytes).filter(|at| begins(*at)).count()
}

/// What a message holds, and the messages in it.
fn parts(worker: &mut Worker<'_>, origin: &Origin, message: &Message<'_>, budget: &Budget) {
    let words = Zeroizing::new(words::unpacked(message));
    if !words.is_empty() {
        worker.plain(&origin.part("its header"), &mut words.as_slice());
    }
    for (number, part) in message.parts.iter().enumerate() {
        match &part.body {
            // It stands in the one around it, and was read with it, but for what it holds itself.
            PartType::Message(inner) if part.encoding != Encoding::Base64 => {
                let origin = worker.part(origin, &name(part, number));
                if origin.parts.len() < DEPTH {
                    parts(worker, &origin, inner, budget);
                } else {
                    worker.trouble(&origin, &format!("it is nested more than {DEPTH} deep, and not opened"));
                }
            }
            _ if part.encoding == Encoding::Base64 && worker.may_open(origin, budget) => {
                let origin = worker.part(origin, &name(part, number));
                worker.content(&origin, &mut budget.metered(content(part)), budget);
            }
            PartType::Message(_) | PartType::Multipart(_) => {}
            _ => packed(worker, origin, &message.raw_message, (part, number), budget),
        }
    }
}

/// What is no base64 was read with the message. An archive or a document in it is opened all the same.
fn packed(
    worker: &mut Worker<'_>,
    origin: &Origin,
    message: &[u8],
    (part, number): (&MessagePart<'_>, usize),
    budget: &Budget,
) {
    // Not as the parser gives it: it takes much for text.
    let body = message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::QuotedPrintable => Cow::Owned(quoted::decoded(body)),
        _ => Cow::Borrowed(body),
    };
    let head = bytes.get(..HEAD).unwrap_or(&bytes);
    let is_text = matches!(worker.kind(head), Kind::Plain | Kind::Program | Kind::Message | Kind::Mailbox);
    if !is_text && worker.may_open(origin, budget) {
        worker.content(&worker.part(origin, &name(part, number)), &mut budget.metered(&*bytes), budget);
    }
}

/// What a part holds, decoded.
fn content<'a>(part: &'a MessagePart<'_>) -> &'a [u8] {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
        PartType::Message(message) => message.raw_message(),
        PartType::Multipart(_) => &[],
    }
}

fn name(part: &MessagePart<'_>, number: usize) -> String {
    part.attachment_name().map_or_else(|| format!("part {number}"), str::to_owned)
}
