//! The password of the demo's account.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::{Context as _, Result};

/// The password: made once, and kept where only the person who runs it can read it.
pub(super) fn of(data_dir: &Path) -> Result<String> {
    let path = data_dir.join("demo-password");
    if let Ok(kept) = fs::read_to_string(&path) {
        return Ok(kept.trim().to_owned());
    }
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).context("no random bytes for a password")?;
    let letters =
        bytes.map(|byte| char::from(b"abcdefghjkmnpqrstuvwxyz23456789"[usize::from(byte) % 31]));
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    let password = groups.join("-");
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let mut file = file.with_context(|| format!("cannot make {}", path.display()))?;
    writeln!(file, "{password}")?;
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let first = of(dir.path()).unwrap();
        assert_eq!(first.len(), 14);
        assert_eq!(of(dir.path()).unwrap(), first);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(of(other.path()).unwrap(), first);
    }
}
