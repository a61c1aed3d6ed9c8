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

impl App {
    /// Alarms since this was asked last.
    pub fn take_alarms(&self) -> Vec<Alarm> {
        std::mem::take(&mut *self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Rings, if the word was one to ring for and the answer says that it was tested and committed.
    pub(crate) fn ring<T>(&self, subject: Key, found: &Found, answer: &Result<T, Problem>) {
        let committed = matches!(answer, Ok(_) | Err(Problem::CodeNotAccepted { .. }));
        let kind = found.kind();
        let mut waiting = self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner);
        if committed && kind != CodeKind::Live && waiting.len() < WAITING {
            let (tenant, id) = (subject.tenant, SubjectId::new(subject.id));
            waiting.push(Alarm { tenant, subject: id, kind, at: self.now() });
        }
    }

    /// Random, for what a decision says to `security` alone.
    pub(crate) fn nonce(&self) -> Result<[u8; 8], Problem> {
        self.random()
    }
}
