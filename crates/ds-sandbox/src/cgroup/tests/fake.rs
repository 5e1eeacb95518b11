//! Trees of plain files: what is looked for and what is written.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use super::super::{Cgroups, Controller, Controllers, HostMemory, NoCgroups, Version};

/// A machine with hierarchies in a directory.
struct Machine {
    dir: tempfile::TempDir,
    own: String,
    mounts: String,
}

impl Machine {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            own: String::new(),
            mounts: String::new(),
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn v1(mut self, controllers: &str, own: &str) -> Self {
        let point = self.path(controllers);
        let point = point.display();
        writeln!(self.own, "1:{controllers}:{own}").unwrap();
        writeln!(
            self.mounts,
            "1 2 0:3 / {point} rw - cgroup cgroup rw,{controllers}"
        )
        .unwrap();
        fs::create_dir_all(self.path(&format!("{controllers}{own}"))).unwrap();
        self
    }

    fn v2(mut self, own: &str, given: &str, handed: &str) -> Self {
        writeln!(self.own, "0::{own}").unwrap();
        let point = self.path("v2");
        writeln!(
            self.mounts,
            "1 2 0:3 / {} rw - cgroup2 cgroup2 rw",
            point.display()
        )
        .unwrap();
        let own = self.path(&format!("v2{own}"));
        fs::create_dir_all(&own).unwrap();
        self.file_in(&own, "cgroup.controllers", given);
        self.file_in(&own, "cgroup.subtree_control", handed);
        self
    }

    fn file_in(&self, dir: &Path, name: &str, text: &str) {
        fs::write(self.dir.path().join(dir).join(name), text).unwrap();
    }

    fn file(self, path: &str, text: &str) -> Self {
        fs::write(self.path(path), text).unwrap();
        self
    }

    fn proc(&self) -> PathBuf {
        let proc = self.path("proc");
        fs::create_dir_all(proc.join("self")).unwrap();
        fs::write(proc.join("self/cgroup"), &self.own).unwrap();
        fs::write(proc.join("self/mountinfo"), &self.mounts).unwrap();
        proc
    }

    fn find(&self) -> Result<Cgroups, NoCgroups> {
        Cgroups::find_in(&self.proc(), "t")
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }
}

const V1: Option<Version> = Some(Version::V1);
const V2: Option<Version> = Some(Version::V2);

fn check(machine: &Machine, memory: Option<Version>, pids: Option<Version>, cpu: Option<Version>) {
    let (has, why) = match machine.find() {
        Ok(found) => (found.has(), found.why().to_vec()),
        Err(none) => (Controllers::default(), none.why),
    };
    assert_eq!(has, Controllers { memory, pids, cpu }, "{why:?}");
    for (controller, version) in [
        (Controller::Memory, memory),
        (Controller::Pids, pids),
        (Controller::Cpu, cpu),
    ] {
        let reasons = why.iter().filter(|(c, _)| *c == controller).count();
        assert_eq!(reasons, usize::from(version.is_none()), "{why:?}");
    }
}

#[test]
fn each_controller_is_taken_where_it_is() {
    let nothing = || Machine::new();
    check(&nothing(), None, None, None);
    let v1 = || {
        nothing()
            .v1("memory", "/a/b")
            .v1("cpu,cpuacct", "/")
            .v1("pids", "/")
    };
    check(&v1(), V1, V1, V1);
    check(&v1().v2("/", "hugetlb", ""), V1, V1, V1);
    check(
        &nothing().v1("memory", "/").v2("/", "pids cpu", ""),
        V1,
        V2,
        V2,
    );
    check(&nothing().v2("/u", "cpu memory pids", ""), V2, V2, V2);
    check(&nothing().v2("/u", "cpu memory pids", "memory"), V2, V2, V2);
    check(&nothing().v2("/u", "memory pids", ""), V2, V2, None);
    check(&nothing().v2("/u", "hugetlb", ""), None, None, None);
    check(&nothing().v1("cpuacct", "/"), None, None, None);
}

#[test]
fn nothing_is_left_where_nothing_can_be_used() {
    let machine = Machine::new().v1("cpuacct", "/");
    assert!(machine.find().is_err());
    assert!(!machine.path("cpuacct/dropserver-t").exists());
}

#[test]
fn names_stay_in_their_place() {
    let machine = Machine::new().v1("memory", "/");
    for bad in ["", ".", "..", "a/b", "a b", "a\nb", &"x".repeat(129)] {
        assert!(Cgroups::find_in(&machine.proc(), bad).is_err(), "{bad:?}");
        assert!(machine.find().unwrap().make(bad).is_err(), "{bad:?}");
    }
    let place = machine.find().unwrap();
    place.make("a").unwrap();
    assert!(machine.path("memory/dropserver-t/a").is_dir());
}

