// Reading what somebody wrote into the book.
import type { Context, Member } from "dropserver";
import type { NewEntry } from "./store.ts";

export const LONGEST_NAME = 40;
export const LONGEST_MESSAGE = 1000;
const LARGEST_FORM = 16 * 1024;

/** What is wrong with an entry, in words for who wrote it. */
export interface Wrong {
  name?: string;
  message?: string;
  whole?: string;
}

export interface Read {
  entry: NewEntry;
  wrong?: Wrong;
  /** A field that people do not see is filled in. */
  robot: boolean;
}

export async function readEntry(ctx: Context, member: Member | null): Promise<Read> {
  const form = await ctx.form({ maxBytes: LARGEST_FORM });
  const field = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.normalize().replaceAll("\r\n", "\n") : "";
  };
  const message = field("message")
    .replace(/[^\P{C}\n\u200d]/gu, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  const name = member?.name ?? field("name").replace(/[^\P{C}\u200d]/gu, "").replace(/\s+/g, " ").trim();
  const entry = { member: member?.id ?? null, name, message };
  return { entry, wrong: wrongWith(entry), robot: field("website") !== "" };
}

function wrongWith({ name, message, member }: NewEntry): Wrong | undefined {
  const wrong: Wrong = {};
  if (name === "") wrong.name = "Please tell your name. Any name will do.";
  if (member === null && name.length > LONGEST_NAME) {
    wrong.name = `Please choose a shorter name: at most ${LONGEST_NAME} characters fit.`;
  }
  if (message === "") wrong.message = "Please write something.";
  if (message.length > LONGEST_MESSAGE) {
    wrong.message = `That is a little long: at most ${LONGEST_MESSAGE} characters fit.`;
  }
  return Object.keys(wrong).length > 0 ? wrong : undefined;
}
