//! The rules, one file each, and the list of them.

mod alternation_order;
mod apply_overtaken;
mod beam_not_listed;
mod catch_all_does_nothing;
mod children_changed;
mod code_change_idle;
mod code_change_missing;
mod consolidated_protocols;
mod dead_call;
mod dependency_cycle;
mod environment_changed;
mod many_suspended;
mod migrations_changed;
mod module_not_replaced;
mod native_code_changed;
mod one_way_entry;
mod pattern_as_string;
mod remove_without_purge;
mod start_type_changed;
mod state_not_converted;
mod unchanged_module;
mod unmirrored_modules;
mod unreachable_entry;
mod version_argument;
mod version_as_pattern;
mod version_not_bumped;

use super::Rule;

/// Every rule, in the order of the codes.
pub(super) static ALL: &[&Rule] = &[
    &unreachable_entry::RULE,
    &pattern_as_string::RULE,
    &alternation_order::RULE,
    &version_as_pattern::RULE,
    &catch_all_does_nothing::RULE,
    &beam_not_listed::RULE,
    &remove_without_purge::RULE,
    &dependency_cycle::RULE,
    &apply_overtaken::RULE,
    &many_suspended::RULE,
    &module_not_replaced::RULE,
    &version_not_bumped::RULE,
    &unchanged_module::RULE,
    &dead_call::RULE,
    &state_not_converted::RULE,
    &code_change_missing::RULE,
    &code_change_idle::RULE,
    &version_argument::RULE,
    &children_changed::RULE,
    &one_way_entry::RULE,
    &unmirrored_modules::RULE,
    &environment_changed::RULE,
    &migrations_changed::RULE,
    &start_type_changed::RULE,
    &native_code_changed::RULE,
    &consolidated_protocols::RULE,
];
