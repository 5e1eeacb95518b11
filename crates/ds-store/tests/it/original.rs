//! Meta databases of the original Dropserver, and files that claim to be.

use std::path::{Path, PathBuf};

use ds_core::{OriginalMeta, OriginalReader as _, Schema, StoreError, error_chain};
use ds_store::Originals;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

/// As the original made them.
const V0: &str = r#"
    CREATE TABLE info ("name" TEXT, "value" TEXT);
    CREATE UNIQUE INDEX info_index ON info (name);
    CREATE TABLE "users" (
        "proxy_id" TEXT, "auth_type" TEXT, "auth_id" TEXT,
        "display_name" TEXT NOT NULL DEFAULT '', "avatar" TEXT NOT NULL DEFAULT '',
        "permissions" TEXT NOT NULL DEFAULT '', "created" DATETIME, "last_seen" DATETIME,
        PRIMARY KEY (proxy_id));
    CREATE UNIQUE INDEX appspace_proxy_id ON users (proxy_id);
    CREATE UNIQUE INDEX appspace_auth_id ON users (auth_type, auth_id);
    INSERT INTO info (name, value) VALUES ('ds-api-version', '0');"#;
const V1: &str = r#"
    CREATE TABLE info ("name" TEXT, "value" TEXT);
    CREATE UNIQUE INDEX info_index ON info (name);
    CREATE TABLE "user_auth_ids" (
        "proxy_id" TEXT, "type" TEXT, "identifier" TEXT, "extra_name" TEXT, "created" DATETIME);
    CREATE INDEX user_auth_ids_proxy ON user_auth_ids (proxy_id);
    CREATE UNIQUE INDEX user_auth_ids_auths ON user_auth_ids (type, identifier);
    CREATE TABLE "users" (
        "proxy_id" TEXT, "display_name" TEXT NOT NULL DEFAULT '', "avatar" TEXT NOT NULL DEFAULT '',
        "permissions" TEXT NOT NULL DEFAULT '', "created" DATETIME, PRIMARY KEY (proxy_id));
    CREATE UNIQUE INDEX users_proxy_id ON users (proxy_id);
    PRAGMA user_version = 1;"#;

async fn database(dir: &Path, statements: &[&str]) -> PathBuf {
    let path = dir.join("original-meta.db");
    let _ = std::fs::remove_file(&path);
    let options = SqliteConnectOptions::new().filename(&path);
    let mut db = options.create_if_missing(true).connect().await.unwrap();
    for statement in statements {
        let text = sqlx::AssertSqlSafe((*statement).to_owned());
        sqlx::raw_sql(text).execute(&mut db).await.unwrap();
    }
    db.close().await.unwrap();
    path
}

async fn read(statements: &[&str]) -> Result<OriginalMeta, StoreError> {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), statements).await;
    let before = std::fs::read(&path).unwrap();
    let read = Originals.read_original(&path).await;
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    read
}

/// Members in one line each.
fn lines(meta: &OriginalMeta) -> Vec<String> {
    let members = meta.members.iter().map(|member| {
        let logins = member.logins.iter();
        let logins: Vec<_> = logins
            .map(|login| format!("{}:{}:{}", login.kind, login.identifier, login.extra_name))
            .collect();
        let permissions: Vec<_> = member.permissions.iter().map(ToString::to_string).collect();
        format!(
            "{} {:?} {:?} {permissions:?} {:?} {logins:?}",
            member.proxy_id, member.display_name, member.avatar, member.unknown_permissions
        )
    });
    members.collect()
}

#[tokio::test]
async fn version_0() {
    let members = "
        INSERT INTO info VALUES ('schema', '3');
        INSERT INTO users VALUES
            ('bbbbbbbb', 'email', 'bob@example.com', 'Bob', '', '', datetime('now'), NULL),
            ('aaaaaaaa', 'dropid', 'id.example.com/ada', 'Ada', 'aaaaaaaa-x1y2z3.jpg',
             'edit,can delete,,admin', datetime('now'), datetime('now')),
            ('cccccccc', NULL, NULL, '', '../../x', '', NULL, NULL)";
    let meta = read(&[V0, members]).await.unwrap();
    assert_eq!((meta.version, meta.schema), (0, Schema(3)));
    assert_eq!(
        lines(&meta),
        [
            r#"aaaaaaaa "Ada" "aaaaaaaa-x1y2z3.jpg" ["admin", "edit"] ["can delete"] ["dropid:id.example.com/ada:"]"#,
            r#"bbbbbbbb "Bob" "" [] [] ["email:bob@example.com:"]"#,
            r#"cccccccc "cccccccc" "" [] [] []"#,
        ]
    );
    let owner = meta.members[0].member(true);
    assert!(owner.is_owner && owner.display_name == "Ada");
}

