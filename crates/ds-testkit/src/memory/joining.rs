//! How people become members.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use ds_auth::joining::{
    JoinBar, JoinLink, JoinRequest, JoinRules, JoinStore, MostWaiting, Who, are_one,
};
use ds_core::{AppspaceId, StoreError, Timestamp, secret::TokenHash};

use super::Memory;

/// What is remembered of joining.
#[derive(Default)]
pub(super) struct JoiningTables {
    rules: HashMap<AppspaceId, JoinRules>,
    links: Vec<JoinLink>,
    requests: Vec<JoinRequest>,
    bars: Vec<(AppspaceId, JoinBar)>,
}

impl JoiningTables {
    pub(super) fn copy_bars(&mut self, from: AppspaceId, to: AppspaceId) {
        let own = self.bars.iter().filter(|(of, _)| *of == from);
        let copies: Vec<_> = own.map(|(_, bar)| (to, bar.clone())).collect();
        self.bars.extend(copies);
    }

    pub(super) fn remove(&mut self, id: AppspaceId) {
        self.rules.remove(&id);
        self.links.retain(|link| link.appspace != id);
        self.requests.retain(|request| request.appspace != id);
        self.bars.retain(|(of, _)| *of != id);
    }
}

fn keys(bar: &JoinBar) -> BTreeSet<String> {
    bar.ways.iter().map(|way| way.who.key()).collect()
}

#[async_trait]
impl JoinStore for Memory {
    async fn join_rules(&self, appspace: AppspaceId) -> Result<JoinRules, StoreError> {
        let tables = self.tables()?;
        let rules = tables.joining.rules.get(&appspace).cloned();
        Ok(rules.unwrap_or_default())
    }

    async fn set_join_rules(
        &self,
        appspace: AppspaceId,
        rules: &JoinRules,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(appspace)?;
        tables.joining.rules.insert(appspace, rules.clone());
        Ok(())
    }

