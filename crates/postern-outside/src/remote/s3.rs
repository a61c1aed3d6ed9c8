//! A bucket of an object store that speaks S3: what is shipped as objects, the anchor as one that is changed by
//! conditional writes (`If-None-Match`, `If-Match`).

use std::time::Duration;

use postern_core::ports::{Cell, CellFault, CellValue, Place as Shipped, PlaceFault, Put};
use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use ureq::Agent;

use super::RemoteFault;
use super::ask::{self, Answer, Trust, check_name, condition, place};
use crate::Place;

/// How long a signed address holds.
const SIGNED_FOR: Duration = Duration::from_secs(60);
/// The longest file of credentials, in bytes.
const MOST: u64 = 4096;
/// Pages of a listing that are read: a thousand names each.
const PAGES: u32 = 10_000;

/// Where a bucket is, and who asks.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// The store's address, without the bucket.
    pub endpoint: String,
    /// The bucket's name. It is asked for by path, not by host name.
    pub bucket: String,
    /// The region that signatures name.
    pub region: String,
    /// What every object's name begins with; nothing if empty.
    pub prefix: String,
    /// Two lines: the access key's id, and the secret.
    pub credentials: Place,
    /// Whom the store must be.
    pub trust: Trust,
}

/// A bucket. No `Debug`, no `Serialize`.
pub struct S3 {
    bucket: Bucket,
    prefix: String,
    credentials: Place,
    agent: Agent,
    shown: String,
}

impl S3 {
    /// A bucket; one request takes at most `patience`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`RemoteFault`]
    pub fn new(settings: S3Settings, patience: Duration) -> Result<Self, RemoteFault> {
        let S3Settings { endpoint, bucket, region, prefix, credentials, trust } = settings;
        if !prefix.is_empty() {
            check_name(&prefix)?;
        }
        let agent = ask::agent(&endpoint, &trust, patience)?;
        let address = endpoint.parse().map_err(|_| RemoteFault::Address(endpoint.clone()))?;
        let shown = format!("in the bucket {bucket:?}");
        let made = check_name(&bucket).is_ok() && !bucket.contains('/');
        let made = made.then(|| Bucket::new(address, UrlStyle::Path, bucket.clone(), region).ok()).flatten();
        let bucket = made.ok_or(RemoteFault::Bucket(bucket))?;
        Ok(Self { bucket, prefix, credentials, agent, shown })
    }

    fn credentials(&self) -> Result<Credentials, CellFault> {
        let shown = self.credentials.path().display();
        let denied = |what: String| CellFault::Denied(what);
        let bytes = self.credentials.read(MOST).map_err(|fault| denied(fault.to_string()))?;
        let mut lines = std::str::from_utf8(&bytes).unwrap_or_default().lines();
        let pair = lines.next().zip(lines.next()).filter(|(id, secret)| !id.is_empty() && !secret.is_empty());
        let (id, secret) = pair.ok_or_else(|| {
            denied(format!("{shown} has not two lines: the access key's id, and the secret"))
        })?;
        Ok(Credentials::new(id, secret))
    }

    fn key(&self, name: &str) -> Result<String, CellFault> {
        check_name(name).map_err(|fault| CellFault::Denied(fault.to_string()))?;
        Ok(if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) })
    }

    fn fetch(&self, name: &str) -> Result<Answer, CellFault> {
        let (key, credentials) = (self.key(name)?, self.credentials()?);
        let url = self.bucket.get_object(Some(&credentials), &key).sign(SIGNED_FOR);
        Answer::of(self.agent.get(url.as_str()).call())
    }

    /// Writes under a condition, which is signed with the rest.
    fn store(&self, name: &str, bytes: &[u8], condition: (&str, &str)) -> Result<Answer, CellFault> {
        let (key, credentials) = (self.key(name)?, self.credentials()?);
        let mut put = self.bucket.put_object(Some(&credentials), &key);
        put.headers_mut().insert(condition.0.to_owned(), condition.1.to_owned());
        let url = put.sign(SIGNED_FOR);
        Answer::of(self.agent.put(url.as_str()).header(condition.0, condition.1).send(bytes))
    }

    fn found(&self, under: &str) -> Result<Vec<String>, CellFault> {
        let credentials = self.credentials()?;
        let within = if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) };
        let begins = if under.is_empty() { within.clone() } else { format!("{}/", self.key(under)?) };
        let (mut names, mut next) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let mut list = self.bucket.list_objects_v2(Some(&credentials));
            list.with_prefix(begins.clone());
            if let Some(token) = next.take() {
                list.with_continuation_token(token);
            }
            let answer = Answer::of(self.agent.get(list.sign(SIGNED_FOR).as_str()).call())?;
            if answer.status != 200 {
                return Err(answer.fault());
            }
            let odd = || CellFault::Away("its listing is not one of its form".to_owned());
            let text = std::str::from_utf8(&answer.body).map_err(|_| odd())?;
            let page = ListObjectsV2::parse_response(text).map_err(|_| odd())?;
            let keys = page.contents.into_iter().map(|object| object.key);
            names.extend(keys.filter_map(|key| key.strip_prefix(&within).map(str::to_owned)));
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(names);
            }
        }
        Err(CellFault::Away("its listing does not end".to_owned()))
    }
}

