//! Members of the original, by our rules.

use std::collections::{BTreeMap, BTreeSet};

use ds_core::{OriginalLogin, OriginalMember, ProxyId, StoreError};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{ACTION, OriginalError, broken, tables::Version};
use crate::QueryCount;

/// Members, and ways to log in.
const MOST: usize = 10_000;
/// Members see this much of a name.
const MOST_NAME: usize = 30;

const V0_LOGINS: &str = "
    SELECT substr(proxy_id, 1, 100) AS proxy_id, substr(auth_type, 1, 100) AS type,
           substr(auth_id, 1, 1000) AS identifier, '' AS extra_name
    FROM users WHERE coalesce(auth_id, '') <> '' LIMIT 10001";
const V1_LOGINS: &str = "
    SELECT substr(proxy_id, 1, 100) AS proxy_id, substr(type, 1, 100) AS type,
           substr(identifier, 1, 1000) AS identifier, substr(extra_name, 1, 1000) AS extra_name
    FROM user_auth_ids LIMIT 10001";
/// Both versions have these.
const MEMBERS: &str = "
    SELECT substr(proxy_id, 1, 100) AS proxy_id, substr(display_name, 1, 1000) AS display_name,
           substr(avatar, 1, 1000) AS avatar, substr(permissions, 1, 10000) AS permissions
    FROM users LIMIT 10001";

/// Every member, by proxy id.
pub(super) async fn members(
    db: &mut SqliteConnection,
    version: Version,
) -> Result<Vec<OriginalMember>, StoreError> {
    let mut members = BTreeMap::new();
    for row in rows(db, MEMBERS).await? {
        let member = member(&row)?;
        members.insert(member.proxy_id.clone(), member);
    }
    let logins = match version {
        Version::V0 => V0_LOGINS,
        Version::V1 => V1_LOGINS,
    };
    for row in rows(db, logins).await? {
        // A login of nobody was left behind by the original.
        if let Some(member) = members.get_mut(&proxy_id(&row)?) {
            member.logins.push(OriginalLogin {
                kind: text(&row, "type")?,
                identifier: text(&row, "identifier")?,
                extra_name: text(&row, "extra_name")?,
            });
        }
    }
    Ok(members.into_values().collect())
}

async fn rows(db: &mut SqliteConnection, sql: &'static str) -> Result<Vec<SqliteRow>, StoreError> {
    let rows = QueryCount::new().all(db, ACTION, sqlx::query(sql)).await?;
    if rows.len() > MOST {
        return Err(OriginalError::TooMany(MOST).into());
    }
    Ok(rows)
}

fn member(row: &SqliteRow) -> Result<OriginalMember, StoreError> {
    let proxy_id = proxy_id(row)?;
    let (mut permissions, mut unknown_permissions) = (BTreeSet::new(), Vec::new());
    for name in text(row, "permissions")?.split(',') {
        match name.parse() {
            _ if name.is_empty() => {}
            Ok(permission) => _ = permissions.insert(permission),
            Err(_) => unknown_permissions.push(name.to_owned()),
        }
    }
    Ok(OriginalMember {
        display_name: display_name(&text(row, "display_name")?, &proxy_id),
        avatar: avatar(text(row, "avatar")?),
        proxy_id,
        permissions,
        unknown_permissions,
        logins: Vec::new(),
    })
}

/// Apps know members by it: one that cannot be ours cannot be made ours.
fn proxy_id(row: &SqliteRow) -> Result<ProxyId, StoreError> {
    text(row, "proxy_id")?.parse().map_err(broken)
}

fn text(row: &SqliteRow, column: &'static str) -> Result<String, StoreError> {
    let text: Option<String> = row.try_get(column).map_err(broken)?;
    Ok(text.unwrap_or_default())
}

fn display_name(name: &str, id: &ProxyId) -> String {
    let shown = name.trim().chars().filter(|c| !c.is_control());
    let shown: String = shown.take(MOST_NAME).collect();
    match shown.trim() {
        "" => id.to_string(),
        name => name.to_owned(),
    }
}

/// The name of a file in the avatars directory, or none.
fn avatar(name: String) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.len() <= 100 && name.chars().all(plain) && !name.starts_with('.') {
        name
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let id: ProxyId = "abcdefgh".parse().unwrap();
        let check = |name: &str, expect: &str| assert_eq!(display_name(name, &id), expect);
        check("Ada", "Ada");
        check(" Ada\n L ", "Ada L");
        check("", "abcdefgh");
        check(" \t\0", "abcdefgh");
        check(&"é".repeat(40), &"é".repeat(30));
    }

    #[test]
    fn avatars() {
        let check = |name: &str, expect: &str| assert_eq!(avatar(name.into()), expect);
        check("abcdefgh-123456.jpg", "abcdefgh-123456.jpg");
        check("", "");
        check("../x.jpg", "");
        check("..", "");
        check("a/b.jpg", "");
        check(&"a".repeat(101), "");
    }
}
