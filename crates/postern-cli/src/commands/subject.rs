//! `postern subject`.

use postern_app::operator::Command;

use super::operate::{id, operate};
use crate::arguments::SubjectCommand;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(command: SubjectCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        SubjectCommand::Show { subject, tenant, configured } => {
            operate(&configured, Command::SubjectShow { tenant: id(&tenant)?, subject }).await?
        }
        SubjectCommand::Keep { subject, tenant, configured } => {
            operate(&configured, Command::SubjectKeep { tenant: id(&tenant)?, subject }).await?
        }
        SubjectCommand::List { tenant, after, limit, configured } => {
            operate(&configured, Command::SubjectList { tenant: id(&tenant)?, after, limit }).await?
        }
    };
    output::answer(&answer, json);
    Ok(())
}
