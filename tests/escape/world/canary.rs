//! Things outside that an attacker would like to read, change, reach or end. Whatever can be read holds one
//! secret: if it turns up in what an attacker says, there is a leak.

use std::{
    fs,
    net::TcpListener,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            fs::MetadataExt as _,
            net::{SocketAddr, UnixListener},
        },
    },
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

use super::mode::User;

/// The environment variable that holds the secret where processes have one.
pub(super) const VARIABLE: &str = "DS_ESCAPE_CANARY";

/// What is outside, and how it was.
pub(super) struct Canaries {
    pub(super) secret: String,
    files: Vec<(PathBuf, Vec<u8>, State)>,
    listeners: Listeners,
    process: Child,
}

/// How a file was.
type State = (u64, u64, u32, u32);

fn state(path: &Path) -> State {
    let now = fs::symlink_metadata(path).unwrap();
    (now.ino(), now.nlink(), now.mode(), now.uid())
}

/// Listeners that nobody inside may reach.
struct Listeners {
    port: u16,
    socket: PathBuf,
    abstract_name: String,
    reached: Arc<AtomicUsize>,
}

impl Canaries {
    /// Puts everything in its place below `dir`, as the host's own user would have it.
    pub(super) fn set(dir: &Path, user: User) -> Self {
        let secret = ds_core::secret::random_text(24);
        let modules = dir.join("node_modules");
        fs::create_dir(&modules).unwrap();
        user.own(&modules);
        let as_json = format!("{{\"secret\": \"{secret}\"}}\n");
        let as_module = format!("export default \"{secret}\";\n");
        let texts = [
            ("secret.txt", secret.clone()),
            ("secret.json", as_json.clone()),
            ("secret.js", as_module),
            ("node_modules/secret.txt", secret.clone()),
            ("node_modules/secret.json", as_json),
        ];
        let files = texts.map(|(name, text)| {
            let path = dir.join(name);
            fs::write(&path, &text).unwrap();
            user.own(&path);
            let now = state(&path);
            (path, text.into_bytes(), now)
        });
        let mut sleeper = user.command(Path::new("sleep"));
        sleeper.arg("600").env(VARIABLE, &secret);
        sleeper.stdin(Stdio::null()).stdout(Stdio::null());
        Self {
            files: files.into(),
            listeners: Listeners::set(dir, &secret),
            process: sleeper.spawn().unwrap(),
            secret,
        }
    }

    /// Keeps a file of another appspace, as it is now.
    pub(super) fn keep(&mut self, path: PathBuf) {
        let (bytes, now) = (fs::read(&path).unwrap(), state(&path));
        self.files.push((path, bytes, now));
    }

    /// The process.
    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Where they are: an attacker may know everything but the secret.
    pub(super) fn targets(&self) -> Value {
        let path = |index: usize| self.files[index].0.to_str();
        json!({
            "text": path(0),
            "json": path(1),
            "module": path(2),
            "npmText": path(3),
            "npmJson": path(4),
            "pid": self.process.id(),
            "port": self.listeners.port,
            "socket": self.listeners.socket,
            "abstractSocket": self.listeners.abstract_name,
        })
    }

    /// Everything is as it was and nobody came.
    pub(super) fn check(&mut self) {
        for (path, text, before) in &self.files {
            let at = path.display();
            assert_eq!(&fs::read(path).unwrap(), text, "{at} was changed");
            assert_eq!(&state(path), before, "{at} was replaced or changed");
        }
        let ended = self.process.try_wait().unwrap();
        assert_eq!(ended, None, "a process outside was ended");
        let reached = self.listeners.reached.load(Ordering::SeqCst);
        assert_eq!(reached, 0, "a listener outside was reached");
    }
}

impl Drop for Canaries {
    fn drop(&mut self) {
        // It may have been ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Listeners {
    fn set(dir: &Path, secret: &str) -> Self {
        let reached = Arc::new(AtomicUsize::new(0));
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        let socket = dir.join("canary.sock");
        let unix = UnixListener::bind(&socket).unwrap();
        fs::set_permissions(&socket, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let abstract_name = format!("ds-escape-{}-{port}", std::process::id());
        let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
        let hidden = UnixListener::bind_addr(&address).unwrap();
        count(tcp, &reached, secret, |tcp| Ok(tcp.accept()?.0));
        count(unix, &reached, secret, |unix| Ok(unix.accept()?.0));
        count(hidden, &reached, secret, |unix| Ok(unix.accept()?.0));
        Self {
            port,
            socket,
            abstract_name,
            reached,
        }
    }
}

/// Counts who comes and tells them the secret, as an answer over HTTP.
fn count<L: Send + 'static, S: std::io::Write + 'static>(
    listener: L,
    reached: &Arc<AtomicUsize>,
    secret: &str,
    accept: fn(&L) -> std::io::Result<S>,
) {
    let (reached, length) = (Arc::clone(reached), secret.len());
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{secret}");
    // The thread ends with the test's process.
    thread::spawn(move || {
        while let Ok(mut stream) = accept(&listener) {
            reached.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
}
