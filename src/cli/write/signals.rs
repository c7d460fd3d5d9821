//! Files that are not finished are gone with the process, also when a signal ends it.
//!
//! A temporary file removes itself when the run continues or ends by itself. `SIGINT` and `SIGTERM` end the process
//! where it is: a thread that waits for them, started with the first file, removes the file before it lets them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use tempfile::{NamedTempFile, TempPath};

/// The file being written now. The lock is held while it is created, renamed or removed.
static CURRENT: Mutex<Option<PathBuf>> = Mutex::new(None);

fn current() -> MutexGuard<'static, Option<PathBuf>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that has no name of its own yet.
pub struct Unfinished {
    file: std::fs::File,
    path: Option<TempPath>,
}

impl Unfinished {
    /// Makes one in the folder of the file that it will be.
    pub fn create(folder: &Path) -> io::Result<Unfinished> {
        watch();
        let mut builder = tempfile::Builder::new();
        builder.prefix(".relupc-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What a plainly created file would have; the process's mask is applied.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut current = current();
        let file: NamedTempFile = builder.tempfile_in(folder)?;
        *current = Some(file.path().to_owned());
        let (file, path) = file.into_parts();
        Ok(Unfinished { file, path: Some(path) })
    }

    /// The file to write to.
    pub fn as_file(&mut self) -> &mut std::fs::File {
        &mut self.file
    }

    /// Gives it its name.
    pub fn persist(mut self, goal: &Path) -> io::Result<()> {
        let mut current = current();
        let persisted = self.path.take().map_or(Ok(()), |path| path.persist(goal).map_err(|error| error.error));
        *current = None;
        persisted
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut current = current();
        if self.path.take().is_some() {
            *current = None;
        }
    }
}

/// Starts to wait for signals, once.
#[cfg(unix)]
fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // Without the thread a signal leaves a temporary file, which is not a reason to refuse writing.
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
        let wait = move || {
            for signal in signals.forever() {
                let current = current();
                if let Some(path) = &*current {
                    let _ = std::fs::remove_file(path);
                }
                // The process ends here as it would have without the thread; the lock is never given back.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        };
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
    });
}

#[cfg(not(unix))]
fn watch() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| ());
}
