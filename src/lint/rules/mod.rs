//! The rules, one file each, and the list of them.

mod alternation_order;
mod application_order;
mod apply_before_no_return;
mod apply_overtaken;
mod apply_result_dropped;
mod apply_undefined;
mod appup_elsewhere;
mod base_not_known;
mod beam_not_listed;
mod behaviour_changed;
mod boot_file_missing;
mod catch_all_does_nothing;
mod child_deleted_late;
mod child_module_deleted;
mod child_modules;
mod child_start_missing;
mod children_changed;
mod code_change_idle;
mod code_change_missing;
mod compiled_for_newer;
mod consolidated_protocols;
mod dead_call;
mod deleted_before_users;
mod dependants_running;
mod dependency_cycle;
mod effect_mismatch;
mod emulator_restarted;
mod environment_changed;
mod fun_in_state;
mod init_side_effects;
mod library_folder;
mod library_script;
mod loaded_out_of_order;
mod many_suspended;
mod migrations_changed;
mod module_not_replaced;
mod native_code_changed;
mod old_code_killed;
mod one_way_entry;
mod pattern_as_string;
mod rel_not_packed;
mod release_renamed;
mod releases_file_missing;
mod relup_code;
mod relup_left_over;
mod relup_misplaced;
mod relup_object_code;
mod relup_paths;
mod relup_refused;
mod remove_without_purge;
mod restart_only;
mod start_type_changed;
mod state_not_converted;
mod state_unseen;
mod top_not_supervisor;
mod unchanged_module;
mod unmirrored_apply;
mod unmirrored_modules;
mod unreachable_entry;
mod version_argument;
mod version_as_pattern;
mod version_not_bumped;
mod version_policy;

pub(super) use one_way_entry::ONE_WAY_ENTRY;

use super::Rule;
use crate::appup::Version;
use crate::diag::Code;

/// Every rule, in the order of the codes.
pub(super) static ALL: &[&Rule] = &[
    &unreachable_entry::RULE,
    &pattern_as_string::RULE,
    &alternation_order::RULE,
    &version_as_pattern::RULE,
    &catch_all_does_nothing::RULE,
    &beam_not_listed::RULE,
    &appup_elsewhere::RULE,
    &library_script::RULE,
    &restart_only::RULE,
    &remove_without_purge::RULE,
    &dependency_cycle::RULE,
    &apply_overtaken::RULE,
    &many_suspended::RULE,
    &loaded_out_of_order::RULE,
    &deleted_before_users::RULE,
    &application_order::RULE,
    &dependants_running::RULE,
    &apply_undefined::RULE,
    &apply_before_no_return::RULE,
    &apply_result_dropped::RULE,
    &module_not_replaced::RULE,
    &version_not_bumped::RULE,
    &unchanged_module::RULE,
    &dead_call::RULE,
    &effect_mismatch::RULE,
    &state_not_converted::RULE,
    &code_change_missing::RULE,
    &code_change_idle::RULE,
    &version_argument::RULE,
    &children_changed::RULE,
    &child_modules::RULE,
    &init_side_effects::RULE,
    &old_code_killed::RULE,
    &fun_in_state::RULE,
    &top_not_supervisor::RULE,
    &child_module_deleted::RULE,
    &behaviour_changed::RULE,
    &child_start_missing::RULE,
    &state_unseen::RULE,
    &one_way_entry::RULE,
    &unmirrored_modules::RULE,
    &unmirrored_apply::RULE,
    &child_deleted_late::RULE,
    &environment_changed::RULE,
    &migrations_changed::RULE,
    &start_type_changed::RULE,
    &native_code_changed::RULE,
    &consolidated_protocols::RULE,
    &compiled_for_newer::RULE,
    &base_not_known::RULE,
    &boot_file_missing::RULE,
    &library_folder::RULE,
    &rel_not_packed::RULE,
    &version_policy::RULE,
    &release_renamed::RULE,
    &relup_misplaced::RULE,
    &emulator_restarted::RULE,
    &releases_file_missing::RULE,
    &relup_refused::RULE,
    &relup_object_code::RULE,
    &relup_left_over::RULE,
    &relup_paths::RULE,
    &relup_code::RULE,
];

/// Looks for the pattern that takes a version, in lists of both, up to a number of pairs that no real file has.
struct Takers {
    room: usize,
}

/// How many pairs of a version and a pattern are looked at in one list.
const MAX_PAIRS: usize = 1 << 18;

impl Takers {
    fn new() -> Takers {
        Takers { room: MAX_PAIRS }
    }

    /// The first of the patterns that is wanted; `None` as well when there were too many pairs to look at.
    fn find<'v>(&mut self, patterns: &[&'v Version], wanted: impl Fn(&Version) -> bool) -> Option<&'v Version> {
        if self.is_exhausted() {
            return None;
        }
        self.room = self.room.saturating_sub(patterns.len());
        patterns.iter().copied().find(|pattern| wanted(pattern))
    }

    /// Whether there were more pairs than are looked at.
    fn is_exhausted(&self) -> bool {
        self.room == 0
    }
}

/// The first of some names, and how many more there are.
fn named(names: &[String], limit: usize) -> String {
    let shown = names.iter().take(limit).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(limit) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The rules that are silent until they are asked for by their own code or name.
pub(super) static OPTIONAL: &[&Code] = &[&version_policy::VERSION_POLICY];
