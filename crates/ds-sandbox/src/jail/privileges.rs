//! Giving up every privilege, for good.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, Scope,
};
use rustix::{
    process::{Pid, Resource, Rlimit, prlimit},
    thread::{
        CapabilitiesSecureBits, CapabilitySet, CapabilitySets, clear_ambient_capability_set,
        remove_capability_from_bounding_set, set_capabilities, set_capabilities_secure_bits,
        set_no_new_privs,
    },
};

use super::{
    Doing as _, Failure,
    plan::{Bind, Mode, Rlimits},
};

/// The newest Landlock whose rights we know; an older kernel does what it can.
const LANDLOCK: ABI = ABI::V6;

/// How many signals may wait to be taken.
const SIGNALS: u64 = 256;

/// No capability now, and none to be gained by running any program.
pub(super) fn drop_capabilities() -> Result<(), Failure> {
    for capability in CapabilitySet::all().iter() {
        match remove_capability_from_bounding_set(capability) {
            // A capability that this kernel does not know.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(error) => return Err(error).doing("give up capabilities"),
        }
    }
    let bits = CapabilitiesSecureBits::NO_ROOT
        | CapabilitiesSecureBits::NO_ROOT_LOCKED
        | CapabilitiesSecureBits::NO_SETUID_FIXUP
        | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
        | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
        | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
        | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED;
    set_capabilities_secure_bits(bits).doing("lock its capabilities")?;
    clear_ambient_capability_set().doing("give up ambient capabilities")?;
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none).doing("give up capabilities")?;
    no_new_privileges()
}

pub(super) fn no_new_privileges() -> Result<(), Failure> {
    set_no_new_privs(true).doing("give up gaining privileges")
}

/// Limits a process, or this one.
pub(super) fn limit(process: Option<Pid>, rlimits: Rlimits) -> Result<(), Failure> {
    let hard = |resource, value: u64| {
        let limit = Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        let limited = prlimit(process, resource, limit);
        limited.map(|_| ()).doing(&format!("limit {resource:?}"))
    };
    hard(Resource::Core, 0)?;
    hard(Resource::Nofile, rlimits.files)?;
    hard(Resource::Fsize, rlimits.file_size)?;
    hard(Resource::Nproc, rlimits.threads)?;
    hard(Resource::Msgqueue, 0)?;
    // Counted for the user who made the namespace, not for the sandbox.
    hard(Resource::Sigpending, SIGNALS)?;
    if let Some(data) = rlimits.data {
        hard(Resource::Data, data)?;
    }
    Ok(())
}

/// A second fence around files, signals, abstract sockets and, without an outlet, TCP. Rules are on the parents
/// of the places that are mounted into: one on the place itself ends when something is mounted over it.
pub(super) fn landlock(visible: &[(&str, Mode)], may_connect: bool) -> Result<(), Failure> {
    fence(visible, may_connect).doing("fence it in with Landlock")
}

fn fence(visible: &[(&str, Mode)], may_connect: bool) -> Result<(), landlock::RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::BindTcp)?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?;
    if !may_connect {
        rules = rules.handle_access(AccessNet::ConnectTcp)?;
    }
    let mut rules = rules.create()?;
    for (path, mode) in visible {
        let Ok(fd) = PathFd::new(path) else {
            continue;
        };
        rules = rules.add_rule(PathBeneath::new(fd, rights(*mode)))?;
    }
    rules.restrict_self()?;
    Ok(())
}

/// The version of Landlock that this kernel has, of those we know; 0 if it has none.
pub(crate) fn landlock_abi() -> u8 {
    let versions = [ABI::V6, ABI::V5, ABI::V4, ABI::V3, ABI::V2, ABI::V1];
    let has = |abi: ABI| {
        let rules = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let rules = rules.handle_access(AccessFs::from_all(abi));
        let rules = if abi >= ABI::V4 {
            rules.and_then(|rules| rules.handle_access(AccessNet::from_all(abi)))
        } else {
            rules
        };
        let rules = if abi >= ABI::V6 {
            rules.and_then(|rules| rules.scope(Scope::from_all(abi)))
        } else {
            rules
        };
        rules.and_then(Ruleset::create).is_ok()
    };
    versions
        .into_iter()
        .find(|abi| has(*abi))
        .map_or(0, |abi| abi as u8)
}

fn rights(mode: Mode) -> landlock::BitFlags<AccessFs> {
    let read = AccessFs::from_read(LANDLOCK) & !AccessFs::Execute;
    let never = AccessFs::Execute
        | AccessFs::MakeChar
        | AccessFs::MakeBlock
        | AccessFs::MakeFifo
        | AccessFs::MakeSym;
    match mode {
        Mode::Execute => AccessFs::from_read(LANDLOCK),
        Mode::Read => read,
        Mode::Device => AccessFs::ReadFile | AccessFs::WriteFile,
        Mode::Sockets => read | AccessFs::WriteFile | AccessFs::MakeSock | AccessFs::RemoveFile,
        Mode::Write => AccessFs::from_all(LANDLOCK) & !never,
    }
}

/// What a bind is as a rule.
pub(super) fn rule(bind: &Bind) -> (&str, Mode) {
    (&bind.to, bind.mode)
}
