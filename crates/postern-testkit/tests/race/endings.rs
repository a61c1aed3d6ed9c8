//! What happens in the middle of redemptions.

use std::time::Duration;

use postern_app::SubjectName;
use postern_app::operator::Command;
use postern_core::ids::ApplicationId;
use postern_core::ports::Clock as _;
use postern_core::subject::fact::RevokeReason;
use postern_testkit::{Http, StoreKind};
use serde_json::json;

use crate::clients::{Holder, Site};
use crate::log::spent;
use crate::paper::{Asks, Told};

/// What a redemption races against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// The next sheet is confirmed.
    Confirm,
    /// The sheet is revoked.
    Revoke,
    /// The holder leaves.
    Leave,
    /// The sheet's time is over.
    Expiry,
    /// A campaign ends every sheet.
    Burn,
    /// The pepper is rotated.
    Rotation,
    /// The application's key is revoked.
    Key,
}

impl Ending {
    /// Whether it is asked for each holder apart.
    pub(crate) fn is_of_one(self) -> bool {
        matches!(self, Self::Confirm | Self::Revoke | Self::Leave)
    }

    /// Whether codes of before go on. A key file holds two versions: each rotation has an installation of its own.
    pub(crate) fn ends_nothing(self) -> bool {
        self == Self::Rotation
    }

    /// The event behind which nothing of a round is spent, for what ends other records than the holders' own.
    /// On PostgreSQL the sequencer orders records by their names, not by their commits.
    pub(crate) fn event(self, kind: StoreKind) -> Option<&'static str> {
        let is_beside = matches!(self, Self::Burn | Self::Key);
        (is_beside && kind != StoreKind::Postgres).then(|| self.name())
    }

    /// The event that it is in the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Confirm => "code_set.activated",
            Self::Revoke => "code_set.revoked",
            Self::Leave => "subject.left",
            Self::Expiry => "code_set.expired",
            Self::Burn => "campaign.started",
            Self::Rotation => "key.rotated",
            Self::Key => "application_key.revoked",
        }
    }

    /// What it is on the holders' sheets.
    fn asks(self) -> Asks {
        match self {
            Self::Confirm => Asks::Confirm { generation: 2 },
            Self::Revoke | Self::Leave | Self::Expiry | Self::Burn => Asks::End,
            Self::Rotation => Asks::Else,
            Self::Key => Asks::EndKey,
        }
    }

    /// Sets the clock to just before, where that matters.
    pub(crate) async fn prepare(self, site: &Site, holder: &Holder) {
        let world = &site.world;
        // A campaign ends what was staged before it began.
        world.clock.advance(Duration::from_secs(1));
        if self == Self::Expiry {
            let shown = world.app.subject(&world.token, &SubjectName::Id(holder.subject)).await.unwrap();
            let left = shown.status.active.unwrap().expires_at.since(world.clock.now());
            world.clock.advance(left - Duration::from_secs(1));
        }
    }

    /// Does it to one holder, as an application would.
    pub(crate) async fn of_one(self, http: &mut Http, holder: &Holder) {
        let set = |at: usize, what: &str| format!("/v1/code-sets/{}/{what}", holder.sheets[at].set);
        let (path, body) = match self {
            Self::Confirm => (set(1, "confirm"), Some(json!({ "code": holder.sheets[1].codes[9] }))),
            Self::Revoke => (set(0, "revoke"), Some(json!({ "reason": "lost" }))),
            _ => (format!("/v1/subjects/{}/leave", holder.subject), None),
        };
        holder.asks(http, self.asks(), &path, body.as_ref()).await;
    }

    /// Does it to all at once, as an operator would.
    pub(crate) async fn of_all(self, site: &Site, application: ApplicationId, holders: &[Holder]) {
        let (world, tenant) = (&site.world, site.world.tenant);
        let command = match self {
            Self::Burn => {
                let (issued_before, key_version, reason) = (None, None, RevokeReason::Bulk);
                let count = Command::CampaignCount { tenant, issued_before, key_version };
                let sets = world.app.operate("test", count).await.unwrap()["sets"].as_u64().unwrap();
                Some(Command::CampaignStart { tenant, issued_before, key_version, reason, sets })
            }
            Self::Rotation => Some(Command::KeyRotate { only_make: false }),
            Self::Key => Some(Command::ApplicationKeyRevoke { tenant, application, number: 1 }),
            _ => None,
        };
        let calls: Vec<usize> = holders.iter().map(|holder| holder.history.sends(self.asks())).collect();
        match command {
            Some(command) => drop(world.other.operate("test", command).await.unwrap()),
            None => world.clock.advance(Duration::from_secs(2)),
        }
        holders.iter().zip(calls).for_each(|(holder, call)| holder.history.hears(call, Told::Done));
        // A request is judged by the time at which it came: it may be accepted after the clock has gone on.
        for holder in holders.iter().filter(|_| self != Self::Expiry) {
            let call = holder.history.sends(Asks::Look);
            holder.history.hears(call, Told::Sees(spent(world, holder.subject).await));
        }
    }
}
