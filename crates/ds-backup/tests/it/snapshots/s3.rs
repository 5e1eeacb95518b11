//! Snapshots in a bucket: moto's server, which speaks S3.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use ds_backup::snapshots::{Grace, Place, PlaceSettings, ReadBack, Repository, SnapshotError};

use super::{
    restic::restic_with,
    support::{Home, assert_same, later, noise, quiet},
};

/// moto's server: where `DS_MOTO` says, or in the path.
fn moto() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).map(|dir| dir.join("moto_server"));
    let named = env::var_os("DS_MOTO").map(PathBuf::from).into_iter();
    named
        .chain(dirs)
        .find(|program| program.is_file())
        .expect("moto is installed: `cargo xtask test` does so")
}

struct Server {
    program: Child,
    port: u16,
}

impl Server {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test starts the peer it talks to"
    )]
    fn start() -> Self {
        let mut program = Command::new(moto())
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(program.stderr.take().unwrap());
        let mut lines = said.lines().map(Result::unwrap);
        let address = "Running on http://127.0.0.1:";
        let port = lines.find_map(|line| Some(line.split_once(address)?.1.trim().parse().unwrap()));
        // What it says later goes nowhere, but it must be able to say it.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self {
            program,
            port: port.unwrap(),
        };
        server.ask("PUT /bucket HTTP/1.1");
        server
    }

    fn ask(&self, line: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request =
            format!("{line}\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn place(&self, home: &Home, path: &str) -> Place {
        let secret = home.dir.path().join("secret");
        fs::write(&secret, "secret\n").unwrap();
        let settings = PlaceSettings {
            at: format!("s3:http://127.0.0.1:{}/{path}", self.port),
            access_key: Some("me".to_owned()),
            secret_key_file: Some(secret),
            ..PlaceSettings::default()
        };
        Place::try_from(&settings).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn a_bucket_keeps_snapshots() {
    let mut home = Home::filled();
    fs::remove_file(home.live().join("files/link odd")).unwrap();
    let server = Server::start();
    let place = server.place(&home, "bucket/some/where");
    let repository = Repository::open_or_make(&place, &home.key()).unwrap();
    let first = home.store(&repository);
    home.about = later(&home.about, 1);
    fs::write(home.live().join("files/huge"), noise(7, 4 << 20)).unwrap();
    let tree = home.copy();
    let second = repository.store(&tree, &home.about, quiet()).unwrap();
    assert_same(&tree, &home.restore(&repository, &second.id));
    assert!(
        repository
            .verify(ReadBack::All, quiet())
            .unwrap()
            .is_sound()
    );
    assert!(
        server
            .ask("GET /bucket?list-type=2 HTTP/1.1")
            .contains("<Key>some/where/config<")
    );

    let at = place.to_string();
    let secrets = [
        ("AWS_ACCESS_KEY_ID", "me"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    restic_with(&home, &at, &["check", "--read-data"], &secrets);
    let to = home.dir.path().join("by-restic");
    let arguments = ["restore", "latest", "--target", to.to_str().unwrap()];
    restic_with(&home, &at, &arguments, &secrets);
    assert_same(&tree, &to);

    repository.forget(&[first.id]).unwrap();
    repository.prune(Grace::None, quiet()).unwrap();
    let again = Repository::open(&place, &home.key()).unwrap();
    assert_eq!(again.list(None).unwrap().len(), 1);
    let one = home.dir.path().join("one");
    let note = Path::new("data/files/note.txt");
    again
        .restore(&second.id, &one, Some(note), quiet())
        .unwrap();
    assert_eq!(fs::read_to_string(one).unwrap(), "one");
}

#[test]
fn buckets_that_cannot_be_used_say_why() {
    let home = Home::filled();
    let server = Server::start();
    let check = |path: &str, expect: &str| {
        let place = server.place(&home, path);
        let refused = Repository::open_or_make(&place, &home.key()).unwrap_err();
        let said = ds_core::error_chain(&refused);
        assert!(said.contains(expect), "{said}");
    };
    check("none", "NoSuchBucket");
    server.ask("PUT /bucket/letter.txt HTTP/1.1");
    check("bucket", "holds `letter.txt`");
    // Beside it there is room.
    let place = server.place(&home, "bucket/own");
    let missing = Repository::open(&place, &home.key()).unwrap_err();
    assert!(
        matches!(missing, SnapshotError::Missing { .. }),
        "{missing}"
    );
    let repository = Repository::open_or_make(&place, &home.key()).unwrap();
    home.store(&repository);
    drop(server);
    fs::remove_file(home.dir.path().join("secret")).unwrap();
    let refused = Repository::open_or_make(&place, &home.key()).unwrap_err();
    assert!(
        ds_core::error_chain(&refused).contains("secret cannot be read"),
        "{refused}"
    );
}
