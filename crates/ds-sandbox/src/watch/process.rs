//! What the kernel counts for one process, with all its threads.

use std::{fs, path::PathBuf, time::Duration};

/// The kernel tells times in hundredths of a second on every processor that Deno is made for.
const TICK: Duration = Duration::from_millis(10);

/// One process, by its files in `/proc`.
#[derive(Clone, Debug)]
pub(super) struct Process(PathBuf);

impl Process {
    pub(super) fn new(pid: u32) -> Self {
        Self(format!("/proc/{pid}").into())
    }

    /// Processor time.
    pub(super) fn cpu(&self) -> Option<Duration> {
        cpu(&self.read("stat")?)
    }

    /// Memory that nobody else has: not the program's own code, which all sandboxes share.
    pub(super) fn memory(&self) -> Option<u64> {
        memory(&self.read("status")?)
    }

    /// Bytes written to disks, or rather to pages that will be. Only for who may trace the process.
    pub(super) fn written(&self) -> Option<u64> {
        field(&self.read("io")?, "write_bytes")
    }

    /// Where its open files can be looked at.
    pub(super) fn open_files(&self) -> PathBuf {
        self.0.join("fd")
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.0.join(file)).ok()
    }
}

fn cpu(stat: &str) -> Option<Duration> {
    // The second field is the program's name, which may have anything in it.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK.saturating_mul(user.saturating_add(system)))
}

fn memory(status: &str) -> Option<u64> {
    let kib = |key| field(status, key).unwrap_or(0);
    let own = field(status, "RssAnon")?;
    Some((own + kib("RssShmem") + kib("VmSwap")).saturating_mul(1024))
}

fn field(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let value = line.strip_prefix(key)?.strip_prefix(':')?;
        value.split_whitespace().next()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read() {
        let stat = |name| format!("12 ({name}) S 1 2 3 4 5 6 7 8 9 10 250 75 0 0 20 0 9 0 1 2 3\n");
        for name in ["deno", "a) S 1 (b", ") ", ""] {
            assert_eq!(
                cpu(&stat(name)),
                Some(Duration::from_millis(3250)),
                "{name}"
            );
        }
        assert_eq!(cpu("12 (deno) S 1"), None);
        let status = "Name:\tRssAnon: 7\nRssAnon:\t  100 kB\nRssFile:\t 50 kB\nRssShmem:\t 4 kB\n";
        assert_eq!(memory(status), Some(104 * 1024));
        assert_eq!(memory("Name:\tx\n"), None);
        let io = "wchar: 9\nwrite_bytes: 4096\ncancelled_write_bytes: 1\n";
        assert_eq!(field(io, "write_bytes"), Some(4096));
    }

    #[test]
    fn this_process_has_some() {
        let this = Process::new(std::process::id());
        assert!(this.cpu().is_some() && this.written().is_some());
        let before = this.memory().unwrap();
        let much = std::hint::black_box(vec![1_u8; 32 << 20]);
        let after = this.memory().unwrap();
        assert!(after >= before + (24 << 20), "{before} {after}");
        drop(much);
        assert_eq!(Process::new(u32::MAX).cpu(), None);
    }
}