#[tokio::test]
async fn version_1() {
    let members = "
        INSERT INTO info VALUES ('schema', 12);
        INSERT INTO users VALUES ('aaaaaaaa', 'Ada', '', 'edit', datetime('now'));
        INSERT INTO user_auth_ids VALUES
            ('aaaaaaaa', 'dropid', 'id.example.com/ada', '', datetime('now')),
            ('aaaaaaaa', 'tsnetid', '123@control', 'ada@tail', datetime('now')),
            ('gonegone', 'email', 'x@example.com', '', NULL)";
    let meta = read(&[V1, members]).await.unwrap();
    assert_eq!((meta.version, meta.schema), (1, Schema(12)));
    let expect = r#"aaaaaaaa "Ada" "" ["edit"] [] ["dropid:id.example.com/ada:", "tsnetid:123@control:ada@tail"]"#;
    assert_eq!(lines(&meta), [expect]);

    let empty = read(&[V1]).await.unwrap();
    assert_eq!((empty.schema, empty.members.len()), (Schema::NONE, 0));
}

#[tokio::test]
async fn refused() {
    let check = async |name: &str, statements: &[&str], expect: &str| {
        let said = error_chain(&read(statements).await.unwrap_err());
        assert!(said.contains(expect), "{name}: {said}");
    };
    check("empty", &["VACUUM"], "no table `info`").await;
    check("another", &["CREATE TABLE notes (x)"], "has `notes`").await;
    check("ours", &["CREATE TABLE members (x)"], "has `members`").await;
    check(
        "newer",
        &[V1, "PRAGMA user_version = 2"],
        "version 2, and only 0 and 1",
    )
    .await;
    check("no version", &[V1, "PRAGMA user_version = 0"], "no version").await;
    check(
        "odd version",
        &[V0, "UPDATE info SET value = 'x'"],
        "no version",
    )
    .await;
    check("newer", &[V0, "UPDATE info SET value = '7'"], "version 7").await;
    let schema = "INSERT INTO info VALUES ('schema', '-1')";
    check("schema", &[V1, schema], "the schema `-1` is not a number").await;
    let schema = "INSERT INTO info VALUES ('schema', '99999999999')";
    check("schema", &[V1, schema], "is not a number").await;
    check("no members", &[V1, "DROP TABLE users"], "no such table").await;
    check(
        "no logins",
        &[V1, "DROP TABLE user_auth_ids"],
        "no such table",
    )
    .await;
    let id = "INSERT INTO users (proxy_id) VALUES ('a/../b')";
    check("proxy id", &[V1, id], "not a valid proxy id").await;
    let id = "INSERT INTO users (proxy_id) VALUES (NULL)";
    check("no proxy id", &[V1, id], "not a valid proxy id").await;
    let bytes = "INSERT INTO users (proxy_id) VALUES (x'ff00')";
    check("bytes", &[V1, bytes], "cannot understand").await;
    let many = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO users (proxy_id) SELECT 'p' || i FROM n";
    check("many", &[V1, many], "more than 10000 members").await;
}

/// What SQLite would compute for the reader, or for `integrity_check`.
#[tokio::test]
async fn databases_that_compute() {
    let check = async |sql: &str, expect: &str| {
        let said = error_chain(&read(&[V1, sql]).await.unwrap_err());
        assert!(said.contains(expect), "{sql}: {said}");
    };
    let users = "DROP TABLE users;";
    let endless = format!(
        "{users} CREATE VIEW users AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i FROM n)
         SELECT i AS proxy_id, '' AS display_name, '' AS avatar, '' AS permissions FROM n WHERE i"
    );
    check(&endless, "has `users`").await;
    let generated = "CREATE TABLE users (proxy_id, x, display_name AS (hex(zeroblob(100000000))))";
    check(&format!("{users} {generated}"), "has `users`").await;
    let checked = "CREATE TABLE users (proxy_id CHECK (length(zeroblob(100000000)) > 1))";
    check(&format!("{users} {checked}"), "has `users`").await;
    let index = "CREATE INDEX slow ON users (hex(avatar))";
    check(index, "has `slow`").await;
    let index = "CREATE INDEX part ON users (avatar) WHERE avatar > 1";
    check(index, "has `part`").await;
    let trigger = "CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users; END";
    check(trigger, "has `t`").await;
}

#[tokio::test]
async fn files_that_are_no_databases() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(dir.path(), &[V1, "INSERT INTO info VALUES ('schema', '3')"]).await;
    let check = async |name: &str, path: &Path, expect: &str| {
        let said = error_chain(&Originals.read_original(path).await.unwrap_err());
        assert!(said.contains(expect), "{name}: {said}");
    };
    let whole = std::fs::read(&path).unwrap();
    let write = |content: &[u8]| std::fs::write(&path, content).unwrap();
    write(b"hello, this is no database at all, but a text of some length, longer than 100 bytes, as is due");
    check("text", &path, "not a database").await;
    write(&whole[..whole.len() / 2]);
    check("cut", &path, "malformed").await;
    let mut scribbled = whole.clone();
    scribbled[4096..4296].fill(0xff);
    write(&scribbled);
    check("scribbled", &path, "damaged").await;
    std::fs::remove_file(&path).unwrap();
    check("missing", &path, "cannot read the members of a backup").await;
    std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
    check("link", &path, "not a file").await;
    std::fs::remove_file(&path).unwrap();
    let huge = std::fs::File::create(&path).unwrap();
    huge.set_len(65 << 20).unwrap();
    check("huge", &path, "larger than 64 MiB").await;

    // Whatever is wrong with it, it ends and nothing panics.
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        write(&flipped);
        let _ = Originals.read_original(&path).await;
    }
}
