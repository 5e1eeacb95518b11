import type { Context } from 'https://deno.land/x/dropserver_app@v0.2.2/mod.ts';
import app from '../app.ts';

export async function getCurrentUser(ctx: Context) {
	ctx.respondJson(await app.getUser(ctx.proxyId!));
}

export async function getUsers(ctx: Context) {
	ctx.respondWith(app.getUsers().then((users) => Response.json(users)));
}
