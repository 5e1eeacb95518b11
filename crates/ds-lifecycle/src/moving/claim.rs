//! Who may ask about a move, and what they may name as its target.

use std::sync::Arc;

use ds_core::{AppspaceId, MoveId, moves::MoveOut, secret::Token};

use super::{GiveError, Moves, live::Live, lock};

/// The longest origin that is redirected to.
pub(super) const ORIGIN: usize = 300;

/// What the other host knows of a move.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The move.
    pub id: MoveId,
    /// The secret.
    pub secret: Token,
}

impl Moves {
    pub(super) fn live(&self, id: MoveId) -> Option<Arc<Live>> {
        lock(&self.0.live).get(&id).cloned()
    }

    /// What is being handed over, if it is to this taker.
    pub(super) fn live_for(
        &self,
        of: &MoveOut,
        by: AppspaceId,
    ) -> Result<Option<Arc<Live>>, GiveError> {
        match self.live(of.id) {
            Some(live) if live.taker.appspace == by => Ok(Some(live)),
            Some(_) => Err(GiveError::Taken),
            None => Ok(None),
        }
    }

    pub(super) async fn found(&self, id: MoveId) -> Result<MoveOut, GiveError> {
        let found = self.0.store.move_out(id).await?;
        let (mut of, _) = found.ok_or(GiveError::Unknown)?;
        of.standing = of.standing_at(self.now());
        Ok(of)
    }

    /// The move that a claim is about, if the secret is right.
    pub(super) async fn claimed(&self, claim: &Claim) -> Result<MoveOut, GiveError> {
        if !claim.secret.is_well_formed() {
            return Err(GiveError::Unknown);
        }
        let found = self.0.store.move_out(claim.id).await?;
        let (mut of, hash) = found.ok_or(GiveError::Unknown)?;
        if !hash.matches(&claim.secret) {
            return Err(GiveError::Unknown);
        }
        of.standing = of.standing_at(self.now());
        Ok(of)
    }
}

pub(super) fn is_taker(of: &MoveOut, by: AppspaceId) -> bool {
    of.taker.as_ref().is_some_and(|taker| taker.appspace == by)
}

/// Whether this is a scheme and a host name, perhaps with a port, and nothing that a browser would read otherwise.
/// Which schemes and hosts are acceptable is for the program to say.
pub(super) fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let (host, port) = match host {
        Some(rest) => rest.rsplit_once(':').unwrap_or((rest, "1")),
        None => return false,
    };
    let is_port = !port.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
    let is_plain = port.bytes().all(|byte| byte.is_ascii_digit());
    let address: Result<ds_core::Address, _> = host.parse();
    text.len() <= ORIGIN
        && is_port
        && is_plain
        && address.is_ok_and(|address| address.as_str() == host)
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn what_may_be_redirected_to() {
        let check = |text: &str, expect: bool| assert_eq!(is_origin(text), expect, "{text}");
        check("https://notes.example.com", true);
        check("https://notes.example.com:8443", true);
        check("http://notes.localhost:3000", true);
        check("https://notes.example.com/", false);
        check("https://notes.example.com/path", false);
        check("https://notes.example.com?query", false);
        check("https://notes.example.com#", false);
        check("https://ada@notes.example.com", false);
        check("https://notes.example.com:", false);
        check("https://notes.example.com:0", false);
        check("https://notes.example.com:+80", false);
        check("https://notes.example.com:99999", false);
        check("https://Notes.example.com", false);
        check("https://notes.example.com\r\nx: y", false);
        check("https://[::1]", false);
        check("https://", false);
        check("//notes.example.com", false);
        check("javascript:alert(1)", false);
        check("ftp://notes.example.com", false);
        check("", false);
    }
}
