//! What takes the place of the old was on disk before: a disk that writes in another order than it was told to must not be
//! able to lose it. Every file of the new data, and every directory on the way to it, was flushed after it was last
//! written and before the exchange; the exchange was flushed before the host said that the job is done.
//!
//! The host notes what it flushes, and when (`DS_FAULT=flushed:FILE`, [`ds_core::fault`]).

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::app::{self, SECOND};
use crate::host::Host;

/// One line of the note: when in milliseconds, what, and where.
struct Note {
    at: i64,
    what: String,
    path: PathBuf,
}

fn read(file: &Path) -> Vec<Note> {
    let text = fs::read_to_string(file).unwrap();
    let note = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let mut next = || words.next().unwrap();
        Note {
            at: next().parse().unwrap(),
            what: next().to_owned(),
            path: next().into(),
        }
    };
    text.lines().map(note).collect()
}

/// A host that notes what it flushes, with an appspace, a snapshot of it and a newer version.
fn started() -> (Host, PathBuf) {
    let host = app::with_app("[sandbox]\nwarm = 0\n");
    app::install(&host, "2.0.0", SECOND);
    let create = "appspace create --app keeper@1.0.0 --address notes --json";
    host.run(create).done();
    app::keep(&host, "notes", 1..20);
    app::job(&host, "backup create notes");
    let (_, dir) = host.stop();
    let notes = dir.path().join("flushed");
    let host = Host::start_with(dir, &format!("flushed:{}", notes.display()));
    (host, notes)
}

/// Everything below a directory, itself included, and whether it is a directory.
fn all(dir: &Path) -> Vec<PathBuf> {
    let (mut found, mut left) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(next) = left.pop() {
        if next.is_dir() {
            let entries = fs::read_dir(&next).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().path()));
        }
        found.push(next);
    }
    found
}

/// Looks at the last exchange or move that brought data to `live`, which nobody has touched since.
fn check(notes: &[Note], what: &str, live: &Path) -> usize {
    let is_it = |note: &Note| note.what == what && note.path.starts_with(live);
    let moved = notes.iter().rposition(is_it);
    let moved = moved.unwrap_or_else(|| panic!("no {what} of {}", live.display()));
    // The line before says where it came from.
    let from = &notes[moved - 1];
    assert_eq!(from.what, "from");
    let flushed = |path: &Path, among: &[Note]| {
        let is_it = |note: &&Note| note.what == "flushed" && note.path == path;
        among.iter().rev().find(is_it).map(|note| note.at)
    };
    let to = &notes[moved].path;
    let mut checked = 0;
    for path in all(to) {
        let before = from.path.join(path.strip_prefix(to).unwrap());
        let at = flushed(&before, &notes[..moved]);
        let at = at.unwrap_or_else(|| panic!("{} was not flushed", before.display()));
        let found = path.metadata().unwrap();
        let written = found.mtime() * 1000 + found.mtime_nsec() / 1_000_000;
        assert!(written <= at, "{} was written after that", path.display());
        checked += 1;
    }
    // The directories above: that they are there at all, and that the names have changed.
    let above = from.path.parent().unwrap();
    for parent in [above, to.parent().unwrap()] {
        let after = flushed(parent, &notes[moved..]);
        assert!(after.is_some(), "{} after the move", parent.display());
    }
    checked
}

/// What the data of an appspace is now, by its name.
fn live(host: &Host, name: &str) -> PathBuf {
    let listed = host.run("appspace list --json").done();
    let all = listed["appspaces"].as_array().unwrap();
    let named = |one: &&serde_json::Value| {
        let address = one["address"].as_str().unwrap();
        address.starts_with(name)
    };
    let id = all.iter().find(named).unwrap()["id"].as_str().unwrap();
    host.dir.path().join("data/appspaces").join(id)
}

#[test]
#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
fn all_of_it_before_the_exchange() {
    let (host, notes) = started();
    let mut checked = 0;
    for line in [
        "appspace upgrade notes 2.0.0",
        "appspace upgrade notes 1.0.0",
        "backup restore notes latest",
    ] {
        app::job(&host, line);
        checked += check(
            &read(&notes),
            "exchanged",
            &live(&host, "notes").join("data"),
        );
    }
    app::job(&host, "backup restore notes latest --to beside");
    checked += check(&read(&notes), "moved", &live(&host, "beside"));
    println!("{checked} files and directories were on disk before they took a place");
}
