//! A strict witness (C2SP tlog-witness, tlog-cosignature), written apart from the product's own reading of them: proofs
//! are checked by `tlog_tiles`, signatures by `ed25519_dalek`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use tlog_tiles::{Hash, check_tree};

use super::faults::request;

const NAME: &str = "witness.test/one";

/// What it knows.
#[derive(Default)]
struct Known {
    /// Logs' verifier keys, by origin.
    keys: BTreeMap<String, VerifyingKey>,
    /// Size and root of each log.
    logs: BTreeMap<String, (u64, Hash)>,
    /// Seconds that its clock is ahead.
    ahead: u64,
    /// Whether it hangs up.
    away: bool,
    /// Whether it takes what it is told and says nothing.
    hangs: bool,
    /// How often it was asked.
    asked: u64,
    /// Cosignatures that it gave.
    given: u64,
}

#[derive(Clone)]
pub(super) struct Witness {
    known: Arc<Mutex<Known>>,
    key: SigningKey,
    url: String,
}

impl Witness {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let made = Self { known: Arc::default(), key: SigningKey::from_bytes(&[7; 32]), url };
        let serving = made.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.answer(stream).unwrap_or_default());
            }
        });
        made
    }

    /// Its verifier key: type 4, cosignature/v1.
    pub(super) fn verifier_key(&self) -> String {
        let typed = [[4].as_slice(), self.key.verifying_key().as_bytes()].concat();
        format!("{NAME}+{}+{}", hexadecimal(&id(NAME, &typed)), STANDARD.encode(typed))
    }

    pub(super) fn setting(&self) -> String {
        format!("witnesses = [{{ url = \"{}\", key = \"{}\" }}]", self.url, self.verifier_key())
    }

    /// Trusts a log, by its verifier key.
    pub(super) fn know(&self, verifier_key: &str) {
        let (origin, rest) = verifier_key.split_once('+').unwrap();
        let typed = STANDARD.decode(rest.split_once('+').unwrap().1).unwrap();
        let key = VerifyingKey::from_bytes(&typed[1..].try_into().unwrap()).unwrap();
        self.known.lock().unwrap().keys.insert(origin.to_owned(), key);
    }

    pub(super) fn size_of(&self, origin: &str) -> u64 {
        self.known.lock().unwrap().logs.get(origin).map_or(0, |(size, _)| *size)
    }

    /// Makes it believe something else of a log.
    pub(super) fn believe(&self, origin: &str, size: u64, root: [u8; 32]) {
        self.known.lock().unwrap().logs.insert(origin.to_owned(), (size, Hash(root)));
    }

    pub(super) fn set_ahead(&self, seconds: u64) {
        self.known.lock().unwrap().ahead = seconds;
    }

    pub(super) fn set_away(&self, away: bool) {
        self.known.lock().unwrap().away = away;
    }

    pub(super) fn set_hanging(&self, hangs: bool) {
        self.known.lock().unwrap().hangs = hangs;
    }

    pub(super) fn asked(&self) -> u64 {
        self.known.lock().unwrap().asked
    }

    pub(super) fn given(&self) -> u64 {
        self.known.lock().unwrap().given
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (head, body) = request(&stream)?;
        self.known.lock().unwrap().asked += 1;
        while self.known.lock().unwrap().hangs {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        if self.known.lock().unwrap().away {
            return Ok(());
        }
        let (status, answer) = if head.starts_with("POST /add-checkpoint HTTP/1.1\r\n") {
            self.add(&String::from_utf8_lossy(&body)).unwrap_or_else(|status| (status, String::new()))
        } else {
            ("404 Not Found", String::new())
        };
        let length = answer.len();
        write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{answer}")
    }

    fn add(&self, body: &str) -> Result<(&'static str, String), &'static str> {
        const BAD: &str = "400 Bad Request";
        let (head, note) = body.split_once("\n\n").ok_or(BAD)?;
        let mut lines = head.lines();
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(BAD)?;
        let old: u64 = old.parse().map_err(|_| BAD)?;
        let hash = |line: &str| Some(Hash(STANDARD.decode(line).ok()?.try_into().ok()?));
        let proof: Vec<Hash> = lines.map(hash).collect::<Option<_>>().ok_or(BAD)?;
        let (text, signatures) = note.split_once("\n\n").ok_or(BAD)?;
        let text = format!("{text}\n");
        let mut parts = text.lines();
        let (origin, size, root) =
            (parts.next().ok_or(BAD)?, parts.next().ok_or(BAD)?, parts.next().ok_or(BAD)?);
        let size: u64 = size.parse().map_err(|_| BAD)?;
        let root = hash(root).ok_or(BAD)?;
        let mut known = self.known.lock().unwrap();
        let key = *known.keys.get(origin).ok_or("404 Not Found")?;
        let signed = signatures.lines().filter_map(|line| line.strip_prefix("— ")?.split_once(' ')).any(
            |(name, line)| {
                let Ok(bytes) = STANDARD.decode(line) else { return false };
                name == origin
                    && bytes.len() == 68
                    && Signature::from_slice(&bytes[4..])
                        .is_ok_and(|signature| key.verify_strict(text.as_bytes(), &signature).is_ok())
            },
        );
        if !signed {
            return Err("403 Forbidden");
        }
        if old > size {
            return Err(BAD);
        }
        let (before, before_root) = known.logs.get(origin).copied().unwrap_or((0, root));
        if before != old || (old == size && old > 0 && before_root != root) {
            return Ok(("409 Conflict", format!("{before}\n")));
        }
        let continues = match (old, size) {
            (0, _) => proof.is_empty(),
            (old, size) if old == size => proof.is_empty(),
            _ => check_tree(&proof, size, root, old, before_root).is_ok(),
        };
        if !continues {
            return Err("422 Unprocessable Entity");
        }
        known.logs.insert(origin.to_owned(), (size, root));
        known.given += 1;
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() + known.ahead;
        let signature = self.key.sign(format!("cosignature/v1\ntime {now}\n{text}").as_bytes());
        let typed = [[4].as_slice(), self.key.verifying_key().as_bytes()].concat();
        let line = [id(NAME, &typed).as_slice(), &now.to_be_bytes(), &signature.to_bytes()].concat();
        Ok(("200 OK", format!("— {NAME} {}\n", STANDARD.encode(line))))
    }
}

fn id(name: &str, typed: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest([name.as_bytes(), b"\n", typed].concat());
    digest[..4].try_into().unwrap()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
