import type { Context } from 'https://deno.land/x/dropserver_app@v0.2.2/mod.ts';
import { items } from '../db.ts';
import { Order, type Item } from '../types.ts';

export function getItems(ctx: Context) {
	const all = items().all();
	if (ctx.url.searchParams.get('order') === Order.Name) all.sort((a, b) => a.name.localeCompare(b.name));
	ctx.respondJson(all);
}

export async function postItem(ctx: Context) {
	const given = <Item> await ctx.request.json();
	if (!given.name) return ctx.respondStatus(400, 'an item has a name');
	ctx.respondJson(items().add(given));
}

export async function putItem(ctx: Context) {
	const given = await ctx.request.json();
	change(ctx, { name: given.name, shelf: given.shelf, have: !!given.have });
}

export async function patchItem(ctx: Context) {
	change(ctx, { have: !!(await ctx.request.json()).have });
}

export function deleteItem(ctx: Context) {
	items().remove(Number(ctx.params.id));
	ctx.respondStatus(204);
}

function change(ctx: Context, to: Partial<Item>) {
	const item = items().change(Number(ctx.params.id), to);
	if (!item) throw new Error(`no item ${ctx.params.id}`);
	ctx.respondJson(item);
}
