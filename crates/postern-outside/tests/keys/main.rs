//! What every key service promises, as one list of cases run against each of them.

#![cfg(test)]

mod cases;
mod credential;
mod encrypted;
mod moving;
mod openbao;
mod plain;
mod sealed;
mod softhsm;
mod support;
mod token;
mod transit;

use credential::Credential;
use openbao::Bao;
use plain::Plain;
use sealed::Sealed;
use softhsm::SoftHsm;

/// Runs every case once for each key service, as a test of its own; where keys can be changed also those that change them.
macro_rules! cases {
    ($($case:ident),+ $(,)?; $($changing:ident),+ $(,)?) => {
        mod credential_file {
            $(#[test] fn $case() { super::cases::$case(&super::Credential::new()); })+
        }
        cases! { changed: $($case,)+ $($changing,)+ }
    };
    (changed: $($case:ident),+ $(,)?) => {
        mod plain_file {
            $(#[test] fn $case() { super::cases::$case(&super::Plain::new()); })+
        }
        mod sealed_file {
            $(#[test] fn $case() { super::cases::$case(&super::Sealed::new()); })+
        }
        mod transit_engine {
            $(#[test] fn $case() { super::cases::$case(&super::Bao::new()); })+
        }
        mod token_module {
            $(#[test] fn $case() {
                let name = concat!("token_module::", stringify!($case));
                super::SoftHsm::alone(name, |ground| super::cases::$case(ground));
            })+
        }
    };
}

cases! {
    a_subjects_keys_are_the_same_every_time,
    keys_are_apart_by_tenant_subject_and_epoch,
    every_live_version_comes_in_one_answer_the_newest_first,
    what_was_signed_verifies_with_what_is_public,
    local_keys_are_the_same_after_opening_again,
    many_may_ask_at_once;
    a_version_is_made_and_another_taken_away_under_load,
}
