//! What a script does to a running node, step by step: `release_handler_1:eval_script/1` (OTP 25 to 29).
//!
//! In go the low-level instructions of one path; out comes a [`Timeline`]: what happens to each module, application and child,
//! and from which step to which. This is the one place that executes instructions; everything that asks what a path does, and
//! when, reads the timeline.

mod state;
mod summary;
mod timeline;

pub use state::{Event, Failure, ModuleEvent, Node, Phase, Touched};
pub use summary::Summary;
pub use timeline::{Mark, Timeline};
