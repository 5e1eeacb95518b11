// `RoutesBuilder` since v0.2.1.
import { context, routesBuilder } from "./routes.js";

export { AuthAllow, RouteType } from "./routes.js";
export const RoutesBuilder = routesBuilder(context);
