import app from './app.ts';
import { Shelf } from 'https://deno.land/x/shelf@v1.2.0/mod.ts';
import type { Item } from './types.ts';

let shelf: Shelf<Item> | undefined;

// A circle with app.ts, which is fine because this runs later.
export function items(): Shelf<Item> {
	shelf ??= Shelf.open<Item>(app.appspacePath('items.json'));
	return shelf;
}

export function create(): void {
	Shelf.create(app.appspacePath('items.json'));
}
