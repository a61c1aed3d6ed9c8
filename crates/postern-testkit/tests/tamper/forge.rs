//! What somebody with one of the keys could do on top: rows sealed, events with their MACs, a head over other events.
//! Each takes one control out of the way, and no other.

use postern_core::Time;
use postern_core::encoding::Fixed;
use postern_core::kernel::{
    Actor, ActorKind, Context, Draft, Held, Image, Key, Kind, PartRow, Record as _, Row, Sealer,
};
use postern_core::ports::Keys as _;
use postern_core::subject::Subject;
use postern_core::subject::fact::{SubjectFact, Throttled};
use postern_log::{Frontier, leaf_hash};

use crate::behind::from_hex;
use crate::ground::Ground;

fn sealer(ground: &Ground) -> Sealer {
    ground.rest.keys.local().sealer().clone()
}

/// A subject as it was yesterday, at the version that it has today, under a right seal: nothing about the row by itself
/// tells that a code of it was spent since.
pub(crate) fn row_of_yesterday(ground: &Ground, name: &str) {
    let key = Key::new(Kind::Subject, ground.tenant, ground.id(name));
    let today = row(ground, "subject", key).version;
    let mut held =
        Held::<Subject>::open(key, Some(&row(ground, "yesterday_subject", key)), &sealer(ground)).unwrap();
    let mut draft =
        Draft::new(Context { at: held.last(), actor: Actor::new(ActorKind::Service, "none"), private: None });
    while held.version() < today {
        let (first, last) = (held.last(), held.last());
        let nothing = Throttled { count: 1, first, last, source: Fixed([0; 8]) };
        held = held.record(SubjectFact::Throttled(nothing), &mut draft);
    }
    let columns = held.state().unwrap().columns();
    let sealed = sealer(ground).seal(key, today, held.image().as_ref());
    let (behind, due) =
        (ground.behind(), columns.due.map_or("NULL".to_owned(), |due| due.millis().to_string()));
    behind.run(&format!(
        "UPDATE subject SET body = {}, seal = {}, state = '{}', due = {due} WHERE id = {}",
        behind.bytes(&sealed.body),
        behind.bytes(&sealed.seal),
        columns.state,
        behind.bytes(&key.id),
    ));
}

/// A row without parts.
fn row(ground: &Ground, table: &str, key: Key) -> Row {
    let behind = ground.behind();
    let (body, seal) = (behind.hex("body"), behind.hex("seal"));
    let read = format!(
        "SELECT version, {body}, {seal}, state, due FROM {table} WHERE id = {}",
        behind.bytes(&key.id)
    );
    let found = behind.read(&read).remove(0);
    let parts: Vec<PartRow> = Vec::new();
    let (version, due) = (found[0].parse().unwrap(), found[4].parse().ok());
    Row { version, body: from_hex(&found[1]), seal: from_hex(&found[2]), state: found[3].clone(), due, parts }
}

/// Seals an ended set as it is now.
pub(crate) fn seal_part(ground: &Ground, name: &str, number: u32) {
    let (behind, key) = (ground.behind(), Key::new(Kind::Subject, ground.tenant, ground.id(name)));
    let at = format!("id = {} AND number = {number}", behind.bytes(&key.id));
    let found = behind.read(&format!("SELECT {} FROM part WHERE {at}", behind.hex("body")));
    let part = postern_core::kernel::Part::New { number, bytes: from_hex(&found[0][0]) };
    let columns = postern_core::kernel::Columns { state: "", due: None };
    let image = Image {
        last: Time::START,
        layout: 1,
        record: Vec::new(),
        parts: vec![part],
        columns,
        claims: Vec::new(),
    };
    let sealed = sealer(ground).seal(key, 1, Some(&image));
    behind.run(&format!("UPDATE part SET seal = {} WHERE {at}", behind.bytes(&sealed.new_parts[0].seal)));
}

/// Seals the place of a name as it is now.
pub(crate) fn seal_name(ground: &Ground, owner: &str) {
    use postern_core::kernel::{Claim, ClaimKey, Space};
    let behind = ground.behind();
    let of = format!("owner = {} AND space = 1", behind.bytes(&ground.id(owner)));
    for found in behind.read(&format!("SELECT {}, version FROM claim WHERE {of}", behind.hex("key"))) {
        let key: [u8; 32] = from_hex(&found[0]).try_into().unwrap();
        let place = ClaimKey { tenant: ground.tenant, space: Space::ExternalId, key };
        let owner = Key::new(Kind::Subject, ground.tenant, ground.id(owner));
        let claim = Claim { place, owner, version: found[1].parse().unwrap(), until: None };
        let seal = behind.bytes(&sealer(ground).claim(&claim));
        behind.run(&format!("UPDATE claim SET seal = {seal} WHERE {of} AND key = {}", behind.bytes(&key)));
    }
}

/// Gives an event the MAC of what it is now.
pub(crate) fn mac(ground: &Ground, table: &str, event: &str) {
    let (behind, event) = (ground.behind(), ground.named(event));
    let found = behind.read(&format!("SELECT {} FROM {table} WHERE {event}", behind.hex("body")));
    let mac = sealer(ground).event(ground.tenant, &from_hex(&found[0][0]));
    behind.run(&format!("UPDATE {table} SET mac = {} WHERE {event}", behind.bytes(&mac)));
}

/// Closes the gap that an event left.
pub(crate) fn close_up(ground: &Ground, gap: u64) {
    ground.run(&format!(
        "UPDATE event SET idx = idx + 1000000 WHERE tenant = {{t}} AND idx > {gap}; \
         UPDATE event SET idx = idx - 1000001 WHERE tenant = {{t}} AND idx > 1000000"
    ));
}

/// A head over the events that there are, under a right seal.
pub(crate) fn head(ground: &Ground) {
    let (behind, mut tree) = (ground.behind(), Frontier::new());
    let events = format!("SELECT {} FROM event WHERE tenant = {{t}} ORDER BY idx", behind.hex("body"));
    for event in behind.read(&ground.named(&events)) {
        tree.append(leaf_hash(&from_hex(&event[0])));
    }
    let bytes = tree.to_bytes();
    let seal = sealer(ground).head(ground.tenant, &bytes);
    let (bytes, seal) = (behind.bytes(&bytes), behind.bytes(&seal));
    let size = tree.size();
    ground.run(&format!(
        "UPDATE log_head SET size = {size}, frontier = {bytes}, seal = {seal} WHERE tenant = {{t}}"
    ));
}
