//! Witnessing: newest checkpoints are given to witnesses, and their cosignatures kept with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use postern_core::ids::TenantId;
use postern_core::ports::{AnchorFault, Witness, Witnessed};
use postern_log::add_checkpoint;

use crate::Problem;
use crate::app::App;

/// Seconds by which a cosignature may be older or newer than this clock.
const AWAY: u64 = 3600;
/// How often a witness is told a size for one log in a row.
const TRIES: u32 = 3;

/// A witness, what it knows, and what it is to see. Working state: a witness says what it knows.
pub struct Witnessing {
    witness: Arc<dyn Witness>,
    sizes: Mutex<BTreeMap<TenantId, u64>>,
    behind: Mutex<BTreeSet<TenantId>>,
}

/// What asking came to.
enum Asked {
    Done,
    /// This log is asked about again later.
    Later(String),
}

impl Witnessing {
    /// By this one.
    #[must_use]
    pub fn by(witness: Arc<dyn Witness>) -> Self {
        Self { witness, sizes: Mutex::default(), behind: Mutex::default() }
    }

    /// Notes a log that grew.
    pub(crate) fn owe(&self, tenant: TenantId) {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant);
    }

    fn owed(&self) -> BTreeSet<TenantId> {
        std::mem::take(&mut *self.behind.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn known(&self, tenant: TenantId) -> u64 {
        let sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.get(&tenant).copied().unwrap_or_default()
    }

    fn knows(&self, tenant: TenantId, size: u64) {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, size);
    }
}

impl App {
    /// Has the logs cosigned that grew. What a witness does not cosign now is asked again the next time.
    ///
    /// # Errors
    /// [`AnchorFault::Backwards`] if a witness knows more of a log than there is, or another history.
    pub async fn witness(&self, one: &Witnessing) -> Result<(), AnchorFault> {
        for tenant in one.owed() {
            if let Asked::Later(why) = self.cosigned(one, tenant).await? {
                let witness = one.witness.key().name().to_owned();
                tracing::error!(witness, %tenant, why, "a log was not cosigned");
                one.owe(tenant);
            }
        }
        Ok(())
    }

    async fn cosigned(&self, one: &Witnessing, tenant: TenantId) -> Result<Asked, AnchorFault> {
        let name = one.witness.key().name().to_owned();
        for _ in 0..TRIES {
            let known = one.known(tenant);
            let (note, size, proof) = match self.continued(tenant, known).await {
                Ok(continued) => continued,
                Err(problem) => return Ok(Asked::Later(problem.name().to_owned())),
            };
            let (witness, body) = (Arc::clone(&one.witness), add_checkpoint(known, &proof, &note));
            let asked = tokio::task::spawn_blocking(move || witness.add(&body)).await;
            match asked {
                Err(fault) => return Ok(Asked::Later(fault.to_string())),
                Ok(Err(fault)) => return Ok(Asked::Later(fault.to_string())),
                Ok(Ok(Witnessed::Cosigned(lines))) => {
                    one.knows(tenant, size);
                    return Ok(self.keep_cosigned(one, tenant, (&note, size), &lines).await);
                }
                Ok(Ok(Witnessed::Knows(knows))) => {
                    let there = self.store().head(tenant).await;
                    let Ok(there) = there.map(|head| head.frontier.size()) else {
                        return Ok(Asked::Later("the store does not answer".to_owned()));
                    };
                    if knows > there {
                        return Err(AnchorFault::Backwards(format!(
                            "the witness {name} knows {knows} events of {tenant}, there are {there}"
                        )));
                    }
                    if knows == known && known == size {
                        return Err(other_history(&name, tenant, known));
                    }
                    one.knows(tenant, knows);
                }
                // Without a size there is nothing that the log could differ from.
                Ok(Ok(Witnessed::OtherHistory)) if known > 0 => {
                    return Err(other_history(&name, tenant, known));
                }
                Ok(Ok(Witnessed::OtherHistory)) => {
                    return Ok(Asked::Later("it does not take the checkpoint".to_owned()));
                }
            }
        }
        Ok(Asked::Later("it knows another size every time".to_owned()))
    }

    /// The newest checkpoint, its size, and the proof that it continues what is known.
    async fn continued(
        &self,
        tenant: TenantId,
        known: u64,
    ) -> Result<(String, u64, Vec<postern_log::Hash>), Problem> {
        let (note, frontier) = self.sign_checkpoint(tenant).await?;
        let size = frontier.size();
        let proof = match known {
            0 => Vec::new(),
            known if known >= size => Vec::new(),
            known => self.proof_between(tenant, known, size, frontier.root()).await?,
        };
        Ok((note, size, proof))
    }

    /// Keeps a checkpoint with its cosignature, if that is the witness's and of now.
    async fn keep_cosigned(
        &self,
        one: &Witnessing,
        tenant: TenantId,
        (note, size): (&str, u64),
        lines: &str,
    ) -> Asked {
        let key = one.witness.key();
        if let Err(fault) = key.cosign(note, lines) {
            return Asked::Later(format!("its cosignature is none: {fault}"));
        }
        let time = key.cosigned(lines_of(note, lines).as_str()).ok().flatten().unwrap_or_default();
        if time.abs_diff(self.now().seconds()) > AWAY {
            return Asked::Later("its clock or this one is wrong".to_owned());
        }
        // Beside what others have cosigned meanwhile; a newer checkpoint stands in nobody's way.
        let _one_by_one = self.signing.lock().await;
        let kept = match self.store().checkpoint(tenant).await {
            Ok(kept) => kept.filter(|kept| text_of(kept) == text_of(note)),
            Err(fault) => return Asked::Later(fault.to_string()),
        };
        let Some(cosigned) = kept.and_then(|kept| key.cosign(&kept, lines).ok()) else { return Asked::Done };
        match self.store().keep_checkpoint(tenant, size, cosigned).await {
            Ok(()) => Asked::Done,
            Err(fault) => Asked::Later(fault.to_string()),
        }
    }
}

fn other_history(witness: &str, tenant: TenantId, size: u64) -> AnchorFault {
    AnchorFault::Backwards(format!(
        "the witness {witness} knows another history of {tenant} at {size} events"
    ))
}

/// What a note says, without its signatures.
fn text_of(note: &str) -> &str {
    note.split_once("\n\n").map_or(note, |(text, _)| text)
}

/// The note with these lines and no others beside the first, which is the log's own.
fn lines_of(note: &str, lines: &str) -> String {
    let end = note.find("\n\n").map_or(0, |at| at + 2);
    let (text, signatures) = note.split_at(end);
    let own = signatures.lines().next().unwrap_or_default();
    format!("{text}{own}\n{lines}")
}
