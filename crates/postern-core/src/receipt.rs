//! Receipts: signed answers that the caller can check offline.

use serde::Serialize;

use crate::Time;
use crate::assurance::Evidence;
use crate::encoding::base64url;
use crate::ids::{EventId, RedemptionId, SetId, SubjectId};
use crate::kernel::Kind;
use crate::limits;
use crate::subject::Accepted;
use crate::subject::Purpose;

/// The `typ` of a receipt's header.
pub const TYPE: &str = "postern-receipt+jwt";

/// What the application must hold the session to. Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Restrictions {
    /// When the holder may enrol a new authenticator.
    pub enrol: Enrol,
}

/// When the holder may enrol a new authenticator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Enrol {
    /// No earlier than this.
    pub not_before: Time,
}

/// Restrictions that this release may send: an application registers those that it enforces.
pub const RESTRICTIONS: [&str; 1] = ["enrol"];

/// Restrictions after a first factor and a code: enrolment waits (`lifecycle`, "Enrolment after recovery").
#[must_use]
pub fn restrictions(accepted_at: Time) -> Restrictions {
    Restrictions { enrol: Enrol { not_before: accepted_at.plus(limits::ENROL_WAIT) } }
}

/// A receipt's claims. Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Receipt<'a> {
    /// The most that a back-up code can add up to.
    pub aal_max: u8,
    /// What Postern was told and did not check.
    pub asserted: Option<&'a Evidence>,
    /// The application.
    pub aud: &'a str,
    /// The event.
    pub evt: String,
    /// End, in seconds.
    pub exp: u64,
    /// Signing, in seconds.
    pub iat: u64,
    /// Installation and tenant.
    pub iss: &'a str,
    /// The redemption: take it once.
    pub jti: String,
    /// Leaf hash of the event in the tenant's log.
    pub leaf: String,
    /// What for.
    pub purpose: Purpose,
    /// What the session is held to.
    pub restrictions: Restrictions,
    /// The set.
    pub set: String,
    /// The external id of the holder, if the caller named it so; Postern's id otherwise.
    pub sid: &'a str,
    /// The code's number.
    pub slot: u8,
    /// Postern's id of the holder.
    pub sub: String,
    /// The caller's login transaction.
    pub txn: &'a str,
    /// What Postern checked.
    pub verified: Option<&'a Evidence>,
}

/// What a receipt needs beside what was recorded.
pub struct Circumstances<'a> {
    /// Installation and tenant.
    pub issuer: &'a str,
    /// Whose code it was.
    pub subject: SubjectId,
    /// The name that the caller used.
    pub called: &'a str,
    /// The caller's login transaction.
    pub txn: &'a str,
    /// Leaf hash of the event.
    pub leaf: [u8; 32],
    /// Now.
    pub now: Time,
}

/// The receipt of an accepted redemption. Signed again for a repeated answer it has the same `jti` and ends
/// no later than ten minutes after the commit.
#[must_use]
pub fn receipt<'a>(accepted: &'a Accepted, about: &Circumstances<'a>) -> Receipt<'a> {
    let spent = &accepted.spent;
    let end = about.now.plus(limits::RECEIPT_LIVES).min(accepted.at.plus(limits::ACCEPTED_REPEATS));
    let signed = spent.evidence.prover.is_some();
    let event = EventId { kind: Kind::Subject, object: about.subject.bytes(), version: accepted.version };
    Receipt {
        aal_max: 2,
        asserted: (!signed).then_some(&spent.evidence),
        aud: &spent.application,
        evt: event.to_string(),
        exp: end.seconds(),
        iat: about.now.seconds(),
        iss: about.issuer,
        jti: RedemptionId { subject: about.subject, version: accepted.version }.to_string(),
        leaf: base64url(&about.leaf),
        purpose: spent.purpose,
        restrictions: restrictions(accepted.at),
        set: SetId { subject: about.subject, generation: spent.generation }.to_string(),
        sid: about.called,
        slot: spent.slot,
        sub: about.subject.to_string(),
        txn: about.txn,
        verified: signed.then_some(&spent.evidence),
    }
}
