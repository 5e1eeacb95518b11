// `RoutesBuilder` of v0.2.0, whose contexts know `respondWith` alone.
import { plainContext, routesBuilder } from "./routes.js";

export { AuthAllow, RouteType } from "./routes.js";
export const RoutesBuilder = routesBuilder(plainContext);
