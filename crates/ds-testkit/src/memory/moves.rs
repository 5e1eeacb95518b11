//! Moves from and to other hosts.

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, Appspace, AppspaceId, JobId, MoveId, StoreError, Timestamp, Trashed,
    moves::{Arrival, MoveIn, MoveOut, MoveStore, Standing, Taker},
    secret::{Token, TokenHash},
};

use super::{Memory, Tables, missing, taken};

impl Tables {
    /// A move as it is right now: by its job, and whether its address redirects.
    fn move_now(&self, of: &MoveOut) -> MoveOut {
        let is_under_way = of.job.is_some_and(|job| self.check_job(job).is_ok());
        let standing = match of.standing {
            Standing::Begun if !is_under_way => Standing::Ended,
            standing => standing,
        };
        MoveOut {
            standing,
            redirects: of.moved.is_some() && self.kept.contains_key(&of.address),
            ..of.clone()
        }
    }

    fn undecided_mut(&mut self, id: AppspaceId) -> Result<&mut MoveIn, StoreError> {
        let found = self.moves_in.get_mut(&id).map(|(incoming, _)| incoming);
        let found = found.filter(|incoming| incoming.arrival == Arrival::Undecided);
        found.ok_or_else(|| missing("such move that is undecided"))
    }
}

#[async_trait]
impl MoveStore for Memory {
    async fn offer(&self, offer: &MoveOut, token: &TokenHash) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        for (earlier, _) in tables.moves_out.values_mut() {
            if earlier.appspace == offer.appspace && earlier.standing == Standing::Offered {
                earlier.standing = Standing::Ended;
            }
        }
        let record = (offer.clone(), token.clone());
        tables.moves_out.insert(offer.id, record);
        Ok(())
    }

    async fn move_out(&self, id: MoveId) -> Result<Option<(MoveOut, TokenHash)>, StoreError> {
        let tables = self.tables()?;
        let found = tables.moves_out.get(&id);
        Ok(found.map(|(of, token)| (tables.move_now(of), token.clone())))
    }

    async fn moves_out(&self, owner: AccountId) -> Result<Vec<MoveOut>, StoreError> {
        let tables = self.tables()?;
        let all = tables.moves_out.values().map(|(of, _)| of);
        let own = all.filter(|of| of.owner == owner);
        let mut found: Vec<MoveOut> = own.map(|of| tables.move_now(of)).collect();
        found.sort_by_key(|of| std::cmp::Reverse((of.created, of.id)));
        Ok(found)
    }

    async fn begin_out(
        &self,
        id: MoveId,
        taker: &Taker,
        job: JobId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables.moves_out.get_mut(&id).map(|(of, _)| of);
        let found = found.filter(|of| of.standing_at(now) == Standing::Offered);
        let of = found.ok_or_else(|| missing("such offer"))?;
        of.standing = Standing::Begun;
        of.taker = Some(taker.clone());
        of.job = Some(job);
        Ok(())
    }

    async fn commit_out(&self, id: MoveId, at: Timestamp, job: JobId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(job)?;
        let found = tables.moves_out.get(&id).map(|(of, _)| tables.move_now(of));
        let found = found.filter(|of| of.job == Some(job) && of.standing == Standing::Begun);
        let of = found.ok_or_else(|| missing("such move under way"))?;
        let appspace = tables.appspaces.remove(&of.appspace);
        let appspace = appspace.ok_or_else(|| missing("such appspace"))?;
        tables.remove_sessions(of.appspace);
        let deleted = at;
        let trashed = Trashed { appspace, deleted };
        tables.trash.insert(of.appspace, trashed);
        tables.kept.insert(of.address, id.to_string());
        if let Some((of, _)) = tables.moves_out.get_mut(&id) {
            of.standing = Standing::Moved;
            of.moved = Some(at);
        }
        tables.end_job(job, None)
    }

    async fn end_offer(&self, id: MoveId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables.moves_out.get_mut(&id).map(|(of, _)| of);
        let found = found.filter(|of| of.standing == Standing::Offered);
        found.ok_or_else(|| missing("such offer"))?.standing = Standing::Ended;
        Ok(())
    }

    async fn redirects(&self) -> Result<Vec<(Address, String)>, StoreError> {
        let tables = self.tables()?;
        let all = tables.moves_out.values().map(|(of, _)| tables.move_now(of));
        let redirecting = all.filter(|of| of.redirects);
        let with_origin = redirecting.filter_map(|of| Some((of.address, of.taker?.origin)));
        Ok(with_origin.collect())
    }

    async fn remove_redirect(&self, id: MoveId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let before = tables.kept.len();
        tables.kept.retain(|_, by| *by != id.to_string());
        let is_removed = tables.kept.len() < before;
        is_removed
            .then_some(())
            .ok_or_else(|| missing("such redirect"))
    }

    async fn prepare_in(
        &self,
        incoming: &MoveIn,
        secret: &Token,
        job: JobId,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(job)?;
        let address = &incoming.address;
        let mut all = tables.appspaces.values();
        if all.any(|a| a.address == *address) || tables.kept.contains_key(address) {
            return Err(taken(format!("the address {address}")));
        }
        let by = incoming.appspace.to_string();
        tables.kept.insert(address.clone(), by);
        let record = (incoming.clone(), secret.clone());
        tables.moves_in.insert(incoming.appspace, record);
        tables.end_job(job, None)
    }

    async fn moves_in(&self, owner: AccountId) -> Result<Vec<MoveIn>, StoreError> {
        let tables = self.tables()?;
        let all = tables.moves_in.values().map(|(incoming, _)| incoming);
        let own = all.filter(|incoming| incoming.owner == owner);
        let mut found: Vec<MoveIn> = own.cloned().collect();
        found.sort_by_key(|incoming| std::cmp::Reverse((incoming.created, incoming.appspace)));
        Ok(found)
    }

    async fn undecided(&self) -> Result<Vec<(MoveIn, Token)>, StoreError> {
        let tables = self.tables()?;
        let all = tables.moves_in.values().cloned();
        let open = all.filter(|(incoming, _)| incoming.arrival == Arrival::Undecided);
        let mut found: Vec<_> = open.collect();
        found.sort_by_key(|(incoming, _)| (incoming.created, incoming.appspace));
        Ok(found)
    }

    async fn note_in(
        &self,
        id: AppspaceId,
        problem: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        if let Ok(incoming) = self.tables()?.undecided_mut(id) {
            incoming.problem = Some(problem.to_owned());
            incoming.asked = Some(at);
        }
        Ok(())
    }

    async fn publish_in(&self, id: AppspaceId, at: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let incoming = tables.undecided_mut(id)?;
        let version = incoming.version.take();
        incoming.arrival = Arrival::Published;
        let paused = incoming.paused;
        incoming.problem = None;
        incoming.asked = Some(at);
        let (owner, address) = (incoming.owner, incoming.address.clone());
        let version = version.and_then(|id| tables.versions.get(&id).cloned());
        let version = version.ok_or_else(|| missing("such app version"))?;
        tables.kept.remove(&address);
        let appspace = Appspace {
            id,
            owner,
            address,
            app: version.app,
            version_id: version.id,
            version: version.version,
            paused,
            created: at,
        };
        tables.appspaces.insert(id, appspace);
        Ok(())
    }

    async fn refuse_in(&self, id: AppspaceId, why: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let incoming = tables.undecided_mut(id)?;
        incoming.arrival = Arrival::Refused;
        incoming.version = None;
        incoming.problem = Some(why.to_owned());
        incoming.asked = Some(at);
        let address = incoming.address.clone();
        tables.kept.remove(&address);
        Ok(())
    }
}
