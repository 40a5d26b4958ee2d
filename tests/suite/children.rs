//! Child processes of the tests: their log is followed, and none outlives its guard.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::wait_for;
use crate::support::worker::Worker;

const LIMIT: Duration = Duration::from_secs(30);

fn is_alive(process: u32) -> bool {
    let asked = Command::new("kill").args(["-0", &process.to_string()]).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

#[test]
fn a_child_is_followed_and_dies_with_its_guard() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    fs::write(
        &program,
        "#!/bin/sh\necho '{\"event\":\"starting\",\"n\":7}'\necho oops >&2\nexec sleep 600\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut child = Worker::spawn(Command::new(&program), Some(folder));

    assert_eq!(child.wait_for_event("starting", LIMIT)["n"], 7);
    wait_for("its error output", LIMIT, || child.output().contains(&"oops".to_owned()).then_some(()));
    let process = child.id();
    assert!(child.is_running() && is_alive(process));
    drop(child);
    assert!(!is_alive(process));
}

#[test]
fn a_child_that_is_asked_to_end_tells_how() {
    let mut command = Command::new("sh");
    command.args(["-c", "trap 'exit 3' TERM; echo '{\"event\":\"running\"}'; while :; do sleep 0.05; done"]);
    let mut child = Worker::spawn(command, None);
    child.wait_for_event("running", LIMIT);
    child.pause();
    child.resume();
    child.terminate();
    assert_eq!(child.wait_exit(LIMIT).code(), Some(3));
}
