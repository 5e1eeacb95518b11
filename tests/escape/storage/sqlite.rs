//! SQLite as a way to files: ATTACH, VACUUM INTO, backups, extensions, addresses. Refused outside of the appspace's
//! directory.

attempt!(|stage| {
    let outcome = stage.tries(
        r#"
        attach: async () => { const db = await open("a.db"); db.exec(`ATTACH '${T.data}/host.db' AS h`); return db.prepare("SELECT count(*) FROM h.accounts").get(); },
        attachNew: async () => { const db = await open("a.db"); db.exec(`ATTACH '${T.other}/data/files/x.db' AS h; CREATE TABLE h.x (y)`); },
        vacuum: async () => { const db = await open("a.db"); db.exec("CREATE TABLE IF NOT EXISTS t (x)"); db.exec(`VACUUM INTO '${T.other}/data/files/y.db'`); },
        backup: async () => { const { backup } = await computed("node:sqlite"); await backup(await open("a.db"), T.other + "/data/files/z.db"); },
        extension: async () => { const db = await open("a.db", { allowExtension: true }); db.loadExtension("/lib/x86_64-linux-gnu/libc.so.6"); },
        function: async () => { const db = await open("a.db"); return JSON.stringify(db.prepare("SELECT load_extension('/rw/files/x.so')").get()); },
        address: async () => { const db = await open(`file:${T.data}/host.db?mode=ro`); return JSON.stringify(db.prepare("SELECT * FROM accounts").all()); },
        readonly: async () => { const db = await open(`${T.data}/host.db`, { readOnly: true }); return JSON.stringify(db.prepare("SELECT * FROM accounts").all()); },
        readfile: async () => { const db = await open("a.db"); return JSON.stringify(db.prepare(`SELECT readfile('${T.text}')`).get()); },
        directory: async () => { const db = await open("a.db"); db.exec(`PRAGMA temp_store_directory = '${T.data}'`); db.exec("PRAGMA temp_store = 1; CREATE TEMP TABLE t2 (x)"); throw new Error("no effect"); },
        own: async () => { const db = await open("own.db"); db.exec("CREATE TABLE t (x)"); return "made"; },
        "#,
    );
    outcome.refused(&[
        "attach",
        "attachNew",
        "vacuum",
        "backup",
        "extension",
        "function",
        "address",
        "readonly",
        "readfile",
        "directory",
    ]);
    outcome.worked(&["own"]);
});
