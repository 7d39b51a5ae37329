//! A thousand replies leave nothing behind: no task, no socket, no memory.

use std::fs;
use std::time::Duration;

use skein_core::endpoint;
use skein_support::model_server::{ModelServer, Reply};
use tokio::sync::mpsc;

use super::{call_for, tell};

const CALLS: usize = 1_000;
/// Kilobytes that an allocator may keep for itself.
const SLACK: u64 = 24 * 1024;

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Kilobytes of memory that stand in this process's name.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Other tests of this process open and close what is theirs, so what is counted are this test's
/// own tasks, and files only up to what the others may hold at the time.
#[test]
fn a_thousand_replies_leave_nothing_behind() {
    let server = ModelServer::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let tasks = runtime.metrics();
    let (files, memory) = (open_files(), resident());
    runtime.block_on(async {
        for n in 0..CALLS {
            let call = call_for(&server);
            match n % 4 {
                0 => server.queue(Reply::tokens(20)),
                1 => server.queue(Reply::cut_after("one two three")),
                2 => server.queue(Reply::error(500, "oops", "oops")),
                _ => {
                    server.queue(Reply::silent_after("one"));
                    let (out, mut events) = mpsc::channel(8);
                    let running = tokio::spawn(async move { endpoint::call(&call, out).await });
                    while events.recv().await.is_some_and(|event| event != endpoint::CallEvent::Text("one".into())) {}
                    running.abort();
                    assert!(running.await.is_err_and(|error| error.is_cancelled()));
                    continue;
                }
            }
            tell(&call).await;
        }
        let over = async {
            // The connections that are kept for the next turn have a task each, a few at most.
            while tasks.num_alive_tasks() > 4 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_mins(1), over).await.is_ok(), "{} tasks", tasks.num_alive_tasks());
    });
    assert_eq!(server.seen().requests, CALLS);
    drop((runtime, server));
    // A leak of a socket a call would be hundreds of them.
    assert!(open_files() < files + CALLS / 8, "{files} files open before, {} after", open_files());
    assert!(resident() < memory + SLACK + 64 * 1024, "{memory} kB before, {} after", resident());
}
