//! Every key there is, in the order of the documentation.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use ds_core::Address;
use toml::de::DeTable;
use url::Url;

use super::{
    CertificateFiles, Complaint, Config, Modules, PublicUrl, default_listen, dropids,
    logins::logins,
    mail::mail,
    reader::{Complaints, Section},
    sandbox::{egress, sandbox},
    snapshots::snapshots,
};

/// Where the account site answers if nothing is configured: every browser takes `*.localhost` to this machine.
const SITE_HOST: &str = "dropserver.localhost";
const DOMAIN: &str = "localhost";

/// Reads a configuration; relative paths are below `dir`.
pub(super) fn read(text: &str, dir: &Path) -> Result<Config, Vec<Complaint>> {
    let complaints = Complaints::about(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        complaints.add(error.span(), "", error.message());
    }
    // What is left after a syntax error is not what its writer meant.
    let table = if errors.is_empty() {
        table.into_inner()
    } else {
        DeTable::new()
    };
    let config = read_root(Section::root(&complaints, &table), dir);
    match complaints.into_sorted() {
        found if found.is_empty() => Ok(config),
        found => Err(found),
    }
}

/// What was complained about gets a value that is thrown away with the rest.
fn read_root(root: Section<'_, '_>, dir: &Path) -> Config {
    let below = |path: PathBuf| dir.join(path);
    let (site, appspaces) = (root.section("site"), root.section("appspaces"));
    let (trust, deno) = (root.section("trust"), root.section("deno"));
    let (site_host, domain) = names(&site, &appspaces);
    let trash_days = appspaces.number("trash_days", 0..=3_650).unwrap_or(30);
    let config = Config {
        dropid_domains: dropids::domains(root.section("dropids"), &site_host, &domain),
        public: public_url(&site, &site_host),
        site_host,
        domain,
        trash_kept: Duration::from_secs(86_400 * u64::from(trash_days)),
        listen: site.parsed("listen").unwrap_or_else(default_listen),
        allow_plain_http: site.flag("allow_plain_http").unwrap_or(false),
        redirect_http: site.parsed("redirect_http"),
        data_dir: site.path("data_dir").map(below),
        tls: tls(&root, dir),
        trust: trust.path("ca").map(below),
        modules: modules(root.section("modules"), dir),
        moves_allow: moves_allow(root.section("moves")),
        logins: logins(root.section("logins")),
        deno: deno.path("path").map(below),
        sandbox: sandbox(root.section("sandbox")),
        egress: egress(root.section("egress")),
        snapshots: snapshots(root.section("snapshots"), dir),
        mail: mail(root.section("mail"), dir, root.has("mail")),
    };
    if config.redirect_http.is_some() && !root.has("tls") {
        site.complain(
            "redirect_http",
            "there is nothing to redirect to without [tls]",
        );
    }
    [site, appspaces, trust, deno, root]
        .into_iter()
        .for_each(Section::finish);
    config
}

/// The account site's address and the domain of appspaces: both configured or neither.
fn names(site: &Section<'_, '_>, appspaces: &Section<'_, '_>) -> (Address, Address) {
    if site.has("host") && !appspaces.has("domain") {
        appspaces.complain(
            "domain",
            "is missing: below which domain do appspaces answer?",
        );
    }
    if appspaces.has("domain") && !site.has("host") {
        site.complain(
            "host",
            "is missing: at which address does the account site answer?",
        );
    }
    #[expect(
        clippy::unwrap_used,
        reason = "both constants are addresses, as a test shows"
    )]
    let constant = |text: &str| text.parse::<Address>().unwrap();
    (
        site.parsed("host").unwrap_or_else(|| constant(SITE_HOST)),
        appspaces
            .parsed("domain")
            .unwrap_or_else(|| constant(DOMAIN)),
    )
}

/// `url` is the account site's own, as people outside see it.
fn public_url(site: &Section<'_, '_>, host: &Address) -> Option<PublicUrl> {
    let url: Url = site.parsed("url")?;
    let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    let https = url.scheme() == "https";
    match url.port_or_known_default() {
        Some(port) if plain && (https || url.scheme() == "http") => {
            if url.host_str() != Some(host.as_str()) {
                site.complain("url", format!("must be at the address of the site, {host}"));
            }
            Some(PublicUrl { https, port })
        }
        _ => {
            site.complain(
                "url",
                "must be like https://dropserver.example.com, without a path",
            );
            None
        }
    }
}

fn tls(root: &Section<'_, '_>, dir: &Path) -> Vec<CertificateFiles> {
    let mut files = Vec::new();
    for section in root.sections("tls") {
        for key in ["cert", "key"].into_iter().filter(|key| !section.has(key)) {
            section.complain(key, "is missing; a certificate needs both `cert` and `key`");
        }
        if let (Some(cert), Some(key)) = (section.path("cert"), section.path("key")) {
            files.push(CertificateFiles {
                cert: dir.join(cert),
                key: dir.join(key),
            });
        }
        section.finish();
    }
    files
}

fn modules(section: Section<'_, '_>, dir: &Path) -> Modules {
    let modules = Modules {
        dir: section.path("dir").map(|path| dir.join(path)),
        network: section.flag("network").unwrap_or(true),
        npm_registry: npm_registry(&section),
        allow: section.list("allow").unwrap_or_default(),
    };
    section.finish();
    modules
}

fn moves_allow(section: Section<'_, '_>) -> Vec<ds_net::IpNet> {
    let allow = section.list("allow").unwrap_or_default();
    section.finish();
    allow
}

/// Names of packages are put behind its path.
fn npm_registry(section: &Section<'_, '_>) -> Option<Url> {
    let url: Url = section.parsed("npm_registry")?;
    let secret = !url.username().is_empty() || url.password().is_some();
    if url.scheme() != "https" || secret || url.query().is_some() || url.fragment().is_some() {
        let problem = "must be like https://npm.example.com, without a name, password, `?` or `#`";
        section.complain("npm_registry", problem);
        return None;
    }
    Some(url)
}
