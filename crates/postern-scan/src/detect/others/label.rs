//! What a token is called where it stands: `request=…`, `"order_id": "…"`.

use super::context::plain;
use super::run::Run;
use super::token::Token;

/// The longest label that is read.
const LONGEST: usize = 40;

/// Leaves out the tokens of a run that are called something that codes are not called.
pub(super) fn leave_others(bytes: &[u8], run: &mut Run, names: &[String]) {
    let is_other = |token: &Token| {
        let label = label(bytes, *token);
        let last = label.as_deref().and_then(|label| label.rsplit(' ').next());
        last.is_some_and(|last| names.iter().any(|name| name == last))
    };
    // A list has one label in front.
    if run.is_list && run.tokens.first().is_some_and(is_other) {
        run.tokens.clear();
    }
    run.tokens.retain(|token| !is_other(token));
}

/// The words in front of a token, if an equals sign or a colon joins them to it.
fn label(bytes: &[u8], token: Token) -> Option<String> {
    let before = bytes.get(token.start.saturating_sub(LONGEST)..token.start)?;
    let text = String::from_utf8_lossy(before);
    let text = text.trim_end_matches(is_bracket).strip_suffix(['=', ':'])?.trim_end_matches(is_bracket);
    let begins = text.rfind(|character: char| !character.is_alphanumeric() && !"_-".contains(character));
    let label = begins.and_then(|at| text.get(at + 1..)).unwrap_or(text);
    Some(plain(label, true)).filter(|label| !label.is_empty())
}

/// Quotes, brackets and blanks, which stand on either side of the sign.
fn is_bracket(character: char) -> bool {
    character.is_whitespace() || "\"'`[({\\".contains(character)
}
