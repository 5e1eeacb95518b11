//! Passwords: what they must be, and how they are kept.

use std::time::Duration;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_segmentation::UnicodeSegmentation as _;

/// What OWASP advises for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many passwords are hashed at once; each takes [`MEMORY_KIB`] and a core.
static HASHERS: Semaphore = Semaphore::const_new(4);
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many others are at it.
    #[error("too many people are logging in just now; try again in a moment")]
    Busy,
    /// The hash that was stored is none.
    #[error("the stored password cannot be understood; it has to be set anew")]
    Stored(#[source] argon2::password_hash::phc::Error),
    /// Hashing failed.
    #[error("cannot hash a password")]
    Hash(#[source] argon2::password_hash::Error),
    /// Hashing was interrupted.
    #[error("hashing a password was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

/// What a password must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// The least number of characters, as people count them.
    pub min_characters: usize,
    /// The greatest length, in bytes.
    pub max_bytes: usize,
}

/// What is wrong with a new password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// It is too short.
    #[error(
        "the password is too short: use {min} characters or more; a few words are easy to remember"
    )]
    TooShort {
        /// The least number of characters.
        min: usize,
    },
    /// It is too long.
    #[error("the password is too long: use at most {max} bytes")]
    TooLong {
        /// The greatest length.
        max: usize,
    },
    /// It is the mail address.
    #[error("the password must not be your email address")]
    IsEmail,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            min_characters: 10,
            max_bytes: 1024,
        }
    }
}

impl PasswordRules {
    /// Checks a new password for the account of `email`.
    pub fn check(&self, password: &str, email: &str) -> Result<(), PasswordProblem> {
        if password.len() > self.max_bytes {
            return Err(PasswordProblem::TooLong {
                max: self.max_bytes,
            });
        }
        if password.graphemes(true).count() < self.min_characters {
            return Err(PasswordProblem::TooShort {
                min: self.min_characters,
            });
        }
        if password.trim().to_lowercase() == email.trim().to_lowercase() {
            return Err(PasswordProblem::IsEmail);
        }
        Ok(())
    }
}

/// Hashes a password for keeping, as a PHC string.
pub async fn hash_password(password: String) -> Result<String, PasswordError> {
    in_turn(move || {
        hasher()
            .and_then(|argon2| argon2.hash_password(password.as_bytes()))
            .map(|phc| phc.to_string())
            .map_err(PasswordError::Hash)
    })
    .await
}

/// Whether a password is the one that was hashed.
pub async fn verify_password(password: String, phc: String) -> Result<bool, PasswordError> {
    in_turn(move || {
        let stored = PasswordHash::new(&phc).map_err(PasswordError::Stored)?;
        let argon2 = hasher().map_err(PasswordError::Hash)?;
        match argon2.verify_password(password.as_bytes(), &stored) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(PasswordError::Hash(error)),
        }
    })
    .await
}

/// Takes as long as [`verify_password`]: for accounts that do not exist, so that time does not tell.
pub async fn verify_nobody(password: String) -> Result<(), PasswordError> {
    hash_password(password).await.map(drop)
}

/// Whether a hash was made with other parameters than those used now.
#[must_use]
pub fn needs_rehash(phc: &str) -> bool {
    let Ok(stored) = PasswordHash::new(phc) else {
        return true;
    };
    let same_costs = Params::try_from(&stored).is_ok_and(|params| {
        (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
    });
    stored.algorithm.as_str() != Algorithm::Argon2id.ident().as_str() || !same_costs
}

fn hasher() -> argon2::password_hash::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_| argon2::password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Runs `work` on a thread of its own when it is its turn.
async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let turn: SemaphorePermit<'static> =
        match tokio::time::timeout(PATIENCE, HASHERS.acquire()).await {
            Ok(Ok(turn)) => turn,
            _ => return Err(PasswordError::Busy),
        };
    tokio::task::spawn_blocking(move || {
        // Held by the work itself: a caller who leaves does not make room before it is done.
        let _turn = turn;
        work()
    })
    .await
    .map_err(PasswordError::Interrupted)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let check = |password: &str, expect: Result<(), PasswordProblem>| {
            let got = PasswordRules::default().check(password, "Ada@Example.com");
            assert_eq!(got, expect, "{password}");
        };
        let short = Err(PasswordProblem::TooShort { min: 10 });
        check("", short.clone());
        check("123456789", short.clone());
        check("1234567890", Ok(()));
        check("ÄÖÜäöüß€…–", Ok(()));
        // A family is one character, however many bytes it takes.
        check(&"👨‍👩‍👧‍👦".repeat(9), short);
        check(&"x".repeat(1024), Ok(()));
        check(
            &"x".repeat(1025),
            Err(PasswordProblem::TooLong { max: 1024 }),
        );
        check("ada@example.com", Err(PasswordProblem::IsEmail));
        check(" ADA@example.com ", Err(PasswordProblem::IsEmail));
    }

    #[tokio::test]
    async fn hashed_and_verified() {
        let phc = hash_password("correct horse".into()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(
            verify_password("correct horse".into(), phc.clone())
                .await
                .unwrap()
        );
        assert!(
            !verify_password("correct house".into(), phc.clone())
                .await
                .unwrap()
        );
        assert_ne!(hash_password("correct horse".into()).await.unwrap(), phc);
        assert!(matches!(
            verify_password("x".into(), "plain".into()).await,
            Err(PasswordError::Stored(_))
        ));
        verify_nobody("x".into()).await.unwrap();
    }

    #[test]
    fn old_hashes_are_made_anew() {
        let rest = "$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let check = |head: &str, expect| {
            assert_eq!(needs_rehash(&format!("{head}{rest}")), expect, "{head}");
        };
        check("$argon2id$v=19$m=19456,t=2,p=1", false);
        check("$argon2id$v=19$m=4096,t=3,p=1", true);
        check("$argon2i$v=19$m=19456,t=2,p=1", true);
        check("nonsense", true);
    }
}