#[test]
fn the_host_moves_before_it_hands_controllers_down() {
    let below = || {
        Machine::new()
            .v2("/u", "cpu memory pids", "")
            .file("v2/u/cgroup.type", "domain\n")
    };
    let machine = below();
    machine.find().unwrap();
    assert_eq!(machine.text("v2/u/host/cgroup.procs"), "0");
    // A plain file keeps the last line written to it.
    assert_eq!(machine.text("v2/u/cgroup.subtree_control"), "+cpu");
    assert_eq!(
        machine.text("v2/u/dropserver-t/cgroup.subtree_control"),
        "+cpu"
    );

    // It is in the leaf already, and so are its controllers.
    let machine = below()
        .file("v2/u/cgroup.procs", "\n")
        .v2("/u/host", "cpu memory pids", "")
        .file("v2/u/cgroup.subtree_control", "cpu memory pids");
    let machine = Machine {
        own: "0::/u/host\n".into(),
        ..machine
    };
    check(&machine, V2, V2, V2);
    assert!(machine.path("v2/u/dropserver-t").is_dir());
    assert!(!machine.path("v2/u/host/host").exists());

    // All were handed down before: no reason to move.
    let machine = Machine::new()
        .v2("/u", "cpu memory pids", "cpu memory pids")
        .file("v2/u/cgroup.type", "domain\n");
    check(&machine, V2, V2, V2);
    assert!(!machine.path("v2/u/host").exists());
}

#[test]
fn limits_of_version_2() {
    let machine = Machine::new().v2("/", "cpu memory pids", "");
    let group = machine.find().unwrap().make("g").unwrap();
    for (name, text) in [
        ("memory.swap.max", "max"),
        ("memory.oom.group", "0"),
        ("memory.current", "1000\n"),
        ("memory.peak", "2000\n"),
        ("memory.stat", "anon 1\ninactive_file 300\n"),
        ("memory.events", "low 0\noom 5\noom_kill 2\n"),
        ("pids.current", "7\n"),
        ("cpu.stat", "usage_usec 1500\nuser_usec 1\n"),
    ] {
        machine.file_in(Path::new("v2/dropserver-t/g"), name, text);
    }
    group.limit_memory(1 << 20).unwrap();
    group.limit_pids(9).unwrap();
    group.limit_cpu(150).unwrap();
    group.add(42).unwrap();
    assert!(group.freeze().unwrap());
    let text = |name| machine.text(&format!("v2/dropserver-t/g/{name}"));
    for (name, expect) in [
        ("memory.max", "1048576"),
        ("memory.swap.max", "0"),
        ("memory.oom.group", "1"),
        ("pids.max", "9"),
        ("cpu.max", "150000 100000"),
        ("cgroup.procs", "42"),
        ("cgroup.freeze", "1"),
    ] {
        assert_eq!(text(name), expect, "{name}");
    }
    assert!(group.thaw().unwrap());
    assert_eq!(text("cgroup.freeze"), "0");
    let stats = group.stats();
    assert_eq!(stats.cpu, Some(std::time::Duration::from_micros(1500)));
    assert_eq!((stats.memory, stats.peak), (Some(700), Some(2000)));
    assert_eq!((stats.oom_kills, stats.pids), (Some(2), Some(7)));
}

#[test]
fn limits_of_version_1() {
    let machine = Machine::new()
        .v1("memory", "/")
        .v1("cpu", "/")
        .v1("cpuacct", "/");
    let group = machine.find().unwrap().make("g").unwrap();
    machine.file_in(
        Path::new("memory/dropserver-t/g"),
        "memory.memsw.limit_in_bytes",
        "",
    );
    group.limit_memory(4096).unwrap();
    group.limit_cpu(50).unwrap();
    // There is no such controller, and that is no error.
    group.limit_pids(9).unwrap();
    assert!(!group.freeze().unwrap());
    for (path, expect) in [
        ("memory/dropserver-t/g/memory.limit_in_bytes", "4096"),
        ("memory/dropserver-t/g/memory.memsw.limit_in_bytes", "4096"),
        ("cpu/dropserver-t/g/cpu.cfs_quota_us", "50000"),
        ("cpu/dropserver-t/g/cpu.cfs_period_us", "100000"),
    ] {
        assert_eq!(machine.text(path), expect, "{path}");
    }
}

#[test]
fn the_least_limit_counts() {
    let check = |machine: Machine, expect: (Option<u64>, Option<u64>)| {
        fs::write(
            machine.proc().join("meminfo"),
            "MemTotal:   100 kB\nMemAvailable:   60 kB\n",
        )
        .unwrap();
        let got = HostMemory::read_in(&machine.proc());
        assert_eq!((got.limit, got.available), expect);
    };
    let all = (Some(102_400), Some(61_440));
    check(Machine::new(), all);
    let v2 = || Machine::new().v2("/a/b", "", "");
    check(v2().file("v2/a/memory.max", "max\n"), all);
    check(
        v2().file("v2/a/memory.max", "50000\n")
            .file("v2/a/memory.current", "20000\n")
            .file("v2/a/memory.stat", "inactive_file 5000\n")
            .file("v2/a/b/memory.max", "80000\n")
            .file("v2/a/b/memory.current", "70000\n"),
        (Some(50_000), Some(10_000)),
    );
    check(
        Machine::new()
            .v1("memory", "/a")
            .file("memory/memory.limit_in_bytes", "40000\n")
            .file("memory/a/memory.limit_in_bytes", "9223372036854771712\n"),
        (Some(40_000), Some(40_000)),
    );
}
