//! What `cargo metadata` says of the workspace, as far as the table needs it.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use crate::Done;
use crate::place::root;

/// The workspace's crates and, of everybody's, the features that are on.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) crates: Vec<Crate>,
    pub(super) features: BTreeSet<(String, String)>,
}

/// One crate of the workspace.
#[derive(Default)]
pub(super) struct Crate {
    pub(super) name: String,
    /// What its manifest names, for itself or its build script, optional or not.
    pub(super) names: BTreeSet<String>,
    /// What its manifest names for its tests.
    pub(super) tests: BTreeSet<String>,
    /// What comes with it, over whatever path, without tests.
    pub(super) reaches: BTreeSet<String>,
    /// Which of the names are crates of the workspace.
    pub(super) ours: BTreeSet<String>,
}

/// Asks cargo; the lock file must be as it should.
pub(super) fn read() -> Done<Tree> {
    let mut command = MetadataCommand::new();
    command.current_dir(root()).other_options(vec!["--locked".to_owned()]);
    let metadata = command.exec().map_err(|fault| {
        format!("{fault}\nIf Cargo.lock does not fit the manifests, `cargo metadata` writes it: look at the difference")
    })?;
    let ours: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let crates =
        metadata.workspace_packages().into_iter().map(|package| one(&metadata, package, &ours)).collect();
    let features = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes).flat_map(|node| {
        let name = metadata[&node.id].name.to_string();
        node.features.iter().map(move |feature| (name.clone(), feature.to_string()))
    });
    Ok(Tree { crates, features: features.collect() })
}

fn one(metadata: &Metadata, package: &Package, ours: &BTreeSet<String>) -> Crate {
    let named = |tests: bool| {
        let wanted =
            package.dependencies.iter().filter(|edge| (edge.kind == DependencyKind::Development) == tests);
        wanted.map(|edge| edge.name.clone()).collect::<BTreeSet<_>>()
    };
    Crate {
        name: package.name.to_string(),
        names: named(false),
        tests: named(true),
        reaches: reach(metadata, &package.id),
        ours: ours.clone(),
    }
}

fn reach(metadata: &Metadata, from: &PackageId) -> BTreeSet<String> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let nodes: BTreeMap<_, _> = nodes.map(|node| (&node.id, node)).collect();
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(node) = next.pop().and_then(|id| nodes.get(id)) {
        for edge in &node.deps {
            let built = edge.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if built && seen.insert(&edge.pkg) {
                next.push(&edge.pkg);
            }
        }
    }
    seen.into_iter().map(|id| metadata[id].name.to_string()).collect()
}
