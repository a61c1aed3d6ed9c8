//! Alarms of canary and duress codes. They are in the events, for whoever has the key `security`; here they wait to be
//! told to the people who run the service, off the path of the request, so that its answer takes no longer.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use postern_core::Time;
use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::Key;
use postern_core::kinds::CodeKind;

use crate::Problem;
use crate::app::App;
use crate::work::Ended;

/// A canary or a duress code was typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// Whose subject.
    pub tenant: TenantId,
    /// Whose code.
    pub subject: SubjectId,
    /// Which sort.
    pub kind: CodeKind,
    /// When, by the clock of this node.
    pub at: Time,
}

/// Alarms that wait at most: those of a second or two.
const WAITING: usize = 1000;

/// Alarms that nobody was told of yet. Working state: the events have them.
#[derive(Default)]
pub(crate) struct Alarms(Mutex<Vec<Alarm>>);

/// What the decision that was committed found a word to be; it may have been decided before on something else.
#[derive(Clone, Default)]
pub(crate) struct Found(Arc<AtomicU8>);

impl Found {
    pub(crate) fn is(&self, kind: CodeKind) {
        let place = CodeKind::ALL.iter().position(|one| *one == kind).unwrap_or_default();
        self.0.store(u8::try_from(place).unwrap_or_default(), Ordering::SeqCst);
    }

    fn kind(&self) -> CodeKind {
        CodeKind::ALL.get(usize::from(self.0.load(Ordering::SeqCst))).copied().unwrap_or(CodeKind::Live)
    }
}

/// Rings when it goes, if a special code was decided on: also when the caller goes away before the answer, since what was
/// handed to the store is committed all the same. An alarm too many does no harm.
pub(crate) struct Bell {
    alarms: Arc<Alarms>,
    found: Found,
    subject: Key,
    at: Time,
    silent: bool,
}

impl Bell {
    /// Nothing was committed, if the answer says so for certain.
    pub(crate) fn answered<T>(mut self, answer: &Result<Ended<T>, Problem>) {
        let may_be = matches!(
            answer,
            Ok(Ended::Answer(_)) | Err(Problem::CodeNotAccepted { .. } | Problem::OutcomeUnknown)
        );
        self.silent = !may_be;
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        let kind = self.found.kind();
        let mut waiting = self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.silent && kind != CodeKind::Live && waiting.len() < WAITING {
            let (tenant, subject) = (self.subject.tenant, SubjectId::new(self.subject.id));
            waiting.push(Alarm { tenant, subject, kind, at: self.at });
        }
    }
}

impl App {
    /// Alarms since this was asked last.
    pub fn take_alarms(&self) -> Vec<Alarm> {
        std::mem::take(&mut *self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A bell for a decision about a subject: it rings unless it is told that nothing was committed.
    pub(crate) fn bell(&self, subject: Key, found: &Found) -> Bell {
        Bell {
            alarms: Arc::clone(&self.alarms),
            found: found.clone(),
            subject,
            at: self.now(),
            silent: false,
        }
    }

    /// Random, for what a decision says to `security` alone.
    pub(crate) fn nonce(&self) -> Result<[u8; 8], Problem> {
        self.random()
    }
}
