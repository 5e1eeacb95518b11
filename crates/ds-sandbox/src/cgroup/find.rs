//! Looking for controllers that can be used.

use std::path::{Path, PathBuf};

use ds_core::error_chain;

use super::{
    Controller, NoCgroups, Version,
    controller::{Branch, Controllers, Part},
    files, parse, sweep, v2,
};

pub(super) type Why = Vec<(Controller, String)>;
type Found = (Vec<Branch>, Why);

pub(super) fn find(proc: &Path, name: &str) -> Result<Found, NoCgroups> {
    let mut search = Search::default();
    if let Err(problem) = search.run(proc, name) {
        for controller in Controller::ALL {
            search.miss(controller, &error_chain(&problem));
        }
    }
    if Controllers::of(&search.branches) == Controllers::default() {
        for branch in &search.branches {
            // One without controllers, just made.
            let _ = sweep::remove_empty(&branch.dir);
        }
        return Err(NoCgroups { why: search.why });
    }
    Ok((search.branches, search.why))
}

#[derive(Default)]
struct Search {
    branches: Vec<Branch>,
    why: Why,
}

impl Search {
    fn run(&mut self, proc: &Path, name: &str) -> std::io::Result<()> {
        files::plain_name(name)?;
        let place = format!("dropserver-{name}");
        let own = files::read(&proc.join("self/cgroup"))?;
        let mounts = files::read(&proc.join("self/mountinfo"))?;
        let (own, mounts) = (parse::own(&own), parse::mounts(&mounts));
        for part in Part::ALL {
            if let Some((_, dir)) = parse::own_v1(&own, &mounts, part.name()) {
                self.use_v1(part, dir.join(&place));
            }
        }
        let v2 = parse::own_v2(&own, &mounts).map(|(_, dir)| dir);
        let open = self.open();
        if let Some(dir) = &v2 {
            match v2::prepare(dir, &place, &open) {
                Ok((branch, why)) => {
                    self.branches.push(branch);
                    self.why.extend(why);
                }
                Err(problem) => self.miss_all(&open, &error_chain(&problem)),
            }
        } else {
            self.miss_all(
                &open,
                "no cgroup file system that the host sees has this controller",
            );
        }
        Ok(())
    }

    /// Controllers that version 1 does not have; what it has is not in version 2.
    fn open(&self) -> Vec<Controller> {
        let has = |c: &Controller| self.branches.iter().any(|b| b.parts.contains(&c.part()));
        let missed = |c: &Controller| self.why.iter().any(|(missed, _)| missed == c);
        Controller::ALL
            .into_iter()
            .filter(|c| !has(c) && !missed(c))
            .collect()
    }

    fn use_v1(&mut self, part: Part, dir: PathBuf) {
        // `cpu` and `cpuacct` are often one hierarchy.
        if let Some(branch) = self.branches.iter_mut().find(|b| b.dir == dir) {
            branch.parts.push(part);
            return;
        }
        match sweep::remove(&dir).and_then(|()| files::make_dir(&dir)) {
            Ok(()) => self.branches.push(Branch {
                version: Version::V1,
                dir,
                parts: vec![part],
            }),
            Err(problem) => {
                if let Some(controller) = part.controller() {
                    self.miss(controller, &error_chain(&problem));
                }
            }
        }
    }

    fn miss_all(&mut self, controllers: &[Controller], why: &str) {
        for controller in controllers {
            self.miss(*controller, why);
        }
    }

    fn miss(&mut self, controller: Controller, why: &str) {
        if !self.why.iter().any(|(c, _)| *c == controller) {
            self.why.push((controller, why.to_owned()));
        }
    }
}
