//! Records, places and events as columns of arrays, in the order that statements lock and insert in.

use std::collections::BTreeMap;

use postern_core::kernel::{ClaimKey, Key, Kind, Row};

use super::call::Call;
use super::columns::number;
use super::schema;
use crate::loaded::{Loaded, PendingEvent};

/// Tenants and ids, as two arrays.
pub(super) fn keys(call: Call, keys: impl Iterator<Item = Key>) -> Call {
    let (tenants, ids) = keys.map(|key| (key.tenant.bytes().to_vec(), key.id.to_vec())).unzip();
    call.all_bytes(tenants).all_bytes(ids)
}

/// Kinds, tenants and ids, as three arrays.
pub(super) fn kinds_and_keys(call: Call, all: &[Key]) -> Call {
    keys(call.all_smalls(all.iter().map(|key| key.kind.number().into()).collect()), all.iter().copied())
}

/// Tenants, spaces and keys, as three arrays.
pub(super) fn places<'a>(call: Call, places: impl Iterator<Item = &'a ClaimKey>) -> Call {
    let (mut tenants, mut spaces, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for place in places {
        tenants.push(place.tenant.bytes().to_vec());
        spaces.push(place.space.number().into());
        keys.push(place.key.to_vec());
    }
    call.all_bytes(tenants).all_smalls(spaces).all_bytes(keys)
}

/// Everything that was changed, as statements.
pub(super) fn writes(loaded: &Loaded) -> Vec<Call> {
    let mut calls = Vec::new();
    for kind in Kind::ALL {
        let of_kind = |is_new: bool| {
            let changed = loaded
                .changed
                .iter()
                .filter(move |(key, expect)| key.kind == kind && (**expect == 0) == is_new);
            changed.filter_map(|(key, expect)| Some((*key, *expect, loaded.rows.get(key)?.as_ref()?)))
        };
        let new: Vec<_> = of_kind(true).collect();
        if !new.is_empty() {
            calls.push(rows(Call::new(schema::insert(kind)), &new));
        }
        let changed: Vec<_> = of_kind(false).collect();
        if !changed.is_empty() {
            let expects = changed.iter().map(|(_, expect, _)| number(*expect)).collect();
            calls.push(rows(Call::new(schema::update(kind)), &changed).all_numbers(expects));
        }
    }
    calls.extend(parts(loaded));
    if !loaded.released.is_empty() {
        calls.push(places(Call::new(schema::CLAIMS_END), loaded.released.iter()));
    }
    if !loaded.taken.is_empty() {
        calls.push(claims(loaded));
    }
    if !loaded.forgotten.is_empty() {
        calls.push(keys(Call::new(schema::KEYRING_END), loaded.forgotten.iter().copied()));
    }
    if !loaded.keyring.is_empty() {
        let wrapped = loaded.keyring.values().cloned().collect();
        calls.push(keys(Call::new(schema::KEYRING_PUT), loaded.keyring.keys().copied()).all_bytes(wrapped));
    }
    calls.push(pending(&loaded.events));
    calls
}

fn rows(call: Call, rows: &[(Key, u64, &Row)]) -> Call {
    keys(call, rows.iter().map(|(key, _, _)| *key))
        .all_numbers(rows.iter().map(|(_, _, row)| number(row.version)).collect())
        .all_bytes(rows.iter().map(|(_, _, row)| row.body.clone()).collect())
        .all_bytes(rows.iter().map(|(_, _, row)| row.seal.clone()).collect())
        .all_texts(rows.iter().map(|(_, _, row)| row.state.clone()).collect())
        .all_optional(rows.iter().map(|(_, _, row)| row.due.map(number)).collect())
}

fn parts(loaded: &Loaded) -> Vec<Call> {
    let mut calls = Vec::new();
    if !loaded.gone_parts.is_empty() {
        let of: Vec<Key> = loaded.gone_parts.iter().map(|(key, _)| *key).collect();
        let numbers = loaded.gone_parts.iter().map(|(_, number)| i64::from(*number)).collect();
        calls.push(kinds_and_keys(Call::new(schema::PARTS_END), &of).all_numbers(numbers));
    }
    if !loaded.new_parts.is_empty() {
        let of: Vec<Key> = loaded.new_parts.keys().map(|(key, _)| *key).collect();
        let parts = loaded.new_parts.values();
        let call = kinds_and_keys(Call::new(schema::PARTS_PUT), &of)
            .all_numbers(parts.clone().map(|part| i64::from(part.number)).collect())
            .all_bytes(parts.clone().map(|part| part.bytes.clone()).collect())
            .all_bytes(parts.map(|part| part.seal.clone()).collect());
        calls.push(call);
    }
    calls
}

fn claims(loaded: &Loaded) -> Call {
    let taken = || loaded.taken.values().map(|(claim, _)| claim);
    places(Call::new(schema::CLAIMS_PUT), loaded.taken.keys())
        .all_smalls(taken().map(|claim| claim.owner.kind.number().into()).collect())
        .all_bytes(taken().map(|claim| claim.owner.id.to_vec()).collect())
        .all_numbers(taken().map(|claim| number(claim.version)).collect())
        .all_optional(taken().map(|claim| claim.until.map(|until| number(until.millis()))).collect())
        .all_bytes(loaded.taken.values().map(|(_, seal)| seal.to_vec()).collect())
}

fn pending(events: &[PendingEvent]) -> Call {
    by_version(Call::new(schema::PENDING_PUT), events.iter().map(|event| (event.key, event.version)))
        .all_bytes(events.iter().map(|event| event.bytes.clone()).collect())
        .all_bytes(events.iter().map(|event| event.mac.to_vec()).collect())
}

/// Tenants, kinds, objects and versions, as four arrays.
pub(super) fn by_version(call: Call, events: impl Iterator<Item = (Key, u64)>) -> Call {
    let (mut tenants, mut kinds, mut objects, mut versions) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (key, version) in events {
        tenants.push(key.tenant.bytes().to_vec());
        kinds.push(key.kind.number().into());
        objects.push(key.id.to_vec());
        versions.push(number(version));
    }
    call.all_bytes(tenants).all_smalls(kinds).all_bytes(objects).all_numbers(versions)
}

/// Sums as one statement.
pub(super) fn tallies(
    sums: &BTreeMap<(postern_core::ids::TenantId, &'static str, u32, [u8; 16]), u32>,
) -> Call {
    Call::new(schema::TALLIES_ADD)
        .all_bytes(sums.keys().map(|(tenant, ..)| tenant.bytes().to_vec()).collect())
        .all_texts(sums.keys().map(|(_, measure, ..)| (*measure).to_owned()).collect())
        .all_numbers(sums.keys().map(|(_, _, hour, _)| i64::from(*hour)).collect())
        .all_bytes(sums.keys().map(|(.., dimension)| dimension.to_vec()).collect())
        .all_numbers(sums.values().map(|count| i64::from(*count)).collect())
}
