//! Packages and folders of apps, as a developer would make them.

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};

/// A package: a gzipped tar archive of these files.
#[must_use]
pub fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len().try_into().unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, path, *bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Writes a package's files into a folder.
pub fn folder(at: &Path, files: &[(&str, &[u8])]) {
    for (path, bytes) in files {
        let path = at.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(path).unwrap().write_all(bytes).unwrap();
    }
}

/// The files of a small app of API 1: `/` says hello, `/me` is for members.
#[must_use]
pub fn hello_app() -> Vec<(&'static str, &'static [u8])> {
    vec![
        (
            "dropapp.json",
            br#"{"name": "Hello", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#,
        ),
        (
            "app.ts",
            br#"import { createApp, everyone, html, members } from "dropserver";
const app = createApp();
app.get("/", everyone, () => html("<h1>Hello</h1>"));
app.get("/me", members, (ctx) => html(`<p>${ctx.memberId}</p>`));
export default app;
"#,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_package_holds_its_files() {
        let bytes = package(&hello_app());
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut text = Vec::new();
            entry.read_to_end(&mut text).unwrap();
            found.push((path, text));
        }
        let expect = hello_app()
            .into_iter()
            .map(|(p, b)| (p.to_owned(), b.to_vec()));
        assert_eq!(found, expect.collect::<Vec<_>>());
    }
}
