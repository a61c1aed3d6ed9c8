//! Commands: one file per noun.

mod alone;
mod anchor;
mod application;
mod audit;
mod backup;
mod campaign;
mod code;
mod configuration;
mod demo;
mod doctor;
mod document;
mod init;
mod issue;
mod keep;
mod key;
mod key_move;
mod man;
mod migrate;
mod operate;
mod patterns;
mod prover;
mod redeem;
mod remote;
mod revoke;
mod running;
mod scan;
mod scan_answer;
mod scan_kept;
mod scan_server;
mod scan_walk;
mod serve;
mod subject;
mod tenant;

use std::process::ExitCode;

use crate::arguments::{Arguments, CodeCommand, Command, ConfigCommand};
use crate::failure::Failure;

pub(crate) use self::document::run as document;

/// Does what was typed.
pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let json = arguments.json;
    match arguments.command {
        Command::Demo(demo) => demo::run(demo, json).await?,
        Command::Init(init) => init::run(init, json).await?,
        Command::Serve(configured) => serve::run(configured, json).await?,
        Command::Anchor(command) => anchor::run(command, json).await?,
        Command::Keep(keep) => keep::run(keep, json).await?,
        Command::Migrate(configured) => migrate::run(configured, json).await?,
        Command::Doctor(configured) => return doctor::run(configured, json).await,
        Command::Config(ConfigCommand::Check(configured)) => configuration::check(configured, json)?,
        Command::Config(ConfigCommand::Reference) => configuration::reference(json),
        Command::Key(command) => key::run(command, json).await?,
        Command::Tenant(command) => tenant::run(command, json).await?,
        Command::Application(command) => application::run(command, json).await?,
        Command::Prover(command) => prover::run(command, json).await?,
        Command::Subject(command) => subject::run(command, json).await?,
        Command::Revoke(revoke) => revoke::run(revoke, json).await?,
        Command::Issue(issue) => issue::run(issue, json).await?,
        Command::Rehearse(rehearse) => redeem::rehearse(rehearse, json).await?,
        Command::Redeem(redeem) => redeem::redeem(redeem, json).await?,
        Command::Campaign(command) => campaign::run(command, json).await?,
        Command::Audit(command) => return audit::run(command, json).await,
        Command::Backup(command) => return backup::run(command, json).await,
        Command::Code(CodeCommand::Inspect { prefix }) => code::inspect(&prefix)?,
        Command::Code(CodeCommand::Patterns { scanner, prefix }) => patterns::run(scanner, &prefix, json)?,
        Command::Scan(scan) => return scan::run(&scan, json).await,
        Command::Document { kind } => return Ok(document::run(&kind)),
        Command::Completions { shell } => man::completions(shell, json),
        Command::Man { to } => man::run(to.as_deref(), json)?,
    }
    Ok(ExitCode::SUCCESS)
}
