//! The statements of every request, as functions in the database. A connection keeps the plan of a function's
//! statements, also behind a pool that lends it out anew with every transaction; planning them each time took most
//! of a batch's time.
//!
//! `migrate` makes them anew with every step. An older program may still call them: a function is changed only in
//! what such a program does not see, otherwise the new one gets another name.

mod looks;
mod puts;
mod records;

use postern_core::kernel::Kind;
use tokio_postgres::{Client, Error};

use self::looks::{claims_at, parts_of, view, wrapped_keys};
use self::puts::{
    end_claims, end_parts, end_wrapped_keys, put_claims, put_parts, put_pending, put_wrapped_keys,
};
use self::records::{insert, lock, update};
use super::call::Call;

/// Every plan is for any number of rows and goes by the index: a plan outlives the sizes that it was made for.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off";

/// A function in the database.
struct Function {
    name: String,
    takes: &'static str,
    gives: String,
    /// Whether all of it is as of one moment; else each statement sees what is committed when it begins.
    one_moment: bool,
    body: String,
}

impl Function {
    fn new(name: impl Into<String>, takes: &'static str, gives: impl Into<String>, body: &str) -> Self {
        let body = format!("\n#variable_conflict use_column\n{body}\n");
        Self { name: name.into(), takes, gives: gives.into(), one_moment: false, body }
    }

    fn of_one_moment(self) -> Self {
        Self { one_moment: true, ..self }
    }

    fn create(&self) -> String {
        let Self { name, takes, gives, body, .. } = self;
        let volatility = if self.one_moment { "STABLE" } else { "VOLATILE" };
        format!(
            "CREATE OR REPLACE FUNCTION {name}({takes}) RETURNS {gives} LANGUAGE plpgsql {volatility} {PLANS} \
             AS $function${body}$function$;\n"
        )
    }
}

/// All of them.
fn all() -> Vec<Function> {
    let of_kinds = Kind::ALL.into_iter().flat_map(|kind| [lock(kind), insert(kind), update(kind)]);
    let others = [
        view(),
        parts_of(),
        claims_at(),
        wrapped_keys(),
        end_parts(),
        put_parts(),
        end_claims(),
        put_claims(),
        end_wrapped_keys(),
        put_wrapped_keys(),
        put_pending(),
    ];
    of_kinds.chain(others).collect()
}

/// The statements that make all of them.
pub(super) fn create() -> String {
    all().iter().map(Function::create).collect()
}

/// Whether all of them are there, as they are written here.
pub(super) async fn are_there(client: &Client) -> Result<bool, Error> {
    const FOUND: &str = "SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace \
         AND proname = ANY ($1::text[])";
    let all = all();
    let names = all.iter().map(|function| function.name.clone()).collect();
    let found = Call::new(FOUND).all_texts(names).run(client).await?;
    let found: Vec<(String, String)> =
        found.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect();
    Ok(all.iter().all(|one| found.iter().any(|(name, body)| *name == one.name && *body == one.body)))
}
