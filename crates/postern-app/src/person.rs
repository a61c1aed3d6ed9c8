//! Personal data of subjects and of events: sealed here, under the subject's own key.

use postern_core::encoding::from_base64url;
use postern_core::kernel::Key;
use postern_core::personal::SubjectKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Problem;
use crate::app::App;
use crate::request::Client;

/// What is known of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// The identity provider's name for the subject.
    pub external_id: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
}

/// The personal part of an event.
#[derive(Serialize)]
struct Seen<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
}

impl App {
    /// A new subject's key and its wrapped form.
    pub(crate) fn new_subject_key(&self, subject: Key) -> Result<(SubjectKey, Vec<u8>), Problem> {
        let key = SubjectKey::new(Zeroizing::new(self.random()?));
        let wrapped = key.wrap(self.local(), subject, self.random()?).ok_or(Problem::Unavailable)?;
        Ok((key, wrapped))
    }

    /// A subject's own key from the keyring; `None` if it is not there or is not the subject's.
    pub(crate) async fn subject_key(&self, subject: Key) -> Result<Option<SubjectKey>, Problem> {
        let wrapped = self.store().keyring(subject).await.map_err(|fault| Problem::unavailable(&fault))?;
        Ok(wrapped.and_then(|wrapped| SubjectKey::unwrap(self.local(), subject, &wrapped)))
    }

    pub(crate) fn seal_person(
        &self,
        key: &SubjectKey,
        subject: Key,
        person: &Person,
    ) -> Result<Vec<u8>, Problem> {
        let json = Zeroizing::new(serde_json::to_vec(person).map_err(|fault| Problem::unavailable(&fault))?);
        key.seal(subject, self.random()?, &json).ok_or(Problem::Unavailable)
    }

    /// Who a subject is, from the private part of the event that says so; `None` if its key is gone.
    pub(crate) async fn person(&self, subject: Key, said_at: u64) -> Result<Option<Person>, Problem> {
        let (head, _) = self.genuine_event(subject, said_at).await?;
        let sealed = head.private.and_then(|text| from_base64url(&text));
        let (Some(sealed), Some(key)) = (sealed, self.subject_key(subject).await?) else { return Ok(None) };
        Ok(key.open(subject, &sealed).and_then(|json| serde_json::from_slice(&json).ok()))
    }

    /// The personal part of an event about a subject: where the request came from.
    pub(crate) async fn private(&self, subject: Key, client: &Client) -> Result<Option<Vec<u8>>, Problem> {
        if client.address.is_none() && client.user_agent.is_none() {
            return Ok(None);
        }
        match self.subject_key(subject).await? {
            Some(key) => self.seal_client(&key, subject, client),
            None => Ok(None),
        }
    }

    /// Where a request came from, encrypted; `None` if nothing is known of it.
    pub(crate) fn seal_client(
        &self,
        key: &SubjectKey,
        subject: Key,
        client: &Client,
    ) -> Result<Option<Vec<u8>>, Problem> {
        if client.address.is_none() && client.user_agent.is_none() {
            return Ok(None);
        }
        let address = client.address.map(|address| address.to_string());
        let seen = Seen { address, user_agent: client.user_agent.as_deref() };
        let json = Zeroizing::new(serde_json::to_vec(&seen).map_err(|fault| Problem::unavailable(&fault))?);
        Ok(key.seal(subject, self.random()?, &json))
    }
}
