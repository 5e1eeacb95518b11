//! Reading the modules that were found.

use std::{fs::File, io::Read as _, path::PathBuf, sync::Arc};

use super::{
    PrepareError, depth,
    graph::{Body, Node},
    media::Media,
    resolve::Key,
    script::{self, SyntaxError},
};
use crate::modules::MAX_MODULE;

/// A module about to be read.
pub(super) struct Fresh {
    pub key: Key,
    pub media: Media,
    pub from: Origin,
}

/// Where its source is.
pub(super) enum Origin {
    Package(PathBuf),
    Bytes(Arc<[u8]>),
    Builtin(&'static str),
}

/// A module that has been read, and how much that was.
pub(super) struct Read {
    pub node: Node,
    pub size: u64,
}

/// Reads a module and looks for what it imports. Blocks, and needs much stack.
pub(super) fn read(fresh: Fresh) -> Result<Read, PrepareError> {
    let Fresh { key, media, from } = fresh;
    let mut node = Node {
        key,
        body: Body::Data,
        source: None,
        media,
        out: String::new(),
        links: Vec::new(),
    };
    let bytes: Arc<[u8]> = match from {
        Origin::Builtin(source) => {
            node.body = Body::Builtin(source);
            return Ok(Read {
                node,
                size: source.len() as u64,
            });
        }
        Origin::Bytes(bytes) => {
            node.source = Some(bytes.clone());
            bytes
        }
        Origin::Package(_) if node.key.data => return Ok(Read { node, size: 0 }),
        Origin::Package(path) => {
            if let Some(bytes) = read_file(&path)? {
                bytes.into()
            } else {
                node.body =
                    Body::Broken(whole_file(format!("it is larger than {MAX_MODULE} bytes")));
                return Ok(Read { node, size: 0 });
            }
        }
    };
    let size = bytes.len() as u64;
    if !node.key.data && media.is_script() {
        node.body = read_script(&node.name(), &bytes, media);
    }
    Ok(Read { node, size })
}

fn read_script(name: &str, bytes: &[u8], media: Media) -> Body {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Body::Broken(whole_file("it is not UTF-8 text".to_owned()));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if depth::is_too_deep(text, matches!(media, Media::Jsx | Media::Tsx)) {
        return Body::Broken(whole_file("it is nested too deeply".to_owned()));
    }
    let file = name.rsplit('/').next().unwrap_or(name);
    match script::read(file, text, media) {
        Ok(script) => Body::Script(script),
        Err(error) => Body::Broken(error),
    }
}

fn whole_file(message: String) -> SyntaxError {
    SyntaxError {
        line: 1,
        column: 1,
        message,
    }
}

/// A module of the package; `None` if it is too large.
fn read_file(path: &PathBuf) -> Result<Option<Vec<u8>>, PrepareError> {
    let failed = |source| PrepareError::Read {
        path: path.clone(),
        source,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_MODULE + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok((bytes.len() as u64 <= MAX_MODULE).then_some(bytes))
}
