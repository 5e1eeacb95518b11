//! Which hosts an app asks to reach, what its owner approves, and the secrets that are sent there.

use ds_core::{
    AccountId, Appspace, EgressRule,
    egress_store::{EgressSecret, MOST_SECRETS, SecretEntry, SecretName, SecretValue, granted},
};

use super::{EgressHost, EgressReport, ErrorKind, OpError, Ops};

impl Ops {
    /// What the app of an appspace asks for, what is approved, and the names of its secrets.
    pub async fn egress(&self, owner: AccountId, address: &str) -> Result<EgressReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        self.report(&appspace).await
    }

    /// Approves and withdraws hosts. Only what the app asks for, or a part of that, can be approved. It holds
    /// from the next start of the sandbox, which is now: a running one is stopped.
    pub async fn set_egress(
        &self,
        owner: AccountId,
        address: &str,
        allow: &[String],
        deny: &[String],
    ) -> Result<EgressReport, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let asked = self.asked(&appspace).await?;
        let (allow, deny) = (parse_all(allow)?, parse_all(deny)?);
        for rule in &allow {
            check_asked(rule, &asked)?;
        }
        let approved = self.parts.terms.egress.approved(appspace.id).await?;
        if approved.len() + allow.len() > EgressRule::MOST {
            let message = format!("{} hosts at most can be approved", EgressRule::MOST);
            return Err(OpError::new(ErrorKind::Invalid, message)
                .with_hint("withdraw some first; `*.example.com` stands for all names below"));
        }
        for rule in &deny {
            if !approved.contains(rule) {
                let message = format!("{rule} is not approved");
                return Err(OpError::new(ErrorKind::NotFound, message)
                    .with_hint("name it as it was approved; without --allow and --deny this command lists what is"));
            }
        }
        if !(allow.is_empty() && deny.is_empty()) {
            let (store, now) = (&self.parts.terms.egress, self.parts.terms.clock.now());
            store
                .change_approved(appspace.id, &deny, &allow, now)
                .await?;
            self.parts.lifecycle.renew(&appspace).await;
        }
        self.report(&appspace).await
    }

    /// Keeps a secret for an appspace, in the place of one with the same name. It is sent to this host alone.
    pub async fn set_secret(
        &self,
        owner: AccountId,
        address: &str,
        name: &str,
        host: &str,
        value: &str,
    ) -> Result<SecretEntry, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let secret = EgressSecret {
            name: parse(name)?,
            host: parse(host)?,
            value: parse::<SecretValue>(value)?,
        };
        check_asked(&secret.host, &self.asked(&appspace).await?)?;
        let (store, now) = (&self.parts.terms.egress, self.parts.terms.clock.now());
        let known = store.secret_entries(appspace.id).await?;
        if known.len() >= MOST_SECRETS && known.iter().all(|one| one.name != secret.name) {
            let message = format!("an appspace has {MOST_SECRETS} secrets at most");
            return Err(OpError::new(ErrorKind::Invalid, message).with_hint("remove one first"));
        }
        store.set_secret(appspace.id, &secret, now).await?;
        self.parts.lifecycle.renew(&appspace).await;
        Ok(SecretEntry {
            name: secret.name,
            host: secret.host,
            set: now,
        })
    }

    /// The secrets of an appspace, without their values.
    pub async fn secrets(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<SecretEntry>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let store = &self.parts.terms.egress;
        Ok(store.secret_entries(appspace.id).await?)
    }

    /// Removes a secret.
    pub async fn remove_secret(
        &self,
        owner: AccountId,
        address: &str,
        name: &str,
    ) -> Result<Vec<SecretEntry>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let name: SecretName = parse(name)?;
        let store = &self.parts.terms.egress;
        if !store.remove_secret(appspace.id, &name).await? {
            let message = format!("{} has no secret {name}", appspace.address);
            return Err(OpError::new(ErrorKind::NotFound, message)
                .with_hint("`ds-host appspace secret list` shows those there are"));
        }
        self.parts.lifecycle.renew(&appspace).await;
        Ok(store.secret_entries(appspace.id).await?)
    }

    /// What an appspace's app asks for and nobody has approved.
    pub(super) async fn waiting(
        &self,
        appspace: &Appspace,
        asked: &[EgressRule],
    ) -> Result<Vec<EgressRule>, OpError> {
        if asked.is_empty() || !self.parts.terms.egress_enabled {
            return Ok(Vec::new());
        }
        let approved = self.parts.terms.egress.approved(appspace.id).await?;
        Ok(waiting(asked, &approved))
    }

    /// The same, where it is known what is approved.
    pub(super) fn waits(&self, asked: &[EgressRule], approved: &[EgressRule]) -> Vec<EgressRule> {
        if self.parts.terms.egress_enabled {
            waiting(asked, approved)
        } else {
            Vec::new()
        }
    }

    /// What an appspace's app asks for.
    pub(super) async fn asked(&self, appspace: &Appspace) -> Result<Vec<EgressRule>, OpError> {
        let version = self.parts.apps.version(appspace.version_id).await?;
        Ok(version.map(|one| one.manifest.egress).unwrap_or_default())
    }

    async fn report(&self, appspace: &Appspace) -> Result<EgressReport, OpError> {
        let asked = self.asked(appspace).await?;
        let terms = &self.parts.terms;
        let approved = terms.egress.approved(appspace.id).await?;
        let used = granted(&asked, &approved);
        let host = |rule: &EgressRule, is_asked| EgressHost {
            approved: approved.contains(rule),
            open: used.contains(rule) || used.iter().any(|one| one.covers(rule)),
            asked: is_asked,
            rule: rule.clone(),
        };
        let mut hosts: Vec<EgressHost> = asked.iter().map(|rule| host(rule, true)).collect();
        let others = approved.iter().filter(|rule| !asked.contains(rule));
        hosts.extend(others.map(|rule| host(rule, false)));
        Ok(EgressReport {
            enabled: terms.egress_enabled,
            hosts,
            secrets: terms.egress.secret_entries(appspace.id).await?,
        })
    }
}

/// What is asked for and not approved; what is approved in part is not waiting.
fn waiting(asked: &[EgressRule], approved: &[EgressRule]) -> Vec<EgressRule> {
    let settled = |rule: &&EgressRule| {
        let settles = |one: &EgressRule| one.covers(rule) || rule.covers(one);
        approved.iter().any(settles)
    };
    let waiting = asked.iter().filter(|rule| !settled(rule));
    waiting.cloned().collect()
}

fn check_asked(rule: &EgressRule, asked: &[EgressRule]) -> Result<(), OpError> {
    if asked.iter().any(|one| one.covers(rule)) {
        return Ok(());
    }
    let names: Vec<String> = asked.iter().map(ToString::to_string).collect();
    let hint = match names.as_slice() {
        [] => "this app asks to reach no host, so there is nothing to approve".to_owned(),
        names => format!("this app asks for: {}", names.join(", ")),
    };
    let message = format!("the app does not ask to reach {rule}");
    Err(OpError::new(ErrorKind::Invalid, message).with_hint(hint))
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, OpError> {
    let parsed = text.trim().parse();
    parsed.map_err(|error: T::Err| OpError::new(ErrorKind::Invalid, error.to_string()))
}

fn parse_all(texts: &[String]) -> Result<Vec<EgressRule>, OpError> {
    texts.iter().map(|text| parse(text)).collect()
}
