// Taking in what people send, a piece at a time and no more than there is room for.
import * as box from "./box.ts";
import { keptAs } from "./names.ts";

const MIB = 1024 * 1024;
export const LARGEST_FILE = 1024 * MIB;
const LARGEST_THUMBNAIL = MIB / 4;

/** What is not taken in, and why, for the person who sent it. */
export class Refused extends Error {
  constructor(message: string, readonly status: 400 | 413 | 507) {
    super(message);
  }
}

type Body = ReadableStream<Uint8Array> | null;

/** Takes in a file. `length` is how long it says it is; NaN if it does not say. */
export async function receive(name: string, body: Body, length: number): Promise<box.Kept> {
  if (name === "") throw new Refused("A file needs a name.", 400);
  if (box.count() >= box.MOST_FILES) {
    throw new Refused(`The box is full: it holds ${box.MOST_FILES} files.`, 507);
  }
  if (length > LARGEST_FILE) throw tooLarge(LARGEST_FILE);
  const arrived = await write(body, LARGEST_FILE, length);
  return await orRemoved(arrived, () => box.put(arrived, keptAs(name)));
}

/** Takes in a small picture of a file that is in the box, unless there is one. */
export async function receiveThumbnail(file: string, body: Body) {
  const arrived = await write(body, LARGEST_THUMBNAIL, NaN);
  await orRemoved(arrived, async () => {
    if (!await isWebp(arrived)) throw new Refused("This is not a WebP picture.", 400);
    await Deno.rename(arrived, box.thumbnailPath(file));
  });
}

/** Writes a body to a new file, all of it or none. */
async function write(body: Body, most: number, length: number): Promise<string> {
  await (emptied ??= empty());
  const path = `${box.arrivingPath()}/${crypto.randomUUID()}`;
  const file = await Deno.open(path, { createNew: true, write: true });
  return await orRemoved(path, async () => {
    try {
      let size = 0;
      for await (const piece of body ?? []) {
        size += piece.length;
        if (size > most) throw tooLarge(most);
        for (let done = 0; done < piece.length;) done += await file.write(piece.subarray(done));
      }
      if (!Number.isNaN(length) && size !== length) {
        throw new Refused("The file did not arrive whole. Please send it again.", 400);
      }
      await file.sync();
    } finally {
      file.close();
    }
    return path;
  });
}

async function orRemoved<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

let emptied: Promise<void> | undefined;

/** Removes what an earlier run was taking in when it ended. */
async function empty() {
  for await (const entry of Deno.readDir(box.arrivingPath())) {
    await Deno.remove(`${box.arrivingPath()}/${entry.name}`);
  }
}

function tooLarge(most: number): Refused {
  const limit = most >= MIB ? `${most / MIB} MiB` : `${most / 1024} KiB`;
  return new Refused(`This file is too large: at most ${limit} fit.`, 413);
}

async function isWebp(path: string): Promise<boolean> {
  const bytes = await Deno.readFile(path);
  const at = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 4));
  return at(0) === "RIFF" && at(8) === "WEBP";
}
