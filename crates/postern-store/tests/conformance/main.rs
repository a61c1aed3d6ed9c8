//! What every store promises, as one list of cases run against each of them; then what only SQLite has.

#![cfg(test)]

mod cases;
mod copied_keys;
mod counter;
mod cut;
mod cut_nodes;
mod deadlocks;
mod dropped;
mod functions;
mod harness;
mod leases;
mod nodes;
mod on_server;
mod pooled;
mod proxy;
mod quarantine;
mod schemas;
mod secured;
mod sequencer;
mod standby;
mod support;

mod sqlite;

use harness::{InMemory, OnDisk};
use on_server::OnServer;

/// Runs every case once for each store, as a test of its own.
macro_rules! cases {
    ($($file:ident :: $case:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $case() { super::support::run(super::cases::$file::$case(super::InMemory::new())); })+
        }
        mod on_disk {
            $(#[test] fn $case() { super::support::run(super::cases::$file::$case(super::OnDisk::new())); })+
        }
        mod on_server_read_committed {
            $(#[test] fn $case() { super::support::run(super::cases::$file::$case(super::OnServer::read_committed())); })+
        }
        mod on_server_pooled {
            $(#[test] fn $case() { super::support::run(super::cases::$file::$case(super::pooled::pooled())); })+
        }
        mod on_server_serializable {
            $(#[test] fn $case() { super::support::run(super::cases::$file::$case(super::OnServer::serializable())); })+
        }
    };
}

cases! {
    records::what_is_created_is_read_back,
    records::a_row_that_nobody_wrote_is_absent,
    records::real_records_are_created_in_two_logs,
    records::a_subject_is_found_through_its_external_id,
    records::parts_are_added_kept_and_dropped,
    records::an_ended_record_keeps_its_version,
    records::an_ended_record_goes_on_after_its_version,
    guards::a_moved_record_is_decided_again,
    guards::of_many_increments_none_is_lost,
    guards::a_moved_read_is_decided_again,
    guards::nothing_is_left_after_deciding_again,
    guards::a_panicking_decision_hurts_nobody_else,
    guards::a_draft_without_facts_is_refused,
    guards::two_puts_are_whole_or_nothing,
    claims::a_taken_place_is_refused_and_nothing_written,
    claims::of_many_who_want_a_place_one_gets_it,
    claims::a_claim_leads_to_its_owner,
    claims::places_whose_time_is_over_are_forgotten,
    claims::a_place_is_given_up_by_its_owner_alone,
    claims::a_place_that_only_a_later_decision_gives_up_is_read_first,
    records::a_forgotten_key_is_gone,
    logs::indexes_have_no_gap_and_tenants_are_apart,
    logs::the_frontier_is_the_tree_over_the_events,
    logs::events_are_found_by_record_and_version,
    logs::grown_tenants_are_taken_once,
    logs::the_newest_checkpoint_stays,
    logs::stored_tiles_are_each_logs_own_and_stay_as_they_came,
    logs::a_bundle_is_thinned_once_and_what_is_left_is_found,
    lists::pages_follow_each_other,
    lists::due_records_are_listed_in_key_order,
    lists::tallies_add_up,
    altered::an_old_row_put_back_never_commits,
    altered::an_old_row_cannot_be_relied_on,
    altered::a_deleted_row_is_not_begun_anew,
    altered::a_change_in_any_column_is_refused,
    altered::a_change_in_a_part_is_refused,
    altered::a_change_in_a_claim_is_refused,
    altered::an_altered_head_stops_its_tenant_only,
}
