//! The commands about the people of a host.

use clap::ValueEnum;

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// It is so from now on
    On,
    /// It is so no longer
    Off,
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::args::Arguments;

    #[test]
    fn what_parses_about_people() {
        let check = |line: &str, expect: bool| {
            let line = format!("ds-host account {line}");
            let parsed = Arguments::try_parse_from(line.split(' '));
            assert_eq!(parsed.is_ok(), expect, "{line}: {parsed:?}");
        };
        check("list --find ada --json", true);
        check("invite", true);
        check("invite a@b.c", true);
        check("block a@b.c --pause", true);
        check("block", false);
        check("unblock a@b.c", true);
        check("admin a@b.c on", true);
        check("admin a@b.c", false);
        check("admin a@b.c yes", false);
        check("remove a@b.c --yes", true);
        check("invitations --json", true);
        check("withdraw x", true);
        check("withdraw", false);
        check("log --kind members --find ada --most 10", true);
        check("log --most 0", false);
        check("set-email a@b.c d@e.f", true);
        check("set-email a@b.c", false);
        check("vouch a@b.c", true);
        check("vouch", false);
    }
}
