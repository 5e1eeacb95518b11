//! Which app API an app is written for.

use std::fmt;

/// The version of the interface between app code and host, asked for by `"ds-api"` in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApiVersion {
    /// The original Dropserver's: `globalThis.DROPSERVER` and the `dropserver_app` library. The default.
    V0,
    /// Ours: the `dropserver` module.
    V1,
}

/// A number that names no app API of this host.
#[derive(Debug, thiserror::Error)]
#[error("the app asks for ds-api {0}, which this host does not have; it has 0 and 1")]
pub struct UnknownApiVersion(pub i64);

impl ApiVersion {
    /// The number as written in the manifest.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::V0 => 0,
            Self::V1 => 1,
        }
    }
}

impl TryFrom<i64> for ApiVersion {
    type Error = UnknownApiVersion;
    fn try_from(number: i64) -> Result<Self, UnknownApiVersion> {
        match number {
            0 => Ok(Self::V0),
            1 => Ok(Self::V1),
            other => Err(UnknownApiVersion(other)),
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}
