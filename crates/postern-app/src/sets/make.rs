//! Making a set: codes from the operating system's randomness, verifiers from the key service.

use std::sync::Arc;

use postern_codes::{Code, Prefix, generate};
use postern_core::ids::SubjectId;
use postern_core::kernel::Key;
use postern_core::kinds::{CodeKind, Kinds, Secrecy};
use postern_core::subject::{NewSet, Subject};
use postern_core::tenant::TierSettings;
use postern_core::verifier::{Material, Stretch};
use zeroize::Zeroizing;

use crate::Problem;
use crate::app::App;
use crate::names::name;

/// Codes that were made and not yet shown.
pub(super) struct Made {
    pub(super) new: NewSet,
    pub(super) codes: Vec<MadeCode>,
}

/// A code, the number that it is printed with, and what it does.
pub(super) struct MadeCode {
    pub(super) slot: u8,
    pub(super) kind: CodeKind,
    pub(super) code: Code,
}

/// For whom a set is made.
pub(super) struct For<'a> {
    pub(super) key: Key,
    pub(super) subject: &'a Subject,
    /// Whether the tenant keeps kinds.
    pub(super) keeps_kinds: bool,
    pub(super) special: Special,
}

/// Codes beside the usual ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Special {
    /// Codes that never work and ring an alarm, on top of the others.
    pub canaries: u8,
    /// Whether one of the working codes rings an alarm.
    pub duress: bool,
}

impl Special {
    /// Whether any is wanted.
    #[must_use]
    pub const fn is_wanted(self) -> bool {
        self.canaries > 0 || self.duress
    }
}

/// Random bytes that one code needs at most, rejected digits included; asked of the system at once.
const PER_CODE: usize = 64;

impl App {
    /// Makes a set for the subject's present generation and epoch, under the version of the pepper that is in force.
    pub(super) async fn make(
        &self,
        about: &For<'_>,
        settings: TierSettings,
        prefix: Prefix,
        in_force: Option<u16>,
    ) -> Result<Made, Problem> {
        let For { key, subject, .. } = *about;
        let (tenant, id) = (key.tenant, SubjectId::new(key.id));
        let (format, count) = (settings.format, settings.count);
        let stretch = settings.stretch.for_format(format);
        let epoch = subject.epoch.bytes().to_vec();
        let keys = self.subject_keys(tenant, id, &epoch, in_force).await?;
        let chosen = keys.live.iter().find(|(version, _)| in_force.is_none_or(|wanted| wanted == *version));
        let Some((key_version, own_key)) = chosen else { return Err(Problem::Unavailable) };
        let generation = subject.generation + 1;
        let salt: [u8; 16] = self.random()?;
        let (mut codes, mut verifiers) = (Vec::new(), Vec::new());
        let kinds = self.arrange(about, count)?;
        let places: Vec<_> = kinds.as_ref().unwrap_or(&Kinds::plain(count)).places().collect();
        for (place, kind) in places {
            let slot = match place {
                Some(slot) => slot,
                // A canary looks like any other code of the sheet.
                None => 1 + u8::try_from(u32::from_be_bytes(self.random()?) % u32::from(count)).unwrap_or(0),
            };
            let code = self.code(format, slot, &prefix)?;
            let material = if stretch == Stretch::None {
                Material::new(&code, stretch, subject.salt.bytes()).ok_or(Problem::Unavailable)?
            } else {
                let again = copy(&code, &prefix)?;
                self.material(Arc::new(again), stretch, subject.salt.bytes().to_vec()).await?
            };
            verifiers.extend_from_slice(&material.verifier(own_key, generation, &salt));
            codes.push(MadeCode { slot, kind, code });
        }
        let name = name(self.random()?);
        let key_version = *key_version;
        let secrecy = Secrecy { keys: self.local(), nonce: self.nonce()? };
        let sealed = kinds.map(|kinds| secrecy.seal(key, generation, &kinds).ok_or(Problem::Unavailable));
        let (kinds, salt) = (sealed.transpose()?, salt.to_vec());
        let new = NewSet { generation, epoch, key_version, name, salt, verifiers, settings, prefix, kinds };
        Ok(Made { new, codes })
    }

    /// Which verifier stands for what, if the tenant keeps kinds.
    fn arrange(&self, about: &For<'_>, count: u8) -> Result<Option<Kinds>, Problem> {
        if !about.keeps_kinds {
            return Ok(None);
        }
        let mut fault = None;
        let Special { canaries, duress } = about.special;
        let kinds = Kinds::arrange(count, canaries, duress, |bytes| {
            fault = fault.take().or(self.ports.entropy.fill(bytes).err());
        });
        fault.map_or(Ok(Some(kinds)), |fault| Err(Problem::unavailable(&fault)))
    }

    fn code(&self, format: postern_codes::Format, slot: u8, prefix: &Prefix) -> Result<Code, Problem> {
        let mut fault = None;
        let mut pool = Zeroizing::new([0u8; PER_CODE]);
        let mut left = 0;
        let code = generate(format, slot, prefix, &mut |bytes| {
            if left < bytes.len() && self.ports.entropy.fill(&mut *pool).is_err() {
                // Bytes that end the drawing; the code is thrown away below.
                fault = Some(());
                bytes.fill(0);
                return;
            }
            left = if left < bytes.len() { PER_CODE } else { left };
            let from = PER_CODE - left;
            bytes.iter_mut().zip(pool.iter().skip(from)).for_each(|(to, random)| *to = *random);
            left -= bytes.len();
        });
        if fault.is_some() { Err(Problem::unavailable(&"no random bytes")) } else { Ok(code) }
    }
}

/// A code cannot be cloned; reading it back gives another one for the stretching thread.
fn copy(code: &Code, prefix: &Prefix) -> Result<Code, Problem> {
    match postern_codes::parse(code.canonical(), std::slice::from_ref(prefix)) {
        postern_codes::Parsed::Testable { code, .. } => Ok(code),
        _ => Err(Problem::unavailable(&"a made code did not read back")),
    }
}
