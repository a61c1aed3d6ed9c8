//! Crate edges: the table of rooms, held against what cargo says. `check` runs it, and so does a test.

mod table;
mod tree;

use std::collections::BTreeSet;

use self::table::{FEATURES, OWNED, ROOMS, Room, SMALL};
use self::tree::{Crate, Tree};
use crate::Done;

/// Holds the workspace against the table.
pub(crate) fn check() -> Done {
    let faults = faults(&tree::read()?);
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("{}\nThe table is xtask/src/edges/table.rs; an edge more is a decision", faults.join("\n")))
}

fn faults(tree: &Tree) -> Vec<String> {
    let on = FEATURES
        .iter()
        .filter(|(name, feature, _)| tree.features.contains(&((*name).into(), (*feature).into())));
    let features = on.map(|(name, feature, because)| format!("{name} has feature {feature}: {because}"));
    tree.crates.iter().flat_map(of_crate).chain(features).collect()
}

fn of_crate(one: &Crate) -> Vec<String> {
    let Some(room) = ROOMS.iter().find(|room| room.name == one.name) else {
        return vec![format!("{} is not in the table of rooms: give it a row", one.name)];
    };
    let mut faults = between_rooms(room, one);
    for owned in
        OWNED.iter().filter(|owned| one.names.contains(owned.name) && !owned.owners.contains(&room.name))
    {
        let owners = owned.owners.join(" and ");
        faults.push(format!("{} names {} ({}): only {owners} may", one.name, owned.name, owned.because));
    }
    for (_, few) in SMALL.iter().filter(|(name, _)| *name == one.name) {
        let more = one.names.iter().filter(|name| !few.contains(&name.as_str()));
        faults.extend(
            more.map(|name| format!("{} names {name}: it may name {} only", one.name, few.join(", "))),
        );
    }
    let reached = room.never.iter().filter(|never| one.reaches.contains(**never));
    faults.extend(reached.map(|never| {
        format!(
            "{} reaches {never}, which it must not know: cargo tree -p {} -e normal -i {never}",
            one.name, one.name
        )
    }));
    faults
}

fn between_rooms(room: &Room, one: &Crate) -> Vec<String> {
    let ours = |names: &BTreeSet<String>| names.intersection(&one.ours).cloned().collect::<Vec<_>>();
    let knows = ours(&one.names).into_iter().filter(|name| !room.knows.contains(&name.as_str()));
    let tests = ours(&one.tests).into_iter().filter(|name| !room.knows.contains(&name.as_str()));
    let tests = tests.filter(|name| !room.tests.contains(&name.as_str()));
    let knows = knows.map(|name| format!("{} must not know {name}", one.name));
    knows
        .chain(tests.map(|name| format!("{} must not know {name}, not even in its tests", one.name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::tree::{Crate, Tree, read};
    use super::{check, faults};

    fn of<R>(change: impl FnOnce(&mut Tree) -> R) -> Vec<String> {
        let mut tree = read().unwrap();
        change(&mut tree);
        faults(&tree)
    }

    fn named<'a>(tree: &'a mut Tree, name: &str) -> &'a mut Crate {
        tree.crates.iter_mut().find(|one| one.name == name).unwrap()
    }

    #[test]
    fn the_workspace_keeps_to_the_table() {
        assert_eq!(check(), Ok(()));
    }

    #[test]
    fn an_edge_between_rooms_is_found() {
        let found = of(|tree| named(tree, "postern-core").names.insert("postern-app".to_owned()));
        assert_eq!(found, ["postern-core must not know postern-app"]);
        let found = of(|tree| named(tree, "postern-codes").tests.insert("postern-log".to_owned()));
        assert_eq!(found, ["postern-codes must not know postern-log, not even in its tests"]);
        assert_eq!(of(|tree| named(tree, "postern-cli").tests.insert("postern-testkit".to_owned())), [""; 0]);
    }

    #[test]
    fn an_edge_to_what_another_room_owns_is_found() {
        let found = of(|tree| named(tree, "postern-server").names.insert("rusqlite".to_owned()));
        assert_eq!(
            found,
            ["postern-server names rusqlite (SQL): only postern-documents and postern-store may"]
        );
        let found = of(|tree| named(tree, "postern-app").names.insert("tokio-postgres".to_owned()));
        assert_eq!(found, ["postern-app names tokio-postgres (SQL): only postern-store may"]);
        let found = of(|tree| named(tree, "postern-codes").names.insert("regex".to_owned()));
        assert_eq!(
            found,
            ["postern-codes names regex: it may name sha2, unicode-normalization, zeroize only"]
        );
    }

    #[test]
    fn what_comes_with_another_crate_is_found() {
        let found = of(|tree| named(tree, "postern-core").reaches.insert("tokio".to_owned()));
        let cure = "cargo tree -p postern-core -e normal -i tokio";
        assert_eq!(found, [format!("postern-core reaches tokio, which it must not know: {cure}")]);
    }

    #[test]
    fn a_crate_without_a_row_and_a_feature_are_found() {
        let found = of(|tree| {
            tree.crates.push(Crate { name: "postern-new".to_owned(), ..Crate::default() });
            tree.features.insert(("jsonwebtoken".to_owned(), "rust_crypto".to_owned()));
        });
        assert_eq!(found.len(), 2);
        assert!(found.iter().any(|fault| fault.starts_with("postern-new is not in the table")));
        assert!(found.iter().any(|fault| fault.starts_with("jsonwebtoken has feature rust_crypto")));
    }
}
