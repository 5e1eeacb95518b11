// Reading what somebody wrote.
import type { Context } from "dropserver";
import type { Draft } from "./store.ts";

export const LONGEST_TITLE = 120;
export const LONGEST_BODY = 100_000;

export interface Read {
  draft: Draft;
  /** What is wrong with it, for the person who wrote it. */
  problem?: string;
}

export async function readNote(ctx: Context<"/:id"> | Context<"/">): Promise<Read> {
  const form = await ctx.form();
  const field = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.normalize().replaceAll("\r\n", "\n") : "";
  };
  const body = field("body").replace(/[^\P{Cc}\n\t]/gu, "").trimEnd();
  const title = field("title").replace(/\p{Cc}/gu, " ").trim() || firstLine(body);
  const draft = { title, body, basedOn: Number(field("based-on")) };
  return { draft, problem: problemOf(draft) };
}

function problemOf({ title, body }: Draft): string | undefined {
  if (title === "") return "Write something first: a title, or a text.";
  if (title.length > LONGEST_TITLE) {
    return `The title is too long: at most ${LONGEST_TITLE} characters fit.`;
  }
  if (body.length > LONGEST_BODY) {
    return `The text is too long: at most ${LONGEST_BODY.toLocaleString("en")} characters fit.`;
  }
}

function firstLine(body: string): string {
  const line = body.split("\n").find((one) => one.trim() !== "") ?? "";
  const plain = line.replace(/^[#>\s*-]+/, "").trim();
  return plain.length > 60 ? `${plain.slice(0, 59).trimEnd()}…` : plain;
}
