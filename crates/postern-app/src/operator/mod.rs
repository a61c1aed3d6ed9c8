//! What an operator does at the machine: never anything that yields a code.

mod application_keys;
mod applications;
mod backup;
mod burn;
mod campaigns;
mod command;
mod evidence;
mod keys;
mod provers;
mod subjects;
mod tenants;

pub use application_keys::LONGEST_OVERLAP;
pub use applications::NewApplication;
pub use command::{Command, Refused, TierChange};
pub use keys::Note;
use postern_core::kernel::{Actor, ActorKind, Context, Draft, Outcome, Step, Tampered, View, Want, decide};

use crate::app::App;

/// An application over one installation, in the name of the person who asks.
pub struct Operator<'a> {
    app: &'a App,
    name: String,
}

impl App {
    /// The use cases of an operator, whose name goes into the events.
    #[must_use]
    pub fn operator(&self, name: &str) -> Operator<'_> {
        Operator { app: self, name: name.to_owned() }
    }
}

impl Operator<'_> {
    /// Decides and commits; a refusal is a sentence.
    pub(crate) async fn decided<A: Send + 'static>(
        &self,
        wants: &[Want],
        mut decide_on: impl FnMut(&View, &mut Draft) -> Result<Result<A, Refused>, Tampered> + Send + 'static,
    ) -> Result<A, Refused> {
        self.app.running().map_err(|problem| Refused(problem.told().0.to_owned()))?;
        let view = self.app.store().look(wants).await.map_err(|fault| Refused(fault.to_string()))?;
        let (now, name) = (self.app.now(), self.name.clone());
        let outcome = decide::<Result<A, Refused>, ()>(self.app.store(), &view, move |view| {
            let actor = Actor::new(ActorKind::Operator, name.clone());
            let mut draft = Draft::new(Context { at: view.at(now), actor, private: None });
            let answer = decide_on(view, &mut draft)?;
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match outcome.await {
            Outcome::Committed(answer) | Outcome::Nothing(answer) => answer,
            Outcome::Rejected(key) => {
                self.app.note_rejected(key).await;
                Err(Refused(format!(
                    "The stored row of {key} is not as it was written. Run `postern audit verify` to see what differs."
                )))
            }
            Outcome::Unknown => {
                Err(Refused("It is not known whether that was done. Look, then try again.".to_owned()))
            }
            Outcome::Busy | Outcome::Prepare(()) | Outcome::Taken(_) => {
                Err(Refused("The store is busy; nothing was changed. Please try again.".to_owned()))
            }
        }
    }
}
