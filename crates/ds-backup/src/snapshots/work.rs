//! Work with a repository runs on a thread of its own: on few processors, and a panic in it is an error.

use std::thread;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Processors that snapshots may use at once. The engine starts a thread per processor that it sees, and holds
/// some megabytes per thread.
const MOST_PROCESSORS: usize = 2;

/// Runs work to its end on a thread that sees few processors, as do all threads that it starts; the engine's pool of
/// threads, which it starts once and nobody else uses, is as large as the first work saw processors. `None` if it
/// panicked: the engine does so where a repository is broken in ways that it did not think of.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let spawned = thread::Builder::new()
            .name("snapshots".to_owned())
            .spawn_scoped(scope, || {
                bound();
                work()
            });
        // No thread, no work: there is nothing else to be done about it.
        spawned.ok()?.join().ok()
    })
}

fn bound() {
    let Ok(seen) = sched_getaffinity(None) else {
        return;
    };
    let mut few = CpuSet::new();
    let numbers = (0..CpuSet::MAX_CPU).filter(|cpu| seen.is_set(*cpu));
    for cpu in numbers.take(MOST_PROCESSORS) {
        few.set(cpu);
    }
    // Where that is not allowed it is slower for others, not wrong.
    let _ = sched_setaffinity(None, &few);
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    #[test]
    fn a_panic_is_an_outcome_and_processors_are_few() {
        assert_eq!(run(|| 1), Some(1));
        let quiet = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        assert_eq!(run(|| -> u8 { panic!("as told") }), None);
        panic::set_hook(quiet);
        let seen = run(|| {
            thread::spawn(thread::available_parallelism)
                .join()
                .unwrap()
                .unwrap()
        });
        assert!(seen.unwrap().get() <= MOST_PROCESSORS);
    }
}
