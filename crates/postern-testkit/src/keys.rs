//! A key service that counts what it is asked, and that can stop answering.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use postern_core::ids::{SubjectId, TenantId};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Custody, Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
use postern_outside::key_file::KeyFile;

/// A key file behind counters.
pub struct CountedKeys {
    inner: KeyFile,
    asked: AtomicUsize,
    away: AtomicBool,
    waits: AtomicBool,
    unsigned: AtomicBool,
    meanwhile: Mutex<Option<Meanwhile>>,
    slow: Mutex<Option<(SubjectId, Duration)>>,
    takes: AtomicU64,
}

/// What happens while the key service is asked.
type Meanwhile = Box<dyn FnOnce() + Send>;

impl CountedKeys {
    /// Counts from zero.
    #[must_use]
    pub const fn new(inner: KeyFile) -> Self {
        Self {
            inner,
            asked: AtomicUsize::new(0),
            away: AtomicBool::new(false),
            waits: AtomicBool::new(false),
            unsigned: AtomicBool::new(false),
            meanwhile: Mutex::new(None),
            slow: Mutex::new(None),
            takes: AtomicU64::new(0),
        }
    }

    /// How often subjects' keys were asked for.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Whether it answers.
    pub fn answers(&self, answers: bool) {
        self.away.store(!answers, Ordering::SeqCst);
    }

    /// Whether it says of itself that its calls wait, as those of a token do.
    pub fn waiting(&self, waits: bool) {
        self.waits.store(waits, Ordering::SeqCst);
    }

    /// How long it takes for a subject's keys, as one at a distance does; its calls wait from now on.
    pub fn takes(&self, time: Duration) {
        self.takes.store(time.as_millis().try_into().unwrap(), Ordering::SeqCst);
        self.waiting(true);
    }

    /// Whether it signs.
    pub fn signs(&self, signs: bool) {
        self.unsigned.store(!signs, Ordering::SeqCst);
    }

    /// Does something while subjects' keys are asked for the next time: after it was looked what they are for, before
    /// anything is decided on them.
    pub fn meanwhile(&self, work: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(work));
    }

    /// Takes this much longer about one subject: a difference for a measurement to find.
    pub fn slow(&self, subject: SubjectId, span: Duration) {
        *self.slow.lock().unwrap() = Some((subject, span));
    }

    #[expect(clippy::disallowed_methods, reason = "it takes time, and reads none")]
    fn linger(&self, subject: SubjectId) {
        let slow = *self.slow.lock().unwrap();
        if let Some((_, span)) = slow.filter(|(slow, _)| *slow == subject) {
            let begun = Instant::now();
            while begun.elapsed() < span {
                std::hint::spin_loop();
            }
        }
    }

    fn present(&self) -> Result<(), KeysUnavailable> {
        let away = self.away.load(Ordering::SeqCst);
        (!away).then_some(()).ok_or_else(|| KeysUnavailable("it was sent away by a test".to_owned()))
    }
}

impl Keys for CountedKeys {
    fn subject_keys(
        &self,
        tenant: TenantId,
        subject: SubjectId,
        epoch: &[u8],
    ) -> Result<SubjectKeys, KeysUnavailable> {
        self.present()?;
        self.asked.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(self.takes.load(Ordering::SeqCst)));
        self.linger(subject);
        let keys = self.inner.subject_keys(tenant, subject, epoch);
        let work = self.meanwhile.lock().unwrap().take();
        if let Some(work) = work {
            work();
        }
        keys
    }

    fn sign(&self, key: SigningKey, message: &[u8]) -> Result<[u8; 64], KeysUnavailable> {
        self.present()?;
        if self.unsigned.load(Ordering::SeqCst) {
            return Err(KeysUnavailable("it was told by a test not to sign".to_owned()));
        }
        self.inner.sign(key, message)
    }

    fn public(&self) -> PublicKeys {
        self.inner.public()
    }

    fn local(&self) -> &LocalKeys {
        self.inner.local()
    }

    fn custody(&self) -> Option<&dyn Custody> {
        self.inner.custody()
    }

    fn waits(&self) -> bool {
        self.waits.load(Ordering::SeqCst)
    }
}
