//! The rules, one file each, and the list of them.

pub use relup_paths::RELUP_PATHS;

use super::Rule;
use crate::appup::Version;
use crate::diag::Code;

/// Registers the rules: each is a file of this folder with a static `RULE`. One line makes the module and the entry in the list.
macro_rules! register {
    ($($rule:ident)+) => {
        $(mod $rule;)+
        /// Every rule, in the order of the codes.
        pub(super) static ALL: &[&Rule] = &[$(&$rule::RULE),+];
    };
}

register! {
    unreachable_entry
    pattern_as_string
    alternation_order
    version_as_pattern
    catch_all_does_nothing
    beam_not_listed
    appup_elsewhere
    library_script
    restart_only
    remove_without_purge
    dependency_cycle
    apply_overtaken
    many_suspended
    loaded_out_of_order
    deleted_before_users
    application_order
    dependants_running
    apply_undefined
    apply_before_no_return
    apply_result_dropped
    application_not_running
    apply_own_process
    module_not_replaced
    version_not_bumped
    unchanged_module
    dead_call
    effect_mismatch
    call_outside_release
    call_undefined
    state_not_converted
    code_change_missing
    code_change_idle
    version_argument
    children_changed
    child_modules
    init_side_effects
    old_code_killed
    fun_in_state
    top_not_supervisor
    child_module_deleted
    behaviour_changed
    child_start_missing
    state_unseen
    setup_not_repeated
    message_not_taken
    kept_value_not_taken
    conversion_fails
    suspended_process_called
    table_lost
    handler_left
    child_call_refused
    timer_left
    child_type_wrong
    process_outside_tree
    child_not_running
    tree_walked_suspended
    restarted_process_known
    conversion_waits
    kept_name_gone
    converted_twice
    start_value_kept
    rows_not_found
    one_way_entry
    unmirrored_modules
    unmirrored_apply
    child_deleted_late
    environment_changed
    migrations_changed
    start_type_changed
    native_code_changed
    consolidated_protocols
    compiled_for_newer
    base_not_known
    boot_file_missing
    library_folder
    rel_not_packed
    version_policy
    release_renamed
    relup_misplaced
    emulator_restarted
    releases_file_missing
    environment_lost
    application_left_stopped
    environment_missing
    relup_refused
    relup_object_code
    relup_left_over
    relup_paths
    relup_code
    relup_change_idle
}

pub(super) use one_way_entry::ONE_WAY_ENTRY;

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
