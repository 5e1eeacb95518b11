//! What files say, and what is complained about.

use std::time::Duration;

use super::*;

fn complaints(text: &str) -> Vec<String> {
    let found = keys::read(text, Path::new("/etc/ds")).unwrap_err();
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn without_a_file() {
    let config = Config::default();
    assert_eq!(config.site_host.as_str(), "dropserver.localhost");
    assert_eq!(config.domain.as_str(), "localhost");
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert!(config.modules.network && config.tls.is_empty());
    assert_eq!(config.logins, Logins::default());
    config.check_listen().unwrap();
}

#[test]
fn everything_said() {
    let text = r#"
        [site]
        host = "Drop.Example.com"
        listen = "0.0.0.0:443"
        redirect_http = "0.0.0.0:80"
        url = "https://drop.example.com:8443"
        data_dir = "/var/lib/ds"
        allow_plain_http = true
        [appspaces]
        domain = "example.com"
        trash_days = 7
        [[tls]]
        cert = "a.pem"
        key = "/keys/a.pem"
        [[tls]]
        cert = "b.pem"
        key = "b.key"
        [trust]
        ca = "ca.pem"
        [modules]
        dir = "modules"
        network = false
        npm_registry = "https://npm.example.com/all"
        allow = ["10.0.0.0/8"]
        [dropids]
        domains = ["ada.example"]
        [logins]
        allow = ["192.168.1.0/24"]
        original = true
        [deno]
        path = "deno"
        [sandbox]
        idle_seconds = 1
        start_seconds = 2
        response_seconds = 3
        migration_seconds = 4
        heap_mib = 0x40
        memory_mib = 200
        cpu_percent = 50
        cpu_seconds = 60
        threads = 40
        open_files = 100
        disk_mib = 2
        request_mib = 3
        log_mib = 4
        warm = 0
        memory_budget_mib = 1000
        queue_seconds = 5
        free_space_mib = 6
        allow_without_namespaces = true
        [egress]
        enabled = false
        allow = ["10.0.0.0/8"]
    "#;
    let config = keys::read(text, Path::new("/etc/ds")).unwrap();
    assert_eq!(config.site_host.as_str(), "drop.example.com");
    assert_eq!(
        config.public,
        Some(PublicUrl {
            https: true,
            port: 8443
        })
    );
    assert_eq!(config.data_dir.as_deref(), Some(Path::new("/var/lib/ds")));
    assert_eq!(config.tls[0].cert, Path::new("/etc/ds/a.pem"));
    assert_eq!(config.tls[0].key, Path::new("/keys/a.pem"));
    assert_eq!(config.tls.len(), 2);
    assert_eq!(config.trash_kept, Duration::from_hours(7 * 24));
    assert_eq!(config.trust.as_deref(), Some(Path::new("/etc/ds/ca.pem")));
    assert_eq!(
        config.modules.dir.as_deref(),
        Some(Path::new("/etc/ds/modules"))
    );
    assert!(!config.modules.network);
    let registry = config.modules.npm_registry.as_ref().map(Url::as_str);
    assert_eq!(registry, Some("https://npm.example.com/all"));
    assert_eq!(config.deno.as_deref(), Some(Path::new("/etc/ds/deno")));
    assert_eq!(config.sandbox, every_bound());
    assert!(!config.egress.enabled && config.egress.allow.len() == 1);
    assert_eq!(config.dropid_domains.len(), 1);
    assert!(config.logins.original && config.logins.allow.len() == 1);
}

fn every_bound() -> Sandbox {
    Sandbox {
        idle: Duration::from_secs(1),
        start: Duration::from_secs(2),
        response: Duration::from_secs(3),
        migration: Duration::from_secs(4),
        heap_mib: 64,
        memory_mib: 200,
        cpu_percent: 50,
        cpu_time: Duration::from_mins(1),
        threads: 40,
        open_files: 100,
        disk_mib: 2,
        request_mib: 3,
        log_mib: 4,
        warm: 0,
        memory_budget_mib: 1000,
        queue: Duration::from_secs(5),
        free_space_mib: 6,
        allow_without_namespaces: true,
    }
}

#[test]
fn the_heap_is_part_of_the_memory() {
    let check = |bounds: &str, expect: Option<u32>| {
        let read = keys::read(&format!("[sandbox]\n{bounds}"), Path::new("/"));
        assert_eq!(read.ok().map(|it| it.sandbox.heap_mib), expect, "{bounds}");
    };
    check("", Some(256));
    check("memory_mib = 128", Some(128));
    check("memory_mib = 2000", Some(256));
    check("heap_mib = 600", None);
    check("memory_mib = 700\nheap_mib = 600", Some(600));
    check("memory_mib = 95", None);
}

#[test]
fn one_certificate_needs_no_list() {
    let config = keys::read("[tls]\ncert = 'a'\nkey = 'b'\n", Path::new("/")).unwrap();
    assert_eq!(config.tls.len(), 1);
}

#[test]
fn every_complaint_at_once() {
    let text = "[site]\nhost = 'ex_ample'\nlisten = 3000\ncolour = 'red'\n\
        [tls]\ncert = 'a.pem'\n[sandbox]\nheap_mib = 3\nidle_seconds = '5'\n\
        [modules]\nnetwork = 'no'\nallow = [1]\n[nonsense]\n";
    insta::assert_snapshot!(complaints(text).join("\n"));
}

#[test]
fn syntax_errors_have_lines() {
    let found = complaints("[site]\nhost = \n\nlisten = \"\n");
    assert!(found[0].starts_with("line 2: "), "{found:?}");
}

#[test]
fn urls_of_the_site() {
    let check = |url: &str, expect: Option<(bool, u16)>| {
        let text = format!(
            "[site]\nhost='drop.example.com'\nurl='{url}'\n[appspaces]\ndomain='example.com'"
        );
        let public = keys::read(&text, Path::new("/"))
            .ok()
            .and_then(|it| it.public);
        assert_eq!(public.map(|it| (it.https, it.port)), expect, "{url}");
    };
    check("https://drop.example.com", Some((true, 443)));
    check("http://drop.example.com:81/", Some((false, 81)));
    check("https://example.com", None);
    check("https://drop.example.com/x", None);
    check("ftp://drop.example.com", None);
    check("drop.example.com", None);
}

#[test]
fn registries_of_npm_packages() {
    let check = |url: &str, expect: bool| {
        let text = format!("[modules]\nnpm_registry = '{url}'");
        let config = keys::read(&text, Path::new("/"));
        assert_eq!(config.is_ok(), expect, "{url}");
    };
    check("https://npm.example.com", true);
    check("https://npm.example.com:8443/all/", true);
    check("http://npm.example.com", false);
    check("https://ada:secret@npm.example.com", false);
    check("https://npm.example.com/?all", false);
    check("npm.example.com", false);
}

#[test]
fn plain_http_stays_at_home() {
    let check = |listen: &str, more: &str, expect: bool| {
        let text = format!("[site]\nlisten = '{listen}'\n{more}");
        let config = keys::read(&text, Path::new("/")).unwrap();
        assert_eq!(config.check_listen().is_ok(), expect, "{listen} {more}");
    };
    check("127.0.0.1:80", "", true);
    check("[::1]:80", "", true);
    check("0.0.0.0:80", "", false);
    check("10.0.0.1:80", "", false);
    check("0.0.0.0:80", "allow_plain_http = true", true);
    check("0.0.0.0:443", "[tls]\ncert = 'a'\nkey = 'b'", true);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::load(Path::new("/no/such/file.toml")).unwrap_err();
    assert!(error.to_string().contains("/no/such/file.toml"));
}

#[test]
fn the_example_has_every_key() {
    let text = include_str!("../../ds-host.example.toml");
    let config = keys::read(text, Path::new("/etc/ds")).unwrap();
    assert_eq!(config.tls.len(), 2);
    assert_eq!(config.sandbox, Config::default().sandbox);
    assert!(config.egress.enabled);
    assert_eq!(config.snapshots.places.len(), 3);
    let usual = Config::default().snapshots;
    assert_eq!(config.snapshots.keep, usual.keep);
    assert_eq!(config.snapshots.daily_at, usual.daily_at);
    // A complaint about an unknown key lists those there are.
    let unknown = "x = 1\n[site]\nx = 1\n[appspaces]\nx = 1\n[tls]\nx = 1\n[trust]\nx = 1\n\
        [modules]\nx = 1\n[deno]\nx = 1\n[sandbox]\nx = 1\n[egress]\nx = 1\n\
        [snapshots]\nx = 1\n[mail]\nx = 1\n[logins]\nx = 1\n[dropids]\nx = 1\n";
    let found = complaints(unknown);
    let lists = found.iter().filter_map(|one| one.split_once("there are: "));
    let keys: Vec<&str> = lists.flat_map(|(_, keys)| keys.split(", ")).collect();
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let is_there = text.lines().any(|line| {
            let table = line.trim_matches(['[', ']']).rsplit('.').next();
            let line = line.trim_start_matches("# ");
            line.starts_with(&format!("{key} = ")) || table == Some(key)
        });
        assert!(is_there, "{key} is not in the example");
    }
}

