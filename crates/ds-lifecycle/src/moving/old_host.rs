//! What the new host asks the old one.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{
    Address, MoveId,
    moves::{Standing, Taker},
    secret::Token,
};
use ds_sandbox::BoxError;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;

/// What is to be moved, as the old host describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Offered {
    /// Where it answers.
    pub address: Address,
    /// The name of its app.
    pub app: String,
    /// The version of its app.
    pub version: String,
    /// Where the move stands.
    pub standing: Standing,
    /// Whether its owner has paused it.
    #[serde(default)]
    pub paused: bool,
}

/// Where a move stands, as the old host says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// Where it stands.
    pub standing: Standing,
    /// How many bytes of data there are to fetch, once they are ready to be fetched.
    pub ready: Option<u64>,
}

/// Why the old host did not do or say what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It refused, and says why.
    #[error("the other host refuses: {0}")]
    Refused(String),
    /// It is not known whether it did it.
    #[error("the other host did not answer")]
    Unclear(#[source] BoxError),
    /// It is not asked.
    #[error("the other host cannot be asked")]
    NotAsked(#[source] BoxError),
}

/// The host that an appspace comes from, about one move. Asking for the same thing twice does it once.
#[async_trait]
pub trait OldHost: Send + Sync {
    /// What is it?
    async fn describe(&self) -> Result<Offered, AskError>;
    /// Bring it to rest: this is who takes it.
    async fn begin(&self, taker: &Taker) -> Result<Report, AskError>;
    /// Where does it stand? Also says that we are still at it.
    async fn state(&self) -> Result<Report, AskError>;
    /// All of it, as an archive with its app.
    async fn archive(&self, taker: &Taker) -> Result<Box<dyn AsyncRead + Send + Unpin>, AskError>;
    /// It is all here: decide.
    async fn commit(&self, taker: &Taker) -> Result<Report, AskError>;
    /// Keep it, unless it is decided already.
    async fn abort(&self, taker: &Taker) -> Result<Report, AskError>;
}

/// Finds hosts.
pub trait OldHosts: Send + Sync {
    /// The host whose account site is at this origin, about the move that its owner's code names.
    ///
    /// # Errors
    /// If that is no place that is asked.
    fn at(&self, site: &str, id: MoveId, secret: &Token) -> Result<Arc<dyn OldHost>, AskError>;
}
