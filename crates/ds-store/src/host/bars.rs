//! Who may not come back to an appspace: a row for each way in which they would come, and the same `person` in all of
//! theirs.

use std::collections::{BTreeMap, BTreeSet};

use ds_auth::joining::{BarredWay, JoinBar, Who, are_one};
use ds_core::{AppspaceId, StoreError};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{
    Store,
    joining::{broken, no_appspace},
};
use crate::{query::Query, row::Reader};

const WHAT: &str = "bar against joining";

/// Lets nobody come to `to` who may not come back to `from`.
pub(super) fn copied(from: AppspaceId, to: AppspaceId) -> Query<'static> {
    sqlx::query(
        "INSERT INTO join_bars (appspace, who, name, barred, person, shown)
         SELECT $1, who, name, barred, person, shown FROM join_bars WHERE appspace = $2",
    )
    .bind(to.to_string())
    .bind(from.to_string())
}

/// A row, as somebody with one way.
fn read(row: &SqliteRow) -> Result<JoinBar, StoreError> {
    let row = Reader::new(WHAT, row);
    let who: &str = row.get("who")?;
    Ok(JoinBar {
        id: row.get("person")?,
        name: row.get("name")?,
        barred: row.time("barred")?,
        ways: vec![BarredWay {
            who: Who::read(who, "").ok_or_else(|| broken(WHAT, who))?,
            shown: row.get("shown")?,
        }],
    })
}

impl Store {
    pub(super) async fn bars_of(&self, appspace: AppspaceId) -> Result<Vec<JoinBar>, StoreError> {
        const ACTION: &str = "list who may join no more";
        let query = sqlx::query(
            "SELECT person, who, shown, name, barred FROM join_bars WHERE appspace = $1
             ORDER BY barred DESC, person, who",
        )
        .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut all: Vec<JoinBar> = Vec::new();
        for row in &rows {
            let next = read(row)?;
            match all.last_mut() {
                Some(last) if last.id == next.id => last.ways.extend(next.ways),
                _ => all.push(next),
            }
        }
        Ok(all)
    }

    pub(super) async fn record_bar(
        &self,
        appspace: AppspaceId,
        bar: &JoinBar,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "let somebody join no more";
        let at = appspace.to_string();
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let mut own: BTreeSet<String> = bar.ways.iter().map(|way| way.who.key()).collect();
        for (person, ways) in self.people_of(&mut all, ACTION, &at).await? {
            if !are_one(&own, &ways) {
                continue;
            }
            own.extend(ways);
            let one = sqlx::query(
                "UPDATE join_bars SET person = $1, name = $2, barred = $3
                 WHERE appspace = $4 AND person = $5",
            )
            .bind(&bar.id)
            .bind(&bar.name)
            .bind(bar.barred.0)
            .bind(&at)
            .bind(person);
            self.count.run(&mut all, ACTION, one).await?;
        }
        for way in &bar.ways {
            let who = way.who.key();
            let add = sqlx::query(
                "INSERT INTO join_bars (appspace, who, name, barred, person, shown)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (appspace, who) DO UPDATE
                 SET shown = excluded.shown WHERE excluded.shown <> '' AND person = excluded.person",
            )
            .bind(&at)
            .bind(&who)
            .bind(&bar.name)
            .bind(bar.barred.0)
            .bind(&bar.id)
            .bind(&way.shown);
            let added = self.count.run(&mut all, ACTION, add).await;
            added.map_err(no_appspace)?;
            let asks = sqlx::query("DELETE FROM join_requests WHERE appspace = $1 AND who = $2")
                .bind(&at)
                .bind(&who);
            self.count.run(&mut all, ACTION, asks).await?;
        }
        Ok(self.count.commit(all, ACTION).await?)
    }

    pub(super) async fn lift_ways(
        &self,
        appspace: AppspaceId,
        ways: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "let somebody join again";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let at = appspace.to_string();
        for (person, barred) in self.people_of(&mut all, ACTION, &at).await? {
            // Of somebody else, who had the same address, it is only that address.
            let gone: Vec<&String> = if are_one(&barred, ways) {
                barred.iter().collect()
            } else {
                barred.intersection(ways).collect()
            };
            for who in gone {
                let lift = sqlx::query(
                    "DELETE FROM join_bars WHERE appspace = $1 AND person = $2 AND who = $3",
                )
                .bind(&at)
                .bind(&person)
                .bind(who);
                self.count.run(&mut all, ACTION, lift).await?;
            }
        }
        Ok(self.count.commit(all, ACTION).await?)
    }

    /// The ways of everybody who may not come back.
    async fn people_of(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        at: &str,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        let query = sqlx::query("SELECT person, who FROM join_bars WHERE appspace = $1").bind(at);
        let mut all = BTreeMap::<String, BTreeSet<String>>::new();
        for row in self.count.all(on, action, query).await? {
            let row = Reader::new(WHAT, &row);
            let ways = all.entry(row.get("person")?).or_default();
            ways.insert(row.get("who")?);
        }
        Ok(all)
    }
}