impl Shipped for S3 {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<Put, PlaceFault> {
        let answer = self.store(name, bytes, condition(None)).map_err(place)?;
        match answer.status {
            200..=299 => Ok(Put::Kept),
            412 => Ok(Put::WasThere),
            _ => Err(place(answer.fault())),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceFault> {
        let answer = self.fetch(name).map_err(place)?;
        match answer.status {
            200 => Ok(Some(answer.body)),
            404 => Ok(None),
            _ => Err(place(answer.fault())),
        }
    }

    fn list(&self, under: &str) -> Result<Vec<String>, PlaceFault> {
        self.found(under).map_err(place)
    }

    fn remove(&self, name: &str) -> Result<(), PlaceFault> {
        let (key, credentials) = (self.key(name).map_err(place)?, self.credentials().map_err(place)?);
        let url = self.bucket.delete_object(Some(&credentials), &key).sign(SIGNED_FOR);
        let answer = Answer::of(self.agent.delete(url.as_str()).call()).map_err(place)?;
        match answer.status {
            200..=299 | 404 => Ok(()),
            _ => Err(place(answer.fault())),
        }
    }
}

/// An object that is changed by conditional writes.
pub struct S3Cell {
    s3: S3,
    name: String,
}

impl S3Cell {
    /// The object of a name.
    ///
    /// # Errors
    /// [`RemoteFault::Name`]
    pub fn new(s3: S3, name: &str) -> Result<Self, RemoteFault> {
        check_name(name)?;
        Ok(Self { s3, name: name.to_owned() })
    }

    /// Whether the store heeds conditions: one that does not would let two instances write. It is tried on an object
    /// beside the anchor.
    ///
    /// # Errors
    /// [`CellFault::Denied`] if it does not; see [`CellFault`] for others.
    pub fn check(&self) -> Result<(), CellFault> {
        let beside = format!("{}.condition", self.name);
        for condition in [("if-none-match", "*"), ("if-none-match", "*"), ("if-match", "\"no-such-tag\"")] {
            let first = condition.0 == "if-none-match";
            let answer =
                self.s3.store(&beside, b"A second write under a condition is refused.\n", condition)?;
            match answer.status {
                412 => {}
                // The first of two makes it, if it was not there.
                200..=299 if first && self.s3.store(&beside, b"", condition)?.status == 412 => {}
                200..=299 => {
                    return Err(CellFault::Denied(
                        "this store writes without looking at the condition (If-Match, If-None-Match): it cannot keep an anchor".into(),
                    ));
                }
                _ => return Err(answer.fault()),
            }
        }
        Ok(())
    }
}

impl Cell for S3Cell {
    fn place(&self) -> String {
        format!("{} {}", self.name, self.s3.shown)
    }

    fn read(&self) -> Result<Option<CellValue>, CellFault> {
        self.s3.fetch(&self.name)?.cell()
    }

    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, CellFault> {
        let answer = self.s3.store(&self.name, to, condition(from))?;
        match answer.status {
            200..=299 => Ok(true),
            // 409: two conditional writes at once, of which one is to look again. 404: what was to be replaced is gone.
            404 if from.is_some() => Ok(false),
            409 | 412 => Ok(false),
            _ => Err(answer.fault()),
        }
    }
}
