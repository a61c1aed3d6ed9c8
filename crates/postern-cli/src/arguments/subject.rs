//! Subjects: shown and listed.

use clap::Subcommand;

use super::Configured;

#[derive(Subcommand)]
pub(crate) enum SubjectCommand {
    /// Shows a subject's sets and budgets
    Show {
        /// sub_… or the external id
        subject: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Withdraws the request to erase a subject, while its wait is not over
    Keep {
        /// sub_…
        subject: String,
        /// Whose
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        configured: Configured,
    },
    /// Lists a tenant's subjects
    List {
        /// Whose
        #[arg(long)]
        tenant: String,
        /// After this id
        #[arg(long)]
        after: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        configured: Configured,
    },
}
