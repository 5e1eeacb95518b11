import { MigrationsBuilder } from 'https://deno.land/x/dropserver_app@v0.2.2/mod.ts';
import { create, items } from './db.ts';
import type { Shelf } from 'https://deno.land/x/shelf@v1.2.0/mod.ts';

export default function createMigrations() {
	const m = new MigrationsBuilder;
	m.upTo(1, async () => { create(); });
	m.downFrom(1, async () => { await Deno.remove('items.json'); });
	m.upTo(2, async () => {
		const all: Shelf<{ name: string }> = items();
		all.add({ id: 0, name: 'Salt', shelf: 'spices', have: true } as never);
		all.close();
	});
	m.downFrom(2, async () => { items().clear(); });
	return m.migrations;
}
