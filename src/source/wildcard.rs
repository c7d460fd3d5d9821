//! Search paths with wildcards, as `systools` expands them (OTP 25 to 29), except that matches come sorted.

use super::tree::{FileTree, Refusal, join};
use crate::pattern::{Dialect, Pattern};

/// The paths that one entry of a search path leads to, sorted; the caller checks whether they are folders.
///
/// A component that is `*` takes any name; another one with `*` is a regular expression in which each `*` means any
/// characters and everything else keeps its meaning there, and which must take the whole name. Folders on the way that cannot
/// be listed are put into `refused`, with the system's words.
pub fn expand(tree: &dyn FileTree, entry: &str, refused: &mut Vec<(String, String)>) -> Vec<String> {
    let mut folders = vec![if entry.starts_with('/') { "/".to_owned() } else { ".".to_owned() }];
    for component in entry.split('/').filter(|component| !component.is_empty() && *component != ".") {
        folders = folders.iter().flat_map(|folder| step(tree, folder, component, refused)).collect();
    }
    folders
}

fn step(tree: &dyn FileTree, folder: &str, component: &str, refused: &mut Vec<(String, String)>) -> Vec<String> {
    if !component.contains('*') {
        return vec![join(folder, component)];
    }
    let names = match tree.list(folder) {
        Ok(names) => names,
        Err(Refusal::Refused(words)) => {
            refused.push((folder.to_owned(), words));
            Vec::new()
        }
        Err(Refusal::Absent | Refusal::TooLarge(_)) => Vec::new(),
    };
    let taken: Vec<String> = if component == "*" {
        names
    } else {
        match Pattern::compile(&component.replace('*', "[^/]*"), Dialect::Pcre2) {
            Ok(pattern) => names.into_iter().filter(|name| pattern.takes_whole(name)).collect(),
            Err(_) => Vec::new(),
        }
    };
    taken.iter().map(|name| join(folder, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::expand;
    use crate::source::{Digest, FileTree, Kind, MemoryTree, Refusal};

    #[test]
    fn stars_are_half_regular_expressions() {
        let mut tree = MemoryTree::default();
        for app in ["a-1", "a-2", "b-1", "z.1"] {
            tree.insert(&format!("lib/{app}/ebin/x.app"), vec![]);
        }
        tree.insert("lib/c-1/priv/x", vec![]);
        let all = |entry: &str| expand(&tree, entry, &mut Vec::new()).join(" ");
        assert_eq!(all("lib/*/ebin"), "lib/a-1/ebin lib/a-2/ebin lib/b-1/ebin lib/c-1/ebin lib/z.1/ebin");
        assert_eq!(all("./lib//a-*/ebin/"), "lib/a-1/ebin lib/a-2/ebin");
        assert_eq!(all("lib/[az].*/ebin"), "lib/a-1/ebin lib/a-2/ebin lib/z.1/ebin");
        assert_eq!(all("lib/nothing/ebin"), "lib/nothing/ebin", "what is there is not looked at");
        assert_eq!(all("lib/(*/ebin"), "", "an expression that does not compile leads nowhere");
    }

    /// A tree whose folders cannot be listed.
    struct Locked;

    impl FileTree for Locked {
        fn read(&self, _: &str) -> Result<Vec<u8>, Refusal> {
            Err(Refusal::Absent)
        }

        fn list(&self, _: &str) -> Result<Vec<String>, Refusal> {
            Err(Refusal::Refused("permission denied".to_owned()))
        }

        fn kind(&self, _: &str) -> Result<Kind, Refusal> {
            Ok(Kind::Folder)
        }

        fn digest(&self, _: &str) -> Result<Digest, Refusal> {
            Err(Refusal::Absent)
        }
    }

    #[test]
    fn folders_that_cannot_be_listed_are_told() {
        let mut refused = Vec::new();
        assert!(expand(&Locked, "lib/*/ebin", &mut refused).is_empty());
        assert_eq!(refused, [("lib".to_owned(), "permission denied".to_owned())]);
    }
}
