// `MigrationsBuilder` of dropserver_app v0.2.

/** Collects the steps that bring data from one schema to the next and back. */
export class MigrationsBuilder {
  migrations = [];

  /** The step that brings data up to `schema`. */
  upTo(schema, func) {
    this.migrations.push({ direction: "up", schema: Math.round(schema), func });
  }

  /** The step that undoes what the step up to `schema` did. */
  downFrom(schema, func) {
    this.migrations.push({ direction: "down", schema: Math.round(schema), func });
  }
}
