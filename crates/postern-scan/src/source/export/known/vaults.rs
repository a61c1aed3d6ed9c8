//! Exports of password managers. A vault is where codes may be kept; its export is named as one.

use super::{Form, Known};
use crate::record::Level;

/// A row, which has no better name than its number.
const ROW: &[Level] = &[Level::new(&[""], "row", &[])];

/// Every one.
pub(super) static ALL: [Known; 10] = [
    Known::new(
        "Bitwarden",
        Form::Json,
        &[&["encrypted", "items", "login"], &["encrypted", "folders", "items"]],
        &[Level::new(&["items"], "item", &[("id", "")])],
    )
    .vault(),
    Known::new(
        "1Password",
        Form::Json,
        &[&["accounts", "vaults", "items"]],
        &[Level::new(&["items"], "item", &[("uuid", "")])],
    )
    .vault(),
    Known::new(
        "Proton Pass",
        Form::Json,
        &[&["encrypted", "vaults", "userId"]],
        &[Level::new(&["items"], "item", &[("itemId", "")])],
    )
    .vault(),
    Known::new(
        "KeePass",
        Form::Xml,
        &[&["KeePassFile"]],
        &[Level::new(&["Entry"], "entry", &[("UUID", "")])],
    )
    .vault(),
    Known::new("Bitwarden", Form::Table, &[&["login_password", "login_totp", "notes"]], ROW).vault(),
    Known::new("LastPass", Form::Table, &[&["url", "password", "extra", "grouping"]], ROW).vault(),
    Known::new("1Password", Form::Table, &[&["Title", "Password", "OTPAuth", "Notes", "Archived"]], ROW)
        .vault(),
    Known::new("KeePassXC", Form::Table, &[&["Group", "Title", "Password", "Notes"]], ROW).vault(),
    Known::new("KeePass", Form::Table, &[&["Account", "Login Name", "Password", "Comments"]], ROW).vault(),
    Known::new("Dashlane", Form::Table, &[&["username", "password", "note", "category", "otpSecret"]], ROW)
        .vault(),
];
