//! Keys of an application: made, replaced, revoked.

use zeroize::Zeroizing;

use super::{Application, ApplicationFact, KeyCreated, KeyRevoked, Token};
use crate::Time;
use crate::ids::{ApplicationId, ApplicationKeyId};
use crate::kernel::{Draft, Held};
use crate::limits;
use crate::local_keys::LocalKeys;
use crate::withheld::Withheld;

/// A key to be made.
#[derive(Clone)]
pub struct NewKey {
    /// Its secret: random bytes.
    pub secret: Zeroizing<[u8; 20]>,
    /// When it stops working, if it does by itself.
    pub expires_at: Option<Time>,
}

/// Why no key was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoKey {
    /// There is no such application.
    NoApplication,
    /// It has two live keys: revoke one first.
    TwoLive,
    /// It has no live key that another one could replace.
    NoneLive,
}

/// Makes a key; the secret is returned this once.
///
/// # Errors
/// [`NoKey`] if there may be none.
pub fn make_key(
    application: Held<Application>,
    new: NewKey,
    keys: &LocalKeys,
    draft: &mut Draft,
) -> Result<Token, NoKey> {
    make(application, new, keys, draft).map(|(_, token)| token)
}

/// Makes a key that takes the place of the only live one, which works on until `until`: the number of the one that
/// ends, and the new one, whose secret is returned this once.
///
/// # Errors
/// [`NoKey`] if there is not one live key.
pub fn rotate_key(
    application: Held<Application>,
    new: NewKey,
    until: Time,
    keys: &LocalKeys,
    draft: &mut Draft,
) -> Result<(u32, Token), NoKey> {
    let state = application.state().ok_or(NoKey::NoApplication)?;
    let old = match *state.live_keys(draft.context().at) {
        [one] => one,
        [] => return Err(NoKey::NoneLive),
        _ => return Err(NoKey::TwoLive),
    };
    // A key that was to end sooner is not kept alive by its successor.
    let until = state.end_of(old).map_or(until, |end| end.min(until));
    let (application, token) = make(application, new, keys, draft)?;
    let ended = KeyRevoked { ends_at: Some(until), number: old };
    let _ = application.record(ApplicationFact::KeyRevoked(ended), draft);
    Ok((old, token))
}

/// Revokes a key; `false` if it is not there.
pub fn revoke_key(application: Held<Application>, number: u32, draft: &mut Draft) -> bool {
    let live = application.state().is_some_and(|state| state.keys.iter().any(|key| key.number == number));
    if live {
        let revoked = KeyRevoked { ends_at: None, number };
        let _ = application.record(ApplicationFact::KeyRevoked(revoked), draft);
    }
    live
}

fn make(
    application: Held<Application>,
    new: NewKey,
    keys: &LocalKeys,
    draft: &mut Draft,
) -> Result<(Held<Application>, Token), NoKey> {
    let state = application.state().ok_or(NoKey::NoApplication)?;
    if state.live_keys(draft.context().at).len() >= limits::APPLICATION_KEYS {
        return Err(NoKey::TwoLive);
    }
    let key = application.key();
    let id = ApplicationId::new(key.id);
    let number = state.keys_made + 1;
    let token = Token::new(key.tenant, ApplicationKeyId { application: id, number }, new.secret);
    let hash = Withheld::Known(keys.application_key(id, number, token.secret()).to_vec());
    let created = KeyCreated { expires_at: new.expires_at, hash, number };
    Ok((application.record(ApplicationFact::KeyCreated(created), draft), token))
}
