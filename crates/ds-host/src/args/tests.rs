//! What is understood.

use clap::CommandFactory as _;

use super::*;

#[test]
fn the_definition_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn what_parses() {
    let check = |line: &str, expect: bool| {
        let parsed = Arguments::try_parse_from(line.split(' '));
        assert_eq!(parsed.is_ok(), expect, "{line}: {parsed:?}");
    };
    check("ds-host serve", true);
    check(
        "ds-host serve --listen 127.0.0.1:0 --data-dir d --json",
        true,
    );
    check("ds-host serve --listen nonsense", false);
    check("ds-host --json app list --owner a@b.c", true);
    check(
        "ds-host account create --email a@b.c --admin --password-stdin",
        true,
    );
    check("ds-host account create --email a@b.c --admin", false);
    check("ds-host app install x.tar.gz --modules m", true);
    check(
        "ds-host appspace create --app notes@1.0.0 --address notes",
        true,
    );
    check("ds-host appspace create --app notes", false);
    check("ds-host appspace pause notes --json", true);
    check("ds-host appspace member add notes a@b.c --as Ada", true);
    check("ds-host appspace member grant notes a@b.c edit", true);
    check("ds-host appspace member revoke notes a@b.c", false);
    check("ds-host appspace limits notes", true);
    check(
        "ds-host appspace limits notes --set a=1 --set b=2 --reset c",
        true,
    );
    check("ds-host appspace usage notes --days 7 --json", true);
    check("ds-host appspace usage notes --days 0", false);
    check(
        "ds-host appspace egress notes --allow a.example.com --deny b.example.com",
        true,
    );
    check(
        "ds-host appspace secret set notes KEY --host a.example.com",
        true,
    );
    check("ds-host appspace secret set notes KEY", false);
    check("ds-host appspace secret list notes", true);
    check("ds-host appspace secret remove notes KEY", true);
    check(
        "ds-host appspace export notes n.tar.zst --with-package",
        true,
    );
    check("ds-host appspace export notes", false);
    check(
        "ds-host appspace import n.tar.zst --address b --app x@1.0.0",
        true,
    );
    check(
        "ds-host appspace import n.tar.zst --address b --install",
        true,
    );
    check(
        "ds-host appspace import n.zip --address b --install --app x",
        false,
    );
    check("ds-host appspace import n.tar.zst", false);
    check("ds-host appspace import n.tar.zst --into a", true);
    check(
        "ds-host appspace import n.tar.zst --into a --address b",
        false,
    );
    check(
        "ds-host appspace import n.tar.zst --into a --install",
        false,
    );
    check("ds-host appspace export notes - --with-package", true);
    check("ds-host appspace upgrades notes", true);
    check("ds-host appspace upgrades notes automatic --json", true);
    check("ds-host appspace upgrades notes sometimes", false);
    check("ds-host account token create backup", true);
    check(
        "ds-host account token create backup --scope manage --never-expires",
        true,
    );
    check(
        "ds-host account token create backup --days 7 --never-expires",
        false,
    );
    check("ds-host account token create", false);
    check("ds-host account token list --owner a@b.c", true);
    check("ds-host account token revoke x", true);
    check("ds-host appspace move-out notes --json", true);
    check("ds-host appspace move-in https://a/b#c notes", true);
    check("ds-host appspace move-in notes", false);
    check("ds-host appspace moves", true);
    check("ds-host appspace move-cancel notes --redirect", true);
    check("ds-host backup create notes --json", true);
    check("ds-host backup list", true);
    check("ds-host backup restore notes latest --path a/b", true);
    check("ds-host backup restore notes latest --path a --to b", false);
    check("ds-host backup restore notes", false);
    check("ds-host backup verify --read-data", true);
    check("ds-host backup key", true);
    check("ds-host", false);
}
