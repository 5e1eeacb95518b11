export { createApp, DropserverApp } from "../dropserver_app@builtin/app.js";
export { MigrationsBuilder } from "../dropserver_app@builtin/migrations.js";
export { AuthAllow, RoutesBuilder } from "../dropserver_app@builtin/routes_v0_2_1.js";
