export { AuthAllow, RoutesBuilder, RouteType } from "../dropserver_app@builtin/routes_v0_2_1.js";
