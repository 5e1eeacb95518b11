import {createApp, MigrationsBuilder, RoutesBuilder, AuthAllow, Context} from 'https://deno.land/x/dropserver_app@v0.2.0/mod.ts';
import { escape } from "https://deno.land/x/entities@v1.0/mod.js";

// As libraries of that time do.
const path = (window as any)["DROPSERVER"].appspacePath;

const m = new MigrationsBuilder;
m.upTo(1, async() => {
	await Deno.create(app.appspacePath('visitors.txt'));
});
m.downFrom(1, async() => {
	await Deno.remove(app.appspacePath('visitors.txt'));
});

async function welcome(ctx:Context) {
	const visitors = await Deno.readTextFile(path + '/visitors.txt');
	const user = await app.getUser(ctx.proxyId!);
	await Deno.writeFile(app.appspacePath('visitors.txt'), new TextEncoder().encode(user.displayName+'\n'), {append:true});
	const html = `<h1>Hello ${escape(user.displayName)}</h1><ul>${visitors.split("\n").filter(v => v).map(v => '<li>'+escape(v)+'</li>').join('')}</ul>`;
	ctx.respondWith(new Response(html, {headers: new Headers({'Content-Type': 'text/html'})}));
}

const r = new RoutesBuilder;
r.add("get", "/", {allow:AuthAllow.authorized}, welcome);
r.add("get", {path:"/avatars", end: false}, {allow:AuthAllow.authorized}, r.staticFileHandler({path:'@avatars/'}));

const app = createApp({
	routes: r.routes,
	migrations: m.migrations
});