    async fn add_join_link(&self, link: &JoinLink) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(link.appspace)?;
        tables.joining.links.push(link.clone());
        Ok(())
    }

    async fn join_links(&self, appspace: AppspaceId) -> Result<Vec<JoinLink>, StoreError> {
        let mut links = self.tables()?.joining.links.clone();
        links.retain(|link| link.appspace == appspace);
        links.sort_by_key(|link| (-link.created.0, link.token.as_str().to_owned()));
        Ok(links)
    }

    async fn join_link(&self, token: &TokenHash) -> Result<Option<JoinLink>, StoreError> {
        let tables = self.tables()?;
        let mut links = tables.joining.links.iter();
        Ok(links.find(|link| link.token == *token).cloned())
    }

    async fn use_join_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<JoinLink>, StoreError> {
        let mut tables = self.tables()?;
        let mut links = tables.joining.links.iter_mut();
        let found = links.find(|link| link.token == *token && link.is_good(now));
        Ok(found.map(|link| {
            link.uses_left -= 1;
            link.clone()
        }))
    }

    async fn unuse_join_link(&self, token: &TokenHash) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let mut links = tables.joining.links.iter_mut();
        if let Some(link) = links.find(|link| link.token == *token) {
            link.uses_left += 1;
        }
        Ok(())
    }

    async fn remove_join_link(
        &self,
        appspace: AppspaceId,
        token: &TokenHash,
    ) -> Result<bool, StoreError> {
        let links = &mut self.tables()?.joining.links;
        let before = links.len();
        links.retain(|link| link.appspace != appspace || link.token != *token);
        Ok(links.len() < before)
    }

    async fn add_join_request(
        &self,
        request: &JoinRequest,
        most: MostWaiting,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(request.appspace)?;
        let all = &mut tables.joining.requests;
        let at = request.appspace;
        let of_others = |one: &&JoinRequest| one.appspace == at && one.who != request.who;
        let (host, domain) = (request.who.host(), request.who.domain());
        let is_full = |most: u32, is_one: &dyn Fn(&Who) -> bool| {
            let others = all.iter().filter(of_others);
            let count = others.filter(|one| is_one(&one.who)).count();
            count >= usize::try_from(most).unwrap_or(usize::MAX)
        };
        if is_full(most.all, &|_| true)
            || is_full(most.of_host, &|who| !host.is_empty() && who.host() == host)
            || is_full(most.of_domain, &|who| {
                !domain.is_empty() && who.domain() == domain
            })
        {
            return Ok(false);
        }
        let key = request.who.key();
        match all
            .iter_mut()
            .find(|one| one.appspace == at && one.who.key() == key)
        {
            Some(before) => {
                before.who = request.who.clone();
                before.name.clone_from(&request.name);
            }
            None => all.push(request.clone()),
        }
        Ok(true)
    }

    async fn join_requests(&self, appspace: AppspaceId) -> Result<Vec<JoinRequest>, StoreError> {
        let mut requests = self.tables()?.joining.requests.clone();
        requests.retain(|request| request.appspace == appspace);
        requests.sort_by_key(|request| (request.asked, request.id.clone()));
        Ok(requests)
    }

    async fn take_join_request(
        &self,
        appspace: AppspaceId,
        id: &str,
    ) -> Result<Option<JoinRequest>, StoreError> {
        let all = &mut self.tables()?.joining.requests;
        let found = all
            .iter()
            .position(|one| one.appspace == appspace && one.id == id);
        Ok(found.map(|place| all.remove(place)))
    }

    async fn add_join_bar(&self, at: AppspaceId, bar: &JoinBar) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(at)?;
        let all = &mut tables.joining;
        let mut bar = bar.clone();
        let has = |of: &JoinBar, key: &str| of.ways.iter().any(|way| way.who.key() == key);
        all.requests
            .retain(|one| one.appspace != at || !has(&bar, &one.who.key()));
        let mut before = std::mem::take(&mut all.bars);
        before.sort_by_key(|(_, one)| one.id.clone());
        let mut own = keys(&bar);
        let mut known: Vec<JoinBar> = Vec::new();
        for (of, one) in before {
            if of == at && are_one(&own, &keys(&one)) {
                own.extend(keys(&one));
                known.push(one);
                continue;
            }
            if of == at {
                bar.ways.retain(|way| !has(&one, &way.who.key()));
            }
            all.bars.push((of, one));
        }
        for way in known.into_iter().flat_map(|one| one.ways) {
            let key = way.who.key();
            match bar.ways.iter_mut().find(|one| one.who.key() == key) {
                Some(found) if found.shown.is_empty() => found.shown = way.shown,
                Some(_) => {}
                None => bar.ways.push(way),
            }
        }
        bar.ways.sort_by_key(|way| way.who.key());
        all.bars.push((at, bar));
        Ok(())
    }

    async fn join_bars(&self, at: AppspaceId) -> Result<Vec<JoinBar>, StoreError> {
        let tables = self.tables()?;
        let own = tables.joining.bars.iter().filter(|(of, _)| *of == at);
        let mut own: Vec<_> = own.map(|(_, bar)| bar.clone()).collect();
        own.sort_by_key(|bar| (std::cmp::Reverse(bar.barred), bar.id.clone()));
        Ok(own)
    }

    async fn lift_join_bar(&self, at: AppspaceId, id: &str) -> Result<(), StoreError> {
        let bars = &mut self.tables()?.joining.bars;
        bars.retain(|(of, bar)| *of != at || bar.id != id);
        Ok(())
    }

    async fn lift_join_bars_of(
        &self,
        at: AppspaceId,
        ways: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let bars = &mut self.tables()?.joining.bars;
        for (_, bar) in bars.iter_mut().filter(|(of, _)| *of == at) {
            if are_one(&keys(bar), ways) {
                bar.ways.clear();
            }
            bar.ways.retain(|way| !ways.contains(&way.who.key()));
        }
        bars.retain(|(_, bar)| !bar.ways.is_empty());
        Ok(())
    }

    async fn purge_joining(&self, before: Timestamp) -> Result<(), StoreError> {
        let joining = &mut self.tables()?.joining;
        joining.links.retain(|link| link.expires >= before);
        joining.requests.retain(|request| request.asked >= before);
        Ok(())
    }
}
