// Names of files: which are safe to keep, and what they say about the file.

export type Kind = "picture" | "video" | "sound" | "document" | "other";

// What a browser shows or plays without running anything in it.
const KINDS: Record<string, Kind> = {
  avif: "picture",
  gif: "picture",
  jpeg: "picture",
  jpg: "picture",
  png: "picture",
  webp: "picture",
  m4v: "video",
  mov: "video",
  mp4: "video",
  webm: "video",
  aac: "sound",
  flac: "sound",
  m4a: "sound",
  mp3: "sound",
  oga: "sound",
  ogg: "sound",
  opus: "sound",
  wav: "sound",
  pdf: "document",
  txt: "document",
};

/** Added to names of all other kinds, web pages and scripts among them, so that browsers only store them. */
const STORED_ONLY = ".bin";
const MOST_BYTES = 150;

export function kindOf(file: string): Kind {
  return KINDS[extension(file).slice(1)] ?? "other";
}

/** The name under which a file that came as `given` is kept. */
export function keptAs(given: string): string {
  const name = safe(given);
  return kindOf(name) === "other" ? name + STORED_ONLY : name;
}

/** The name to show for a file that is kept. */
export function shownAs(file: string): string {
  return file.endsWith(STORED_ONLY) ? file.slice(0, -STORED_ONLY.length) : file;
}

/** `photo.jpg`, `photo (2).jpg`, `photo (3).jpg`, … */
export function numbered(file: string, number: number): string {
  if (number === 1) return file;
  const shown = shownAs(file);
  const end = extension(shown);
  const rest = file.slice(shown.length);
  return `${shown.slice(0, shown.length - end.length)} (${number})${end}${rest}`;
}

function safe(given: string): string {
  const name = given
    .replace(/^.*[/\\]/s, "")
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
    .replace(/[:*?"<>|%#]/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/\s+/g, " ")
    .replace(/^[. ]+|[. ]+$/g, "");
  const end = extension(name);
  let start = name.slice(0, name.length - end.length);
  const bytes = () => new TextEncoder().encode(start + end).length;
  while (bytes() > MOST_BYTES) start = [...start].slice(0, -1).join("");
  return (start.replace(/[. ]+$/, "") || "file") + end;
}

function extension(name: string): string {
  return /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0].toLowerCase() ?? "";
}
