//! What a crash may leave behind: no picture of the memory, where conversations without a thread stand.

/// Lets this process, and those it starts, write no core dump from now on. What collects dumps in a
/// system's service asks for the same limit and keeps none either.
pub fn no_core_dumps() {
    #[cfg(unix)]
    if let Err(error) = rlimit::Resource::CORE.set(0, 0) {
        tracing::warn!(%error, "a crash may write a core dump");
    }
}
