//! What a report says of a rule, beside its name.

/// A rule for people: what it finds, and what to do then.
pub(super) struct Told {
    /// A few words.
    pub(super) title: String,
    /// A sentence or two.
    pub(super) about: String,
}

/// What to do about any of them.
pub(super) const ACT: &str = "Revoke the set that the code is of before you delete the text: whoever read it may have \
                              the code. Then ask the person to make a new set.";

/// What is known of a rule by its name.
pub(super) fn told(rule: &str) -> Told {
    let own = rule.strip_prefix("postern-").map(|rest| (rest, rest.strip_suffix("-loose")));
    match own {
        Some((_, Some(format))) => Told {
            title: format!("Backup code of this service, without its prefix ({format})"),
            about: "It has the shape and right check symbols. One alone may be chance: about one look-alike in 1,024 \
                    passes (numeric: one in 97)."
                .to_owned(),
        },
        Some((format, None)) => Told {
            title: format!("Backup code of this service ({format})"),
            about: "It has a prefix of the organisation and right check symbols.".to_owned(),
        },
        None => Told {
            title: format!("Backup code of another provider ({rule})"),
            about: "It has the shape of codes of this provider, and what stands around it fits.".to_owned(),
        },
    }
}
