// Keeps numbered rows in a database and once more in files, so that one can be compared with the other.
import { createApp, everyone, filesPath, json, text } from "dropserver";
import { DatabaseSync } from "node:sqlite";

const app = createApp();
let opened: DatabaseSync | undefined;

function open(): DatabaseSync {
  const db = new DatabaseSync(filesPath("rows.db"));
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, filler TEXT NOT NULL)");
  return db;
}

function database(): DatabaseSync {
  opened ??= open();
  return opened;
}

function once(work: (db: DatabaseSync) => void) {
  const db = open();
  work(db);
  db.close();
}

// `1-7,9`: the numbers in as few words as possible.
function ranges(numbers: number[]): string {
  const found: [number, number][] = [];
  for (const n of numbers.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else found.push([n, n]);
  }
  return found.map(([from, to]) => `${from}-${to}`).join(",");
}

function lines(): number[] {
  const found: number[] = [];
  for (const file of Deno.readDirSync(filesPath("."))) {
    if (!file.name.endsWith(".lines")) continue;
    const read = Deno.readTextFileSync(filesPath(file.name)).split("\n");
    found.push(...read.filter((line) => line !== "").map((line) => Number(line.split(" ")[0])));
  }
  return found;
}

app.post("/rows/:n", everyone, (ctx) => {
  const n = Number(ctx.params.n);
  const filler = `${n} `.repeat(100);
  database().prepare("INSERT INTO rows (n, filler) VALUES (?, ?)").run(n, filler);
  Deno.writeTextFileSync(filesPath(`${Math.floor(n / 100)}.lines`), `${n} ${filler}\n`, { append: true });
  return text("kept");
});

app.get("/contents", everyone, () => {
  const rows = database().prepare("SELECT n FROM rows").all() as { n: number }[];
  const [check] = database().prepare("PRAGMA integrity_check").all() as { integrity_check: string }[];
  return json({
    version: "VERSION",
    integrity: check.integrity_check,
    rows: ranges(rows.map((row) => row.n)),
    lines: ranges(lines()),
  });
});

app.migration(1, {
  up: () => once(() => {}),
  down: () => Deno.removeSync(filesPath("rows.db")),
});
MORE
export default app;
