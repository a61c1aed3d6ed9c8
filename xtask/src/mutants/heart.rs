//! What is changed, and whose tests look at it.

/// A crate of the heart.
pub(super) struct Crate {
    /// Its name.
    pub(super) name: &'static str,
    /// Folders and files of its source that are changed.
    pub(super) changed: &'static [&'static str],
    /// Of these, what is not.
    pub(super) not: &'static [&'static str],
    /// Test programs that look at it, each with its crate. `lib` is what stands in the source itself.
    pub(super) judges: &'static [(&'static str, &'static str)],
}

impl Crate {
    /// Whether a file of the repository is changed.
    pub(super) fn holds(&self, path: &str) -> bool {
        let below = path
            .strip_prefix("crates/")
            .and_then(|rest| rest.strip_prefix(self.name))
            .and_then(|rest| rest.strip_prefix("/src/"))
            .filter(|rest| rest.ends_with(".rs"));
        let of = |list: &[&str], rest: &str| list.iter().any(|start| rest.starts_with(start));
        below.is_some_and(|rest| of(self.changed, rest) && !of(self.not, rest))
    }
}

/// All of them, in the order in which they are looked at. The model check takes a minute a run, and is not asked.
pub(super) const HEART: [Crate; 4] = [
    Crate {
        name: "postern-core",
        changed: &[
            "kernel/",
            "subject/",
            "throttle.rs",
            "recent.rs",
            "bucket.rs",
            "verifier.rs",
            "kinds.rs",
            "device.rs",
            "receipt.rs",
        ],
        not: &[],
        judges: &[
            ("postern-core", "lib"),
            ("postern-core", "lifecycle"),
            ("postern-core", "vectors"),
            ("postern-store", "conformance"),
            ("postern-testkit", "behaviour"),
            ("postern-testkit", "kinds"),
            ("postern-testkit", "lock_out"),
            ("postern-testkit", "peer_failures"),
            ("postern-testkit", "retention"),
        ],
    },
    Crate {
        name: "postern-store",
        changed: &[""],
        not: &["postgres/", "many.rs", "sqlite/fill.rs"],
        judges: &[
            ("postern-store", "lib"),
            ("postern-store", "conformance"),
            ("postern-testkit", "behaviour"),
            ("postern-testkit", "kinds"),
            ("postern-testkit", "lock_out"),
            ("postern-testkit", "peer_failures"),
            ("postern-testkit", "retention"),
        ],
    },
    Crate {
        name: "postern-codes",
        changed: &[""],
        not: &[],
        judges: &[("postern-codes", "lib"), ("postern-codes", "codes")],
    },
    Crate {
        name: "postern-log",
        changed: &[""],
        not: &[],
        judges: &[
            ("postern-log", "lib"),
            ("postern-log", "anchor"),
            ("postern-log", "canonical"),
            ("postern-log", "checkpoint"),
            ("postern-log", "frontier"),
            ("postern-log", "tree"),
            ("postern-log", "walk"),
            ("postern-log", "witness"),
        ],
    },
];
