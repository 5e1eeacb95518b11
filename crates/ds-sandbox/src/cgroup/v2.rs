//! Version 2, where a group that hands controllers down may have no processes of its own.

use std::{
    io,
    path::{Path, PathBuf},
};

use ds_core::error_chain;

use super::{
    Controller, Version,
    controller::{Branch, Part},
    files,
    find::Why,
    sweep,
};

/// Where the host moves to, below the group it was started in.
const LEAF: &str = "host";

/// Makes the place for the groups of sandboxes with those of the `wanted` controllers that can be had. It
/// is of use without any: it kills and freezes all processes of a group at once.
pub(super) fn prepare(own: &Path, place: &str, wanted: &[Controller]) -> io::Result<(Branch, Why)> {
    let base = base(own);
    let dir = base.join(place);
    sweep::remove(&dir)?;
    let (mut parts, why) = hand_down(&base, own, wanted)?;
    files::make_dir(&dir)?;
    for part in &parts {
        files::write(&dir.join("cgroup.subtree_control"), &enable(*part))?;
    }
    // Every group of version 2 counts it.
    parts.push(Part::CpuTime);
    let branch = Branch {
        version: Version::V2,
        dir,
        parts,
    };
    Ok((branch, why))
}

/// The group that was given to the host: the one it is in, or the one above if it, or a host that started
/// this one, has already moved (systemd does it too: `DelegateSubgroup=host`).
fn base(own: &Path) -> PathBuf {
    if own.file_name().is_some_and(|name| name == LEAF)
        && let Some(above) = own.parent()
        && files::read(&above.join("cgroup.procs")).is_ok_and(|procs| procs.trim().is_empty())
    {
        return above.to_owned();
    }
    own.to_owned()
}

fn hand_down(base: &Path, own: &Path, wanted: &[Controller]) -> io::Result<(Vec<Part>, Why)> {
    let given = words(base, "cgroup.controllers")?;
    let handed = words(base, "cgroup.subtree_control")?;
    let is_in = |words: &[String], c: Controller| words.iter().any(|w| w == c.name());
    let (mut parts, mut why) = (Vec::new(), Vec::new());
    let mut missing = Vec::new();
    for controller in wanted.iter().copied() {
        if !is_in(&given, controller) {
            let hint = "not given to the host's group; under systemd it is by Delegate=yes";
            why.push((controller, format!("{hint} ({})", base.display())));
        } else if is_in(&handed, controller) {
            parts.push(controller.part());
        } else {
            missing.push(controller);
        }
    }
    // Only the group at the very top may hand down and have processes; it is the one without a type.
    let moves = own == base && !missing.is_empty() && base.join("cgroup.type").exists();
    if moves && let Err(problem) = move_to_leaf(base) {
        let problem = error_chain(&problem);
        why.extend(missing.into_iter().map(|c| (c, problem.clone())));
        return Ok((parts, why));
    }
    let enabled = parts.len();
    for controller in missing {
        match files::write(
            &base.join("cgroup.subtree_control"),
            &enable(controller.part()),
        ) {
            Ok(()) => parts.push(controller.part()),
            Err(problem) => why.push((controller, refusal(&problem))),
        }
    }
    if moves && parts.len() == enabled {
        move_back(base);
    }
    Ok((parts, why))
}

fn refusal(problem: &io::Error) -> String {
    let hint = match problem.kind() {
        io::ErrorKind::ResourceBusy => {
            "; other processes are in the host's group: start it as a service with Delegate=yes, \
             or by `systemd-run --scope -p Delegate=yes`"
        }
        _ => "",
    };
    format!("{}{hint}", error_chain(problem))
}

fn move_to_leaf(base: &Path) -> io::Result<()> {
    let leaf = base.join(LEAF);
    if !leaf.is_dir() {
        files::make_dir(&leaf)?;
    }
    // 0 means whoever writes it.
    files::write(&leaf.join("cgroup.procs"), "0").inspect_err(|_| {
        let _ = sweep::remove_empty(&leaf);
    })
}

/// Nothing was gained by moving. If this fails too, the host is well where it is.
fn move_back(base: &Path) {
    if files::write(&base.join("cgroup.procs"), "0").is_ok() {
        let _ = sweep::remove_empty(&base.join(LEAF));
    }
}

fn enable(part: Part) -> String {
    format!("+{}", part.name())
}

fn words(dir: &Path, file: &str) -> io::Result<Vec<String>> {
    let text = files::read(&dir.join(file))?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}
