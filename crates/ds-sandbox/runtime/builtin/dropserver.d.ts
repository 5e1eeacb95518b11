// Types of the `dropserver` module: app API 1. Print this file with `ds-dev types`.

/**
 * What a Dropserver app imports. The module comes with the host; there is nothing to install.
 *
 * ```ts
 * import { createApp, everyone, html } from "dropserver";
 *
 * const app = createApp();
 * app.get("/", everyone, (ctx) => html(html`<h1>Welcome to ${ctx.url.host}</h1>`));
 * app.static("/static", everyone, "@app/static/");
 *
 * export default app;
 * ```
 */
declare module "dropserver" {
  /** Starts an app. Declare everything while the main module runs, then `export default app`. */
  export function createApp(): App;

  /** An app: what it answers to, what it lets people do, and how its data changes between versions. */
  export interface App {
    /**
     * Declares something that only some members may do. The owner of the appspace grants it to members,
     * and may do everything without being granted anything.
     *
     * @param name 1 to 64 letters, digits, `-`, `_`, `.` or `:`.
     * @param description What it allows, in words for the owner: "Hide and delete entries".
     * @returns The same as `can(name)`.
     */
    permission(name: string, description?: string): Access;

    /**
     * Answers GET requests. Routes are tried in the order of declaration; the first that fits answers.
     *
     * @param path A pattern: `/notes/:id`, `/files/:name+`, `/:page(about|contact)`; or `Path`.
     * @param access Whom it is for: `everyone`, `members` or `can("…")`.
     * @param handler The function that answers.
     */
    get<P extends string>(path: P | Path<P>, access: Access, handler: Handler<P>): this;
    /** Answers POST requests; see {@link App.get}. */
    post<P extends string>(path: P | Path<P>, access: Access, handler: Handler<P>): this;
    /** Answers PUT requests; see {@link App.get}. */
    put<P extends string>(path: P | Path<P>, access: Access, handler: Handler<P>): this;
    /** Answers PATCH requests; see {@link App.get}. */
    patch<P extends string>(path: P | Path<P>, access: Access, handler: Handler<P>): this;
    /** Answers DELETE requests; see {@link App.get}. */
    delete<P extends string>(path: P | Path<P>, access: Access, handler: Handler<P>): this;
    /** Answers requests with the given method; see {@link App.get}. */
    route<P extends string>(
      method: Method | Uppercase<Method>,
      path: P | Path<P>,
      access: Access,
      handler: Handler<P>,
    ): this;

    /**
     * Has the host serve files. It does so without waking the app, with ETags, ranges and compression.
     *
     * @param path A plain path, without parameters.
     * @param access Whom it is for.
     * @param target A file, or a directory with a `/` at its end, below one of
     *   `@app/` (the app's own files), `@appspace/` (the appspace's files) and `@avatars/` (members' pictures).
     */
    static(path: string | Path, access: Access, target: StaticTarget): this;

    /**
     * Declares how data gets from the schema before `schema` to `schema`, and back.
     *
     * Each new appspace runs them all; one whose app is upgraded runs those it has not run. They run while
     * nobody uses the appspace, in a process of their own. If one throws, the data is as it was before.
     *
     * @param schema A whole number from 1.
     */
    migration(schema: number, steps: Migration): this;
  }

  /** The two directions of a migration. */
  export interface Migration {
    /** Changes data of the schema before into data of this schema. */
    up(): void | Promise<void>;
    /** Undoes that, so that people can go back to an older version of the app. */
    down?(): void | Promise<void>;
  }

  /** Whom a route is for. Made by `everyone`, `members` and `can`. */
  export interface Access {
    toString(): string;
    /** @internal */
    readonly __access: never;
  }

  /** Everybody, logged in or not. `ctx.memberId` says who, if they are a member. */
  export const everyone: Access;

  /** Everybody who belongs to the appspace. Others are asked to log in. */
  export const members: Access;

  /** Members who were granted this permission, and the owner. Declare it first: `app.permission(…)`. */
  export function can(permission: string): Access;

  /** A path and whether it is the whole path. */
  export interface Path<P extends string = string> {
    /** A pattern, as in {@link App.get}. */
    path: P;
    /** `true` (the default): the whole path must match. `false`: everything below it matches, too. */
    end?: boolean;
  }

  /** The methods an app can answer. */
  export type Method = "get" | "head" | "post" | "put" | "patch" | "delete" | "options";

  /** What a static route serves. */
  export type StaticTarget = `@app/${string}` | `@appspace/${string}` | `@avatars/${string}`;

  /**
   * Answers one request with a `Response`. A `Response` that is thrown is sent as well:
   * `throw notFound()` ends a request from anywhere. Other things thrown are answered with
   * "500 Internal Server Error", and are in the appspace's log.
   */
  export type Handler<P extends string = string> = (
    ctx: Context<P>,
  ) => Response | Promise<Response>;

  /** A request, and who sent it. */
  export interface Context<P extends string = string> {
    /** The request: method, headers, body. */
    readonly request: Request;
    /** The address that was asked for, with its query: `ctx.url.searchParams.get("q")`. */
    readonly url: URL;
    /** The values of the path's parameters, percent-decoded. */
    readonly params: Params<P>;
    /** The id of the member who sent the request; `null` for everybody else. */
    readonly memberId: string | null;
    /** Aborted when nobody waits for the response any more. */
    readonly signal: AbortSignal;
    /**
     * The member who sent the request, as they are now: name, picture, permissions. If a program sent it for them, with the
     * permissions that it was given, and never as the owner.
     */
    member(): Promise<Member | null>;
    /**
     * The form that was sent. Too large a one is answered with "413 Content Too Large", and what is not a
     * form with "400 Bad Request".
     */
    form(options?: BodyOptions): Promise<FormData>;
    /**
     * The JSON that was sent. It can be anything: check it before you use it. Too much of it is answered with
     * "413 Content Too Large", and what is not JSON with "400 Bad Request".
     */
    json(options?: BodyOptions): Promise<unknown>;
  }

