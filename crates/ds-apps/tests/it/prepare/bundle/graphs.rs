//! Small apps, each about one thing that must mean the same in one module.

/// What it is about, and its files.
pub(super) const GRAPHS: &[(&str, &str)] = &[
    (
        "names that collide",
        "--- app.js
import { a } from './a.js'; import { b } from './b.js';
const x = 'app', url = 'u'; function f() { return x + url; }
console.log(f(), a(), b());
--- a.js
const x = 'a'; function f() { return x; } export const a = () => f();
--- b.js
let x = 'b'; x += 'b'; var f = () => x; export function b() { return f(); }
",
    ),
    (
        "names of functions and classes",
        "--- app.js
import * as a from './a.js'; import b, { f, g, h, i, j, K, l, m, n, o, p, q, r, S, t } from './b.js';
for (const it of [a.f, a.g, a.h, a.i, a.j, a.K, a.l, a.m, a.n, a.o, a.p, a.q, a.r, a.S, a.t, f, g, h, i, j, K, l, m, n, o, p, q, r, S, t, b]) {
  console.log(it.name, Object.getOwnPropertyNames(it).join(), JSON.stringify(Object.getOwnPropertyDescriptor(it, 'name')));
}
console.log(K.self === K, K.inStatic, new K().get() === K, S.again());
--- a.js
export function f() {} export async function g() {} export function* h() {} export const i = () => 1; export let j = function () {};
export class K { static self = K; } export const l = class {}; export const [m = () => 1] = []; export const { n = () => 2 } = {};
export let o; o = async () => {}; export var p; [p = function () {}] = []; export let q; ({ q = () => 1 } = {}); export let r; (r) = () => 1;
export let S = class T {}; export let t; t ??= () => 3;
--- b.js
export function f() {} export async function g() {} export function* h() {} export const i = () => 1; export let j = function () {};
export class K { static self = K; static inStatic = this.name; get() { return K; } } export const l = class {};
export const [m = () => 1] = []; export const { n = () => 2 } = {};
export let o; o = async () => {}; export var p; [p = function () {}] = []; export let q; ({ q = () => 1 } = {}); export let r; (r) = () => 1;
export let S = class T { static again() { return T.name; } }; export let t; t ??= () => 3;
export default () => 1;
",
    ),
    (
        "default exports and their names",
        "--- app.js
import f from './f.js'; import g, { self } from './g.js'; import c from './c.js'; import k from './k.js'; import e from './e.js'; import named from './n.js';
import p from './p.js'; import v from './v.js'; import gen from './gen.js'; import s from './s.js';
for (const it of [f, g, c, k, e, named, p, gen, s]) console.log(it.name, typeof it);
console.log(f(), g(), self(), new c().x, new k().x, e(), v, [...gen()], s.said);
--- f.js
export default function () { return 'f'; }
--- g.js
export default async function g() { return 1; }
g = () => 'changed'; export const self = () => g.name;
--- c.js
export default class { x = 1; }
--- k.js
export default class K { x = K.name; }
--- e.js
export default () => 'e'
--- n.js
const named = function inner() {}; export default named;
--- p.js
export default (function () {})
;[1].map((it) => console.log(it));
--- v.js
let v = 1; export default v; v = 2;
--- gen.js
export default function* () { yield 1; }
--- s.js
export default class { static said = this.name; static name = 'own'; }
(() => console.log('a statement of its own'))();
",
    ),
    (
        "a default function is hoisted in a circle",
        "--- app.js
import f from './a.js'; console.log(f());
--- a.js
import { early } from './b.js'; export default function () { return 'hoisted ' + early; }
--- b.js
import f from './a.js'; export let early = 'none'; early = f.name + f();
",
    ),
    (
        "live bindings",
        "--- app.js
import { n, add, obj } from './n.js'; import { n as again } from './again.js'; import * as ns from './n.js';
console.log(n, again, ns.n); add(); console.log(n, again, ns.n); obj.x = n; console.log({ n, again }, obj);
const { add: other } = ns; other(); console.log(n, ns);
--- n.js
export let n = 0; export const add = () => { n++; }; export const obj = {}; export { n as number };
--- again.js
export { number as n } from './n.js'; import { number } from './n.js'; export { number as direct }; console.log(`seen ${number}`);
",
    ),
    (
        "circles, hoisting and what is not ready yet",
        "--- app.js
import { a, A } from './a.js'; console.log(a(), new A().say());
--- a.js
import { b, B, log } from './b.js'; export function a() { return 'a' + b(); } export class A extends B { say() { return 'A' + super.say(); } }
export const later = 1; export var soon = 2; log();
--- b.js
import { a, A, later, soon } from './a.js'; export function b() { return 'b'; } export class B { say() { return 'B'; } }
export function log() { console.log(typeof a, typeof A, later, soon); }
console.log(typeof a, a(), soon);
for (const it of [() => typeof A, () => later, () => new A()]) { try { console.log(it()); } catch (error) { console.log(error.name); } }
",
    ),
    (
        "export star, and names that two of them have",
        "--- app.js
import * as all from './all.js'; import { own, one, twice } from './all.js'; import def from './one.js';
console.log(Object.keys(all), all, own, one, twice, def, 'both' in all);
--- all.js
export * from './one.js'; export * from './two.js'; export * as named from './two.js'; export const own = 'own'; export const twice = 'mine';
--- one.js
export const one = 1, both = 'one', twice = 'one'; export default 'def'; export * from './same.js';
--- two.js
export const two = 2, both = 'two', twice = 'two'; export * from './same.js';
--- same.js
export const same = 's'; export * from './all.js';
",
    ),
    (
        "objects of exports",
        "--- app.js
import * as a from './a.js'; import * as again from './a.js'; import { a as third, self } from './b.js';
console.log(a === again, a === third, a === self(), Object.isSealed(a), Object.isExtensible(a), a[Symbol.toStringTag], Object.getPrototypeOf(a));
console.log(JSON.stringify(Object.getOwnPropertyDescriptors(a)), Reflect.ownKeys(a), 'z' in a, a.z, 'toString' in a);
try { a.x = 1; } catch (error) { console.log(error.name); }
try { delete a.x; } catch (error) { console.log(error.name); }
try { console.log(a.call()); } catch (error) { console.log(error); }
console.log(a.who() === a, (0, a.who)());
--- a.js
export const z = 1; export let x = 2, b = 3; export { x as a, x as 'a b' }; export default 4; export function who() { return this; } export const call = () => x++;
--- b.js
import * as a from './a.js'; export { a }; export const self = () => a;
",
    ),
    (
        "an object of exports that are not ready",
        "--- app.js
import { go } from './a.js'; console.log(go());
--- a.js
import * as b from './b.js'; export const go = () => Object.keys(b) + b.late; export const early = 'e';
--- b.js
import * as a from './a.js'; export let late = 1; console.log(Reflect.ownKeys(a)); try { console.log(Object.keys(a)); } catch (error) { console.log(error.name); } try { console.log(typeof a.go); } catch (error) { console.log(error.name); }
try { console.log(a.early); } catch (error) { console.log(error.name); } export function late2() {}
try { console.log(a); } catch (error) { console.log(error.name); }
",
    ),
    (
        "exports of the entry module",
        "--- app.js
export * from './a.js'; export { default } from './a.js'; export * as ns from './a.js'; import { x } from './a.js'; export { x as 'a string' };
export const mine = x; export let later; later = 1; export { readFile } from 'node:fs'; export * as path from 'node:path'; console.log('ran');
--- a.js
export const x = 1; export default class {} 
",
    ),
    (
        "side effects in order",
        "--- app.js
console.log('app'); import './z.js'; import { a } from './a.js'; import './c.js'; import './z.js'; export {} from './d.js'; console.log(a);
--- a.js
import './c.js'; console.log('a'); export const a = globalThis.order = 'a';
--- c.js
console.log('c'); import './d.js';
--- d.js
console.log('d');
--- z.js
console.log('z')
",
    ),
    (
        "this, strict, arguments and labels",
        "--- app.js
'use strict'
import { t, s } from './t.js'
console.log(this, t, s())
outer: for (const i of [1, 2]) { for (;;) { console.log(i); continue outer } }
--- t.js
export const t = this; export function s() { return this; }
try { undeclared = 1; } catch (error) { console.log(error.name); }
outer: { console.log(typeof arguments === 'undefined'); break outer; }
",
    ),
    (
        "what is further inside hides",
        "--- app.js
import { value as alias } from './a.js'; import { f } from './b.js'; import { other as value2 } from './b.js';
function inner(value) { return [value, alias, ((other) => other + value2)(1)]; }
class value extends Object { static v = alias; get() { return [alias, typeof value]; } }
console.log(inner('param'), f('x'), new value().get(), value.v, value.name);
{ let value = 'block'; console.log(value, alias); { var hoisted = alias; } } try { throw 1; } catch (value) { console.log(value, alias, hoisted); }
--- a.js
export let value = 'a value';
--- b.js
import { value as v } from './a.js'; export const other = 'other';
export function f(value, hoisted = v) { var f = value; return (function value(n) { return n ? value(n - 1) : [f, v, hoisted, typeof value]; })(2); }
",
    ),
    (
        "global names stay global",
        "--- app.js
import { URL, Object as O, undefined as u } from './own.js'; import { made } from './uses.js';
const Array = 'mine'; console.log(URL, O, u, made, Array); function name() {} console.log(name.name);
--- own.js
export const URL = 'own url'; const Object = 'own object'; export { Object }; const undefined = 'own'; export { undefined }; export function globalThis() {}
--- uses.js
export const made = [new URL('http://h.example/x').pathname, Object.keys({ a: 1 }), [undefined], typeof Array, typeof name, typeof globalThis]; function name() {}
",
    ),
    (
        "short properties and patterns",
        "--- app.js
import { a, b as c } from './a.js'; import { set } from './b.js';
const x = { a, c, set }, { y, z = a, ...rest } = { y: c, r: 1 }; let a1, b; ({ a1, b = c } = { a1: 5 }); [a1 = 1, ...b] = [undefined, 2];
console.log(x, y, z, rest, { a1, b }, set({ a: 9, y: 8 }));
--- a.js
export const a = 1; let y = 3; export { y as b }; const rest = 0;
--- b.js
let a, y, z = 0, { x = () => z } = {}; export const set = (from) => { ({ a, y = 2, z = 7 } = from); for ({ a } of [{ a: 3 }]) z++; for (y in { k: 1 }); return { a, y, z, x: x() }; };
",
    ),
    (
        "exported patterns",
        "--- app.js
import { a, b, c, rest, d, e } from './a.js'; const [x, y] = [a, b]; console.log(a, b, c, rest, d, e, x, y);
--- a.js
const x = 1, y = 2; export const { a, p: { b = x }, ...rest } = { a: y, p: {}, q: 3 }, [c, , ...d] = [1, 2, 3]; export var e = [a, b];
",
    ),
    (
        "statements that lean on what is before them",
        "--- app.js
import { a } from './a.js'
import './b.js'
(() => console.log('alone', a))()
--- a.js
const x = 1
export { x }
;[x].map((it) => console.log(it))
export const a = x
export default x
if (x) console.log('re')
--- b.js
let y = 1
import { a } from './a.js'
`${console.log('text', a, y)}` // a comment at the end",
    ),
    (
        "comments and marks of other tools",
        "--- app.js
#!/usr/bin/env deno
import { a } from './a.js'; /* import b from 'b' */ console.log(a);
//# sourceURL=elsewhere.js
--- a.js
// import x from './none.js'
export /* between */ const /* export */ a = '// text' + `/* ${1} */`; /**/ export /*x*/ default /*y*/ class /*z*/ {}
//# sourceMappingURL=none.map
/*# sourceURL=x.js */",
    ),
    (
        "waiting in a line",
        "--- app.js
import { a } from './a.js'; import { b } from './b.js'; console.log('app', a, b); await null; console.log('end');
--- a.js
import './first.js'; console.log('a'); export const a = await new Promise((resolve) => setTimeout(resolve, 1, 'a')); Promise.resolve().then(() => console.log('tick')).then(() => console.log('tock'));
--- b.js
import { a } from './a.js'; console.log('b', a); Promise.resolve().then(() => console.log('b tick')); export let b = 0; for await (const it of [1, 2]) b += it;
--- first.js
console.log('first'); Promise.resolve().then(() => console.log('first tick'));
",
    ),
    (
        "errors while modules run",
        "--- app.js
import './a.js'; import './b.js'; import './c.js'; console.log('never');
--- a.js
console.log('a');
--- b.js
console.log('b'); throw new RangeError('b fails');
--- c.js
console.log('never');
",
    ),
    (
        "what is imported from outside",
        "--- app.js
import { join as j, default as path } from 'node:path'; import * as all from 'node:path'; import data from './data.json' with { type: 'json' };
import { join } from './a.js'; import 'node:os'; const fs = await import('node:fs'); console.log(j === join, path === all.default, data, typeof fs.readFileSync, typeof all.join);
--- a.js
export { join } from 'node:path'; import data from './d/../data.json' with { type: 'json' }; data.seen = 1; import text from './a.js' with { type: 'text' }; console.log(text.length > 10);
--- data.json
{\"a\":[1]}
",
    ),
    (
        "modules from elsewhere and from folders",
        "--- app.js
import { far } from 'https://h.example/far.ts'; import deep from './x/y/deep.js'; import './x/y/../y/deep.js'; console.log(far, deep);
--- x/y/deep.js
import { far } from 'https://h.example/far.ts'; export default 'deep' + far; console.log('deep runs once');
",
    ),
    (
        "TypeScript",
        "--- app.ts
import { Kind, type T, Box, make } from './lib.ts'; import type { U } from './none.ts'; import * as lib from './lib.ts';
const t: T = make<T>({ n: 1 } as T)!; enum Own { A, B = A } namespace N { export const x = Kind.B; } console.log(t, Kind[1], new Box(2).sum(), Own.B, N.x, Object.keys(lib), import.meta.main);
abstract class Q<X> { constructor(protected readonly q: X) {} } console.log(Q.name, new (class extends Q<number> {})(3));
--- lib.ts
export interface T { n: number } export enum Kind { A, B } export class Box { constructor(readonly a: number, private b = a) {} sum(): number { return this.a + this.b; } }
export const make = <X,>(x: X): X | null => x; class Q {} console.log(Q.name, import.meta.main); export type { T as U };
",
    ),
    (
        "names like those that are given",
        "--- app.js
import { x as y } from './a.js'; const x = 1, x$1 = 2; let _default = 3; console.log(x, x$1, y, _default, ((x$2, x$3) => [x$2, x$3, y])(4, 5));
--- a.js
import d from './b.js'; export const x = 'a' + d; const x$2 = x; console.log(x$2);
--- b.js
export default 'd'; const _default$1 = 1, x$1 = 'b'; console.log(x$1, _default$1);
",
    ),
    (
        "a module that imports itself",
        "--- app.js
import * as self from './app.js'; import { a, own } from './a.js'; export const x = 1; console.log(self.x, a, own.a === a, Object.keys(self));
--- a.js
import * as own from './a.js'; import { a as b } from './a.js'; export let a = 1; export { own }; console.log(b, own.b); export { b };
",
    ),
    (
        "classes with everything",
        "--- app.js
import { C as D } from './c.js'; import { make } from './m.js';
class C extends D { #p = 1; static s = C.name; static { this.t = D.name + C.s; } [`m${D.name}`]() { return this.#p; } static make = () => new C(); }
console.log(C.name, C.t, C.make().mC(), make().name, C.prototype instanceof D, new C() instanceof D);
--- c.js
export class C { static x = C; constructor() { this.who = new.target.name; } }
--- m.js
class D { static n = 1; } let C = class { static d = D.n; }; export const make = () => C; C = class extends D { static was = C; };
console.log(C.was.name, C.was.d, C.name);
",
    ),
    (
        "something to put away when the app has run",
        "--- app.js
import { put } from './a.js'; using held = put('app'); { using inner = put('inner'); console.log('in'); } console.log('last');
--- a.js
export const put = (name) => ({ [Symbol.dispose]() { console.log('put away', name); } }); for (using it of [put('loop')]) console.log('loop');
",
    ),
    (
        "members of objects of exports",
        "--- app.js
import * as a from './a.js'; import * as b from './b.js'; import { nested } from './b.js';
console.log(a.x, a.f(), a.x, new a.K().k, a.K.name, a.arrow(), typeof a.none, a.default.d, a
  .x, a?.x, a['x'], b.inner.x, b.who() === b, (b.who)() === b, b.tag`t` === b, b.changed(), nested.x, a.f.name);
{ const x = 'hides', f = 1, K = 2; class arrow extends a.K { y = a.x; z = a.arrow(); } console.log(a.x, a.f(), x, f, K, new arrow(), new arrow().z); }
try { a.x = 1; } catch (error) { console.log(error.name); } try { delete b.who; } catch (error) { console.log(error.name); } try { b.count++; } catch (error) { console.log(error.name); }
try { [b.count] = [1]; } catch (error) { console.log(error.name); } try { a.none(); } catch (error) { console.log(error.name, error.message); }
--- a.js
import './b.js'; export let x = 1; export function f() { return ++x; } export class K { k = 'k'; } export const arrow = () => typeof this; export default { d: 'd' };
--- b.js
import * as a from './a.js'; import * as inner from './a.js'; export { inner, a as nested }; export let count = 0;
export function who() { return this; } export function tag() { return this; } export let changed = () => 'first'; changed = function () { return this === undefined ? 'none' : Object.keys(this).length; };
for (const get of [() => a.f(), () => a.x, () => new a.K()]) { try { console.log(get()); } catch (error) { console.log(error.name); } }
",
    ),
    (
        "members of what cannot change and what can",
        "--- app.js
import * as a from './a.js';
const x = { a, get: () => a.get(), own: a.own() }; console.log(x.get(), x.own, a.deep(), a.redone(), a.loop?.(), a.field());
--- a.js
export var redone = () => 1; var redone = function () { return typeof this; }; export var loop = () => 1; for (var loop of [function () { return typeof this; }]);
export function get() { return (() => typeof this)(); } export function own() { return function () { return typeof this; }(); }
export function deep() { return class { static s = typeof this; }.s; } export function field() { return { m() { return typeof this; } }.m(); }
",
    ),
    (
        "modules that are imported later",
        "--- app.js
#!/usr/bin/env deno
import { count, add } from './shared.js'; import * as shared from './shared.js'; console.log('app', count);
export const go = async () => {
  const [later, again, same, data] = await Promise.all([import('./x/later.js'), import(`./x/later.js`), import('./shared.js'), import('./data.json', { with: { type: 'json' } })]);
  add(); console.log(later === again, same === shared, same, count, data.default.a, await later.more(), (await import('node:os')).EOL);
  try { await import('./throws.js'); } catch (error) { console.log(error.message); }
  console.log((await import('./app.js')).go === go, later.default(), later.ns === shared, later.all);
};
--- shared.js
export let count = 0; export const add = () => ++count; console.log('shared runs once');
--- x/later.js
import { count, add } from '../shared.js'; import * as ns from '../shared.js'; import { only } from './only.js'; import app from '../data.json' with { type: 'json' };
export * from '../shared.js'; export * as all from '../shared.js'; export { ns }; add(); await null; console.log('later', count, only, app.a, import.meta.main);
export default function () { return count; } export const more = () => import('./more.js').then((it) => it.more + count);
--- x/only.js
import '../shared.js'; export const only = 'only'; console.log('only runs once');
--- x/more.js
import { only } from './only.js'; import { go } from '../app.js'; export const more = only + typeof go;
--- throws.js
import './x/only.js'; throw new Error('on purpose');
--- data.json
{\"a\": 1}
",
    ),
    (
        "letters beyond ASCII",
        r#"--- app.js
'ü'; import { grün as farbe, "ö x" as z } from './fä.js'; // é…
const tag = (texts, ...all) => JSON.stringify([texts, texts.raw, all]);
const o = { 'ä': `é${'😀'}…`, ö: "\é\\é", ['ß']: /ü[é😀]/u.source };
console.log(farbe, z, tag`é…${`ü`}\u{e9}`, JSON.stringify(o), `a
…`, 'x\'é', "“" + '‘' + `\``, o.ö.length, /* ü */ 'ß'.length, '😀'.length);
--- fä.js
/* “the” whole … */ const ö = `\n“${1 + 1}”`; export const grün = 'grün' + ö; export { ö as "ö x" };
"#,
    ),
];
