//! Where things get their place in the prepared copy and in `vendor/`.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use super::media::Media;
use crate::modules::hex;

/// What a path needs escaped to be part of a specifier.
const IN_SPECIFIER: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`');
const MAX_PART: usize = 100;
const MAX_PARTS: usize = 40;

/// The file below `vendor/` that holds what is at an address.
///
/// An address of plain lower-case parts keeps its shape. All others get a part of their hash, so that no two of them
/// meet, also where the file system folds case or a file's name is another's folder. So does what is of another kind
/// than its address says, and its ending says of which.
pub(super) fn vendor_file(url: &Url, media: Media) -> String {
    let host = url.host_str().unwrap_or("_");
    let parts: Vec<&str> = url
        .path()
        .strip_prefix('/')
        .unwrap_or_default()
        .split('/')
        .collect();
    let (name, folders) = parts.split_last().unwrap_or((&"", &[]));
    let other_kind = (Media::of_remote(url.path(), None) != media)
        .then(|| media.ending())
        .flatten();
    let plain = other_kind.is_none()
        && url.scheme() == "https"
        && url.port().is_none()
        && url.query().is_none()
        && parts.len() <= MAX_PARTS
        && is_plain(host)
        && folders
            .iter()
            .all(|part| is_plain(part) && ending(part).is_none())
        && is_plain(name)
        && ending(name).is_some();
    if plain {
        return format!("{host}/{}", parts.join("/"));
    }
    let folders: Vec<String> = folders
        .iter()
        .take(MAX_PARTS)
        .map(|part| tamed(part))
        .collect();
    let hash = &hex(url.as_str().as_bytes())[..16];
    let name = match other_kind.or(ending(name)) {
        Some(kind) if other_kind.is_some() => format!("{}={hash}.{kind}", tamed(name)),
        Some(ending) => format!(
            "{}={hash}.{ending}",
            tamed(&name[..name.len() - ending.len() - 1])
        ),
        None => format!("{}={hash}", tamed(name)),
    };
    // No plain address has a `=`, which keeps the two kinds apart.
    let mut path = vec![tamed(host)];
    path.extend(folders.into_iter().map(|part| {
        if ending(&part).is_some() {
            format!("{part}_")
        } else {
            part
        }
    }));
    path.push(name);
    path.join("/")
}

/// The file below `run/modules/` of a remote module that runs as JavaScript.
pub(super) fn script_file(vendored: &str, media: Media) -> String {
    let runs = [".js", ".mjs"].iter().any(|end| vendored.ends_with(end));
    if runs && media == Media::JavaScript {
        vendored.to_owned()
    } else {
        format!("{vendored}.js")
    }
}

/// The file below `run/modules/` of a remote module that stays TypeScript.
pub(super) fn kept_file(vendored: &str, media: Media) -> String {
    let end = if media == Media::Tsx { ".tsx" } else { ".ts" };
    if vendored.ends_with(end) {
        vendored.to_owned()
    } else {
        format!("{vendored}{end}")
    }
}

/// The file of something that is read as data.
pub(super) fn data_file(name: &str, media: Media) -> String {
    match media {
        Media::Json if Media::of_path(name) != Media::Json => format!("{name}.json"),
        media if media.is_script() => format!("{name}.raw"),
        _ => name.to_owned(),
    }
}

/// Another name for a file, where two modules ask for the same: `x.ts` becomes `x.ts.js`, and so may be called another.
pub(super) fn another(file: &str, number: usize) -> String {
    match file.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => format!("{stem}={number}.{ending}"),
        _ => format!("{file}={number}"),
    }
}

/// The specifier that leads from one file to another; both are relative to `run/`.
pub(super) fn specifier(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let shared = from[..from.len() - 1]
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|(a, b)| a == b)
        .count();
    let ups = from.len() - 1 - shared;
    let mut text = if ups == 0 {
        "./".to_owned()
    } else {
        "../".repeat(ups)
    };
    text.push_str(&utf8_percent_encode(&to[shared..].join("/"), IN_SPECIFIER).to_string());
    text
}

fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= MAX_PART
        && !part.starts_with('.')
        && part
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.@+~".contains(&b))
}

fn tamed(part: &str) -> String {
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.@+~".contains(&b);
    let text: String = part
        .bytes()
        .take(60)
        .map(|b| if fine(b) { char::from(b) } else { '_' })
        .collect();
    match text.trim_start_matches('.') {
        "" => "_".to_owned(),
        rest => rest.to_owned(),
    }
}

/// The ending of a module's file name.
fn ending(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    let known = [
        "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "json", "wasm", "txt", "css", "html",
        "raw",
    ];
    (!stem.is_empty() && known.contains(&ending)).then_some(ending)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn vendored(url: &str) -> String {
        let url = Url::parse(url).unwrap();
        vendor_file(&url, Media::of_remote(url.path(), None))
    }

    #[test]
    fn plain_addresses_keep_their_shape() {
        for (url, file) in [
            (
                "https://deno.land/x/sqlite@v3.9.1/mod.ts",
                "deno.land/x/sqlite@v3.9.1/mod.ts",
            ),
            (
                "https://jsr.io/@std/path/1.0.0/mod.ts",
                "jsr.io/@std/path/1.0.0/mod.ts",
            ),
        ] {
            assert_eq!(vendored(url), file);
        }
    }

    #[test]
    fn no_two_addresses_share_a_file() {
        let urls = [
            "https://esm.sh/preact",
            "https://esm.sh/preact/hooks",
            "https://esm.sh/preact?dev",
            "https://esm.sh/Preact",
            "http://esm.sh/preact",
            "https://esm.sh:8443/preact",
            "https://esm.sh/a.ts",
            "https://esm.sh/a.ts/b.ts",
            "https://esm.sh/A.ts",
            "https://esm.sh/a.ts?",
            "https://esm.sh/%2e%2e%2fa.ts",
            "https://esm.sh/",
            "https://esm.sh/..a.ts",
            "https://esm.sh//a.ts",
        ];
        let files: HashSet<String> = urls
            .iter()
            .map(|url| vendored(url).to_lowercase())
            .collect();
        assert_eq!(files.len(), urls.len(), "{files:#?}");
        for file in &files {
            assert!(
                file.split('/')
                    .all(|part| !part.is_empty() && !part.starts_with('.')),
                "{file}"
            );
            let inside = files
                .iter()
                .filter(|other| other.starts_with(&format!("{file}/")))
                .count();
            assert_eq!(inside, 0, "{file} is a file and a folder");
        }
        let long = format!("https://h.example/{}", "x".repeat(5000));
        assert!(vendored(&long).len() < 200);
    }

    #[test]
    fn another_kind_than_the_address_says_shows_in_the_name() {
        for (url, media, ending) in [
            ("https://h.example/n", Media::TypeScript, ".ts"),
            ("https://h.example/n.ts", Media::JavaScript, ".js"),
            ("https://h.example/n.js", Media::Json, ".json"),
        ] {
            let file = vendor_file(&Url::parse(url).unwrap(), media);
            assert!(file.contains('=') && file.ends_with(ending), "{file}");
        }
    }

    #[test]
    fn specifiers_lead_from_file_to_file() {
        for (from, to, expect) in [
            ("app/app.ts.js", "app/b.ts.js", "./b.ts.js"),
            ("app/a/b.js", "app/c.js", "../c.js"),
            ("app/app.ts.js", "modules/h/m.js", "../modules/h/m.js"),
            ("modules/h/x/m.js", "modules/h/y/n.js", "../y/n.js"),
            ("app/a.js", "app/a b%#.js", "./a%20b%25%23.js"),
        ] {
            assert_eq!(specifier(from, to), expect);
        }
    }
}
