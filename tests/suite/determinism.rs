//! Same input, same bytes: whatever the order of folders and files on the disk, and from memory or disk alike.

use crate::demo;
use std::fs;

#[test]
fn the_order_of_the_disk_does_not_matter() {
    let one = demo::lay_out(demo::files());
    let other = demo::lay_out(demo::files().into_iter().rev());
    let relup = |folder: &tempfile::TempDir| {
        let output = demo::relupc(folder.path(), &["make", "new", "--from", "old", "--path", "lib/*/ebin"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(folder.path().join("relup")).unwrap()
    };
    assert_eq!(relup(&one), relup(&other));
}

#[test]
fn reports_come_in_one_order() {
    let broken = demo::with(&[(
        "lib/demo-2.0.0/ebin/demo.appup",
        "{\"2.0.0\",\n [{\"1.0.0\",[{load_modul,a},{update,b,hard},{purge,c}]}],\n [{\"1.0.0\",[{load_module,\"d\"}]}]}.\n",
    )]);
    let first = demo::make(broken.path(), &[]);
    for _ in 0..5 {
        assert_eq!(demo::make(broken.path(), &[]), first);
    }
    assert_eq!(demo::codes(&first.0), ["RL0309", "RL0309", "RL0316", "RL0311"]);
}
