//! Shared memory, semaphores and message queues, which outlive a process and are named by numbers. Refused.

attempt!(|stage| {
    stage.probe("sysv-ipc").all_refused(&[
        "shared-memory",
        "semaphores",
        "messages",
        "posix-messages",
    ]);
});