#[test]
fn snapshots_are_configured() {
    let usual = Config::default().snapshots;
    assert!(usual.enabled && usual.places.is_empty() && usual.daily_at == 180);
    let text = r#"
        [snapshots]
        key_file = "key"
        every = "every 6 hours"
        daily_at = "23:30"
        keep_last = 2
        verify_percent = 0
        [[snapshots.places]]
        at = "/mnt/disk/snapshots"
        [[snapshots.places]]
        at = "s3:https://s3.example.com/bucket"
        access_key = "name"
        secret_key_file = "secret"
    "#;
    let said = keys::read(text, Path::new("/etc/ds")).unwrap().snapshots;
    assert_eq!((said.daily_at, said.keep.last), (1_410, 2));
    assert_eq!(said.every.to_string(), "every 6 hours");
    assert_eq!(said.key_file.as_deref(), Some(Path::new("/etc/ds/key")));
    let places: Vec<_> = said.places.iter().map(ToString::to_string).collect();
    assert_eq!(
        places,
        ["/mnt/disk/snapshots", "s3:https://s3.example.com/bucket"]
    );
    let check = |text: &str, expect: &str| {
        let found = complaints(text);
        assert!(
            found.len() == 1 && found[0].contains(expect),
            "{text}: {found:?}"
        );
    };
    check("[snapshots]\ndaily_at = \"3:00\"", "like 03:00");
    check("[snapshots]\ndaily_at = \"24:00\"", "like 03:00");
    check("[snapshots]\nevery = \"day\"", "`every 6 hours`");
    check("[[snapshots.places]]\nat = \"here\"", "absolute path");
    check(
        "[[snapshots.places]]\nat = \"sftp://a@b/c\"",
        "`host_key` is missing",
    );
    check("[snapshots]\nkeep = 1", "no such key");
}
