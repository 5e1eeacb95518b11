export { MigrationsBuilder } from "../dropserver_app@builtin/migrations.js";
