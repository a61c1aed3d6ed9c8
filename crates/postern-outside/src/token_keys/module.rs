//! PKCS#11 modules: each is loaded once a process, and initialised anew when its token is missing.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::Session;
use cryptoki::slot::Slot;

use super::TokenFault;

/// A module that is loaded, for as long as the process lives.
pub(super) struct Module {
    pkcs11: Pkcs11,
    /// Sessions that are open. Whoever has the lock knows that nobody opens another.
    open: Mutex<usize>,
}

/// A session that is counted until it is closed.
pub(super) struct Open {
    pub(super) session: Session,
    // After the session, so that it counts until that is closed.
    _counted: Counted,
}

/// Initialising is an act of the whole process (PKCS#11 §5.4), so what is loaded is known to all of it.
static LOADED: Mutex<Vec<(PathBuf, &'static Module)>> = Mutex::new(Vec::new());

impl Module {
    /// The module at a path.
    pub(super) fn load(path: &Path) -> Result<&'static Self, TokenFault> {
        let failed = |source| TokenFault::Module { path: path.to_owned(), source };
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, module)) = loaded.iter().find(|(known, _)| known == path) {
            return Ok(module);
        }
        let module = Self { pkcs11: Pkcs11::new(path).map_err(failed)?, open: Mutex::new(0) };
        module.initialize().map_err(failed)?;
        let module = Box::leak(Box::new(module));
        loaded.push((path.to_owned(), module));
        Ok(module)
    }

    /// Opens a session with the token of this label. Many modules look for tokens only when they are initialised:
    /// if it is not there and nobody has a session, that is done anew.
    pub(super) fn open(&'static self, label: &str, writes: bool) -> Result<Open, TokenFault> {
        let mut open = self.opened();
        let slot = match self.slot(label) {
            Err(_) if *open == 0 => {
                // One that was never initialised needs no end.
                let _ = self.pkcs11.clone().finalize();
                self.initialize()?;
                self.slot(label)
            }
            found => found,
        }?;
        let session =
            if writes { self.pkcs11.open_rw_session(slot) } else { self.pkcs11.open_ro_session(slot) };
        let session = session?;
        *open += 1;
        Ok(Open { session, _counted: Counted(self) })
    }

    fn initialize(&self) -> Result<(), Error> {
        match self.pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
            initialized => initialized,
        }
    }

    fn slot(&self, label: &str) -> Result<Slot, TokenFault> {
        let has = |slot: &Slot| self.pkcs11.get_token_info(*slot).is_ok_and(|token| token.label() == label);
        let mut slots = self.pkcs11.get_slots_with_token()?.into_iter().filter(has);
        match (slots.next(), slots.next()) {
            (Some(slot), None) => Ok(slot),
            (Some(_), Some(_)) => Err(TokenFault::Ambiguous(label.to_owned())),
            (None, _) => Err(TokenFault::Away(label.to_owned())),
        }
    }

    fn opened(&self) -> MutexGuard<'_, usize> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Counted(&'static Module);

impl Drop for Counted {
    fn drop(&mut self) {
        *self.0.opened() -= 1;
    }
}
