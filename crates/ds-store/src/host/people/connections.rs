//! Logins elsewhere, contacts, and appspaces of others.

use async_trait::async_trait;
use ds_auth::dropid::{
    ConnectedSite, ConnectedSiteStore, Contact, ContactStore, DropId, Identity, RemoteAppspace,
    RemoteAppspaceStore,
};
use ds_core::{AccountId, StoreError, Timestamp};
use sqlx::sqlite::SqliteRow;

use super::{Store, missing};
use crate::row::Reader;

fn read_site(row: &SqliteRow) -> Result<ConnectedSite, StoreError> {
    let row = Reader::new("connected site", row);
    Ok(ConnectedSite {
        dropid: row.parse("dropid")?,
        client_id: row.get("client_id")?,
        since: row.time("since")?,
        last: row.time("last_used")?,
    })
}

fn read_contact(row: &SqliteRow) -> Result<Contact, StoreError> {
    let row = Reader::new("contact", row);
    let kind: String = row.get("kind")?;
    Ok(Contact {
        who: if kind == "dropid" {
            Identity::DropId(row.parse("who")?)
        } else {
            Identity::Profile(row.get("who")?)
        },
        name: row.get("name")?,
        picture: row.get("picture")?,
        added: row.time("added")?,
    })
}

fn read_remote(row: &SqliteRow) -> Result<RemoteAppspace, StoreError> {
    let row = Reader::new("appspace elsewhere", row);
    Ok(RemoteAppspace {
        origin: row.get("origin")?,
        name: row.get("name")?,
        dropid: row.parse_option("dropid")?,
        added: row.time("added")?,
    })
}

#[async_trait]
impl ConnectedSiteStore for Store {
    async fn connected_sites(&self, account: AccountId) -> Result<Vec<ConnectedSite>, StoreError> {
        const ACTION: &str = "list connected sites";
        let query = sqlx::query(
            "SELECT dropid, client_id, since, last_used FROM connected_sites
             WHERE account = $1 ORDER BY last_used DESC, client_id, dropid",
        )
        .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read_site).collect()
    }

    async fn connected_since(
        &self,
        account: AccountId,
        client_id: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        const ACTION: &str = "look up a connected site";
        let query = sqlx::query(
            "SELECT since FROM connected_sites WHERE account = $1 AND client_id = $2
             ORDER BY since LIMIT 1",
        )
        .bind(account.to_string())
        .bind(client_id.to_owned());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.map(|row| Reader::new("connected site", &row).time("since"))
            .transpose()
    }

    async fn note_login(
        &self,
        account: AccountId,
        dropid: &DropId,
        client_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO connected_sites (account, dropid, client_id, since, last_used)
             VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (account, client_id, dropid) DO UPDATE SET last_used = excluded.last_used",
        )
        .bind(account.to_string())
        .bind(dropid.to_string())
        .bind(client_id.to_owned())
        .bind(at.0);
        self.change_of_person("record a login elsewhere", query)
            .await?;
        Ok(())
    }

    async fn forget_sites(
        &self,
        account: AccountId,
        client_id: Option<&str>,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "DELETE FROM connected_sites WHERE account = $1 AND (client_id = $2 OR $2 IS NULL)",
        )
        .bind(account.to_string())
        .bind(client_id.map(str::to_owned));
        self.change_of_person("forget connected sites", query)
            .await?;
        Ok(())
    }

    async fn purge_sites(&self, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM connected_sites WHERE last_used < $1").bind(before.0);
        self.change_of_person("forget old connected sites", query)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl ContactStore for Store {
    async fn contacts(&self, account: AccountId) -> Result<Vec<Contact>, StoreError> {
        const ACTION: &str = "list contacts";
        let query = sqlx::query(
            "SELECT kind, who, name, picture, added FROM contacts
             WHERE account = $1 ORDER BY LOWER(name), who, kind",
        )
        .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read_contact).collect()
    }

    async fn contact(
        &self,
        account: AccountId,
        who: &Identity,
    ) -> Result<Option<Contact>, StoreError> {
        const ACTION: &str = "find a contact";
        let query = sqlx::query(
            "SELECT kind, who, name, picture, added FROM contacts
             WHERE account = $1 AND kind = $2 AND who = $3",
        )
        .bind(account.to_string())
        .bind(who.kind())
        .bind(who.text());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read_contact).transpose()
    }

    async fn put_contact(&self, account: AccountId, contact: &Contact) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO contacts (account, kind, who, name, picture, added)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (account, kind, who) DO UPDATE
             SET name = excluded.name, picture = excluded.picture",
        )
        .bind(account.to_string())
        .bind(contact.who.kind())
        .bind(contact.who.text())
        .bind(&contact.name)
        .bind(&contact.picture)
        .bind(contact.added.0);
        self.change_of_person("add a contact", query).await?;
        Ok(())
    }

    async fn remove_contact(&self, account: AccountId, who: &Identity) -> Result<(), StoreError> {
        let query =
            sqlx::query("DELETE FROM contacts WHERE account = $1 AND kind = $2 AND who = $3")
                .bind(account.to_string())
                .bind(who.kind())
                .bind(who.text());
        self.change_of_person("remove a contact", query).await?;
        Ok(())
    }
}

#[async_trait]
impl RemoteAppspaceStore for Store {
    async fn remote_appspaces(
        &self,
        account: AccountId,
    ) -> Result<Vec<RemoteAppspace>, StoreError> {
        const ACTION: &str = "list appspaces elsewhere";
        let query = sqlx::query(
            "SELECT origin, name, dropid, added FROM remote_appspaces
             WHERE account = $1 ORDER BY LOWER(name), origin",
        )
        .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read_remote).collect()
    }

    async fn add_remote(
        &self,
        account: AccountId,
        remote: &RemoteAppspace,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO remote_appspaces (account, origin, name, dropid, added)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account, origin) DO UPDATE
             SET dropid = COALESCE(excluded.dropid, remote_appspaces.dropid)",
        )
        .bind(account.to_string())
        .bind(&remote.origin)
        .bind(&remote.name)
        .bind(remote.dropid.as_ref().map(ToString::to_string))
        .bind(remote.added.0);
        self.change_of_person("add an appspace elsewhere", query)
            .await?;
        Ok(())
    }

    async fn rename_remote(
        &self,
        account: AccountId,
        origin: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        let query =
            sqlx::query("UPDATE remote_appspaces SET name = $1 WHERE account = $2 AND origin = $3")
                .bind(name)
                .bind(account.to_string())
                .bind(origin);
        match self
            .change_of_person("rename an appspace elsewhere", query)
            .await?
        {
            0 => Err(missing("such appspace elsewhere")),
            _ => Ok(()),
        }
    }

    async fn remove_remote(&self, account: AccountId, origin: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM remote_appspaces WHERE account = $1 AND origin = $2")
            .bind(account.to_string())
            .bind(origin);
        self.change_of_person("remove an appspace elsewhere", query)
            .await?;
        Ok(())
    }
}
