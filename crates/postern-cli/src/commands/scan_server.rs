//! `postern scan --server`: own codes that were found are asked about. Between hit and answer a code is in memory that is
//! wiped, and nowhere else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use postern_scan::{Finding, Scanner, Standing, Told};
use serde::Serialize;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use zeroize::Zeroizing;

use super::remote::{application_key, fresh, service_at, subject};
use super::scan_answer::{standing, unanswered};
use crate::arguments::AskedService;
use crate::client::{self, Service};
use crate::failure::Failure;
use crate::prompt;

/// Words of one request.
const WORDS: usize = 100;
/// Compact and numeric words times subjects of one request: what the service takes at most.
const PAIRS: usize = 100;
/// Bytes that a request fits into, so that its codes are never moved and left behind where nothing wipes them.
const ROOM: usize = 64 * 1024;
/// How often a service that is busy is asked again, and after how long.
const AGAIN: u32 = 10;
const SOON: Duration = Duration::from_secs(1);
/// How long an answer is waited for. The service gives up on a request after ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const NO_KEY: &str = "standard input is what is scanned: give the application's key with --key-file or in POSTERN_APPLICATION_KEY";
const SILENT: &str = "the service did not answer within a minute";

/// Found codes by their digests.
type Codes = Arc<Mutex<HashMap<String, Zeroizing<String>>>>;

/// A service that is asked about what is found.
pub(super) struct Asking {
    service: Service,
    subjects: Vec<Value>,
    codes: Codes,
    patience: Duration,
}

/// One request.
#[derive(Serialize)]
struct Question<'a> {
    codes: Vec<&'a str>,
    subjects: &'a [Value],
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a str>,
}

impl Asking {
    /// The service, if one is to be asked. The key is prompted for, unless standard input is what is scanned.
    pub(super) fn new(asked: &AskedService, is_piped: bool) -> Result<Option<Self>, Failure> {
        let Some(url) = &asked.server else { return Ok(None) };
        let key = match application_key(asked.key_file.as_deref())? {
            Some(key) => key,
            None if is_piped => return Err(Failure::Usage(NO_KEY.to_owned())),
            None => prompt::secret("Application key")?,
        };
        let service = service_at(url, asked.authority.as_deref(), key)?;
        let subjects = asked.subject.iter().map(|name| subject(name)).collect();
        Ok(Some(Self { service, subjects, codes: Codes::default(), patience: PATIENCE }))
    }

    /// Has the scanner hand over what it finds.
    pub(super) fn listen(&self, scanner: Scanner) -> Scanner {
        let codes = Arc::clone(&self.codes);
        scanner.keeping(Box::new(move |digest, code| {
            let mut codes = codes.lock().unwrap_or_else(PoisonError::into_inner);
            codes.entry(digest.to_owned()).or_insert(code);
        }))
    }

    /// Asks about findings; those that are left, with what the service said, and what it gave no answer about. When an
    /// answer does not come, sets may have been revoked for those before it: so what is known is told.
    pub(super) async fn ask(self, findings: Vec<Finding>) -> Vec<Told> {
        let codes = std::mem::take(&mut *self.codes.lock().unwrap_or_else(PoisonError::into_inner));
        let codes: Vec<(String, Zeroizing<String>)> = codes.into_iter().collect();
        let mut said = HashMap::new();
        let silent = self.ask_all(&codes, &mut said).await.err();
        let silent = silent.map(|why| Told::Trouble(unanswered(codes.len(), said.len(), &why)));
        drop(codes);
        let with = |finding: Finding| match said.get(&finding.digest) {
            Some(standing) => finding.standing(*standing),
            None => Some(finding),
        };
        findings.into_iter().filter_map(with).map(Told::Found).chain(silent).collect()
    }

    /// Asks request after request.
    async fn ask_all(
        &self,
        codes: &[(String, Zeroizing<String>)],
        said: &mut HashMap<String, Standing>,
    ) -> Result<(), Failure> {
        let most = PAIRS.checked_div(self.subjects.len()).map_or(WORDS, |words| words.clamp(1, WORDS));
        for some in codes.chunks(most) {
            self.ask_some(some, said).await?;
        }
        Ok(())
    }

    /// Asks page after page, until every subject was looked at or every code is decided.
    async fn ask_some(
        &self,
        some: &[(String, Zeroizing<String>)],
        said: &mut HashMap<String, Standing>,
    ) -> Result<(), Failure> {
        let mut open: Vec<&(String, Zeroizing<String>)> = some.iter().collect();
        let mut after: Option<String> = None;
        while !open.is_empty() {
            let codes = open.iter().map(|(_, code)| code.as_str()).collect();
            let question = Question { codes, subjects: &self.subjects, after: after.as_deref() };
            let answer = self.question(&question).await?;
            let items = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
            if items.len() != open.len() {
                return Err(Failure::refused("the service did not answer about every code"));
            }
            let mut undecided = Vec::new();
            for (one, item) in open.into_iter().zip(&items) {
                match standing(item) {
                    Some(standing) => drop(said.insert(one.0.clone(), standing)),
                    None => undecided.push(one),
                }
            }
            after = answer.get("next").and_then(Value::as_str).map(str::to_owned);
            open = if after.is_some() { undecided } else { Vec::new() };
        }
        Ok(())
    }

    /// One answer. A service that is busy is asked again, with the same key: nothing is done twice.
    async fn question(&self, question: &Question<'_>) -> Result<Value, Failure> {
        let key = fresh()?;
        for _ in 0..AGAIN {
            let mut body = Zeroizing::new(Vec::with_capacity(ROOM));
            serde_json::to_writer(&mut *body, question).map_err(Failure::refused)?;
            let asked = self.service.post_bytes("/v1/leaks/check", body, &key);
            let (status, answer) =
                timeout(self.patience, asked).await.map_err(|_| Failure::refused(SILENT))??;
            match status {
                StatusCode::OK => return Ok(answer),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => sleep(SOON).await,
                status => return Err(client::refusal(status, &answer)),
            }
        }
        Err(Failure::refused(
            "the service has answered as much as it does in an hour, or is busy: scan again later, or without --server",
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use postern_scan::Told;
    use zeroize::Zeroizing;

    use super::{Asking, Codes};
    use crate::client::Service;

    #[tokio::test]
    async fn a_service_that_never_answers_is_not_waited_for_without_end() {
        // The system takes the connection; nobody reads it.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Service::new(&url, Zeroizing::new("key".to_owned()), None).unwrap();
        let codes = Codes::default();
        codes.lock().unwrap().insert("digest".to_owned(), Zeroizing::new("code".to_owned()));
        let asking = Asking { service, subjects: Vec::new(), codes, patience: Duration::from_millis(200) };
        let told = asking.ask(Vec::new()).await;
        assert!(matches!(&*told, [Told::Trouble(trouble)] if trouble.why.contains("did not answer")));
    }
}
