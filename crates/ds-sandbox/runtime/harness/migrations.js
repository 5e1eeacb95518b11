// An app's migrations: from one schema of its data to the next, and back.

/** Checks an app's migrations. */
export function checkMigrations(declared) {
  if (declared === undefined || declared === null) return new Migrations(new Map());
  if (!Array.isArray(declared)) throw new Error("an app's migrations must be an array");
  const steps = new Map();
  for (const { direction, schema, func } of declared) {
    if (direction !== "up" && direction !== "down") {
      throw new Error(`a migration goes "up" or "down", not ${JSON.stringify(direction)}`);
    }
    const number = Math.round(schema);
    if (!(number >= 1 && number <= 0xffffffff)) {
      throw new Error(`a migration's schema is a number from 1 on, not ${schema}`);
    }
    const name = stepName(direction, number);
    if (typeof func !== "function") throw new Error(`the ${name} is not a function`);
    if (steps.has(name)) throw new Error(`the ${name} is there twice`);
    steps.set(name, { direction, schema: number, func });
  }
  return new Migrations(steps);
}

function stepName(direction, schema) {
  return direction === "up" ? `up migration to schema ${schema}` : `down migration from schema ${schema}`;
}

class Migrations {
  #steps;

  constructor(steps) {
    this.#steps = steps;
  }

  list() {
    return [...this.#steps.values()].map(({ direction, schema }) => ({ direction, schema }));
  }

  /** Runs every step between two schemas, in order; none if one of them is missing. */
  async run(from, to) {
    const names = [];
    for (let schema = from + 1; schema <= to; schema++) names.push(stepName("up", schema));
    for (let schema = from; schema > to; schema--) names.push(stepName("down", schema));
    const missing = names.find((name) => !this.#steps.has(name));
    if (missing) throw new Error(`there is no ${missing}; nothing was migrated`);
    for (const name of names) {
      try {
        await this.#steps.get(name).func();
      } catch (error) {
        throw new StepFailed(name, error);
      }
    }
  }
}

/** Shown as what failed and why, with the stack of the cause. */
class StepFailed extends Error {
  constructor(name, cause) {
    super(name);
    this.stack = cause?.stack;
    this.text = `${name} failed: ${cause instanceof Error ? cause : String(cause)}`;
  }

  toString() {
    return this.text;
  }
}
