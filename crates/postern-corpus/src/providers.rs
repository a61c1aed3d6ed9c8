//! What other providers' codes look like, independent of the scanner's rules. All made up.

use crate::dice::Dice;

const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const SMALL: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const CAPITALS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MIXED: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Kanidm's alphabet without look-alikes.
const DISTINCT: &str = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// One provider.
#[derive(Clone, Copy)]
pub struct Provider {
    /// As people write it.
    pub name: &'static str,
    /// How many codes it gives.
    pub count: usize,
    /// Whether a source shows the shape of its codes.
    pub confirmed: bool,
    /// The file that it gives, if it gives one.
    pub file: &'static str,
    /// Makes up a code.
    pub make: fn(&mut Dice) -> String,
}

impl Provider {
    /// A set as it gives it: different codes.
    pub fn set(&self, dice: &mut Dice) -> Vec<String> {
        let mut set: Vec<String> = Vec::with_capacity(self.count);
        while set.len() < self.count {
            let code = (self.make)(dice);
            if !set.contains(&code) {
                set.push(code);
            }
        }
        set
    }
}

const fn provider(
    name: &'static str,
    count: usize,
    file: &'static str,
    make: fn(&mut Dice) -> String,
) -> Provider {
    Provider { name, count, confirmed: true, file, make }
}

/// The same where no source shows the shape.
const fn unsure(
    name: &'static str,
    count: usize,
    file: &'static str,
    make: fn(&mut Dice) -> String,
) -> Provider {
    Provider { name, count, confirmed: false, file, make }
}

/// Every provider that has a shape.
pub const ALL: [Provider; 36] = [
    provider("Google", 10, "Backup-codes-someone.txt", |dice| dice.groups(DIGITS, &[4, 4], " ")),
    provider("GitHub", 16, "github-recovery-codes.txt", |dice| dice.groups(HEX, &[5, 5], "-")),
    provider("Microsoft", 1, "", |dice| dice.groups(CAPITALS, &[5; 5], "-")),
    provider("Duo", 10, "", |dice| dice.word(DIGITS, 9)),
    provider("Auth0", 1, "", |dice| dice.word(CAPITALS, 24)),
    provider("Bitwarden", 1, "", |dice| dice.word(SMALL, 32)),
    provider("1Password", 1, "1Password Emergency Kit.txt", |dice| {
        format!("A3-{}", dice.groups(CAPITALS, &[6, 6, 5, 5, 5, 5], "-"))
    }),
    provider("1Password recovery", 1, "", |dice| format!("1PRK-{}", dice.groups(CAPITALS, &[4; 13], "-"))),
    provider("Keycloak", 12, "kc-download-recovery-codes.txt", |dice| dice.groups(CAPITALS, &[4; 3], "-")),
    provider("Ory Kratos", 12, "", |dice| dice.word(SMALL, 8)),
    provider("Kanidm", 8, "", |dice| dice.groups(DISTINCT, &[5; 4], "-")),
    provider("Teleport", 3, "", |dice| {
        (0..8).fold("tele".to_owned(), |code, _| code + "-" + dice.one_of(&WORDS))
    }),
    provider("PyPI", 8, "PyPI-Recovery-Codes.txt", |dice| dice.word(HEX, 16)),
    provider("Nextcloud", 10, "", |dice| dice.word(MIXED, 16)),
    provider("Laravel Fortify", 8, "", |dice| dice.groups(MIXED, &[10; 2], "-")),
    provider("django-allauth", 10, "", |dice| dice.word(DIGITS, 8)),
    provider("Discourse", 10, "discourse-backup-codes.txt", |dice| dice.word(HEX, 32)),
    provider("WordPress", 10, "two-factor-backup-codes.txt", |dice| dice.word(DIGITS, 8)),
    provider("Appwrite", 6, "", |dice| dice.groups(SMALL, &[5; 2], "-")),
    provider("better-auth", 10, "", |dice| dice.groups(MIXED, &[5; 2], "-")),
    unsure("GitLab", 10, "gitlab-recovery-codes.txt", |dice| dice.word(HEX, 16)),
    unsure("Apple", 1, "", |dice| dice.groups(CAPITALS, &[4; 7], "-")),
    unsure("FileVault", 1, "", |dice| dice.groups(CAPITALS, &[4; 6], "-")),
    unsure("Facebook", 10, "", |dice| dice.groups(DIGITS, &[4; 2], " ")),
    unsure("Instagram", 5, "", |dice| dice.groups(DIGITS, &[4; 2], " ")),
    unsure("Discord", 10, "discord_backup_codes.txt", |dice| dice.groups(SMALL, &[4; 2], "-")),
    unsure("Dropbox", 10, "", |dice| dice.word(SMALL, 8)),
    unsure("Twitter", 1, "", |dice| dice.word(SMALL, 12)),
    unsure("authentik", 6, "", |dice| dice.word("abcdefghijklmnopqrstuvwxyz234567", 8)),
    unsure("npm", 5, "", |dice| dice.word(HEX, 64)),
    unsure("Mozilla", 8, "Recovery codes.txt", |dice| dice.word(CAPITALS, 10)),
    unsure("ASP.NET Identity", 10, "", |dice| dice.groups(CAPITALS, &[5; 2], "-")),
    unsure("Clerk", 10, "", |dice| dice.groups(MIXED, &[4; 2], "-")),
    unsure("Tuta", 1, "", |dice| dice.word(HEX, 64)),
    unsure("Proton", 8, "", |dice| dice.word(SMALL, 8)),
    unsure("Element", 1, "", |dice| {
        let base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        format!("Es{} {}", dice.word(base58, 2), dice.groups(base58, &[4; 11], " "))
    }),
];

/// Words of codes that are made of words.
const WORDS: [&str; 24] = [
    "apple", "bridge", "candle", "dragon", "ember", "forest", "garden", "harbor", "island", "jacket",
    "kitten", "lantern", "marble", "needle", "orange", "pepper", "quartz", "ribbon", "silver", "timber",
    "urchin", "velvet", "walnut", "zephyr",
];
