//! What logging in from elsewhere stands on.

use std::{net::IpAddr, sync::Arc, time::Duration};

use ds_auth::{
    Aimed, Rates,
    dropid::{
        Card, Local, ProfileUrl,
        client::{Client, PendingLoginStore, RemoteLogins, Web},
    },
    people::{EmailLoginStore, EmailLogins, SecondSteps},
    pictures::Picture as MadePicture,
};
use ds_core::{AppspaceId, Clock, MemberLogins, StoreError};
use url::Url;

use super::{
    OriginalLogins, Proofs,
    asking::{Asking, fetched},
};
use crate::{
    mail::Mailer,
    ops::{Claims, KnownWays, Names},
};

/// What [`Logins`] are made of.
pub struct LoginParts {
    /// Where things answer.
    pub names: Names,
    /// The ways in which members log in.
    pub members: Arc<dyn MemberLogins>,
    /// What belongs to the same person.
    pub known: KnownWays,
    /// Logins that have begun.
    pub pending: Arc<dyn PendingLoginStore>,
    /// Links that were sent by mail.
    pub letters: Arc<dyn EmailLoginStore>,
    /// Which accounts want more than one proof.
    pub second_steps: SecondSteps,
    /// Other hosts.
    pub web: Arc<dyn Web>,
    /// Sends letters; `None` if the host sends none.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The original's way; `None` if it is not allowed.
    pub original: Option<OriginalLogins>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Logging in from elsewhere.
pub struct Logins {
    pub(super) remote: RemoteLogins,
    pub(super) emails: EmailLogins,
    pub(super) members: Arc<dyn MemberLogins>,
    pub(super) known: KnownWays,
    pub(super) second_steps: SecondSteps,
    pub(in crate::entrance) mailer: Option<Arc<dyn Mailer>>,
    pub(super) original: Option<OriginalLogins>,
    pub(super) local: Local,
    pub(super) limits: Limits,
    /// Those who have proved who they are and are no members.
    pub proofs: Proofs,
    pub(super) web: Arc<dyn Web>,
    pub(super) asking: Asking,
}

/// How often logins may begin: nobody lets this host knock on somebody's door, and nobody keeps others from logging in.
pub(super) struct Limits {
    network: Rates<IpAddr>,
    appspace: Rates<AppspaceId>,
    /// By name alone: a host is the same at each of its ports.
    host: Aimed<String>,
}

impl Limits {
    fn new(clock: &Arc<dyn Clock>) -> Self {
        const MINUTE: Duration = Duration::from_mins(1);
        Self {
            network: Rates::new(Arc::clone(clock), 20, MINUTE),
            appspace: Rates::new(Arc::clone(clock), 120, MINUTE),
            host: Aimed::new(clock, &[(10, MINUTE)], (60, MINUTE), (30, MINUTE)),
        }
    }

    /// Counts a login that begins; refuses it, with how long to wait, if there were too many. `asked` is the page of
    /// whoever logs in.
    pub(super) fn count(
        &self,
        from: Option<IpAddr>,
        appspace: AppspaceId,
        asked: &Url,
    ) -> Result<(), Duration> {
        self.network.count_network(from)?;
        let host = name_of(asked);
        let is_known = self.host.knows(&host, from);
        self.host.count(host, from)?;
        if is_known {
            return Ok(());
        }
        self.appspace.count(appspace)
    }

    /// Somebody logged in with this page, from there: strangers do not keep them from it.
    pub(super) fn came(&self, from: Option<IpAddr>, page: &Url) {
        self.host.came(name_of(page), from);
    }
}

fn name_of(page: &Url) -> String {
    page.host_str().unwrap_or_default().to_owned()
}

impl Logins {
    /// Logins over these parts.
    #[must_use]
    pub fn new(parts: LoginParts) -> Self {
        let local = parts.names.local();
        let (web, clock) = (parts.web, parts.clock);
        let web_too = Arc::clone(&web);
        Self {
            remote: RemoteLogins::new(parts.pending, web_too, Arc::clone(&clock), local),
            emails: EmailLogins::new(parts.letters, Arc::clone(&clock)),
            limits: Limits::new(&clock),
            asking: Asking::new(&clock),
            proofs: Proofs::new(clock),
            members: parts.members,
            known: parts.known,
            second_steps: parts.second_steps,
            mailer: parts.mailer,
            original: parts.original,
            local,
            web,
        }
    }

    /// Whether the original's way is allowed.
    #[must_use]
    pub fn takes_original(&self) -> bool {
        self.original.is_some()
    }

    /// Removes links that have ended. Logins that wait for other hosts are removed with what else there is of DropIDs.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.emails.purge().await
    }
}

impl Logins {
    /// Name and picture of somebody with a DropID, as their own host has them now. `None` if it does not answer in time.
    ///
    /// # Errors
    /// How long to wait, if there was too much of this or of logins.
    pub(crate) async fn card(
        &self,
        from: Option<IpAddr>,
        at: AppspaceId,
        dropid: &str,
    ) -> Result<Option<(Claims, Option<MadePicture>)>, Duration> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let Ok(who) = ProfileUrl::typed(dropid, self.local) else {
            return Ok(None);
        };
        self.limits.count(from, at, who.url())?;
        let found = tokio::time::timeout(PATIENCE, self.found(who)).await;
        Ok(found.ok().flatten())
    }

    async fn found(&self, who: ProfileUrl) -> Option<(Claims, Option<MadePicture>)> {
        let card = Card::find(&*self.web, &who, self.local).await.ok()?;
        let picture = match &card.photo {
            Some(url) => fetched(&*self.web, url).await.ok(),
            None => None,
        };
        let claims = Claims {
            name: card.name,
            photo: card.photo,
        };
        Some((claims, picture))
    }
}

/// An appspace as others know it.
pub(super) fn client(names: &Names, site: &ds_serve::Site) -> Option<Client> {
    let origin = Url::parse(&names.origin(&site.appspace.address)).ok()?;
    Client::at(&origin).ok()
}

#[cfg(test)]
mod tests {
    use ds_core::{ManualClock, Timestamp};

    use super::*;

    #[test]
    fn strangers_keep_nobodys_host_from_being_asked() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Timestamp(0)));
        let (limits, here) = (Limits::new(&clock), AppspaceId::new());
        let page = |text: &str| Url::parse(text).unwrap();
        let at = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        let may = |from, asked: &str| limits.count(from, here, &page(asked)).is_ok();
        limits.came(at(1), &page("https://b.example/ada"));
        // One network asks little, whichever port it names and whoever there.
        let ports = (8000..8020).map(|port| format!("https://b.example:{port}/x{port}"));
        assert_eq!(ports.filter(|asked| may(at(9), asked)).count(), 10);
        // Two keep nobody out.
        for _ in 0..20 {
            may(at(8), "https://b.example/x");
        }
        assert!(may(at(7), "https://b.example/bob"));
        // Many do for a minute, but not those who came in from there before.
        for last in 10..200 {
            may(at(last), "https://b.example/x");
        }
        assert!(!may(at(7), "https://b.example/bob"));
        for _ in 0..10 {
            assert!(may(at(1), "https://b.example/ada"));
        }
        assert!(!may(at(1), "https://b.example/ada"));
    }
}
