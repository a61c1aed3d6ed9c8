//! Making a set: codes from the operating system's randomness, verifiers from the key service.

use postern_codes::{Code, Prefix, generate};
use postern_core::ids::{SubjectId, TenantId};
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
    pub(super) codes: Vec<Code>,
}

/// Random bytes that one code needs at most, rejected digits included; asked of the system at once.
const PER_CODE: usize = 64;

impl App {
    /// Makes a set for the subject's present generation and epoch, under the version of the pepper that is in force.
    pub(super) async fn make(
        &self,
        tenant: TenantId,
        id: SubjectId,
        subject: &Subject,
        settings: TierSettings,
        prefix: Prefix,
        in_force: Option<u16>,
    ) -> Result<Made, Problem> {
        let (format, count) = (settings.format, settings.count);
        let stretch = settings.stretch.for_format(format);
        let epoch = subject.epoch.bytes().to_vec();
        let keys = self.subject_keys(tenant, id, &epoch, in_force).await?;
        let chosen = keys.live.iter().find(|(version, _)| in_force.is_none_or(|wanted| wanted == *version));
        let Some((key_version, key)) = chosen else { return Err(Problem::Unavailable) };
        let generation = subject.generation + 1;
        let salt: [u8; 16] = self.random()?;
        let (mut codes, mut verifiers) = (Vec::new(), Vec::new());
        for slot in 1..=count {
            let code = self.code(format, slot, &prefix)?;
            let material = if stretch == Stretch::None {
                Material::new(&code, stretch, subject.salt.bytes()).ok_or(Problem::Unavailable)?
            } else {
                let again = copy(&code, &prefix)?;
                self.material(again, stretch, subject.salt.bytes().to_vec()).await?
            };
            verifiers.extend_from_slice(&material.verifier(key, generation, &salt));
            codes.push(code);
        }
        let name = name(self.random()?);
        let key_version = *key_version;
        let new =
            NewSet { generation, epoch, key_version, name, salt: salt.to_vec(), verifiers, settings, prefix };
        Ok(Made { new, codes })
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
