//! Witnessing: newest checkpoints are given to witnesses, and their cosignatures kept with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use postern_core::ids::TenantId;
use postern_core::ports::{AnchorFault, Witness, Witnessed};
use postern_log::add_checkpoint;

use crate::Problem;
use crate::app::App;

/// Seconds by which a cosignature may be older or newer than this clock.
const AWAY: u64 = 3600;
/// How often a witness is told a size for one log in a row.
const TRIES: u32 = 3;

/// Witnesses, what each knows, and what it is to see. Working state: a witness says what it knows.
#[derive(Default)]
pub struct Witnessing(Vec<One>);

struct One {
    witness: Arc<dyn Witness>,
    sizes: BTreeMap<TenantId, u64>,
    behind: BTreeSet<TenantId>,
}

/// What asking came to.
enum Asked {
    Done,
    Later(String),
}

impl Witnessing {
    /// By these.
    #[must_use]
    pub fn by(witnesses: Vec<Arc<dyn Witness>>) -> Self {
        let one = |witness| One { witness, sizes: BTreeMap::new(), behind: BTreeSet::new() };
        Self(witnesses.into_iter().map(one).collect())
    }

    /// Notes a log that grew.
    pub(crate) fn owe(&mut self, tenant: TenantId) {
        for one in &mut self.0 {
            one.behind.insert(tenant);
        }
    }
}

impl App {
    /// Has the logs cosigned that grew. What a witness does not cosign now is asked again the next time.
    ///
    /// # Errors
    /// [`AnchorFault::Backwards`] if a witness knows more of a log than there is, or another history.
    pub async fn witness(&self, witnessing: &mut Witnessing) -> Result<(), AnchorFault> {
        for one in &mut witnessing.0 {
            for tenant in one.behind.clone() {
                match self.cosigned(one, tenant).await? {
                    Asked::Done => {
                        one.behind.remove(&tenant);
                    }
                    Asked::Later(why) => {
                        let witness = one.witness.key().name().to_owned();
                        tracing::error!(witness, %tenant, why, "a log was not cosigned");
                    }
                }
            }
        }
        Ok(())
    }

    async fn cosigned(&self, one: &mut One, tenant: TenantId) -> Result<Asked, AnchorFault> {
        let name = one.witness.key().name().to_owned();
        for _ in 0..TRIES {
            let known = one.sizes.get(&tenant).copied().unwrap_or_default();
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
                    one.sizes.insert(tenant, size);
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
                    one.sizes.insert(tenant, knows);
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
        one: &One,
        tenant: TenantId,
        (note, size): (&str, u64),
        lines: &str,
    ) -> Asked {
        let key = one.witness.key();
        let cosigned = match key.cosign(note, lines) {
            Ok(cosigned) => cosigned,
            Err(fault) => return Asked::Later(format!("its cosignature is none: {fault}")),
        };
        let time = key.cosigned(lines_of(note, lines).as_str()).ok().flatten().unwrap_or_default();
        if time.abs_diff(self.now().seconds()) > AWAY {
            return Asked::Later("its clock or this one is wrong".to_owned());
        }
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

/// The note with these lines and no others beside the first, which is the log's own.
fn lines_of(note: &str, lines: &str) -> String {
    let end = note.find("\n\n").map_or(0, |at| at + 2);
    let (text, signatures) = note.split_at(end);
    let own = signatures.lines().next().unwrap_or_default();
    format!("{text}{own}\n{lines}")
}
