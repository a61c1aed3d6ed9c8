//! A file of rules as it is written.

use serde::Deserialize;

/// Shapes, and rules that use them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) shape: Vec<ShapeText>,
    #[serde(default)]
    pub(super) rule: Vec<RuleText>,
}

/// How codes are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapeText {
    pub(super) name: String,
    pub(super) forms: Vec<String>,
    pub(super) alphabet: String,
    #[serde(default)]
    pub(super) weight: i32,
}

/// One provider's codes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub(super) name: String,
    pub(super) shape: String,
    /// How many codes it gives.
    #[serde(default)]
    pub(super) counts: Vec<usize>,
    /// How many must stand together.
    #[serde(default = "siblings")]
    pub(super) siblings: usize,
    /// Words that name the provider or its service.
    pub(super) named: Vec<String>,
    #[serde(default)]
    pub(super) files: Vec<String>,
    pub(super) status: Status,
    /// From where the shape is known: for readers of the file.
    #[serde(rename = "evidence")]
    pub(super) _evidence: String,
    pub(super) find: Vec<Example>,
    #[serde(default)]
    pub(super) leave: Vec<Example>,
}

/// Whether a source shows the shape.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Confirmed,
    Unconfirmed,
}

/// A made-up text with which a rule is tested.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The name of the file that it stands in.
    #[serde(default)]
    pub file: String,
    /// The text.
    pub text: String,
}

const fn siblings() -> usize {
    3
}