  /** How much of a body to take. */
  export interface BodyOptions {
    /** At most so many bytes; 1 MiB if not given. */
    maxBytes?: number;
  }

  /** A person who belongs to the appspace. */
  export interface Member {
    /** Who they are in this appspace. It stays the same; keep it with what they make. */
    readonly id: string;
    /** The name that others see. They can change it. */
    readonly name: string;
    /** The file name of their picture, for a static route to `@avatars/`; `""` if they have none. */
    readonly avatar: string;
    /** What they were granted. For what they may do, ask `can`. */
    readonly permissions: readonly string[];
    /** Whether the appspace is theirs. */
    readonly isOwner: boolean;
    /** Whether they may do this: they were granted it, or the appspace is theirs. */
    can(permission: string): boolean;
  }

  /** Everybody who belongs to the appspace, the owner included. */
  export function getMembers(): Promise<Member[]>;

  /** One member as they are now, or `null` if there is none with this id. */
  export function getMember(id: string): Promise<Member | null>;

  /** The appspace that the app runs for. */
  export const appspace: {
    /** Its host name: `notes.example.com`. */
    readonly address: string;
    /**
     * Its origin: `https://notes.example.com`. As the latest request had it; before the first one (in
     * migrations, too) it is a guess from the address.
     */
    readonly origin: string;
  };

  /** Where a file of the app is. The app may read there. */
  export function appPath(path?: string): string;
  /**
   * Where a file of the appspace is. The app may read and write there; it is also the directory that relative
   * paths start from. Everything the app keeps belongs there: it is what is backed up and moved.
   */
  export function filesPath(path?: string): string;
  /** Where a member's picture is. The app may read there. */
  export function avatarsPath(path?: string): string;

  /** A piece of HTML in which everything that was put in is safe. Made by `` html`…` `` and `raw`. */
  export interface SafeHtml {
    toString(): string;
    /** @internal */
    readonly __safe: never;
  }

  /** What can be put into `` html`…` ``. `null`, `undefined`, `true` and `false` show nothing. */
  export type Shown =
    | string
    | number
    | bigint
    | boolean
    | null
    | undefined
    | SafeHtml
    | URL
    | Date
    | readonly Shown[];

  /**
   * A piece of HTML. What is put in is escaped, except for other pieces; lists are put in one by one.
   *
   * ```ts
   * const list = html`<ul>${notes.map((note) => html`<li>${note.title}</li>`)}</ul>`;
   * const box = html`<input type="checkbox" ${done ? "checked" : ""}>`;
   * ```
   *
   * Values of attributes need quotes. Nothing can be put into scripts, styles, comments or event attributes.
   */
  export function html(template: TemplateStringsArray, ...values: Shown[]): SafeHtml;
  /**
   * A response with a page.
   *
   * @param init A status, or everything that `new Response` takes.
   */
  export function html(page: string | SafeHtml, init?: number | ResponseInit): Response;

  /** Takes a text for HTML as it is. For what the app made itself; never for what people sent. */
  export function raw(text: string): SafeHtml;

  /** A response with JSON. */
  export function json(data: unknown, init?: number | ResponseInit): Response;

  /** A response with plain text. */
  export function text(content: string, init?: number | ResponseInit): Response;

  /**
   * A response that leads elsewhere.
   *
   * @param to A path that begins with one `/`, or a full http(s) address.
   * @param status 303 if not given: after a form was sent, the browser fetches the page with GET.
   */
  export function redirect(to: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response;

  /** A response with the status 404. */
  export function notFound(message?: string): Response;

  /** The parameters of a pattern, by name: `Params<"/notes/:id">` is `{ id: string }`. */
  export type Params<P extends string> = string extends P ? Record<string, string | string[]>
    : P extends `${string}:${infer Rest}`
      ? Word<Rest> extends [infer Name extends string, infer Tail extends string]
        ? Param<Name, Tail> & Params<Tail>
      : Record<string, string | string[]>
    : Record<never, string>;

  type Param<Name extends string, Tail extends string> = Modifier<Tail> extends "+"
    ? { readonly [N in Name]: string[] }
    : Modifier<Tail> extends "*" ? { readonly [N in Name]?: string[] }
    : Modifier<Tail> extends "?" ? { readonly [N in Name]?: string }
    : { readonly [N in Name]: string };

  type Modifier<Tail extends string> = Tail extends `(${string})${infer After}` ? First<After>
    : Tail extends `}${infer After}` ? First<After>
    : First<Tail>;

  type First<Text extends string> = Text extends `${infer One}${string}` ? One : "";

  type Word<Text extends string, Read extends string = ""> = Text extends
    `${infer One}${infer Rest}` ? One extends Letter ? Word<Rest, `${Read}${One}`> : [Read, Text]
    : [Read, ""];

  type Letter = Lowercase<Capital> | Capital | Digit | "_";
  type Digit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9";
  // deno-fmt-ignore
  type Capital =
    | "A" | "B" | "C" | "D" | "E" | "F" | "G" | "H" | "I" | "J" | "K" | "L" | "M"
    | "N" | "O" | "P" | "Q" | "R" | "S" | "T" | "U" | "V" | "W" | "X" | "Y" | "Z";
}
