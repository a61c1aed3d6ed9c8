//! A host that keeps one value, well or badly.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// As it should.
    Well,
    /// With a status and nothing else.
    Status(u16),
    /// With something that is no anchor.
    Garbage,
    /// With nothing, as if that were well.
    Empty,
    /// As if there were nothing.
    Missing,
    /// It hangs up.
    Closed,
    /// Not in time.
    Slow,
    /// With a body that does not end.
    Endless,
    /// It sends elsewhere.
    Redirect,
    /// It writes, and the answer is lost.
    LostAnswer,
    /// It writes without looking at conditions.
    Careless,
}

#[derive(Clone)]
pub(super) struct Faults {
    mode: Arc<Mutex<Mode>>,
    kept: Arc<Mutex<Option<Vec<u8>>>>,
    url: String,
}

impl Faults {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let made = Self { mode: Arc::new(Mutex::new(Mode::Well)), kept: Arc::default(), url };
        let serving = made.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A client that hangs up is no fault here.
                std::thread::spawn(move || serving.answer(stream).unwrap_or_default());
            }
        });
        made
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    pub(super) fn is(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub(super) fn kept(&self) -> Vec<u8> {
        self.kept.lock().unwrap().clone().unwrap_or_default()
    }

    pub(super) fn put(&self, bytes: &[u8]) {
        *self.kept.lock().unwrap() = Some(bytes.to_vec());
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (head, body) = request(&stream)?;
        let mode = *self.mode.lock().unwrap();
        let mut say = |status: &str, more: &str, body: &[u8]| {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n");
            stream.write_all(&[head.as_bytes(), body].concat())
        };
        match mode {
            Mode::Well => {
                let (status, tag, body) = self.well(&head, &body);
                say(status, &format!("ETag: {tag}\r\n"), &body)
            }
            Mode::Careless => say("200 OK", "ETag: \"1\"\r\n", b""),
            Mode::Status(status) => say(&format!("{status} Status"), "", b""),
            Mode::Garbage => say("200 OK", "ETag: \"1\"\r\n", b"<html>It works!</html>"),
            Mode::Empty => say("200 OK", "ETag: \"1\"\r\n", b""),
            Mode::Missing => say("404 Not Found", "", b""),
            Mode::Redirect => say("302 Found", "Location: http://127.0.0.1:1/\r\n", b""),
            Mode::Closed => Ok(()),
            Mode::Slow => {
                std::thread::sleep(Duration::from_secs(30));
                Ok(())
            }
            Mode::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n")?;
                loop {
                    stream.write_all(b"4000\r\n")?;
                    stream.write_all(&[b'x'; 0x4000])?;
                    stream.write_all(b"\r\n")?;
                }
            }
            Mode::LostAnswer if head.starts_with("PUT") => {
                self.well(&head, &body);
                Ok(())
            }
            Mode::LostAnswer => {
                let (status, tag, body) = self.well(&head, &body);
                say(status, &format!("ETag: {tag}\r\n"), &body)
            }
        }
    }

    fn well(&self, head: &str, body: &[u8]) -> (&'static str, String, Vec<u8>) {
        let mut kept = self.kept.lock().unwrap();
        let tag = |bytes: &[u8]| {
            format!("\"{:x}\"", bytes.iter().fold(7u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte)))
        };
        if head.starts_with("GET") {
            return match &*kept {
                Some(bytes) => ("200 OK", tag(bytes), bytes.clone()),
                None => ("404 Not Found", String::new(), Vec::new()),
            };
        }
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
            line.and_then(|line| line.split_once(": ")).map(|(_, value)| value.trim().to_owned())
        };
        let met = match &*kept {
            None => header("if-none-match").as_deref() == Some("*"),
            Some(bytes) => header("if-match") == Some(tag(bytes)),
        };
        if !met {
            return ("412 Precondition Failed", String::new(), Vec::new());
        }
        *kept = Some(body.to_vec());
        ("204 No Content", tag(body), Vec::new())
    }
}

pub(super) fn request(stream: &TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            break;
        }
    }
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length: ").and_then(|value| value.trim().parse().ok())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok((head, body))
}
