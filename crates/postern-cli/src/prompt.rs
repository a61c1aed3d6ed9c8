//! Prompts: codes and keys come from a terminal without echo, or from standard input; never from an argument.

use std::io::{BufRead as _, IsTerminal as _};

use zeroize::Zeroizing;

use crate::failure::Failure;

/// Asks for one secret line.
pub(crate) fn secret(question: &str) -> Result<Zeroizing<String>, Failure> {
    if std::io::stdin().is_terminal() {
        let typed = rpassword::prompt_password(format!("{question}: "));
        return typed
            .map(Zeroizing::new)
            .map_err(|fault| Failure::refused(format!("the terminal could not be read: {fault}")));
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|fault| Failure::refused(format!("standard input could not be read: {fault}")))?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
