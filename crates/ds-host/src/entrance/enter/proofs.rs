//! Who has proved who they are and is no member, or not yet.

use std::{sync::Arc, time::Duration};

use ds_auth::{
    Epoch,
    dropid::client::{Picture, Proof},
};
use ds_core::{
    AccountId, AppspaceId, Clock, LoginKind, MemberLogin, Timestamp,
    secret::{Token, TokenHash},
};
use moka::{policy::EvictionPolicy, sync::Cache};
use url::Url;

/// How long somebody who has proved who they are may take to join.
pub(super) const PROVED_FOR: Duration = Duration::from_mins(10);
const ENTRIES: u64 = 10_000;

/// Somebody who has proved to be whom this says. Made from a finished login alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    login: MemberLogin,
    is_signed: bool,
    shown_name: Option<String>,
    picture: Option<Picture>,
    account: Option<AccountId>,
    since: Epoch,
}

impl Proved {
    /// By their own server; asked after that moment.
    pub(super) fn by_server(proof: &Proof, since: Epoch) -> Self {
        let identity = proof.identity();
        let kind = match identity {
            ds_auth::dropid::Identity::DropId(_) => LoginKind::DropId,
            ds_auth::dropid::Identity::Profile(_) => LoginKind::Profile,
        };
        Self {
            login: MemberLogin {
                kind,
                name: identity.text(),
                signed_by: proof.issuer().to_owned(),
            },
            is_signed: proof.is_signed(),
            shown_name: proof.name().map(str::to_owned),
            picture: proof.picture().cloned(),
            account: None,
            since,
        }
    }

    /// By a letter that reached them; and whose account has this address, if one has. Redeemed after that moment.
    pub(super) fn by_mail(email: String, account: Option<AccountId>, since: Epoch) -> Self {
        Self {
            login: MemberLogin {
                kind: LoginKind::Email,
                name: email,
                signed_by: String::new(),
            },
            is_signed: false,
            shown_name: None,
            picture: None,
            account,
            since,
        }
    }

    /// Before it was proved: an account that was changed since then asks for another proof.
    pub(in crate::entrance) fn since(&self) -> Epoch {
        self.since
    }

    /// The way in which they log in, as it is recorded with a member: with the server that signed for them, if one did.
    #[must_use]
    pub fn login(&self) -> MemberLogin {
        let signed_by = if self.is_signed {
            self.login.signed_by.clone()
        } else {
            String::new()
        };
        MemberLogin {
            signed_by,
            ..self.login.clone()
        }
    }

    /// Which kind of proof it is.
    #[must_use]
    pub fn kind(&self) -> LoginKind {
        self.login.kind
    }

    /// Who it is, in one spelling: a DropID, the address of a page, a mail address.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.login.name
    }

    /// The server that vouched; empty if it was a letter.
    pub(super) fn vouched_by(&self) -> &str {
        &self.login.signed_by
    }

    /// Whether it signed what it said.
    pub(super) fn is_signed(&self) -> bool {
        self.is_signed
    }

    /// Where their own host lets them keep an appspace on their home page, if it is likely to be one of ours: it signs.
    #[must_use]
    pub fn keeps_at(&self, origin: &str) -> Option<String> {
        keeps_at(&self.login(), origin)
    }

    /// The account site of their own host, if it is likely to be one of ours.
    pub(super) fn home(&self) -> Option<&str> {
        let is_one = self.is_signed && self.kind() == LoginKind::DropId;
        is_one.then_some(self.vouched_by())
    }

    /// The name they want to be shown with; a claim that says nothing of who they are.
    #[must_use]
    pub fn shown_name(&self) -> Option<&str> {
        self.shown_name.as_deref()
    }

    /// Where their picture is; a claim too, and not looked at yet.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// The account of this host that has the mail address which was proved.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }
}

/// Where the host of a member lets them keep an appspace on their home page.
pub(in crate::entrance) fn keeps_at(login: &MemberLogin, origin: &str) -> Option<String> {
    if login.kind != LoginKind::DropId {
        return None;
    }
    let mut url = Url::parse(&login.signed_by).ok()?.join("/remote").ok()?;
    url.query_pairs_mut().append_pair("at", origin);
    Some(url.into())
}

/// Those who have proved who they are lately, by appspace and browser. In memory alone: after a restart they prove it again.
pub struct Proofs {
    clock: Arc<dyn Clock>,
    kept: Cache<(AppspaceId, TokenHash), Kept>,
}

#[derive(Clone)]
struct Kept {
    who: Arc<Proved>,
    until: Timestamp,
}

impl Proofs {
    /// Nobody has.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let kept = Cache::builder()
            .max_capacity(ENTRIES)
            .time_to_live(PROVED_FOR)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            clock,
            kept: kept.build(),
        }
    }

    /// Remembers who came to an appspace, in the browser with this secret in its login cookie.
    pub(super) fn keep(&self, appspace: AppspaceId, browser: &Token, who: Proved) {
        let kept = Kept {
            who: Arc::new(who),
            until: self.clock.now().plus(PROVED_FOR),
        };
        self.kept.insert((appspace, browser.hash()), kept);
    }

    /// Who has come there, in this browser.
    #[must_use]
    pub fn of(&self, appspace: AppspaceId, browser: &Token) -> Option<Arc<Proved>> {
        let kept = self.kept.get(&(appspace, browser.hash()))?;
        (self.clock.now() < kept.until).then_some(kept.who)
    }

    /// Forgets who has come there: they have joined.
    pub fn forget(&self, appspace: AppspaceId, browser: &Token) {
        self.kept.invalidate(&(appspace, browser.hash()));
    }
}
