//! What is said about moves between hosts.

use serde::{Deserialize, Serialize};

use super::Secret;
use crate::ops::{MoveCode, MoveSummary};

/// What an owner takes to the host that is to have the appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveOffer {
    /// The host name that the appspace answers at.
    pub address: String,
    /// The code; whoever has it can take the appspace over.
    pub code: Secret,
    /// When it is of no use any more, RFC 3339.
    pub expires: String,
}

impl From<MoveCode> for MoveOffer {
    fn from(code: MoveCode) -> Self {
        Self {
            address: code.address.to_string(),
            code: Secret(code.code),
            expires: code.expires.to_string(),
        }
    }
}

/// A move to this host or from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The host name here.
    pub address: String,
    /// `in` or `out`.
    pub direction: String,
    /// `offered`, `moving` or `moved`; of one that comes, `undecided`, `here` or `stayed`.
    pub state: String,
    /// Where it went, or the account site of the host that it comes from.
    pub other: Option<String>,
    /// When it began, RFC 3339.
    pub begun: String,
    /// What hinders it.
    pub problem: Option<String>,
    /// Whether the address here sends people to the new one.
    pub redirects: bool,
}

impl From<MoveSummary> for Move {
    fn from(summary: MoveSummary) -> Self {
        Self {
            address: summary.address.to_string(),
            direction: if summary.is_incoming { "in" } else { "out" }.to_owned(),
            state: summary.state.to_owned(),
            other: summary.other,
            begun: summary.begun.to_string(),
            problem: summary.problem,
            redirects: summary.redirects,
        }
    }
}
