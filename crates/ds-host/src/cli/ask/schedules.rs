//! Arguments about when snapshots are taken, and about mail.

use crate::{
    args::{Mail, Schedule},
    control::wire::{Command, Setting},
};

pub(super) fn schedule(asked: Schedule) -> Command {
    let set = [
        ("every", asked.every),
        ("keep_last", asked.keep_last),
        ("keep_daily", asked.keep_daily),
        ("keep_weekly", asked.keep_weekly),
        ("keep_monthly", asked.keep_monthly),
    ];
    let set = set.into_iter().filter_map(|(key, value)| {
        Some(Setting {
            key: key.to_owned(),
            value: value?,
        })
    });
    Command::BackupSchedule {
        owner: asked.owner.owner,
        address: asked.name,
        set: set.collect(),
    }
}

pub(in crate::cli) fn mail(mail: Mail) -> Command {
    let Mail::Test { address } = mail;
    Command::MailTest { to: address }
}
