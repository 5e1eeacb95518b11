// The box: the files in a directory, with nothing written down elsewhere.
import { filesPath } from "dropserver";
import { type Kind, kindOf, numbered, shownAs } from "./names.ts";

export const MOST_FILES = 5000;

/** A file in the box. */
export interface Kept {
  /** Its name in the directory, and in addresses. */
  file: string;
  /** Its name for people. */
  name: string;
  kind: Kind;
  size: number;
  added: number;
  /** Whether there is a small picture of it. */
  thumbnail: boolean;
}

const DIRECTORIES = ["uploads", "thumbnails", "arriving"];
const upload = (file: string) => filesPath(`uploads/${file}`);

export const arrivingPath = () => filesPath("arriving");
export const thumbnailPath = (file: string) => filesPath(`thumbnails/${file}.webp`);

export function create() {
  for (const directory of DIRECTORIES) Deno.mkdirSync(filesPath(directory), { recursive: true });
}

export function destroy() {
  for (const directory of DIRECTORIES) Deno.removeSync(filesPath(directory), { recursive: true });
}

/** Everything in the box, the newest first. */
export function list(): Kept[] {
  const thumbnails = new Set(names("thumbnails"));
  return names("uploads")
    .map((file) => describe(file, thumbnails.has(`${file}.webp`)))
    .sort((one, other) => other.added - one.added || one.name.localeCompare(other.name));
}

export function count(): number {
  return names("uploads").length;
}

/** The file with this name in the directory. */
export function find(file: string): Kept | undefined {
  return names("uploads").includes(file) ? describe(file, exists(thumbnailPath(file))) : undefined;
}

/** Puts a file that has arrived into the box, beside any with the same name. */
export async function put(arrived: string, wanted: string): Promise<Kept> {
  for (let number = 1;; number++) {
    const file = numbered(wanted, number);
    try {
      (await Deno.open(upload(file), { createNew: true, write: true })).close();
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw error;
    }
    await Deno.rename(arrived, upload(file));
    return describe(file, false);
  }
}

export function remove(file: string) {
  Deno.removeSync(upload(file));
  if (exists(thumbnailPath(file))) Deno.removeSync(thumbnailPath(file));
}

function names(directory: string): string[] {
  return [...Deno.readDirSync(filesPath(directory))]
    .filter((entry) => entry.isFile)
    .map((entry) => entry.name);
}

function describe(file: string, thumbnail: boolean): Kept {
  const { size, mtime } = Deno.statSync(upload(file));
  const added = mtime?.getTime() ?? 0;
  return { file, name: shownAs(file), kind: kindOf(file), size, added, thumbnail };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
