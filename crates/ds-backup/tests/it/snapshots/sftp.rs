//! Snapshots on another machine: OpenSSH's own server, one process per connection.

use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use ds_backup::snapshots::{Grace, Place, PlaceSettings, ReadBack, Repository, SnapshotError};

use super::{
    restic::restic,
    support::{Home, assert_same, later, noise, quiet},
};

/// OpenSSH's server: Debian keeps it out of most people's path.
fn sshd() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    dirs.map(|dir| dir.join("sshd"))
        .find(|program| program.is_file())
        .expect("OpenSSH's server is installed: `cargo xtask test` does so")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test starts the peer it talks to"
)]
fn command(program: &Path) -> Command {
    Command::new(program)
}

fn output(program: &str, arguments: &[&str]) -> String {
    let ran = command(Path::new(program))
        .args(arguments)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{program}: {ran:?}");
    String::from_utf8(ran.stdout).unwrap().trim().to_owned()
}

/// Another machine, in a directory of this one.
struct Machine {
    dir: PathBuf,
    port: u16,
    connections: Arc<Mutex<Vec<Child>>>,
    is_off: Arc<AtomicBool>,
}

impl Machine {
    fn start(home: &Home) -> Self {
        let dir = home.dir.path().join("machine");
        fs::create_dir(&dir).unwrap();
        for key in ["host", "me", "stranger"] {
            let file = dir.join(key);
            let file = file.to_str().unwrap();
            output("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", file]);
        }
        fs::copy(dir.join("me.pub"), dir.join("authorized")).unwrap();
        let config = dir.join("config");
        let text = format!(
            "HostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n",
            dir.display()
        );
        fs::write(&config, text).unwrap();
        // Where it is root, it gives up its rights in an empty directory, which packages make when the machine starts.
        let _ = fs::create_dir("/run/sshd");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let machine = Self {
            dir,
            port: listener.local_addr().unwrap().port(),
            connections: Arc::default(),
            is_off: Arc::default(),
        };
        let (connections, is_off) = (machine.connections.clone(), machine.is_off.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_off.load(Ordering::Relaxed) {
                    break;
                }
                let serving = serve(&config, &stream.unwrap());
                connections.lock().unwrap().push(serving);
            }
        });
        machine
    }

    /// Ends all connections.
    fn cut(&self) -> usize {
        let mut connections = self.connections.lock().unwrap();
        let cut = connections.len();
        for mut serving in connections.drain(..) {
            // It may have ended by itself.
            let _ = serving.kill();
            serving.wait().unwrap();
        }
        cut
    }

    fn place(&self, identity: &str, host_key: &str) -> Place {
        let user = output("id", &["-un"]);
        let dir = self.dir.display();
        let settings = PlaceSettings {
            at: format!("sftp://{user}@127.0.0.1:{}{dir}/snapshots", self.port),
            identity_file: Some(self.dir.join(identity)),
            host_key: Some(fs::read_to_string(self.dir.join(host_key)).unwrap()),
            ..PlaceSettings::default()
        };
        Place::try_from(&settings).unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.is_off.store(true, Ordering::Relaxed);
        self.cut();
        // Wakes the listener, if it is still there.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(config: &Path, stream: &TcpStream) -> Child {
    let socket = || Stdio::from(OwnedFd::from(stream.try_clone().unwrap()));
    command(&sshd())
        .args(["-i", "-e", "-f"])
        .arg(config)
        .stdin(socket())
        .stdout(socket())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn another_machine_keeps_snapshots() {
    let mut home = Home::filled();
    fs::remove_file(home.live().join("files/link odd")).unwrap();
    let machine = Machine::start(&home);
    let place = machine.place("me", "host.pub");
    let repository = Repository::open_or_make(&place, &home.key()).unwrap();
    let first = home.store(&repository);
    home.about = later(&home.about, 1);
    fs::write(home.live().join("files/huge"), noise(7, 4 << 20)).unwrap();
    let tree = home.copy();

    // The line is cut in between, and everything is done again where it was.
    assert_eq!(machine.cut(), 1);
    let second = repository.store(&tree, &home.about, quiet()).unwrap();
    assert_same(&tree, &home.restore(&repository, &second.id));
    assert!(
        repository
            .verify(ReadBack::All, quiet())
            .unwrap()
            .is_sound()
    );

    let at = machine.dir.join("snapshots");
    restic(&home, at.to_str().unwrap(), &["check", "--read-data"]);
    let to = home.dir.path().join("by-restic");
    restic(
        &home,
        at.to_str().unwrap(),
        &["restore", "latest", "--target", to.to_str().unwrap()],
    );
    assert_same(&tree, &to);

    fs::write(at.join("tmp/leftover"), "half").unwrap();
    repository.forget(&[first.id]).unwrap();
    repository.prune(Grace::None, quiet()).unwrap();
    assert_eq!(fs::read_dir(at.join("tmp")).unwrap().count(), 0);
    let again = Repository::open(&place, &home.key()).unwrap();
    assert_eq!(again.list(None).unwrap().len(), 1);
    assert!(again.verify(ReadBack::All, quiet()).unwrap().is_sound());
}

#[test]
fn only_the_machine_that_is_known_is_talked_to() {
    let home = Home::filled();
    let machine = Machine::start(&home);
    let check = |place: &Place, expect: &str| {
        let refused = Repository::open_or_make(place, &home.key()).unwrap_err();
        let said = ds_core::error_chain(&refused);
        assert!(said.contains(expect), "{said}");
        assert!(!machine.dir.join("snapshots").exists());
    };
    check(
        &machine.place("me", "stranger.pub"),
        "another key than the configured `host-key`",
    );
    check(&machine.place("stranger", "host.pub"), "does not let");
    check(
        &machine.place("nobody", "host.pub"),
        "no private key that can be used",
    );
    check(
        &machine.place("host.pub", "host.pub"),
        "no private key that can be used",
    );
    let missing = Repository::open(&machine.place("me", "host.pub"), &home.key()).unwrap_err();
    assert!(
        matches!(missing, SnapshotError::Missing { .. }),
        "{missing}"
    );
    drop(machine);
}
