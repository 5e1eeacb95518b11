//! Sealing what must not be readable in a copy of the database: ChaCha20-Poly1305 with a key in a file of its
//! own, which backups of the database do not have.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use ds_core::{
    StoreError,
    publish::sync_dir,
    secret::{random_bytes, random_text},
};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use tokio::sync::OnceCell;

const KEY_LEN: usize = 32;
/// All that the cipher says of a failure.
const CIPHER: &str = "the cipher failed";

/// Seals and opens. The key is read, or made, when it is first needed. Clones share it.
#[derive(Clone)]
pub(super) struct Seal {
    path: PathBuf,
    key: Arc<OnceCell<LessSafeKey>>,
}

impl Seal {
    /// With the key in this file.
    pub(super) fn with_key_in(path: PathBuf) -> Self {
        Self {
            path,
            key: Arc::default(),
        }
    }

    /// Seals a text for a purpose: nonce and ciphertext in base64.
    pub(super) async fn seal(&self, purpose: &str, text: &str) -> Result<String, StoreError> {
        const ACTION: &str = "seal a secret";
        let key = self.key(true).await?;
        let nonce: [u8; NONCE_LEN] = random_bytes();
        let mut sealed = text.as_bytes().to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(purpose.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| failed(ACTION, CIPHER))?;
        Ok(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed for this purpose with this key.
    pub(super) async fn open(&self, purpose: &str, sealed: &str) -> Result<String, StoreError> {
        const WRONG: &str = "it was sealed with another key, or changed; set the secret again";
        let broken = |problem: &str| StoreError::Broken {
            what: "secret",
            source: problem.into(),
        };
        let mut bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| broken(WRONG))?;
        let mut sealed = bytes.split_off(NONCE_LEN.min(bytes.len()));
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| broken(WRONG))?;
        let key = self.key(false).await?;
        let opened = key
            .open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut sealed)
            .map_err(|_| broken(WRONG))?;
        String::from_utf8(opened.to_vec()).map_err(|_| broken(WRONG))
    }

    async fn key(&self, make: bool) -> Result<&LessSafeKey, StoreError> {
        const ACTION: &str = "read the key of secrets";
        let load = || async {
            let path = self.path.clone();
            let read = tokio::task::spawn_blocking(move || load(&path, make)).await;
            let read = read.map_err(io::Error::other).flatten();
            let bytes = read.map_err(|error| failed(ACTION, error))?;
            let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes);
            Ok(LessSafeKey::new(key.map_err(|_| failed(ACTION, CIPHER))?))
        };
        self.key.get_or_try_init(load).await
    }
}

fn failed(
    action: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    StoreError::Failed {
        action,
        source: source.into(),
    }
}

fn load(path: &Path, make: bool) -> io::Result<[u8; KEY_LEN]> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && make => {
            create(path)?;
            fs::read(path)?
        }
        read => read?,
    };
    let bytes: Result<[u8; KEY_LEN], _> = bytes.try_into();
    bytes.map_err(|_| io::Error::other(format!("{} is not a key of 32 bytes", path.display())))
}

/// Makes the file complete or not at all, and never replaces one.
fn create(path: &Path) -> io::Result<()> {
    let beside = path.with_extension(format!("new-{}", random_text(8)));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let made = file
        .write_all(&random_bytes::<KEY_LEN>())
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&beside, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        });
    fs::remove_file(&beside)?;
    made?;
    path.parent().map_or(Ok(()), sync_dir)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_sealed_opens_for_its_purpose_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.key");
        let seal = Seal::with_key_in(path.clone());
        assert!(seal.open("a", &"0".repeat(80)).await.is_err(), "no key yet");
        assert!(!path.exists(), "reading makes no key");

        let sealed = seal.seal("a", "sesame").await.unwrap();
        assert_ne!(sealed, seal.seal("a", "sesame").await.unwrap());
        assert!(!sealed.contains("sesame") && !sealed.contains(&STANDARD_NO_PAD.encode("sesame")));
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

        let again = Seal::with_key_in(path.clone());
        assert_eq!(again.open("a", &sealed).await.unwrap(), "sesame");
        assert!(again.open("b", &sealed).await.is_err(), "another purpose");
        for wrong in ["", "0", "xx", "00", &sealed[2..], &sealed[..40]] {
            assert!(again.open("a", wrong).await.is_err(), "{wrong}");
        }
        let changed = format!("{}{}", &sealed[..20], sealed[20..].to_lowercase());
        assert!(changed == sealed || again.open("a", &changed).await.is_err());

        fs::write(&path, [7; KEY_LEN]).unwrap();
        let other = Seal::with_key_in(path.clone());
        let error = other.open("a", &sealed).await.unwrap_err();
        let chain = ds_core::error_chain(&error);
        assert!(chain.contains("set the secret again"), "{chain}");
        fs::write(&path, [7; 3]).unwrap();
        let short = Seal::with_key_in(path);
        assert!(short.seal("a", "x").await.is_err());
    }
}
