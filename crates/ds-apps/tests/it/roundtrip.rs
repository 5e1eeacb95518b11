//! Any tree of files, packed by somebody else's code, unpacks equal.

use std::{collections::BTreeMap, fs, io::Write as _};

use ds_apps::{Bounds, Source, package};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use crate::support::paths;

type Tree = BTreeMap<String, Vec<u8>>;

/// Names of every length tar treats differently, some of them tricky; no name is both file and directory.
fn trees() -> impl Strategy<Value = Tree> {
    let name = prop_oneof![
        "[a-zA-Z0-9_.-]{1,12}[a-z]",
        "[a-z]{90,110}",
        "\\PC{1,8}".prop_filter("a name", |name| {
            !name.contains(['/', '\\']) && name != "." && name != ".."
        }),
    ];
    let path = proptest::collection::vec(name, 1..4).prop_map(|parts| parts.join("/"));
    let content = proptest::collection::vec(any::<u8>(), 0..2000);
    proptest::collection::btree_map(path, content, 0..12).prop_map(|tree| {
        let is_dir = |name: &String| {
            tree.keys()
                .any(|other| other.starts_with(&format!("{name}/")))
        };
        tree.iter()
            .filter(|(name, _)| !is_dir(name))
            .map(|(name, content)| (name.clone(), content.clone()))
            .chain([("dropapp.json".to_owned(), b"{}".to_vec())])
            .collect()
    })
}

fn pack(tree: &Tree, pax: bool) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in tree {
        if pax {
            let records = [("path", name.as_bytes()), ("mtime", b"1.5".as_slice())];
            builder.append_pax_extensions(records).unwrap();
        }
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        builder
            .append_data(&mut header, name, &content[..])
            .unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packed_and_unpacked(tree in trees(), pax in any::<bool>(), compressed in any::<bool>()) {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("package");
        let archive = pack(&tree, pax);
        fs::write(&file, if compressed { gzip(&archive) } else { archive }).unwrap();
        let into = root.path().join("app");
        package::unpack(&Source::Archive(file), &into, &Bounds::default()).unwrap();
        let got: Tree = paths(&into)
            .into_iter()
            .filter(|path| into.join(path).is_file())
            .map(|path| (path.to_str().unwrap().to_owned(), fs::read(into.join(&path)).unwrap()))
            .collect();
        prop_assert_eq!(got, tree);
    }

    #[test]
    fn nothing_panics_or_stays(bytes in proptest::collection::vec(any::<u8>(), 0..3000), at in 0_usize..2500, gz in any::<bool>()) {
        // Nearly an archive: a good one with a stretch overwritten.
        let mut archive = crate::support::pack::Tar::app().tar();
        for (place, byte) in archive.iter_mut().skip(at).zip(&bytes) {
            *place = *byte;
        }
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("package");
        fs::write(&file, if gz { gzip(&archive) } else { archive }).unwrap();
        let into = root.path().join("app");
        let result = package::unpack(&Source::Archive(file), &into, &Bounds::default());
        prop_assert_eq!(result.is_ok(), into.exists());
        prop_assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1 + usize::from(result.is_ok()));
    }
}
