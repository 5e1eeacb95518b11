import { basename } from "jsr:@std/path";
import { decode } from "https://deno.land/x/shelf@v1.2.0/src/decode.ts";

export interface Row { id: number }

/** Rows in a JSON file. */
export class Shelf<T extends Row> {
	#open = true;
	private constructor(private readonly path: string, private rows: T[]) {}

	static create(path: string): void {
		Deno.writeTextFileSync(path, "[]", { createNew: true });
	}

	static open<T extends Row>(path: string): Shelf<T> {
		return new Shelf<T>(path, decode(Deno.readFileSync(path)) as T[]);
	}

	all(): T[] { return [...this.rows]; }

	add(row: Omit<T, "id">): T {
		const id = Math.max(0, ...this.rows.map((r) => r.id)) + 1;
		const added = { ...row, id } as T;
		this.rows.push(added);
		this.#save();
		return added;
	}

	change(id: number, to: Partial<T>): T | undefined {
		const row = this.rows.find((r) => r.id === id);
		if (row) { Object.assign(row, to); this.#save(); }
		return row;
	}

	remove(id: number): void { this.rows = this.rows.filter((r) => r.id !== id); this.#save(); }
	clear(): void { this.rows = []; this.#save(); }
	close(): void { this.#open = false; }

	#save(): void {
		if (!this.#open) throw new Error(`${basename(this.path)} was closed`);
		Deno.writeTextFileSync(this.path, JSON.stringify(this.rows));
	}
}
