//! Where attempts take place: a host with a victim beside the attacker, and things outside that must not change.

mod bystander;
mod canary;
mod cgroups;
mod documented;
mod host;
mod http;
mod leftovers;
mod mode;
mod outcome;
mod programs;
mod stage;

pub(crate) use self::{
    bystander::BYSTANDER,
    host::Host,
    http::Answer,
    mode::Mode,
    outcome::{Outcome, Said},
    stage::{ATTACKER, Stage, request},
};

/// Plays an attempt in one mode and looks at everything afterwards.
pub(crate) fn run(mode: Mode, attempt: fn(&mut Stage)) {
    if !mode.is_possible() {
        return;
    }
    let mut stage = Stage::set(mode);
    attempt(&mut stage);
    stage.finish();
}
